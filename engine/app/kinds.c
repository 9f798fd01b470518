/* kinds.c: the kind of a file by its name and its first bytes; only what is certain counts. */

#include "app/kinds.h"

#include "app/import.h"
#include "io/sniff.h"

static const char blanks[] = " \t\r\n";

static bool ends_with_any(const char *name, const char *const *endings)
{
    size_t n = name ? strlen(name) : 0;
    for (; *endings; endings++) {
        size_t k = strlen(*endings);
        if (n > k && strcasecmp(name + n - k, *endings) == 0) return true;
    }
    return false;
}

/* Whether the first line is an object or array of its own, and another one follows. */
static bool is_json_lines(const struct text_file *file)
{
    const char *stop = file->data + file->size, *p = file->data;
    while (p < stop && strchr(blanks, *p)) p++;
    char open = p < stop ? *p : 0;
    const char *feed = p < stop ? memchr(p, '\n', (size_t)(stop - p)) : NULL;
    if ((open != '{' && open != '[') || !feed) return false;
    const char *last = feed - 1, *next = feed;
    while (last > p && strchr(blanks, *last)) last--;
    while (next < stop && strchr(blanks, *next)) next++;
    return next < stop && *next == open && *last == (open == '{' ? '}' : ']');
}

enum text_kind text_kind_of(const struct text_file *file)
{
    static const char *const records[] = { ".ndjson", ".jsonl", ".csv", ".tsv", ".ndjson.gz",
                                           ".jsonl.gz", ".csv.gz", ".tsv.gz", ".json.gz", NULL };
    static const char *const tests[] = { ".test", NULL }, *const sql[] = { ".sql", NULL };
    if (ends_with_any(file->name, records)) return TEXT_RECORDS;
    if (!sniff_text(str_view(file->data, file->size)).is_text) return TEXT_BINARY;
    if (ends_with_any(file->name, tests)) return TEXT_TESTS;
    if (ends_with_any(file->name, sql)) return TEXT_SQL;
    if (is_json_lines(file)) return TEXT_RECORDS;
    return import_is_description(file) ? TEXT_DESCRIPTION : TEXT_UNKNOWN;
}

static struct status not_text(struct arena *a, const struct text_file *file)
{
    struct sniffed s = sniff_text(str_view(file->data, file->size));
    struct status st = status_new(a, ERR_SYNTAX, SPAN_NONE, "%s is no text: byte %zu is 0x%02x",
                                  file->name, s.at + 1, (unsigned char)file->data[s.at]);
    if (!s.kind) return st;
    return status_with_hint(st, s.advice
                                    ? str_format_c(a, "it seems to be %s; %s", s.kind, s.advice)
                                    : str_format_c(a, "it seems to be %s", s.kind));
}

static const char *hint_for(struct arena *a, const char *name, enum text_kind kind,
                            enum text_kind wanted)
{
    static const char *const hints[] = {
        [TEXT_TESTS] = "sluice test %s runs them",
        [TEXT_RECORDS] = "sluice discover %s makes the CREATE SOURCE that reads them",
        [TEXT_DESCRIPTION] =
            "sluice import %s --to FOLDER makes SQL files of the description of an application",
    };
    if (kind == TEXT_SQL && wanted == TEXT_TESTS)
        return str_format_c(a,
                            "sluice check %s compiles it; a test of it says include %s, and what "
                            "it expects: sluice help test",
                            name, name);
    if (kind == TEXT_SQL) return str_format_c(a, "sluice run %s runs it", name);
    const char *hint = hints[kind], *mark = strstr(hint, "%s");
    return str_format_c(a, "%.*s%s%s", (int)(mark - hint), hint, name, mark + 2);
}

struct status text_check_kind(struct arena *a, const struct text_file *file, enum text_kind wanted,
                              bool described)
{
    static const char *const words[] = {
        [TEXT_SQL] = "SQL",
        [TEXT_TESTS] = "tests",
        [TEXT_RECORDS] = "records",
        [TEXT_DESCRIPTION] = "JSON or YAML",
    };
    enum text_kind kind = text_kind_of(file);
    if (kind == wanted || kind == TEXT_UNKNOWN || (kind == TEXT_DESCRIPTION && described))
        return OK;
    if (kind == TEXT_BINARY) return not_text(a, file);
    const char *name = strcmp(file->name, "<stdin>") == 0 ? "-" : file->name;
    const char *instead =
        wanted == TEXT_DESCRIPTION ? "the description of an application" : words[wanted];
    struct status st = status_new(a, ERR_SYNTAX, SPAN_NONE, "%s holds %s, not %s", file->name,
                                  words[kind], instead);
    return status_with_hint(st, hint_for(a, name, kind, wanted));
}
