/* top_k.c: TOP_K_ITEMS_TUMBLING: the most frequent values of a column in each window, with their frequencies. */

#include <stdlib.h>

#include "udf/items/frequent.h"
#include "udf/items/items.h"
#include "udf/items/tumble.h"
#include "udf/params.h"

#define NAME "TOP_K_ITEMS_TUMBLING"

enum { EXACT = 100000, K_MAX = 100000 };

struct binding {
    uint32_t           column;
    struct sluice_type type;
    int64_t            k, length_ms;
};

struct top {
    const struct binding *binding;
    struct tumble         window;
    struct frequent       items;
};

static bool bind(struct sluice_table_bind *b)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    int64_t         seconds;
    if (!params_count(b, NAME, 3) || !params_column(b, NAME, 0, "the column", &binding->column) ||
        !params_integer(b, NAME, 1, "K", 1, K_MAX, &binding->k) ||
        !params_integer(b, NAME, 2, "the window's length in seconds", 1, 3600, &seconds))
        return false;
    binding->length_ms = seconds * 1000;
    binding->type = b->cursor[binding->column].type;
    b->fields = sluice_table_alloc(b, 2 * sizeof *b->fields);
    b->fields[0] = (struct sluice_field){ "ITEM", binding->type };
    b->fields[1] = (struct sluice_field){ "ITEM_COUNT", { .kind = SLUICE_BIGINT } };
    b->n_fields = 2;
    b->bound = binding;
    return true;
}

static void close_top(void *state)
{
    struct top *t = state;
    frequent_free(&t->items);
    free(t);
}

static void *open_top(const void *bound)
{
    const struct binding *binding = bound;
    struct top           *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->binding = binding;
    t->window.length = binding->length_ms;
    uint32_t counters = 2 * binding->k > EXACT ? (uint32_t)(2 * binding->k) : EXACT;
    frequent_init(&t->items, cell_form(binding->type), counters);
    return t;
}

static void emit(const struct top *t, const struct frequent_item *item, struct sluice_table_push *p)
{
    uint64_t             storage[CELL_STORAGE / 8];
    int64_t              count = item->count;
    struct sluice_column values[2] = {
        cell_column(&item->value, t->binding->type, storage),
        { .type = { .kind = SLUICE_BIGINT }, .constant = true, .i64 = &count },
    };
    sluice_table_emit(p, t->window.end, values);
}

static void advance(void *state, int64_t bound, struct sluice_table_push *p)
{
    struct top *t = state;
    if (!tumble_is_over(&t->window, bound)) return;
    frequent_sort(&t->items);
    for (uint32_t i = 0; i < t->items.count && i < t->binding->k; i++)
        emit(t, &t->items.items[i], p);
    t->window.open = false;
    frequent_clear(&t->items);
}

static void push(void *state, struct sluice_table_push *p)
{
    struct top                 *t = state;
    const struct sluice_column *column = &p->columns[t->binding->column];
    for (uint32_t i = 0; i < p->n_rows; i++) {
        uint32_t row = p->rows[i];
        advance(t, p->rowtimes[row], p);
        if (!t->window.open) tumble_open(&t->window, p->rowtimes[row]);
        struct cell item = cell_of(column, row);
        if (!item.null) (void)frequent_add(&t->items, &item);
    }
}

static void save(const void *state, struct sluice_writer *w)
{
    const struct top *t = state;
    tumble_save(&t->window, w);
    frequent_save(&t->items, w);
}

static bool load(void *state, struct sluice_reader *r)
{
    struct top *t = state;
    return tumble_load(&t->window, r) && frequent_load(&t->items, r);
}

static size_t bytes(const void *state)
{
    return frequent_bytes(&((const struct top *)state)->items);
}

static const struct sluice_table_fn functions[] = {
    {
        .name = NAME,
        .group = "Items of a window",
        .signature = NAME "(CURSOR(query), 'column', K, windowSeconds)",
        .bind = bind,
        .open = open_top,
        .push = push,
        .advance = advance,
        .save = save,
        .load = load,
        .bytes = bytes,
        .close = close_top,
        .doc =
            "The K (1 to 100000) most frequent values of the column in each tumbling window of 1 "
            "to 3600 "
            "seconds, the most frequent first, equally frequent ones by rising value: ITEM, of the "
            "column's type, and ITEM_COUNT, a BIGINT. Windows begin at multiples of their "
            "length; ROWTIME "
            "is the end of the window. Exact while there are at most 100000 different values in "
            "a window, or "
            "2 K if that is more; beyond that frequencies are never too low, and too high by at "
            "most rows / "
            "values. NULL is no item; a window without items gives nothing.",
    },
    { 0 },
};

const struct sluice_package top_k_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "top_k",
    .table_functions = functions,
};
