/*
 * group_rank.c: GROUP_RANK: the rows of one ROWTIME, ranked by a column.
 *
 * Rows are kept as cells until a row or a bound with a later ROWTIME says that the group is whole. Then an array of
 * their numbers is sorted by rank, ranks are given as by RANK(), and the rows go out in the order that was asked for.
 */

#include "udf/rank/group_rank.h"

#include <stdlib.h>
#include <strings.h>

#include "udf/cell.h"
#include "udf/params.h"

#define NAME "GROUP_RANK"

enum order { ORDER_ASC, ORDER_DESC, ORDER_NONE };

struct binding {
    uint32_t                   rank_by;
    enum order                 sort, output;
    int64_t                    max_idle_ms, output_max;
    uint32_t                   n_columns;
    const struct sluice_field *columns;
};

/* Rows that wait, and how they are sorted. */
struct group {
    const struct binding *binding;
    int64_t               time;
    struct cell          *cells; /* row by row */
    uint32_t              n_rows, cap_rows;
    uint32_t             *order, *ranks; /* cap_rows */
    size_t                text_bytes;
};

/* ---- compiling ---- */

static bool read_order(struct sluice_table_bind *b, uint32_t i, const char *name, bool may_be_none,
                       enum order *out)
{
    static const char *const words[] = { "asc", "desc", "none" };
    struct sluice_str        text;
    if (!params_text(b, NAME, i, name, &text)) return false;
    for (int k = 0; k < (may_be_none ? 3 : 2); k++) {
        if (text.len == strlen(words[k]) &&
            strncasecmp(sluice_str_data(&text), words[k], text.len) == 0) {
            *out = (enum order)k;
            return true;
        }
    }
    const char *known = may_be_none ? "'asc', 'desc' or 'none'" : "'asc' or 'desc'";
    return params_refuse(b, (int)i,
                         sluice_table_text(b, "%s: %s is %s, not '%.*s'", NAME, name, known,
                                           (int)text.len, sluice_str_data(&text)));
}

static bool read_name(struct sluice_table_bind *b, const char **out)
{
    struct sluice_str text;
    if (!params_text(b, NAME, 1, "the name of the rank column", &text)) return false;
    *out = sluice_table_text(b, "%.*s", (int)text.len, sluice_str_data(&text));
    if (text.len == 0)
        return params_refuse(b, 1, sluice_table_text(b, "%s: the rank column needs a name", NAME));
    for (uint32_t c = 0; c < b->n_cursor; c++) {
        if (strcmp(b->cursor[c].name, *out) == 0)
            return params_refuse(b, 1,
                                 sluice_table_text(b, "%s: the cursor has a column \"%s\" already; "
                                                      "the rank column needs another name",
                                                   NAME, *out));
    }
    return true;
}

static bool bind(struct sluice_table_bind *b)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    const char     *name;
    if (!params_count(b, NAME, 6) ||
        !params_column(b, NAME, 0, "the column to rank by", &binding->rank_by) ||
        !read_name(b, &name) || !read_order(b, 2, "sortOrder", false, &binding->sort) ||
        !read_order(b, 3, "outputOrder", true, &binding->output) ||
        !params_integer(b, NAME, 4, "maxIdle", 0, INT32_MAX, &binding->max_idle_ms) ||
        !params_integer(b, NAME, 5, "outputMax", 0, INT32_MAX, &binding->output_max))
        return false;
    b->fields = sluice_table_alloc(b, (b->n_cursor + 1) * sizeof *b->fields);
    memcpy(b->fields, b->cursor, b->n_cursor * sizeof *b->fields);
    b->fields[b->n_cursor] = (struct sluice_field){ name, { .kind = SLUICE_INTEGER } };
    b->n_fields = b->n_cursor + 1;
    binding->n_columns = b->n_cursor;
    binding->columns = b->fields;
    b->bound = binding;
    return true;
}

/* ---- rows ---- */

static struct cell *row_of(const struct group *g, uint32_t row)
{
    return &g->cells[(size_t)row * g->binding->n_columns];
}

static void clear(struct group *g)
{
    for (uint32_t row = 0; row < g->n_rows; row++) {
        for (uint32_t c = 0; c < g->binding->n_columns; c++)
            cell_free(&row_of(g, row)[c], cell_form(g->binding->columns[c].type));
    }
    g->n_rows = 0;
    g->text_bytes = 0;
}

static void close_group(void *state)
{
    struct group *g = state;
    clear(g);
    free(g->cells);
    free(g->order);
    free(g->ranks);
    free(g);
}

static void *open_group(const void *bound)
{
    struct group *g = calloc(1, sizeof *g);
    if (g) g->binding = bound;
    return g;
}

static bool grow(struct group *g)
{
    if (g->n_rows < g->cap_rows) return true;
    uint32_t     cap = g->cap_rows ? g->cap_rows * 2 : 16;
    struct cell *cells = realloc(g->cells, (size_t)cap * g->binding->n_columns * sizeof *cells);
    if (cells) g->cells = cells;
    uint32_t *order = realloc(g->order, cap * sizeof *order);
    if (order) g->order = order;
    uint32_t *ranks = realloc(g->ranks, cap * sizeof *ranks);
    if (ranks) g->ranks = ranks;
    if (!cells || !order || !ranks) return false;
    g->cap_rows = cap;
    return true;
}

static void take_row(struct group *g, const struct sluice_table_push *p, uint32_t row)
{
    if (!grow(g)) return;
    struct cell *cells = row_of(g, g->n_rows++);
    for (uint32_t c = 0; c < g->binding->n_columns; c++) {
        enum cell_form form = cell_form(g->binding->columns[c].type);
        cells[c] = cell_of(&p->columns[c], row);
        if (!cell_own(&cells[c], form)) cells[c].null = true;
        else if (!cells[c].null && form >= CELL_TEXT) g->text_bytes += cells[c].size;
    }
}

/* ---- ranks ---- */

/* By rank: NULL behind all values, whatever the direction. */
static int compare(const struct group *g, uint32_t a, uint32_t b)
{
    uint32_t           by = g->binding->rank_by;
    const struct cell *x = &row_of(g, a)[by], *y = &row_of(g, b)[by];
    if (x->null || y->null) return x->null - y->null;
    int order = cell_compare(x, y, cell_form(g->binding->columns[by].type));
    return g->binding->sort == ORDER_DESC ? -order : order;
}

static int by_rank(const void *a, const void *b, void *group)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int      order = compare(group, x, y);
    return order ? order : (x > y) - (x < y);
}

static int by_falling_rank(const void *a, const void *b, void *group)
{
    const struct group *g = group;
    uint32_t            x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (g->ranks[x] != g->ranks[y]) return g->ranks[x] > g->ranks[y] ? -1 : 1;
    return (x > y) - (x < y);
}

static void rank(struct group *g)
{
    for (uint32_t i = 0; i < g->n_rows; i++) g->order[i] = i;
    qsort_r(g->order, g->n_rows, sizeof *g->order, by_rank, g);
    for (uint32_t i = 0; i < g->n_rows; i++) {
        bool equal = i > 0 && compare(g, g->order[i - 1], g->order[i]) == 0;
        g->ranks[g->order[i]] = equal ? g->ranks[g->order[i - 1]] : i + 1;
    }
    if (g->binding->output == ORDER_DESC)
        qsort_r(g->order, g->n_rows, sizeof *g->order, by_falling_rank, g);
    for (uint32_t i = 0; g->binding->output == ORDER_NONE && i < g->n_rows; i++) g->order[i] = i;
}

static void emit(const struct group *g, uint32_t row, struct sluice_table_push *p)
{
    uint32_t              n = g->binding->n_columns;
    struct sluice_column *values = sluice_table_row_alloc(p, (n + 1) * sizeof *values);
    char                 *storage = sluice_table_row_alloc(p, (n + 1) * (size_t)CELL_STORAGE);
    for (uint32_t c = 0; c < n; c++)
        values[c] = cell_column(&row_of(g, row)[c], g->binding->columns[c].type,
                                storage + (size_t)c * CELL_STORAGE);
    struct cell rank_cell = { .i64 = g->ranks[row] };
    values[n] =
        cell_column(&rank_cell, g->binding->columns[n].type, storage + (size_t)n * CELL_STORAGE);
    sluice_table_emit(p, g->time, values);
}

/* The group is whole. */
static void release(struct group *g, struct sluice_table_push *p)
{
    if (g->n_rows == 0) return;
    rank(g);
    int64_t most = g->binding->output_max ? g->binding->output_max : INT64_MAX;
    for (uint32_t i = 0; i < g->n_rows && i < most; i++) emit(g, g->order[i], p);
    clear(g);
}

static void push(void *state, struct sluice_table_push *p)
{
    struct group *g = state;
    for (uint32_t i = 0; i < p->n_rows; i++) {
        uint32_t row = p->rows[i];
        if (p->rowtimes[row] != g->time) release(g, p);
        g->time = p->rowtimes[row];
        take_row(g, p, row);
    }
}

/* maxIdle needs no clock of its own: bounds of idle input follow the clock, and any later one ends the group. */
static void advance(void *state, int64_t bound, struct sluice_table_push *p)
{
    struct group *g = state;
    if (bound > g->time) release(g, p);
}

/* ---- state ---- */

static void save(const void *state, struct sluice_writer *w)
{
    const struct group *g = state;
    sluice_write(w, &g->time, sizeof g->time);
    sluice_write(w, &g->n_rows, sizeof g->n_rows);
    for (uint32_t row = 0; row < g->n_rows; row++) {
        for (uint32_t c = 0; c < g->binding->n_columns; c++)
            cell_save(&row_of(g, row)[c], cell_form(g->binding->columns[c].type), w);
    }
}

static bool load_row(struct group *g, struct sluice_reader *r)
{
    if (!grow(g)) return false;
    struct cell *cells = row_of(g, g->n_rows);
    for (uint32_t c = 0; c < g->binding->n_columns; c++) {
        enum cell_form form = cell_form(g->binding->columns[c].type);
        if (!cell_load(&cells[c], form, r)) {
            while (c-- > 0) cell_free(&cells[c], cell_form(g->binding->columns[c].type));
            return false;
        }
        if (!cells[c].null && form >= CELL_TEXT) g->text_bytes += cells[c].size;
    }
    g->n_rows++;
    return true;
}

static bool load(void *state, struct sluice_reader *r)
{
    struct group *g = state;
    uint32_t      n;
    clear(g);
    if (!sluice_read(r, &g->time, sizeof g->time) || !sluice_read(r, &n, sizeof n)) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!load_row(g, r)) return false;
    }
    return true;
}

static size_t bytes(const void *state)
{
    const struct group *g = state;
    return (size_t)g->cap_rows * (g->binding->n_columns * sizeof *g->cells + 2 * sizeof *g->order) +
           g->text_bytes;
}

static const struct sluice_table_fn functions[] = {
    {
        .name = NAME,
        .group = "Items of a window",
        .signature =
            NAME "(CURSOR(query), 'rankByColumn', 'rankOutColumn', 'sortOrder', 'outputOrder', "
                 "maxIdle, outputMax)",
        .bind = bind,
        .open = open_group,
        .push = push,
        .advance = advance,
        .save = save,
        .load = load,
        .bytes = bytes,
        .close = close_group,
        .doc =
            "Gathers the rows of one ROWTIME, as a GROUP BY puts them out, ranks them by a "
            "column and adds the "
            "rank as an INTEGER column of the name given. sortOrder 'asc' gives the smallest "
            "value rank "
            "1, 'desc' the largest; equal values share a rank and leave a gap, NULL ranks last. "
            "Rows come "
            "out by rising ('asc') or falling ('desc') rank, or as they came ('none'), equal ranks "
            "always as they came, at most outputMax of them (0: all). A group is whole when a "
            "later ROWTIME "
            "is certain; maxIdle is a number of milliseconds for which idle input may hold it "
            "back (0: "
            "no limit).",
    },
    { 0 },
};

const struct sluice_package rank_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "rank",
    .table_functions = functions,
};
