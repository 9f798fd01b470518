/*
 * plan.c: questions to a plan that both who makes it and who runs it ask.
 */

#include "sql/plan.h"

const char *const plan_hidden_names[HIDDEN_COUNT] = {
    [HIDDEN_ARRIVAL] = "APPROXIMATE_ARRIVAL_TIME",
    [HIDDEN_PARTITION_KEY] = "PARTITION_KEY",
    [HIDDEN_SEQUENCE_NUMBER] = "SEQUENCE_NUMBER",
    [HIDDEN_SHARD_ID] = "SHARD_ID",
    [HIDDEN_TOPIC] = "$topic",
    [HIDDEN_RECORD] = "$record",
};

bool expr_can_fault(const struct expr *e)
{
    if (e->kind == EXPR_NOT_NULL) return true;
    if (e->kind == EXPR_SUBQUERY && e->subquery->can_fault) return true;
    if (e->kind == EXPR_CALL && (!e->call.fn->errors || e->call.fn->errors[0] != 0)) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (expr_can_fault(e->args[i])) return true;
    }
    return false;
}

/* The nodes themselves, without their arguments. */
static bool node_equal(const struct expr *a, const struct expr *b)
{
    if (a->kind != b->kind || a->n_args != b->n_args || !type_equal(a->type, b->type)) return false;
    switch (a->kind) {
    case EXPR_CONSTANT: return value_equal(&a->constant, &b->constant);
    case EXPR_COLUMN: return a->column == b->column;
    case EXPR_CALL: return a->call.fn == b->call.fn && a->implicit == b->implicit;
    case EXPR_NOT_NULL: return str_equal(&a->label, &b->label);
    case EXPR_CLOCK: return a->per_row == b->per_row;
    case EXPR_SUBQUERY: return a->subquery == b->subquery;
    case EXPR_RELEASE: return str_equal(&a->label, &b->label);
    default: return true;
    }
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
    if (a == b) return true;
    if (a->weight != b->weight || !node_equal(a, b)) return false;
    for (uint32_t i = 0; i < a->n_args; i++) {
        if (!expr_equal(a->args[i], b->args[i])) return false;
    }
    return true;
}

void expr_columns(const struct expr *e, bool *used)
{
    if (e->kind == EXPR_COLUMN) used[e->column] = true;
    for (uint32_t i = 0; i < e->n_args; i++) expr_columns(e->args[i], used);
}

/* ---- options ---- */

const struct plan_option *plan_option_find(const struct plan_endpoint *e, const char *name)
{
    for (uint32_t i = 0; i < e->n_options; i++) {
        if (str_equal_c(e->options[i].name, name)) return &e->options[i];
    }
    return NULL;
}

int32_t plan_source_rowtime(const struct plan_source *s)
{
    const struct plan_option *o = plan_option_find(&s->endpoint, "rowtime");
    return o ? (int32_t)schema_find(&s->schema, o->value.str) : -1;
}

int64_t plan_source_lateness_ms(const struct plan_source *s)
{
    const struct plan_option *o = plan_option_find(&s->endpoint, "lateness");
    return o ? o->value.i64 : 0;
}

int64_t plan_source_idle_after_ms(const struct plan_source *s)
{
    const struct plan_option *o = plan_option_find(&s->endpoint, "idle_after");
    return o ? o->value.i64 : 0;
}

bool plan_table_must_match(const struct plan_table *t)
{
    const struct plan_option *o = plan_option_find(&t->endpoint, "on_missing");
    return o && type_is_text(o->value.type) && str_equal_nocase_c(o->value.str, "error");
}

bool plan_table_sends_keys(const struct plan_table *t)
{
    const char *url = str_data(&t->endpoint.url);
    return t->n_lookup_key && t->endpoint.url.len > 4 &&
           str_equal_nocase_c(str_view(url, 4), "http");
}

int64_t plan_table_refresh_ms(const struct plan_table *t)
{
    const struct plan_option *o = plan_option_find(&t->endpoint, "refresh");
    return o && o->value.type.kind == TYPE_INTERVAL_DAY ? o->value.i64 : 0;
}
