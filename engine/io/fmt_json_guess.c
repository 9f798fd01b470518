/*
 * fmt_json_guess.c: what the fast way expects: members of the schema, the literals that records write in front of
 * their values, and which member follows which. Learned from the stream itself; a wrong guess costs time, never
 * correctness.
 */

#include "base/limits.h"
#include "base/utf8.h"
#include "io/coerce.h"
#include "io/fmt_json_read.h"

static void set_action(struct fast_member *m, const struct column *column)
{
    m->max_chars = column->type.length ? column->type.length : UINT32_MAX;
    switch ((enum type_kind)column->type.kind) {
    case TYPE_DOUBLE:
        m->action = FAST_DOUBLE;
        break;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        m->action = FAST_INTEGER;
        type_integer_range(column->type, &m->low, &m->high);
        break;
    case TYPE_VARCHAR:
        m->action = FAST_TEXT;
        break;
    case TYPE_TIMESTAMP:
        m->action = FAST_TIMESTAMP;
        break;
    default:
        m->action = FAST_COERCE;
        break;
    }
}

/* depth: levels that may be opened inside of the object or array. */
static struct fast_object *object_of(struct json_decoder *d, const struct json_node *node,
                                     int depth);
static struct fast_object *array_of(struct json_decoder *d, const struct json_node *node,
                                    int depth);

/* A literal that stands nowhere. */
static void forget_literal(struct fast_member *m)
{
    m->literal[0] = 0xff;
    m->literal_size = 0;
    m->literal_mask = 1;
}

static struct fast_member *member_new(struct json_decoder *d, struct str name)
{
    struct fast_member *m = ARENA_NEW(d->arena, struct fast_member);
    m->name = name;
    m->next = &d->unknown;
    forget_literal(m);
    return m;
}

static struct fast_object *object_new(struct json_decoder *d)
{
    struct fast_object *o = ARENA_NEW(d->arena, struct fast_object);
    o->first = &d->unknown;
    for (int i = 0; i < FAST_SLOTS; i++) o->slots[i] = &d->unknown;
    return o;
}

static struct fast_member *member_of(struct json_decoder *d, const struct json_member *part,
                                     int depth)
{
    const struct json_node *node = part->node;
    struct fast_member     *m = member_new(d, part->name);
    m->depth = depth;
    m->stamp_mask = UINT64_MAX;
    if (node->n_columns) {
        m->leaf = 1;
        m->column = node->columns[0];
        m->write = d->config->needed[m->column];
        set_action(m, &d->config->schema->columns[m->column]);
        d->leaves[m->column] = m;
        d->n_leaves++;
    } else {
        m->action = node->n_members ? FAST_OBJECT : FAST_ARRAY;
        m->object = node->n_members ? object_of(d, node, depth - 1) : array_of(d, node, depth - 1);
    }
    return m;
}

static struct fast_object *object_of(struct json_decoder *d, const struct json_node *node,
                                     int depth)
{
    struct fast_object *o = object_new(d);
    o->cap = node->n_members + FAST_LEARNED;
    o->members = ARENA_ARRAY(d->arena, struct fast_member *, o->cap);
    for (uint32_t i = 0; i < node->n_members; i++)
        o->members[o->n_members++] = member_of(d, &node->members[i], depth);
    return o;
}

static struct fast_object *array_of(struct json_decoder *d, const struct json_node *node, int depth)
{
    struct fast_object *o = object_new(d);
    for (uint32_t i = 0; i < node->n_elements; i++) {
        if (node->elements[i].index >= o->n_members) o->n_members = node->elements[i].index + 1;
    }
    o->members = arena_calloc(d->arena, o->n_members * sizeof *o->members);
    for (uint32_t i = 0; i < node->n_elements; i++) {
        o->members[node->elements[i].index] = member_of(d, &node->elements[i], depth);
    }
    return o;
}

void json_fast_new(struct json_decoder *d)
{
    d->unknown.next = &d->unknown;
    forget_literal(&d->unknown);
    d->leaves = ARENA_ARRAY(d->arena, struct fast_member *, d->config->schema->n_columns);
    d->fast = object_of(d, &d->paths.root, LIMIT_JSON_DEPTH - 1);
}

void json_fast_begin(struct json_decoder *d)
{
    for (uint32_t c = 0; c < d->config->schema->n_columns; c++) {
        struct fast_member *m = d->leaves[c];
        m->data = m->write ? d->rows.vectors[c].data : NULL;
    }
}

static void learn_literal(struct fast_member *m, const char *p, size_t size)
{
    forget_literal(m);
    if (size > sizeof m->literal) return;
    memset(m->literal, 0, sizeof m->literal);
    memcpy(m->literal, p, size);
    m->literal_size = (uint32_t)size;
    m->literal_mask = size == 32 ? UINT32_MAX : ((uint32_t)1 << size) - 1;
}

static struct fast_member *learn_member(struct json_decoder *d, struct fast_object *o,
                                        struct str name)
{
    struct fast_member *m = member_new(d, str_copy(d->arena, name));
    o->members[o->n_members++] = m;
    o->n_learned++;
    return m;
}

struct fast_member *json_fast_find(struct json_decoder *d, struct fast_object *o, const char *p,
                                   const char **value)
{
    struct json_extent name;
    struct json_error  e;
    if (p >= d->end || *p != '"') return NULL;
    const char *behind = json_scan_string(p, d->end, &name, &e);
    if (!behind || name.escaped) return NULL;
    behind = json_skip_blank(behind);
    if (behind >= d->end || *behind != ':') return NULL;
    *value = json_skip_blank(behind + 1);

    struct str          key = str_view(name.start, name.size);
    struct fast_member *m = NULL;
    for (uint32_t i = 0; i < o->n_members && !m; i++) {
        if (str_equal(&o->members[i]->name, &key)) m = o->members[i];
    }
    if (!m) {
        if (o->n_learned == FAST_LEARNED) return &d->unknown;
        m = learn_member(d, o, key);
    }
    learn_literal(m, p, (size_t)(*value - p));
    o->slots[json_fast_slot(p + 1)] = m;
    return m;
}

const char *json_fast_coerce(struct json_decoder *d, struct fast_member *m, const char *p)
{
    struct json_extent value;
    struct json_error  e;
    const char        *why;
    p = json_scan_value(p, d->end, m->depth, &value, &e);
    if (!p) return NULL;
    const struct column *column = &d->config->schema->columns[m->column];
    if (value.kind == JSON_NULL && column->not_null) return NULL;
    struct vector *v = m->write ? &d->rows.vectors[m->column] : NULL;
    return coerce_json(d->rows.batch->arena, &value, column, v, d->rows.row, d->rows.cap, &why)
               ? p
               : NULL;
}
