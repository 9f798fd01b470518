/* failed.c: which error rows belong beside which folder. */

#include "app/failed.h"

#include "app/feed.h"
#include "data/builder.h"
#include "data/text.h"
#include "io/url.h"

/* ---- the way to a stream ---- */

static void walk_node(const struct app_plan *plan, const struct plan_node *node,
                      struct failed_way *way);

static void walk_stream(const struct app_plan *plan, uint32_t stream, struct failed_way *way)
{
    if (plan->streams[stream].is_source) way->sources[plan->streams[stream].source] = true;
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        if (plan->pumps[i].target != stream || way->pumps[i]) continue;
        way->pumps[i] = true;
        walk_node(plan, plan->pumps[i].root, way);
    }
}

static void walk_node(const struct app_plan *plan, const struct plan_node *node,
                      struct failed_way *way)
{
    if (node->kind == PLAN_STREAM) walk_stream(plan, node->stream, way);
    for (uint32_t i = 0; i < node->n_inputs; i++) walk_node(plan, node->inputs[i], way);
}

struct failed_way failed_way(struct arena *a, const struct app_plan *plan, uint32_t stream)
{
    struct failed_way way = { .pumps = arena_calloc(a, plan->n_pumps + 1),
                              .sources = arena_calloc(a, plan->n_sources + 1) };
    walk_stream(plan, stream, &way);
    return way;
}

/* ---- which folders ---- */

static bool same_folder(struct arena *a, const struct io_endpoint *x, const struct io_endpoint *y)
{
    struct url u, w;
    return url_parse(a, x, &u).err == ERR_NONE && url_parse(a, y, &w).err == ERR_NONE &&
           u.kind == w.kind && strcmp(u.path, w.path) == 0;
}

struct io_endpoint *failed_endpoint(struct arena *a, const struct app_plan *plan, uint32_t sink)
{
    const struct plan_sink *s = &plan->sinks[sink];
    if (s->stream == PLAN_ERROR_STREAM) return NULL;
    struct io_endpoint *e = sink_failed_endpoint(a, feed_endpoint(a, &s->endpoint, s->name));
    for (uint32_t i = 0; e && i < plan->n_sinks; i++) {
        /* an own sink for what failed, in the same folder, is enough */
        const struct plan_sink *other = &plan->sinks[i];
        if (other->stream != PLAN_ERROR_STREAM || !other->endpoint.has_url) continue;
        const struct io_endpoint *own = feed_endpoint(a, &other->endpoint, other->name);
        struct str format = option_text(own, "format", "");
        if (str_equal_nocase_c(format, "processing-failed") && same_folder(a, e, own)) e = NULL;
    }
    return e;
}

/* ---- rows ---- */

/* The pump that a row failed in is the last word of its path; a row without one was refused by a source, whose number
 * is part of the row's. */
static bool is_on_way(const struct app_plan *plan, const struct failed_way *way,
                      const struct batch *b, uint32_t row)
{
    uint32_t number = 0;
    for (uint32_t k = b->path_len; k > 0 && number == 0; k--) {
        const struct path_word *w = &b->path[k - 1];
        number = (uint32_t)((w->words ? w->words[row] : w->all) >> 32);
    }
    for (uint32_t i = 0; i < plan->n_pumps && number; i++) {
        if (plan->pumps[i].number == number) return way->pumps[i];
    }
    uint64_t source = b->cause_seqs[row] >> FEED_SOURCE_SHIFT;
    return number == 0 && source < plan->n_sources && way->sources[source];
}

/* When the row came that failed. Before the first row of a source time stands at its beginning, which is no time to
 * write down: 1970. Behind its end the row itself tells. */
static rowtime time_of(const struct batch *errors, uint32_t row)
{
    rowtime cause = errors->cause_times[row];
    if (cause == ROWTIME_MIN) return 0;
    if (cause != ROWTIME_END) return cause;
    const struct vector *v = &errors->columns[ERROR_DATA_ROWTIME];
    return vector_is_null(v, row) ? errors->rowtimes[row] : v->i64[vector_at(v, row)];
}

static void set_times(struct batch *b, const struct batch *errors)
{
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, b->n_rows + 1);
    for (uint32_t i = 0; i < batch_live(b); i++) {
        uint32_t row = batch_row(b, i);
        times[row] = time_of(errors, row);
    }
    b->rowtimes = times;
    b->columns[ERROR_TIME] = (struct vector){ .type = errors->columns[ERROR_TIME].type,
                                              .data = times };
}

struct batch *failed_rows_of(const struct app_plan *plan, const struct failed_way *way,
                             struct batch *errors)
{
    uint32_t *sel = mem_alloc((batch_live(errors) + 1u) * sizeof *sel), n = 0;
    for (uint32_t i = 0; i < batch_live(errors); i++) {
        uint32_t row = batch_row(errors, i);
        if (is_on_way(plan, way, errors, row)) sel[n++] = row;
    }
    struct batch *out = n ? batch_narrow(errors, sel, n) : NULL;
    if (out) set_times(out, errors);
    mem_free(sel);
    return out;
}

/* ---- what a function refused ---- */

static void put(struct builder *b, enum error_column column, struct type type, struct value v)
{
    v.type = type;
    builder_value(b, column, &v);
}

static void put_text(struct builder *b, enum error_column column, struct str text)
{
    put(b, column, type_varchar(0), (struct value){ .str = text });
}

static void put_hex(struct builder *b, struct str bytes)
{
    struct buf hex = { 0 };
    for (uint32_t i = 0; i < bytes.len; i++)
        buf_printf(&hex, "%02X", (unsigned char)str_data(&bytes)[i]);
    put_text(b, ERROR_DATA_ROW, str_view(hex.data, hex.len));
    buf_free(&hex);
}

/* The row as JSON, without PERSONAL columns. */
static void shown_row(const struct schema *s, const struct batch *rows, uint32_t row,
                      struct buf *out)
{
    bool any = false;
    buf_append_char(out, '{');
    for (uint32_t c = 0; c < s->n_columns; c++) {
        if (s->columns[c].personal) continue;
        if (any) buf_append_char(out, ',');
        any = true;
        text_json_string(out, str_data(&s->columns[c].name), s->columns[c].name.len);
        buf_append_char(out, ':');
        text_json_value(out, &rows->columns[c], row);
    }
    buf_append_char(out, '}');
}

static struct str without_line_end(struct str s)
{
    const char *p = str_data(&s);
    uint32_t n = s.len;
    while (n && (p[n - 1] == '\n' || p[n - 1] == '\r')) n--;
    return str_view(p, n);
}

struct batch *failed_row_refused(const struct app_plan *plan, const struct io_endpoint *sink,
                                 const struct schema *schema, const struct batch *rows,
                                 uint32_t row, struct str bytes, bool unanswered)
{
    struct type types[ERROR_COLUMNS];
    for (uint32_t c = 0; c < ERROR_COLUMNS; c++) types[c] = plan->error_schema.columns[c].type;
    struct builder *b = builder_new(types, ERROR_COLUMNS);
    struct buf shown = { 0 };
    rowtime time = rows->rowtimes[row];
    builder_row(b, time, rows->cause_times[row], rows->cause_seqs[row], NULL, 0);
    put(b, ERROR_TIME, types[ERROR_TIME], (struct value){ .i64 = time });
    put(b, ERROR_DATA_ROWTIME, types[ERROR_DATA_ROWTIME], (struct value){ .i64 = time });
    put_text(b, ERROR_LEVEL, str_c("ERROR"));
    put_text(b, ERROR_NAME, str_c(unanswered ? "Lambda.FunctionError"
                                             : "Lambda.ProcessingFailedStatus"));
    put_text(b, ERROR_MESSAGE,
             str_c(unanswered ? "the function failed each time" : "the function refused the row"));
    put_text(b, ERROR_PUMP_NAME, option_text(sink, "processor", ""));
    if (schema_has_personal(schema)) {
        shown_row(schema, rows, row, &shown);
        bytes = str_view(shown.data, shown.len);
    }
    put_hex(b, without_line_end(bytes));
    struct batch *out = builder_take(b);
    builder_free(b);
    buf_free(&shown);
    return out;
}
