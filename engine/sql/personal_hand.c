/*
 * personal_hand.c: where onlookers had a hand.
 *
 * What came through the control socket stands among the application's statements, as pumps into its streams, or in the
 * place of its views. RELEASE, pseudonyms and conditions of the application are its word about rows of its own: applied
 * to rows that an onlooker made or chose, they would be his (Zdancewic and Myers, Robust Declassification, 2001). So
 * rows carry whether he had a hand in them; nothing ends a way then, and what is only listed is refused.
 */

#include "sql/personal_flow.h"

bool flow_wrote(const struct flow *f, const struct expr *e)
{
    if (!e || f->b->onlookers.count == 0) return false;
    if (binder_is_onlookers(f->b, e->at)) return true;
    if (e->kind == EXPR_SUBQUERY && (f->table_hands[e->subquery->table] ||
                                     binder_is_onlookers(f->b, e->subquery->at))) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (flow_wrote(f, e->args[i])) return true;
    }
    return false;
}

static bool wrote_any(const struct flow *f, struct expr *const *exprs, uint32_t n)
{
    bool any = false;
    for (uint32_t i = 0; i < n && !any; i++) any = flow_wrote(f, exprs[i]);
    return any;
}

static bool wrote_aggregates(const struct flow *f, const struct plan_node *n)
{
    bool any = false;
    for (uint32_t i = 0; i < n->n_aggs; i++)
        any |= wrote_any(f, n->aggs[i].args, n->aggs[i].n_args);
    for (uint32_t i = 0; n->kind == PLAN_OVER && i < n->over.n_fns; i++)
        any |= wrote_any(f, n->over.fns[i].agg.args, n->over.fns[i].agg.n_args);
    for (uint32_t i = 0; n->kind == PLAN_OVER && i < n->over.n_windows; i++)
        any |= wrote_any(f, n->over.windows[i].partition, n->over.windows[i].n_partition);
    return any;
}

static bool wrote_join(const struct flow *f, const struct plan_node *n)
{
    if (n->kind == PLAN_LOOKUP)
        return f->table_hands[n->lookup.table] || flow_wrote(f, n->lookup.condition) ||
               wrote_any(f, n->lookup.stream_keys, n->lookup.n_keys);
    if (n->kind != PLAN_JOIN) return false;
    return flow_wrote(f, n->join.condition) ||
           wrote_any(f, n->join.sides[0].keys, n->join.n_keys) ||
           wrote_any(f, n->join.sides[1].keys, n->join.n_keys);
}

bool flow_has_hand(const struct flow *f, const struct plan_node *n)
{
    if (f->b->onlookers.count == 0) return false;
    if (n->kind == PLAN_STREAM) return f->stream_hands[n->stream];
    if (n->kind == PLAN_TABLE) return f->table_hands[n->lookup.table];
    uint32_t n_exprs = n->kind == PLAN_PROJECT ? n->out.n_columns : 0;
    return binder_is_onlookers(f->b, n->at) || flow_wrote(f, n->predicate) ||
           flow_wrote(f, n->rowtime) || wrote_any(f, n->exprs, n_exprs) ||
           wrote_any(f, n->keys, n->n_keys) || wrote_aggregates(f, n) || wrote_join(f, n);
}
