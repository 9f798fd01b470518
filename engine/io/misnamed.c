/* misnamed.c: paths against the members of a few records, by a JSON library: it is done once for a source. */

#include "io/misnamed.h"

#include <jansson.h>
#include <strings.h>

enum {
    RECORDS_LOOKED_AT = 20,
    NAMES_TOLD = 3
};

/* What the records have instead of a column's path; the records go before the message does. */
struct found {
    bool there;         /* a record has the path itself */
    struct str instead; /* the member's name as the records spell it; empty: none */
    struct str wanted;
};

static json_t *element(json_t *value, const struct path_step *step)
{
    size_t i = step->kind == STEP_INDEX ? step->index : 0;
    return json_is_array(value) ? json_array_get(value, i) : NULL;
}

static const char *other_spelling(json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) if (strcasecmp(key, name) == 0) return key;
    return NULL;
}

/* Walks the path; where a member is missing, keeps how the record spells it. NULL: it is not there. */
static json_t *walk(struct arena *a, json_t *value, const struct path *path, struct found *found)
{
    for (uint32_t i = 0; value && i < path->n_steps; i++) {
        const struct path_step *step = &path->steps[i];
        if (step->kind != STEP_MEMBER) {
            value = element(value, step);
            continue;
        }
        const char *name = str_to_c(a, step->name);
        json_t *member = json_is_object(value) ? json_object_get(value, name) : NULL;
        const char *other = member ? NULL : other_spelling(value, name);
        if (other && found && found->instead.len == 0) {
            found->instead = str_copy(a, str_c(other));
            found->wanted = step->name;
        }
        value = member;
    }
    return value;
}

static void look_at(struct arena *a, const struct decode_config *config, json_t *record,
                    struct found *found)
{
    json_t *base = walk(a, record, &config->row_path, NULL);
    for (uint32_t c = 0; base && c < config->schema->n_columns; c++) {
        if (!config->needed[c] || found[c].there) continue;
        found[c].there = walk(a, base, &config->schema->columns[c].path, &found[c]) != NULL;
    }
}

/* Names in quotes, as JSON or SQL would have them; at most NAMES_TOLD. */
static void append_names(struct buf *out, const struct found *found, uint32_t n, bool instead)
{
    uint32_t told = 0;
    for (uint32_t c = 0; c < n; c++) {
        if (found[c].there || found[c].instead.len == 0) continue;
        struct str name = instead ? found[c].instead : found[c].wanted;
        if (told < NAMES_TOLD) buf_printf(out, "%s\"%.*s\"", told ? ", " : "", STR_ARG(name));
        else if (told == NAMES_TOLD) buf_append_c(out, " and so on");
        told++;
    }
}

static const char *describe(struct arena *a, const struct found *found, uint32_t n)
{
    const struct found *first = NULL;
    for (uint32_t c = 0; c < n && !first; c++) {
        if (!found[c].there && found[c].instead.len) first = &found[c];
    }
    if (!first) return NULL;
    struct buf out = { 0 };
    buf_append_c(&out, "its columns read ");
    append_names(&out, found, n, false);
    buf_append_c(&out, ", its records have ");
    append_names(&out, found, n, true);
    buf_printf(&out,
               ": case counts in names; write \"%.*s\" in quotes where the column is declared, or "
               "give it a PATH",
               STR_ARG(first->instead));
    const char *text = str_to_c(a, str_view(out.data, out.len));
    buf_free(&out);
    return text;
}

const char *misnamed_columns(struct arena *a, const struct decode_config *config,
                             const struct block *b)
{
    uint32_t n = config->schema->n_columns;
    struct found *found = arena_calloc(a, (n + 1) * sizeof *found);
    size_t at = 0;
    for (int i = 0; i < RECORDS_LOOKED_AT && at < b->size; i++) {
        json_error_t error;
        json_t *record = json_loadb(b->data + at, b->size - at, JSON_DISABLE_EOF_CHECK, &error);
        if (!record) break; /* what is no JSON is told elsewhere */
        look_at(a, config, record, found);
        json_decref(record);
        at += (size_t)error.position;
    }
    return describe(a, found, n);
}
