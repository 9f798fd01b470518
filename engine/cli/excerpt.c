/* excerpt.c: messages with the line that they are about, on a terminal that is narrower than the line. */

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { NARROWEST = 20, DOTS = 3 };

static bool is_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t characters(struct str line)
{
    const char *p = str_data(&line);
    size_t n = 0;
    for (uint32_t i = 0; i < line.len; i++) n += is_character(p[i]);
    return n;
}

/* Blanks, then ^~~~. */
static bool is_carets(struct str line)
{
    const char *p = str_data(&line);
    uint32_t i = 0;
    while (i < line.len && (p[i] == ' ' || p[i] == '\t')) i++;
    if (i == line.len || p[i++] != '^') return false;
    while (i < line.len && p[i] == '~') i++;
    return i == line.len;
}

/* Characters from..to of a line, tabs as one blank. */
static void append_part(struct buf *out, struct str line, size_t from, size_t to)
{
    const char *p = str_data(&line);
    size_t at = 0;
    for (uint32_t i = 0; i < line.len; i++) {
        at += is_character(p[i]);
        if (at > from && at <= to) buf_append_char(out, p[i] == '\t' ? ' ' : p[i]);
    }
}

/* Both lines, as much of them as fits, with the place in it. */
static void append_clipped(struct buf *out, struct str line, struct str carets, size_t width)
{
    const char *p = str_data(&carets);
    size_t place = (size_t)((const char *)memchr(p, '^', carets.len) - p);
    size_t n = characters(line), room = width - 2 * DOTS, from = 0;
    if (place > room / 2) from = place - room / 2;
    if (from + room > n) from = n > room ? n - room : 0;
    if (place < from) from = place;
    if (from > 0) buf_append_c(out, "...");
    append_part(out, line, from, from + room);
    buf_append_c(out, from + room < n ? "...\n" : "\n");
    if (from > 0) buf_append_c(out, "   ");
    append_part(out, carets, from, from + room);
    buf_append_char(out, '\n');
}

static struct str next_line(const struct buf *text, size_t *at)
{
    const char *p = text->data + *at, *stop = memchr(p, '\n', text->len - *at);
    size_t n = stop ? (size_t)(stop - p) : text->len - *at;
    *at += n + (stop != NULL);
    return str_view(p, n);
}

void cli_fit_excerpts(struct buf *out, const struct buf *messages, size_t width)
{
    size_t at = 0;
    while (at < messages->len) {
        struct str line = next_line(messages, &at), carets = STR_EMPTY;
        size_t after = at;
        if (after < messages->len) carets = next_line(messages, &after);
        bool wide = characters(line) > width || carets.len > width;
        if (width >= NARROWEST && wide && is_carets(carets)) {
            append_clipped(out, line, carets, width);
            at = after;
        } else {
            buf_append_str(out, line);
            buf_append_char(out, '\n');
        }
    }
}

void cli_write_messages(FILE *out, const struct buf *messages)
{
    struct winsize size = { 0 };
    struct buf fitting = { 0 };
    if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        cli_fit_excerpts(&fitting, messages, size.ws_col);
    cli_write(out, fitting.len ? &fitting : messages);
    buf_free(&fitting);
}
