#ifndef APP_REPLAY_H
#define APP_REPLAY_H

/*
 * replay.h: an application under controlled time, for tests: no clock, no URL. Records are handed
 * in one by one with their times; what reaches the watched streams is kept as JSON values.
 *
 *     replay_declare, app_add_text ...       sources beside the code's own
 *     replay_watch ...                       before app_compile: their columns are needed
 *     app_compile
 *     replay_new, replay_table_text ..., replay_start
 *     replay_record, replay_clock ..., replay_end
 *     replay_stream ...
 */

#include "app/app.h"
#include "data/batch.h"

/* Declares a source stream, or a reference table, with the name as stored. columns: the text
 * between the parentheses of CREATE SOURCE; options: the text between those of WITH, or NULL.
 * Errors go to the diagnostics of the application. The texts must outlive the application. */
void replay_declare(struct app *app, struct str name, struct span at,
                    const struct text_file *columns, const struct text_file *options,
                    bool is_table);
/* Rows of the stream (error_stream too) will be asked for. An unknown one is an error in the diagnostics. */
void replay_watch(struct app *app, struct str name, struct span at);

/* A scalar expression and its value. Call before app_compile. */
struct replay_value {
    struct type type;
    struct str  json; /* in the arena of the application */
};
/* Fails with what the compiler says, or with the fault that evaluating it gives. now: what the clock shows. */
struct status replay_eval(struct app *app, const struct text_file *text, rowtime now,
                          struct replay_value *out) MUST_CHECK;

struct replay_config {
    uint32_t threads;    /* that decode and run what is stateless; 0 and 1: none of its own */
    uint32_t batch_rows; /* rows of one source that are handed over together; 0: SIZE_BATCH_ROWS */
    rowtime  start;
};

struct replay;

/* plan: of app_compile; it must outlive the replay. */
struct replay *replay_new(const struct app_plan *plan, const struct replay_config *config);
void replay_free(struct replay *r);
/* The content of a reference table, one record a line; without it the table's own URL is read. Fails with
 * UNKNOWN_NAME when there is no such table. Before replay_start. */
struct status replay_table_text(struct replay *r, struct str name, const char *text,
                                size_t size) MUST_CHECK;
struct status replay_start(struct replay *r) MUST_CHECK;
/* Index of a source stream by its name, or -1. */
int replay_find_source(const struct replay *r, struct str name);
/* A record of a source stream that arrives at `time`, not before any earlier one. */
struct status replay_record(struct replay *r, int source, rowtime time,
                            struct str record) MUST_CHECK;
/* Time passes without a record. */
struct status replay_clock(struct replay *r, rowtime time) MUST_CHECK;
/* All input has ended. */
struct status replay_end(struct replay *r) MUST_CHECK;

/* The rows that reached a watched stream, in order. */
struct replay_row {
    rowtime     time;
    struct str *values; /* JSON, one a column */
};

struct replay_rows {
    const struct column *columns; /* without hidden ones */
    uint32_t             n_columns;
    struct replay_row   *items;
    size_t               count, cap;
};

/* NULL: no such stream, or not watched. */
const struct replay_rows *replay_stream(const struct replay *r, struct str name);

#endif
