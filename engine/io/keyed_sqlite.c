/* keyed_sqlite.c: rows by key from a database. What is locked or cannot be read now may be read later. */

#include <stdio.h>

#include "base/array.h"
#include "io/keyed_source.h"
#include "io/src_sqlite.h"

static struct status keyed_sqlite_open(struct arena *a, const struct keyed_table *t,
                                       const struct url *u, void **out)
{
    (void)u;
    struct sqlite_rows *rows;
    TRY(sqlite_rows_open(a, t->endpoint, t->config, t->key, t->n_key, &rows));
    *out = rows;
    return OK;
}

/* Rows are kept until all are there: what failed is asked again as a whole. */
struct waiting {
    struct decoded *items;
    size_t count, cap;
    struct arena *arena;
};

static struct status keep_rows(void *arg, struct decoded *rows)
{
    struct waiting *w = arg;
    *array_push(w->arena, w) = *rows;
    return OK;
}

static enum web_answer keyed_sqlite_ask(void *driver, struct keyed_asking *x)
{
    struct waiting w = { .arena = x->arena };
    struct status st =
        sqlite_rows_ask(driver, x->arena, x->keys, x->rows, x->n, keep_rows, &w);
    for (size_t i = 0; i < w.count; i++) {
        if (st.err == ERR_NONE) x->take(x->arg, KEYED_SOURCE_ANY, &w.items[i]);
        else batch_release(w.items[i].batch);
    }
    if (st.err == ERR_NONE) return WEB_DONE;
    snprintf(x->reason, sizeof x->reason, "%s", st.message);
    return WEB_LATER;
}

const struct keyed_class keyed_sqlite_class = {
    .kind = URL_SQLITE,
    .open = keyed_sqlite_open,
    .ask = keyed_sqlite_ask,
};
