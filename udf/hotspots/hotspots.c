/*
 * hotspots.c: HOTSPOTS: each row of the cursor with the dense regions among the newest rows, as JSON text. Here is what
 * belongs to SQL: parameters, columns, the text, state; the geometry is in cluster.c.
 */

#include "udf/hotspots/hotspots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "udf/hotspots/cluster.h"
#include "udf/params.h"

#define NAME "HOTSPOTS"

enum { TEXT_MAX = 10000, COLUMNS_MAX = 1000 };

static const char nothing[] = "{\"hotspots\":[]}";

struct binding {
    struct cluster_params params;
    uint32_t             *columns; /* of the cursor: params.dimensions of them take part */
};

struct finder {
    const struct binding  *binding;
    struct cluster_window *window;
    double                *point;
    char                  *text; /* the last result: TEXT_MAX and room for one hotspot */
    size_t                 size;
};

/* ---- compiling ---- */

static bool takes_part(uint8_t kind)
{
    return params_is_integer(kind) || kind == SLUICE_REAL || kind == SLUICE_DOUBLE;
}

static bool read_radius(struct sluice_table_bind *b, double *out)
{
    const struct sluice_column *p = &b->params[1];
    *out = 0;
    if (!sluice_is_null(p, 0)) {
        if (p->type.kind == SLUICE_REAL || p->type.kind == SLUICE_DOUBLE) *out = p->f64[0];
        else if (params_is_integer(p->type.kind)) *out = (double)p->i64[0];
        else if (p->type.kind == SLUICE_DECIMAL) *out = (double)p->i64[0] / pow(10, p->type.scale);
    }
    if (*out > 0 && isfinite(*out)) return true;
    return params_refuse(b, 1,
                         sluice_table_text(b, "%s: scanRadius must be a number above 0", NAME));
}

static bool choose_columns(struct sluice_table_bind *b, struct binding *binding)
{
    binding->columns = sluice_table_alloc(b, (b->n_cursor + 1) * sizeof *binding->columns);
    for (uint32_t i = 0; i < b->n_cursor; i++) {
        if (b->cursor[i].type.kind == SLUICE_DECIMAL)
            return params_refuse(
                b, REFUSED_CURSOR,
                sluice_table_text(b, "%s: column \"%s\" is DECIMAL; cast it to DOUBLE", NAME,
                                  b->cursor[i].name));
        if (takes_part(b->cursor[i].type.kind)) binding->columns[binding->params.dimensions++] = i;
    }
    if (binding->params.dimensions >= 1 && binding->params.dimensions <= COLUMNS_MAX) return true;
    return params_refuse(
        b, REFUSED_CURSOR,
        sluice_table_text(b, "%s: the cursor has %u numeric columns; it can have 1 to %d", NAME,
                          binding->params.dimensions, COLUMNS_MAX));
}

static bool bind(struct sluice_table_bind *b)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    int64_t         window, minimum;
    *binding = (struct binding){ 0 };
    if (!params_count(b, NAME, 3) ||
        !params_integer(b, NAME, 0, "windowSize", 100, CLUSTER_WINDOW_MAX, &window) ||
        !read_radius(b, &binding->params.radius) ||
        !params_integer(b, NAME, 2, "minimumNumberOfPointsInAHotspot", 2, window, &minimum) ||
        !choose_columns(b, binding))
        return false;
    binding->params.window = (uint32_t)window;
    binding->params.minimum = (uint32_t)minimum;
    b->fields = sluice_table_alloc(b, sizeof *b->fields);
    *b->fields =
        (struct sluice_field){ "HOTSPOTS_RESULT", { .kind = SLUICE_VARCHAR, .length = TEXT_MAX } };
    b->n_fields = 1;
    b->pass_through = true;
    b->bound = binding;
    return true;
}

/* ---- the text ---- */

static char *write_text(char *out, const char *text)
{
    size_t n = strlen(text);
    memcpy(out, text, n);
    return out + n;
}

static char *write_numbers(char *out, const char *name, const double *values, uint32_t n)
{
    out = write_text(out, name);
    for (uint32_t i = 0; i < n; i++) {
        if (i) *out++ = ',';
        out += sluice_number_text(values[i], out);
    }
    *out++ = ']';
    return out;
}

static char *write_hotspot(char *out, const struct cluster *c, uint32_t dimensions)
{
    out = write_text(out, "{\"density\":");
    out += sluice_number_text(c->density, out);
    out = write_numbers(out, ",\"maxValues\":[", c->max, dimensions);
    out = write_numbers(out, ",\"minValues\":[", c->min, dimensions);
    *out++ = '}';
    return out;
}

/* Hotspots that do not fit are left out from the end of the list. */
static void write_result(struct finder *f)
{
    const struct cluster *clusters;
    uint32_t              n = cluster_window_find(f->window, &clusters);
    char                 *out = write_text(f->text, "{\"hotspots\":[");
    for (uint32_t i = 0; i < n; i++) {
        char *at = out;
        if (i) *at++ = ',';
        at = write_hotspot(at, &clusters[i], f->binding->params.dimensions);
        if (at - f->text + 2 > TEXT_MAX) break;
        out = at;
    }
    out = write_text(out, "]}");
    f->size = (size_t)(out - f->text);
}

/* ---- running ---- */

static void close_finder(void *state)
{
    struct finder *f = state;
    if (!f) return;
    cluster_window_free(f->window);
    free(f->point);
    free(f->text);
    free(f);
}

static void *open_finder(const void *bound)
{
    const struct binding *binding = bound;
    struct finder        *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->binding = binding;
    f->window = cluster_window_new(&binding->params);
    f->point = calloc(binding->params.dimensions, sizeof *f->point);
    f->text = malloc(TEXT_MAX + 100 + (size_t)binding->params.dimensions * 2 *
                                                  (SLUICE_NUMBER_MAX + 1));
    if (!f->window || !f->point || !f->text) {
        close_finder(f);
        return NULL;
    }
    f->size = (size_t)(write_text(f->text, nothing) - f->text);
    return f;
}

/* False: a value is NULL. */
static bool read_point(const struct finder *f, const struct sluice_column *columns, uint32_t row)
{
    for (uint32_t d = 0; d < f->binding->params.dimensions; d++) {
        const struct sluice_column *c = &columns[f->binding->columns[d]];
        if (sluice_is_null(c, row)) return false;
        uint32_t at = sluice_at(c, row);
        f->point[d] = params_is_integer(c->type.kind) ? (double)c->i64[at] : c->f64[at];
    }
    return true;
}

static void push(void *state, struct sluice_table_push *p)
{
    struct finder    *f = state;
    struct sluice_str last = { .len = 0 };
    for (uint32_t i = 0; i < p->n_rows; i++) {
        uint32_t row = p->rows[i];
        if (!read_point(f, p->columns, row)) {
            sluice_table_set_null(p, 0, row);
            p->out->str[row] = (struct sluice_str){ .len = 0 };
            continue;
        }
        bool changed = cluster_window_add(f->window, f->point);
        if (changed) write_result(f);
        if (changed || last.len == 0) {
            char *text = sluice_table_row_alloc(p, f->size);
            memcpy(text, f->text, f->size);
            last = sluice_str_view(text, f->size);
        }
        p->out->str[row] = last;
    }
}

/* The result follows from the points. */
static void save(const void *state, struct sluice_writer *w)
{
    const struct finder *f = state;
    uint32_t             n = cluster_window_points(f->window);
    sluice_write(w, &n, sizeof n);
    for (uint32_t i = 0; i < n; i++) {
        cluster_window_point(f->window, i, f->point);
        sluice_write(w, f->point, f->binding->params.dimensions * sizeof *f->point);
    }
}

static bool load(void *state, struct sluice_reader *r)
{
    struct finder *f = state;
    uint32_t       n;
    if (!sluice_read(r, &n, sizeof n) || n > f->binding->params.window) return false;
    cluster_window_free(f->window);
    f->window = cluster_window_new(&f->binding->params);
    if (!f->window) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!sluice_read(r, f->point, f->binding->params.dimensions * sizeof *f->point))
            return false;
        cluster_window_add(f->window, f->point);
    }
    write_result(f);
    return true;
}

static size_t bytes(const void *state)
{
    return cluster_window_bytes(((const struct finder *)state)->window);
}

static const struct sluice_table_fn functions[] = {
    {
        .name = NAME,
        .group = "Anomalies",
        .signature =
            NAME "(CURSOR(query), windowSize, scanRadius, minimumNumberOfPointsInAHotspot)",
        .bind = bind,
        .open = open_finder,
        .push = push,
        .save = save,
        .load = load,
        .bytes = bytes,
        .close = close_finder,
        .doc =
            "Gives each row of the cursor HOTSPOTS_RESULT, a VARCHAR(10000): the dense regions "
            "among the last "
            "windowSize (100 to 1000) rows, as JSON: "
            "{\"hotspots\":[{\"density\":d,\"maxValues\":[...],"
            "\"minValues\":[...]}, ...]}, the densest first. All columns of numbers but DECIMAL "
            "take part, in "
            "their order. A hotspot is a cluster by DBSCAN: a point with at least "
            "minimumNumberOfPointsInAHotspot (2 to windowSize) points within scanRadius, itself "
            "included, and all that hangs together with it; its density is its number of points "
            "divided by the volume of its box, where an extent of 0 counts as scanRadius. A row "
            "with a NULL in such a "
            "column gets NULL and does not count.",
    },
    { 0 },
};

const struct sluice_package hotspots_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "hotspots",
    .table_functions = functions,
};
