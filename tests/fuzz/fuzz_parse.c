/*
 * Text to trees: what is read is printed, reads back without an error, and prints the same again.
 *
 * The first byte says what the text is to be: statements, an expression, columns or options. Each
 * error must have a place inside of the text and a message.
 */
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"
#include "sql/ast_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const struct text_file *file, const struct diags *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct status *st = &d->items[i].status;
        if (st->at.line == 0 || st->at.file != file || !st->message || !*st->message) abort();
        if (st->at.offset > file->size || st->at.length > file->size - st->at.offset) abort();
    }
}

/* Reads the text and prints what was read; false after an error. */
static bool read_statements(struct arena *a, const struct text_file *file, struct buf *out)
{
    struct diags d;
    diags_init(&d, a);
    struct ast_statements s = { 0 };
    parse_file(a, file, &s, &d);
    check_places(file, &d);
    for (size_t i = 0; i < s.count; i++) {
        ast_print_statement(out, s.items[i]);
        buf_append_c(out, ";\n");
    }
    return d.error_count == 0;
}

static bool read_expression(struct arena *a, const struct text_file *file, struct buf *out)
{
    struct diags d;
    diags_init(&d, a);
    struct ast_expr *e = parse_expression(a, file, &d);
    check_places(file, &d);
    if ((e == NULL) != (d.error_count > 0)) abort();
    if (e) ast_print_expr(out, e);
    return e != NULL;
}

typedef bool (*read_fn)(struct arena *a, const struct text_file *file, struct buf *out);

static void check_again(struct arena *a, read_fn read, const struct text_file *file)
{
    struct buf once = { 0 }, twice = { 0 };
    if (read(a, file, &once)) {
        struct text_file printed = { "printed", once.data, once.len };
        if (!read(a, &printed, &twice)) abort();
        if (once.len != twice.len) abort();
        if (once.len > 0 && memcmp(once.data, twice.data, once.len) != 0) abort();
    }
    buf_free(&once);
    buf_free(&twice);
}

static void check_parts(struct arena *a, const struct text_file *file, bool columns)
{
    struct diags d;
    diags_init(&d, a);
    struct ast_column_def *defs;
    struct ast_option *options;
    uint32_t n;
    bool ok = columns ? parse_columns(a, file, &defs, &n, &d)
                      : parse_options(a, file, &options, &n, &d);
    if (ok != (d.error_count == 0) || (ok && n == 0)) abort();
    check_places(file, &d);
    struct buf text = { 0 };
    diags_print(&text, &d);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct arena *a = arena_new();
    struct text_file file = { "fuzz", (const char *)data + 1, size - 1 };
    switch (data[0]) {
    case 'e': check_again(a, read_expression, &file); break;
    case 'c': check_parts(a, &file, true); break;
    case 'o': check_parts(a, &file, false); break;
    default: check_again(a, read_statements, &file); break;
    }
    arena_free(a);
    return 0;
}
