/*
 * status.c: the table of errors, and how a status is shown:
 *
 *     app.sql:3:12: error 42703: no column "TICKR" here
 *         SELECT STREAM TICKR, PRICE
 *                       ^~~~~
 *     hint: did you mean "TICKER"?
 *
 * The line of carets repeats the line's tabs and has one blank for each other character, so that it stands right
 * whatever a tab's width is. Of a very long line only the surroundings of the place are shown.
 */

#include "base/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* Bytes of a line that are shown before the place, and at all. */
enum { SHOWN_BEFORE = 100, SHOWN = 200 };

static const struct {
    const char *name, *sqlstate, *text;
} errors[ERR_COUNT] = {
    [ERR_NONE] = { "NONE", "00000", "success" },
#define ERR(name, sqlstate, text) [ERR_##name] = { #name, sqlstate, text },
#include "base/errors.def"
#undef ERR
};

const char *err_sqlstate(enum err err)
{
    return err < ERR_COUNT ? errors[err].sqlstate : "XX000";
}

const char *err_name(enum err err)
{
    return err < ERR_COUNT ? errors[err].name : "INTERNAL";
}

const char *err_text(enum err err)
{
    return err < ERR_COUNT ? errors[err].text : "internal error";
}

struct status status_new(struct arena *a, enum err err, struct span at, const char *format, ...)
{
    assert(err != ERR_NONE);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    const char *message = err_text(err);
    if (a && n >= 0) {
        char *text = arena_alloc(a, (size_t)n + 1);
        vsnprintf(text, (size_t)n + 1, format, again);
        message = text;
    }
    va_end(again);
    va_end(args);
    return (struct status){ .err = err, .at = at, .message = message };
}

struct status status_with_hint(struct status st, const char *hint)
{
    st.hint = hint;
    return st;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The part of the source line that is shown: data[*from .. *to). */
static void shown_line(const struct text_file *f, size_t place, size_t *from, size_t *to)
{
    size_t start = place, stop = place;
    while (start > 0 && f->data[start - 1] != '\n') start--;
    while (stop < f->size && f->data[stop] != '\n') stop++;
    if (stop > place && f->data[stop - 1] == '\r') stop--;
    if (stop - start > SHOWN) {
        if (place - start > SHOWN_BEFORE) start = place - SHOWN_BEFORE;
        if (stop - start > SHOWN) stop = start + SHOWN;
        while (start < place && is_continuation(f->data[start])) start++;
        while (stop > place && stop < f->size && is_continuation(f->data[stop])) stop--;
    }
    *from = start;
    *to = stop;
}

/* The source line and the carets below it. */
static void print_line(struct buf *out, struct span at)
{
    const struct text_file *f = at.file;
    if (!f->data || at.offset > f->size) return;

    size_t place = at.offset, from, to;
    shown_line(f, place, &from, &to);
    buf_append(out, f->data + from, to - from);
    buf_append_char(out, '\n');

    for (size_t i = from; i < place; i++) {
        if (!is_continuation(f->data[i])) buf_append_char(out, f->data[i] == '\t' ? '\t' : ' ');
    }
    buf_append_char(out, '^');
    size_t end = place + at.length < to ? place + at.length : to;
    for (size_t i = place + 1; i < end; i++) {
        if (!is_continuation(f->data[i])) buf_append_char(out, '~');
    }
    buf_append_char(out, '\n');
}

void status_print_as(struct buf *out, const struct status *st, const char *level)
{
    const struct text_file *f = st->at.file;
    bool placed = f && st->at.line > 0;
    if (placed && f->name) {
        buf_printf(out, "%s:%u:%u: ", f->name, st->at.line, st->at.column);
    } else if (f && f->name) {
        buf_printf(out, "%s: ", f->name);
    }
    buf_printf(out, "%s %s: %s\n", level, err_sqlstate(st->err),
               st->message ? st->message : err_text(st->err));
    if (placed) print_line(out, st->at);
    if (st->hint) buf_printf(out, "hint: %s\n", st->hint);
}

void status_print(struct buf *out, const struct status *st)
{
    status_print_as(out, st, "error");
}
