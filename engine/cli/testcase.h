#ifndef CLI_TESTCASE_H
#define CLI_TESTCASE_H

/* testcase.h: runs one case of a test file in a fresh engine and says what came out of it. */

#include "cli/testfile.h"
#include "func/catalog.h"

struct test_config {
    const struct fn_catalog *functions;
    uint32_t                 threads;    /* of the engine; 0: one */
    uint32_t                 batch_rows; /* 0: as always */
};

enum test_outcome {
    TEST_PASSED,
    TEST_FAILED,
    TEST_BROKEN /* the file itself is wrong: an unknown stream or column in an expectation, say */
};

/* What --update writes in the place of some bytes of the file. */
struct test_edit {
    size_t     at, size;
    struct str text;
};

struct test_result {
    enum test_outcome outcome;
    bool              stays_failed; /* something failed that no edit mends */
    struct buf        report;       /* whole lines; the caller frees it */
    ARRAY(struct test_edit) edits;  /* in order; of failed expectations */
};

/* Any thread. Edits live in the arena. */
void test_case_run(struct arena *a, const struct test_file *file, const struct test_case *c,
                   const struct test_config *config, struct test_result *out);

#endif
