/*
 * fmt_json_write.c: rows as JSON objects, one a line.
 *
 * Row after row, each value behind the literal `,"name":` that was made once. Before a row is written there
 * is room for all of it but its long texts, so that single values need no test. What costs is formatting; so
 * texts of up to twelve bytes are written as one block when nothing in them wants an escape, and the minute
 * of a TIMESTAMP is formatted once for all its neighbours.
 */

#include "io/fmt_json_write.h"

#include "base/number.h"
#include "data/calendar.h"
#include "data/text.h"

/* How a column's values are written. */
enum put { PUT_OTHER, PUT_DOUBLE, PUT_REAL, PUT_INTEGER, PUT_TIMESTAMP, PUT_TEXT };

/* Literals of up to so many bytes are copied as a whole block, whatever their length. */
enum { LITERAL_BLOCK = 32 };

/* One column: what stands before its value. */
struct member {
    char    *literal; /* {"name": or ,"name": with at least LITERAL_BLOCK bytes to be read */
    size_t   literal_size;
    enum put put;
};

struct json_encoder {
    struct member *members;
    uint32_t       n_members;
    bool           with_rowtime;
    size_t         row_max; /* bytes of a row without its long texts */
};

/* Most bytes of a value that is not a long text: a datetime in quotes; a short text with every byte as \u00xx. */
enum { VALUE_MAX = 6 * STR_INLINE + 2 };

static enum put put_of(struct type type)
{
    switch (type_form(type)) {
    case FORM_STR:
        return type_is_text(type) ? PUT_TEXT : PUT_OTHER;
    case FORM_F64:
        return type.kind == TYPE_REAL ? PUT_REAL : PUT_DOUBLE;
    case FORM_I64:
        break;
    case FORM_BOOL:
        return PUT_OTHER;
    }
    if (type_is_integer(type)) return PUT_INTEGER;
    return type.kind == TYPE_TIMESTAMP ? PUT_TIMESTAMP : PUT_OTHER;
}

static void member_init(struct arena *a, struct member *m, bool first, struct str name,
                        struct type type)
{
    struct buf text = { 0 };
    buf_append_char(&text, first ? '{' : ',');
    text_json_string(&text, str_data(&name), name.len);
    buf_append_char(&text, ':');
    m->literal = arena_calloc(a, text.len > LITERAL_BLOCK ? text.len : LITERAL_BLOCK);
    memcpy(m->literal, text.data, text.len);
    m->literal_size = text.len;
    m->put = put_of(type);
    buf_free(&text);
}

struct json_encoder *json_encoder_new(struct arena *a, const struct encode_config *config)
{
    struct json_encoder *e = ARENA_NEW(a, struct json_encoder);
    const struct schema *s = config->schema;
    e->with_rowtime = config->with_rowtime;
    e->members = ARENA_ARRAY(a, struct member, s->n_columns + 1);
    e->row_max = 4;
    if (config->with_rowtime) {
        member_init(a, &e->members[e->n_members++], true, str_c("ROWTIME"),
                    type_of(TYPE_TIMESTAMP));
    }
    for (uint32_t c = 0; c < s->n_columns; c++) {
        struct member *m = &e->members[e->n_members];
        member_init(a, m, e->n_members++ == 0, s->columns[c].name, s->columns[c].type);
    }
    for (uint32_t i = 0; i < e->n_members; i++)
        e->row_max += e->members[i].literal_size + LITERAL_BLOCK + VALUE_MAX;
    return e;
}

static inline char *put_literal(char *p, const struct member *m)
{
    if (m->literal_size <= LITERAL_BLOCK) memcpy(p, m->literal, LITERAL_BLOCK);
    else memcpy(p, m->literal, m->literal_size);
    return p + m->literal_size;
}

/* The text of the minute that was formatted last: "2026-01-31 13:45:" with its opening quote. */
struct minute_text {
    int64_t minute;
    char    text[32];
    size_t  size;
};

static char *put_timestamp(char *p, int64_t ms, struct minute_text *cache)
{
    int64_t minute = i64_floor_div(ms, MS_PER_MINUTE);
    if (minute != cache->minute) {
        char   text[CALENDAR_TEXT_MAX];
        size_t n = calendar_format_timestamp(text, minute * MS_PER_MINUTE);
        cache->minute = minute;
        cache->size = n - 6 + 1; /* without 00.000 */
        cache->text[0] = '"';
        memcpy(cache->text + 1, text, cache->size - 1);
    }
    memcpy(p, cache->text, sizeof cache->text);
    p += cache->size;
    uint32_t rest = (uint32_t)(ms - minute * MS_PER_MINUTE);
    uint32_t second = rest / 1000, milli = rest % 1000;
    p[0] = (char)('0' + second / 10);
    p[1] = (char)('0' + second % 10);
    p[2] = '.';
    p[3] = (char)('0' + milli / 100);
    p[4] = (char)('0' + milli / 10 % 10);
    p[5] = (char)('0' + milli % 10);
    p[6] = '"';
    return p + 7;
}

/* Whether one of eight bytes is a quote, a backslash or a control character. */
static inline bool wants_escape(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
    uint64_t       quote = x ^ (ones * '"'), backslash = x ^ (ones * '\\');
    uint64_t       control = x - ones * 0x20;
    return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (control & ~x)) & high;
}

/* Up to twelve bytes, in quotes; false when one wants an escape. */
static inline bool put_short_text(char **p, const struct str *s)
{
    /* bytes behind the end are zero and would count as control characters: blanks stand in for them */
    static const char fill[2 * STR_INLINE + 1] = "\0\0\0\0\0\0\0\0\0\0\0\0            ";
    const char       *blanks = fill + STR_INLINE - s->len;
    uint32_t          len = s->len;
    uint64_t          head, head_fill, tail = 0, tail_fill = UINT64_C(0x2020202020202020);
    memcpy(&head, s->inlined, 8);
    memcpy(&tail, s->inlined + 8, 4);
    memcpy(&head_fill, blanks, 8);
    memcpy(&tail_fill, blanks + 8, 4);
    if ((int)wants_escape(head | head_fill) | (int)wants_escape(tail | tail_fill)) return false;
    **p = '"';
    memcpy(*p + 1, s->inlined, STR_INLINE);
    (*p)[1 + len] = '"';
    *p += len + 2;
    return true;
}

/* A value of any length, which makes its own room. */
static char *put_long(struct buf *out, char *p, const struct member *m, const struct vector *v,
                      uint32_t at, size_t room)
{
    out->len = (size_t)(p - out->data);
    if (m->put == PUT_TEXT) text_json_string(out, str_data(&v->str[at]), v->str[at].len);
    else text_json_value(out, v, at);
    return buf_reserve(out, room);
}

static char *put_value(struct buf *out, char *p, const struct member *m, const struct vector *v,
                       uint32_t row, struct minute_text *cache, size_t room)
{
    uint32_t at = vector_at(v, row);
    if (nulls_get(v->nulls, at)) {
        memcpy(p, "null", 4);
        return p + 4;
    }
    switch (m->put) {
    case PUT_DOUBLE:
        return p + number_format_double(p, v->f64[at]);
    case PUT_REAL:
        return p + number_format_float(p, (float)v->f64[at]);
    case PUT_INTEGER:
        return p + number_format_i64(p, v->i64[at]);
    case PUT_TIMESTAMP:
        return put_timestamp(p, v->i64[at], cache);
    case PUT_TEXT:
        if (v->str[at].len <= STR_INLINE && put_short_text(&p, &v->str[at])) return p;
        break;
    case PUT_OTHER:
        break;
    }
    return put_long(out, p, m, v, at, room);
}

void json_encoder_rows(const struct json_encoder *e, const struct batch *rows, uint32_t from,
                       uint32_t to, struct buf *out, size_t *ends)
{
    struct minute_text cache = { .minute = INT64_MIN };
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = batch_row(rows, i);
        char    *p = buf_reserve(out, e->row_max);
        uint32_t m = 0;
        if (e->with_rowtime) {
            p = put_timestamp(put_literal(p, &e->members[0]), rows->rowtimes[row], &cache);
            m = 1;
        }
        for (uint32_t c = 0; m < e->n_members; m++, c++) {
            const struct member *member = &e->members[m];
            p = put_value(out, put_literal(p, member), member, &rows->columns[c], row, &cache,
                          e->row_max);
        }
        if (e->n_members == 0) *p++ = '{';
        *p++ = '}';
        *p++ = '\n';
        out->len = (size_t)(p - out->data);
        if (ends) ends[i - from] = out->len;
    }
}
