/*
 * session_lane.c: a source of a session, in a thread of its own: blocks to rows, rows into whatever graph runs just
 * now.
 *
 * Rows are decoded outside of the lock, by the schema of the source, which no change of the application touches: a
 * source that is defined anew gets another lane. So a piece that was decoded while another graph took over enters that
 * one.
 */

#include "app/session_impl.h"
#include "app/rejects.h"
#include "base/limits.h"
#include "base/log.h"

enum {
    PIECE_BYTES = 128 << 10,
    IDLE_MS = 50 /* a live input that pauses sends a bound this often */
};

static struct source_rows share_of(const struct source_rows *rows, uint32_t part, uint32_t parts)
{
    struct source_rows out = { .bad = rows->bad, .n_bad = part ? 0 : rows->n_bad };
    struct batch *b = rows->batch;
    if (parts == 1) {
        out.batch = batch_retain(b);
        return out;
    }
    uint32_t *sel = ARENA_ARRAY(b->arena, uint32_t, b->n_rows);
    uint32_t n = 0;
    for (uint32_t row = 0; row < b->n_rows; row++) {
        if (b->cause_seqs[row] % parts == part) sel[n++] = row;
    }
    out.batch = batch_narrow(b, sel, n);
    return out;
}

struct status lane_push(struct graph *g, const uint32_t *streams, uint32_t n_streams,
                        const struct source_rows *rows)
{
    struct status st = OK;
    for (uint32_t i = 0; i < n_streams && st.err == ERR_NONE; i++) {
        struct source_rows share = share_of(rows, i, n_streams);
        st = graph_push(g, streams[i], &share);
        batch_release(share.batch);
    }
    return st;
}

/* Where the lane's rows go, at this time of the clock. Within the gate. */
static struct fed fed(const struct session_lane *l, rowtime now)
{
    return (struct fed){ l->session->now.graph, l->streams, l->n_streams, { now, l->seq } };
}

static void fail(struct session_lane *l, struct status st)
{
    if (st.err == ERR_NONE || st.err == ERR_INTERRUPTED) return;
    log_message(LOG_ERROR, "source %.*s stops: %s", STR_ARG(l->plan->name), st.message);
    if (l->session->failure.err != ERR_NONE) return;
    l->session->failure = st;
    l->session->failure.message = str_to_c(l->session->arena, str_c(st.message));
    l->session->failure.hint = NULL;
}

static void look(struct session_lane *l, const struct block *block)
{
    gate_look(&l->session->gate);
    feed_look(&l->feed, block);
    gate_look_away(&l->session->gate);
}

static struct status push_block(struct session_lane *l, struct block *block, bool first)
{
    struct session *s = l->session;
    struct status st = OK;
    for (size_t at = 0; at < block->size && st.err == ERR_NONE; first = false) {
        struct decoded decoded;
        struct source_rows rows;
        rowtime now = clock_now(&s->clock);
        at = decoder_run(l->decoder, block, at, SIZE_BATCH_ROWS, first, &decoded);
        feed_rows(&l->feed, &decoded, now, &l->seq, &rows);
        gate_enter(&s->gate);
        st = lane_push(s->now.graph, l->streams, l->n_streams, &rows);
        struct fed into = fed(l, now);
        if (st.err == ERR_NONE) st = feed_goes_on(&l->feed, &into, &l->idle);
        gate_leave(&s->gate);
        batch_release(rows.batch);
    }
    return st;
}

static struct status pause_lane(struct session_lane *l)
{
    struct session *s = l->session;
    gate_enter(&s->gate);
    struct fed into = fed(l, clock_now(&s->clock));
    struct status st = feed_pauses(&l->feed, &into, l->source, &l->idle);
    if (st.err == ERR_NONE) st = world_flush(s);
    gate_leave(&s->gate);
    return st;
}

static void end_lane(struct session_lane *l)
{
    struct session *s = l->session;
    struct status st = OK;
    gate_enter(&s->gate);
    for (uint32_t i = 0; i < l->n_streams && st.err == ERR_NONE; i++)
        st = graph_advance(s->now.graph, l->streams[i], BOUND_END);
    if (st.err == ERR_NONE) st = world_flush(s);
    l->ended = true;
    fail(l, st);
    pthread_cond_signal(&s->lane_ended);
    gate_leave(&s->gate);
}

static void run_lane(void *arg)
{
    struct session_lane *l = arg;
    enum source_result got = SOURCE_IDLE;
    gate_enter(&l->session->gate);
    struct fed into = fed(l, ROWTIME_MIN);
    feed_begin(&l->feed, &into, l->source, &l->idle);
    gate_leave(&l->session->gate);
    while (got == SOURCE_IDLE || got == SOURCE_BLOCK) {
        struct block *block;
        bool first;
        struct status st = OK;
        world_refresh(l->session);
        atomic_store_explicit(&l->at_work, false, memory_order_relaxed);
        got = source_read(l->source, PIECE_BYTES, IDLE_MS, &block, &first, &st);
        atomic_store_explicit(&l->at_work, got == SOURCE_BLOCK, memory_order_relaxed);
        if (got == SOURCE_BLOCK) {
            atomic_store_explicit(&l->heard_ms, clock_steady_ms(), memory_order_relaxed);
            if (!l->feed.looked) look(l, block);
            st = push_block(l, block, first);
            block_release(block);
        } else if (got == SOURCE_IDLE) {
            st = pause_lane(l);
        }
        if (st.err == ERR_NONE) continue;
        gate_enter(&l->session->gate);
        fail(l, st);
        gate_leave(&l->session->gate);
        break;
    }
    end_lane(l);
}

/* ---- life ---- */

static struct status open_lane(struct session *s, const struct app_plan *plan, uint32_t source,
                               struct session_lane *l)
{
    l->plan = &plan->sources[source];
    if (s->config.stdin_is_taken && str_equal_c(l->plan->endpoint.url, "-")) {
        return status_new(l->arena, ERR_BAD_URL, l->plan->endpoint.url_at,
                          "source %.*s cannot read standard input: statements come from there",
                          STR_ARG(l->plan->name));
    }
    TRY(feed_init(l->arena, plan, source, l->plan->streams[0], NULL, &l->feed));
    TRY(source_open(l->arena, l->feed.endpoint, &l->source));
    l->feed.format = source_format(l->source);
    TRY(decoder_new(l->arena, l->feed.format, &l->feed.config, &l->decoder));
    l->live = source_is_live(l->source);
    l->seq = ((uint64_t)source << 56) + 1;
    l->streams = l->plan->streams;
    l->n_streams = l->plan->n_streams;
    return OK;
}

struct status lane_new(struct session *s, const struct app_plan *plan, uint32_t source,
                       struct session_lane **out)
{
    struct arena *a = arena_new();
    struct session_lane *l = ARENA_NEW(a, struct session_lane);
    l->arena = a;
    l->session = s;
    struct status st = open_lane(s, plan, source, l);
    if (st.err != ERR_NONE) {
        /* the message outlives the lane */
        st.message = str_to_c(s->arena, str_c(st.message));
        if (st.hint) st.hint = str_to_c(s->arena, str_c(st.hint));
        lane_free(l);
        return st;
    }
    *out = l;
    return OK;
}

void lane_start(struct session_lane *l)
{
    if (l->running) return;
    l->running = thread_start(&l->thread, run_lane, l);
    if (!l->running) log_message(LOG_ERROR, "the system gives no thread for a source");
}

void lane_free(struct session_lane *l)
{
    if (l->source) source_stop(l->source);
    thread_join(&l->thread);
    if (l->source) source_close(l->source);
    arena_free(l->arena);
}
