#ifndef APP_SESSION_IMPL_H
#define APP_SESSION_IMPL_H

/*
 * session_impl.h: a session as its own files see it. session.c keeps the definitions and compiles them,
 * session_world.c has the running graph and puts another one in its place, session_lane.c brings rows into it,
 * session_query.c asks.
 *
 * The application is compiled anew, from all definitions, whenever one changes: that takes about a millisecond and has
 * no second way of meaning. The graph of the new plan then takes over from the running one (exec/graph_takeover).
 */

#include <stdatomic.h>

#include "app/app.h"
#include "app/feed.h"
#include "app/last_errors.h"
#include "app/session.h"
#include "base/array.h"
#include "base/thread.h"
#include "grammar/cut.h"
#include "time/clock.h"

/* A statement that stands; in the session's arena. */
struct definition {
    struct cut    cut;
    const char   *name; /* of its file; NULL */
    const char   *text;
    size_t        size;
    size_t        padding; /* bytes of the text that only stand for what is before it in its file */
    const char   *base_dir;
    bool onlookers; /* of one who came through a control socket and may not see PERSONAL values */
    bool          once; /* an INSERT of rows: it stands until the next change */
};

/* A column of a stream. */
struct session_column {
    struct str stream, column;
};

struct definitions {
    struct definition **items;
    size_t              count;
};

struct rejects;

/* A compiled application, and what runs of it. */
struct generation {
    struct app            *app;
    const struct app_plan *plan;
    struct graph          *graph;
    struct reftable      **tables;
    struct rejects        *rejects; /* of sources with PERSONAL columns; NULL: nobody keeps them */
    struct keyed         **keyed;     /* as graph_config.keyed */
    double                *refreshed; /* monotonic seconds, by table */
    struct table_version  *versions;  /* that were read, by table */
};

/* A source on its way into the graph. */
struct session_lane {
    struct session          *session;
    struct arena            *arena;
    const struct plan_source *plan; /* as it was when the lane was opened */
    struct feed              feed;
    struct source           *source;
    struct decoder          *decoder;
    const uint32_t          *streams; /* of the plan that runs; within the gate, like all below */
    uint32_t                 n_streams;
    uint32_t                 kept; /* its index in the plan that comes; GRAPH_NEW: it goes */
    uint64_t                 seq;
    struct idle              idle;
    bool                     live, running, ended;
    atomic_llong             heard_ms; /* when something came, by the steady clock; 0: nothing has */
    atomic_bool              at_work; /* on what came: nothing is read */
    struct thread            thread;
};

struct session_sink {
    struct session         *session;
    struct arena           *arena;
    const struct plan_sink *plan; /* as it was when the sink was opened */
    const struct schema    *schema;
    struct sink            *sink;
    bool                    kept;
    atomic_bool             given_up; /* it goes: nothing more is delivered, and nobody waits for it */
};

/* A running application that is not the session's own: the session knows its definitions, compiles, and describes
 * it (app/serve). */
struct session_host {
    void *arg;
    /* Between these two it stands still, and `now`, lanes and sinks of the session tell what it is. */
    void (*enter)(void *arg, struct session *s);
    void (*leave)(void *arg, struct session *s);
    /* As world_change. */
    struct status (*change)(void *arg, struct session *s, struct app *app);
};

struct remote;
struct remote_query;

struct session {
    struct session_config config;
    struct remote            *remote; /* NULL: it is no connection (remote.c) */
    const struct session_host *host; /* NULL: what runs is the session's */
    struct clock          clock;
    struct definitions    definitions;
    size_t                n_dropped; /* streams */
    ARRAY(struct session_column) personal; /* that onlookers may not see, whatever they change */
    struct gate           gate;       /* to the graph */
    pthread_cond_t        lane_ended; /* for who looks */
    atomic_bool           ending;     /* nobody is waited for any more */
    struct generation     now;
    ARRAY(struct app *) apps; /* of all generations: rows on their way may point into their constants */
    ARRAY(struct session_lane *) lanes;
    ARRAY(struct session_sink *) sinks;
    struct arena         *arena;
    struct session_query *tap; /* the query that reads the running graph, or NULL */
    struct status         failure;
    atomic_ullong         faults;
    struct last_errors    errors; /* within the gate */
    ARRAY(struct session_query *) left; /* queries that are over, which the graph may still know; freed last */
    bool                  error_sunk, closed;
};

/* ---- session.c ---- */

/* One that neither runs anything nor knows anything. */
struct session *session_bare(const struct session_config *config);
/* A session for a host, without definitions. */
struct session *session_for_host(const struct session_config *config,
                                 const struct session_host *host);
/* The statements of a text that was compiled before, as definitions: nothing is compiled or changed. */
void session_adopt_text(struct session *s, const struct text_file *file, const char *base_dir);
/* What runs is held still while something is looked at. */
void session_enter(struct session *s);
void session_leave(struct session *s);

/* The definitions, compiled; the application is the caller's. NULL, with the errors in *messages, when something is
 * wrong. fresh: the definitions from this one on are new, and their warnings are told. */
struct app *session_compile(struct session *s, const struct definitions *all, size_t fresh,
                            const struct session_text *query, int64_t *limit,
                            struct buf *messages, struct status *first);
/* The text behind as many lines and columns as stand before it in its file. */
char *session_padded(struct arena *a, const struct session_text *t, size_t *padding);

/* ---- session_world.c ---- */

struct status world_open(struct session *s) MUST_CHECK;
/* The application takes the place of the one that runs, and is the session's from now on; on failure nothing has
 * changed and it is still the caller's. */
struct status world_change(struct session *s, struct app *app) MUST_CHECK;
/* Queries that were left behind; when nothing of the graph is there any more. */
void query_free_left(struct session *s);
void world_close(struct session *s, struct status *st);
/* Whether two places stand in texts that say the same; both may be none. */
bool world_same_text(struct span a, struct span b);
/* Which sources and pumps of a plan are those of an earlier one, by their places there; GRAPH_NEW: none. */
void world_match(const struct app_plan *old, const struct app_plan *plan, uint32_t *sources,
                 uint32_t *pumps);
/* The pump of a query at the top level; NULL: the plan has none. */
const struct plan_pump *world_query_pump(const struct app_plan *plan);
/* Graph configuration of a plan. keeps: records that do not fit go to the application's vault, as they do not when a
 * query reads a source by itself. */
struct status world_graph(struct session *s, struct app *app, bool keeps,
                          struct generation *out) MUST_CHECK;
void world_forget(struct generation *g);
/* A sink that fails is waited for no longer, since it goes; or it stays, after all. */
void world_give_up(struct session *s, struct str sink, bool given_up);
/* Everything that sinks were given gets to where it goes; by who works in the graph. */
struct status world_flush(struct session *s) MUST_CHECK;
/* Streams that some live source can reach, by number. */
bool *world_live_streams(struct session *s, struct arena *a, const struct app_plan *plan);
/* Marks the streams that a part of a plan reads. */
void world_mark_reads(const struct plan_node *n, bool *streams);
/* Also marks those from which pumps fill them. */
void world_mark_upstream(const struct app_plan *plan, bool *streams);
/* Reads reference tables anew whose time has come; any thread, outside of the gate. */
void world_refresh(struct session *s);
struct session_lane *world_lane(const struct session *s, struct str source);

/* ---- session_lane.c ---- */

struct status lane_new(struct session *s, const struct app_plan *plan, uint32_t source,
                       struct session_lane **out) MUST_CHECK;
void lane_start(struct session_lane *l);
void lane_free(struct session_lane *l);
/* Decoded rows to the streams of a source, dealt out by their numbers. */
struct status lane_push(struct graph *g, const uint32_t *streams, uint32_t n_streams,
                        const struct source_rows *rows) MUST_CHECK;

/* ---- remote.c: what the functions of session.h do with a connection ---- */

void remote_close(struct remote *r);
bool remote_is_lost(const struct remote *r);
struct status remote_define(struct session *s, const struct session_text *texts, size_t n,
                            struct buf *messages) MUST_CHECK;
struct status remote_ask(struct session *s, const struct session_text *text, struct arena *a,
                         struct remote_query **out, struct buf *messages) MUST_CHECK;
const struct schema *remote_columns(const struct remote_query *q);
bool remote_is_standing(const struct remote_query *q);
enum session_rows remote_next(struct remote_query *q, int wait_ms, struct batch **rows,
                              struct status *st);
uint64_t remote_left_out(const struct remote_query *q);
uint64_t remote_faults(const struct remote_query *q);
void     remote_done(struct remote_query *q);
size_t   remote_objects(struct session *s, struct arena *a, struct session_object **out);
struct status remote_why(struct session *s, struct str stream, struct buf *out) MUST_CHECK;
struct status remote_errors(struct session *s, struct buf *out) MUST_CHECK;

/* ---- session_query.c ---- */

/* The sink for the rows of the query that taps the running graph. */
struct graph_sink query_sink(struct session_query *q);

#endif
