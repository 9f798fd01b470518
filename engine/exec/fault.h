#ifndef EXEC_FAULT_H
#define EXEC_FAULT_H

/*
 * fault.h: failed rows on their way to error_stream (dialect 4.6, L-28).
 *
 * A log collects them with the cause of the row that failed, and gives them out in the order of causes once no
 * earlier one can come: the order in which single rows going all the way down would fail, wherever batches are cut.
 */

#include "data/builder.h"
#include "data/snap.h"
#include "exec/program.h"
#include "sql/plan.h"

/* How the raw record of a source becomes the row again, without PERSONAL columns; JSON text appended to out. False: it
 * does not, and the record as it came is appended. */
typedef bool (*error_record_fn)(void *arg, uint32_t source, struct str record, struct buf *out);

/* A record with PERSONAL columns that its source refused: its bytes, which no error row shows, for whoever may keep
 * them. Called by errors_take, in its order. */
struct error_reject {
    uint32_t    source; /* of plan->sources */
    const char *name;   /* ERROR_NAME */
    rowtime     time;   /* ERROR_TIME */
    struct str  record;
};
typedef void (*error_reject_fn)(void *arg, const struct error_reject *reject);

/* What is known of a row of error_stream beyond its columns, for messages. Called by errors_take for each row, in its
 * order, once somebody reads them. */
struct error_told {
    const char *name;    /* ERROR_NAME */
    struct str  message; /* MESSAGE */
    struct str  pump;    /* PUMP_NAME; empty: a record or row that did not enter its stream */
    struct str  source;  /* that it came from; empty: not known */
    struct str  path;    /* the file it stands in, empty: not known, and ... */
    uint64_t    byte;    /* ... where, from 1 (uncompressed) */
    int64_t     time;    /* ERROR_TIME, milliseconds since 1970 */
    struct str  row;     /* DATA_ROW as text, not as hexadecimal digits */
};
typedef void (*error_tell_fn)(void *arg, const struct error_told *told);

struct error_config {
    const struct app_plan *plan;
    error_record_fn        row_of_record; /* asked by errors_take; NULL: the record as it came */
    void                  *row_arg;
    error_reject_fn        reject; /* NULL: nobody keeps them */
    void                  *reject_arg;
    error_tell_fn          tell; /* NULL: nobody asks */
    void                  *tell_arg;
};

struct error_log;

struct error_log *errors_new(const struct error_config *config);
void errors_free(struct error_log *log);

/* Failed rows of a pump. DATA_ROW is the stream's row that a row was made of; where there is none (a group), the row of
 * `in` itself, its columns named by `schema`. */
void errors_add_rows(struct error_log *log, uint32_t pump, const struct batch *in,
                     const struct schema *schema, const struct faults *faults);

/* A record or row that did not enter its stream: no pump, DATA_ROW is the text. */
struct error_input {
    rowtime     cause_time; /* its place among the rows of the source */
    uint64_t    cause_seq;
    bool        has_rowtime;
    rowtime     rowtime;
    enum err    err;
    const char *message;
    struct str  text;
    uint32_t    record_of; /* number of the source + 1 whose record the text is; 0: it is DATA_ROW's */
    uint32_t    source;    /* number of the source + 1 */
    const char *path;      /* the file it stands in, NULL: not known, and ... */
    uint64_t    byte;      /* ... where, from 1 */
};
void errors_add_input(struct error_log *log, const struct error_input *e);
/* The text of a row of a stream: its record, then it returns the source's number + 1; or its columns as JSON, without
 * PERSONAL ones, then 0. */
uint32_t errors_row_text(const struct error_log *log, const struct batch *b, uint32_t row,
                         struct buf *out);

/* Somebody reads error_stream: from now on MESSAGE and DATA_ROW are made; before, rows are counted alone. */
void errors_render(struct error_log *log);
bool errors_are_rendered(const struct error_log *log);
size_t errors_count(const struct error_log *log);
/* Everything in `from`, in its order. */
void errors_move(struct error_log *to, struct error_log *from);
/* The rows whose cause comes before (limit.time, limit.seq), in order, into a builder with the columns of error_stream;
 * for BOUND_END all of them. now: the application's clock, NULL: the time of the cause, but at most `latest`. The
 * ROWTIMEs given do not go back behind *last. Returns how many. */
typedef rowtime (*error_now_fn)(void *arg);
size_t errors_take(struct error_log *log, struct bound limit, error_now_fn now, void *now_arg,
                   rowtime latest, rowtime *last, struct builder *out);
void errors_save(const struct error_log *log, struct snap_writer *w);
bool errors_load(struct error_log *log, struct snap_reader *r);

#endif
