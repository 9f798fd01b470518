/* outlet.c: what reaches the sinks of a run, the results of top-level queries on standard output, and errors that
 * have no sink. */

#include "app/failed.h"
#include "app/last_errors.h"
#include "app/recover.h"
#include "app/rejects.h"
#include "app/serve.h"
#include "base/log.h"

/* Whom the sink waits for, nobody else has to wait for, to look. */
static struct status deliver(struct run_sink *s, struct batch *rows, void *prepared)
{
    gate_wait(&s->run->gate);
    struct status st = sink_deliver(s->sink, rows, prepared);
    gate_go_on(&s->run->gate);
    return st;
}

static struct status take_rows(void *arg, struct batch *rows)
{
    return deliver(arg, rows, NULL);
}

static void *prepare_rows(void *arg, struct batch *rows)
{
    struct run_sink *s = arg;
    return sink_prepare(s->sink, rows);
}

static struct status finish_rows(void *arg, struct batch *rows, void *prepared)
{
    return deliver(arg, rows, prepared);
}

static void drop_rows(void *arg, void *prepared)
{
    struct run_sink *s = arg;
    sink_drop(s->sink, prepared);
}

/* error_stream's rows: those that failed on the way to a folder. */
static struct status take_failed(void *arg, struct batch *errors)
{
    struct run_sink *s = arg;
    struct batch *rows = failed_rows_of(s->run->plan, s->way, errors);
    if (!rows) return OK;
    struct status st = deliver(s, rows, NULL);
    batch_release(rows);
    return st;
}

/* error_stream's bounds are those of its rows' times, which are others. */
static struct status take_no_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct run_sink *s = arg;
    gate_wait(&s->run->gate);
    struct status st = sink_advance(s->sink, bound.time);
    gate_go_on(&s->run->gate);
    return st;
}

/* The next of the run's sinks, where it stood before or anew. */
static struct status open_endpoint(struct run *r, const struct io_endpoint *endpoint,
                                   const struct schema *schema, struct run_sink **out)
{
    struct run_sink *s = &r->sinks[r->n_sinks];
    *s = (struct run_sink){ .run = r, .stream = endpoint->name, .arena = r->arena,
                            .endpoint = endpoint, .schema = schema };
    struct str position;
    bool found;
    TRY(recovery_sink(r->recovery, r->n_sinks, &position, &found));
    if (found) TRY(sink_resume(r->arena, endpoint, schema, position, &s->sink));
    else TRY(sink_open(r->arena, endpoint, schema, &s->sink));
    s->open = true;
    r->n_sinks++;
    *out = s;
    return OK;
}

static struct status open_sink(struct run *r, const struct plan_endpoint *e, struct str name,
                               uint32_t number, bool is_result, const struct schema *schema)
{
    struct run_sink *s;
    TRY(open_endpoint(r, feed_endpoint(r->arena, e, name), schema, &s));
    s->number = number;
    s->is_result = is_result;
    return OK;
}

/* A row that the function before a folder refused goes beside it, too. */
static void take_refused(void *arg, const struct batch *rows, uint32_t row, struct str bytes,
                         bool unanswered)
{
    struct run_sink *s = arg;
    struct batch *b = failed_row_refused(s->run->plan, s->endpoint, s->schema, rows, row, bytes,
                                         unanswered);
    run_fail(s->run, sink_deliver(s->failed->sink, b, NULL));
    batch_release(b);
}

/* What fails on the way to a folder goes beside it. */
static struct status open_failed(struct run *r, uint32_t sink, struct run_sink *beside)
{
    struct io_endpoint *e = failed_endpoint(r->arena, r->plan, sink);
    struct run_sink *s;
    if (!e) return OK;
    TRY(open_endpoint(r, e, &r->plan->error_schema, &s));
    struct failed_way *way = ARENA_NEW(r->arena, struct failed_way);
    *way = failed_way(r->arena, r->plan, r->plan->sinks[sink].stream);
    s->way = way;
    s->number = sink;
    beside->failed = s;
    sink_tell_refused(beside->sink, take_refused, beside);
    return OK;
}

/* ---- error_stream ---- */

/* Without a sink of error_stream the first rows are told; all are counted. */
void outlet_tell_error(void *arg, const struct error_told *e)
{
    struct run *r = arg;
    bool told = atomic_fetch_add(&r->faults, 1) < ERRORS_LOGGED && !r->error_sunk;
    serve_note_error(r->serve, e);
    if (told) error_told_log(e);
}

static struct status ignore_errors(void *arg, struct batch *rows)
{
    (void)arg;
    (void)rows;
    return OK;
}

static struct status errors_bound(void *arg, struct bound bound)
{
    struct run *r = arg;
    return rejects_advance(r->rejects, bound.time);
}

static const struct schema *stream_schema(const struct app_plan *plan, uint32_t stream)
{
    if (stream == PLAN_ERROR_STREAM) return &plan->error_schema;
    return &plan->streams[stream].schema;
}

/* Hidden columns stay inside. */
static const struct schema *visible_schema(struct run *r, uint32_t stream)
{
    const struct schema *s = stream_schema(r->plan, stream);
    if (stream == PLAN_ERROR_STREAM) return s;
    struct schema *out = arena_dup(r->arena, s, sizeof *s);
    out->n_columns = r->plan->streams[stream].n_visible;
    return out;
}

struct status outlets_open(struct run *r)
{
    const struct app_plan *plan = r->plan;
    r->sinks = arena_calloc(r->arena, (2 * plan->n_sinks + plan->n_pumps) * sizeof *r->sinks);
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *s = &plan->sinks[i];
        if (!s->endpoint.has_url) continue;
        r->error_sunk |= s->stream == PLAN_ERROR_STREAM;
        TRY(open_sink(r, &s->endpoint, s->name, i, false, visible_schema(r, s->stream)));
    }
    static const struct plan_endpoint to_stdout = { .has_url = true, .base_dir = "." };
    for (uint32_t p = 0, n = 0; p < plan->n_pumps; p++) {
        if (plan->pumps[p].target != PLAN_STDOUT) continue;
        struct plan_endpoint e = to_stdout;
        e.url = str_c("-");
        TRY(open_sink(r, &e, str_c("SELECT"), n++, true, &plan->pumps[p].root->out));
    }
    for (uint32_t i = 0, at = 0; i < plan->n_sinks; i++) {
        if (plan->sinks[i].endpoint.has_url) TRY(open_failed(r, i, &r->sinks[at++]));
    }
    outlets_attach(r, r->graph, plan);
    return OK;
}

/* The pump that is the n-th SELECT STREAM of its own. */
static uint32_t result_pump(const struct app_plan *plan, uint32_t n)
{
    uint32_t p = 0;
    while (plan->pumps[p].target != PLAN_STDOUT || n-- > 0) p++;
    return p;
}

void outlets_attach(struct run *r, struct graph *g, const struct app_plan *plan)
{
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        struct run_sink *s = &r->sinks[i];
        struct graph_sink failed = { .arg = s, .rows = take_failed, .bound = take_no_bound };
        struct graph_sink into = { .arg = s,
                                   .rows = take_rows,
                                   .bound = take_bound,
                                   .prepare = prepare_rows,
                                   .finish = finish_rows,
                                   .drop = drop_rows };
        if (s->way) graph_add_sink(g, PLAN_ERROR_STREAM, 0, &failed);
        else if (s->is_result) graph_add_sink(g, PLAN_STDOUT, result_pump(plan, s->number), &into);
        else graph_add_sink(g, plan->sinks[s->number].stream, 0, &into);
    }
    struct graph_sink errors = { .arg = r, .rows = ignore_errors, .bound = errors_bound };
    graph_add_sink(g, PLAN_ERROR_STREAM, 0, &errors);
}

void outlets_follow(struct run *r, struct arena *a)
{
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        struct run_sink *s = &r->sinks[i];
        if (!s->way) continue;
        struct failed_way *way = ARENA_NEW(a, struct failed_way);
        *way = failed_way(a, r->plan, r->plan->sinks[s->number].stream);
        s->way = way;
    }
}

static bool has_sink(const struct app_plan *plan, uint32_t stream)
{
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        if (plan->sinks[i].stream == stream) return true;
    }
    return false;
}

void outlets_warn(const struct run *r)
{
    if (r->plan->n_pumps == 0 && r->plan->n_sinks == 0 && !r->config->control)
        log_message(LOG_WARNING, "there is nothing to run: the SQL has no pump, no query, and no "
                                 "sink of a source");
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        const struct plan_stream *s = &r->plan->streams[i];
        if (s->is_source || s->is_read || has_sink(r->plan, i)) continue;
        log_event(LOG_WARNING, LOG_FIELDS(LOG_S("stream", s->name)),
                  "nothing reads stream \"%.*s\"; --sink '%.*s=-' would print it", STR_ARG(s->name),
                  STR_ARG(s->name));
    }
    rejects_warn(r->rejects);
}

static struct status flush_all(struct run *r)
{
    for (uint32_t i = 0; i < r->n_sinks; i++) TRY(sink_flush(r->sinks[i].sink));
    return rejects_flush(r->rejects);
}

struct status outlets_flush(struct run *r)
{
    gate_wait(&r->gate);
    struct status st = flush_all(r);
    gate_go_on(&r->gate);
    return st;
}

void outlets_close(struct run *r, struct run_summary *out)
{
    out->errors_kept = r->error_sunk;
    out->sinks = ARENA_ARRAY(r->arena, struct run_sink_summary, r->n_sinks + 1);
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        struct run_sink_summary sum = { .stream = r->sinks[i].stream,
                                        .rows = sink_rows(r->sinks[i].sink),
                                        .held_back = sink_held_back(r->sinks[i].sink),
                                        .failed = r->sinks[i].way != NULL };
        sum.rows -= sum.held_back;
        run_fail(r, sink_close(r->sinks[i].sink, r->arena, &sum.where));
        if (sum.failed && sum.rows == 0) continue;
        if (!sum.failed) out->total.rows_out += sum.rows;
        out->sinks[out->n_sinks++] = sum;
    }
}
