/*
 * graph_tables.c: the reference tables of a running graph, and how a refresh replaces one.
 *
 * Lookups run in several threads at once. Each holds the table that it works with and looks at a
 * version before every batch; the table itself never changes. The indexes that lookups use are made
 * before a table is shown to them.
 */

#include <stdatomic.h>

#include "base/log.h"
#include "base/thread.h"
#include "exec/graph_impl.h"
#include "exec/subquery.h"

struct graph_tables {
    pthread_mutex_t lock;
    atomic_ullong version;
    struct reftable **items;
};

struct graph_tables *graph_tables_new(struct arena *a, const struct graph_config *config)
{
    struct graph_tables *t = ARENA_NEW(a, struct graph_tables);
    pthread_mutex_init(&t->lock, NULL);
    atomic_store(&t->version, 1);
    t->items = ARENA_ARRAY(a, struct reftable *, config->plan->n_tables);
    for (uint32_t i = 0; i < config->plan->n_tables; i++)
        t->items[i] = reftable_retain(config->tables[i]);
    return t;
}

void graph_tables_free(struct graph_tables *t, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) reftable_release(t->items[i]);
    pthread_mutex_destroy(&t->lock);
}

struct reftable *graph_table(const struct graph *g, uint32_t table, uint64_t *version)
{
    pthread_mutex_lock(&g->tables->lock);
    struct reftable *rows = reftable_retain(g->tables->items[table]);
    *version = atomic_load(&g->tables->version);
    pthread_mutex_unlock(&g->tables->lock);
    return rows;
}

struct keyed *graph_keyed(const struct graph *g, uint32_t table)
{
    return g->config.keyed ? g->config.keyed[table] : NULL;
}

struct status graph_keyed_failure(const struct graph *g)
{
    for (uint32_t i = 0; g->config.keyed && i < g->plan->n_tables; i++) {
        if (g->config.keyed[i]) TRY(keyed_failure(g->config.keyed[i]));
    }
    return OK;
}

bool graph_table_is_new(const struct graph *g, uint64_t version)
{
    return atomic_load_explicit(&g->tables->version, memory_order_acquire) != version;
}

/* Indexes for all lookups in this table: making one is not for several threads. */
static void make_indexes(const struct graph *g, uint32_t table, struct reftable *rows)
{
    for (size_t i = 0; i < g->ops.count; i++) {
        const struct plan_node *node = g->ops.items[i]->node;
        if (!node || node->kind != PLAN_LOOKUP || node->lookup.table != table ||
            !node->lookup.n_keys)
            continue;
        reftable_index(rows, node->lookup.table_keys, node->lookup.n_keys);
    }
}

void graph_set_table(struct graph *g, uint32_t table, struct reftable *rows)
{
    make_indexes(g, table, rows);
    struct status st = subqueries_set_table(g->env.subqueries, table, rows);
    if (st.err)
        log_message(LOG_WARNING, "queries in expressions keep the rows that they have: %s",
                    st.message);
    pthread_mutex_lock(&g->tables->lock);
    struct reftable *old = g->tables->items[table];
    g->tables->items[table] = rows;
    atomic_fetch_add(&g->tables->version, 1);
    pthread_mutex_unlock(&g->tables->lock);
    reftable_release(old);
}
