/*
 * lane.c: from a source into the graph.
 *
 * A lane has one or more workers. A worker takes the next piece of input in turn, decodes it and
 * runs the stateless operators behind the source (a section), side by side with the others; what
 * came out enters the graph in the order of the input. The graph is one thread's at a time: a lock
 * around it is all that lanes share. With one worker there is no section: rows go straight in, unless they may have to
 * wait for an answer about their keys: they do so outside of the graph.
 */

#include <time.h>

#include "app/recover.h"
#include "base/limits.h"

enum {
    PIECE_ALONE = 128 << 10, /* bytes a read asks for: more gains nothing with one worker ... */
    PIECE_SHARED =
        512 << 10, /* ... and with several a hand-over must be worth its price, in cache */
    PIECES_AHEAD = 2,         /* by worker: what one has ready while its neighbour is held up */
    PIECE_SMALL = 64 << 10,  /* a live input that gives less than this is left to one worker */
    PACE_MS = 1000,          /* of ROWTIME that one recorded input may be ahead of another */
    IDLE_MS = 50             /* a live input that pauses sends a bound this often */
};

/* Where the lane's rows go, at this time of the clock. */
static struct fed fed(const struct lane *l, rowtime now)
{
    return (struct fed){ l->run->graph, l->streams, l->n_streams, { now, l->seq } };
}

/* What follows the rows of a lane so far. */
static struct status send_bound(struct lane *l, rowtime now)
{
    struct fed into = fed(l, now);
    return feed_goes_on(&l->feed, &into, &l->idle);
}

/* Nobody may save a graph that a failure left halfway through a batch. */
static void leave_graph(struct lane *l, struct status st)
{
    run_fail(l->run, st);
    gate_leave(&l->run->gate);
}

/* The share of one of the lane's streams: every n-th row by its number. Bad records go with the first. The
 * caller's reference. */
static struct source_rows deal(const struct lane *l, const struct source_rows *rows,
                               uint32_t stream)
{
    struct source_rows out = { .bad = rows->bad, .n_bad = stream ? 0 : rows->n_bad };
    if (l->n_streams == 1) {
        out.batch = batch_retain(rows->batch);
        return out;
    }
    struct batch *b = rows->batch;
    uint32_t *sel = ARENA_ARRAY(b->arena, uint32_t, b->n_rows);
    uint32_t n = 0;
    for (uint32_t row = 0; row < b->n_rows; row++) {
        if (b->cause_seqs[row] % l->n_streams == stream) sel[n++] = row;
    }
    out.batch = batch_narrow(b, sel, n);
    return out;
}

static struct status push_rows(struct lane *l, const struct source_rows *rows)
{
    struct status st = OK;
    for (uint32_t i = 0; i < l->n_streams && st.err == ERR_NONE; i++) {
        struct source_rows share = deal(l, rows, i);
        st = graph_push(l->run->graph, l->streams[i], &share);
        batch_release(share.batch);
    }
    return st;
}

/* ---- keeping step ---- */

/* Recorded input whose times come from a column: read at any speed, so lanes of such inputs keep step. */
static bool is_paced(const struct lane *l)
{
    return l->run->n_lanes > 1 && l->feed.rowtime_column >= 0 && !source_is_live(l->source);
}

/* The lane has read rows up to this time; ROWTIME_END: it reads no more. */
static void note_progress(struct lane *l, rowtime time)
{
    struct run *r = l->run;
    pthread_mutex_lock(&r->pace_lock);
    if (time > l->progress) l->progress = time;
    pthread_cond_broadcast(&r->paced);
    pthread_mutex_unlock(&r->pace_lock);
}

static void note_rows(struct lane *l, const struct batch *rows)
{
    if (!is_paced(l) || rows->n_rows == 0) return;
    const struct vector *times = &rows->columns[l->feed.rowtime_column];
    if (!vector_is_null(times, rows->n_rows - 1)) note_progress(l, times->i64[rows->n_rows - 1]);
}

static bool is_ahead(const struct lane *l)
{
    const struct run *r = l->run;
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        const struct lane *other = &r->lanes[i];
        if (other != l && is_paced(other) && l->progress > other->progress &&
            l->progress - PACE_MS > other->progress)
            return true;
    }
    return false;
}

/* Waits while the lane is ahead of another one: what meets downstream would have to be held until that one comes
 * up. The lane that is furthest behind never waits. */
static void keep_step(struct lane *l)
{
    struct run *r = l->run;
    if (!is_paced(l)) return;
    pthread_mutex_lock(&r->pace_lock);
    while (is_ahead(l) && !run_is_stopping(r) && !atomic_load(&r->parking.wanted)) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++; /* a stop request rings no bell */
        pthread_cond_timedwait(&r->paced, &r->pace_lock, &until);
    }
    pthread_mutex_unlock(&r->pace_lock);
}

/* A run that is stopped still takes what its source alone has. */
static bool goes_on(const struct lane *l)
{
    struct run *r = l->run;
    return !run_is_stopping(r) || (!run_has_failed(r) && source_holds(l->source));
}

static uint32_t batch_rows(const struct run *r)
{
    return r->config->batch_rows ? r->config->batch_rows : SIZE_BATCH_ROWS;
}

/* Where a later run goes on; the caller works in the graph. */
static void note_place(struct lane *l, const struct block *b, size_t at)
{
    if (!l->run->recovery) return;
    buf_clear(&l->place);
    source_place(b, at, &l->place);
}

/* ---- for taps ---- */

/* Whether somebody beside the run has room for all columns of the lane's rows. */
static bool is_whole_wanted(const struct lane *l)
{
    const struct run *r = l->run;
    for (uint32_t i = 0; r->taps && i < l->n_streams; i++) {
        if (taps_want_whole(r->taps, l->streams[i])) return true;
    }
    return false;
}

/* By who works in the graph, before the rows enter it. */
static void note_whole(struct lane *l, uint64_t first, uint64_t behind)
{
    for (uint32_t i = 0; behind > first && i < l->n_streams; i++)
        taps_note_whole(l->run->taps, l->streams[i], first, behind - 1);
}

/* At its first block; others may be looking into the lane. */
static void look(struct lane *l, const struct block *block)
{
    atomic_store_explicit(&l->heard_ms, clock_steady_ms(), memory_order_relaxed);
    if (l->feed.looked) return;
    gate_look(&l->run->gate);
    feed_look(&l->feed, block);
    gate_look_away(&l->run->gate);
}

static enum source_result read_source(struct lane *l, size_t size, struct block **block,
                                      bool *first, struct status *st)
{
    atomic_store_explicit(&l->at_work, false, memory_order_relaxed);
    enum source_result got = source_read(l->source, size, IDLE_MS, block, first, st);
    atomic_store_explicit(&l->at_work, got == SOURCE_BLOCK, memory_order_relaxed);
    return got;
}

/* ---- sections ---- */

static struct status run_sections(struct worker *w, const struct source_rows *rows,
                                  struct piece *out)
{
    struct lane *l = w->lane;
    struct status st = OK;
    for (uint32_t i = 0; i < l->n_streams && st.err == ERR_NONE; i++) {
        struct source_rows share = deal(l, rows, i);
        st = section_run(w->sections[i], &share, array_push(out->arena, out));
        batch_release(share.batch);
    }
    return st;
}

/* What came of them enters the graph; after a failure it is thrown away. */
static struct status replay_sections(struct lane *l, const struct piece *piece, bool failed)
{
    struct status st = OK;
    for (size_t i = 0; i < piece->count; i++) {
        if (!piece->items[i]) continue;
        if (!failed && st.err == ERR_NONE) st = section_replay(l->run->graph, piece->items[i]);
        else section_result_free(piece->items[i]);
    }
    return st;
}

static void clear_piece(struct piece *p)
{
    arena_reset(p->arena);
    *p = (struct piece){ .arena = p->arena };
}

/* ---- one worker alone ---- */

/* Rows, behind which the next one has the number `next`. A checkpoint sees rows and their number move together. */
static struct status enter_rows(struct worker *w, const struct source_rows *rows, bool whole,
                                uint64_t next)
{
    struct lane *l = w->lane;
    if (whole) note_whole(l, l->seq, next);
    l->seq = next;
    return w->sections ? replay_sections(l, &w->ahead, false) : push_rows(l, rows);
}

/* The stateless operators of the lane work outside of the graph, where they may have to wait; then nothing else has to
 * wait for them. */
static struct status work_ahead(struct worker *w, const struct source_rows *rows)
{
    if (!w->sections) return OK;
    clear_piece(&w->ahead);
    struct status st = run_sections(w, rows, &w->ahead);
    if (st.err != ERR_NONE) replay_sections(w->lane, &w->ahead, true);
    return st;
}

/* Rows go into the graph as they are decoded. */
static struct status push_block(struct worker *w, struct block *block, bool first)
{
    struct lane *l = w->lane;
    struct run *r = l->run;
    struct status st = OK;
    for (size_t at = 0; at < block->size && st.err == ERR_NONE; first = false) {
        struct decoded decoded;
        struct source_rows rows;
        rowtime now = run_now(r);
        bool whole = is_whole_wanted(l);
        at = decoder_run(whole ? w->whole_decoder : w->decoder, block, at, batch_rows(r), first,
                         &decoded);
        uint64_t next = l->seq;
        feed_rows(whole ? &l->whole : &l->feed, &decoded, now, &next, &rows);
        note_rows(l, rows.batch);
        atomic_fetch_add_explicit(&l->records, decoded.n_records, memory_order_relaxed);
        st = work_ahead(w, &rows);
        gate_enter(&r->gate);
        if (st.err == ERR_NONE) st = enter_rows(w, &rows, whole, next);
        if (st.err == ERR_NONE) st = send_bound(l, now);
        if (st.err == ERR_NONE) note_place(l, block, at);
        leave_graph(l, st);
        batch_release(rows.batch);
    }
    return st;
}

static struct status pause_lane(struct lane *l)
{
    struct run *r = l->run;
    gate_enter(&r->gate);
    struct fed into = fed(l, run_now(r));
    struct status st = feed_pauses(&l->feed, &into, l->source, &l->idle);
    if (st.err == ERR_NONE) st = outlets_flush(r);
    leave_graph(l, st);
    return st;
}

static void read_alone(struct worker *w)
{
    struct lane *l = w->lane;
    struct run *r = l->run;
    while (goes_on(l)) {
        keep_step(l);
        lane_rest(l, NULL);
        struct block *block;
        bool first;
        struct status st = OK;
        enum source_result got = read_source(l, PIECE_ALONE, &block, &first, &st);
        if (got == SOURCE_BLOCK) {
            look(l, block);
            st = push_block(w, block, first);
            block_release(block);
        } else if (got == SOURCE_IDLE) {
            st = pause_lane(l);
        }
        run_fail(r, st);
        if (st.err != ERR_NONE || got == SOURCE_END || got == SOURCE_FAILED) break;
    }
}

/* ---- several workers ---- */

/* Numbers of rows say which source they are of before anything else, so that rows of equal times
 * from two sources have one order however they were read. Rows of a piece are numbered from the
 * place of the piece in the input: every row takes at least a byte there, so numbers rise from
 * piece to piece without one worker waiting for the other's count. */
static uint64_t first_seq(const struct lane *l, const struct block *b)
{
    return l->first_seq + (b->offset - l->first_offset);
}

static struct status decode_piece(struct worker *w, bool first, struct piece *out)
{
    struct lane *l = w->lane;
    struct block *block = out->block;
    uint64_t seq = first_seq(l, block);
    struct status st = OK;
    out->whole = is_whole_wanted(l);
    for (size_t at = 0; at < block->size && st.err == ERR_NONE; first = false) {
        struct decoded decoded;
        struct source_rows rows;
        at = decoder_run(out->whole ? w->whole_decoder : w->decoder, block, at, batch_rows(l->run),
                         first, &decoded);
        feed_rows(out->whole ? &l->whole : &l->feed, &decoded, out->now, &seq, &rows);
        note_rows(l, rows.batch);
        out->n_records += decoded.n_records;
        st = run_sections(w, &rows, out);
        batch_release(rows.batch);
    }
    return st;
}

/* The piece enters the graph, and the next row's number and the place in the source are those behind it. After a
 * failure nothing more does: what follows would stand behind a gap. */
static void replay_piece(struct lane *l, const struct piece *piece)
{
    struct run *r = l->run;
    bool failed = run_has_failed(r);
    gate_enter(&r->gate);
    uint64_t from = first_seq(l, piece->block), behind = from + piece->block->size;
    if (!failed && piece->whole) note_whole(l, from, behind);
    if (!failed) l->seq = behind;
    struct status st = replay_sections(l, piece, failed);
    if (!failed && st.err == ERR_NONE) st = send_bound(l, piece->now);
    if (!failed && st.err == ERR_NONE) note_place(l, piece->block, piece->block->size);
    leave_graph(l, st);
}

/* Pieces that are ready go on in the order of the input, whoever decoded them. */
static void replay_ready(struct lane *l)
{
    for (uint64_t t; handover_take(&l->ready, &t); handover_done(&l->ready)) {
        struct piece *piece = &l->pieces[t % l->ready.places];
        replay_piece(l, piece);
        block_release(piece->block);
        atomic_fetch_add_explicit(&l->records, piece->n_records, memory_order_relaxed);
    }
}

/* The worker whose turn it is to read. False: there is no more. */
static bool read_piece(struct lane *l, uint64_t ticket, struct piece *out, bool *first)
{
    struct run *r = l->run;
    struct status st = OK;
    enum source_result got = SOURCE_IDLE;
    while (got == SOURCE_IDLE && goes_on(l) && st.err == ERR_NONE) {
        lane_rest(l, &ticket);
        got = read_source(l, PIECE_SHARED, &out->block, first, &st);
        /* a bound may not pass rows that are still on their way */
        if (got == SOURCE_IDLE && handover_is_next(&l->ready, ticket)) st = pause_lane(l);
    }
    run_fail(r, st);
    out->now = run_now(r); /* in turn, so that times rise from piece to piece */
    if (got != SOURCE_BLOCK) return false;
    look(l, out->block);
    if (!l->has_offset) l->first_offset = out->block->offset;
    l->has_offset = true;
    return true;
}

static void work(void *arg)
{
    struct worker *w = arg;
    struct lane *l = w->lane;
    for (;;) {
        uint64_t ticket = turnstile_ticket(&l->reading);
        if (!turnstile_wait(&l->reading, ticket)) return;
        handover_reserve(&l->ready, ticket);
        keep_step(l);
        struct piece *piece = &l->pieces[ticket % l->ready.places];
        clear_piece(piece);
        bool first;
        if (!read_piece(l, ticket, piece, &first)) {
            turnstile_stop(&l->reading);
            return;
        }
        /* a trickle is not worth a second worker: the turn to read is kept until this piece is through */
        bool trickle = source_is_live(l->source) && piece->block->size < PIECE_SMALL;
        if (!trickle) turnstile_done(&l->reading, ticket);
        run_fail(l->run, decode_piece(w, first, piece));
        handover_give(&l->ready, ticket);
        replay_ready(l);
        if (!trickle) continue;
        handover_wait(&l->ready, ticket);
        turnstile_done(&l->reading, ticket);
    }
}

static void run_workers(struct lane *l)
{
    for (uint32_t i = 1; i < l->n_workers; i++) {
        if (!thread_start(&l->workers[i].thread, work, &l->workers[i])) break;
    }
    work(&l->workers[0]);
    for (uint32_t i = 1; i < l->n_workers; i++) thread_join(&l->workers[i].thread);
}

/* The last bound of a lane. A run that is stopped with a state file sends none: its windows stay open
 * for the next start. Nor does one that failed, whose windows have not seen all their rows. So does the
 * last lane, until what is there was saved: with more input the next start goes on as if this end had
 * not been. */
static void end_lane(struct lane *l)
{
    struct run *r = l->run;
    gate_enter(&r->gate);
    bool last = ++r->lanes_done == r->n_lanes;
    bool failed = run_has_failed(r);
    if (r->recovery && !failed && last) run_fail(r, recovery_checkpoint(r->recovery, r));
    bool goes_on = failed || (r->recovery && run_is_stopping(r));
    for (uint32_t i = 0; i < l->n_streams && !goes_on; i++)
        run_fail(r, graph_advance(r->graph, l->streams[i], BOUND_END));
    l->ended = !goes_on;
    gate_leave(&r->gate);
    note_progress(l, ROWTIME_END);
}

void lane_run(void *arg)
{
    struct lane *l = arg;
    struct run *r = l->run;
    if (!l->ended) {
        if (l->n_workers == 1) read_alone(&l->workers[0]);
        else run_workers(l);
    }
    end_lane(l);
    pthread_mutex_lock(&r->watch_lock);
    r->lanes_left--;
    pthread_cond_signal(&r->lane_ended);
    pthread_mutex_unlock(&r->watch_lock);
}

/* ---- opening ---- */

/* Whether rows may have to wait for an answer about their keys. */
static bool asks_by_key(const struct app_plan *plan)
{
    bool asks = false;
    for (uint32_t i = 0; i < plan->n_tables; i++) asks = asks || plan->tables[i].n_lookup_key > 0;
    return asks;
}

/* What a worker has of the plan and the graph. */
static struct status equip_worker(struct run *r, struct arena *a, struct worker *w)
{
    struct lane *l = w->lane;
    TRY(decoder_new(a, l->feed.format, &l->feed.config, &w->decoder));
    if (r->taps) TRY(decoder_new(a, l->whole.format, &l->whole.config, &w->whole_decoder));
    if (!l->pieces && !asks_by_key(r->plan)) return OK;
    w->sections = arena_calloc(a, l->n_streams * sizeof *w->sections);
    for (uint32_t k = 0; k < l->n_streams; k++)
        w->sections[k] = graph_section_new(r->graph, l->streams[k]);
    return OK;
}

static struct status open_workers(struct run *r, struct lane *l, uint32_t n)
{
    handover_init(&l->ready,
                  n * PIECES_AHEAD < HANDOVER_PLACES ? n * PIECES_AHEAD : HANDOVER_PLACES);
    if (n > 1) l->pieces = arena_calloc(r->arena, l->ready.places * sizeof *l->pieces);
    for (uint32_t i = 0; n > 1 && i < l->ready.places; i++) l->pieces[i].arena = arena_new();
    l->workers = arena_calloc(r->arena, n * sizeof *l->workers);
    for (uint32_t i = 0; i < n; i++) {
        struct worker *w = &l->workers[i];
        w->lane = l;
        w->ahead.arena = arena_new();
        l->n_workers = i + 1;
        TRY(equip_worker(r, r->arena, w));
    }
    return OK;
}

/* STATE.spool/1-NAME: what an input that cannot go back keeps until a checkpoint has it. */
static void name_spool(const struct run *r, uint32_t source, struct io_endpoint *e)
{
    char *name = arena_dup(r->arena, e->name, strlen(e->name) + 1);
    for (char *p = name; *p; p++) {
        bool letter = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z');
        if (!letter && (*p < '0' || *p > '9')) *p = '_';
    }
    e->spool = str_format_c(r->arena, "%s.spool/%u-%s", r->config->state_path, source + 1, name);
    e->seal = r->plan->personal;
}

static struct status open_lane(struct run *r, uint32_t source, uint32_t workers)
{
    struct lane *l = &r->lanes[r->n_lanes++];
    l->run = r;
    l->streams = r->plan->sources[source].streams;
    l->n_streams = r->plan->sources[source].n_streams;
    l->progress = ROWTIME_MIN;
    l->seq = l->first_seq = ((uint64_t)source << FEED_SOURCE_SHIFT) + 1;
    turnstile_init(&l->reading);
    TRY(feed_init(r->arena, r->plan, source, l->streams[0], NULL, &l->feed));
    if (r->recovery) name_spool(r, source, l->feed.endpoint);
    TRY(source_open(r->arena, l->feed.endpoint, &l->source));
    l->feed.format = source_format(l->source);
    l->whole = l->feed;
    if (r->taps) feed_need_all(r->arena, &l->whole);
    if (recovery_has_state(r->recovery)) TRY(recovery_restore_lane(r->recovery, l, r->n_lanes - 1));
    if (r->recovery && !l->place.len && !l->ended) source_start(l->source, &l->place);
    struct fed into = fed(l, ROWTIME_MIN);
    feed_begin(&l->feed, &into, l->source, &l->idle);
    return open_workers(r, l, workers);
}

uint32_t lanes_threads(const struct run *r)
{
    uint32_t threads = r->config->threads ? r->config->threads : thread_cpus();
    return threads > LIMIT_THREADS ? LIMIT_THREADS : threads;
}

struct status lanes_open(struct run *r)
{
    uint32_t n = r->plan->n_sources;
    uint32_t threads = lanes_threads(r);
    r->lanes = arena_calloc(r->arena, n * sizeof *r->lanes);
    for (uint32_t i = 0; i < r->plan->n_sources; i++) {
        const struct plan_source *s = &r->plan->sources[i];
        if (!s->endpoint.has_url) {
            struct status st = status_new(r->arena, ERR_BAD_URL, s->at, "source %.*s has no URL",
                                          STR_ARG(s->name));
            return status_with_hint(
                st, str_format_c(r->arena, "give one: --source '%.*s=FILE' (- is standard input)",
                                 STR_ARG(s->name)));
        }
        /* rows dealt out to several streams are counted one by one */
        TRY(open_lane(r, i, threads / n && s->n_streams == 1 ? threads / n : 1));
    }
    return OK;
}

/* ---- another plan ---- */

static void leave_sections(struct lane *l)
{
    for (uint32_t k = 0; k < l->n_workers; k++) {
        struct worker *w = &l->workers[k];
        for (uint32_t s = 0; w->sections && s < l->n_streams; s++) section_free(w->sections[s]);
        w->sections = NULL;
    }
}

void lanes_leave(struct run *r)
{
    for (uint32_t i = 0; i < r->n_lanes; i++) leave_sections(&r->lanes[i]);
}

/* The source is the same: its endpoint, and what was found out about its records, stay. */
static struct status follow(struct run *r, struct arena *a, struct lane *l, uint32_t source)
{
    struct feed feed;
    l->streams = r->plan->sources[source].streams;
    TRY(feed_init(a, r->plan, source, l->streams[0], l->feed.format, &feed));
    feed.endpoint = l->feed.endpoint;
    feed.looked = l->feed.looked;
    memcpy(feed.misnamed, l->feed.misnamed, sizeof feed.misnamed);
    l->feed = l->whole = feed;
    if (r->taps) feed_need_all(a, &l->whole);
    for (uint32_t k = 0; k < l->n_workers; k++) TRY(equip_worker(r, a, &l->workers[k]));
    return OK;
}

struct status lanes_follow(struct run *r, struct arena *a)
{
    for (uint32_t i = 0; i < r->n_lanes; i++) TRY(follow(r, a, &r->lanes[i], i));
    return OK;
}

/* ---- ending ---- */

void lanes_stop(struct run *r)
{
    atomic_store(&r->stopping, true);
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        if (r->lanes[i].source) source_stop(r->lanes[i].source);
    }
}

void lanes_close(struct run *r)
{
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        struct lane *l = &r->lanes[i];
        leave_sections(l);
        for (uint32_t k = 0; l->pieces && k < l->ready.places; k++) arena_free(l->pieces[k].arena);
        for (uint32_t k = 0; k < l->n_workers; k++) arena_free(l->workers[k].ahead.arena);
        if (l->source) source_close(l->source);
        buf_free(&l->place);
        turnstile_fini(&l->reading);
        if (l->n_workers) handover_fini(&l->ready);
    }
}
