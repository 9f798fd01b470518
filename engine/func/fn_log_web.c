/*
 * fn_log_web.c: W3C_LOG_PARSE: lines of web servers, written by a format of Apache's log module or a named one
 * (section 8.6 of the aggregates sheet).
 *
 * A format is literal text, a specifier, literal text, and so on. A field ends at the first character of the text
 * behind it, or with the line; the text must then stand there as a whole.
 *
 *     %h [%t] "%r"    =>    h, then ` [`, t, then `] "`, r, then `"`
 *
 * How a server came to write what it wrote (conditions, < and >, arguments) does not matter here.
 */

#include "func/builtin.h"
#include "func/record.h"

/* A specifier and the text before it. */
struct web_piece {
    const char *before;
    size_t      n_before;
    char        end;       /* first character of the text behind; 0: it ends with the line */
    bool        quoted;    /* between quotes: one behind a backslash does not end it */
    bool        brackets;  /* a time with its brackets */
};

struct web_format {
    struct web_piece *pieces;
    uint32_t          n;
    const char       *after; /* text behind the last one */
    size_t            n_after;
    bool              commas; /* IIS: blanks around fields are left out, a comma may stand at the end */
};

/* ---- named formats ---- */

static const struct {
    const char *name, *format;
} named[] = {
    { "COMMON", "%h %l %u %t \"%r\" %>s %b" },
    { "COMMON WITH VHOST", "%v %h %l %u %t \"%r\" %>s %b" },
    { "NCSA EXTENDED", "%h %l %u %t \"%r\" %>s %b \"%[Referer]i\" \"%[User-agent]i\"" },
    { "REFERER", "%[Referer]i ---> %U" },
    { "AGENT", "%[User-agent]i" },
    { "IIS", "%h,%u,%[d]t,%[t]t,%[s]n,%v,%A,%D,%I,%O,%s,%[w]n,%m,%U,%q" },
};

/* ---- compiling ---- */

struct web_reader {
    const char *p, *end;
    const char *wrong;
};

static bool fail(struct web_reader *r, const char *what)
{
    if (!r->wrong) r->wrong = what;
    return false;
}

static bool is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* Behind the percent sign: condition, request, argument, letter. */
static bool take_specifier(struct web_reader *r, char *letter, bool *argument)
{
    while (r->p < r->end && is_one_of(*r->p, "!0123456789,<>")) r->p++;
    *argument = r->p < r->end && (*r->p == '[' || *r->p == '{');
    if (*argument) {
        char close = *r->p == '[' ? ']' : '}';
        const char *at = memchr(r->p, close, (size_t)(r->end - r->p));
        if (!at) return fail(r, "the argument of a specifier is not closed");
        r->p = at + 1;
    }
    *letter = r->p < r->end ? *r->p++ : '\0';
    if (!is_one_of(*letter, "aAbBCDefhHiIlmnoOpPqrstTuUvVX")) return fail(r, "unknown specifier");
    if (!*argument && is_one_of(*letter, "Ceino")) {
        return fail(r, "a specifier lacks its argument in brackets");
    }
    return true;
}

/* Literal text up to a specifier or the end, with %% as one. */
static size_t take_text(struct web_reader *r, char *out)
{
    size_t n = 0;
    while (r->p < r->end) {
        if (*r->p == '%') {
            if (r->end - r->p < 2 || r->p[1] != '%') break;
            r->p++;
        }
        out[n++] = *r->p++;
    }
    return n;
}

/* What ends the pieces is known when all are there. */
static void set_ends(struct web_format *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        struct web_piece *piece = &f->pieces[i];
        const char *behind = i + 1 < f->n ? f->pieces[i + 1].before : f->after;
        size_t n_behind = i + 1 < f->n ? f->pieces[i + 1].n_before : f->n_after;
        char before = piece->n_before > 0 ? piece->before[piece->n_before - 1] : '\0';
        piece->end = n_behind > 0 ? behind[0] : '\0';
        piece->quoted = before == '"' && piece->end == '"';
        piece->brackets = piece->brackets && before != '[';
    }
}

static bool compile(struct fn_bind *b, struct str text, struct web_format *f)
{
    const char *p = str_data(&text);
    struct web_reader r = { .p = p, .end = p + text.len };
    char *room = sluice_bind_alloc(b, text.len + (size_t)1);
    f->pieces = sluice_bind_alloc(b, (text.len + (size_t)1) * sizeof *f->pieces);
    for (;;) {
        size_t n = take_text(&r, room);
        if (r.p == r.end) {
            f->after = room;
            f->n_after = n;
            break;
        }
        char letter;
        bool argument;
        r.p++;
        if (!take_specifier(&r, &letter, &argument)) break;
        if (n == 0 && f->n > 0) fail(&r, "two specifiers have no text between them");
        if (f->n == RECORD_FIELDS_MAX) fail(&r, "too many specifiers");
        if (r.wrong) break;
        f->pieces[f->n++] = (struct web_piece){
            .before = room, .n_before = n, .brackets = letter == 't' && !argument
        };
        room += n;
    }
    set_ends(f);
    if (!r.wrong) return true;
    b->refusal = sluice_bind_text(b, "bad format '%.*s': %s", STR_ARG(text), r.wrong);
    return false;
}

/* ---- lines ---- */

/* Where the field that begins at p ends; NULL: it does not. */
static const char *field_end(const struct web_piece *piece, const char *p, const char *end)
{
    if (piece->brackets) {
        const char *close = p < end && *p == '[' ? memchr(p, ']', (size_t)(end - p)) : NULL;
        return close ? close + 1 : NULL;
    }
    if (piece->end == '\0') return end;
    for (; p < end && *p != piece->end; p++) {
        if (piece->quoted && *p == '\\' && p + 1 < end) p++;
    }
    return p < end ? p : NULL;
}

static void put_field(const struct web_format *f, uint32_t i, const char *p, const char *end,
                      struct record_writer *w)
{
    if (f->commas && i + 1 == f->n && end > p && end[-1] == ',') end--;
    while (f->commas && p < end && *p == ' ') p++;
    while (f->commas && p < end && end[-1] == ' ') end--;
    record_put(w, i, p, (size_t)(end - p));
}

static bool take_literal(const char **p, const char *end, const char *text, size_t n)
{
    if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0) return false;
    *p += n;
    return true;
}

static bool read_line(const struct web_format *f, const struct str *line, struct record_writer *w)
{
    const char *p = str_data(line), *end = p + line->len;
    record_begin(w, f->n);
    for (uint32_t i = 0; i < f->n; i++) {
        const struct web_piece *piece = &f->pieces[i];
        if (!take_literal(&p, end, piece->before, piece->n_before)) return false;
        const char *stop = field_end(piece, p, end);
        if (!stop) return false;
        put_field(f, i, p, stop, w);
        p = stop;
    }
    return take_literal(&p, end, f->after, f->n_after) && p == end;
}

static void w3c_log_parse(struct kernel_call *k)
{
    const struct web_format *f = k->bound;
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct record_writer w = { .b.data = NULL };
    FOR_ROWS(k, row)
    {
        result_str(k)[row] = STR_EMPTY;
        if (read_line(f, &lines[row & mask], &w)) record_end(&w, k, row);
        else sluice_set_null(k, row);
    }
    record_free(&w);
}

static bool bind_w3c(struct fn_bind *b)
{
    struct web_format *f = sluice_bind_alloc(b, sizeof *f);
    b->bound = f;
    if (!bind_has_constant(b, 1)) {
        b->refusal = "the format must be a constant";
        return false;
    }
    struct str format = bind_constant_str(b, 1);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (!str_equal_nocase_c(format, named[i].name)) continue;
        f->commas = strcmp(named[i].name, "IIS") == 0;
        format = str_c(named[i].format);
    }
    if (!compile(b, format, f)) return false;
    return bind_record(b, record_numbered(b, f->n), f->n);
}

/* ---- rows ---- */

const struct fn_def fn_log_web[] = {
    {
        .name = "W3C_LOG_PARSE",
        .group = "Log parsing",
        .args = { PARAM("line", SLUICE_CLASS_TEXT), PARAM("format", SLUICE_CLASS_TEXT) },
        .errors = "",
        .bind = bind_w3c,
        .kernel = w3c_log_parse,
        .doc = "A record of the fields of a web server's log line, by a format of Apache's "
               "specifiers or one of COMMON, COMMON WITH VHOST, NCSA EXTENDED, REFERER, AGENT, "
               "IIS.",
        .examples = "",
    },
    { .name = NULL },
};
