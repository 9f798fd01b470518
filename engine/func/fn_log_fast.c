/*
 * fn_log_fast.c: FAST_REGEX_LOG_PARSE: a line cut by a series of lazy searches without backtracking (section 8.2 of the
 * aggregates sheet).
 *
 * A pattern's pieces (regex_fast.h) stand in a row. Each piece of variable length begins a search, which the pieces of
 * fixed length behind it end; the search takes the shortest text that it matches, and the last one all that is left.
 * Where the pieces of fixed length lie is counted back from the end of the search.
 *
 *     (.*)-+(<Alpha>.*)    `.*-`  `-*[a-zA-Z]`  `.*`      tick----tock:  tick-  ---t  ock
 */

#include "base/limits.h"
#include "base/utf8.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/record.h"
#include "func/regex.h"
#include "func/regex_fast.h"

/* Pieces first .. last - 1 of the row of pieces: two an element, fixed and varying. */
struct search {
    const struct regex *regex;
    uint32_t            first, last;
};

struct fast_log {
    struct fast_pattern pattern;
    struct search      *searches;
    uint32_t            n_searches, n_groups;
};

struct place {
    size_t begin, end; /* bytes of the line */
};

static const struct fast_piece *piece_at(const struct fast_pattern *p, uint32_t i)
{
    const struct fast_element *e = &p->elements[i / 2];
    return i % 2 == 0 ? &e->fixed : &e->varying;
}

/* ---- lines ---- */

static size_t step_back(const char *s, size_t at, int64_t characters)
{
    while (characters > 0 && at > 0) {
        at--;
        if (((unsigned char)s[at] & 0xc0) != 0x80) characters--;
    }
    return at;
}

/* The places of the pieces of a search that matched line[begin..end). */
static void place_pieces(const struct fast_pattern *p, const struct search *s, const char *line,
                         size_t begin, size_t end, struct place *places)
{
    size_t at = end;
    for (uint32_t i = s->last; i-- > s->first;) {
        int64_t length = piece_at(p, i)->length;
        places[i].end = at;
        at = length < 0 ? begin : step_back(line, at, length);
        if (at < begin) at = begin;
        places[i].begin = at;
    }
}

/* The runs belong to the searches. */
static enum regex_found find_all(const struct fast_log *f, const struct regex_call *c,
                                 const struct regex_run *runs, const struct str *line,
                                 struct place *places)
{
    const char *s = str_data(line);
    size_t begin = 0;
    for (uint32_t i = 0; i < f->n_searches; i++) {
        bool last = i + 1 == f->n_searches;
        size_t end = line->len - begin;
        enum regex_found found =
            last ? regex_find(c, &runs[i], s + begin, end, 0)
                 : regex_find_shortest(c, &runs[i], s + begin, end, &end);
        if (found != REGEX_FOUND) return found;
        place_pieces(&f->pattern, &f->searches[i], s, begin, begin + end, places);
        begin += end;
    }
    return begin == line->len ? REGEX_FOUND : REGEX_NONE; /* an empty pattern searches nothing */
}

static void put_groups(const struct fast_log *f, const char *line, const struct place *places,
                       struct record_writer *w)
{
    uint32_t field = 0;
    record_begin(w, f->n_groups);
    for (uint32_t i = 0; i < f->pattern.n; i++) {
        if (!f->pattern.elements[i].is_group) continue;
        size_t from = places[2 * i].begin, to = places[2 * i + 1].end;
        record_put(w, field++, line + from, to > from ? to - from : 0);
    }
}

static void fast_log_parse(struct kernel_call *k)
{
    const struct fast_log *f = k->bound;
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct arena *scratch = ((struct call_host *)k)->scratch;
    struct place *places = arena_array(scratch, 2 * (size_t)f->pattern.n + 1, sizeof *places);
    struct regex_run *runs = arena_array(scratch, (size_t)f->n_searches + 1, sizeof *runs);
    struct record_writer w = { .b.data = NULL };
    struct regex_call c;
    regex_call_open(&c, &regex_plain, NULL);
    for (uint32_t i = 0; i < f->n_searches; i++) runs[i] = regex_run_open(f->searches[i].regex);
    FOR_ROWS(k, row)
    {
        const struct str *line = &lines[row & mask];
        enum regex_found found = utf8_valid(str_data(line), line->len)
                                     ? find_all(f, &c, runs, line, places)
                                     : REGEX_GAVE_UP;
        result_str(k)[row] = STR_EMPTY;
        if (found == REGEX_GAVE_UP) {
            regex_fault_gave_up(k, row);
        } else if (found == REGEX_NONE) {
            sluice_fault(k, row, SLUICE_FAULT_PARSE,
                         "FAST_REGEX_LOG_PARSE: the line does not match the pattern");
        } else {
            put_groups(f, str_data(line), places, &w);
            record_end(&w, k, row);
        }
    }
    for (uint32_t i = 0; i < f->n_searches; i++) regex_run_close(&runs[i]);
    regex_call_close(&c);
    record_free(&w);
}

/* ---- binding ---- */

static const struct regex *compile_search(struct fn_bind *b, const struct fast_pattern *p,
                                          const struct search *s, bool whole)
{
    struct buf text = { .data = NULL };
    for (uint32_t i = s->first; i < s->last; i++) {
        buf_append(&text, piece_at(p, i)->text, piece_at(p, i)->n);
    }
    struct regex_error why = { .message = NULL };
    struct str pattern = str_view(text.len ? text.data : "", text.len);
    const struct regex *r =
        regex_compile(b->host, whole ? &regex_plain_whole : &regex_plain, pattern, STR_EMPTY, &why);
    b->refusal = why.message;
    buf_free(&text);
    return r;
}

/* One search for each piece of variable length, with the fixed ones behind it; what is before the first has its own. */
static bool compile_searches(struct fn_bind *b, struct fast_log *f)
{
    uint32_t n = 2 * f->pattern.n;
    f->searches = sluice_bind_alloc(b, (n + 1) * sizeof *f->searches);
    for (uint32_t i = 0; i < n; i++) {
        bool begins = i == 0 || piece_at(&f->pattern, i)->length < 0;
        if (begins) f->searches[f->n_searches++].first = i;
        f->searches[f->n_searches - 1].last = i + 1;
    }
    for (uint32_t i = 0; i < f->n_searches; i++) {
        struct search *s = &f->searches[i];
        s->regex = compile_search(b, &f->pattern, s, i + 1 == f->n_searches);
        if (!s->regex) return false;
    }
    return true;
}

static bool bind_fast_log(struct fn_bind *b)
{
    struct fast_log *f = sluice_bind_alloc(b, sizeof *f);
    b->bound = f;
    if (!bind_has_constant(b, 1)) {
        b->refusal = "the pattern must be a constant";
        return false;
    }
    if (!regex_fast_parse(b, bind_constant_str(b, 1), &f->pattern)) return false;
    for (uint32_t i = 0; i < f->pattern.n; i++) f->n_groups += f->pattern.elements[i].is_group;
    if (f->n_groups > RECORD_FIELDS_MAX) {
        b->refusal = "the pattern has too many groups";
        return false;
    }
    if (!compile_searches(b, f)) return false;
    return bind_record(b, record_numbered(b, f->n_groups), f->n_groups);
}

const struct fn_def fn_log_fast[] = {
    {
        .name = "FAST_REGEX_LOG_PARSE",
        .aliases = "FAST_REGEX_LOG_PARSER",
        .group = "Log parsing",
        .args = { PARAM("line", SLUICE_CLASS_TEXT), PARAM("pattern", SLUICE_CLASS_TEXT) },
        .errors = "22000 2201B",
        .bind = bind_fast_log,
        .kernel = fast_log_parse,
        .doc = "A record of what the top-level groups of a pattern cut out of the line by lazy "
               "searches without backtracking; a line that does not match is an error.",
        .examples = "",
    },
    { .name = NULL },
};
