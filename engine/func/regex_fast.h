#ifndef FUNC_REGEX_FAST_H
#define FUNC_REGEX_FAST_H

/*
 * regex_fast.h: patterns of FAST_REGEX_LOG_PARSE (section 8.2 of the aggregates sheet): cut at their top-level groups
 * into pieces, of which each is of fixed length or begins a new search.
 */

#include "func/fn.h"

/* A piece in PCRE2's language. Each element of a pattern (a group, or what lies between two) has a piece of fixed
 * length, then one of variable length; either may be empty. */
struct fast_piece {
    const char *text;
    size_t      n;
    int64_t     length; /* characters; -1: it varies */
};

struct fast_element {
    struct fast_piece fixed, varying;
    bool              is_group;
};

struct fast_pattern {
    struct fast_element *elements;
    uint32_t             n;
};

/* False with a refusal when the pattern cannot be read. */
bool regex_fast_parse(struct fn_bind *b, struct str pattern, struct fast_pattern *out);

#endif
