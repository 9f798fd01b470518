/*
 * testfile.c: a .test file as cases and blocks.
 *
 * One pass over the lines: outside of a block a line is a comment, nothing, `====` or a directive; inside of
 * one it belongs to the block until `----`. Nothing is looked up: whether a stream or a column exists is seen
 * when the case runs.
 */

#include "cli/testfile.h"

#include <errno.h>
#include <stdio.h>

#include "app/kinds.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "data/calendar.h"

enum { FILE_BYTES_MAX = LIMIT_RECORD_BYTES };

/* ---- lines ---- */

struct reader {
    struct arena     *arena;
    struct test_file *file;
    size_t            next;   /* byte behind the line */
    uint32_t          number; /* of the line */
    struct str        line;   /* without its end */
    struct str        title;  /* of the last comment; what follows a comment line belongs to it */
    bool              title_open;
};

static bool next_line(struct reader *r)
{
    const struct text_file *text = &r->file->text;
    if (r->next >= text->size) return false;
    const char *start = text->data + r->next;
    const char *feed = memchr(start, '\n', text->size - r->next);
    const char *stop = feed ? feed : text->data + text->size;
    r->next = (size_t)(stop - text->data) + (feed != NULL);
    if (stop > start && stop[-1] == '\r') stop--;
    r->line = str_view(start, (size_t)(stop - start));
    r->number++;
    return true;
}

/* Where line `number` is, of `length` bytes from its start on. */
static struct span span_of_line(const struct text_file *text, uint32_t number, uint32_t length)
{
    size_t at = 0;
    for (uint32_t n = 1; n < number; n++) {
        const char *feed = memchr(text->data + at, '\n', text->size - at);
        if (!feed) break;
        at = (size_t)(feed - text->data) + 1;
    }
    return (struct span){
        .file = text, .line = number, .column = 1, .offset = (uint32_t)at, .length = length
    };
}

struct span test_line_span(const struct test_file *f, const struct test_line *line)
{
    return span_of_line(&f->text, line->number, line->text.len);
}

static struct span here(const struct reader *r)
{
    return span_of_line(&r->file->text, r->number, r->line.len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str part(struct str s, size_t from, size_t to)
{
    return str_view(str_data(&s) + from, to - from);
}

static struct str trimmed(struct str s)
{
    const char *p = str_data(&s);
    size_t      from = 0, to = s.len;
    while (from < to && is_blank(p[from])) from++;
    while (to > from && is_blank(p[to - 1])) to--;
    return part(s, from, to);
}

/* ---- times ---- */

static size_t word_end(const char *p, size_t from, size_t n)
{
    while (from < n && !is_blank(p[from])) from++;
    return from;
}

/* `@2026-01-01 00:00:00` or `@00:00:00` at the start of a line; *end: the byte behind it. */
static bool take_time(const char *p, size_t n, int64_t *out, size_t *end)
{
    size_t first = word_end(p, 1, n);
    if (memchr(p + 1, ':', first - 1)) {
        if (!calendar_parse_time(p + 1, first - 1, out)) return false;
        *out += TEST_START;
        *end = first;
        return true;
    }
    size_t second = word_end(p, first + (first < n), n);
    *end = second;
    return second > first + 1 && calendar_parse_timestamp(p + 1, second - 1, out);
}

static struct status read_input_line(struct reader *r, int64_t *clock, struct test_line *line)
{
    const char *p = str_data(&r->line);
    size_t      n = r->line.len, end = 0;
    line->text = r->line;
    line->has_record = true;
    if (n > 0 && p[0] == '@') {
        int64_t time;
        if (!take_time(p, n, &time, &end)) {
            struct status st =
                status_new(r->arena, ERR_SYNTAX, here(r), "the line does not begin with a time");
            return status_with_hint(st,
                                    "times are written @2026-01-01 00:00:00.000 or @00:00:00.000");
        }
        if (time < *clock) {
            return status_new(r->arena, ERR_SYNTAX, here(r),
                              "time goes back: the line before this one is later");
        }
        *clock = time;
        while (end < n && is_blank(p[end])) end++;
        line->text = part(r->line, end, n);
        line->has_record = end < n;
    }
    line->time = *clock;
    return OK;
}

/* ---- directives ---- */

struct directive {
    const char         *word;
    enum test_directive kind;
    bool                has_block;
    const char         *form;
};

static const struct directive directives[] = {
    { "schema", TEST_SCHEMA, true, "schema NAME [(option = value, ...)]" },
    { "rows", TEST_ROWS, true, "rows NAME" },
    { "sql", TEST_SQL, true, "sql" },
    { "include", TEST_INCLUDE, false, "include PATH" },
    { "input", TEST_INPUT, true, "input NAME" },
    { "expect", TEST_EXPECT, true, "expect NAME [unordered]" },
    { "expect-count", TEST_EXPECT_COUNT, false, "expect-count NAME N" },
    { "eval", TEST_EVAL, true, "eval" },
    { "error", TEST_ERROR, false, "error TEXT" },
};
enum { N_DIRECTIVES = sizeof directives / sizeof *directives };

static struct status unknown_directive(struct reader *r, struct str word)
{
    const char *best = NULL;
    int         distance = 3;
    for (size_t i = 0; i < N_DIRECTIVES; i++) {
        int d = str_distance(word, str_c(directives[i].word), 2);
        if (d < distance) best = directives[i].word, distance = d;
    }
    struct status st =
        status_new(r->arena, ERR_SYNTAX, here(r), "no directive \"%.*s\"", STR_ARG(word));
    return status_with_hint(
        st, best ? str_format_c(r->arena, "did you mean \"%s\"?", best)
                 : "a line outside of a block is a directive, a comment (#), ==== or empty");
}

static struct status bad_form(struct reader *r, const struct directive *d)
{
    struct status st = status_new(r->arena, ERR_SYNTAX, here(r),
                                  "\"%s\" is not complete, or has too much", d->word);
    return status_with_hint(st, str_format_c(r->arena, "it is written: %s", d->form));
}

/* schema NAME (options) */
static bool read_schema_words(struct str rest, struct test_block *b)
{
    const char *p = str_data(&rest);
    const char *open = memchr(p, '(', rest.len);
    b->name = rest;
    if (!open || open == p || !is_blank(open[-1])) return rest.len > 0;
    b->name = trimmed(part(rest, 0, (size_t)(open - p)));
    b->argument = part(rest, (size_t)(open - p) + 1, rest.len - 1);
    return b->name.len > 0 && p[rest.len - 1] == ')';
}

/* expect NAME [unordered] */
static bool read_expect_words(struct str rest, struct test_block *b)
{
    static const char word[] = "unordered";
    size_t            n = sizeof word - 1;
    const char       *p = str_data(&rest);
    b->name = rest;
    b->unordered =
        rest.len > n && is_blank(p[rest.len - n - 1]) && memcmp(p + rest.len - n, word, n) == 0;
    if (b->unordered) b->name = trimmed(part(rest, 0, rest.len - n));
    return b->name.len > 0;
}

/* expect-count NAME N */
static bool read_count_words(struct str rest, struct test_block *b)
{
    const char *p = str_data(&rest);
    size_t      at = rest.len;
    while (at > 0 && !is_blank(p[at - 1])) at--;
    b->name = trimmed(part(rest, 0, at));
    for (size_t i = at; i < rest.len; i++) {
        if (p[i] < '0' || p[i] > '9' || b->count > UINT64_MAX / 10 - 1) return false;
        b->count = b->count * 10 + (uint64_t)(p[i] - '0');
    }
    return b->name.len > 0 && at < rest.len;
}

static bool read_words(const struct directive *d, struct str rest, struct test_block *b)
{
    switch (d->kind) {
    case TEST_SCHEMA: return read_schema_words(rest, b);
    case TEST_EXPECT: return read_expect_words(rest, b);
    case TEST_EXPECT_COUNT: return read_count_words(rest, b);
    case TEST_ROWS:
    case TEST_INPUT: b->name = rest; return rest.len > 0;
    case TEST_INCLUDE:
    case TEST_ERROR: b->argument = rest; return rest.len > 0;
    case TEST_SQL:
    case TEST_EVAL: return rest.len == 0;
    }
    return false;
}

/* ---- blocks ---- */

static bool is_marker(struct str line, char c)
{
    const char *p = str_data(&line);
    return line.len == 4 && p[0] == c && p[1] == c && p[2] == c && p[3] == c;
}

static struct status read_block(struct reader *r, struct test_block *b)
{
    size_t  start = r->next, stop = r->next;
    int64_t clock = TEST_START;
    b->text_line = r->number + 1;
    for (;;) {
        bool more = next_line(r);
        if (!more || is_marker(r->line, '=')) {
            struct status st =
                status_new(r->arena, ERR_SYNTAX, b->at, "the block that begins here does not end");
            return status_with_hint(st, "a block ends with a line ----");
        }
        if (is_marker(r->line, '-')) break;
        stop = r->next;
        if (trimmed(r->line).len == 0) continue;
        struct test_line line = { .text = r->line, .number = r->number };
        if (b->kind == TEST_INPUT) TRY(read_input_line(r, &clock, &line));
        *array_push(r->arena, &b->lines) = line;
    }
    b->text_at = start;
    b->text_size = stop - start;
    return OK;
}

static struct test_case *current_case(struct reader *r, bool fresh)
{
    struct test_file *f = r->file;
    if (fresh || f->cases.count == 0) {
        struct test_case *c = array_push(r->arena, &f->cases);
        c->title = str_to_c(r->arena, r->title);
        c->at = here(r);
    }
    return &f->cases.items[f->cases.count - 1];
}

static struct status read_directive(struct reader *r, bool fresh)
{
    const char *p = str_data(&r->line);
    size_t      end = word_end(p, 0, r->line.len);
    struct str  word = part(r->line, 0, end);
    size_t      i = 0;
    while (i < N_DIRECTIVES && !str_equal_c(word, directives[i].word)) i++;
    if (i == N_DIRECTIVES) return unknown_directive(r, word);

    const struct directive *d = &directives[i];
    struct test_case       *c = current_case(r, fresh);
    struct test_block      *b = array_push(r->arena, &c->blocks);
    b->kind = d->kind;
    b->at = here(r);
    if (!read_words(d, trimmed(part(r->line, end, r->line.len)), b)) return bad_form(r, d);
    return d->has_block ? read_block(r, b) : OK;
}

/* Comment lines right below each other are one comment. */
static void read_comment(struct reader *r)
{
    struct str text = trimmed(part(r->line, 1, r->line.len));
    r->title =
        r->title_open ? str_format(r->arena, "%.*s %.*s", STR_ARG(r->title), STR_ARG(text)) : text;
    r->title_open = true;
}

static bool same_name(const struct test_block *a, const struct test_block *b)
{
    return a->kind == b->kind && str_equal(&a->name, &b->name);
}

/* What a name stands for is said once. */
static struct status check_case(struct reader *r, const struct test_case *c)
{
    for (size_t i = 0; i < c->blocks.count; i++) {
        const struct test_block *b = &c->blocks.items[i];
        if (b->kind != TEST_SCHEMA && b->kind != TEST_ROWS && b->kind != TEST_EXPECT &&
            b->kind != TEST_EXPECT_COUNT)
            continue;
        for (size_t k = 0; k < i; k++) {
            if (same_name(&c->blocks.items[k], b)) {
                return status_new(r->arena, ERR_SYNTAX, b->at,
                                  "\"%.*s\" has this directive already, in line %u",
                                  STR_ARG(b->name), c->blocks.items[k].at.line);
            }
        }
    }
    return OK;
}

static struct status read_cases(struct reader *r)
{
    bool fresh = true;
    while (next_line(r)) {
        const char *p = str_data(&r->line);
        if (r->line.len > 0 && p[0] == '#') {
            read_comment(r);
            continue;
        }
        r->title_open = false;
        if (trimmed(r->line).len == 0) continue;
        if (is_marker(r->line, '=')) {
            fresh = true;
            r->title = STR_EMPTY;
            continue;
        }
        TRY(read_directive(r, fresh));
        fresh = false;
    }
    for (size_t i = 0; i < r->file->cases.count; i++) TRY(check_case(r, &r->file->cases.items[i]));
    return OK;
}

/* ---- files ---- */

/* The number of the line that is not UTF-8. */
static uint32_t bad_line(const char *text, size_t size)
{
    uint32_t number = 1;
    size_t   at = 0;
    for (;;) {
        const char *feed = memchr(text + at, '\n', size - at);
        size_t      stop = feed ? (size_t)(feed - text) : size;
        if (!utf8_valid(text + at, stop - at) || !feed) return number;
        at = stop + 1;
        number++;
    }
}

struct status test_file_parse(struct arena *a, const char *path, const char *text, size_t size,
                              struct test_file **out)
{
    struct test_file *f = ARENA_NEW(a, struct test_file);
    f->text = (struct text_file){ .name = path, .data = text, .size = size };
    TRY(text_check_kind(a, &f->text, TEXT_TESTS, false));
    if (!utf8_valid(text, size)) {
        struct span at = { .file = &f->text, .line = bad_line(text, size), .column = 1 };
        at.offset = (uint32_t)size + 1; /* such a line is not shown */
        return status_new(a, ERR_SYNTAX, at, "the line is not UTF-8 text");
    }
    struct reader r = { .arena = a, .file = f };
    TRY(read_cases(&r));
    *out = f;
    return OK;
}

struct status test_file_read(struct arena *a, const char *path, struct test_file **out)
{
    FILE *in = fopen(path, "rb");
    if (!in) return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
    struct buf text = { 0 };
    size_t     got = 1;
    while (got > 0 && text.len <= FILE_BYTES_MAX) {
        got = fread(buf_reserve(&text, 65536), 1, 65536, in);
        text.len += got;
    }
    int reason = ferror(in) ? errno : 0;
    fclose(in);
    const char *copy = arena_dup(a, text.data ? text.data : "", text.len);
    size_t      size = text.len;
    buf_free(&text);
    if (reason)
        return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(reason));
    if (size > FILE_BYTES_MAX) {
        return status_new(a, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                          "%s is larger than %d MB, the limit of a test file", path,
                          FILE_BYTES_MAX >> 20);
    }
    return test_file_parse(a, arena_dup(a, path, strlen(path) + 1), copy, size, out);
}
