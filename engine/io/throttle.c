/*
 * throttle.c: the last time of each key, in a table of open addressing.
 *
 * Keys are remembered by 128 bits of hash. When the table is full, times that are too old to hold a row back go; only
 * then does it grow. So it is as large as what came within the time.
 */

#include "io/throttle.h"

#include "base/checked.h"
#include "data/text.h"
#include "io/url.h"

enum { SLOTS_FIRST = 64 };

struct slot {
    uint64_t key[2]; /* the second is 0: free */
    rowtime  last;
};

struct throttle {
    int64_t       interval_ms;
    uint32_t     *columns;
    uint32_t      n_columns;
    struct slot  *slots;
    size_t        n_slots, used; /* n_slots: a power of two */
    uint64_t      held;          /* rows that did not pass */
    struct buf    text;
};

static struct status add_key(struct arena *a, const struct io_endpoint *e, struct throttle *t,
                             const struct schema *schema, struct str name)
{
    int found = schema_find(schema, name);
    for (uint32_t i = 0; found < 0 && i < schema->n_columns; i++) {
        if (str_equal_nocase(schema->columns[i].name, name)) found = (int)i;
    }
    if (found < 0)
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"throttle_key\" of %s names \"%.*s\", which is no column of its "
                          "stream",
                          e->name, STR_ARG(name));
    t->columns[t->n_columns++] = (uint32_t)found;
    return OK;
}

struct status throttle_new(struct arena *a, const struct io_endpoint *e,
                           const struct schema *schema, struct throttle **out)
{
    struct throttle *t = ARENA_NEW(a, struct throttle);
    const char *keys = str_to_c(a, option_text(e, "throttle_key", ""));
    t->interval_ms = option_interval(e, "throttle", 0);
    *out = NULL;
    if (t->interval_ms == 0 && *keys)
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"throttle_key\" of %s needs \"throttle\", the time for which a "
                          "key is quiet",
                          e->name);
    if (t->interval_ms == 0) return OK;
    t->columns = ARENA_ARRAY(a, uint32_t, strlen(keys) + 1);
    for (const char *p = keys; *p;) {
        p += strspn(p, ", ");
        size_t n = strcspn(p, ",");
        size_t kept = n;
        while (kept && p[kept - 1] == ' ') kept--;
        if (kept) TRY(add_key(a, e, t, schema, str_view(p, kept)));
        p += n;
    }
    t->n_slots = SLOTS_FIRST;
    t->slots = mem_calloc(t->n_slots, sizeof *t->slots);
    *out = t;
    return OK;
}

static struct slot *find(const struct throttle *t, const uint64_t key[2])
{
    for (size_t i = key[0] & (t->n_slots - 1);; i = (i + 1) & (t->n_slots - 1)) {
        struct slot *s = &t->slots[i];
        if ((s->key[0] == key[0] && s->key[1] == key[1]) || s->key[1] == 0) return s;
    }
}

/* Whether a row of this time is held back by one of that. */
static bool holds_back(const struct throttle *t, rowtime last, rowtime time)
{
    int64_t until;
    return !i64_add(&until, last, t->interval_ms) || time <= until;
}

static void put(struct throttle *t, const struct slot *s)
{
    struct slot *to = find(t, s->key);
    t->used += to->key[1] == 0;
    *to = *s;
}

/* Leaves out what is over by `now`; twice the room if that is not enough. */
static void make_room(struct throttle *t, rowtime now)
{
    struct slot *old = t->slots;
    size_t       n_old = t->n_slots, kept = 0;
    for (size_t i = 0; i < n_old; i++)
        kept += old[i].key[1] != 0 && holds_back(t, old[i].last, now);
    while (kept * 4 > t->n_slots) t->n_slots *= 2;
    t->slots = mem_calloc(t->n_slots, sizeof *t->slots);
    t->used = 0;
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].key[1] != 0 && holds_back(t, old[i].last, now)) put(t, &old[i]);
    }
    mem_free(old);
}

bool throttle_passes(struct throttle *t, const struct batch *rows, uint32_t row)
{
    struct slot now = { .last = rows->rowtimes[row] };
    buf_clear(&t->text);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        text_json_value(&t->text, &rows->columns[t->columns[i]], row);
        buf_append_char(&t->text, '\n');
    }
    now.key[0] = hash_bytes(t->text.len ? t->text.data : "", t->text.len, 1);
    now.key[1] = hash_bytes(t->text.len ? t->text.data : "", t->text.len, 2) | 1;
    struct slot *s = find(t, now.key);
    bool         seen = s->key[1] != 0;
    bool         passes = !seen || !holds_back(t, s->last, now.last);
    if (!seen && (t->used + 1) * 2 > t->n_slots) make_room(t, now.last);
    put(t, &now);
    t->held += !passes;
    return passes;
}

uint64_t throttle_held(const struct throttle *t)
{
    return t ? t->held : 0;
}

void throttle_save(const struct throttle *t, struct snap_writer *w)
{
    if (!t) return;
    snap_u64(w, t->held);
    snap_u64(w, t->used);
    for (size_t i = 0; i < t->n_slots; i++) {
        const struct slot *s = &t->slots[i];
        if (s->key[1] == 0) continue;
        snap_u64(w, s->key[0]);
        snap_u64(w, s->key[1]);
        snap_i64(w, s->last);
    }
}

void throttle_load(struct throttle *t, struct snap_reader *r)
{
    if (!t) return;
    t->held = snap_read_u64(r);
    uint32_t n = (uint32_t)snap_read_u64(r);
    for (uint32_t i = 0; i < n && r->p < r->end; i++) {
        struct slot s = { .key[0] = snap_read_u64(r) };
        s.key[1] = snap_read_u64(r) | 1;
        s.last = snap_read_i64(r);
        if ((t->used + 1) * 2 > t->n_slots) make_room(t, ROWTIME_MIN);
        put(t, &s);
    }
}

void throttle_free(struct throttle *t)
{
    if (!t) return;
    mem_free(t->slots);
    buf_free(&t->text);
}
