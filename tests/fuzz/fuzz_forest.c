/*
 * Snapshots of a forest: whatever bytes are changed in one, loading it tells or gives a forest that
 * works on.
 *
 * The input is a list of changes, three bytes each: a place and what it is combined with. The
 * checksum at the end is made right again, since no other change would get past it.
 */
#include <stdlib.h>
#include <string.h>

#include "udf/rcf/forest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    N_RECORDS = 60,
    N_COLUMNS = 2,
    SNAPSHOT_MAX = 8192
};

static const struct forest_params params = {
    .n_trees = 2,
    .sample_size = 10,
    .time_decay = 20,
    .shingle_size = 2,
    .n_columns = N_COLUMNS,
    .seed = 1,
};

struct snapshot {
    unsigned char bytes[SNAPSHOT_MAX];
    size_t size;
    size_t taken;
};

static bool append(void *context, const void *bytes, size_t size)
{
    struct snapshot *s = context;
    if (size > sizeof s->bytes - s->size) return false;
    memcpy(s->bytes + s->size, bytes, size);
    s->size += size;
    return true;
}

static bool take(void *context, void *bytes, size_t size)
{
    struct snapshot *s = context;
    if (size > s->size - s->taken) return false;
    memcpy(bytes, s->bytes + s->taken, size);
    s->taken += size;
    return true;
}

static void update(struct forest *f)
{
    double records[N_RECORDS * N_COLUMNS], scores[N_RECORDS];
    for (int i = 0; i < N_RECORDS * N_COLUMNS; i++) {
        records[i] = (double)(i * i % 17);
    }
    forest_update(f, records, N_RECORDS, scores);
}

static void make_snapshot(struct snapshot *s)
{
    struct forest *f;
    if (!forest_new(&params, &f)) return;
    update(f);
    forest_save(f, append, s);
    forest_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct snapshot original;
    if (original.size == 0) make_snapshot(&original);

    struct snapshot changed = original;
    size_t body = changed.size - 8;
    for (size_t i = 0; i + 3 <= size; i += 3) {
        size_t place = (data[i] | (size_t)data[i + 1] << 8) % body;
        changed.bytes[place] ^= data[i + 2];
    }
    uint64_t sum = checksum_add(CHECKSUM_START, changed.bytes, body);
    for (int i = 0; i < 8; i++) changed.bytes[body + (size_t)i] = (unsigned char)(sum >> (8 * i));

    struct forest *f;
    if (!forest_load(&params, take, &changed, &f)) return 0;
    update(f);
    forest_free(f);
    return 0;
}
