/*
 * snap.c: state to bytes and back. Numbers are little-endian whatever the machine; a string is its length in 32
 * bits and its bytes. A batch:
 *
 *     rows  columns  path words
 *     rowtimes  cause times  cause numbers  path, word by word         8 bytes a row each
 *     then for each column: its form, whether there are NULLs, the NULL bitmap if so, the values of the rows
 *
 * A reader checks that what a count announces can be there before it makes room for it.
 */

#include "data/snap.h"

#include <assert.h>

#include "base/hash.h"

/* --- writing --- */

static void put(struct snap_writer *w, uint64_t v, size_t size)
{
    unsigned char *p = (unsigned char *)buf_reserve(&w->out, size);
    for (size_t i = 0; i < size; i++) p[i] = (unsigned char)(v >> (8 * i));
    w->out.len += size;
}

void snap_u8(struct snap_writer *w, uint8_t v)
{
    put(w, v, 1);
}

void snap_u32(struct snap_writer *w, uint32_t v)
{
    put(w, v, 4);
}

void snap_u64(struct snap_writer *w, uint64_t v)
{
    put(w, v, 8);
}

void snap_i64(struct snap_writer *w, int64_t v)
{
    put(w, (uint64_t)v, 8);
}

void snap_f64(struct snap_writer *w, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put(w, bits, 8);
}

void snap_str(struct snap_writer *w, struct str v)
{
    snap_u32(w, v.len);
    buf_append_str(&w->out, v);
}

void snap_bytes(struct snap_writer *w, const void *p, size_t n)
{
    buf_append(&w->out, p, n);
}

static void write_type(struct snap_writer *w, struct type t)
{
    assert(t.kind < TYPE_KIND_COUNT);
    snap_u8(w, t.kind);
    snap_u8(w, t.precision);
    snap_u8(w, t.scale);
    snap_u8(w, t.from);
    snap_u8(w, t.to);
    snap_u32(w, t.length);
}

void snap_value(struct snap_writer *w, const struct value *v)
{
    write_type(w, v->type);
    snap_u8(w, v->null);
    if (v->null) return;
    switch (type_form(v->type)) {
    case FORM_BOOL: snap_u8(w, v->b); break;
    case FORM_I64: snap_i64(w, v->i64); break;
    case FORM_F64: snap_f64(w, v->f64); break;
    case FORM_STR: snap_str(w, v->str); break;
    }
}

static void write_values(struct snap_writer *w, const struct vector *v, uint32_t at)
{
    bool null = nulls_get(v->nulls, at);
    switch (type_form(v->type)) {
    case FORM_BOOL: snap_u8(w, !null && v->b[at]); break;
    case FORM_I64: snap_i64(w, null ? 0 : v->i64[at]); break;
    case FORM_F64: snap_f64(w, null ? 0 : v->f64[at]); break;
    case FORM_STR: snap_str(w, null ? STR_EMPTY : v->str[at]); break;
    }
}

/* The same bytes for the same values, whether there is a bitmap or not. */
static bool has_nulls(const struct batch *b, const struct vector *v)
{
    for (uint32_t i = 0; v->nulls && i < batch_live(b); i++) {
        if (vector_is_null(v, batch_row(b, i))) return true;
    }
    return false;
}

static void write_column(struct snap_writer *w, const struct batch *b, const struct vector *v)
{
    uint32_t n = batch_live(b);
    snap_u8(w, (uint8_t)type_form(v->type));
    bool nulls = has_nulls(b, v);
    snap_u8(w, nulls);
    for (uint32_t word = 0; nulls && word < nulls_words(n); word++) {
        uint64_t bits = 0;
        for (uint32_t i = word * 64; i < n && i < word * 64 + 64; i++) {
            bits |= (uint64_t)vector_is_null(v, batch_row(b, i)) << (i & 63);
        }
        snap_u64(w, bits);
    }
    for (uint32_t i = 0; i < n; i++) write_values(w, v, vector_at(v, batch_row(b, i)));
}

void snap_batch(struct snap_writer *w, const struct batch *b)
{
    uint32_t n = batch_live(b), words = n ? b->path_len : 0;
    snap_u32(w, n);
    snap_u32(w, b->n_columns);
    snap_u32(w, words);
    for (uint32_t i = 0; i < n; i++) snap_i64(w, b->rowtimes[batch_row(b, i)]);
    for (uint32_t i = 0; i < n; i++) snap_i64(w, b->cause_times[batch_row(b, i)]);
    for (uint32_t i = 0; i < n; i++) snap_u64(w, b->cause_seqs[batch_row(b, i)]);
    for (uint32_t k = 0; k < words; k++) {
        const struct path_word *p = &b->path[k];
        for (uint32_t i = 0; i < n; i++) snap_u64(w, p->words ? p->words[batch_row(b, i)] : p->all);
    }
    for (uint32_t c = 0; c < b->n_columns; c++) write_column(w, b, &b->columns[c]);
}

/* --- reading --- */

/* The next n bytes, or NULL when they are not there: the reader has failed then. */
static const char *take(struct snap_reader *r, size_t n)
{
    if (r->failed || n > (size_t)(r->end - r->p)) {
        r->failed = true;
        return NULL;
    }
    const char *p = r->p;
    r->p += n;
    return p;
}

static const char *fail(struct snap_reader *r)
{
    r->failed = true;
    return NULL;
}

uint8_t snap_read_u8(struct snap_reader *r)
{
    const char *p = take(r, 1);
    return p ? (uint8_t)*p : 0;
}

uint32_t snap_read_u32(struct snap_reader *r)
{
    const char *p = take(r, 4);
    return p ? load_le32(p) : 0;
}

uint64_t snap_read_u64(struct snap_reader *r)
{
    const char *p = take(r, 8);
    return p ? load_le64(p) : 0;
}

int64_t snap_read_i64(struct snap_reader *r)
{
    return (int64_t)snap_read_u64(r);
}

double snap_read_f64(struct snap_reader *r)
{
    uint64_t bits = snap_read_u64(r);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

uint32_t snap_read_count(struct snap_reader *r, size_t min_bytes)
{
    uint32_t count = snap_read_u32(r);
    size_t size;
    if (!size_mul(&size, count, min_bytes) || size > (size_t)(r->end - r->p)) fail(r);
    return r->failed ? 0 : count;
}

struct str snap_read_str(struct snap_reader *r)
{
    uint32_t n = snap_read_u32(r);
    const char *p = take(r, n);
    return p ? str_view(p, n) : STR_EMPTY;
}

bool snap_read_bytes(struct snap_reader *r, void *p, size_t n)
{
    const char *from = take(r, n);
    if (n && from) memcpy(p, from, n);
    if (n && !from) memset(p, 0, n);
    return !r->failed;
}

static bool read_bool(struct snap_reader *r)
{
    uint8_t v = snap_read_u8(r);
    if (v > 1) fail(r);
    return v == 1 && !r->failed;
}

static struct type read_type(struct snap_reader *r)
{
    struct type t = { .kind = snap_read_u8(r) };
    t.precision = snap_read_u8(r);
    t.scale = snap_read_u8(r);
    t.from = snap_read_u8(r);
    t.to = snap_read_u8(r);
    t.length = snap_read_u32(r);
    bool units = t.from <= UNIT_SECOND && t.to <= UNIT_SECOND;
    bool digits = t.precision <= 19 && t.scale <= t.precision + 18;
    if (t.kind >= TYPE_KIND_COUNT || !units || !digits) fail(r);
    return r->failed ? type_of(TYPE_NULL) : t;
}

void snap_read_value(struct snap_reader *r, struct arena *a, struct value *out)
{
    struct value v = { .type = read_type(r) };
    v.null = read_bool(r);
    if (!v.null && !r->failed) {
        switch (type_form(v.type)) {
        case FORM_BOOL: v.b = read_bool(r); break;
        case FORM_I64: v.i64 = snap_read_i64(r); break;
        case FORM_F64: v.f64 = snap_read_f64(r); break;
        case FORM_STR: v.str = str_copy(a, snap_read_str(r)); break;
        }
    }
    if (r->failed) v = (struct value){ .null = true };
    *out = v;
}

/* n words, or NULL. */
static uint64_t *read_words(struct snap_reader *r, struct arena *a, uint32_t n)
{
    const char *from = take(r, (size_t)n * 8);
    if (!from) return NULL;
    uint64_t *words = ARENA_ARRAY(a, uint64_t, n ? n : 1);
    for (uint32_t i = 0; i < n; i++) words[i] = load_le64(from + (size_t)i * 8);
    return words;
}

/* The bits beyond the last row are cleared. */
static void read_nulls(struct snap_reader *r, struct arena *a, uint32_t n, struct vector *v)
{
    if (!read_bool(r)) return;
    v->nulls = read_words(r, a, (uint32_t)nulls_words(n));
    if (v->nulls && n % 64) v->nulls[n / 64] &= ((uint64_t)1 << (n % 64)) - 1;
}

static void read_column(struct snap_reader *r, struct arena *a, struct type type, uint32_t n,
                        struct vector *out)
{
    enum form form = type_form(type);
    struct vector v = { .type = type };
    if (snap_read_u8(r) != (uint8_t)form) fail(r);
    read_nulls(r, a, n, &v);
    size_t least = form == FORM_BOOL ? 1 : form == FORM_STR ? 4 : 8;
    if (r->failed || n > (size_t)(r->end - r->p) / least) {
        fail(r);
        return;
    }
    uint64_t *nulls = v.nulls;
    vector_new(a, type, n, &v);
    v.nulls = nulls;
    for (uint32_t i = 0; i < n; i++) {
        switch (form) {
        case FORM_BOOL: v.b[i] = read_bool(r); break;
        case FORM_I64: v.i64[i] = snap_read_i64(r); break;
        case FORM_F64: v.f64[i] = snap_read_f64(r); break;
        case FORM_STR: v.str[i] = str_copy(a, snap_read_str(r)); break;
        }
    }
    *out = v;
}

static void read_times(struct snap_reader *r, struct batch *b, uint32_t path_len)
{
    b->rowtimes = (const rowtime *)read_words(r, b->arena, b->n_rows);
    b->cause_times = (const rowtime *)read_words(r, b->arena, b->n_rows);
    b->cause_seqs = read_words(r, b->arena, b->n_rows);
    b->path = ARENA_ARRAY(b->arena, struct path_word, path_len);
    b->path_len = path_len;
    for (uint32_t i = 0; i < path_len; i++) {
        b->path[i] = (struct path_word){ .words = read_words(r, b->arena, b->n_rows) };
    }
}

struct batch *snap_read_batch(struct snap_reader *r, const struct type *types, uint32_t n_columns)
{
    uint32_t n = snap_read_count(r, 3 * 8);
    uint32_t columns = snap_read_u32(r);
    uint32_t path_len = snap_read_count(r, n ? (size_t)n * 8 : SIZE_MAX);
    if (columns != n_columns) fail(r);
    if (r->failed) return NULL;

    struct batch *b = batch_new(n, n_columns);
    read_times(r, b, path_len);
    for (uint32_t c = 0; c < n_columns && !r->failed; c++) {
        read_column(r, b->arena, types[c], n, &b->columns[c]);
    }
    if (!r->failed) return b;
    batch_release(b);
    return NULL;
}

struct status snap_read_end(struct arena *a, const struct snap_reader *r)
{
    if (r->failed) return status_new(a, ERR_SNAPSHOT, SPAN_NONE, "the snapshot is damaged");
    if (r->p == r->end) return OK;
    return status_new(a, ERR_SNAPSHOT, SPAN_NONE, "the snapshot has %zu bytes too many",
                      (size_t)(r->end - r->p));
}
