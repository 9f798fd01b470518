/* cluster.c: a ring of points, their neighbours as bit sets, and a search over the core points. */

#include "udf/hotspots/cluster.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT16_MAX };

struct neighbours {
    uint64_t words[CLUSTER_WORDS];
};

struct cluster_window {
    struct cluster_params params;
    uint32_t              count, newest; /* slots in use; where the newest point lies */
    double               *values;        /* dimension by dimension, `window` slots each */
    double               *distances;     /* squared, from the newest point */
    struct neighbours    *near;          /* of each slot, itself included; only slots in use */
    uint32_t             *degrees;       /* points in near */
    uint16_t             *clusters;      /* of each slot, or NONE */
    uint16_t             *queue;
    struct cluster       *found;
    double               *boxes; /* min and max of each cluster */
};

void cluster_window_free(struct cluster_window *w)
{
    if (!w) return;
    free(w->values);
    free(w->distances);
    free(w->near);
    free(w->degrees);
    free(w->clusters);
    free(w->queue);
    free(w->found);
    free(w->boxes);
    free(w);
}

struct cluster_window *cluster_window_new(const struct cluster_params *params)
{
    size_t                 n = params->window, d = params->dimensions;
    struct cluster_window *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->params = *params;
    w->values = calloc(n * d, sizeof *w->values);
    w->distances = calloc(n, sizeof *w->distances);
    w->near = calloc(n, sizeof *w->near);
    w->degrees = calloc(n, sizeof *w->degrees);
    w->clusters = calloc(n, sizeof *w->clusters);
    w->queue = calloc(n, sizeof *w->queue);
    w->found = calloc(n, sizeof *w->found);
    w->boxes = calloc(n * d * 2, sizeof *w->boxes);
    if (w->values && w->distances && w->near && w->degrees && w->clusters && w->queue && w->found &&
        w->boxes)
        return w;
    cluster_window_free(w);
    return NULL;
}

uint32_t cluster_window_points(const struct cluster_window *w)
{
    return w->count;
}

/* Where point i, from the oldest, lies. */
static uint32_t slot_of(const struct cluster_window *w, uint32_t i)
{
    return w->count < w->params.window ? i : (w->newest + 1 + i) % w->params.window;
}

/* How old a slot is: 0 the oldest. */
static uint32_t age_of(const struct cluster_window *w, uint32_t slot)
{
    if (w->count < w->params.window) return slot;
    return (slot + w->params.window - w->newest - 1) % w->params.window;
}

void cluster_window_point(const struct cluster_window *w, uint32_t i, double *out)
{
    uint32_t slot = slot_of(w, i);
    for (uint32_t d = 0; d < w->params.dimensions; d++)
        out[d] = w->values[(size_t)d * w->params.window + slot];
}

size_t cluster_window_bytes(const struct cluster_window *w)
{
    size_t n = w->params.window, d = w->params.dimensions;
    return sizeof *w +
           n * (sizeof *w->near + sizeof *w->degrees + sizeof *w->clusters + sizeof *w->queue +
                sizeof *w->found + sizeof *w->distances) +
           3 * n * d * sizeof *w->values;
}

/* ---- neighbours ---- */

static void set_bit(struct neighbours *n, uint32_t i)
{
    n->words[i / 64] |= UINT64_C(1) << i % 64;
}

static void clear_bit(struct neighbours *n, uint32_t i)
{
    n->words[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* The next bit of the set from i on, or -1. */
static int next_bit(const struct neighbours *n, uint32_t i)
{
    for (uint32_t word = i / 64; word < CLUSTER_WORDS; word++) {
        uint64_t rest = n->words[word];
        if (word == i / 64) rest &= ~UINT64_C(0) << i % 64;
        if (rest) return (int)(word * 64 + (uint32_t)__builtin_ctzll(rest));
    }
    return -1;
}

static int after(const struct neighbours *n, int i)
{
    return i + 1 < CLUSTER_WORDS * 64 ? next_bit(n, (uint32_t)i + 1) : -1;
}

/* The point in the slot goes; true when it had neighbours. */
static bool remove_point(struct cluster_window *w, uint32_t slot)
{
    bool had = w->degrees[slot] > 1;
    for (int i = next_bit(&w->near[slot], 0); i >= 0; i = after(&w->near[slot], i)) {
        clear_bit(&w->near[i], slot);
        w->degrees[i]--;
    }
    memset(&w->near[slot], 0, sizeof w->near[slot]);
    w->degrees[slot] = 0;
    return had;
}

/* Squared distances of all slots from a point. */
static void measure(struct cluster_window *w, const double *point)
{
    memset(w->distances, 0, w->count * sizeof *w->distances);
    for (uint32_t d = 0; d < w->params.dimensions; d++) {
        const double *values = w->values + (size_t)d * w->params.window;
        for (uint32_t i = 0; i < w->count; i++) {
            double delta = values[i] - point[d];
            w->distances[i] += delta * delta;
        }
    }
}

static bool insert_point(struct cluster_window *w, uint32_t slot, const double *point)
{
    for (uint32_t d = 0; d < w->params.dimensions; d++)
        w->values[(size_t)d * w->params.window + slot] = point[d];
    measure(w, point);
    double limit = w->params.radius * w->params.radius;
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->distances[i] > limit && i != slot) continue;
        set_bit(&w->near[slot], i);
        w->degrees[slot]++;
        if (i == slot) continue;
        set_bit(&w->near[i], slot);
        w->degrees[i]++;
    }
    return w->degrees[slot] > 1;
}

/* A point without neighbours is in no cluster: where only such ones come and go, all stays as it was. */
bool cluster_window_add(struct cluster_window *w, const double *point)
{
    bool changed = false;
    if (w->count < w->params.window) {
        w->newest = w->count++;
    } else {
        w->newest = (w->newest + 1) % w->params.window;
        changed = remove_point(w, w->newest);
    }
    return insert_point(w, w->newest, point) || changed;
}

/* ---- clusters ---- */

static bool is_core(const struct cluster_window *w, uint32_t slot)
{
    return w->degrees[slot] >= w->params.minimum;
}

/* All core points that hang together with this one; they leave `rest`, the core points without a cluster. */
static void spread(struct cluster_window *w, struct neighbours *rest, uint32_t from,
                   uint16_t cluster)
{
    uint32_t head = 0, tail = 0;
    w->queue[tail++] = (uint16_t)from;
    clear_bit(rest, from);
    while (head < tail) {
        uint32_t point = w->queue[head++];
        const struct neighbours *near = &w->near[point];
        w->clusters[point] = cluster;
        for (uint32_t word = 0; word < CLUSTER_WORDS; word++) {
            uint64_t reached = near->words[word] & rest->words[word];
            rest->words[word] &= ~reached;
            for (; reached; reached &= reached - 1)
                w->queue[tail++] = (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(reached));
        }
    }
}

static double distance(const struct cluster_window *w, uint32_t a, uint32_t b)
{
    double sum = 0;
    for (uint32_t d = 0; d < w->params.dimensions; d++) {
        const double *values = w->values + (size_t)d * w->params.window;
        sum += (values[a] - values[b]) * (values[a] - values[b]);
    }
    return sum;
}

/* The cluster of the nearest core point, the oldest of several; NONE for noise. */
static uint16_t cluster_of_border(const struct cluster_window *w, const struct neighbours *cores,
                                  uint32_t slot)
{
    int    best = -1;
    double least = 0;
    for (uint32_t word = 0; word < CLUSTER_WORDS; word++) {
        uint64_t near = w->near[slot].words[word] & cores->words[word];
        for (; near; near &= near - 1) {
            uint32_t i = word * 64 + (uint32_t)__builtin_ctzll(near);
            double   far = distance(w, slot, i);
            bool     nearer = best < 0 || far < least;
            if (!nearer && far == least) nearer = age_of(w, i) < age_of(w, (uint32_t)best);
            if (!nearer) continue;
            best = (int)i;
            least = far;
        }
    }
    return best < 0 ? NONE : w->clusters[best];
}

static uint16_t assign_clusters(struct cluster_window *w)
{
    uint16_t n = 0;
    struct neighbours cores = { 0 };
    for (uint32_t i = 0; i < w->count; i++) {
        w->clusters[i] = NONE;
        if (is_core(w, i)) set_bit(&cores, i);
    }
    struct neighbours rest = cores;
    for (int i; (i = next_bit(&rest, 0)) >= 0;) spread(w, &rest, (uint32_t)i, n++);
    for (uint32_t i = 0; n > 0 && i < w->count; i++) {
        if (!is_core(w, i) && w->degrees[i] > 1) w->clusters[i] = cluster_of_border(w, &cores, i);
    }
    return n;
}

static void extend(struct cluster_window *w, uint32_t slot)
{
    struct cluster *c = &w->found[w->clusters[slot]];
    double *min = w->boxes + (size_t)w->clusters[slot] * 2 * w->params.dimensions,
           *max = min + w->params.dimensions;
    for (uint32_t d = 0; d < w->params.dimensions; d++) {
        double v = w->values[(size_t)d * w->params.window + slot];
        if (c->points == 0 || v < min[d]) min[d] = v;
        if (c->points == 0 || v > max[d]) max[d] = v;
    }
    c->min = min;
    c->max = max;
    c->points++;
}

static int by_density(const void *a, const void *b, void *dimensions)
{
    const struct cluster *x = a, *y = b;
    if (x->density != y->density) return x->density > y->density ? -1 : 1;
    for (uint32_t d = 0; d < *(uint32_t *)dimensions; d++) {
        if (x->min[d] != y->min[d]) return x->min[d] < y->min[d] ? -1 : 1;
    }
    return 0;
}

uint32_t cluster_window_find(struct cluster_window *w, const struct cluster **out)
{
    uint16_t n = assign_clusters(w);
    memset(w->found, 0, n * sizeof *w->found);
    for (uint32_t i = 0; i < w->count; i++) {
        if (w->clusters[i] != NONE) extend(w, i);
    }
    for (uint16_t k = 0; k < n; k++) {
        double size = 1;
        for (uint32_t d = 0; d < w->params.dimensions; d++) {
            double extent = w->found[k].max[d] - w->found[k].min[d];
            size *= extent == 0 ? w->params.radius : extent;
        }
        w->found[k].density = w->found[k].points / size;
    }
    if (n) qsort_r(w->found, n, sizeof *w->found, by_density, &w->params.dimensions);
    *out = w->found;
    return n;
}
