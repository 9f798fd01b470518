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

/* One column: what stands before its value. */
struct member {
    char       *literal; /* {"name": or ,"name": */
    size_t      literal_size;
    struct type type;
    enum form   form;
};

struct json_encoder {
    struct member *members;
    uint32_t       n_members;
    bool           with_rowtime;
    size_t         row_max; /* bytes of a row without its long texts */
};

/* Most bytes of a value that is not a long text: a datetime in quotes; a short text with every byte as \u00xx. */
enum { VALUE_MAX = 6 * STR_INLINE + 2 };

static void member_init(struct arena *a, struct member *m, bool first, struct str name,
                        struct type type)
{
    struct buf text = { 0 };
    buf_append_char(&text, first ? '{' : ',');
    text_json_string(&text, str_data(&name), name.len);
    buf_append_char(&text, ':');
    m->literal = arena_dup(a, text.data, text.len);
    m->literal_size = text.len;
    m->type = type;
    m->form = type_form(type);
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
        e->row_max += e->members[i].literal_size + VALUE_MAX;
    return e;
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
    uint64_t head, tail = UINT64_C(0x2020202020202020);
    memcpy(&head, s->inlined, 8);
    memcpy(&tail, s->inlined + 8, 4);
    /* bytes behind the end are zero and would count as control characters: blanks stand in for them */
    uint32_t len = s->len;
    if (len < 8)
        head |= len ? UINT64_C(0x2020202020202020) << (len * 8) : UINT64_C(0x2020202020202020);
    if (len < 12) {
        uint32_t behind = len > 8 ? len - 8 : 0;
        tail |= (UINT64_C(0x2020202020202020) << (behind * 8)) & UINT32_MAX;
    }
    if (wants_escape(head) || wants_escape(tail)) return false;
    **p = '"';
    memcpy(*p + 1, s->inlined, STR_INLINE);
    (*p)[1 + len] = '"';
    *p += len + 2;
    return true;
}

static char *put_double(char *p, struct type type, double v)
{
    return p +
           (type.kind == TYPE_REAL ? number_format_float(p, (float)v) : number_format_double(p, v));
}

/* A value that has a place of its own in data/text: everything but plain numbers, timestamps and short texts. */
static char *put_other(struct buf *out, char *p, const struct vector *v, uint32_t row, size_t room)
{
    out->len = (size_t)(p - out->data);
    text_json_value(out, v, row);
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
    switch (m->form) {
    case FORM_STR:
        if (v->str[at].len <= STR_INLINE && type_is_text(m->type) &&
            put_short_text(&p, &v->str[at]))
            return p;
        break;
    case FORM_F64:
        return put_double(p, m->type, v->f64[at]);
    case FORM_I64:
        if (type_is_integer(m->type)) return p + number_format_i64(p, v->i64[at]);
        if (m->type.kind == TYPE_TIMESTAMP) return put_timestamp(p, v->i64[at], cache);
        break;
    case FORM_BOOL:
        break;
    }
    return put_other(out, p, v, row, room);
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
            memcpy(p, e->members[0].literal, e->members[0].literal_size);
            p = put_timestamp(p + e->members[0].literal_size, rows->rowtimes[row], &cache);
            m = 1;
        }
        for (uint32_t c = 0; m < e->n_members; m++, c++) {
            memcpy(p, e->members[m].literal, e->members[m].literal_size);
            p = put_value(out, p + e->members[m].literal_size, &e->members[m], &rows->columns[c],
                          row, &cache, e->row_max);
        }
        if (e->n_members == 0) *p++ = '{';
        *p++ = '}';
        *p++ = '\n';
        out->len = (size_t)(p - out->data);
        if (ends) ends[i - from] = out->len;
    }
}
