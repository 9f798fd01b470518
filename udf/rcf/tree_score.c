/*
 * tree_score.c: the score of a point, for many points at once.
 *
 * A score needs a walk down the cuts to a leaf and one up again, as far as boxes do not contain the point. One walk
 * alone waits for memory on its way down, and for branches that nobody can foresee on its way up. So a chunk of points
 * goes in steps:
 *
 *   down    TREE_LANES walks side by side; where the processor has 512-bit vectors, 32 of them by gathers
 *   leaf    points that are in the tree have their score; the others begin to climb
 *   up      all climbers go one box higher; who is contained drops out, the rest moves up in the list
 *
 * Every point's arithmetic is the same, and in the same order, whatever chunk and processor it meets.
 */
#include <assert.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "udf/rcf/tree.h"

enum {
    CHUNK = 256, /* points that go side by side */
    WIDE = 32,   /* walks at a time by gathers: two vectors, so that one works while the other waits */
    WIDE_DIMS = 16,   /* more coordinates go faster box by box */
    WIDE_CLIMBERS = 6 /* fewer go faster one by one */
};

static bool plain_only;

void tree_force_plain(bool plain)
{
    plain_only = plain;
}

static inline bool is_leaf(const struct tree *t, uint16_t node)
{
    return node >= t->capacity;
}

/* ---- down ---- */

static void walk_one(const struct tree *t, const float *x, uint16_t *at, int *depth)
{
    uint16_t v = t->root;
    int steps = 0;
    for (; !is_leaf(t, v); steps++) {
        const struct tree_node *n = &t->nodes[v];
        v = n->child[x[n->dim] > n->cut];
    }
    *at = v;
    *depth = steps;
}

/* Arrays of its own, which nobody else sees: they stay in registers. */
static void walk_lanes(const struct tree *t, const float *points, int step, uint16_t *out_at,
                       int *out_depth)
{
    const struct tree_node *nodes = t->nodes;
    uint16_t at[TREE_LANES];
    int depth[TREE_LANES];
    for (int i = 0; i < TREE_LANES; i++) {
        at[i] = t->root;
        depth[i] = 0;
    }
    for (int inner = !is_leaf(t, t->root); inner;) {
        inner = 0;
        for (int i = 0; i < TREE_LANES; i++) {
            const struct tree_node *n = &nodes[at[i]];
            depth[i] += !is_leaf(t, at[i]);
            at[i] = n->child[points[i * step + n->dim] > n->cut];
            inner |= !is_leaf(t, at[i]);
        }
    }
    memcpy(out_at, at, sizeof at);
    memcpy(out_depth, depth, sizeof depth);
}

#if defined(__x86_64__)

_Static_assert(sizeof(struct tree_node) == 12 && offsetof(struct tree_node, dim) == 4 &&
                   offsetof(struct tree_node, child) == 6,
               "gathers read a node as three words: cut; dim and child[0]; child[1] and parent");

/* The nodes below 16 others; leaves lead to themselves. */
__attribute__((target("avx512f"), always_inline)) static inline __m512i
step_wide(const struct tree_node *nodes, const float *points, __m512i place, __m512i at)
{
    const __m512i low = _mm512_set1_epi32(0xFFFF);
    __m512i word = _mm512_add_epi32(at, _mm512_add_epi32(at, at));
    __m512 cut = _mm512_i32gather_ps(word, nodes, 4);
    __m512i dim_left = _mm512_i32gather_epi32(word, (const char *)nodes + 4, 4);
    __m512i right = _mm512_i32gather_epi32(word, (const char *)nodes + 8, 4);
    __m512i coordinate = _mm512_add_epi32(place, _mm512_and_si512(dim_left, low));
    __m512 x = _mm512_i32gather_ps(coordinate, points, 4);
    __mmask16 goes_right = _mm512_cmp_ps_mask(x, cut, _CMP_GT_OQ);
    return _mm512_mask_and_epi32(_mm512_srli_epi32(dim_left, 16), goes_right, right, low);
}

__attribute__((target("avx512f"))) static void walk_wide(const struct tree *t, const float *points,
                                                         int step, uint16_t *at, int *depth)
{
    const __m512i first_leaf = _mm512_set1_epi32(t->capacity), one = _mm512_set1_epi32(1);
    const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    __m512i place0 = _mm512_mullo_epi32(lanes, _mm512_set1_epi32(step));
    __m512i place1 = _mm512_add_epi32(place0, _mm512_set1_epi32(16 * step));
    __m512i at0 = _mm512_set1_epi32(t->root), at1 = at0;
    __m512i depth0 = _mm512_setzero_si512(), depth1 = depth0;
    __mmask16 inner0 = is_leaf(t, t->root) ? 0 : 0xFFFF, inner1 = inner0;
    while (inner0 | inner1) {
        depth0 = _mm512_mask_add_epi32(depth0, inner0, depth0, one);
        depth1 = _mm512_mask_add_epi32(depth1, inner1, depth1, one);
        at0 = step_wide(t->nodes, points, place0, at0);
        at1 = step_wide(t->nodes, points, place1, at1);
        inner0 = _mm512_cmplt_epi32_mask(at0, first_leaf);
        inner1 = _mm512_cmplt_epi32_mask(at1, first_leaf);
    }
    _mm256_storeu_si256((__m256i *)(void *)at, _mm512_cvtepi32_epi16(at0));
    _mm256_storeu_si256((__m256i *)(void *)(at + 16), _mm512_cvtepi32_epi16(at1));
    _mm512_storeu_si512(depth, depth0);
    _mm512_storeu_si512(depth + 16, depth1);
}

static bool has_wide(void)
{
    return !plain_only && __builtin_cpu_supports("avx512f");
}

#else

static void walk_wide(const struct tree *t, const float *points, int step, uint16_t *at, int *depth)
{
    for (int i = 0; i < WIDE; i += TREE_LANES)
        walk_lanes(t, points + i * step, step, at + i, depth + i);
}

static bool has_wide(void)
{
    return false;
}

#endif

void tree_walk(const struct tree *t, const float *points, int step, int count, uint16_t *at,
               int *depth)
{
    assert(t->root != TREE_NONE);
    int done = 0;
    if (count >= WIDE && has_wide()) {
        for (; count - done >= WIDE; done += WIDE)
            walk_wide(t, points + (size_t)done * (size_t)step, step, at + done, depth + done);
    }
    for (; count - done >= TREE_LANES; done += TREE_LANES)
        walk_lanes(t, points + (size_t)done * (size_t)step, step, at + done, depth + done);
    for (; done < count; done++)
        walk_one(t, points + (size_t)done * (size_t)step, at + done, depth + done);
}

/* ---- leaf and up ---- */

static bool is_equal(const struct tree *t, uint16_t leaf, const float *x)
{
    const float *point = t->points + (size_t)leaf * (size_t)t->stride;
    if (point[0] != x[0]) return false; /* mostly so, and cheaper than a call */
    return memcmp(point, x, (size_t)t->n_dims * sizeof(float)) == 0;
}

/* Points that climb, of a chunk; behind those that count there is room for a vector of others. */
struct climb {
    int index[CHUNK + 16]; /* of the point in the chunk */
    int at[CHUNK + 16];    /* the box to look at next, an inner node */
    int depth[CHUNK + 16]; /* one below it */
    double score[CHUNK + 16];
    double done[CHUNK]; /* scores of points that climb no more, without the factor that is the same for all */
    int n;
};

/* Points that are in the tree have their score, which is added; the others begin with their leaf's part. */
static void begin_climb(const struct tree *t, const struct score_tables *tables,
                        const float *points, int step, int count, const uint16_t *at,
                        const int *depth, double *scores, struct climb *c)
{
    double scale = tables->log2p1[t->mass];
    c->n = 0;
    for (int i = 0; i < count; i++) {
        uint16_t leaf = (uint16_t)(at[i] - t->capacity);
        if (is_equal(t, leaf, points + (size_t)i * (size_t)step)) {
            int mass = t->masses[leaf];
            double damping = 1 - mass / (2.0 * t->mass);
            scores[i] += damping * scale / (depth[i] + tables->log2p1[mass]);
        } else if (t->nodes[at[i]].parent == TREE_NONE) {
            scores[i] += tables->inverse[depth[i]] * scale;
        } else {
            c->index[c->n] = i;
            c->at[c->n] = t->nodes[at[i]].parent;
            c->depth[c->n] = depth[i];
            c->score[c->n++] = tables->inverse[depth[i]];
        }
    }
}

/* One box higher; returns how many climb on, which have moved up in the list. A box that contains the point leaves its
 * score as it is, in every bit: the chance of being separated from it is 0. */
static int climb_plain(const struct tree *t, const struct score_tables *tables, const float *points,
                       int step, int n, struct climb *c)
{
    int left = 0;
    for (int k = 0; k < n; k++) {
        int i = c->index[k], v = c->at[k], depth = c->depth[k] - 1;
        const float *x = points + (size_t)i * (size_t)step;
        double gap = tree_gap(t->boxes + (size_t)v * 2 * (size_t)t->stride, x, t->stride);
        double separated = gap / (gap + t->ranges[v]);
        double score = separated * tables->inverse[depth] + (1 - separated) * c->score[k];
        c->done[i] = score;
        c->index[left] = i;
        c->at[left] = t->nodes[v].parent;
        c->depth[left] = depth;
        c->score[left] = score;
        left += (gap > 0) & (t->nodes[v].parent != TREE_NONE);
    }
    return left;
}

#if defined(__x86_64__)

struct wide_gap {
    __m512d low, high; /* of lanes 0 to 7 and 8 to 15 */
};

/* tree_gap of 16 points and boxes, coordinate by coordinate; the four sums are the same. */
__attribute__((target("avx512f"), always_inline)) static inline struct wide_gap
gap_wide(const struct tree *t, const float *points, __m512i point, __m512i box)
{
    const float *lower = t->boxes, *upper = t->boxes + t->stride;
    __m512 sum[4] = { _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                      _mm512_setzero_ps() };
    for (int i = 0; i < t->n_dims; i++) {
        __m512 x = _mm512_i32gather_ps(point, points + i, 4);
        __m512 below = _mm512_sub_ps(_mm512_i32gather_ps(box, lower + i, 4), x);
        __m512 above = _mm512_sub_ps(x, _mm512_i32gather_ps(box, upper + i, 4));
        __m512 outside = _mm512_max_ps(_mm512_max_ps(below, above), _mm512_setzero_ps());
        sum[i & 3] = _mm512_add_ps(sum[i & 3], outside);
    }
    __m512d low[4], high[4];
    for (int j = 0; j < 4; j++) {
        __m512d bits = _mm512_castps_pd(sum[j]);
        low[j] = _mm512_cvtps_pd(_mm512_castps512_ps256(sum[j]));
        high[j] = _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(bits, 1)));
    }
    return (struct wide_gap){
        _mm512_add_pd(_mm512_add_pd(low[0], low[1]), _mm512_add_pd(low[2], low[3])),
        _mm512_add_pd(_mm512_add_pd(high[0], high[1]), _mm512_add_pd(high[2], high[3])),
    };
}

/* The new scores of eight lanes. */
__attribute__((target("avx512f"), always_inline)) static inline __m512d
mix_wide(const struct tree *t, const struct score_tables *tables, __m512d gap, __mmask8 lanes,
         __m256i at, __m256i depth, __m512d score)
{
    const __m512d zero = _mm512_setzero_pd(), one = _mm512_set1_pd(1);
    __m512d range = _mm512_mask_i32gather_pd(one, lanes, at, t->ranges, 8);
    __m512d inverse = _mm512_mask_i32gather_pd(zero, lanes, depth, tables->inverse, 8);
    __m512d separated = _mm512_div_pd(gap, _mm512_add_pd(gap, range));
    return _mm512_add_pd(_mm512_mul_pd(separated, inverse),
                         _mm512_mul_pd(_mm512_sub_pd(one, separated), score));
}

/* climb_plain, 16 points at a time. */
__attribute__((target("avx512f"))) static int climb_wide(const struct tree *t,
                                                         const struct score_tables *tables,
                                                         const float *points, int step, int n,
                                                         struct climb *c)
{
    int left = 0;
    for (int k = 0; k < n; k += 16) {
        int here = n - k < 16 ? n - k : 16;
        __mmask16 lanes = (__mmask16)(0xFFFFu >> (16 - here));
        __mmask8 lanes_low = (__mmask8)lanes, lanes_high = (__mmask8)(lanes >> 8);
        __m512i index = _mm512_maskz_loadu_epi32(lanes, c->index + k);
        __m512i at = _mm512_maskz_loadu_epi32(lanes, c->at + k);
        __m512i depth = _mm512_sub_epi32(_mm512_maskz_loadu_epi32(lanes, c->depth + k),
                                         _mm512_set1_epi32(1));
        __m512i point = _mm512_mullo_epi32(index, _mm512_set1_epi32(step));
        __m512i box = _mm512_mullo_epi32(at, _mm512_set1_epi32(2 * t->stride));
        struct wide_gap gap = gap_wide(t, points, point, box);

        __m512d low = mix_wide(t, tables, gap.low, lanes_low, _mm512_castsi512_si256(at),
                               _mm512_castsi512_si256(depth), _mm512_loadu_pd(c->score + k));
        __m512d high =
            mix_wide(t, tables, gap.high, lanes_high, _mm512_extracti64x4_epi64(at, 1),
                     _mm512_extracti64x4_epi64(depth, 1), _mm512_loadu_pd(c->score + k + 8));
        _mm512_mask_i32scatter_pd(c->done, lanes_low, _mm512_castsi512_si256(index), low, 8);
        _mm512_mask_i32scatter_pd(c->done, lanes_high, _mm512_extracti64x4_epi64(index, 1), high,
                                  8);

        __m512i word = _mm512_add_epi32(at, _mm512_add_epi32(at, at));
        __m512i parent =
            _mm512_srli_epi32(_mm512_i32gather_epi32(word, (const char *)t->nodes + 8, 4), 16);
        const __m512d zero = _mm512_setzero_pd();
        int outside = _mm512_cmp_pd_mask(gap.low, zero, _CMP_GT_OQ) |
                      _mm512_cmp_pd_mask(gap.high, zero, _CMP_GT_OQ) << 8;
        __mmask16 on = _mm512_mask_cmpneq_epi32_mask((__mmask16)(outside & lanes), parent,
                                                     _mm512_set1_epi32(TREE_NONE));
        _mm512_storeu_si512(c->index + left, _mm512_maskz_compress_epi32(on, index));
        _mm512_storeu_si512(c->at + left, _mm512_maskz_compress_epi32(on, parent));
        _mm512_storeu_si512(c->depth + left, _mm512_maskz_compress_epi32(on, depth));
        _mm512_storeu_pd(c->score + left, _mm512_maskz_compress_pd((__mmask8)on, low));
        int n_low = __builtin_popcount(on & 0xFF);
        _mm512_storeu_pd(c->score + left + n_low,
                         _mm512_maskz_compress_pd((__mmask8)(on >> 8), high));
        left += __builtin_popcount(on);
    }
    return left;
}

#else

static int climb_wide(const struct tree *t, const struct score_tables *tables, const float *points,
                      int step, int n, struct climb *c)
{
    return climb_plain(t, tables, points, step, n, c);
}

#endif

/* Returns the leaf of the last point. */
static uint16_t score_chunk(const struct tree *t, const struct score_tables *tables,
                            const float *points, int step, int count, double *scores)
{
    uint16_t at[CHUNK];
    int depth[CHUNK], climbers[CHUNK];
    struct climb c;
    tree_walk(t, points, step, count, at, depth);
    begin_climb(t, tables, points, step, count, at, depth, scores, &c);
    int n_climbers = c.n;
    memcpy(climbers, c.index, (size_t)n_climbers * sizeof climbers[0]);
    bool wide = t->n_dims <= WIDE_DIMS && has_wide();
    for (int n = c.n; n > 0;) {
        n = wide && n >= WIDE_CLIMBERS ? climb_wide(t, tables, points, step, n, &c)
                                       : climb_plain(t, tables, points, step, n, &c);
    }
    double scale = tables->log2p1[t->mass];
    for (int k = 0; k < n_climbers; k++) scores[climbers[k]] += c.done[climbers[k]] * scale;
    return (uint16_t)(at[count - 1] - t->capacity);
}

/* The same for one point, as short decays ask for it: nothing to share, so no lists. */
static uint16_t score_one(const struct tree *t, const struct score_tables *tables, const float *x,
                          double *sum)
{
    int depth;
    uint16_t at;
    walk_one(t, x, &at, &depth);
    uint16_t leaf = (uint16_t)(at - t->capacity);
    double scale = tables->log2p1[t->mass];
    if (is_equal(t, leaf, x)) {
        int mass = t->masses[leaf];
        double damping = 1 - mass / (2.0 * t->mass);
        *sum += damping * scale / (depth + tables->log2p1[mass]);
        return leaf;
    }
    double score = tables->inverse[depth];
    for (uint16_t v = t->nodes[at].parent; v != TREE_NONE; v = t->nodes[v].parent) {
        double gap = tree_gap(t->boxes + (size_t)v * 2 * (size_t)t->stride, x, t->stride);
        if (!(gap > 0)) break;
        double separated = gap / (gap + t->ranges[v]);
        score = separated * tables->inverse[--depth] + (1 - separated) * score;
    }
    *sum += score * scale;
    return leaf;
}

uint16_t tree_score(const struct tree *t, const struct score_tables *tables, const float *points,
                    int step, int count, double *scores)
{
    uint16_t leaf = TREE_NONE;
    assert(t->root != TREE_NONE);
    if (count == 1) return score_one(t, tables, points, scores);
    for (int done = 0; done < count; done += CHUNK) {
        int n = count - done < CHUNK ? count - done : CHUNK;
        leaf = score_chunk(t, tables, points + (size_t)done * (size_t)step, step, n, scores + done);
    }
    return leaf;
}
