/*
 * join_keys.c: conditions of a join with a table, cut into keys to look up and the rest.
 *
 * A key must find exactly the rows that `=` would: types that compare by value in one form are looked up as they are,
 * exact numbers in an approximate column as DOUBLE, which is how they compare. Other pairs (an INTEGER column with a
 * DOUBLE of the stream) stay a condition.
 */

#include "sql/join_keys.h"

#include "sql/bind_expr.h"

/* Which side of the operator's row an expression reads. */
struct sides {
    bool stream, table;
};

static void look_at(const struct expr *e, uint32_t n_stream, struct sides *s)
{
    if (e->kind == EXPR_COLUMN && e->column >= n_stream) s->table = true;
    if (e->kind == EXPR_COLUMN && e->column < n_stream) s->stream = true;
    for (uint32_t i = 0; i < e->n_args; i++) look_at(e->args[i], n_stream, s);
}

static bool is_stream_side(const struct expr *e, uint32_t n_stream)
{
    struct sides s = { 0 };
    look_at(e, n_stream, &s);
    return !s.table;
}

enum key_fit { KEY_NOT, KEY_AS_IS, KEY_AS_DOUBLE };

static enum key_fit key_fit(struct type stream, struct type table)
{
    if (type_is_integer(stream) && type_is_integer(table)) return KEY_AS_IS;
    if (type_is_text(stream) && type_is_text(table)) return KEY_AS_IS;
    if (type_is_binary(stream) && type_is_binary(table)) return KEY_AS_IS;
    if (type_is_approximate(stream) && type_is_approximate(table)) return KEY_AS_IS;
    if (type_is_exact(stream) && type_is_approximate(table)) return KEY_AS_DOUBLE;
    if (stream.kind != table.kind) return KEY_NOT;
    return stream.kind != TYPE_DECIMAL || stream.scale == table.scale ? KEY_AS_IS : KEY_NOT;
}

struct key {
    struct expr *stream;
    uint32_t     table;
};

/* A table that is looked up by key is asked by that key alone; what else is equal is a condition on its rows. */
static bool may_be_key(const struct plan_lookup *l, uint32_t column)
{
    bool wanted = l->n_lookup_key == 0;
    for (uint32_t i = 0; i < l->n_lookup_key; i++) wanted = wanted || l->lookup_key[i] == column;
    for (uint32_t i = 0; l->n_lookup_key && i < l->n_keys; i++)
        wanted = wanted && l->table_keys[i] != column;
    return wanted;
}

/* A conjunct as a key; false when it is none. */
static bool as_key(struct binder *b, const struct plan_lookup *l, const struct expr *e,
                   uint32_t n_stream, struct key *out)
{
    if (!expr_is_call(e, "=")) return false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct expr *column = e->args[i];
        struct expr *other = e->args[1 - i];
        if (column->kind != EXPR_COLUMN || column->column < n_stream) continue;
        if (!may_be_key(l, column->column - n_stream)) continue;
        enum key_fit fit = key_fit(other->type, column->type);
        if (fit == KEY_NOT || !is_stream_side(other, n_stream)) continue;
        if (fit == KEY_AS_DOUBLE) {
            struct status st = bind_cast(b, other, type_of(TYPE_DOUBLE), false, e->at, &other);
            if (st.err != ERR_NONE || expr_can_fault(other)) continue;
        }
        *out = (struct key){ other, column->column - n_stream };
        return true;
    }
    return false;
}

static void add_key(struct arena *a, struct plan_lookup *l, struct key key)
{
    uint32_t n = l->n_keys;
    struct expr **stream_keys = ARENA_ARRAY(a, struct expr *, n + 1);
    uint32_t *table_keys = ARENA_ARRAY(a, uint32_t, n + 1);
    if (n > 0) {
        memcpy(stream_keys, l->stream_keys, n * sizeof *stream_keys);
        memcpy(table_keys, l->table_keys, n * sizeof *table_keys);
    }
    stream_keys[n] = key.stream;
    table_keys[n] = key.table;
    l->stream_keys = stream_keys;
    l->table_keys = table_keys;
    l->n_keys = n + 1;
}

struct status join_split(struct binder *b, struct plan_node *lookup, struct expr *condition)
{
    if (!condition) return OK;
    struct plan_lookup *l = &lookup->lookup;
    uint32_t n_stream = lookup->inputs[0]->out.n_columns;
    struct expr_list parts = { 0 };
    expr_conjuncts(b->arena, condition, &parts);
    bool may_fault = l->condition && expr_can_fault(l->condition);
    for (size_t i = 0; i < parts.count; i++) {
        struct key key;
        if (!may_fault && as_key(b, l, parts.items[i], n_stream, &key)) {
            add_key(b->arena, l, key);
            may_fault = expr_can_fault(key.stream);
            continue;
        }
        may_fault = may_fault || expr_can_fault(parts.items[i]);
        l->condition = expr_and(b->arena, l->condition, parts.items[i]);
    }
    return OK;
}
