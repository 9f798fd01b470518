/*
 * regex.c: patterns compiled and matched by PCRE2 (pcre2api(3), pcre2jit(3)).
 *
 * PCRE2's mode for invalid UTF-8 is not used: with compiled code 10.42 misses matches in it. Texts are checked instead.
 *
 * Classes are ASCII's, line ends are CR, LF and CRLF. A match that takes too many steps or too much memory is given up
 * and becomes the row's fault; one that only runs out of the compiled code's small stack is tried again by the
 * interpreter. Patterns that are no constants are kept while a call lasts, the last few of them.
 */

#define PCRE2_CODE_UNIT_WIDTH 8

#include "func/regex.h"

#include <assert.h>
#include <pcre2.h>

#include "base/str.h"
#include "base/utf8.h"
#include "func/call.h"

enum {
    MATCH_STEPS_MAX = 1000000,
    MATCH_HEAP_KIB_MAX = 32 << 10,
    PATTERN_BYTES_MAX = 256 << 10,
    MESSAGE_BYTES = 256,
    DFA_WORKSPACE = 4096
};

struct regex {
    pcre2_code *code;
    uint32_t    n_groups;
};

/* ---- compiling ---- */

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static void append_message(struct arena *a, int number, struct str pattern, struct regex_error *why)
{
    PCRE2_UCHAR text[MESSAGE_BYTES];
    if (pcre2_get_error_message(number, text, sizeof text) < 0) text[0] = 0;
    why->code = SLUICE_FAULT_REGEX;
    why->message = str_format_c(a, "bad regular expression '%.*s': %s", STR_ARG(pattern),
                                (const char *)text);
}

/*
 * PCRE2's compiler (seen in 10.42) remembers where a repetition has failed and does not enter it again at or before
 * that place. Alternatives of unlike length come there out of order, so that (ab|a)a*b is not found in "ab". Without
 * its optimizations of a search's start it does not do so; anchored patterns have none.
 */
static uint32_t safe_options(const struct buf *b, uint32_t options)
{
    bool chooses = b->data && memchr(b->data, '|', b->len);
    return chooses && !(options & PCRE2_ANCHORED) ? options | PCRE2_NO_START_OPTIMIZE : options;
}

static pcre2_code *compile_code(const struct buf *b, uint32_t options, int *number)
{
    static const uint32_t always = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) mem_refused(0);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
    pcre2_set_max_pattern_length(context, PATTERN_BYTES_MAX);
    PCRE2_SIZE at;
    PCRE2_SPTR text = (PCRE2_SPTR)(b->data ? b->data : "");
    options = safe_options(b, options) | always;
    pcre2_code *code = pcre2_compile(text, b->len, options, number, &at, context);
    pcre2_compile_context_free(context);
    return code;
}

const struct regex *regex_compile(struct arena *a, const struct regex_language *language,
                                  struct str pattern, struct str escape, struct regex_error *why)
{
    struct buf b = { .data = NULL };
    bool escape_is_bad = false;
    const char *wrong = language->translate(a, pattern, escape, &b, &escape_is_bad);
    int number = 0;
    pcre2_code *code = wrong ? NULL : compile_code(&b, language->options, &number);
    buf_free(&b);
    if (wrong && escape_is_bad) {
        why->code = SLUICE_FAULT_ESCAPE;
        why->message = str_format_c(a, "invalid escape: %s", wrong);
    } else if (wrong) {
        why->code = SLUICE_FAULT_REGEX;
        why->message =
            str_format_c(a, "bad regular expression '%.*s': %s", STR_ARG(pattern), wrong);
    } else if (!code) {
        append_message(a, number, pattern, why);
    }
    if (!code) return NULL;
    arena_on_free(a, free_code, code);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the interpreter does */
    struct regex *r = ARENA_NEW(a, struct regex);
    r->code = code;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &r->n_groups);
    return r;
}

uint32_t regex_groups(const struct regex *r)
{
    return r->n_groups;
}

uint32_t regex_group_named(const struct regex *r, const char *name, size_t n)
{
    char text[MESSAGE_BYTES];
    if (n >= sizeof text) return 0;
    memcpy(text, name, n);
    text[n] = '\0';
    int number = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)text);
    return number > 0 ? (uint32_t)number : 0;
}

void regex_put_literal(struct buf *out, uint32_t c)
{
    bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c < ' ' || c == 0x7f) {
        buf_printf(out, "\\x{%x}", (unsigned)c);
    } else {
        if (c < 0x80 && !word) buf_append_char(out, '\\');
        char bytes[4];
        buf_append(out, bytes, utf8_put(bytes, c));
    }
}

/* ---- calls ---- */

struct regex_run regex_run_open(const struct regex *r)
{
    struct regex_run run = { r, pcre2_match_data_create_from_pattern(r->code, NULL) };
    if (!run.match) mem_refused(0);
    return run;
}

void regex_run_close(struct regex_run *run)
{
    pcre2_match_data_free(run->match);
}

void regex_call_open(struct regex_call *c, const struct regex_language *language,
                     const struct regex *bound)
{
    *c = (struct regex_call){ .language = language };
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (!limits) mem_refused(0);
    pcre2_set_match_limit(limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(limits, MATCH_HEAP_KIB_MAX);
    c->limits = limits;
    if (bound) c->bound = regex_run_open(bound);
}

static void drop(struct regex_call *c, uint32_t i)
{
    if (!c->cached[i].used) return;
    pcre2_match_data_free(c->cached[i].run.match);
    arena_free(c->cached[i].arena);
    c->cached[i].used = false;
}

void regex_call_close(struct regex_call *c)
{
    for (uint32_t i = 0; i < REGEX_CACHE; i++) drop(c, i);
    pcre2_match_data_free(c->bound.match);
    pcre2_match_context_free(c->limits);
}

static bool is_escape(const struct regex_language *language, struct str escape)
{
    return !language->escapes || escape.len == 0 || utf8_length(str_data(&escape), escape.len) == 1;
}

static uint32_t cached_at(struct regex_call *c, struct str pattern, struct str escape)
{
    for (uint32_t i = 0; i < REGEX_CACHE; i++) {
        if (c->cached[i].used && str_equal(&c->cached[i].pattern, &pattern) &&
            str_equal(&c->cached[i].escape, &escape)) {
            return i;
        }
    }
    uint32_t i = c->next;
    c->next = (i + 1) % REGEX_CACHE;
    drop(c, i);
    struct arena *a = arena_new();
    c->cached[i].used = true;
    c->cached[i].arena = a;
    c->cached[i].pattern = str_copy(a, pattern);
    c->cached[i].escape = str_copy(a, escape);
    const struct regex *r = regex_compile(a, c->language, c->cached[i].pattern,
                                          c->cached[i].escape, &c->cached[i].why);
    c->cached[i].run = r ? regex_run_open(r) : (struct regex_run){ NULL, NULL };
    return i;
}

const struct regex_run *regex_call_pattern(struct regex_call *c, struct kernel_call *k,
                                           uint32_t row, struct str pattern, struct str escape)
{
    if (c->bound.regex) return &c->bound;
    if (!is_escape(c->language, escape)) {
        sluice_fault(k, row, SLUICE_FAULT_ESCAPE, "invalid escape: '%.*s' is not one character",
                     STR_ARG(escape));
        return NULL;
    }
    uint32_t i = cached_at(c, pattern, escape);
    if (c->cached[i].run.regex) return &c->cached[i].run;
    sluice_fault(k, row, c->cached[i].why.code, "%s", c->cached[i].why.message);
    return NULL;
}

/* ---- matching ---- */

enum regex_found regex_find(const struct regex_call *c, const struct regex_run *run, const char *s,
                            size_t n, size_t from)
{
    assert(from <= n);
    PCRE2_SPTR text = (PCRE2_SPTR)s;
    uint32_t options = from > 0 ? PCRE2_NO_UTF_CHECK : 0;
    int got = pcre2_match(run->regex->code, text, n, from, options, run->match, c->limits);
    if (got == PCRE2_ERROR_JIT_STACKLIMIT) {
        options |= PCRE2_NO_JIT;
        got = pcre2_match(run->regex->code, text, n, from, options, run->match, c->limits);
    }
    if (got > 0) return REGEX_FOUND;
    return got == PCRE2_ERROR_NOMATCH ? REGEX_NONE : REGEX_GAVE_UP;
}

enum regex_found regex_find_shortest(const struct regex_call *c, const struct regex_run *run,
                                     const char *s, size_t n, size_t *end)
{
    int workspace[DFA_WORKSPACE];
    int got = pcre2_dfa_match(run->regex->code, (PCRE2_SPTR)s, n, 0,
                              PCRE2_DFA_SHORTEST | PCRE2_NO_UTF_CHECK, run->match, c->limits,
                              workspace, DFA_WORKSPACE);
    if (got < 0) return got == PCRE2_ERROR_NOMATCH ? REGEX_NONE : REGEX_GAVE_UP;
    *end = pcre2_get_ovector_pointer(run->match)[1];
    return REGEX_FOUND;
}

bool regex_group(const struct regex_run *run, uint32_t i, size_t *begin, size_t *end)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(run->match);
    if (i >= pcre2_get_ovector_count(run->match) || at[2 * i] == PCRE2_UNSET) return false;
    *begin = at[2 * i];
    *end = at[2 * i + 1];
    return *begin <= *end; /* \K is not in the dialect, but a group in a look-ahead may end before */
}

/* The best group 1 so far, of the matches that begin at `start`. */
struct best_part {
    bool found;
    size_t start, begin, end;
};

/*
 * (?C1) stands at the end: every match is noted and refused, so that the next one comes. (?C2) stands before the group,
 * and (?C3) where the first way to come there is the shortest.
 */
static int note_part(pcre2_callout_block *at, void *data)
{
    struct best_part *best = data;
    bool done = at->callout_number == 3 || at->start_match != best->start;
    if (best->found && done) return PCRE2_ERROR_NOMATCH;
    if (at->callout_number == 3) return 0;
    if (at->callout_number == 2) return best->found && at->current_position > best->begin;
    size_t begin = at->offset_vector[2], end = at->offset_vector[3];
    if (!best->found || begin < best->begin || (begin == best->begin && end > best->end))
        *best = (struct best_part){ true, at->start_match, begin, end };
    return 1;
}

enum regex_found regex_find_part(const struct regex_call *c, const struct regex_run *run,
                                 const char *s, size_t n, size_t *begin, size_t *end)
{
    struct best_part best = { .found = false };
    pcre2_set_callout(c->limits, note_part, &best);
    enum regex_found found = regex_find(c, run, s, n, 0);
    pcre2_set_callout(c->limits, NULL, NULL);
    if (found == REGEX_FOUND) return regex_group(run, 1, begin, end) ? REGEX_FOUND : REGEX_NONE;
    if (found == REGEX_GAVE_UP || !best.found) return found;
    *begin = best.begin;
    *end = best.end;
    return REGEX_FOUND;
}

void regex_fault_gave_up(struct kernel_call *k, uint32_t row)
{
    sluice_fault(k, row, SLUICE_FAULT_REGEX,
                 "matching the regular expression was given up: it takes more than %d steps, or "
                 "the text is not UTF-8",
                 MATCH_STEPS_MAX);
}

static const char *translate_plain(struct arena *a, struct str pattern, struct str escape,
                                   struct buf *out, bool *escape_is_bad)
{
    (void)a;
    (void)escape;
    (void)escape_is_bad;
    buf_append_str(out, pattern);
    return NULL;
}

const struct regex_language regex_plain = {
    translate_plain, PCRE2_DOTALL | PCRE2_ANCHORED, false
};
const struct regex_language regex_plain_whole = {
    translate_plain, PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED, false
};
