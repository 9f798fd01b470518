/*
 * archive_columns.c: columns of an archive, from the first records of some of its files.
 *
 * Files are taken evenly from the first to the last, so that columns that came or went in the course of time are
 * found. A type is only what decodes fast: a value that does not fit it is still read, as text.
 */

#include "app/archive_columns.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/number.h"
#include "io/csv_scan.h"
#include "io/json_scan.h"
#include "io/source.h"

enum { SAMPLE_FILES = 16, SAMPLE_BYTES = 256 << 10, COLUMNS_MAX = 1000 };

/* What the values of a column were so far. */
enum seen { SEEN_NOTHING, SEEN_BOOLEAN, SEEN_INTEGER, SEEN_DOUBLE, SEEN_TEXT, SEEN_MIXED };

struct found {
    struct str name; /* as it stands in the records */
    enum seen  seen;
};

struct sample {
    struct arena *arena;
    struct found *items;
    size_t        count, cap;
    bool          header, named;
    uint64_t      bytes, records;
};

/* ---- values ---- */

static enum seen number_kind(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '.' || p[i] == 'e' || p[i] == 'E') return SEEN_DOUBLE;
    }
    return n < 19 ? SEEN_INTEGER : SEEN_DOUBLE;
}

static void see(struct found *f, enum seen kind)
{
    if (kind == SEEN_NOTHING || kind == f->seen) return;
    bool numbers = (kind == SEEN_INTEGER || kind == SEEN_DOUBLE) &&
                   (f->seen == SEEN_INTEGER || f->seen == SEEN_DOUBLE);
    if (f->seen == SEEN_NOTHING) f->seen = kind;
    else f->seen = numbers ? SEEN_DOUBLE : SEEN_MIXED;
}

static enum seen json_kind_seen(const struct json_extent *v)
{
    switch (v->kind) {
    case JSON_NONE:
    case JSON_NULL:   return SEEN_NOTHING;
    case JSON_TRUE:
    case JSON_FALSE:  return SEEN_BOOLEAN;
    case JSON_NUMBER: return number_kind(v->start, v->size);
    default:          return SEEN_TEXT;
    }
}

static enum seen field_seen(const struct csv_field *f)
{
    double value;
    bool overflow;
    if (f->size == 0 && !f->quoted) return SEEN_NOTHING;
    size_t read = number_parse_double(f->text, f->size, false, &value, &overflow);
    return !f->quoted && read == f->size ? number_kind(f->text, f->size) : SEEN_TEXT;
}

/* The column of this name, begun when it is new; NULL: there are too many. hint: where it stood last time. */
static struct found *find(struct sample *s, struct str name, size_t hint)
{
    if (hint < s->count && str_equal(&s->items[hint].name, &name)) return &s->items[hint];
    for (size_t i = 0; i < s->count; i++) {
        if (str_equal(&s->items[i].name, &name)) return &s->items[i];
    }
    if (s->named || s->count == COLUMNS_MAX) return NULL;
    struct found *f = array_push(s->arena, s);
    f->name = str_copy(s->arena, name);
    return f;
}

/* ---- records ---- */

static struct str member_name(struct sample *s, const struct json_extent *name)
{
    if (!name->escaped) return str_view(name->start, name->size);
    char *text = arena_alloc(s->arena, name->size + 1);
    return str_view(text, json_unescape(name->start, name->size, text));
}

/* The object at p; returns what is behind it, NULL for what is none. */
static const char *sample_object(struct sample *s, const char *p, const char *end)
{
    struct json_error error;
    if (*p != '{') return NULL;
    p = json_skip_blank(p + 1);
    bool closed = *p == '}';
    if (closed) p++;
    for (size_t i = 0; p && !closed; i++) {
        struct json_extent name, value;
        p = json_scan_name(p, end, &name, &error);
        if (p) p = json_scan_value(p, end, LIMIT_JSON_DEPTH, &value, &error);
        if (!p) break;
        struct found *f = find(s, member_name(s, &name), i);
        if (f) see(f, json_kind_seen(&value));
        p = json_scan_separator(p, end, '}', &closed, &error);
    }
    return p;
}

static void sample_json(struct sample *s, const struct block *b)
{
    const char *p = b->data, *end = b->data + b->size;
    while (p < end) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        const char *line_end = feed ? feed : end;
        for (p = json_skip_blank(p); p && p < line_end; p = json_skip_blank(p)) {
            p = sample_object(s, p, line_end);
            s->records++;
            if (!p) break;
        }
        p = line_end + 1;
    }
}

static struct str field_name(struct sample *s, const struct csv_field *f, uint32_t i)
{
    if (!s->header || f->size == 0) return str_format(s->arena, "COL_%u", i);
    if (!f->doubled) return str_copy(s->arena, str_view(f->text, f->size));
    char *text = arena_alloc(s->arena, f->size + 1);
    return str_view(text, csv_undouble(f->text, f->size, text));
}

static void sample_fields(struct sample *s, const char *p, const char *end,
                          const struct csv_delimiters *d, bool names)
{
    struct csv_field field;
    for (uint32_t i = 0; p && i < COLUMNS_MAX && csv_scan_field(p, end, d, &field, &p); i++) {
        if (i == s->count && s->named) return;
        if (i == s->count) array_push(s->arena, s)->name = field_name(s, &field, i);
        if (!names) see(&s->items[i], field_seen(&field));
    }
}

static void sample_csv(struct sample *s, const struct block *b, const char *format, bool first)
{
    struct csv_delimiters d = csv_delimiters_of(format, STR_EMPTY, STR_EMPTY);
    struct csv_scan scan = { 0 };
    size_t stop;
    for (size_t at = 0; csv_scan_record(&scan, b->data, b->size, true, &d, &stop); at = scan.at) {
        bool names = first && at == 0 && s->header;
        if (stop > at) sample_fields(s, b->data + at, b->data + stop, &d, names);
        s->records++;
        if (scan.at >= b->size) break;
    }
}

/* ---- files ---- */

static struct status sample_file(struct sample *s, const char *path)
{
    struct io_endpoint *e = ARENA_NEW(s->arena, struct io_endpoint);
    *e = (struct io_endpoint){ .url = str_format(s->arena, "file:%s", path),
                               .name = "the archive" };
    struct source *source;
    TRY(source_open(s->arena, e, &source));
    struct block *block;
    bool first;
    struct status st = OK;
    if (source_read(source, SAMPLE_BYTES, -1, &block, &first, &st) == SOURCE_BLOCK) {
        const char *format = source_format(source);
        s->bytes += block->size;
        if (strcmp(format, "json") == 0) sample_json(s, block);
        else sample_csv(s, block, format, first);
        block_release(block);
    }
    source_close(source);
    return st;
}

/* ---- columns ---- */

static bool is_taken(const struct schema *schema, struct str name)
{
    for (uint32_t i = 0; i < schema->n_columns; i++) {
        if (str_equal_nocase(schema->columns[i].name, name)) return true;
    }
    return str_equal_nocase_c(name, "DELIVERED");
}

static struct str free_name(struct arena *a, const struct schema *schema, struct str name)
{
    struct str other = name.len ? name : str_c("COL_");
    for (int i = 2; is_taken(schema, other); i++)
        other = str_format(a, "%.*s_%d", STR_ARG(name), i);
    return other;
}

static void make_schema(struct sample *s, struct archive_columns *out)
{
    static const struct {
        enum type_kind kind;
        const char *declared;
    } types[] = { { TYPE_VARCHAR, "TEXT" },
                  { TYPE_VARCHAR, "BOOLEAN" },
                  { TYPE_BIGINT, "INTEGER" },
                  { TYPE_DOUBLE, "REAL" },
                  { TYPE_VARCHAR, "TEXT" },
                  { TYPE_VARCHAR, "NUMERIC" } };
    struct column *typed = ARENA_ARRAY(s->arena, struct column, s->count + 1);
    struct column *texts = ARENA_ARRAY(s->arena, struct column, s->count + 1);
    out->schema = (struct schema){ .columns = typed };
    out->declared = ARENA_ARRAY(s->arena, const char *, s->count + 1);
    for (size_t i = 0; i < s->count; i++) {
        struct column c = { .name = free_name(s->arena, &out->schema, s->items[i].name),
                            .type = type_of(types[s->items[i].seen].kind),
                            .path = path_of_name(s->arena, s->items[i].name) };
        typed[i] = c;
        out->declared[i] = types[s->items[i].seen].declared;
        c.type = type_of(TYPE_VARCHAR);
        texts[i] = c;
        out->schema.n_columns++;
    }
    out->texts = (struct schema){ .columns = texts, .n_columns = out->schema.n_columns };
    out->bytes = s->bytes;
    out->records = s->records;
}

struct status archive_columns_find(struct arena *a, const struct archive_files *files, bool header,
                                   const struct str *names, uint32_t n_names,
                                   struct archive_columns *out)
{
    struct sample s = { .arena = a, .header = header, .named = n_names > 0 };
    for (uint32_t i = 0; i < n_names; i++) array_push(a, &s)->name = names[i];
    size_t n = files->count < SAMPLE_FILES ? files->count : SAMPLE_FILES;
    struct status failed = OK;
    for (size_t i = 0; i < n; i++) {
        size_t at = n > 1 ? i * (files->count - 1) / (n - 1) : 0;
        struct status st = sample_file(&s, files->items[at].path);
        if (failed.err == ERR_NONE) failed = st;
    }
    if (s.count == 0 && failed.err != ERR_NONE) return failed;
    make_schema(&s, out);
    return OK;
}
