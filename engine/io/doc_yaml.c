/*
 * doc_yaml.c: YAML to a document tree, by libyaml.
 *
 * CloudFormation's short tags become the maps that they are short for, whatever their name, so that the reader of
 * templates sees one form. Anchors may repeat parts; the number of nodes is bounded, because repeated repetitions
 * grow without measure.
 */

#include "io/doc.h"

#include <yaml.h>

struct yaml_tree {
    struct arena *arena;
    const struct text_file *file;
    yaml_document_t *document;
    const uint32_t *lines; /* where each line begins */
    uint32_t n_lines;
    uint32_t nodes;
};

static struct status to_node(struct yaml_tree *t, int index, int depth, struct doc_node **out);

/* ---- places ---- */

static void find_lines(struct yaml_tree *t)
{
    uint32_t n = 1;
    for (size_t i = 0; i < t->file->size; i++) n += t->file->data[i] == '\n';
    uint32_t *lines = ARENA_ARRAY(t->arena, uint32_t, n);
    lines[0] = 0;
    for (size_t i = 0, k = 1; i < t->file->size; i++) {
        if (t->file->data[i] == '\n') lines[k++] = (uint32_t)i + 1;
    }
    t->lines = lines;
    t->n_lines = n;
}

/* Line and column from 0, columns in characters: where that is in bytes. */
static struct span place_of(const struct yaml_tree *t, size_t line, size_t column)
{
    if (line >= t->n_lines) line = t->n_lines - 1;
    size_t at = t->lines[line], n = t->file->size;
    for (size_t i = 0; i < column && at < n && t->file->data[at] != '\n'; i++) {
        at++;
        while (at < n && ((unsigned char)t->file->data[at] & 0xc0) == 0x80) at++;
    }
    return (struct span){ .file = t->file,
                          .line = (uint32_t)line + 1,
                          .column = (uint32_t)column + 1,
                          .offset = (uint32_t)at,
                          .length = 1 };
}

static struct span place_of_node(const struct yaml_tree *t, const yaml_node_t *n)
{
    struct span s = place_of(t, n->start_mark.line, n->start_mark.column);
    if (n->end_mark.line == n->start_mark.line) {
        struct span end = place_of(t, n->end_mark.line, n->end_mark.column);
        if (end.offset > s.offset) s.length = end.offset - s.offset;
    }
    return s;
}

/* ---- nodes ---- */

static bool is_number(struct str s)
{
    const char *p = str_data(&s);
    uint32_t i = s.len && (p[0] == '-' || p[0] == '+') ? 1 : 0, digits = 0;
    for (; i < s.len; i++) {
        if (p[i] >= '0' && p[i] <= '9') digits++;
        else if (!strchr(".eE+-", p[i]) || !p[i]) return false;
    }
    return digits > 0;
}

static enum doc_kind plain_kind(struct str s)
{
    if (s.len == 0 || str_equal_c(s, "~") || str_equal_nocase_c(s, "null")) return DOC_NULL;
    if (str_equal_nocase_c(s, "true") || str_equal_nocase_c(s, "false")) return DOC_BOOLEAN;
    return is_number(s) ? DOC_NUMBER : DOC_TEXT;
}

static void to_scalar(struct yaml_tree *t, const yaml_node_t *n, struct doc_node *node)
{
    node->text =
        str_copy(t->arena, str_view((const char *)n->data.scalar.value, n->data.scalar.length));
    bool plain = n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->kind = plain ? plain_kind(node->text) : DOC_TEXT;
}

static struct status to_list(struct yaml_tree *t, const yaml_node_t *n, int depth,
                             struct doc_node *node)
{
    size_t count = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
    node->kind = DOC_LIST;
    node->items = ARENA_ARRAY(t->arena, struct doc_node *, count);
    for (size_t i = 0; i < count; i++)
        TRY(to_node(t, n->data.sequence.items.start[i], depth + 1, &node->items[i]));
    node->count = (uint32_t)count;
    return OK;
}

static struct status to_map(struct yaml_tree *t, const yaml_node_t *n, int depth,
                            struct doc_node *node)
{
    size_t count = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
    node->kind = DOC_MAP;
    node->pairs = ARENA_ARRAY(t->arena, struct doc_pair, count);
    for (size_t i = 0; i < count; i++) {
        const yaml_node_pair_t *pair = &n->data.mapping.pairs.start[i];
        struct doc_node *name;
        TRY(to_node(t, pair->key, depth + 1, &name));
        if (name->kind == DOC_LIST || name->kind == DOC_MAP)
            return status_new(t->arena, ERR_SYNTAX, name->at, "a name should stand here");
        node->pairs[i] = (struct doc_pair){ .name = name->text, .at = name->at };
        TRY(to_node(t, pair->value, depth + 1, &node->pairs[i].value));
    }
    node->count = (uint32_t)count;
    return OK;
}

/* !Name value as { "Fn::Name": value }. */
static struct doc_node *tagged(struct yaml_tree *t, const char *tag, struct doc_node *value)
{
    struct doc_node *node = ARENA_NEW(t->arena, struct doc_node);
    bool bare = strcmp(tag, "Ref") == 0 || strcmp(tag, "Condition") == 0;
    node->kind = DOC_MAP;
    node->at = value->at;
    node->count = 1;
    node->pairs = ARENA_NEW(t->arena, struct doc_pair);
    node->pairs[0].name = str_format(t->arena, "%s%s", bare ? "" : "Fn::", tag);
    node->pairs[0].at = value->at;
    node->pairs[0].value = value;
    return node;
}

static struct status to_node(struct yaml_tree *t, int index, int depth, struct doc_node **out)
{
    const yaml_node_t *n = yaml_document_get_node(t->document, index);
    struct doc_node *node = ARENA_NEW(t->arena, struct doc_node);
    node->at = place_of_node(t, n);
    if (depth > DOC_DEPTH_MAX)
        return status_new(t->arena, ERR_LIMIT_EXCEEDED, node->at, "more than %d levels",
                          DOC_DEPTH_MAX);
    if (++t->nodes > DOC_NODES_MAX)
        return status_new(t->arena, ERR_LIMIT_EXCEEDED, node->at, "more than %d parts",
                          DOC_NODES_MAX);
    if (n->type == YAML_SCALAR_NODE) to_scalar(t, n, node);
    else if (n->type == YAML_SEQUENCE_NODE) TRY(to_list(t, n, depth, node));
    else if (n->type == YAML_MAPPING_NODE) TRY(to_map(t, n, depth, node));
    const char *tag = (const char *)n->tag;
    bool own = tag && tag[0] == '!' && tag[1];
    *out = own ? tagged(t, tag + 1, node) : node;
    return OK;
}

/* ---- the document ---- */

static struct status bad_yaml(struct yaml_tree *t, const yaml_parser_t *p)
{
    if (p->error == YAML_READER_ERROR) {
        return status_new(t->arena, ERR_SYNTAX, doc_place(t->file, p->problem_offset, 1),
                          "no YAML: %s", p->problem ? p->problem : "unreadable");
    }
    const char *what = p->problem ? p->problem : "it cannot be read";
    return status_new(t->arena, ERR_SYNTAX,
                      place_of(t, p->problem_mark.line, p->problem_mark.column), "no YAML: %s%s%s",
                      p->context ? p->context : "", p->context ? ", " : "", what);
}

struct status doc_yaml(struct arena *a, const struct text_file *file, struct doc_node **out)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct yaml_tree t = { .arena = a, .file = file, .document = &document };
    find_lines(&t);
    if (!yaml_parser_initialize(&parser)) mem_refused(sizeof parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)file->data, file->size);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    struct status st = OK;
    if (!yaml_parser_load(&parser, &document)) {
        st = bad_yaml(&t, &parser);
    } else {
        if (!yaml_document_get_root_node(&document))
            st = status_new(a, ERR_SYNTAX, doc_place(file, 0, 1), "the document is empty");
        else st = to_node(&t, 1, 0, out);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return st;
}
