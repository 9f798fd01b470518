/* decode.c: blocks of input, and the door to the formats. */

#include "io/decode.h"

#include "io/fmt_csv_read.h"
#include "io/fmt_json_read.h"

struct block *block_new(size_t cap)
{
    struct block *b = mem_alloc(sizeof *b);
    *b = (struct block){ .count = 1, .cap = cap, .data = mem_alloc(cap + BLOCK_PAD) };
    memset(b->data + cap, 0, BLOCK_PAD);
    return b;
}

struct block *block_retain(struct block *b)
{
    atomic_fetch_add_explicit(&b->count, 1, memory_order_relaxed);
    return b;
}

void block_release(struct block *b)
{
    if (atomic_fetch_sub_explicit(&b->count, 1, memory_order_acq_rel) != 1) return;
    mem_free(b->map);
    mem_free(b->topics);
    mem_free(b->refusals);
    mem_free(b->data);
    mem_free(b);
}

struct str block_topic(const struct block *b, size_t at, size_t *turn)
{
    const struct block_topics *t = b->topics;
    size_t in = block_map_back(b, at);
    while (*turn + 1 < t->n && t->items[*turn + 1].at <= in) ++*turn;
    return t->items[*turn].name;
}

void block_release_arg(void *block)
{
    block_release(block);
}

static enum decode_path forced = DECODE_AUTO;

void decoder_force(enum decode_path path)
{
    forced = path;
}

struct decoder {
    struct json_decoder *json; /* one of the two */
    struct csv_decoder  *csv;
};

static void choose_path(struct json_decoder *d)
{
    if (forced == DECODE_SLOW) d->fast = NULL;
    bool avx2 = forced == DECODE_AVX2 || (forced == DECODE_AUTO && json_fast_has_avx2());
    d->fast_record = avx2 ? json_fast_record_avx2 : json_fast_record_plain;
}

struct status decode_check_row_path(struct arena *a, struct span at, const struct path *path)
{
    int arrays = 0;
    for (uint32_t i = 0; i < path->n_steps; i++) arrays += path->steps[i].kind == STEP_EACH;
    if (arrays <= 1) return OK;
    struct status st = status_new(a, ERR_BAD_PATH, at,
                                  "the row path goes through an array inside an array");
    return status_with_hint(st, "one array makes rows; take the inner one whole, as text");
}

struct status decoder_new(struct arena *a, const char *format, const struct decode_config *config,
                          struct decoder **out)
{
    struct decoder *d = ARENA_NEW(a, struct decoder);
    TRY(decode_check_row_path(a, SPAN_NONE, &config->row_path));
    if (strcmp(format, "json") == 0) {
        d->json = json_decoder_new(a, config);
        choose_path(d->json);
    } else {
        d->csv = csv_decoder_new(a, format, config);
    }
    *out = d;
    return OK;
}

static size_t run_format(struct decoder *d, struct block *block, size_t from, uint32_t max_rows,
                         bool first, struct decoded *out)
{
    if (d->json) return json_decoder_run(d->json, block, from, max_rows, out);
    return csv_decoder_run(d->csv, block, from, max_rows, first, out);
}

/* The refused record behind what was decoded becomes the last fault. */
static void add_refusal(struct decoded *out, struct str record)
{
    struct decode_fault *faults =
        ARENA_ARRAY(out->batch->arena, struct decode_fault, out->n_faults + 1);
    if (out->n_faults) memcpy(faults, out->faults, out->n_faults * sizeof *faults);
    faults[out->n_faults++] = (struct decode_fault){ .at_row = out->batch->n_rows,
                                                     .err = ERR_PROCESSING_FAILED,
                                                     .message = err_text(ERR_PROCESSING_FAILED),
                                                     .text = record };
    out->faults = faults;
    out->n_records++;
}

size_t decoder_run(struct decoder *d, struct block *block, size_t from, uint32_t max_rows,
                   bool first, struct decoded *out)
{
    const struct block_refusals *r = block->refusals;
    size_t turn = 0, size = block->size;
    while (r && turn < r->n && r->items[turn].at < from) turn++;
    if (!r || turn == r->n) return run_format(d, block, from, max_rows, first, out);
    block->size = r->items[turn].at; /* up to the next one; a block is decoded by one thread */
    size_t at = run_format(d, block, from, max_rows, first, out);
    bool reached = at == block->size;
    block->size = size;
    if (!reached) return at;
    add_refusal(out, r->items[turn].record);
    return at + 1;
}
