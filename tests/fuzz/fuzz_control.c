/*
 * Requests of the control socket: lines are the same in pieces of any size, none is longer than the limit, and what is
 * read of a message never reads over an end; a column that is accepted is written and read back as it was.
 *
 * The first byte of the input is the size of the pieces.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "io/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MAX_BYTES = 300 };

static void check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void read_column(struct arena *a, const struct doc_node *m)
{
    struct column c, back;
    struct doc_node *again;
    struct buf text = { 0 };
    if (!control_column(m, &c)) return;
    control_put_column(&text, &c);
    buf_append_char(&text, '}');
    struct status st = control_parse(a, str_view(text.data, text.len), &again);
    check(st.err == ERR_NONE, "a column that was written is no message");
    check(control_column(again, &back), "a column that was written is none");
    check(type_equal(c.type, back.type) && str_equal(&c.name, &back.name), "a column has changed");
    buf_free(&text);
}

static void read_message(struct str line)
{
    static const char *const names[] = { "do",     "stream", "text", "name",  "base_dir", "line",
                                         "column", "texts",  "rows", "version" };
    struct arena *a = arena_new();
    struct doc_node *m;
    if (control_parse(a, line, &m).err == ERR_NONE) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct str text = control_text(m, names[i]);
            check(text.len <= line.len, "a text is longer than its message");
            check(control_number(m, names[i], 1000) <= 1000, "a number is above its limit");
            (void)control_true(m, names[i]);
        }
        read_column(a, m);
    }
    arena_free(a);
}

/* The lines joined, each with its end; true: all of it was read. */
static bool read_lines(const uint8_t *data, size_t size, size_t piece, bool messages,
                       struct buf *out)
{
    struct control_lines lines = { .limit = LINE_MAX_BYTES };
    enum control_line got = CONTROL_PART;
    for (size_t at = 0; at < size && got != CONTROL_TOO_LONG; at += piece) {
        control_add(&lines, (const char *)data + at, size - at < piece ? size - at : piece);
        struct str line;
        while ((got = control_next(&lines, &line)) == CONTROL_LINE) {
            check(line.len < LINE_MAX_BYTES, "a line is longer than the limit");
            buf_append_str(out, line);
            buf_append_char(out, '\n');
            if (messages) read_message(line);
        }
    }
    control_lines_free(&lines);
    return got != CONTROL_TOO_LONG;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    struct buf whole = { 0 }, pieces = { 0 };
    bool all = read_lines(data + 1, size - 1, size, true, &whole);
    bool same = read_lines(data + 1, size - 1, (size_t)data[0] + 1, false, &pieces);
    check(all == same, "a long line is refused in one way of cutting alone");
    check(whole.len == pieces.len, "there are more lines in pieces");
    check(!whole.len || memcmp(whole.data, pieces.data, whole.len) == 0, "lines differ in pieces");
    check(whole.len <= size && (!whole.len || memcmp(whole.data, data + 1, whole.len) == 0),
          "lines are not those of the input");
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
