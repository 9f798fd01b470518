/*
 * changes.c: a table function: all rows of its cursor, and how often a column has changed until then.
 *
 *     SELECT STREAM * FROM TABLE(CHANGES(CURSOR(SELECT STREAM mode FROM s), 10))
 */
#include <stdlib.h>

#include "sluice.h"

struct changes {
    const int64_t *most; /* the column stops counting there */
    int64_t        value, count;
    bool           begun;
};

static bool bind(struct sluice_table_bind *b)
{
    if (b->n_cursor != 1 || b->cursor[0].type.kind != SLUICE_INTEGER) {
        b->refusal = "its cursor has one column, an INTEGER";
        b->refused_param = -2;
        return false;
    }
    int64_t *most = sluice_table_alloc(b, sizeof *most);
    *most = b->params[0].i64[0];
    b->bound = most;
    b->pass_through = true;
    b->n_fields = 1;
    b->fields = sluice_table_alloc(b, sizeof *b->fields);
    b->fields[0] = (struct sluice_field){ "CHANGES", { .kind = SLUICE_BIGINT } };
    return true;
}

static void *open_changes(const void *bound)
{
    struct changes *c = calloc(1, sizeof *c);
    if (c) c->most = bound;
    return c;
}

static void push(void *state, struct sluice_table_push *p)
{
    struct changes *c = state;
    for (uint32_t i = 0; i < p->n_rows; i++) {
        uint32_t row = p->rows[i];
        int64_t  value = p->columns[0].i64[sluice_at(&p->columns[0], row)];
        if (c->begun && value != c->value && c->count < *c->most) c->count++;
        c->begun = true;
        c->value = value;
        p->out[0].i64[row] = c->count;
    }
}

static void save(const void *state, struct sluice_writer *w)
{
    const struct changes *c = state;
    int64_t               kept[] = { c->value, c->count, c->begun };
    sluice_write(w, kept, sizeof kept);
}

static bool load(void *state, struct sluice_reader *r)
{
    struct changes *c = state;
    int64_t         kept[3];
    if (!sluice_read(r, kept, sizeof kept)) return false;
    c->value = kept[0];
    c->count = kept[1];
    c->begun = kept[2] != 0;
    return true;
}

static const struct sluice_table_fn row = {
    .bind = bind,
    .open = open_changes,
    .push = push,
    .save = save,
    .load = load,
    .close = free,
};

SLUICE_EXPORT(changes, TABLE_FUNCTION, &row);
