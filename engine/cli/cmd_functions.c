/*
 * cmd_functions.c: `sluice functions`: the catalogue of functions, from the rows that the compiler itself uses.
 * The manual's page is made by the same command.
 */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

enum {
    SIGNATURE_COLUMN = 30,
    LINE_WIDTH = 80
};

/* ---- what the compiler knows by itself: these decide what is evaluated, so they are no rows of the catalogue
 * ---- */

static const struct sluice_fn forms[] = {
    {
        .name = "CASE",
        .group = "Conditions",
        .doc =
            "CASE [x] WHEN a THEN b [WHEN ...] [ELSE c] END: what stands behind the first "
            "condition that is TRUE, or the first value equal to x; NULL without ELSE. What does "
            "not decide is not evaluated.",
        .examples = "CASE WHEN 2 > 1 THEN 'yes' ELSE 'no' END => \"yes\"",
    },
    {
        .name = "COALESCE",
        .group = "Conditions",
        .doc =
            "COALESCE(a, b, ...): the first argument that is not NULL. The ones behind it are not "
            "evaluated.",
        .examples = "COALESCE(NULL, 7) => 7",
    },
    {
        .name = "RELEASE",
        .group = "Personal data",
        .doc =
            "RELEASE(x, 'reason'): x, as it is. What is PERSONAL in it may leave from here on; "
            "`sluice check` lists the place with its reason, a text that is written out.",
        .examples = "RELEASE('ward 7', 'no person lives there alone') => \"ward 7\"",
    },
    {
        .name = "LOOKUP",
        .group = "Reference tables",
        .errors = "22000",
        .doc =
            "LOOKUP('table', 'column', key, ...): the column's value in the row of a reference "
            "table whose primary key is `key, ...`; without a PRIMARY KEY the first columns are "
            "it. Both names are written out. Without such a row NULL, or with "
            "on_missing = 'error' of the table an error of the row; several rows are an error.",
    },
    {
        .name = "CAST",
        .group = "Conversions",
        .errors = "22018 22003 22001",
        .doc =
            "CAST(x AS type): x as a value of another type. A text that does not parse and a "
            "number that does not fit are errors of the row; fractions are rounded, texts cut.",
        .examples = "CAST('12' AS INTEGER) => 12\nCAST(2.5 AS INTEGER) => 3",
    },
    {
        .name = "AND",
        .group = "Logic",
        .doc = "a AND b: FALSE if either is FALSE, TRUE if both are TRUE, else unknown. b is not "
               "evaluated where a is FALSE.",
        .examples = "FALSE AND 1 / 0 = 1 => false",
    },
    {
        .name = "OR",
        .group = "Logic",
        .doc = "a OR b: TRUE if either is TRUE, FALSE if both are FALSE, else unknown. b is not "
               "evaluated where a is TRUE.",
        .examples = "TRUE OR 1 / 0 = 1 => true",
    },
    {
        .name = "BETWEEN",
        .group = "Operators",
        .doc = "x [NOT] BETWEEN [SYMMETRIC] a AND b: whether x is at least a and at most b.",
        .examples = "5 BETWEEN 1 AND 5 => true",
    },
    {
        .name = "IN",
        .group = "Operators",
        .doc = "x [NOT] IN (a, b, ...): whether x is equal to one of them.",
        .examples = "2 IN (1, 2, 3) => true",
    },
};
enum {
    N_FORMS = sizeof forms / sizeof *forms
};

/* ---- rows of the three kinds ---- */

static const char *row_name(const struct fn_row *r)
{
    return r->fn ? r->fn->name : r->agg ? r->agg->name
                                        : r->table_fn->name;
}

static const char *row_aliases(const struct fn_row *r)
{
    return r->fn ? r->fn->aliases : r->agg ? r->agg->aliases
                                           : r->table_fn->aliases;
}

static const char *row_group(const struct fn_row *r)
{
    const char *group = r->fn ? r->fn->group : r->agg ? r->agg->group
                                                      : r->table_fn->group;
    return group ? group : "Others";
}

static const char *row_whole_doc(const struct fn_row *r)
{
    const char *doc = r->fn ? r->fn->doc : r->agg ? r->agg->doc
                                                  : r->table_fn->doc;
    return doc ? doc : "";
}

static const char *row_examples(const struct fn_row *r)
{
    const char *examples = r->fn ? r->fn->examples : r->agg ? r->agg->examples
                                                            : NULL;
    return examples ? examples : "";
}

/* A function with a syntax of its own shows it before its description, `EXTRACT(unit FROM x): a field ...`: the
 * length of that. */
static size_t form_size(const struct fn_row *r)
{
    const char *doc = row_whole_doc(r);
    const char *colon = strstr(doc, ": ");
    const char *stop = strstr(doc, ". ");
    if (!colon || (stop && stop < colon)) return 0;
    size_t word = strcspn(row_name(r), " ");
    for (const char *p = doc; p + word <= colon; p++) {
        if (memcmp(p, row_name(r), word) == 0) return (size_t)(colon - doc);
    }
    return *doc == '(' ? (size_t)(colon - doc) : 0;
}

static const char *row_doc(const struct fn_row *r)
{
    size_t form = form_size(r);
    return row_whole_doc(r) + (form ? form + 2 : 0);
}

static void add_params(struct buf *out, const struct sluice_param *params, size_t max,
                       bool variadic)
{
    size_t open = 0;
    for (size_t i = 0; i < max && params[i].name; i++) {
        if (params[i].optional) {
            buf_append_char(out, '[');
            open++;
        }
        buf_printf(out, "%s%s", i ? ", " : "", params[i].name);
    }
    if (variadic) buf_append_c(out, ", ...");
    while (open-- > 0) buf_append_char(out, ']');
}

/* An operator as it stands: a + b, -x, x IS NULL, s LIKE pattern. False: the row is called by its name. */
static bool add_operator(struct buf *out, const struct fn_row *r)
{
    if (!r->fn || !r->fn->args[0].name) return false;
    const char                *name = r->fn->name;
    const struct sluice_param *a = r->fn->args;
    bool                       words = strchr(name, ' ') || strcmp(name, "LIKE") == 0;
    if (strcmp(name, "NEG") == 0) buf_printf(out, "-%s", a[0].name);
    else if (strcmp(name, "POS") == 0) buf_printf(out, "+%s", a[0].name);
    else if (strcmp(name, "NOT") == 0) buf_printf(out, "NOT %s", a[0].name);
    else if (isalpha((unsigned char)*name) && !words) return false;
    else if (!a[1].name) buf_printf(out, "%s %s", a[0].name, name);
    else buf_printf(out, "%s %s %s", a[0].name, name, a[1].name);
    if (words && a[1].name && a[2].name) buf_printf(out, " [ESCAPE %s]", a[2].name);
    return true;
}

static void add_call(struct buf *out, const struct fn_row *r)
{
    buf_printf(out, "%s(", row_name(r));
    if (r->fn) {
        add_params(out, r->fn->args, 8, r->fn->variadic);
    } else {
        if (r->agg->star && !r->agg->args[0].name) buf_append_char(out, '*');
        add_params(out, r->agg->args, 4, false);
    }
    buf_append_c(out, r->agg && r->agg->analytic ? ") OVER window" : ")");
}

static void add_signature(struct buf *out, const struct fn_row *r)
{
    size_t form = form_size(r);
    if (r->table_fn) {
        buf_append_c(out, r->table_fn->signature ? r->table_fn->signature : r->table_fn->name);
    } else if (form > 0) {
        buf_append(out, row_whole_doc(r), form);
    } else if (!add_operator(out, r)) {
        add_call(out, r);
    }
}

static int compare_rows(const void *a, const void *b)
{
    const struct fn_row *x = a, *y = b;
    int order = strcmp(row_group(x), row_group(y));
    if (order == 0) order = strcmp(row_name(x), row_name(y));
    return order ? order : strcmp(row_whole_doc(x), row_whole_doc(y));
}

/* The row behind those that say the same as row i: one function has a row for each of its types. */
static size_t alike_end(const struct fn_row *rows, size_t n, size_t i)
{
    size_t end = i + 1;
    while (end < n && compare_rows(&rows[i], &rows[end]) == 0) end++;
    return end;
}

/* Everything there is, in order of group and name. */
static size_t all_rows(const struct cli_args *args, struct fn_row **out)
{
    struct fn_row *found;
    size_t         n = fn_catalog_rows(args->functions, args->arena, &found);
    struct fn_row *rows = ARENA_ARRAY(args->arena, struct fn_row, n + N_FORMS);
    memcpy(rows, found, n * sizeof *rows);
    for (size_t i = 0; i < N_FORMS; i++) rows[n++] = (struct fn_row){ .fn = &forms[i] };
    qsort(rows, n, sizeof *rows, compare_rows);
    *out = rows;
    return n;
}

/* ---- the list ---- */

/* A sentence begins with a capital, a variable does not. */
static char first_letter(const char *doc)
{
    bool word = isalpha((unsigned char)doc[0]) && isalpha((unsigned char)doc[1]);
    return word ? (char)toupper((unsigned char)doc[0]) : doc[0];
}

/* Up to the first pause of the description. */
static size_t summary_size(const char *doc)
{
    size_t n = strlen(doc);
    for (size_t i = 0; i + 1 < n; i++) {
        if (strchr(".;:", doc[i]) && doc[i + 1] == ' ') return i;
    }
    return n > 0 && doc[n - 1] == '.' ? n - 1 : n;
}

static void print_row(const struct fn_row *r)
{
    struct buf signature = { 0 };
    add_signature(&signature, r);
    size_t n = summary_size(row_doc(r));
    printf("  %s", buf_c(&signature));
    if (n > 0) {
        if (signature.len + 4 > SIGNATURE_COLUMN) printf("\n%*s", SIGNATURE_COLUMN, "");
        else printf("%*s", SIGNATURE_COLUMN - 2 - (int)signature.len, "");
        printf("%c%.*s", first_letter(row_doc(r)), (int)n - 1, row_doc(r) + 1);
    }
    putchar('\n');
    buf_free(&signature);
}

static void print_list(const struct fn_row *rows, size_t n)
{
    const char *group = "";
    for (size_t i = 0; i < n; i = alike_end(rows, n, i)) {
        if (strcmp(group, row_group(&rows[i])) != 0) {
            group = row_group(&rows[i]);
            printf("%s%s\n", i ? "\n" : "", group);
        }
        print_row(&rows[i]);
    }
    printf("\nsluice functions NAME tells more about one of them.\n");
}

/* ---- one function ---- */

static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column > 0 && column + 1 + word > LINE_WIDTH) {
            putchar('\n');
            column = 0;
        }
        if (column > 0) putchar(' ');
        printf("%.*s", (int)word, text);
        column += word + (column > 0);
        text += word;
        while (*text == ' ' || *text == '\n') text++;
    }
    putchar('\n');
}

static void print_lines(const char *before, const char *lines)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        printf("%s%.*s\n", before, (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

static void print_doc(const struct fn_row *r)
{
    struct buf text = { 0 };
    buf_append_c(&text, row_doc(r));
    if (text.len > 1) text.data[0] = first_letter(text.data);
    print_wrapped(buf_c(&text));
    buf_free(&text);
}

/* Rows that say the same: one description, the examples of all. */
static void print_one(const struct fn_row *rows, size_t n)
{
    struct buf signature = { 0 };
    add_signature(&signature, rows);
    printf("%s\n\n", buf_c(&signature));
    buf_free(&signature);
    print_doc(rows);
    if (row_aliases(rows)) printf("\nOther names: %s\n", row_aliases(rows));
    const struct sluice_fn *fn = rows->fn;
    if (fn && fn->errors && *fn->errors) printf("\nErrors of a row (SQLSTATE): %s\n", fn->errors);
    if (*row_examples(rows)) printf("\nExamples:\n");
    for (size_t i = 0; i < n; i++) print_lines("  ", row_examples(&rows[i]));
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    while (words && *words) {
        size_t size = strcspn(words, " ");
        if (size == n && strncasecmp(words, word, n) == 0) return true;
        words += size + (words[size] == ' ');
    }
    return false;
}

/* By name, by another one, or by its first word: EXTRACT, "is null", +. */
static bool is_called(const struct fn_row *r, const char *name)
{
    size_t n = strlen(name);
    if (has_word(row_aliases(r), name)) return true;
    return strncasecmp(row_name(r), name, n) == 0 && (row_name(r)[n] == 0 || row_name(r)[n] == ' ');
}

/* The name of the row, or its first other one, that has the part in it; NULL: none has. */
static struct str name_with(const struct fn_row *r, const char *part)
{
    if (strcasestr(row_name(r), part)) return str_c(row_name(r));
    const char *words = row_aliases(r);
    while (words && *words) {
        size_t size = strcspn(words, " ");
        const char *found = strcasestr(words, part);
        if (found && found < words + size) return str_view(words, size);
        words += size + (words[size] == ' ');
    }
    return STR_EMPTY;
}

/* "SUBSTRING, TRIM": the names that have the part in them, and those of the group that is called so. */
static const char *names_with(const struct cli_args *args, const struct fn_row *rows, size_t n,
                              const char *part)
{
    struct buf names = { 0 };
    struct str last = STR_EMPTY;
    for (size_t i = 0; i < n && strlen(part) > 1; i++) {
        struct str name = name_with(&rows[i], part);
        if (strcasecmp(row_group(&rows[i]), part) == 0) name = str_c(row_name(&rows[i]));
        if (name.len == 0 || str_equal(&name, &last)) continue;
        buf_printf(&names, "%s%.*s", names.len ? ", " : "", STR_ARG(name));
        last = name;
    }
    const char *out = names.len ? arena_dup(args->arena, buf_c(&names), names.len + 1) : NULL;
    buf_free(&names);
    return out;
}

static enum exit_code print_named(const struct cli_args *args, const struct fn_row *rows, size_t n,
                                  const char *name)
{
    size_t found = 0;
    for (size_t i = 0, end; i < n; i = end) {
        end = alike_end(rows, n, i);
        if (!is_called(&rows[i], name)) continue;
        if (found++ > 0) printf("\n");
        print_one(&rows[i], end - i);
    }
    if (found > 0) return EXIT_DONE;
    const char *with = names_with(args, rows, n, name);
    if (with)
        return cli_usage("functions", "there is no function \"%s\"; there are: %s", name, with);
    const char *near =
        fn_nearest(args->functions, args->arena, str_upper_ascii(args->arena, str_c(name)));
    if (near)
        return cli_usage("functions", "there is no function \"%s\"; did you mean %s?", name, near);
    return cli_usage("functions", "there is no function \"%s\"", name);
}

/* ---- the manual's page ---- */

static void print_markdown(const struct fn_row *rows, size_t n)
{
    const char *group = "";
    for (size_t i = 0, end; i < n; i = end) {
        end = alike_end(rows, n, i);
        if (strcmp(group, row_group(&rows[i])) != 0) {
            group = row_group(&rows[i]);
            printf("\n## %s\n", group);
        }
        struct buf signature = { 0 };
        add_signature(&signature, &rows[i]);
        printf("\n### `%s`\n\n", buf_c(&signature));
        buf_free(&signature);
        print_doc(&rows[i]);
        if (row_aliases(&rows[i])) printf("\nOther names: %s.\n", row_aliases(&rows[i]));
        const struct sluice_fn *fn = rows[i].fn;
        if (fn && fn->errors && *fn->errors) printf("\nErrors of a row: %s.\n", fn->errors);
        if (!*row_examples(&rows[i])) continue;
        printf("\n```\n");
        for (size_t k = i; k < end; k++) print_lines("", row_examples(&rows[k]));
        printf("```\n");
    }
}

/* ---- the command ---- */

enum exit_code cli_show_function(const struct cli_args *args, const char *name)
{
    struct fn_row *rows;
    size_t         n = all_rows(args, &rows);
    if (name) return print_named(args, rows, n, name);
    print_list(rows, n);
    return EXIT_DONE;
}

static enum exit_code functions(const struct cli_args *args)
{
    if (!cli_has(args, "markdown"))
        return cli_show_function(args, args->n_operands ? args->operands[0] : NULL);
    struct fn_row *rows;
    size_t         n = all_rows(args, &rows);
    print_markdown(rows, n);
    return EXIT_DONE;
}

static const struct cli_option options[] = {
    { "markdown", NULL, false, "the whole catalogue as a page of the manual" },
    { 0 },
};

const struct command cmd_functions = {
    .name = "functions",
    .operands = "[NAME]",
    .summary = "lists the functions of SQL, or explains one",
    .text =
        "The list is the one that the compiler uses: operators, scalar functions,\n"
        "aggregates and table functions.\n"
        "\n"
        "  sluice functions\n"
        "  sluice functions substring\n",
    .options = options,
    .operands_min = 0,
    .operands_max = 1,
    .run = functions,
};
