#ifndef APP_FEED_H
#define APP_FEED_H

/*
 * feed.h: what stands between bytes and the graph: endpoints of the plan as the io room wants them,
 * decoders for sources and reference tables, and decoded rows with their times and numbers.
 */

#include "app/gate.h"
#include "base/diag.h"
#include "exec/graph.h"
#include "io/decode.h"
#include "io/keyed_source.h"
#include "io/sink.h"
#include "io/source.h"
#include "io/table.h"
#include "time/idle.h"

/* Numbers of rows begin with that of their source, from this bit on. */
#define FEED_SOURCE_SHIFT 56

/* The plan's endpoint, with options as text. name: of the source or sink. */
struct io_endpoint *feed_endpoint(struct arena *a, const struct plan_endpoint *e, struct str name);

/* Options that say how records are read: row path, delimiters, header. */
struct status feed_decode_options(struct arena *a, const struct io_endpoint *e,
                                  struct decode_config *out) MUST_CHECK;

/* How to decode the records of one source stream. */
struct feed {
    const struct app_plan *plan;
    uint32_t source; /* of plan->sources */
    uint32_t stream; /* of plan->streams */
    struct io_endpoint *endpoint;
    struct decode_config config;
    const bool
        *needed; /* of the stream's columns, hidden ones too: config.needed is its beginning */
    const char *format;
    int32_t rowtime_column; /* -1: arrival */
    int64_t lateness_ms, idle_after_ms;
    bool looked; /* at the first block */
    char misnamed[320]; /* columns that its records spell otherwise, as a message; "": none */
};

/* format: NULL: what the endpoint says. Fails when row path or options do not fit. */
struct status feed_init(struct arena *a, const struct app_plan *plan, uint32_t source,
                        uint32_t stream, const char *format, struct feed *out) MUST_CHECK;
/* From now on every column is decoded, hidden ones too. */
void feed_need_all(struct arena *a, struct feed *f);
/* Looks at the first block of an input, and warns when its records spell the names of columns in another case. */
void feed_look(struct feed *f, const struct block *b);
/* Decoded rows as the graph takes them: hidden columns, arrival time `now` for all of them, numbers
 * from *seq on (bad records have numbers, too). The batch of `decoded` is taken over; lists live in
 * its arena. first_seq numbers the first record. */
void feed_rows(const struct feed *f, struct decoded *decoded, rowtime now, uint64_t *seq,
               struct source_rows *out);
/* The streams that a source's rows went to, and what the clock says: its time, and the number of the next row. */
struct fed {
    struct graph   *graph;
    const uint32_t *streams;
    uint32_t        n_streams;
    struct bound    now;
};
/* Before the first rows, of a source that is open. */
void feed_begin(const struct feed *f, const struct fed *into, const struct source *source,
                struct idle *out);
/* Time goes on behind rows, and while nothing comes: by the clock, or as the rows say. By who works in the graph. */
struct status feed_goes_on(const struct feed *f, const struct fed *into,
                           struct idle *idle) MUST_CHECK;
struct status feed_pauses(const struct feed *f, const struct fed *into,
                          const struct source *source, struct idle *idle) MUST_CHECK;
/* graph_config.row_of_record with `arg` a struct feed_rows_of *: decodes a record again, with all columns but
 * PERSONAL ones, as JSON text. False: it cannot, and gives the record as it is. */
struct feed_rows_of;
struct feed_rows_of *feed_rows_of_new(struct arena *a, const struct app_plan *plan);
bool feed_row_of_record(void *arg, uint32_t source, struct str record, struct buf *out);

/* How a table is read that was or will be read at other times, too. */
struct feed_reading {
    struct table_version *version; /* in: the one at hand; out: the one that was read */
    bool                  again;   /* there are rows already: what fails fails at once, a damaged version as a whole */
    const atomic_bool    *stop;    /* ends waiting for a server; NULL: nothing does */
};
/* A reference table read from its endpoint. Rows that do not convert are dropped and told by the log (L-27). how: NULL:
 * once. *out: NULL when the version at hand is the newest. */
struct status feed_load_table(struct arena *a, const struct app_plan *plan, uint32_t table,
                              const struct feed_reading *how, struct reftable **out) MUST_CHECK;
/* Any table, of an endpoint or of a query: `tables` are those before it, `keyed` as graph_config.keyed. One that is
 * asked by key has no rows. */
struct status feed_fill_table(struct arena *a, const struct app_plan *plan,
                              struct reftable **tables, struct keyed **keyed, uint32_t table,
                              rowtime now, const struct feed_reading *how,
                              struct reftable **out) MUST_CHECK;
/* After one of the tables was replaced: those of queries, too, in the graph and in `tables`. A query that fails is
 * told, and its rows stay. */
void feed_refill_queries(const struct app_plan *plan, struct reftable **tables,
                         struct keyed **keyed, struct graph *g, rowtime now);
/* What a table says about being asked by key, without touching anything. */
struct status feed_keyed_check(struct arena *a, const struct plan_table *t) MUST_CHECK;
/* How rows wait for those who are asked by key. */
struct feed_waiting {
    const atomic_bool *stop; /* when it becomes true they do not any more; NULL: it never does */
    bool               ever; /* with on_error = 'wait'; else keys without an answer count as missing */
    struct gate       *gate; /* others may look at the graph meanwhile; NULL: nobody does */
};
/* The tables that are asked by key, by number, NULL for the others; to be closed also after a failure, behind the graph
 * and before the arena. */
struct status feed_keyed_open(struct arena *a, const struct app_plan *plan,
                              const struct feed_waiting *waiting, struct keyed ***out) MUST_CHECK;
/* How the asking of one of them goes; any thread. */
void feed_keyed_look(struct keyed *keyed, struct keyed_look *out);
void feed_keyed_close(struct keyed **keyed, const struct app_plan *plan);
/* Their rows are asked for anew. */
void feed_keyed_clear(struct keyed **keyed, const struct app_plan *plan);
/* feed_load_table from a text of records (test files); an empty or NULL text gives no rows. */
struct status feed_load_table_text(struct arena *a, const struct app_plan *plan, uint32_t table,
                                   const char *text, size_t size, struct reftable **out) MUST_CHECK;

/* Checks all URLs and options of a plan without touching anything. */
void feed_check(struct arena *a, const struct app_plan *plan, struct diags *diags);

#endif
