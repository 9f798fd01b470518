#ifndef FUNC_REGEX_H
#define FUNC_REGEX_H

/*
 * regex.h: regular expressions of the dialect, matched by PCRE2 with its compiler and with limits, so that no pattern
 * can hold a pipeline up.
 *
 * A pattern is written in one of the dialect's languages; a translator writes it again in PCRE2's and says what is
 * wrong. Compiled ones are read-only and may be used by any thread; each call has memory for its matches.
 */

#include "base/arena.h"
#include "func/fn.h"

/* Why a pattern is refused. */
struct regex_error {
    enum sluice_fault code;    /* SLUICE_FAULT_REGEX or SLUICE_FAULT_ESCAPE */
    const char       *message; /* one sentence, in the arena of the compilation */
};

/* Appends the pattern in PCRE2's language to `out` (whose data the caller frees); NULL or what is wrong, as the end of
 * a sentence. escape: one character, or empty; a translator may set *escape_is_bad. */
typedef const char *(*regex_translate)(struct arena *a, struct str pattern, struct str escape,
                                       struct buf *out, bool *escape_is_bad);

struct regex_language {
    regex_translate translate;
    uint32_t        options; /* of pcre2_compile, besides those that all have */
    bool            escapes; /* takes an escape character */
};

/* java.util.regex, section 6 of the scalar sheet; and the same over the whole text. */
extern const struct regex_language regex_java, regex_java_whole;
/* SIMILAR TO over the whole text, and the three parts of SUBSTRING SIMILAR, whose middle is group 1. */
extern const struct regex_language regex_similar, regex_similar_parts;

/* PCRE2's own, anchored where the search begins; the second at the end of the text, too. */
extern const struct regex_language regex_plain, regex_plain_whole;

struct regex;

/* A compiled pattern that lives as long as the arena; NULL and why not. */
const struct regex *regex_compile(struct arena *a, const struct regex_language *language,
                                  struct str pattern, struct str escape, struct regex_error *why);
uint32_t regex_groups(const struct regex *r);
/* The number of the group with this name; 0: there is none. */
uint32_t regex_group_named(const struct regex *r, const char *name, size_t n);

enum regex_found { REGEX_NONE, REGEX_FOUND, REGEX_GAVE_UP };

enum { REGEX_CACHE = 8, REGEX_UNSET = -1 };

/* A pattern with memory for its matches. */
struct regex_run {
    const struct regex *regex;
    void               *match; /* pcre2_match_data */
};

/* What the rows of one call match: the pattern bound to the call, or those of the last few rows. */
struct regex_call {
    const struct regex_language *language;
    void                        *limits; /* pcre2_match_context */
    struct regex_run             bound;
    struct {
        bool               used;
        struct str         pattern, escape;
        struct arena      *arena;
        struct regex_run   run;
        struct regex_error why;
    } cached[REGEX_CACHE];
    uint32_t next; /* to be replaced */
};

/* bound: NULL when the pattern is an argument that differs from row to row. */
void regex_call_open(struct regex_call *c, const struct regex_language *language,
                     const struct regex *bound);
void regex_call_close(struct regex_call *c);
/* The pattern of a row; NULL: it is bad, and the row has its fault. */
const struct regex_run *regex_call_pattern(struct regex_call *c, struct kernel_call *k,
                                           uint32_t row, struct str pattern, struct str escape);
/* The first match in s[0..n) that begins at or behind `from`, which is 0 or lies behind a match in the same text. */
enum regex_found regex_find(const struct regex_call *c, const struct regex_run *run, const char *s,
                            size_t n, size_t from);
/* Group 1 of a pattern of regex_similar_parts in the leftmost match: it begins as early as can be, and is then as long
 * as can be. */
enum regex_found regex_find_part(const struct regex_call *c, const struct regex_run *run,
                                 const char *s, size_t n, size_t *begin, size_t *end);
/* The shortest match that begins at s[0], of a pattern without groups; s[0..n) has been checked to be UTF-8. */
enum regex_found regex_find_shortest(const struct regex_call *c, const struct regex_run *run,
                                     const char *s, size_t n, size_t *end);
/* A pattern with memory for its matches, and back. */
struct regex_run regex_run_open(const struct regex *r);
void regex_run_close(struct regex_run *run);
/* Where group i (0: the whole match) of the last match begins and ends; false: it took no part. */
bool regex_group(const struct regex_run *run, uint32_t i, size_t *begin, size_t *end);
/* The fault of a row whose match was given up. */
void regex_fault_gave_up(struct kernel_call *k, uint32_t row);

/* A literal character in PCRE2's language, in or out of brackets. */
void regex_put_literal(struct buf *out, uint32_t c);

#endif
