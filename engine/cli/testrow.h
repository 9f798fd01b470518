#ifndef CLI_TESTROW_H
#define CLI_TESTROW_H

/*
 * testrow.h: expected rows beside those that came: read, compared by the rules of the test format, aligned, and
 * shown line by line.
 */

#include "app/members.h"
#include "app/replay.h"
#include "cli/testfile.h"

/* An expected row: a member a column of the stream, in the stream's order. */
struct want_row {
    const struct test_line *line;
    struct member          *values;
    bool                   *listed; /* error_stream: columns that are not listed do not matter */
    bool                    has_rowtime;
    struct member           rowtime;
};

/* One step of the way through both lists: a row that is in both, in one alone. */
struct row_step {
    enum { ROW_BOTH, ROW_WANTED, ROW_CAME } kind;
    size_t want, came; /* those that the kind names */
};

struct row_match {
    struct arena             *arena;
    const struct replay_rows *rows;
    struct member           **got; /* the values of rows->items */
    struct want_row          *want;
    size_t                    n_want;
    bool                      any_subset;    /* error_stream */
    bool                      show_rowtime;  /* an expected row lists it */
    struct row_step          *steps;
    size_t                    n_steps;
    bool                      equal;
};

/* Whether a value is the expected one, for a column of this type: numbers by value, DOUBLE to nine significant
 * digits, REAL to six. */
bool test_value_equal(struct type type, const struct member *want, const struct member *got);

/* Compares a block of expected rows with what came. Fails where the block itself is wrong: not JSON, a column
 * that the stream does not have, twice, or missing. */
struct status row_match_new(struct arena *a, const struct test_file *file,
                            const struct test_block *expect, const struct replay_rows *rows,
                            struct row_match **out) MUST_CHECK;
/* The rows line by line: `  ` in both, `- ` expected, `+ ` came. Long stretches of equal rows are left out. */
void row_match_print(const struct row_match *m, struct buf *out);
/* The block as it should read, with the lines that were right kept as they are. */
void row_match_update(const struct row_match *m, struct buf *out);

#endif
