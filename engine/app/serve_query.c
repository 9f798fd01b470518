/*
 * serve_query.c: a query over the streams of a run, beside it.
 *
 * The application is compiled with the query, and of that plan a graph is made which has the query's operators alone:
 * the streams that it reads are fed by taps, as if they were sources. So a query means what it would mean as a pump,
 * and nothing of it runs in the pipeline. Rows get new numbers on their way in, because what was left out makes gaps.
 *
 * Columns that hold PERSONAL values are NULL in what is sent, unless the run says otherwise.
 */

#include "app/serve_impl.h"
#include "io/encode.h"

enum {
    STEP_ROWS = 256,      /* of one step, which nothing ends early */
    ANSWER_ROWS = 100000, /* of a query over tables alone */
    STATE_BYTES = 64 << 20, /* that its windows and joins may keep */
    TEXT_BYTES = 4 << 20,   /* of rows that one step makes, about ... */
    ANSWER_BYTES = 64 << 20 /* ... and of an answer */
};

/* A stream that the query reads. */
struct live_input {
    struct tap   *tap;
    uint32_t      stream;
    uint64_t      seq;
    struct bound  bound; /* that the graph has been told */
    struct batch *held;  /* rows on their way in; NULL: none */
    uint32_t      at;    /* the next one, among the live rows */
};

struct live_query {
    struct serve         *serve;
    struct arena         *arena; /* the application's */
    struct app           *app;
    struct app_plan       plan; /* of the query alone */
    const struct plan_pump *pump;
    struct graph         *graph;
    struct reftable     **tables;
    struct keyed        **keyed;
    struct live_input    *inputs;
    uint32_t              n_inputs, next;
    struct schema         columns;
    struct encoder       *encoder;
    bool                  cuts; /* some column is PERSONAL */
    int64_t               limit, given; /* rows; limit -1: none */
    struct buf            text;         /* rows that were made and not sent */
    uint32_t              n_rows;
    uint64_t              left_out, faults;
    struct status         failure;
    bool                  ended;
};

/* ---- results ---- */

static bool has_all(const struct live_query *q)
{
    return q->limit >= 0 && q->given >= q->limit;
}

/* The same rows with NULL where a value may not be seen. */
static struct batch *cut_personal(const struct live_query *q, struct batch *rows)
{
    struct batch *out = batch_derive(rows, rows->n_columns);
    for (uint32_t c = 0; c < rows->n_columns; c++) {
        out->columns[c] = rows->columns[c];
        if (q->columns.columns[c].personal)
            vector_new_null(out->arena, q->columns.columns[c].type, &out->columns[c]);
    }
    return out;
}

static struct status take_rows(void *arg, struct batch *rows)
{
    struct live_query *q = arg;
    uint32_t n = batch_live(rows), most = n;
    if (q->text.len > (q->n_inputs ? TEXT_BYTES : ANSWER_BYTES)) {
        q->left_out += n;
        return OK;
    }
    int64_t end = q->limit >= 0 ? q->limit : INT64_MAX;
    if (q->n_inputs == 0 && end > ANSWER_ROWS) end = ANSWER_ROWS;
    if (end - q->given < most) most = (uint32_t)(end - q->given);
    struct batch *shown = q->cuts ? cut_personal(q, rows) : batch_retain(rows);
    if (most > 0) encoder_rows(q->encoder, shown, 0, most, &q->text, NULL);
    batch_release(shown);
    q->n_rows += most;
    q->given += most;
    if (q->n_inputs == 0 && !has_all(q)) q->left_out += n - most;
    return OK;
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct live_query *q = arg;
    if (bound.time == ROWTIME_END) q->ended = true;
    return OK;
}

static enum err err_of(struct str name)
{
    int err = ERR_COUNT - 1;
    while (err > ERR_NONE + 1 && !str_equal_c(name, err_name((enum err)err))) err--;
    return (enum err)err;
}

/* A result that is complete has no failed row. */
static struct status take_errors(void *arg, struct batch *rows)
{
    struct live_query *q = arg;
    q->faults += batch_live(rows);
    if (q->n_inputs > 0 || q->failure.err != ERR_NONE) return OK;
    uint32_t row = batch_row(rows, 0);
    struct value message = vector_value(&rows->columns[ERROR_MESSAGE], row);
    struct value name = vector_value(&rows->columns[ERROR_NAME], row);
    q->failure =
        status_new(q->arena, err_of(name.str), SPAN_NONE, "%.*s", STR_ARG(message.str));
    return OK;
}

static struct status ignore_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

/* ---- starting ---- */

/* The plan without all other pumps and with the streams that are read as sources. */
static void narrow_plan(struct live_query *q, const struct app_plan *whole)
{
    struct app_plan *p = &q->plan;
    *p = *whole;
    p->pumps = arena_dup(q->arena, q->pump, sizeof *q->pump);
    p->n_pumps = 1;
    p->n_sinks = p->n_sources = 0;
    p->streams = arena_dup(q->arena, whole->streams, (whole->n_streams + 1) * sizeof *p->streams);
    p->sources = arena_calloc(q->arena, (whole->n_streams + 1) * sizeof *p->sources);
    bool *reads = arena_calloc(q->arena, whole->n_streams + 1);
    world_mark_reads(q->pump->root, reads);
    q->inputs = arena_calloc(q->arena, (whole->n_streams + 1) * sizeof *q->inputs);
    for (uint32_t i = 0; i < whole->n_streams; i++) {
        p->streams[i].is_source = reads[i];
        if (!reads[i]) continue;
        struct plan_source *source = &p->sources[p->n_sources];
        source->name = whole->streams[i].name;
        source->schema = whole->streams[i].schema;
        source->streams = ARENA_ARRAY(q->arena, uint32_t, 1);
        source->streams[0] = i;
        source->n_streams = 1;
        p->streams[i].source = p->n_sources++;
        q->inputs[q->n_inputs++] =
            (struct live_input){ .stream = i, .seq = 1, .bound = BOUND_NONE };
    }
}

/* Whether every column that one wants is there in the other. */
static bool has_columns(const bool *has, const bool *wants, uint32_t n)
{
    for (uint32_t c = 0; c < n; c++) {
        if (wants[c] && !has[c]) return false;
    }
    return true;
}

/* A table of the run with the columns that the query wants; the caller's reference, or NULL. While looking. */
static struct reftable *run_table(const struct run *r, const struct plan_table *wanted)
{
    for (uint32_t i = 0; i < r->plan->n_tables; i++) {
        const struct plan_table *t = &r->plan->tables[i];
        if (t->constant || wanted->constant || !str_equal(&t->name, &wanted->name)) continue;
        if (t->schema.n_columns != wanted->schema.n_columns) continue;
        if (has_columns(t->needed, wanted->needed, t->schema.n_columns))
            return reftable_retain(r->tables[i]);
    }
    return NULL;
}

static struct status open_tables(struct live_query *q)
{
    struct run *r = q->serve->run;
    uint32_t n = q->plan.n_tables;
    q->tables = arena_calloc(q->arena, (n + 1) * sizeof *q->tables);
    gate_look(&r->gate);
    for (uint32_t i = 0; i < n; i++) q->tables[i] = run_table(r, &q->plan.tables[i]);
    gate_look_away(&r->gate);
    const struct feed_waiting waiting = { .stop = &q->serve->ending };
    TRY(feed_keyed_open(q->arena, &q->plan, &waiting, &q->keyed));
    for (uint32_t i = 0; i < n; i++) {
        if (q->tables[i]) continue;
        TRY(feed_fill_table(q->arena, &q->plan, q->tables, q->keyed, i, run_now(r), NULL,
                            &q->tables[i]));
    }
    return OK;
}

static rowtime query_now(void *arg)
{
    return run_now(arg);
}

static struct status open_graph(struct live_query *q)
{
    struct run *r = q->serve->run;
    uint32_t n = q->plan.n_sources;
    int64_t *lateness = arena_calloc(q->arena, (n + 1) * sizeof *lateness);
    int32_t *column = ARENA_ARRAY(q->arena, int32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) column[i] = -1;
    struct graph_config config = { .plan = &q->plan,
                                   .tables = q->tables,
                                   .keyed = q->keyed,
                                   .started = run_now(r),
                                   .now = query_now,
                                   .now_arg = r,
                                   .memory_limit = STATE_BYTES,
                                   .lateness_ms = lateness,
                                   .rowtime_column = column };
    TRY(graph_new(q->arena, &config, &q->graph));
    struct graph_sink results = { .arg = q, .rows = take_rows, .bound = take_bound };
    struct graph_sink errors = { .arg = q, .rows = take_errors, .bound = ignore_bound };
    graph_add_sink(q->graph, PLAN_STDOUT, 0, &results);
    graph_add_sink(q->graph, PLAN_ERROR_STREAM, 0, &errors);
    return graph_start(q->graph);
}

/* Rows are encoded by the positions of their columns: names may be there twice. */
static struct status open_encoder(struct live_query *q)
{
    struct schema *wire = arena_dup(q->arena, &q->columns, sizeof q->columns);
    wire->columns =
        arena_dup(q->arena, q->columns.columns, (q->columns.n_columns + 1) * sizeof *wire->columns);
    for (uint32_t c = 0; c < wire->n_columns; c++)
        wire->columns[c].name = str_format(q->arena, "%u", c);
    const struct encode_config config = { .schema = wire };
    return encoder_new(q->arena, "json", &config, &q->encoder);
}

static void open_taps(struct live_query *q)
{
    struct run *r = q->serve->run;
    for (uint32_t i = 0; i < q->n_inputs; i++) {
        struct live_input *in = &q->inputs[i];
        const struct plan_stream *mine = &q->plan.streams[in->stream];
        const struct plan_stream *theirs = &r->plan->streams[in->stream];
        bool whole = theirs->is_source &&
                     !has_columns(theirs->needed, mine->needed, mine->schema.n_columns);
        in->tap = tap_open(r->taps, in->stream, whole);
    }
}

/* PERSONAL columns of the result are cut, unless the run shows them: then nothing is left to say about them. */
static void mark_cuts(struct live_query *q)
{
    q->columns = q->pump->root->out;
    q->columns.columns =
        arena_dup(q->arena, q->columns.columns, (q->columns.n_columns + 1) * sizeof(struct column));
    for (uint32_t c = 0; c < q->columns.n_columns; c++) {
        if (q->serve->run->config->control_personal) q->columns.columns[c].personal = false;
        q->cuts |= q->columns.columns[c].personal;
    }
}

static struct status start(struct live_query *q)
{
    const struct app_plan *whole = app_compile(q->app);
    q->pump = world_query_pump(whole);
    if (!q->pump) return status_new(q->arena, ERR_INTERNAL, SPAN_NONE, "the query has no result");
    mark_cuts(q);
    narrow_plan(q, whole);
    TRY(open_encoder(q));
    TRY(open_tables(q));
    TRY(open_graph(q));
    open_taps(q);
    return OK;
}

/* One query and nothing else: definitions would be made in the run's name. */
static struct status check_text(struct serve *s, const struct session_text *text)
{
    size_t size, rest;
    bool complete;
    bool query = session_cut(text->data, text->size, &size, &complete) == SESSION_QUERY;
    if (query && session_cut(text->data + size, text->size - size, &rest, &complete) ==
                     SESSION_NOTHING)
        return OK;
    return status_new(s->view->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE, "ask takes one query");
}

struct status live_ask(struct serve *s, const struct session_text *text, struct live_query **out,
                       struct buf *messages)
{
    struct status st = check_text(s, text);
    int64_t limit;
    if (st.err != ERR_NONE) {
        status_print(messages, &st);
        return st;
    }
    const struct definitions *all = &s->view->definitions;
    struct app *app = session_compile(s->view, all, all->count, text, &limit, messages, &st);
    if (!app) return st;
    struct arena *a = app_arena(app);
    struct live_query *q = ARENA_NEW(a, struct live_query);
    *q = (struct live_query){ .serve = s, .arena = a, .app = app, .limit = limit };
    st = start(q);
    if (st.err == ERR_NONE) {
        *out = q;
        return OK;
    }
    status_print(messages, &st);
    live_free(q);
    st.message = st.hint = NULL;
    st.at = SPAN_NONE;
    return st;
}

void live_free(struct live_query *q)
{
    if (!q) return;
    for (uint32_t i = 0; i < q->n_inputs; i++) {
        if (q->inputs[i].tap) tap_close(q->inputs[i].tap);
        if (q->inputs[i].held) batch_release(q->inputs[i].held);
    }
    graph_free(q->graph);
    for (uint32_t i = 0; q->tables && i < q->plan.n_tables; i++) {
        if (q->tables[i]) reftable_release(q->tables[i]);
    }
    feed_keyed_close(q->keyed, &q->plan);
    buf_free(&q->text);
    app_free(q->app);
}

/* ---- running ---- */

/* The rows as those of a source, numbered anew; the caller's reference. */
static struct batch *renumber(struct live_input *in, struct batch *rows)
{
    struct batch *out = batch_derive(rows, rows->n_columns);
    memcpy(out->columns, rows->columns, rows->n_columns * sizeof *rows->columns);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, rows->n_rows);
    for (uint32_t i = 0; i < rows->n_rows; i++) seqs[i] = in->seq++;
    out->cause_seqs = seqs;
    out->cause_times = out->rowtimes;
    out->path = NULL;
    out->path_len = 0;
    out->origin = (struct batch_origin){ 0 };
    return out;
}

static struct status push(struct live_query *q, struct live_input *in, struct batch *rows)
{
    struct batch *mine = renumber(in, rows);
    const struct source_rows source = { .batch = mine };
    struct status st = graph_push(q->graph, in->stream, &source);
    batch_release(mine);
    return st;
}

/* A few rows; the caller's reference. NULL: none wait, and *bound is the stream's. */
static struct batch *next_rows(struct live_input *in, struct bound *bound)
{
    uint32_t sel[STEP_ROWS], n = 0;
    if (!in->held) {
        in->held = tap_take(in->tap, bound);
        in->at = 0;
    }
    if (!in->held) return NULL;
    uint32_t live = batch_live(in->held);
    while (n < STEP_ROWS && in->at < live) sel[n++] = batch_row(in->held, in->at++);
    struct batch *out = batch_narrow(in->held, sel, n);
    if (in->at == live) {
        batch_release(in->held);
        in->held = NULL;
    }
    return out;
}

/* The next rows of one stream, or its time where none wait. */
static bool step_input(struct live_query *q, struct live_input *in)
{
    struct bound bound;
    struct batch *rows = next_rows(in, &bound);
    if (rows) {
        q->failure = push(q, in, rows);
        batch_release(rows);
        return true;
    }
    if (bound.time != ROWTIME_END) bound.seq = 0;
    if (bound_compare(bound, in->bound) <= 0) return false;
    in->bound = bound;
    q->failure = graph_advance(q->graph, in->stream, bound);
    return false;
}

static void send_rows(struct live_query *q, struct buf *out)
{
    if (q->n_rows == 0) return;
    control_put_number(out, "rows", q->n_rows);
    buf_append_c(out, "}\n");
    buf_append(out, q->text.data, q->text.len);
    buf_clear(&q->text);
    q->n_rows = 0;
}

bool live_step(struct live_query *q, struct buf *out, uint32_t *rows)
{
    bool busy = false;
    int64_t before = q->given;
    for (uint32_t i = 0; i < q->n_inputs && !live_has_ended(q); i++) {
        struct live_input *in = &q->inputs[(q->next + i) % q->n_inputs];
        busy |= step_input(q, in);
    }
    q->next++;
    *rows = (uint32_t)(q->given - before);
    send_rows(q, out);
    return busy;
}

bool live_has_ended(const struct live_query *q)
{
    return q->n_inputs == 0 || q->ended || has_all(q) || q->failure.err != ERR_NONE;
}

uint64_t live_left_out(struct live_query *q)
{
    uint64_t n = q->left_out;
    for (uint32_t i = 0; i < q->n_inputs; i++) n += tap_left_out(q->inputs[i].tap);
    return n;
}

/* ---- messages ---- */

void live_put_columns(const struct live_query *q, struct buf *out)
{
    control_put_true(out, "standing", q->n_inputs > 0);
    control_member(out, "columns");
    buf_append_char(out, '[');
    for (uint32_t c = 0; c < q->columns.n_columns; c++) {
        if (c > 0) buf_append_char(out, ',');
        control_put_column(out, &q->columns.columns[c]);
        buf_append_char(out, '}');
    }
    buf_append_char(out, ']');
}

void live_put_end(const struct live_query *q, struct buf *out)
{
    control_put_true(out, "end", true);
    control_put_number(out, "faults", q->faults);
    if (q->failure.err == ERR_NONE) return;
    control_put_text(out, "code", str_c(err_name(q->failure.err)));
    control_put_text(out, "message", str_c(q->failure.message ? q->failure.message : ""));
}
