/* sketch.c: a set of hashes that becomes HyperLogLog registers when it gets too large. */

#include "udf/items/sketch.h"

#include <math.h>
#include <stdlib.h>

enum { INDEX_BITS = 14, RANK_MAX = 64 - INDEX_BITS + 1 };

bool sketch_init(struct sketch *s)
{
    /* one piece for both: what a window takes does not depend on what comes */
    s->slots = calloc(1, SKETCH_SLOTS * sizeof *s->slots + SKETCH_REGISTERS);
    s->registers = NULL;
    s->count = 0;
    return s->slots != NULL;
}

static uint8_t *registers_of(const struct sketch *s)
{
    return (uint8_t *)(s->slots + SKETCH_SLOTS);
}

void sketch_free(struct sketch *s)
{
    free(s->slots);
    *s = (struct sketch){ 0 };
}

void sketch_clear(struct sketch *s)
{
    memset(s->slots, 0, SKETCH_SLOTS * sizeof *s->slots + SKETCH_REGISTERS);
    s->registers = NULL;
    s->count = 0;
}

static void raise(uint8_t *registers, uint64_t hash)
{
    uint64_t rest = hash << INDEX_BITS;
    uint8_t  rank = rest ? (uint8_t)(__builtin_clzll(rest) + 1) : RANK_MAX;
    uint8_t *r = &registers[hash >> (64 - INDEX_BITS)];
    if (rank > *r) *r = rank;
}

static void change_over(struct sketch *s)
{
    s->registers = registers_of(s);
    for (uint32_t i = 0; i < SKETCH_SLOTS; i++) {
        if (s->slots[i]) raise(s->registers, s->slots[i]);
    }
}

void sketch_add(struct sketch *s, uint64_t hash)
{
    hash |= hash == 0; /* 0 marks a free slot */
    if (s->registers) {
        raise(s->registers, hash);
        return;
    }
    uint32_t at = (uint32_t)hash & (SKETCH_SLOTS - 1);
    while (s->slots[at] && s->slots[at] != hash) at = (at + 1) & (SKETCH_SLOTS - 1);
    if (s->slots[at]) return;
    if (s->count == SKETCH_EXACT) {
        change_over(s);
        raise(s->registers, hash);
        return;
    }
    s->slots[at] = hash;
    s->count++;
}

/* Ertl's sigma and tau, to the last bit. */
static double sigma(double x)
{
    if (x == 1) return INFINITY;
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (z != before);
    return z;
}

static double tau(double x)
{
    if (x == 0 || x == 1) return 0;
    double y = 1, z = 1 - x, before;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
}

int64_t sketch_count(const struct sketch *s)
{
    if (!s->registers) return s->count;
    double m = SKETCH_REGISTERS, histogram[RANK_MAX + 1] = { 0 };
    for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) histogram[s->registers[i]]++;
    double z = m * tau(1 - histogram[RANK_MAX] / m);
    for (int rank = RANK_MAX - 1; rank >= 1; rank--) z = 0.5 * (z + histogram[rank]);
    z += m * sigma(histogram[0] / m);
    return llround(m * m / (2 * log(2) * z));
}

void sketch_save(const struct sketch *s, struct sluice_writer *w)
{
    uint32_t count = s->registers ? UINT32_MAX : s->count;
    sluice_write(w, &count, sizeof count);
    if (s->registers) {
        sluice_write(w, s->registers, SKETCH_REGISTERS);
        return;
    }
    for (uint32_t i = 0; i < SKETCH_SLOTS; i++) {
        if (s->slots[i]) sluice_write(w, &s->slots[i], sizeof s->slots[i]);
    }
}

bool sketch_load(struct sketch *s, struct sluice_reader *r)
{
    uint32_t count;
    sketch_clear(s);
    if (!sluice_read(r, &count, sizeof count)) return false;
    if (count == UINT32_MAX) {
        s->registers = registers_of(s);
        if (!sluice_read(r, s->registers, SKETCH_REGISTERS)) return false;
        for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
            if (s->registers[i] > RANK_MAX) return false;
        }
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash;
        if (!sluice_read(r, &hash, sizeof hash) || hash == 0) return false;
        sketch_add(s, hash);
    }
    return s->count == count;
}
