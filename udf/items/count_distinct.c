/*
 * count_distinct.c: COUNT_DISTINCT_ITEMS_TUMBLING: one row a window, the number of different values of a column.
 */

#include <stdlib.h>

#include "udf/cell.h"
#include "udf/items/items.h"
#include "udf/items/sketch.h"
#include "udf/items/tumble.h"
#include "udf/params.h"

#define NAME "COUNT_DISTINCT_ITEMS_TUMBLING"

struct binding {
    uint32_t column;
    int64_t  length_ms;
};

struct counter {
    const struct binding *binding;
    struct tumble         window;
    struct sketch         items;
};

static bool bind(struct sluice_table_bind *b)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    int64_t         seconds;
    if (!params_count(b, NAME, 2) || !params_column(b, NAME, 0, "the column", &binding->column) ||
        !params_integer(b, NAME, 1, "the window's length in seconds", 1, 3600, &seconds))
        return false;
    binding->length_ms = seconds * 1000;
    b->fields = sluice_table_alloc(b, sizeof *b->fields);
    *b->fields = (struct sluice_field){ "NUMBER_OF_DISTINCT_ITEMS", { .kind = SLUICE_BIGINT } };
    b->n_fields = 1;
    b->bound = binding;
    return true;
}

static void close_counter(void *state)
{
    struct counter *c = state;
    sketch_free(&c->items);
    free(c);
}

static void *open_counter(const void *bound)
{
    const struct binding *binding = bound;
    struct counter       *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->binding = binding;
    c->window.length = binding->length_ms;
    if (sketch_init(&c->items)) return c;
    free(c);
    return NULL;
}

static void advance(void *state, int64_t bound, struct sluice_table_push *p)
{
    struct counter *c = state;
    if (!tumble_is_over(&c->window, bound)) return;
    int64_t              count = sketch_count(&c->items);
    struct sluice_column value = { .type = { .kind = SLUICE_BIGINT },
                                   .constant = true,
                                   .i64 = &count };
    sluice_table_emit(p, c->window.end, &value);
    c->window.open = false;
    sketch_clear(&c->items);
}

static void push(void *state, struct sluice_table_push *p)
{
    struct counter             *c = state;
    const struct sluice_column *column = &p->columns[c->binding->column];
    enum cell_form              form = cell_form(column->type);
    for (uint32_t i = 0; i < p->n_rows; i++) {
        uint32_t row = p->rows[i];
        advance(c, p->rowtimes[row], p);
        if (!c->window.open) tumble_open(&c->window, p->rowtimes[row]);
        struct cell item = cell_of(column, row);
        if (!item.null) sketch_add(&c->items, cell_hash(&item, form));
    }
}

static void save(const void *state, struct sluice_writer *w)
{
    const struct counter *c = state;
    tumble_save(&c->window, w);
    sketch_save(&c->items, w);
}

static bool load(void *state, struct sluice_reader *r)
{
    struct counter *c = state;
    return tumble_load(&c->window, r) && sketch_load(&c->items, r);
}

static const struct sluice_table_fn functions[] = {
    {
        .name = NAME,
        .group = "Items of a window",
        .signature = NAME "(CURSOR(query), 'column', windowSeconds)",
        .bind = bind,
        .open = open_counter,
        .push = push,
        .advance = advance,
        .save = save,
        .load = load,
        .close = close_counter,
        .doc =
            "One row for each tumbling window of 1 to 3600 seconds: NUMBER_OF_DISTINCT_ITEMS, a "
            "BIGINT, how "
            "many different values the column had. Windows begin at multiples of their length; "
            "the row's "
            "ROWTIME is the end of its window. Up to 10000 different values the number is exact, "
            "beyond that an estimate with a standard error of 0.81 percent. Texts differ "
            "without their trailing blanks. NULL is no item: a window of NULLs gives 0, one "
            "without rows "
            "gives nothing.",
    },
    { 0 }
};

const struct sluice_package count_distinct_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "count_distinct",
    .table_functions = functions,
};
