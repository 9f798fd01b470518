#ifndef FUNC_REGEX_BIND_H
#define FUNC_REGEX_BIND_H

/* regex_bind.h: patterns that are constants, compiled when a call is bound. */

#include "base/utf8.h"
#include "func/bind.h"
#include "func/regex.h"

/* Compiles argument `pattern` (with argument `escape`, which may be past the last one) if it is constant, to *out,
 * which else is NULL; false with a refusal when it is bad. */
static inline bool regex_bind(struct fn_bind *b, const struct regex_language *language,
                              uint32_t pattern, uint32_t escape, const struct regex **out)
{
    bool escapes = escape < b->n_args;
    struct str e = STR_EMPTY;
    *out = NULL;
    if (escapes && bind_has_constant(b, escape)) {
        e = bind_constant_str(b, escape);
        if (utf8_length(str_data(&e), e.len) != 1) {
            b->refusal = sluice_bind_text(b, "invalid escape: '%.*s' is not one character",
                                          STR_ARG(e));
            return false;
        }
    }
    if (!bind_has_constant(b, pattern) || (escapes && e.len == 0)) return true;
    struct regex_error why = { .message = NULL };
    *out = regex_compile(b->host, language, bind_constant_str(b, pattern), e, &why);
    b->refusal = why.message;
    return *out != NULL;
}

#endif
