/* prefix.c: prefixes of objects, read each time anew: an object is begun once a minute, not once a row. */

#include "io/prefix.h"

#include "data/calendar.h"

enum { RANDOM_LENGTH = 11 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- parts ---- */

/* A piece of a prefix: plain text, or what stands in !{...}. */
struct piece {
    const char *text;
    size_t      size;
    bool        expression;
};

/* The piece at p; returns what is behind it, or NULL for an expression without an end. */
static const char *next_piece(const char *p, const char *end, struct piece *out)
{
    bool expression = end - p >= 2 && p[0] == '!' && p[1] == '{';
    if (expression) {
        const char *close = memchr(p, '}', (size_t)(end - p));
        if (!close) return NULL;
        *out = (struct piece){ p + 2, (size_t)(close - p) - 2, true };
        return close + 1;
    }
    const char *stop = p + 1;
    while (stop < end && !(stop[0] == '!' && stop + 1 < end && stop[1] == '{')) stop++;
    *out = (struct piece){ p, (size_t)(stop - p), false };
    return stop;
}

static bool begins(const struct piece *p, const char *word)
{
    size_t n = strlen(word);
    return p->size >= n && memcmp(p->text, word, n) == 0;
}

static bool equals(const struct piece *p, const char *word)
{
    return p->size == strlen(word) && begins(p, word);
}

static const char stamp[] = "timestamp:", error_type[] = "firehose:error-output-type",
                  random_string[] = "firehose:random-string";

/* ---- checks ---- */

/* The first letter of a pattern that means nothing, or 0. */
static char unknown_letter(const char *p, size_t n)
{
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\'') quoted = !quoted;
        else if (!quoted && is_letter(p[i]) && !strchr("yYMdDHhmsS", p[i])) return p[i];
    }
    return quoted ? '\'' : 0;
}

static struct status check_piece(struct arena *a, const struct io_endpoint *e,
                                 const struct piece *p)
{
    static const char known[] = "known are !{timestamp:PATTERN}, !{firehose:random-string} and "
                                "!{firehose:error-output-type}";
    if (!p->expression || equals(p, error_type) || equals(p, random_string)) return OK;
    size_t skip = sizeof stamp - 1;
    if (!begins(p, stamp)) {
        struct status st = status_new(a, ERR_BAD_OPTION, e->at,
                                      "no expression !{%.*s} for the prefix of %s", (int)p->size,
                                      p->text, e->name);
        return status_with_hint(st, known);
    }
    char wrong = unknown_letter(p->text + skip, p->size - skip);
    if (!wrong) return OK;
    struct status st = status_new(a, ERR_BAD_OPTION, e->at,
                                  "\"%c\" in the prefix of %s is no letter of a date pattern: %.*s",
                                  wrong, e->name, (int)(p->size - skip), p->text + skip);
    return status_with_hint(st, "known are yyyy, MM, dd, DDD, HH, hh, mm, ss and SSS; other text "
                                "stands between single quotes");
}

struct status prefix_check(struct arena *a, const struct io_endpoint *e, struct str prefix)
{
    const char *p = str_data(&prefix), *end = p + prefix.len;
    struct piece piece;
    while (p < end) {
        const char *next = next_piece(p, end, &piece);
        if (!next)
            return status_new(a, ERR_BAD_OPTION, e->at,
                              "an expression in the prefix of %s has no end: %.*s", e->name,
                              (int)(end - p), p);
        TRY(check_piece(a, e, &piece));
        p = next;
    }
    return OK;
}

bool prefix_is_failed(struct str prefix)
{
    return memmem(str_data(&prefix), prefix.len, error_type, sizeof error_type - 1) != NULL ||
           memmem(str_data(&prefix), prefix.len, PREFIX_FAILED, sizeof PREFIX_FAILED - 1) != NULL;
}

bool prefix_is_dynamic(struct str prefix)
{
    return memmem(str_data(&prefix), prefix.len, "!{", 2) != NULL;
}

/* ---- texts ---- */

static long long number_of(char letter, const struct civil *c, rowtime time)
{
    struct civil first = { .year = c->year, .month = 1, .day = 1 };
    switch (letter) {
    case 'M': return c->month;
    case 'd': return c->day;
    case 'D': return (time - calendar_ms(&first)) / MS_PER_DAY + 1;
    case 'H': return c->hour;
    case 'h': return c->hour % 12 ? c->hour % 12 : 12;
    case 'm': return c->minute;
    case 's': return c->second;
    case 'S': return c->millisecond;
    default:  return c->year;
    }
}

static void append_number(struct buf *out, char letter, int run, const struct civil *c,
                          rowtime time)
{
    long long value = number_of(letter, c, time);
    bool      year = letter == 'y' || letter == 'Y';
    if (year && run == 2) value %= 100;
    buf_printf(out, "%0*lld", year && run == 1 ? 4 : run, value);
}

static void append_time(struct buf *out, const char *p, size_t n, rowtime time)
{
    struct civil c;
    bool         quoted = false;
    calendar_from_ms(time, &c);
    for (size_t i = 0, run; i < n; i += run) {
        run = 1;
        if (p[i] == '\'') {
            /* two quotes are one */
            bool twice = i + 1 < n && p[i + 1] == '\'';
            if (twice) buf_append_char(out, '\'');
            else quoted = !quoted;
            run += twice;
        } else if (quoted || !is_letter(p[i])) {
            buf_append_char(out, p[i]);
        } else {
            while (i + run < n && p[i + run] == p[i]) run++;
            append_number(out, p[i], run > 9 ? 9 : (int)run, &c, time);
        }
    }
}

static void append_random(struct buf *out, rowtime time, uint64_t number)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t          value = hash_u64((uint64_t)time ^ hash_u64(number));
    for (int i = 0; i < RANDOM_LENGTH; i++, value /= 36) buf_append_char(out, digits[value % 36]);
}

void prefix_append(struct buf *out, struct str prefix, rowtime time, uint64_t number)
{
    const char  *p = str_data(&prefix), *end = p + prefix.len;
    struct piece piece;
    bool         plain = true;
    while (p && p < end) {
        p = next_piece(p, end, &piece);
        plain &= !piece.expression;
        if (!piece.expression) buf_append(out, piece.text, piece.size);
        else if (equals(&piece, error_type)) buf_append_c(out, PREFIX_FAILED);
        else if (equals(&piece, random_string)) append_random(out, time, number);
        else append_time(out, piece.text + sizeof stamp - 1, piece.size - (sizeof stamp - 1), time);
    }
    static const char usual[] = "yyyy/MM/dd/HH/";
    if (plain) append_time(out, usual, sizeof usual - 1, time);
}
