/* recover.c: checkpoints of a run: what they hold and how a start reads them back. */

#include "app/recover.h"

#include <stdio.h>

#include "app/rejects.h"
#include "sql/explain.h"
#include "state/store.h"

struct recovery {
    struct arena *arena;
    struct store *store;
    bool has_state;
    struct buf plan; /* the application as text, by which a state knows its own */
};

/* ---- the application of a state ---- */

static size_t line_length(const char *p)
{
    const char *feed = strchr(p, '\n');
    return feed ? (size_t)(feed - p) : strlen(p);
}

/* Both are texts of plans, a line a fact: the first line in which they differ says what changed. */
static struct status refuse_difference(struct recovery *v, const char *path, const char *before,
                                       const char *now)
{
    while (*before && *now && line_length(before) == line_length(now) &&
           strncmp(before, now, line_length(now)) == 0) {
        before += line_length(before) + (before[line_length(before)] == '\n');
        now += line_length(now) + (now[line_length(now)] == '\n');
    }
    int was = (int)line_length(before), is = (int)line_length(now);
    struct status st = status_new(
        v->arena, ERR_BAD_OPTION, SPAN_NONE,
        "the application does not fit the state file %s: it had \"%.*s\", now there is \"%.*s\"",
        path, was, before, is, now);
    return status_with_hint(
        st, "run the application that the state is of, or begin anew with another state file");
}

static struct status check_plan(struct recovery *v, const char *path)
{
    struct buf saved = { 0 };
    bool found;
    struct status st = store_get(v->store, "plan", &saved, &found);
    if (st.err == ERR_NONE && found && strcmp(buf_c(&saved), buf_c(&v->plan)) != 0) {
        st = refuse_difference(v, path, buf_c(&saved), buf_c(&v->plan));
    }
    buf_free(&saved);
    return st;
}

struct status recovery_open(struct run *r, struct recovery **out)
{
    *out = NULL;
    if (!r->config->state_path) return OK;
    struct recovery *v = ARENA_NEW(r->arena, struct recovery);
    v->arena = r->arena;
    TRY(store_open(r->arena, r->config->state_path, &v->store));
    *out = v;
    if (r->plan->personal) TRY(store_seal(v->store));
    v->has_state = !store_is_empty(v->store);
    TRY(explain_write(&v->plan, r->plan, "text"));
    return v->has_state ? check_plan(v, r->config->state_path) : OK;
}

void recovery_close(struct recovery *v)
{
    if (!v) return;
    store_close(v->store);
    buf_free(&v->plan);
}

bool recovery_has_state(const struct recovery *v)
{
    return v && v->has_state;
}

/* ---- reading back ---- */

/* The bytes of a name, in the arena. */
static struct status get(struct recovery *v, const char *name, struct str *out, bool *found)
{
    struct buf bytes = { 0 };
    struct status st = store_get(v->store, name, &bytes, found);
    *out = str_copy(v->arena, str_view(bytes.data, bytes.len));
    buf_free(&bytes);
    return st;
}

static struct snap_reader reader_of(const struct str *bytes)
{
    return (struct snap_reader){ .p = str_data(bytes), .end = str_data(bytes) + bytes->len };
}

struct status recovery_restore_graph(struct recovery *v, struct graph *g)
{
    struct str bytes;
    bool found;
    TRY(get(v, "graph", &bytes, &found));
    struct snap_reader r = reader_of(&bytes);
    TRY(graph_restore(g, &r));
    return snap_read_end(v->arena, &r);
}

struct status recovery_restore_rejects(struct recovery *v, struct rejects *rejects)
{
    struct str bytes;
    bool found;
    TRY(get(v, "rejects", &bytes, &found));
    struct snap_reader r = reader_of(&bytes);
    return found ? rejects_restore(rejects, &r) : OK;
}

struct status recovery_sink(struct recovery *v, uint32_t sink, struct str *position, bool *found)
{
    *found = false;
    if (!recovery_has_state(v)) return OK;
    return get(v, str_format_c(v->arena, "sink %u", sink), position, found);
}

struct status recovery_restore_lane(struct recovery *v, struct lane *l, uint32_t lane)
{
    struct str bytes;
    bool found;
    TRY(get(v, str_format_c(v->arena, "source %u", lane), &bytes, &found));
    if (!found) return OK;
    struct snap_reader r = reader_of(&bytes);
    l->seq = l->first_seq = snap_read_u64(&r);
    l->ended = snap_read_u8(&r) != 0;
    struct str place = snap_read_str(&r);
    TRY(snap_read_end(v->arena, &r));
    buf_clear(&l->place);
    buf_append_str(&l->place, place);
    return l->ended ? OK : source_seek(l->source, place);
}

/* ---- saving ---- */

static struct status put(struct recovery *v, const char *name, struct snap_writer *w,
                         struct status st)
{
    if (st.err == ERR_NONE) st = store_put(v->store, name, w->out.data, w->out.len);
    buf_clear(&w->out);
    return st;
}

static struct status put_all(struct recovery *v, struct run *r, struct snap_writer *w)
{
    char name[32];
    TRY(store_put(v->store, "plan", v->plan.data, v->plan.len));
    TRY(put(v, "graph", w, graph_checkpoint(r->graph, w)));
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        struct lane *l = &r->lanes[i];
        snap_u64(w, l->seq);
        snap_u8(w, l->ended);
        snap_str(w, str_view(l->place.data, l->place.len));
        snprintf(name, sizeof name, "source %u", i);
        TRY(put(v, name, w, OK));
    }
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        snprintf(name, sizeof name, "sink %u", i);
        TRY(put(v, name, w, sink_save(r->sinks[i].sink, w)));
    }
    return put(v, "rejects", w, rejects_save(r->rejects, w));
}

static void count(struct run *r, struct status st, int64_t began)
{
    struct run_checkpoints *c = &r->checkpoint;
    attempts_end(&c->attempts);
    if (st.err != ERR_NONE) {
        attempts_failed(&c->attempts);
        return;
    }
    attempts_good(&c->attempts);
    atomic_store(&c->us, clock_steady_us() - began);
    atomic_store(&c->at, run_now(r));
}

struct status recovery_checkpoint(struct recovery *v, struct run *r)
{
    struct snap_writer w = { 0 };
    int64_t began = clock_steady_us();
    attempts_begin(&r->checkpoint.attempts);
    struct status st = store_begin(v->store);
    gate_wait(&r->gate); /* sinks may wait for somebody, and nothing changes */
    if (st.err == ERR_NONE) st = put_all(v, r, &w);
    gate_go_on(&r->gate);
    if (st.err == ERR_NONE) st = store_commit(v->store);
    if (st.err != ERR_NONE) store_rollback(v->store);
    buf_free(&w.out);
    count(r, st, began);
    for (uint32_t i = 0; i < r->n_lanes && st.err == ERR_NONE; i++) {
        const struct lane *l = &r->lanes[i];
        source_cover(l->source, str_view(l->place.data, l->place.len));
    }
    return st;
}
