/* json_paths.c: the tree of a schema's paths, and a walk through a record along it. */

#include "io/json_paths.h"

#include "base/limits.h"

static struct json_node *member_node(struct arena *a, struct json_node *node, struct str name)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (str_equal(&node->members[i].name, &name)) return node->members[i].node;
    }
    struct json_member *grown = ARENA_ARRAY(a, struct json_member, node->n_members + 1);
    if (node->n_members) memcpy(grown, node->members, node->n_members * sizeof *grown);
    grown[node->n_members] =
        (struct json_member){ .name = name, .node = ARENA_NEW(a, struct json_node) };
    node->members = grown;
    return grown[node->n_members++].node;
}

static struct json_node *element_node(struct arena *a, struct json_node *node, uint32_t index)
{
    for (uint32_t i = 0; i < node->n_elements; i++) {
        if (node->elements[i].index == index) return node->elements[i].node;
    }
    struct json_member *grown = ARENA_ARRAY(a, struct json_member, node->n_elements + 1);
    if (node->n_elements) memcpy(grown, node->elements, node->n_elements * sizeof *grown);
    grown[node->n_elements] =
        (struct json_member){ .index = index, .node = ARENA_NEW(a, struct json_node) };
    node->elements = grown;
    return grown[node->n_elements++].node;
}

static struct json_node *step_node(struct arena *a, struct json_paths *paths,
                                   struct json_node *node, const struct path_step *step)
{
    switch (step->kind) {
    case STEP_MEMBER:
        return member_node(a, node, step->name);
    case STEP_INDEX:
        return element_node(a, node, step->index);
    case STEP_EACH:
        break;
    }
    if (!node->each) node->each = ARENA_NEW(a, struct json_node);
    paths->flattened = node;
    return node->each;
}

/* $.list[0:] at the end of a path is the whole array (dialect 4.2). */
static uint32_t path_length(const struct path *path)
{
    uint32_t n = path->n_steps;
    return n && path->steps[n - 1].kind == STEP_EACH ? n - 1 : n;
}

static void add_column(struct arena *a, struct json_node *node, uint32_t column)
{
    uint32_t *grown = ARENA_ARRAY(a, uint32_t, node->n_columns + 1);
    if (node->n_columns) memcpy(grown, node->columns, node->n_columns * sizeof *grown);
    grown[node->n_columns++] = column;
    node->columns = grown;
}

static bool node_is_simple(const struct json_node *node)
{
    int uses = (node->n_columns > 0) + (node->n_members > 0) + (node->n_elements > 0);
    if (node->each || node->n_columns > 1 || uses > 1) return false;
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (!node_is_simple(node->members[i].node)) return false;
    }
    for (uint32_t i = 0; i < node->n_elements; i++) {
        if (node->elements[i].index >= JSON_FAST_ELEMENTS ||
            !node_is_simple(node->elements[i].node))
            return false;
    }
    return true;
}

void json_paths_new(struct arena *a, const struct schema *schema, struct json_paths *out)
{
    *out =
        (struct json_paths){ .of_column = ARENA_ARRAY(a, struct json_node *, schema->n_columns) };
    for (uint32_t c = 0; c < schema->n_columns; c++) {
        const struct path *path = &schema->columns[c].path;
        struct json_node  *node = &out->root;
        for (uint32_t i = 0; i < path_length(path); i++)
            node = step_node(a, out, node, &path->steps[i]);
        add_column(a, node, c);
        out->of_column[c] = node;
    }
    out->simple = out->root.n_members > 0 && node_is_simple(&out->root);
}

void json_node_reset(struct json_node *node)
{
    node->value.kind = JSON_NONE;
    for (uint32_t i = 0; i < node->n_members; i++) json_node_reset(node->members[i].node);
    for (uint32_t i = 0; i < node->n_elements; i++) json_node_reset(node->elements[i].node);
    if (node->each) json_node_reset(node->each);
}

/* The member with this name; an escaped one is undone first. */
static struct json_node *find_member(const struct json_node *node, const struct json_extent *name)
{
    char       text[12 * LIMIT_NAME_CHARS]; /* each character as two \u escapes */
    struct str key;
    if (name->escaped) {
        /* the text gets shorter; a name of the schema cannot be longer than the room */
        if (name->size > sizeof text) return NULL;
        key = str_view(text, json_unescape(name->start, name->size, text));
    } else {
        key = str_view(name->start, name->size);
    }
    for (uint32_t i = 0; i < node->n_members; i++) {
        if (str_equal(&node->members[i].name, &key)) return node->members[i].node;
    }
    return NULL;
}

static const char *scan_part(struct json_node *node, const char *p, const char *end, int depth,
                             struct json_error *e)
{
    if (node) {
        json_node_reset(node);
        return json_node_scan(node, p, end, depth, e);
    }
    struct json_extent ignored;
    return json_scan_value(p, end, depth, &ignored, e);
}

static const char *scan_error(struct json_error *e, const char *what, const char *at)
{
    *e = (struct json_error){ what, at };
    return NULL;
}

static const char *walk_object(struct json_node *node, const char *p, const char *end, int depth,
                               struct json_error *e)
{
    p = json_skip_blank(p + 1);
    if (p < end && *p == '}') return p + 1;
    for (;;) {
        struct json_extent name;
        if (p >= end || *p != '"') return scan_error(e, "expected a member name in quotes", p);
        p = json_scan_string(p, end, &name, e);
        if (!p) return NULL;
        p = json_skip_blank(p);
        if (p >= end || *p != ':') return scan_error(e, "expected : behind a member name", p);
        p = scan_part(find_member(node, &name), json_skip_blank(p + 1), end, depth - 1, e);
        if (!p) return NULL;
        p = json_skip_blank(p);
        if (p < end && *p == '}') return p + 1;
        if (p >= end || *p != ',') return scan_error(e, "expected , or }", p);
        p = json_skip_blank(p + 1);
    }
}

static const char *walk_array(struct json_node *node, const char *p, const char *end, int depth,
                              struct json_error *e)
{
    p = json_skip_blank(p + 1);
    if (p < end && *p == ']') return p + 1;
    for (uint32_t index = 0;; index++) {
        struct json_node *element = NULL;
        for (uint32_t i = 0; i < node->n_elements; i++) {
            if (node->elements[i].index == index) element = node->elements[i].node;
        }
        p = scan_part(element, p, end, depth - 1, e);
        if (!p) return NULL;
        p = json_skip_blank(p);
        if (p < end && *p == ']') return p + 1;
        if (p >= end || *p != ',') return scan_error(e, "expected , or ]", p);
        p = json_skip_blank(p + 1);
    }
}

const char *json_node_scan(struct json_node *node, const char *p, const char *end, int depth,
                           struct json_error *e)
{
    const char *start = p;
    bool walks = p < end && ((*p == '{' && node->n_members) || (*p == '[' && node->n_elements));
    if (!walks) return json_scan_value(p, end, depth, &node->value, e);
    if (depth <= 0) return scan_error(e, "nested too deeply", p);

    bool object = *p == '{';
    p = object ? walk_object(node, p, end, depth, e) : walk_array(node, p, end, depth, e);
    if (p) {
        node->value = (struct json_extent){ start, (uint32_t)(p - start),
                                            object ? JSON_OBJECT : JSON_ARRAY, false };
    }
    return p;
}
