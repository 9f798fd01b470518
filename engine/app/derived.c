/*
 * derived.c: tables that are filled by a query over other tables. Declared in feed.h.
 *
 * A small graph of the query alone runs to its end: its leaves are tables, whose rows it has once.
 */

#include "app/feed.h"
#include "base/log.h"

/* What a query's rows go into. */
struct filling {
    struct reftable *rows;
    const struct plan_table *table;
    int64_t left; /* of LIMIT; -1: all */
    uint64_t dropped;
};

static struct status take_rows(void *arg, struct batch *rows)
{
    struct filling *f = arg;
    uint32_t live = batch_live(rows);
    if (f->left < 0 || live <= f->left) {
        reftable_append(f->rows, rows);
        if (f->left > 0) f->left -= live;
        return OK;
    }
    uint32_t *sel = ARENA_ARRAY(rows->arena, uint32_t, (size_t)f->left + 1);
    for (uint32_t i = 0; i < f->left; i++) sel[i] = batch_row(rows, i);
    struct batch *first = batch_narrow(rows, sel, (uint32_t)f->left);
    reftable_append(f->rows, first);
    batch_release(first);
    f->left = 0;
    return OK;
}

/* A row that fails is left out, as one of a file that does not convert (L-27). */
static struct status tell_errors(void *arg, struct batch *rows)
{
    enum {
        TOLD = 3
    };
    struct filling *f = arg;
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        if (f->dropped++ >= TOLD) continue;
        struct value message = vector_value(&rows->columns[ERROR_MESSAGE], batch_row(rows, i));
        log_event(LOG_WARNING, LOG_FIELDS(LOG_N("line", f->table->at.line)),
                  "row left out of a query over tables (line %u): %.*s", f->table->at.line,
                  STR_ARG(message.str));
    }
    return OK;
}

static struct status ignore_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

static struct status run_query(struct graph *g, struct filling *f)
{
    struct graph_sink rows = { .arg = f, .rows = take_rows, .bound = ignore_bound };
    struct graph_sink errors = { .arg = f, .rows = tell_errors, .bound = ignore_bound };
    graph_add_sink(g, PLAN_STDOUT, 0, &rows);
    graph_add_sink(g, PLAN_ERROR_STREAM, 0, &errors);
    return graph_start(g);
}

/* Rows of one node, not sealed. */
static struct status load_side(const struct app_plan *plan, struct reftable **tables,
                               struct keyed **keyed, uint32_t table, struct plan_node *node,
                               rowtime now,
                               struct reftable **out)
{
    const struct plan_table *t = &plan->tables[table];
    struct plan_pump pump = { .at = t->at, .number = 1, .target = PLAN_STDOUT, .root = node,
                              .reads = UINT32_MAX, .personal = plan->personal };
    struct app_plan alone = *plan;
    alone.pumps = &pump;
    alone.n_pumps = 1;
    alone.n_tables = table; /* those before it */
    alone.n_streams = alone.n_sources = alone.n_sinks = 0;
    struct graph_config config = { .plan = &alone, .tables = tables, .keyed = keyed,
                                   .started = now };
    struct filling f = { .rows = reftable_new(&t->schema, t->needed), .table = t,
                         .left = t->set == SET_NONE ? t->limit : -1 };
    struct arena *own = arena_new();
    struct graph *g = NULL;
    struct status st = graph_new(own, &config, &g);
    if (st.err == ERR_NONE) st = run_query(g, &f);
    if (st.err != ERR_NONE) {
        log_message(LOG_ERROR, "%s", st.message); /* its arena ends here */
        st = (struct status){ .err = st.err,
                              .at = t->at,
                              .message = "the query over tables failed" };
    }
    if (g) graph_free(g);
    arena_free(own);
    if (st.err == ERR_NONE) *out = f.rows;
    else reftable_release(f.rows);
    return st;
}

static struct status combine(const struct app_plan *plan, struct reftable **tables,
                             struct keyed **keyed, uint32_t table, rowtime now,
                             struct reftable *left)
{
    const struct plan_table *t = &plan->tables[table];
    struct reftable *right;
    TRY(load_side(plan, tables, keyed, table, t->second, now, &right));
    reftable_combine(left, right,
                     t->set == SET_UNION    ? REFTABLE_UNION
                     : t->set == SET_EXCEPT ? REFTABLE_EXCEPT
                                            : REFTABLE_INTERSECT);
    reftable_release(right);
    return OK;
}

static struct status derived_load(const struct app_plan *plan, struct reftable **tables,
                                  struct keyed **keyed, uint32_t table, rowtime now,
                                  struct reftable **out)
{
    const struct plan_table *t = &plan->tables[table];
    struct reftable *rows;
    TRY(load_side(plan, tables, keyed, table, t->query, now, &rows));
    struct status st = t->second ? combine(plan, tables, keyed, table, now, rows) : OK;
    if (st.err != ERR_NONE) {
        reftable_release(rows);
        return st;
    }
    reftable_seal(rows, NULL, 0);
    *out = rows;
    return OK;
}

struct status feed_fill_table(struct arena *a, const struct app_plan *plan,
                              struct reftable **tables, struct keyed **keyed, uint32_t table,
                              rowtime now, const struct feed_reading *how, struct reftable **out)
{
    if (plan->tables[table].query) return derived_load(plan, tables, keyed, table, now, out);
    return feed_load_table(a, plan, table, how, out);
}

void feed_refill_queries(const struct app_plan *plan, struct reftable **tables,
                         struct keyed **keyed, struct graph *g, rowtime now)
{
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        struct reftable *rows;
        if (!plan->tables[i].query) continue;
        if (derived_load(plan, tables, keyed, i, now, &rows).err != ERR_NONE)
            continue; /* it was told */
        graph_set_table(g, i, reftable_retain(rows));
        reftable_release(tables[i]);
        tables[i] = rows;
    }
}
