/*
 * bind_join.c: joins of a stream with a table; those of two streams are bind_stream_join.c's.
 *
 * The operator's row is the stream's columns, then the table's. Of ON, equalities of a table's column with something of
 * the stream become keys, which the executor looks up; the rest is tried on each match. An equality behind a part that
 * can fault stays where it is: as a key it would keep rows from that part, and with them their errors.
 */

#include "sql/bind_select.h"

#include "sql/join_keys.h"

static struct status wrong_join(struct binder *b, const struct ast_from *f, const char *message)
{
    struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, f->at, "%s", message);
    return status_with_hint(st, "put the stream on the left of LEFT JOIN, or use JOIN");
}

/* Whether rows of the stream without a match stay. */
static struct status join_outer(struct binder *b, const struct ast_from *f, bool stream_left,
                                bool *outer)
{
    switch (f->join) {
    case JOIN_INNER:
    case JOIN_CROSS: *outer = false; return OK;
    case JOIN_LEFT: *outer = true; break;
    case JOIN_RIGHT: *outer = true; break;
    default: return wrong_join(b, f, "a FULL JOIN would have to keep rows of a table");
    }
    if ((f->join == JOIN_LEFT) != stream_left) {
        return wrong_join(b, f, "this outer join would have to keep rows of a table");
    }
    return OK;
}

/* ---- NATURAL and USING ---- */

static struct scope_column *visible(const struct scope *s, struct str name)
{
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        for (uint32_t c = 0; c < r->n_visible; c++) {
            if (!r->columns[c].merged && str_equal(&r->columns[c].name, &name)) {
                return &r->columns[c];
            }
        }
    }
    return NULL;
}

static struct status merge_column(struct bind_env *env, const struct ast_from *f,
                                  const struct scope *left, const struct scope *right,
                                  struct str name, struct span at, struct expr **condition)
{
    struct scope_column *l = visible(left, name), *r = visible(right, name);
    if (!l || !r) {
        return status_new(env->b->arena, ERR_UNKNOWN_COLUMN, at,
                          "no column \"%.*s\" on the %s side of this join", STR_ARG(name),
                          l ? "right" : "left");
    }
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 2);
    args[0] = l->expr;
    args[1] = r->expr;
    struct expr *equal;
    TRY(bind_call(env, "=", at, args, 2, &equal));
    *condition = expr_and(env->b->arena, *condition, equal);
    (f->join == JOIN_RIGHT ? l : r)->merged = true;
    return OK;
}

struct status bind_merged_columns(struct bind_env *env, const struct ast_from *f,
                                  const struct scope *left, const struct scope *right,
                                  struct expr **condition)
{
    for (uint32_t i = 0; i < f->n_using; i++) {
        const struct ast_name *n = &f->using_columns[i];
        TRY(merge_column(env, f, left, right, n->text, n->at, condition));
    }
    for (uint32_t i = 0; f->natural && i < left->n_relations; i++) {
        const struct scope_relation *r = &left->relations[i];
        for (uint32_t c = 0; c < r->n_visible; c++) {
            struct str name = r->columns[c].name;
            if (r->columns[c].merged || !visible(right, name)) continue;
            TRY(merge_column(env, f, left, right, name, f->at, condition));
        }
    }
    return OK;
}

/* ---- the operator ---- */

/* The table's names over the operator's row: behind the stream's columns, NULL where nothing matched. */
static struct scope shift_scope(struct arena *a, const struct scope *s, uint32_t by, bool outer)
{
    struct scope out = *s;
    out.relations = arena_dup(a, s->relations, s->n_relations * sizeof *s->relations);
    for (uint32_t i = 0; i < out.n_relations; i++) {
        struct scope_relation *r = &out.relations[i];
        r->columns = arena_dup(a, r->columns, r->n_columns * sizeof *r->columns);
        for (uint32_t c = 0; c < r->n_columns; c++) {
            r->columns[c].expr = expr_shift(a, r->columns[c].expr, by);
            if (outer) r->columns[c].not_null = false;
        }
    }
    return out;
}

static struct status lookup_node(struct binder *b, const struct ast_from *f,
                                 const struct from *stream, uint32_t table, bool outer,
                                 struct rows *out)
{
    const struct schema *left = &stream->rows.node->out;
    const struct schema *right = &b->catalog->tables.items[table].schema;
    uint32_t n = left->n_columns + right->n_columns;
    struct schema s = { ARENA_ARRAY(b->arena, struct column, n + 1), n };
    out->monos = arena_calloc(b->arena, (n + 1) * sizeof *out->monos);
    for (uint32_t i = 0; i < n; i++) {
        bool from_left = i < left->n_columns;
        s.columns[i] = from_left ? left->columns[i] : right->columns[i - left->n_columns];
        if (from_left) out->monos[i] = stream->rows.monos[i];
        if (!from_left && outer) s.columns[i].not_null = false;
    }
    TRY(binder_node(b, PLAN_LOOKUP, f->at, &s, &out->node));
    out->node->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    out->node->inputs[0] = stream->rows.node;
    out->node->n_inputs = 1;
    out->node->lookup.table = table;
    out->node->lookup.lookup_key = b->catalog->tables.items[table].lookup_key;
    out->node->lookup.n_lookup_key = b->catalog->tables.items[table].n_lookup_key;
    out->node->lookup.outer = outer;
    return OK;
}

struct status bind_needless_window(struct binder *b, const struct from *from)
{
    return status_new(b->arena, ERR_BAD_WINDOW, from->window_at,
                      "a join with a table takes no window: each row meets the table as it is");
}

static struct status bind_lookup(struct binder *b, const struct ast_from *f,
                                 const struct from *left, const struct from *right,
                                 struct from *out)
{
    bool stream_left = left->rows.node != NULL, outer;
    const struct from *stream = stream_left ? left : right, *table = stream_left ? right : left;
    /* A window is for the join with another stream behind this one. */
    if (stream->has_window && stream->window == JOIN_ROWS) return bind_needless_window(b, stream);
    out->has_window = stream->has_window;
    out->window = stream->window;
    out->window_size = stream->window_size;
    out->window_at = stream->window_at;
    TRY(join_outer(b, f, stream_left, &outer));
    TRY(lookup_node(b, f, stream, table->table, outer, &out->rows));
    struct plan_node *node = out->rows.node;
    uint32_t n_stream = stream->rows.node->out.n_columns;
    struct scope shifted = shift_scope(b->arena, &table->scope, n_stream, outer);
    const struct scope *l = stream_left ? &stream->scope : &shifted;
    const struct scope *r = stream_left ? &shifted : &stream->scope;
    out->scope = scope_join(b->arena, l, r);
    struct bind_env env = bind_env(b, &out->scope, "ON");
    struct expr *condition = NULL;
    if (f->on) TRY(bind_condition(&env, f->on, &condition));
    TRY(bind_merged_columns(&env, f, l, r, &condition));
    if (table->table_filter) {
        struct expr *filter = expr_shift(b->arena, table->table_filter, n_stream);
        condition = expr_can_fault(filter) ? expr_and(b->arena, filter, condition)
                                           : expr_and(b->arena, condition, filter);
    }
    return join_split(b, node, condition);
}

/* Two tables: the rows of the one that an outer join keeps stand for those of a stream. */
static struct status bind_tables(struct binder *b, const struct ast_from *f,
                                 const struct from *left, const struct from *right,
                                 struct from *out)
{
    if (f->join == JOIN_FULL) {
        struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, f->at,
                                      "a FULL JOIN of tables is not possible");
        return status_with_hint(st, "UNION ALL of a LEFT JOIN and of the rows without a match is");
    }
    bool keeps_right = f->join == JOIN_RIGHT;
    struct from rows = keeps_right ? *right : *left;
    TRY(bind_table_rows(b, rows.at, rows.table, rows.table_filter, &rows.rows));
    rows.table_filter = NULL;
    out->of_tables = true;
    return keeps_right ? bind_lookup(b, f, left, &rows, out) : bind_lookup(b, f, &rows, right, out);
}

struct status bind_join(struct binder *b, const struct ast_from *f, const struct from *left,
                        const struct from *right, struct from *out)
{
    bool stream_left = left->rows.node != NULL, stream_right = right->rows.node != NULL;
    out->at = f->at;
    if (stream_left && stream_right && (left->of_tables || right->of_tables)) {
        struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, f->at,
                                      "a join of tables in parentheses cannot be joined");
        return status_with_hint(st, "write it as a sub-query: (SELECT ... FROM a JOIN b ON ...)");
    }
    if (stream_left && stream_right) return bind_stream_join(b, f, left, right, out);
    if (!stream_left && !stream_right) return bind_tables(b, f, left, right, out);
    TRY(bind_lookup(b, f, left, right, out));
    out->of_tables = left->of_tables || right->of_tables;
    return OK;
}
