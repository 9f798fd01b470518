/* receipts.c: a ring of receipts, found by their keys through chains. */

#include "io/receipts.h"

enum {
    N_CHAINS = 16384, /* a power of two */
    RECEIPT_BYTES = 28
};

enum place_state {
    PLACE_FREE,
    PLACE_UNDER_WAY,
    PLACE_TAKEN
};

struct place {
    struct receipt receipt;
    enum place_state state;
    int32_t next; /* of its chain; -1: none */
};

struct receipts {
    struct place ring[RECEIPTS_MAX];
    uint32_t at; /* the next place to be used, that of the oldest */
    int32_t chains[N_CHAINS];
};

struct receipts *receipts_new(void)
{
    struct receipts *r = mem_calloc(1, sizeof *r);
    memset(r->chains, 0xff, sizeof r->chains);
    return r;
}

void receipts_free(struct receipts *r)
{
    mem_free(r);
}

struct receipt receipt_of(struct str key, struct str body, uint32_t records)
{
    struct receipt out = { .records = records, .print = str_hash(&body) };
    for (int i = 0; i < 2; i++)
        out.key[i] = hash_bytes(str_data(&key), key.len, (uint64_t)i + 1);
    return out;
}

static int32_t *chain_of(struct receipts *r, const struct receipt *body)
{
    return &r->chains[body->key[0] % N_CHAINS];
}

static int32_t find(const struct receipts *r, const struct receipt *body)
{
    int32_t i = r->chains[body->key[0] % N_CHAINS];
    while (i >= 0 && memcmp(r->ring[i].receipt.key, body->key, sizeof body->key) != 0)
        i = r->ring[i].next;
    return i;
}

enum receipt_match receipts_find(const struct receipts *r, const struct receipt *body,
                                 uint32_t *records)
{
    int32_t i = find(r, body);
    if (i < 0) return RECEIPT_NEW;
    const struct place *p = &r->ring[i];
    if (p->receipt.print != body->print) return RECEIPT_OTHER;
    *records = p->receipt.records;
    return p->state == PLACE_UNDER_WAY ? RECEIPT_UNDER_WAY : RECEIPT_SAME;
}

static void forget(struct receipts *r, int32_t i)
{
    int32_t *at = chain_of(r, &r->ring[i].receipt);
    while (*at != i) at = &r->ring[*at].next;
    *at = r->ring[i].next;
    r->ring[i].state = PLACE_FREE;
}

void receipts_add(struct receipts *r, const struct receipt *body, bool under_way)
{
    int32_t known = find(r, body), i = (int32_t)r->at;
    if (known >= 0) forget(r, known);
    if (r->ring[i].state != PLACE_FREE) forget(r, i);
    int32_t *chain = chain_of(r, body);
    r->ring[i] = (struct place){ *body, under_way ? PLACE_UNDER_WAY : PLACE_TAKEN, *chain };
    *chain = i;
    r->at = (r->at + 1) % RECEIPTS_MAX;
}

void receipts_settle(struct receipts *r, const struct receipt *body, bool taken)
{
    int32_t i = find(r, body);
    if (i < 0) return; /* so many came since that it is forgotten */
    if (taken) r->ring[i].state = PLACE_TAKEN;
    else forget(r, i);
}

void receipt_save(struct snap_writer *w, const struct receipt *body)
{
    snap_u64(w, body->key[0]);
    snap_u64(w, body->key[1]);
    snap_u64(w, body->print);
    snap_u32(w, body->records);
}

struct receipt receipt_load(struct snap_reader *r)
{
    struct receipt out = { .key = { snap_read_u64(r) } };
    out.key[1] = snap_read_u64(r);
    out.print = snap_read_u64(r);
    out.records = snap_read_u32(r);
    return out;
}

void receipts_save(const struct receipts *r, struct snap_writer *w)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < RECEIPTS_MAX; i++) n += r->ring[i].state == PLACE_TAKEN;
    snap_u32(w, n);
    for (uint32_t i = 0; i < RECEIPTS_MAX; i++) {
        const struct place *p = &r->ring[(r->at + i) % RECEIPTS_MAX];
        if (p->state == PLACE_TAKEN) receipt_save(w, &p->receipt);
    }
}

void receipts_load(struct receipts *r, struct snap_reader *from)
{
    uint32_t n = snap_read_count(from, RECEIPT_BYTES);
    for (uint32_t i = 0; i < n && !from->failed; i++) {
        struct receipt body = receipt_load(from);
        if (!from->failed) receipts_add(r, &body, false);
    }
}
