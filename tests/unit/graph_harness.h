#ifndef TESTS_UNIT_GRAPH_HARNESS_H
#define TESTS_UNIT_GRAPH_HARNESS_H

/*
 * graph_harness.h: an application from SQL text on records from a list, without drivers and threads: batches of a
 * chosen size, with a checkpoint into a fresh graph after each when wanted, or through sections.
 */

#include "app/app.h"

/* Records of all sources in the order of their times; text NULL: the clock alone. */
struct graph_record {
    const char *source; /* NULL: the source of the record before */
    rowtime     time;
    const char *text;
};

struct graph_run {
    const char                *sql;
    const char                *table; /* records of the first reference table; NULL: none */
    const struct graph_record *records;
    uint32_t                   n_records;
    uint32_t                   batch_rows;
    bool                       checkpoints; /* after each batch into a fresh graph */
    bool                       takeovers;   /* after each batch by a graph of the same plan */
    bool                       sections;
};

/* What each stream got, in the order of the streams, error_stream at the end: a heading and a line a row, "time
 * {json}". To be freed. Fails the test where the text does not compile. */
char *graph_run(const struct graph_run *run);
/* Pushes the records, takes a checkpoint, and restores what is left of it when it is cut or bytes are changed: cut
 * ones are refused, and nothing crashes. */
void graph_damage(const struct graph_run *run);

#endif
