/* json_paths.c: the tree of a schema's paths, and a walk through a record along it. */

#include "io/json_paths.h"

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

static struct json_node *find_element(const struct json_node *node, uint32_t index)
{
    for (uint32_t i = 0; i < node->n_elements; i++) {
        if (node->elements[i].index == index) return node->elements[i].node;
    }
    return NULL;
}

static struct json_node *element_node(struct arena *a, struct json_node *node, uint32_t index)
{
    struct json_node *known = find_element(node, index);
    if (known) return known;
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

static struct json_node *find_member(const struct json_node *node, const struct json_extent *name)
{
    for (uint32_t i = 0; i < node->n_members; i++) {
        const struct str *known = &node->members[i].name;
        if (json_text_equal(name, str_data(known), known->len)) return node->members[i].node;
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

static const char *walk_object(struct json_node *node, const char *p, const char *end, int depth,
                               struct json_error *e)
{
    struct json_extent name;
    p = json_skip_blank(p + 1);
    if (p < end && *p == '}') return p + 1;
    for (bool closed = false; p && !closed;) {
        p = json_scan_name(p, end, &name, e);
        if (p) p = scan_part(find_member(node, &name), p, end, depth - 1, e);
        if (p) p = json_scan_separator(p, end, '}', &closed, e);
    }
    return p;
}

static const char *walk_array(struct json_node *node, const char *p, const char *end, int depth,
                              struct json_error *e)
{
    p = json_skip_blank(p + 1);
    if (p < end && *p == ']') return p + 1;
    bool closed = false;
    for (uint32_t index = 0; p && !closed; index++) {
        p = scan_part(find_element(node, index), p, end, depth - 1, e);
        if (p) p = json_scan_separator(p, end, ']', &closed, e);
    }
    return p;
}

const char *json_node_scan(struct json_node *node, const char *p, const char *end, int depth,
                           struct json_error *e)
{
    const char *start = p;
    bool walks = p < end && ((*p == '{' && node->n_members) || (*p == '[' && node->n_elements));
    if (!walks) return json_scan_value(p, end, depth, &node->value, e);
    if (depth <= 0) {
        *e = (struct json_error){ "nested too deeply", p };
        return NULL;
    }

    bool object = *p == '{';
    p = object ? walk_object(node, p, end, depth, e) : walk_array(node, p, end, depth, e);
    if (p) {
        node->value = (struct json_extent){ start, (uint32_t)(p - start),
                                            object ? JSON_OBJECT : JSON_ARRAY, false };
    }
    return p;
}
