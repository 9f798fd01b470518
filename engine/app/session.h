#ifndef APP_SESSION_H
#define APP_SESSION_H

/*
 * session.h: an application that grows while it runs, statement by statement.
 *
 *     session_new
 *     session_define ...      CREATE, DROP, ALTER, INSERT: act at once, in the background
 *     session_ask             a query; then session_next until it ends, session_done
 *     session_finish          sources end, windows close, sinks are closed
 *
 * Live sources run from their definition on. A recorded one (a file, a folder) waits until a sink needs it; a SELECT
 * STREAM over recorded sources alone reads them anew, from their beginning, and disturbs nothing that runs.
 *
 * One thread calls; rows come from others. Only session_interrupt may be called from a signal handler.
 */

#include "base/status.h"
#include "data/batch.h"
#include "data/schema.h"
#include "func/catalog.h"

struct session;

struct session_config {
    const struct fn_catalog *functions; /* sealed, outlives the session */
    int64_t                  memory_limit; /* bytes of state of all that runs, and of each query; 0: none */
    const char *const       *sources, *const *sinks; /* NAME=URL, as --source and --sink; end at NULL; NULL: none */
    bool                     sees_personal; /* of a host's: queries show PERSONAL values */
    bool                     stdin_is_taken; /* statements come from it: no source can */
};

struct session *session_new(const struct session_config *config);
/* Connects to the control socket of a run instead: what is asked for is done there. A failure that ends the connection
 * is told by whatever is called next. */
struct status session_connect(const struct session_config *config, const char *path,
                              struct arena *a, struct session **out) MUST_CHECK;
/* Whether it is a connection; whether it is one that is lost: the run has ended. */
bool session_is_connected(const struct session *s);
bool session_is_lost(const struct session *s);
/* After session_finish, or instead of it: then sources are cut off. */
void session_free(struct session *s);

/* ---- text ---- */

/* A statement, or a file of them, and where it stands. */
struct session_text {
    const char *name; /* of the file, for messages; NULL: just typed */
    const char *data;
    size_t      size;
    uint32_t    line, column; /* of the file, from 1 */
    const char *base_dir;     /* what relative paths stand relative to */
};

enum session_kind {
    SESSION_NOTHING,    /* blanks and comments */
    SESSION_DEFINITION, /* for session_define */
    SESSION_QUERY       /* for session_ask */
};

/* The first statement of a text: its kind; *size its bytes with the `;`; *complete: the `;` is there. */
enum session_kind session_cut(const char *text, size_t n, size_t *size, bool *complete);

/* ---- definitions ---- */

/* All of them together or none: every error is appended to *messages, and warnings. OK, or the first failure. Alone, a
 * DROP SOURCE, SINK or REFERENCE TABLE does what the language has no statement for. */
struct status session_define(struct session *s, const struct session_text *texts, size_t n,
                             struct buf *messages) MUST_CHECK;

/* ---- queries ---- */

struct session_query;

enum session_rows {
    SESSION_ROWS, /* *rows: one reference for the caller */
    SESSION_WAIT, /* nothing within the time */
    SESSION_END,
    SESSION_FAILED
};

/* At most one at a time. */
struct status session_ask(struct session *s, const struct session_text *text,
                          struct session_query **out, struct buf *messages) MUST_CHECK;
/* Its columns; live as long as the query. */
const struct schema *session_columns(const struct session_query *q);
/* Whether its rows come for ever (SELECT STREAM), or are a result that is complete. */
bool session_is_standing(const struct session_query *q);
enum session_rows session_next(struct session_query *q, int wait_ms, struct batch **rows,
                               struct status *st);
/* Rows that came faster than they were asked for, and were left out. */
uint64_t session_left_out(const struct session_query *q);
/* Rows that failed within the query, where that is known. */
uint64_t session_faults(const struct session_query *q);
void     session_done(struct session_query *q);

/* ---- the running application ---- */

/* Waits up to wait_ms until all sources that run have ended; false: some have not. */
bool session_wait(struct session *s, int wait_ms);
/* Whether anything goes anywhere: a sink has a running source. */
bool session_is_busy(struct session *s);
/* A sink that fails, and is tried again without end; NULL: none. Lives as long as the session. */
const char *session_failing_sink(struct session *s);
/* From now on what fails is tried no longer, so that a session can end; in a signal handler, too. */
void session_interrupt(void);
/* Ends all sources, closes windows and sinks. */
struct status session_finish(struct session *s) MUST_CHECK;

/* ---- what there is ---- */

enum session_object_kind {
    OBJECT_SOURCE,
    OBJECT_STREAM,
    OBJECT_VIEW,
    OBJECT_TABLE,
    OBJECT_PUMP,
    OBJECT_SINK,
    OBJECT_FUNCTION
};

struct session_object {
    enum session_object_kind kind;
    struct str               name;
    const struct column     *columns; /* of sources, streams and tables */
    uint32_t                 n_columns;
    const char              *detail; /* where from, where to; or "" */
    const char              *state;  /* "running", "ended", "stopped", "fails", "waits for a reader"; or "" */
    uint64_t                 rows;   /* that went through; of a table, that it has */
    const char              *text;   /* its definition; NULL: none of its own */
};

/* Everything, by kind and in the order of definition. Lives in `a`, columns as long as nothing is defined. */
size_t session_objects(struct session *s, struct arena *a, struct session_object **out);
/* Its clock, milliseconds since 1970. */
int64_t session_time(struct session *s);
/* Words of the language, for completion; NULL behind the last one. */
const char *session_keyword(size_t i);
/* Numbers of the run that a session is connected to, as lines of text, appended. */
struct status session_metrics(struct session *s, struct buf *out) MUST_CHECK;
/* Why nothing, or this, comes out of a stream: its way up to the sources, operator by operator, appended as text. */
struct status session_why(struct session *s, struct str stream, struct buf *out) MUST_CHECK;
/* The last rows of error_stream, appended as text. */
struct status session_errors(struct session *s, struct buf *out) MUST_CHECK;

#endif
