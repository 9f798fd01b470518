/*
 * forest.c: records to points, points to trees, trees to scores.
 *
 * Records become 32-bit numbers relative to the first record, which keeps the low digits of large
 * offsets such as epoch times; trees do not notice a translation. They stand in `history` one
 * behind the other, oldest first, so that the point of a record, which is made of the last
 * shingle_size records, is just a place in it: points overlap and nothing is copied.
 *
 *     history    | r5 | r6 | r7 | r8 | r9 | ...         shingle_size 3
 *                  `---- point 5 ---'                   record 7 completes point 5
 *                       `---- point 6 ---'
 *
 * Work goes tree by tree over a block of records, not record by record over the trees: a tree stays
 * in the first-level cache for the block. Each tree still scores record i before it learns record
 * i, and sums are taken in the order of the trees, so blocks do not show in the result. Several
 * threads take whole trees in turn; each tree's scores of the block wait in a row of their own until
 * all are there to be added in that order.
 */
#include "udf/rcf/forest.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "udf/rcf/sample.h"
#include "udf/rcf/team.h"
#include "udf/rcf/tree.h"
#include "udf/rcf/tree_snap.h"

/* Records that are taken through one tree before the next. */
enum {
    BLOCK = 256
};

/* Visits of a tree by a record that are worth waking threads for: some tens of microseconds. */
enum {
    VISITS_SHARED = 2000
};

/* Floats behind the history that a vector of the last point may touch. */
enum {
    HISTORY_PAD = 4
};

/* Records of a stream are never numbered higher. */
#define NUMBER_MAX (INT64_C(1) << 61)

static const uint64_t SNAPSHOT_VERSION = 0x3230304643522553u; /* "S%RCF002" */

/* Neighbours are worked on by different threads: none shares a line of the cache, or its twin, with another. */
struct forest_tree {
    _Alignas(128) struct tree tree;
    struct sample sample;
    struct rng rng;
};

struct forest {
    struct forest_params params;
    int64_t n_records; /* learnt so far */
    double origin[FOREST_COLUMNS_MAX]; /* first record: what is subtracted */
    double last[FOREST_COLUMNS_MAX];   /* last finite number of each column */
    float *history;                    /* shingle_size - 1 + BLOCK records, and HISTORY_PAD */
    struct forest_tree *trees;         /* n_trees; those not made yet are zero */
    struct score_tables tables;
    int n_threads;       /* that were asked for; 0 or 1: the caller's alone */
    struct team *team;   /* NULL: the caller's alone */
    double *tree_scores; /* with a team: BLOCK scores for each tree */
};

bool forest_params_valid(const struct forest_params *p)
{
    return p->n_trees >= 1 && p->n_trees <= FOREST_TREES_MAX &&
           p->sample_size >= FOREST_SAMPLE_MIN && p->sample_size <= FOREST_SAMPLE_MAX &&
           p->time_decay >= 1 && p->time_decay <= FOREST_TIME_DECAY_MAX && p->shingle_size >= 1 &&
           p->shingle_size <= FOREST_SHINGLE_MAX && p->n_columns >= 1 &&
           p->n_columns <= FOREST_COLUMNS_MAX;
}

static int point_dims(const struct forest_params *p)
{
    return p->n_columns * p->shingle_size;
}

static size_t history_floats(const struct forest_params *p)
{
    return (size_t)(p->shingle_size - 1 + BLOCK) * (size_t)p->n_columns + HISTORY_PAD;
}

size_t forest_bytes(const struct forest_params *p)
{
    assert(forest_params_valid(p));
    size_t tree = sizeof(struct forest_tree) + tree_bytes(point_dims(p), p->sample_size) +
                  (size_t)p->sample_size * sizeof(struct sample_entry);
    return sizeof(struct forest) + (size_t)p->n_trees * tree + history_floats(p) * sizeof(float) +
           (size_t)p->n_trees * BLOCK * sizeof(double);
}

static bool make_tree(struct forest *f, int index)
{
    const struct forest_params *p = &f->params;
    struct forest_tree *ft = &f->trees[index];
    rng_init(&ft->rng, p->seed, (uint64_t)index);
    return tree_init(&ft->tree, point_dims(p), p->sample_size) &&
           sample_init(&ft->sample, p->sample_size, p->time_decay);
}

bool forest_new(const struct forest_params *params, struct forest **out)
{
    _Static_assert((int)FOREST_SAMPLE_MAX <= (int)TREE_CAPACITY_MAX, "samples fit trees");
    _Static_assert(FOREST_COLUMNS_MAX * FOREST_SHINGLE_MAX <= (int)TREE_DIMS_MAX, "points too");
    if (!forest_params_valid(params)) return false;

    struct forest *f = calloc(1, sizeof *f);
    if (!f) return false;
    f->params = *params;
    f->history = calloc(history_floats(params), sizeof *f->history);
    size_t size = (size_t)params->n_trees * sizeof *f->trees;
    f->trees = aligned_alloc(_Alignof(struct forest_tree), size);
    if (f->trees) memset(f->trees, 0, size);
    bool made = f->history && f->trees;
    for (int i = 0; made && i < params->n_trees; i++) {
        made = make_tree(f, i);
    }
    if (!made) {
        forest_free(f);
        return false;
    }
    score_tables_init(&f->tables);
    *out = f;
    return true;
}

void forest_free(struct forest *f)
{
    if (!f) return;
    for (int i = 0; f->trees && i < f->params.n_trees; i++) {
        tree_fini(&f->trees[i].tree);
        sample_fini(&f->trees[i].sample);
    }
    forest_use_threads(f, 1);
    free(f->trees);
    free(f->history);
    free(f);
}

void forest_use_threads(struct forest *f, int n_threads)
{
    if (n_threads > f->params.n_trees) n_threads = f->params.n_trees;
    if (n_threads == f->n_threads) return;
    team_free(f->team);
    free(f->tree_scores);
    f->team = NULL;
    f->tree_scores = NULL;
    f->n_threads = n_threads;
    if (n_threads < 2) return;
    f->tree_scores = malloc((size_t)f->params.n_trees * BLOCK * sizeof *f->tree_scores);
    if (f->tree_scores) f->team = team_new(n_threads);
}

/* A coordinate as trees take it: within their limit, and one zero only. */
static float to_coordinate(double value, double origin)
{
    double x = value - origin;
    if (x > (double)TREE_COORDINATE_MAX) return TREE_COORDINATE_MAX;
    if (x < -(double)TREE_COORDINATE_MAX) return -TREE_COORDINATE_MAX;
    return (float)x + 0.0f;
}

/* Appends a record behind the `at` records that stand in the history already. */
static void put_record(struct forest *f, const double *record, double *last, int at)
{
    int n = f->params.n_columns;
    float *to = f->history + (size_t)at * (size_t)n;
    for (int c = 0; c < n; c++) {
        if (isfinite(record[c])) last[c] = record[c];
        to[c] = to_coordinate(last[c], f->origin[c]);
    }
}

/* The first record moves the origin. */
static void set_origin(struct forest *f, const double *record)
{
    for (int c = 0; c < f->params.n_columns; c++) {
        f->origin[c] = isfinite(record[c]) ? record[c] : 0;
    }
}

/* near: the leaf that the last score's walk ended at, TREE_NONE: there was none. */
static void learn(struct forest_tree *ft, const float *point, int64_t t, uint16_t near)
{
    if (ft->sample.count == ft->sample.capacity) tree_delete(&ft->tree, sample_evict(&ft->sample));
    uint16_t leaf = tree_insert(&ft->tree, &ft->rng, point, near);
    sample_add(&ft->sample, &ft->rng, t, leaf);
}

/* A run of points with consecutive numbers, and where their scores go. */
struct points {
    const float *first;
    int step;     /* floats from one to the next */
    int64_t t;    /* number of the first point */
    int count;
    int n_silent; /* that many at the start get no score */
    double *scores;
    double *slots; /* of tree_explain, for each point; NULL: not asked for */
};

/* Returns the leaf that the walk of the last point ended at, TREE_NONE when there was no walk. */
static uint16_t score_run(const struct forest *f, const struct tree *tree, const struct points *p,
                          int from, int to)
{
    if (from < p->n_silent) from = p->n_silent;
    if (from >= to) return TREE_NONE;
    const float *first = p->first + (size_t)from * (size_t)p->step;
    if (p->slots) {
        return tree_explain(tree, &f->tables, first, p->step, to - from, p->scores + from,
                            p->slots + (size_t)from * 2 * (size_t)tree->n_dims);
    }
    return tree_score(tree, &f->tables, first, p->step, to - from, p->scores + from);
}

/* Takes a run through one tree: it is constant from one entry into the sample to the next. */
static void update_tree(struct forest *f, struct forest_tree *ft, const struct points *p)
{
    int done = 0;
    while (done < p->count) {
        int64_t until_entry = ft->sample.next - (p->t + done);
        assert(until_entry >= 0);
        if (until_entry >= p->count - done) {
            score_run(f, &ft->tree, p, done, p->count);
            return;
        }
        int entry = done + (int)until_entry;
        uint16_t near = score_run(f, &ft->tree, p, done, entry + 1);
        learn(ft, p->first + (size_t)entry * (size_t)p->step, p->t + entry, near);
        done = entry + 1;
    }
}

struct shared_block {
    struct forest *forest;
    const struct points *points;
};

static void update_shared_tree(void *context, int index)
{
    const struct shared_block *b = context;
    struct points own = *b->points;
    own.scores = b->forest->tree_scores + (size_t)index * BLOCK;
    memset(own.scores, 0, (size_t)own.count * sizeof *own.scores);
    update_tree(b->forest, &b->forest->trees[index], &own);
}

/* The trees in any order, their scores in theirs. */
static void share_trees(struct forest *f, const struct points *p)
{
    struct shared_block block = { f, p };
    team_run(f->team, f->params.n_trees, update_shared_tree, &block);
    for (int i = 0; i < f->params.n_trees; i++) {
        const double *scores = f->tree_scores + (size_t)i * BLOCK;
        for (int k = 0; k < p->count; k++) p->scores[k] += scores[k];
    }
}

/* How many of `count` records from number `first` on are to get the score 0. */
static int count_silent(const struct forest_params *p, int64_t first, int count)
{
    int64_t silent = p->sample_size > p->shingle_size ? p->sample_size : p->shingle_size;
    if (first >= silent) return 0;
    return silent - first < count ? (int)(silent - first) : count;
}

/* slots: of `count` points, zero; NULL: not asked for. */
static void update_block(struct forest *f, const double *records, int count, double *scores,
                         double *slots)
{
    const struct forest_params *params = &f->params;
    int n = params->n_columns;
    int before = params->shingle_size - 1; /* records kept from the last block */
    for (int i = 0; i < count; i++) {
        put_record(f, records + (size_t)i * (size_t)n, f->last, before + i);
        scores[i] = 0;
    }

    /* Records that complete no shingle yet make no point. */
    int64_t missing = before - f->n_records;
    int skip = missing < 0 ? 0 : (int)missing;
    if (skip > count) skip = count;
    struct points points = {
        .first = f->history + (size_t)skip * (size_t)n,
        .step = n,
        .t = f->n_records + skip - before,
        .count = count - skip,
        .n_silent = count_silent(params, f->n_records + skip, count - skip),
        .scores = scores + skip,
        .slots = slots ? slots + (size_t)skip * 2 * (size_t)point_dims(params) : NULL,
    };
    bool shared = f->team && !slots && points.count * params->n_trees >= VISITS_SHARED;
    if (shared) share_trees(f, &points);
    for (int i = 0; i < params->n_trees && !shared; i++) {
        update_tree(f, &f->trees[i], &points);
    }
    for (int i = 0; i < count; i++) {
        scores[i] /= params->n_trees;
    }
    f->n_records += count;
    memmove(f->history, f->history + (size_t)count * (size_t)n,
            (size_t)before * (size_t)n * sizeof *f->history);
}

void forest_update(struct forest *f, const double *records, size_t count, double *scores)
{
    if (count > 0 && f->n_records == 0) set_origin(f, records);
    while (count > 0) {
        int block = count < BLOCK ? (int)count : BLOCK;
        update_block(f, records, block, scores, NULL);
        records += (size_t)block * (size_t)f->params.n_columns;
        scores += block;
        count -= (size_t)block;
    }
}

/* Sides of all coordinates of a point to parts of its columns. */
static void fold_slots(const struct forest_params *p, const double *slots,
                       struct forest_part *parts)
{
    for (int c = 0; c < p->n_columns; c++) parts[c] = (struct forest_part){ 0, 0 };
    for (int i = 0; i < point_dims(p); i++) {
        struct forest_part *part = &parts[i % p->n_columns];
        part->high += slots[i] / p->n_trees;
        part->low += slots[point_dims(p) + i] / p->n_trees;
    }
}

size_t forest_explain_numbers(const struct forest_params *p)
{
    return (size_t)BLOCK * 2 * (size_t)point_dims(p);
}

void forest_explain(struct forest *f, const double *records, size_t count, double *scores,
                    struct forest_part *parts, double *work)
{
    size_t n_slots = 2 * (size_t)point_dims(&f->params), n = (size_t)f->params.n_columns;
    if (count > 0 && f->n_records == 0) set_origin(f, records);
    while (count > 0) {
        size_t block = count < BLOCK ? count : BLOCK;
        memset(work, 0, block * n_slots * sizeof *work);
        update_block(f, records, (int)block, scores, work);
        for (size_t i = 0; i < block; i++)
            fold_slots(&f->params, work + i * n_slots, parts + i * n);
        records += block * n;
        parts += block * n;
        scores += block;
        count -= block;
    }
}

/* The point that ends with the record, if it came next. */
static const float *next_point(struct forest *f, const double *record)
{
    double last[FOREST_COLUMNS_MAX];
    memcpy(last, f->last, sizeof last);
    put_record(f, record, last, f->params.shingle_size - 1);
    return f->history;
}

double forest_score(struct forest *f, const double *record)
{
    if (count_silent(&f->params, f->n_records, 1)) return 0;
    const float *point = next_point(f, record);
    double score = 0;
    for (int i = 0; i < f->params.n_trees; i++)
        tree_score(&f->trees[i].tree, &f->tables, point, f->params.n_columns, 1, &score);
    return score / f->params.n_trees;
}

double forest_score_parts(struct forest *f, const double *record, struct forest_part *parts,
                          double *work)
{
    double score = 0;
    memset(work, 0, 2 * (size_t)point_dims(&f->params) * sizeof *work);
    const float *point = next_point(f, record);
    bool silent = count_silent(&f->params, f->n_records, 1) > 0;
    for (int i = 0; i < f->params.n_trees && !silent; i++) {
        tree_explain(&f->trees[i].tree, &f->tables, point, f->params.n_columns, 1, &score, work);
    }
    fold_slots(&f->params, work, parts);
    return score / f->params.n_trees;
}

static void save_tree(const struct forest_tree *ft, struct byte_writer *w)
{
    for (int i = 0; i < 4; i++) {
        put_u64(w, ft->rng.word[i]);
    }
    const struct sample *s = &ft->sample;
    put_u16(w, (uint16_t)s->count);
    put_u64(w, (uint64_t)s->base);
    put_u64(w, (uint64_t)s->next);
    put_f64(w, s->next_e);
    for (int i = 0; i < s->count; i++) {
        put_f64(w, s->entries[i].key);
        put_u16(w, s->entries[i].leaf);
    }
    tree_save(&ft->tree, w);
}

static void save_params(const struct forest_params *p, struct byte_writer *w)
{
    put_u64(w, (uint64_t)p->n_trees);
    put_u64(w, (uint64_t)p->sample_size);
    put_u64(w, (uint64_t)p->time_decay);
    put_u64(w, (uint64_t)p->shingle_size);
    put_u64(w, (uint64_t)p->n_columns);
    put_u64(w, p->seed);
}

bool forest_save(const struct forest *f, bytes_write_fn write, void *context)
{
    const struct forest_params *p = &f->params;
    struct byte_writer w = {
        .write = write, .context = context, .checksum = CHECKSUM_START, .ok = true
    };
    put_u64(&w, SNAPSHOT_VERSION);
    save_params(p, &w);
    put_u64(&w, (uint64_t)f->n_records);
    for (int i = 0; i < p->n_columns; i++) {
        put_f64(&w, f->origin[i]);
        put_f64(&w, f->last[i]);
    }
    for (int i = 0; i < (p->shingle_size - 1) * p->n_columns; i++) {
        put_f32(&w, f->history[i]);
    }
    for (int i = 0; w.ok && i < p->n_trees; i++) {
        save_tree(&f->trees[i], &w);
    }
    put_u64(&w, w.checksum);
    return w.ok;
}

static bool count_bytes(void *context, const void *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
    return true;
}

size_t forest_save_size(const struct forest *f)
{
    size_t size = 0;
    forest_save(f, count_bytes, &size);
    return size;
}

/* Every entry of the sample must have its point in the tree, and the reverse. */
static bool sample_fits_tree(const struct sample *s, const struct tree *t)
{
    uint16_t entries_of[TREE_CAPACITY_MAX] = { 0 };
    for (int i = 0; i < s->count; i++) {
        const struct sample_entry *e = &s->entries[i];
        if (e->leaf >= t->capacity || !isfinite(e->key)) return false;
        if (i > 0 && s->entries[(i - 1) / 2].key < e->key) return false;
        entries_of[e->leaf]++;
    }
    return memcmp(entries_of, t->masses, (size_t)t->capacity * sizeof entries_of[0]) == 0;
}

/* `n_points` is how many points the forest has learnt. */
static bool load_tree(struct forest_tree *ft, int64_t n_points, struct byte_reader *r)
{
    uint64_t any = 0;
    for (int i = 0; i < 4; i++) {
        any |= ft->rng.word[i] = get_u64(r);
    }
    struct sample *s = &ft->sample;
    int count = get_u16(r);
    s->base = (int64_t)get_u64(r);
    s->next = (int64_t)get_u64(r);
    s->next_e = get_f64(r);
    if (any == 0 || count != (n_points < s->capacity ? n_points : s->capacity)) return false;
    if (s->base < 0 || s->base > n_points) return false;
    if (s->next < n_points || s->next > NUMBER_MAX) return false;
    if (count < s->capacity && (s->next != n_points || s->next_e != 0)) return false;
    if (count == s->capacity && !(s->next_e > 0 && isfinite(s->next_e))) return false;

    s->count = count;
    for (int i = 0; i < count; i++) {
        s->entries[i].key = get_f64(r);
        s->entries[i].leaf = get_u16(r);
    }
    return tree_load(&ft->tree, r) && sample_fits_tree(s, &ft->tree);
}

static bool load_params(const struct forest_params *p, struct byte_reader *r)
{
    bool equal = get_u64(r) == (uint64_t)p->n_trees;
    equal &= get_u64(r) == (uint64_t)p->sample_size;
    equal &= get_u64(r) == (uint64_t)p->time_decay;
    equal &= get_u64(r) == (uint64_t)p->shingle_size;
    equal &= get_u64(r) == (uint64_t)p->n_columns;
    equal &= get_u64(r) == p->seed;
    return equal;
}

static bool load_records(struct forest *f, struct byte_reader *r)
{
    const struct forest_params *p = &f->params;
    f->n_records = (int64_t)get_u64(r);
    bool good = f->n_records >= 0 && f->n_records < NUMBER_MAX / 2;
    for (int i = 0; i < p->n_columns; i++) {
        f->origin[i] = get_f64(r);
        f->last[i] = get_f64(r);
        good &= isfinite(f->origin[i]) && isfinite(f->last[i]);
    }
    for (int i = 0; i < (p->shingle_size - 1) * p->n_columns; i++) {
        f->history[i] = get_f32(r) + 0.0f;
        good &= fabsf(f->history[i]) <= TREE_COORDINATE_MAX;
    }
    return good && r->ok;
}

static bool load_state(struct forest *f, struct byte_reader *r)
{
    if (!load_records(f, r)) return false;

    int64_t n_points = f->n_records - (f->params.shingle_size - 1);
    for (int i = 0; i < f->params.n_trees; i++) {
        if (!load_tree(&f->trees[i], n_points > 0 ? n_points : 0, r)) return false;
    }
    uint64_t checksum = r->checksum;
    return get_u64(r) == checksum && r->ok;
}

bool forest_load(const struct forest_params *params, bytes_read_fn read, void *context,
                 struct forest **out)
{
    struct byte_reader r = {
        .read = read, .context = context, .checksum = CHECKSUM_START, .ok = true
    };
    if (get_u64(&r) != SNAPSHOT_VERSION || !load_params(params, &r)) return false;

    struct forest *f;
    if (!forest_new(params, &f)) return false;
    if (!load_state(f, &r)) {
        forest_free(f);
        return false;
    }
    *out = f;
    return true;
}
