/*
 * diag.c: the messages of one compilation.
 *
 * They come in the order in which phases find them and are shown in the order of the text: by file, as files
 * appeared first, then by place; those without a place stay where they were added, before the others.
 */

#include "base/diag.h"

#include "base/array.h"
#include "base/limits.h"

void diags_init(struct diags *d, struct arena *a)
{
    *d = (struct diags){ .arena = a };
}

void diags_add(struct diags *d, enum diag_level level, struct status st)
{
    if (st.err == ERR_NONE) return;
    if (level == DIAG_ERROR) d->error_count++;
    if (d->count >= LIMIT_DIAGS) return;
    *array_push(d->arena, d) = (struct diag){ .level = level, .status = st };
}

/* The number of a diag's file: the index of the first diag that names it, from 1; 0: no place. */
static size_t file_rank(const struct diags *d, size_t i)
{
    const struct text_file *file = d->items[i].status.at.file;
    if (!file || d->items[i].status.at.line == 0) return 0;
    for (size_t k = 0;; k++) {
        const struct span *at = &d->items[k].status.at;
        if (at->line > 0 && at->file == file) return k + 1;
    }
}

struct place {
    size_t rank, index;
};

static bool comes_after(const struct diags *d, struct place a, struct place b)
{
    if (a.rank != b.rank) return a.rank > b.rank;
    const struct span *x = &d->items[a.index].status.at, *y = &d->items[b.index].status.at;
    if (a.rank == 0 || (x->line == y->line && x->column == y->column)) return a.index > b.index;
    return x->line != y->line ? x->line > y->line : x->column > y->column;
}

/* By insertion: there are at most LIMIT_DIAGS. */
static void sort_places(const struct diags *d, struct place *places)
{
    for (size_t i = 0; i < d->count; i++) {
        struct place p = { file_rank(d, i), i };
        size_t k = i;
        for (; k > 0 && comes_after(d, places[k - 1], p); k--) places[k] = places[k - 1];
        places[k] = p;
    }
}

static bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool diag_equal(const struct diag *a, const struct diag *b)
{
    const struct status *x = &a->status, *y = &b->status;
    return a->level == b->level && x->err == y->err && x->at.file == y->at.file &&
           x->at.line == y->at.line && x->at.column == y->at.column &&
           text_equal(x->message, y->message) && text_equal(x->hint, y->hint);
}

static bool shown_before(const struct diags *d, const struct place *places, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (diag_equal(&d->items[places[k].index], &d->items[places[i].index])) return true;
    }
    return false;
}

size_t diags_sorted(const struct diags *d, struct arena *a, const struct diag ***out)
{
    struct place places[LIMIT_DIAGS];
    size_t n = 0;
    sort_places(d, places);
    *out = ARENA_ARRAY(a, const struct diag *, d->count + 1);
    for (size_t i = 0; i < d->count; i++) {
        if (!shown_before(d, places, i)) (*out)[n++] = &d->items[places[i].index];
    }
    return n;
}

void diags_print(struct buf *out, struct diags *d)
{
    const struct diag **sorted;
    struct arena *a = arena_new();
    size_t n = diags_sorted(d, a, &sorted), kept = 0;
    for (size_t i = 0; i < n; i++)
        status_print_as(out, &sorted[i]->status,
                        sorted[i]->level == DIAG_ERROR ? "error" : "warning");
    arena_free(a);
    for (size_t i = 0; i < d->count; i++) kept += d->items[i].level == DIAG_ERROR;
    if (d->error_count > kept)
        buf_printf(out, "%zu more errors are not shown\n", d->error_count - kept);
}
