/*
 * session_query.c: queries of a session.
 *
 * One over live sources becomes a pump of the running application, which takes over a graph that has it and later one
 * without: what it shows is what runs. Its rows wait in a queue; when nobody takes them they are left out and counted,
 * so that a slow terminal slows nothing. One over recorded sources alone, or over tables, has an application of its
 * own: its sources are read from their beginning by whoever asks for the rows, so that nothing runs ahead.
 */

#include <time.h>

#include "app/session_impl.h"
#include "base/limits.h"
#include "base/log.h"
#include "data/value.h"

enum {
    TAP_ROWS = 20000,
    PIECE_BYTES = 128 << 10
};

/* A recorded source of a query's own application. */
struct reading {
    struct feed      feed;
    struct source   *source;
    struct decoder  *decoder;
    const uint32_t  *streams;
    uint32_t         n_streams;
    struct block    *block; /* NULL: read one */
    size_t           at;
    bool             first;
    uint64_t         seq;
    rowtime          progress; /* ROWTIME of the last row, or when it was read */
    bool             ended;
};

struct session_query {
    struct session   *session;
    struct remote_query *remote; /* of a connection; NULL: the rest is what there is */
    struct arena     *arena; /* its own, not the application's: the running one outlives the query */
    struct generation own;   /* a tap: the compiled application alone */
    struct schema     columns;
    bool              tap, standing;
    int64_t           limit, given; /* rows; limit -1: none */
    struct reading   *readings;
    uint32_t          n_readings;
    uint64_t          faults;
    struct status     failure;
    /* rows that wait; for a tap under its lock */
    pthread_mutex_t   lock;
    bool              over; /* nobody reads any more */
    pthread_cond_t    came;
    ARRAY(struct batch *) rows;
    size_t            first;
    uint64_t          n_rows, left_out;
    bool              ended;
};

/* ---- the queue ---- */

static struct status take_rows(void *arg, struct batch *rows)
{
    struct session_query *q = arg;
    uint32_t n = batch_live(rows);
    pthread_mutex_lock(&q->lock);
    if (q->over) {
        pthread_mutex_unlock(&q->lock);
        return OK;
    }
    if (q->tap && q->n_rows + n > TAP_ROWS) {
        q->left_out += n;
    } else {
        *array_push(q->arena, &q->rows) = batch_retain(rows);
        q->n_rows += n;
    }
    pthread_cond_signal(&q->came);
    pthread_mutex_unlock(&q->lock);
    return OK;
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct session_query *q = arg;
    pthread_mutex_lock(&q->lock);
    if (bound.time == ROWTIME_END) q->ended = true;
    pthread_cond_signal(&q->came);
    pthread_mutex_unlock(&q->lock);
    return OK;
}

struct graph_sink query_sink(struct session_query *q)
{
    return (struct graph_sink){ .arg = q, .rows = take_rows, .bound = take_bound };
}

/* The next rows that wait, at most up to the limit; NULL: none. Under the lock. */
static struct batch *next_rows(struct session_query *q)
{
    if (q->first == q->rows.count) return NULL;
    struct batch *b = q->rows.items[q->first++];
    if (q->first > 64 && q->first * 2 > q->rows.count) {
        q->rows.count -= q->first;
        memcpy(q->rows.items, q->rows.items + q->first, q->rows.count * sizeof *q->rows.items);
        q->first = 0;
    }
    if (q->first == q->rows.count) q->first = q->rows.count = 0;
    uint32_t n = batch_live(b);
    q->n_rows -= n;
    if (q->limit >= 0 && q->given + n > q->limit) {
        uint32_t few = (uint32_t)(q->limit - q->given);
        uint32_t *sel = ARENA_ARRAY(q->arena, uint32_t, few);
        for (uint32_t i = 0; i < few; i++) sel[i] = batch_row(b, i);
        struct batch *part = batch_narrow(b, sel, few);
        batch_release(b);
        b = part;
        n = few;
    }
    q->given += n;
    return b;
}

/* ---- reading for a query alone ---- */

static enum err err_of(struct str name)
{
    int err = ERR_COUNT - 1;
    while (err > ERR_NONE + 1 && !str_equal_c(name, err_name((enum err)err))) err--;
    return (enum err)err;
}

static struct status tell_errors(void *arg, struct batch *rows)
{
    struct session_query *q = arg;
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        uint32_t row = batch_row(rows, i);
        struct value message = vector_value(&rows->columns[ERROR_MESSAGE], row);
        struct value name = vector_value(&rows->columns[ERROR_NAME], row);
        if (!q->standing && q->failure.err == ERR_NONE)
            q->failure = status_new(q->arena, err_of(name.str), SPAN_NONE, "%.*s",
                                    STR_ARG(message.str));
        else if (q->faults++ < ERRORS_LOGGED && q->standing)
            log_message(LOG_WARNING, "row refused, %.*s: %.*s", STR_ARG(name.str),
                        STR_ARG(message.str));
    }
    return OK;
}

static struct status open_reading(struct session_query *q, uint32_t source)
{
    struct reading *r = &q->readings[q->n_readings++];
    const struct plan_source *s = &q->own.plan->sources[source];
    *r = (struct reading){ .streams = s->streams, .n_streams = s->n_streams,
                           .progress = ROWTIME_MIN };
    r->seq = ((uint64_t)source << 56) + 1;
    TRY(feed_init(q->arena, q->own.plan, source, s->streams[0], NULL, &r->feed));
    TRY(source_open(q->arena, r->feed.endpoint, &r->source));
    r->feed.format = source_format(r->source);
    return decoder_new(q->arena, r->feed.format, &r->feed.config, &r->decoder);
}

/* Sources that the query does not read have ended for it. */
static struct status open_readings(struct session_query *q, const bool *needed)
{
    const struct app_plan *plan = q->own.plan;
    q->readings = arena_calloc(q->arena, (plan->n_sources + 1) * sizeof *q->readings);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        const struct plan_source *s = &plan->sources[i];
        bool wanted = false;
        for (uint32_t k = 0; k < s->n_streams; k++) wanted |= needed[s->streams[k]];
        if (wanted) TRY(open_reading(q, i));
        for (uint32_t k = 0; !wanted && k < s->n_streams; k++)
            TRY(graph_advance(q->own.graph, s->streams[k], BOUND_END));
    }
    return OK;
}

static struct status end_reading(struct session_query *q, struct reading *r)
{
    r->ended = true;
    for (uint32_t i = 0; i < r->n_streams; i++)
        TRY(graph_advance(q->own.graph, r->streams[i], BOUND_END));
    return OK;
}

static void note_progress(struct reading *r, const struct batch *rows, rowtime now)
{
    r->progress = now;
    if (r->feed.rowtime_column < 0 || rows->n_rows == 0) return;
    const struct vector *times = &rows->columns[r->feed.rowtime_column];
    if (!vector_is_null(times, rows->n_rows - 1)) r->progress = times->i64[rows->n_rows - 1];
}

static struct status read_piece(struct session_query *q, struct reading *r)
{
    struct status st = OK;
    if (!r->block) {
        enum source_result got =
            source_read(r->source, PIECE_BYTES, 0, &r->block, &r->first, &st);
        if (got != SOURCE_BLOCK) r->block = NULL;
        r->at = 0;
        if (got == SOURCE_END) return end_reading(q, r);
        if (got != SOURCE_BLOCK) return st;
        feed_look(&r->feed, r->block);
    }
    struct decoded decoded;
    struct source_rows rows;
    rowtime now = clock_now(&q->session->clock);
    r->at = decoder_run(r->decoder, r->block, r->at, SIZE_BATCH_ROWS, r->first, &decoded);
    r->first = false;
    feed_rows(&r->feed, &decoded, now, &r->seq, &rows);
    note_progress(r, rows.batch, now);
    st = lane_push(q->own.graph, r->streams, r->n_streams, &rows);
    bool by_clock = r->feed.rowtime_column < 0;
    for (uint32_t i = 0; by_clock && i < r->n_streams && st.err == ERR_NONE; i++)
        st = graph_advance(q->own.graph, r->streams[i], (struct bound){ now, r->seq });
    batch_release(rows.batch);
    if (r->at < r->block->size) return st;
    block_release(r->block);
    r->block = NULL;
    return st;
}

/* The source that is furthest behind, so that none has to wait for another in memory. */
static struct reading *next_reading(struct session_query *q)
{
    struct reading *best = NULL;
    for (uint32_t i = 0; i < q->n_readings; i++) {
        struct reading *r = &q->readings[i];
        if (!r->ended && (!best || r->progress < best->progress)) best = r;
    }
    return best;
}

static void wait_for_rows(struct session_query *q, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)wait_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&q->came, &q->lock, &until);
}

enum session_rows session_next(struct session_query *q, int wait_ms, struct batch **rows,
                               struct status *st)
{
    if (q->remote) return remote_next(q->remote, wait_ms, rows, st);
    if (q->limit >= 0 && q->given >= q->limit) return SESSION_END;
    struct reading *r = NULL;
    if (!q->tap && q->first == q->rows.count && q->failure.err == ERR_NONE && !q->ended) {
        r = next_reading(q);
        if (r) q->failure = read_piece(q, r);
    }
    if (q->failure.err != ERR_NONE) {
        *st = q->failure;
        return SESSION_FAILED;
    }
    pthread_mutex_lock(&q->lock);
    if (q->tap && q->first == q->rows.count && !q->ended) wait_for_rows(q, wait_ms);
    *rows = next_rows(q);
    bool ended = q->ended || (!q->tap && !next_reading(q));
    pthread_mutex_unlock(&q->lock);
    if (*rows) return SESSION_ROWS;
    return ended ? SESSION_END : SESSION_WAIT;
}

/* ---- asking ---- */

/* The pump that is the query: the last one that prints. */
static struct status no_url(struct session_query *q, const bool *needed)
{
    const struct app_plan *plan = q->own.plan;
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *s = &plan->streams[i];
        if (!needed[i] || !s->is_source || plan->sources[s->source].endpoint.has_url) continue;
        struct status st = status_new(q->session->arena, ERR_BAD_URL, SPAN_NONE,
                                      "source %.*s has no URL", STR_ARG(s->name));
        return status_with_hint(st, "CREATE OR REPLACE SOURCE ... FROM 'url' gives it one, or "
                                    "--source NAME=URL at the start");
    }
    return OK;
}

static struct status start_alone(struct session_query *q, const struct plan_pump *pump,
                                 const bool *needed)
{
    TRY(no_url(q, needed));
    TRY(world_graph(q->session, q->own.app, false, &q->own));
    struct graph_sink results = query_sink(q), errors = { .arg = q, .rows = tell_errors };
    graph_add_sink(q->own.graph, PLAN_STDOUT, (uint32_t)(pump - q->own.plan->pumps), &results);
    graph_add_sink(q->own.graph, PLAN_ERROR_STREAM, 0, &errors);
    TRY(graph_start(q->own.graph));
    return open_readings(q, needed);
}

static struct status start_query(struct session_query *q)
{
    struct session *s = q->session;
    const struct app_plan *plan = q->own.plan = app_compile(q->own.app);
    const struct plan_pump *pump = world_query_pump(plan);
    if (!pump) return status_new(s->arena, ERR_INTERNAL, SPAN_NONE, "the query has no result");
    q->columns = pump->root->out;
    bool *needed = arena_calloc(q->arena, plan->n_streams + 1);
    world_mark_reads(pump->root, needed);
    world_mark_upstream(plan, needed);
    const bool *live = world_live_streams(s, q->arena, plan);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        q->standing |= needed[i];
        q->tap |= needed[i] && live[i];
    }
    if (!q->tap) return start_alone(q, pump, needed);
    s->tap = q;
    return world_change(s, q->own.app);
}

static void free_rows(struct session_query *q)
{
    for (size_t i = q->first; i < q->rows.count; i++) batch_release(q->rows.items[i]);
    q->first = q->rows.count = 0;
}

/* The running application goes on without the query. False: it cannot now; the next change makes it. */
static bool leave(struct session_query *q)
{
    struct session *s = q->session;
    struct buf ignored = { 0 };
    struct status st;
    s->tap = NULL;
    struct app *app =
        session_compile(s, &s->definitions, s->definitions.count, NULL, NULL, &ignored, &st);
    if (app) st = world_change(s, app);
    if (app && st.err != ERR_NONE) app_free(app);
    buf_free(&ignored);
    return st.err == ERR_NONE;
}

static void free_query(struct session_query *q)
{
    for (uint32_t i = 0; i < q->n_readings; i++) {
        if (q->readings[i].block) block_release(q->readings[i].block);
        if (q->readings[i].source) source_close(q->readings[i].source);
    }
    free_rows(q);
    if (!q->tap) world_forget(&q->own);
    if (!q->tap && q->own.app) app_free(q->own.app);
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->came);
    arena_free(q->arena);
}

void session_done(struct session_query *q)
{
    if (!q) return;
    if (q->remote) {
        remote_done(q->remote);
        arena_free(q->arena);
        return;
    }
    bool known = q->tap && !leave(q);
    if (known) {
        pthread_mutex_lock(&q->lock);
        q->over = true;
        free_rows(q);
        pthread_mutex_unlock(&q->lock);
        *array_push(q->session->arena, &q->session->left) = q;
    } else {
        free_query(q);
    }
}

void query_free_left(struct session *s)
{
    for (size_t i = 0; i < s->left.count; i++) free_query(s->left.items[i]);
    s->left.count = 0;
}

struct status session_ask(struct session *s, const struct session_text *text,
                          struct session_query **out, struct buf *messages)
{
    struct arena *a = arena_new();
    struct session_query *q = ARENA_NEW(a, struct session_query);
    q->arena = a;
    q->session = s;
    q->limit = -1;
    if (s->remote) {
        struct status asked = remote_ask(s, text, a, &q->remote, messages);
        if (asked.err == ERR_NONE) *out = q;
        else arena_free(a);
        return asked;
    }
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->came, NULL);
    struct status st;
    world_refresh(s);
    q->own.app = session_compile(s, &s->definitions, s->definitions.count, text, &q->limit,
                                 messages, &st);
    if (q->own.app) {
        st = start_query(q);
        if (st.err == ERR_NONE) {
            *out = q;
            return OK;
        }
        status_print(messages, &st);
        st = status_new(s->arena, st.err, SPAN_NONE, "%s", st.message);
    }
    if (q->tap) {
        s->tap = NULL;
        app_free(q->own.app);
    }
    free_query(q);
    return st;
}

const struct schema *session_columns(const struct session_query *q)
{
    return q->remote ? remote_columns(q->remote) : &q->columns;
}

bool session_is_standing(const struct session_query *q)
{
    return q->remote ? remote_is_standing(q->remote) : q->standing;
}

uint64_t session_left_out(const struct session_query *q)
{
    return q->remote ? remote_left_out(q->remote) : q->left_out;
}

uint64_t session_faults(const struct session_query *q)
{
    return q->remote ? remote_faults(q->remote) : q->faults;
}
