#ifndef IO_TEMPLATE_IMPL_H
#define IO_TEMPLATE_IMPL_H

/* template_impl.h: what the files of the template engine share: calls of helpers, patterns, randomness. */

#include <jansson.h>

#include "base/array.h"
#include "base/chance.h"
#include "io/template.h"

/* What one record is made with. */
struct making {
    struct chance chance;
    int64_t       now_ms, sim_ms;
};

struct helper;
struct call;

enum piece_kind { PIECE_TEXT, PIECE_DIGIT, PIECE_LETTER, PIECE_CALL };

struct piece {
    enum piece_kind    kind;
    struct str         text;
    const struct call *call;
};

struct pattern {
    ARRAY(struct piece) pieces;
};

/* A helper with its argument, read once. */
struct call {
    const struct helper *helper;
    double               min, max, step; /* numbers, as the helper uses them */
    struct str           text;           /* a format */
    struct str          *items;          /* a choice ... */
    struct pattern      *patterns;       /* ... or one of patterns; n of them */
    double              *weights;        /* running sums */
    uint32_t             n;
};

/* What is known while a template is compiled. */
struct compiling {
    struct arena *arena;
    const char   *problem; /* of an argument; NULL: none */
};

/*
 * A helper: prepare reads the argument (NULL: none was given) into the call; make appends a result.
 * words: what prepare_words and prepare_patterns choose from.
 */
struct helper {
    const char *name; /* module.method */
    void (*prepare)(struct compiling *k, struct call *c, const json_t *argument);
    void (*make)(const struct call *c, struct making *m, struct buf *out);
    const char *const *words; /* ends with NULL */
};

/* NULL: there is none. */
const struct helper *helper_find(struct str name);
/* All of them; NULL after the last. */
const struct helper *helper_at(size_t i);
struct call *helper_call(struct compiling *k, const struct helper *h, const json_t *argument);

/* `#` a digit, `?` a capital letter; with_calls: {module.method} what that helper makes. */
void pattern_compile(struct compiling *k, struct str text, bool with_calls, struct pattern *out);
void pattern_make(const struct pattern *p, struct making *m, struct buf *out);

/* A JSON value as JavaScript shows it in a text. */
void json_as_text(const json_t *value, struct buf *out);

/* ms since 1970 by a format of moment.js, in UTC (moment.c). */
void moment_format(int64_t ms, struct str format, struct buf *out);
/* As JavaScript shows a Date. */
void moment_format_date(int64_t ms, struct buf *out);
const char *moment_month(int month);     /* 1 to 12 */
const char *moment_weekday(int weekday); /* 0: Sunday */

extern const struct helper word_helpers[], code_helpers[]; /* each ends with a NULL name */

/* ---- prepares that both tables use ---- */

void prepare_words(struct compiling *k, struct call *c, const json_t *argument);
void prepare_patterns(struct compiling *k, struct call *c, const json_t *argument);
void make_item(const struct call *c, struct making *m, struct buf *out);
void make_pattern(const struct call *c, struct making *m, struct buf *out);

#endif
