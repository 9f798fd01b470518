#ifndef UDF_PARAMS_H
#define UDF_PARAMS_H

/* params.h: the constants behind a table function's cursor, read with messages that name function and parameter. */

#include <inttypes.h>

#include "engine/sluice.h"

enum { REFUSED_CALL = -1, REFUSED_CURSOR = -2 };

static inline bool params_refuse(struct sluice_table_bind *b, int where, const char *sentence)
{
    b->refused_param = where;
    b->refusal = sentence;
    return false;
}

static inline bool params_is_integer(uint8_t kind)
{
    return kind == SLUICE_TINYINT || kind == SLUICE_SMALLINT || kind == SLUICE_INTEGER ||
           kind == SLUICE_BIGINT;
}

static inline bool params_is_text(uint8_t kind)
{
    return kind == SLUICE_CHAR || kind == SLUICE_VARCHAR;
}

static inline bool params_count(struct sluice_table_bind *b, const char *function, uint32_t n)
{
    if (b->n_params == n) return true;
    return params_refuse(b, REFUSED_CALL,
                         sluice_table_text(b, "%s takes %u parameters behind the cursor, not %u",
                                           function, n, b->n_params));
}

/* A whole number of a range. */
static inline bool params_integer(struct sluice_table_bind *b, const char *function, uint32_t i,
                                  const char *name, int64_t min, int64_t max, int64_t *out)
{
    const struct sluice_column *p = &b->params[i];
    bool is_number = params_is_integer(p->type.kind) && !sluice_is_null(p, 0);
    if (is_number && p->i64[0] >= min && p->i64[0] <= max) {
        *out = p->i64[0];
        return true;
    }
    const char *text =
        is_number ? sluice_table_text(
                        b, "%s: %s is %" PRId64 "; it can be %" PRId64 " to %" PRId64, function,
                        name, p->i64[0], min, max)
                  : sluice_table_text(b, "%s: %s must be an integer from %" PRId64 " to %" PRId64,
                                      function, name, min, max);
    return params_refuse(b, (int)i, text);
}

/* A text; the view holds as long as the parameters. */
static inline bool params_text(struct sluice_table_bind *b, const char *function, uint32_t i,
                               const char *name, struct sluice_str *out)
{
    const struct sluice_column *p = &b->params[i];
    if (params_is_text(p->type.kind) && !sluice_is_null(p, 0)) {
        *out = p->str[0];
        return true;
    }
    return params_refuse(
        b, (int)i, sluice_table_text(b, "%s: %s must be a text in single quotes", function, name));
}

/* The cursor's column of a name, exactly as stored. */
static inline bool params_column(struct sluice_table_bind *b, const char *function, uint32_t i,
                                 const char *name, uint32_t *out)
{
    struct sluice_str text;
    if (!params_text(b, function, i, name, &text)) return false;
    for (uint32_t c = 0; c < b->n_cursor; c++) {
        if (strlen(b->cursor[c].name) == text.len &&
            memcmp(b->cursor[c].name, sluice_str_data(&text), text.len) == 0) {
            *out = c;
            return true;
        }
    }
    return params_refuse(b, (int)i,
                         sluice_table_text(b, "%s: the cursor has no column \"%.*s\"", function,
                                           (int)text.len, sluice_str_data(&text)));
}

#endif
