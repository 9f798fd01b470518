/*
 * bind_distinct.c: SELECT STREAM DISTINCT: equal rows once, until a monotonic item changes (dialect 6.8, L-49).
 *
 * ROWTIME takes no part in the comparison. It says when what was seen is forgotten if no other item does.
 */

#include "sql/bind_select.h"

static struct status not_monotonic(struct binder *b, const struct ast_query *q)
{
    struct status st = status_new(b->arena, ERR_NOT_MONOTONIC, q->at,
                                  "SELECT DISTINCT of a stream needs a monotonic item, so that "
                                  "what was seen can be forgotten");
    return status_with_hint(st, "for example SELECT STREAM DISTINCT FLOOR(s.ROWTIME TO MINUTE), "
                                "...");
}

struct status bind_distinct(struct binder *b, const struct ast_query *q, const struct rows *input,
                            const struct items *items, struct rows *rows)
{
    struct plan_node *n = NULL;
    TRY(binder_node(b, PLAN_DISTINCT, q->at, &rows->node->out, &n));
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = rows->node;
    n->n_inputs = 1;
    n->keys = ARENA_ARRAY(b->arena, struct expr *, items->count + 1);
    bool by_time = b->answering, by_item = false;
    uint32_t column = 0;
    for (size_t i = 0; i < items->count; i++) {
        const struct expr *e = items->items[i].expr;
        struct mono m = mono_of(e, input->monos);
        bool retimes = items->items[i].is_rowtime && mono_is_known(m);
        by_time = by_time || e->kind == EXPR_ROWTIME || retimes;
        if (items->items[i].is_rowtime) continue;
        uint32_t at = column++;
        if (e->record) return bind_whole_record(b, e->record, e->at);
        if (e->kind == EXPR_ROWTIME) continue;
        if (!by_item && mono_is_known(m)) {
            by_item = true;
            n->window = rows->node->rowtime
                            ? (struct plan_window){ .kind = WINDOW_CHANGE, .key = n->n_keys }
                            : mono_window(m, n->n_keys);
        }
        n->keys[n->n_keys++] = expr_column(b->arena, at, e->type, e->at);
    }
    if (!by_item && !by_time) return not_monotonic(b, q);
    if (!by_item) n->window = (struct plan_window){ .kind = WINDOW_ROWTIME };
    rows->node = n;
    return OK;
}
