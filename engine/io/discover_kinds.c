/*
 * discover_kinds.c: several record types in one stream.
 *
 * Two records are of one kind when at least half of all members that either has are in both: optional members do not
 * make a kind. When there are several kinds, a text member that each record has, and whose values never go across
 * kinds, is what tells them apart.
 */

#include <stdlib.h>

#include "io/discover.h"
#include "io/doc.h"

enum {
    SHAPES_MAX = 64,
    LABELS_MAX = 256
};

struct shape {
    struct str *members; /* sorted */
    uint32_t n_members, n_records;
    const struct doc_node *example;
};

struct kinds {
    struct arena *arena;
    ARRAY(struct shape)
    shapes;
    ARRAY(const struct doc_node *)
    records;
    bool many; /* more shapes than anyone wants to read of: members are data, not names */
};

struct kinds *kinds_new(struct arena *a)
{
    struct kinds *k = ARENA_NEW(a, struct kinds);
    k->arena = a;
    return k;
}

static int by_name(const void *a, const void *b)
{
    return str_compare(a, b);
}

static bool same_members(const struct shape *a, const struct shape *b)
{
    if (a->n_members != b->n_members) return false;
    for (uint32_t i = 0; i < a->n_members; i++) {
        if (!str_equal(&a->members[i], &b->members[i])) return false;
    }
    return true;
}

static struct shape shape_of(struct arena *a, const struct doc_node *record)
{
    struct shape s = { .n_members = record->count, .n_records = 1, .example = record };
    s.members = ARENA_ARRAY(a, struct str, record->count);
    for (uint32_t i = 0; i < record->count; i++) s.members[i] = record->pairs[i].name;
    if (s.n_members) qsort(s.members, s.n_members, sizeof *s.members, by_name);
    return s;
}

void kinds_add(struct kinds *k, const struct doc_node *record)
{
    if (record->kind != DOC_MAP || k->many) return;
    struct shape s = shape_of(k->arena, record);
    *array_push(k->arena, &k->records) = record;
    for (size_t i = 0; i < k->shapes.count; i++) {
        if (!same_members(&k->shapes.items[i], &s)) continue;
        k->shapes.items[i].n_records++;
        return;
    }
    k->many = k->shapes.count == SHAPES_MAX;
    *array_push(k->arena, &k->shapes) = s;
}

/* Members in both, and in either, of two sorted lists. */
static void compare(const struct str *a, uint32_t n_a, const struct str *b, uint32_t n_b,
                    uint32_t *both, uint32_t *either)
{
    uint32_t i = 0, k = 0;
    *both = 0;
    while (i < n_a && k < n_b) {
        int order = str_compare(&a[i], &b[k]);
        *both += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    *either = n_a + n_b - *both;
}

static size_t kind_of(const struct discovered *out, const struct str *members, uint32_t n)
{
    for (size_t i = 0; i < out->kinds.count; i++) {
        uint32_t both, either;
        compare(out->kinds.items[i].members, out->kinds.items[i].n_members, members, n, &both,
                &either);
        if (2 * both >= either) return i;
    }
    return out->kinds.count;
}

static void add_shape(struct kinds *k, const struct shape *s, struct discovered *out)
{
    size_t at = kind_of(out, s->members, s->n_members);
    if (at == out->kinds.count) {
        struct discovered_kind *kind = array_push(k->arena, &out->kinds);
        kind->members = s->members;
        kind->n_members = s->n_members;
    }
    out->kinds.items[at].n_records += s->n_records;
}

/* Whether each value of the member belongs to one kind; the kinds' labels then are their first values. */
static bool tells(struct kinds *k, struct discovered *out, const char *member)
{
    struct {
        struct str value;
        size_t kind;
    } labels[LABELS_MAX];
    size_t n = 0;
    for (size_t r = 0; r < k->records.count; r++) {
        struct doc_node *value = doc_get(k->records.items[r], member);
        struct shape s = shape_of(k->arena, k->records.items[r]);
        size_t kind = kind_of(out, s.members, s.n_members), at = 0;
        if (!value || value->kind != DOC_TEXT) return false;
        while (at < n && !str_equal(&labels[at].value, &value->text)) at++;
        if (at < n && labels[at].kind != kind) return false;
        if (at < n) continue;
        if (n == LABELS_MAX) return false;
        labels[n].value = value->text;
        labels[n++].kind = kind;
    }
    if (n != out->kinds.count) return false; /* as many values as records, mostly: no type */
    for (size_t i = 0; i < n; i++) out->kinds.items[labels[i].kind].label = labels[i].value;
    return true;
}

void kinds_end(struct kinds *k, struct discovered *out)
{
    if (k->many) return;
    for (size_t i = 0; i < k->shapes.count; i++) add_shape(k, &k->shapes.items[i], out);
    if (out->kinds.count < 2) return;
    const struct discovered_kind *first = &out->kinds.items[0];
    for (uint32_t i = 0; i < first->n_members && !out->telling.len; i++) {
        if (tells(k, out, str_to_c(k->arena, first->members[i]))) out->telling = first->members[i];
    }
}
