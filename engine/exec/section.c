/*
 * section.c: the stateless operators behind a source, copied for a worker thread.
 *
 * A section is the part of the graph that a source's rows reach through stateless operators. Each edge that leaves it,
 * to an operator with state or to a sink, ends in an exit, which records what comes: batches and bounds, in the order
 * in which the owner will push them into the rest of the graph. Of a sink the first half of the work is done here, too.
 *
 *     worker    source' -> stream' -> filter' -> enter' -> exit     records      owner    replays into group, sink
 *
 * Nothing is shared with the graph but the plan, reference tables, and the batches that are handed over.
 */

#include <assert.h>

#include "exec/graph_impl.h"
#include "time/bound.h"

enum event_kind { EVENT_ROWS, EVENT_BOUND };

struct event {
    enum event_kind kind;
    struct op      *to; /* of the graph */
    uint32_t        input;
    struct batch   *rows;
    struct bound    bound;
    void           *prepared; /* sinks with a first half */
};

/* What a copy did, for its twin in the graph. */
struct twin {
    struct op        *copy, *twin;
    struct op_metrics metrics; /* at the end of the last run */
};

struct section {
    struct graph     *graph;
    struct arena     *arena;
    struct error_log *errors;
    uint32_t          stream;
    struct op        *source; /* NULL: nothing can be done ahead */
    ARRAY(struct twin) twins;
    struct section_result *result; /* of the run under way */
};

struct twin_delta {
    struct op        *twin;
    struct op_metrics metrics;
    struct bound      bound;
};

struct section_result {
    struct arena       *arena;
    uint32_t            stream;
    ARRAY(struct event) events;
    struct twin_delta  *deltas;
    size_t              n_deltas;
    struct error_log   *errors; /* NULL: none */
    rowtime             latest;
    struct source_rows  rows; /* of a section that does nothing ahead */
};

/* ---- exits ---- */

struct exit_op {
    struct op       op;
    struct section *section;
    struct op      *to;
    uint32_t        input;
};

static struct event *record(struct exit_op *e, enum event_kind kind)
{
    struct section_result *r = e->section->result;
    struct event *event = array_push(r->arena, &r->events);
    event->kind = kind;
    event->to = e->to;
    event->input = e->input;
    return event;
}

static struct status exit_push(struct op *op, uint32_t input, struct batch *in)
{
    (void)input;
    struct exit_op *e = (struct exit_op *)op;
    struct event *event = record(e, EVENT_ROWS);
    event->rows = batch_retain(in);
    if (e->to->class == &op_sink_class) {
        const struct graph_sink *sink = sink_of(e->to);
        if (sink->prepare) event->prepared = sink->prepare(sink->arg, in);
    }
    return OK;
}

static struct status exit_advance(struct op *op, uint32_t input, struct bound bound)
{
    (void)input;
    record((struct exit_op *)op, EVENT_BOUND)->bound = bound;
    return OK;
}

static const struct op_class exit_class = {
    .name = "Exit",
    .size = sizeof(struct exit_op),
    .stateless = true,
    .open = op_open_nothing,
    .push = exit_push,
    .advance = exit_advance,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};

/* ---- copies ---- */

static struct op *copy_op(struct section *s, struct op *twin);

static void copy_edges(struct section *s, struct op *copy, const struct op *twin)
{
    for (uint32_t i = 0; i < twin->n_outputs; i++) {
        struct op *to = twin->outputs[i].op;
        struct op *next;
        if (to->class->stateless) {
            next = copy_op(s, to);
        } else {
            next = op_new(s->graph, s->arena, &exit_class, to->name, NULL, to->pump, 1);
            struct exit_op *e = (struct exit_op *)next;
            e->section = s;
            e->to = to;
            e->input = twin->outputs[i].input;
            *array_push(s->arena, &s->twins) = (struct twin){ .copy = next };
        }
        op_connect(s->arena, copy, next, 0);
    }
}

static struct op *copy_op(struct section *s, struct op *twin)
{
    assert(twin->class->stateless && twin->n_inputs == 1);
    struct op *copy =
        op_new(s->graph, s->arena, twin->class, twin->name, twin->node, twin->pump, 1);
    if (twin->class == &op_source_class) source_setup_like(copy, twin);
    if (twin->class == &op_enter_class) enter_setup_like(copy, twin);
    copy->errors = s->errors;
    copy->loose = twin->loose;
    *array_push(s->arena, &s->twins) = (struct twin){ .copy = copy, .twin = twin };
    copy_edges(s, copy, twin);
    return copy;
}

struct section *graph_section_new(struct graph *g, uint32_t stream)
{
    assert(stream < g->plan->n_streams && g->sources[stream]);
    struct arena *a = arena_new();
    struct section *s = ARENA_NEW(a, struct section);
    s->graph = g;
    s->arena = a;
    s->stream = stream;
    const struct error_config config = { .plan = g->plan };
    s->errors = errors_new(&config);
    if (errors_are_rendered(g->errors)) errors_render(s->errors);
    if (!g->sources[stream]->class->stateless) return s;
    s->source = copy_op(s, g->sources[stream]);
    for (size_t i = 0; i < s->twins.count; i++) {
        struct op *copy = s->twins.items[i].copy;
        struct status st = copy->class->open(copy, copy->node);
        assert(st.err == ERR_NONE); /* it was opened before, in the graph */
        (void)st;
    }
    return s;
}

void section_free(struct section *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->twins.count; i++) op_free(s->twins.items[i].copy);
    errors_free(s->errors);
    arena_free(s->arena);
}

/* ---- runs ---- */

static struct op_metrics metrics_since(const struct op_metrics *now,
                                       const struct op_metrics *before)
{
    return (struct op_metrics){ now->rows_in - before->rows_in, now->rows_out - before->rows_out,
                                now->batches_in - before->batches_in,
                                now->faults - before->faults };
}

static void note_deltas(struct section *s, struct section_result *r)
{
    r->deltas = ARENA_ARRAY(r->arena, struct twin_delta, s->twins.count);
    for (size_t i = 0; i < s->twins.count; i++) {
        struct twin *t = &s->twins.items[i];
        if (!t->twin) continue;
        r->deltas[r->n_deltas++] =
            (struct twin_delta){ t->twin, metrics_since(&t->copy->metrics, &t->metrics),
                                 t->copy->bound };
        t->metrics = t->copy->metrics;
    }
}

/* The texts of bad records may be gone when the owner comes to them. */
static void keep_rows(struct section_result *r, const struct source_rows *rows)
{
    struct bad_record *bad = ARENA_ARRAY(r->arena, struct bad_record, rows->n_bad);
    for (size_t i = 0; i < rows->n_bad; i++) {
        bad[i] = rows->bad[i];
        bad[i].record = str_copy(r->arena, bad[i].record);
        if (bad[i].message)
            bad[i].message = arena_dup(r->arena, bad[i].message, strlen(bad[i].message) + 1);
    }
    r->rows =
        (struct source_rows){ rows->batch ? batch_retain(rows->batch) : NULL, bad, rows->n_bad };
}

static rowtime latest_of(const struct source_rows *rows)
{
    rowtime t = ROWTIME_MIN;
    const struct batch *b = rows->batch;
    if (b && batch_live(b)) t = b->rowtimes[batch_row(b, batch_live(b) - 1)];
    if (rows->n_bad && rows->bad[rows->n_bad - 1].time > t) t = rows->bad[rows->n_bad - 1].time;
    return t;
}

struct status section_run(struct section *s, const struct source_rows *rows,
                          struct section_result **out)
{
    struct arena *a = arena_new();
    struct section_result *r = ARENA_NEW(a, struct section_result);
    r->arena = a;
    r->stream = s->stream;
    r->latest = latest_of(rows);
    if (!s->source) {
        keep_rows(r, rows);
        *out = r;
        return OK;
    }
    s->result = r;
    struct status st = source_take(s->source, rows);
    s->result = NULL;
    if (!st.err) st = graph_keyed_failure(s->graph);
    if (st.err) {
        section_result_free(r);
        return st;
    }
    note_deltas(s, r);
    if (errors_count(s->errors)) {
        const struct error_config config = { .plan = s->graph->plan };
        r->errors = errors_new(&config);
        errors_move(r->errors, s->errors);
    }
    *out = r;
    return OK;
}

/* ---- replay ---- */

static struct status replay_rows(struct event *e)
{
    if (e->to->class != &op_sink_class) return op_push(e->to, e->input, e->rows);
    const struct graph_sink *sink = sink_of(e->to);
    if (!sink->prepare) return op_push(e->to, e->input, e->rows);
    void *prepared = e->prepared;
    e->prepared = NULL;
    e->to->metrics.rows_in += batch_live(e->rows);
    e->to->metrics.batches_in++;
    return sink->finish(sink->arg, e->rows, prepared);
}

static struct status replay_events(struct section_result *r)
{
    for (size_t i = 0; i < r->events.count; i++) {
        struct event *e = &r->events.items[i];
        if (e->kind == EVENT_BOUND) {
            TRY(op_advance(e->to, e->input, e->bound));
            continue;
        }
        TRY(replay_rows(e));
        batch_release(e->rows);
        e->rows = NULL;
    }
    return OK;
}

struct status section_replay(struct graph *g, struct section_result *r)
{
    if (r->latest > g->latest) g->latest = r->latest;
    struct status st;
    if (r->rows.batch || r->rows.n_bad) {
        st = graph_push(g, r->stream, &r->rows);
    } else {
        for (size_t i = 0; i < r->n_deltas; i++) {
            struct twin_delta *d = &r->deltas[i];
            d->twin->metrics.rows_in += d->metrics.rows_in;
            d->twin->metrics.rows_out += d->metrics.rows_out;
            d->twin->metrics.batches_in += d->metrics.batches_in;
            d->twin->metrics.faults += d->metrics.faults;
            d->twin->bound = bound_max(d->twin->bound, d->bound);
        }
        if (r->errors) errors_move(g->errors, r->errors);
        st = replay_events(r);
        if (!st.err) st = graph_release_errors(g);
    }
    section_result_free(r);
    return st;
}

void section_result_free(struct section_result *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->events.count; i++) {
        struct event *e = &r->events.items[i];
        if (e->prepared) {
            const struct graph_sink *sink = sink_of(e->to);
            if (sink->drop) sink->drop(sink->arg, e->prepared);
        }
        batch_release(e->rows);
    }
    batch_release(r->rows.batch);
    errors_free(r->errors);
    arena_free(r->arena);
}
