#ifndef CLI_TESTFILE_H
#define CLI_TESTFILE_H

/*
 * testfile.h: reads the format of .test files: cases, their blocks, and the lines of these with their numbers.
 * What the lines mean is known to testcase.c; here stands only what can be said of a file without running it.
 *
 *     # a title                     struct test_case, title "a title"
 *     schema S                      struct test_block, kind TEST_SCHEMA, name "S"
 *     V INTEGER                       struct test_line
 *     ----
 *     expect-count T 2              struct test_block, kind TEST_EXPECT_COUNT, name "T", count 2
 *     ====
 */

#include "base/array.h"
#include "base/status.h"

enum test_directive {
    TEST_SCHEMA,       /* name, argument: the options in parentheses, or empty */
    TEST_ROWS,         /* name */
    TEST_SQL,
    TEST_INCLUDE,      /* argument: the path */
    TEST_INPUT,        /* name; lines have times */
    TEST_EXPECT,       /* name, unordered */
    TEST_EXPECT_COUNT, /* name, count */
    TEST_EVAL,
    TEST_ERROR         /* argument: the text */
};

struct test_line {
    struct str text;      /* without the line end; of an input line: the record */
    uint32_t   number;    /* in the file, from 1 */
    int64_t    time;      /* TEST_INPUT: milliseconds since 1970 */
    bool       has_record; /* TEST_INPUT: false where only the clock moves */
};

struct test_block {
    enum test_directive kind;
    struct span         at; /* the directive's line */
    struct str          name;
    struct str          argument;
    bool                unordered;
    uint64_t            count;
    ARRAY(struct test_line) lines; /* empty lines are left out */
    size_t              text_at, text_size; /* the whole block as it stands in the file, in bytes */
    uint32_t            text_line;          /* number of its first line */
};

struct test_case {
    const char *title; /* the comment above the first directive; "" without one */
    struct span at;    /* the first directive */
    ARRAY(struct test_block) blocks;
};

struct test_file {
    struct text_file text; /* name: the path as given */
    ARRAY(struct test_case) cases;
};

/* The time at which a test begins: 2026-01-01 00:00:00 UTC, in milliseconds since 1970. */
#define TEST_START INT64_C(1767225600000)

/* Reads a file, which lives in the arena. Fails with the place of the first thing that is not of the format. */
struct status test_file_read(struct arena *a, const char *path, struct test_file **out) MUST_CHECK;
/* The same for a text, which must live as long as the file. */
struct status test_file_parse(struct arena *a, const char *path, const char *text, size_t size,
                              struct test_file **out) MUST_CHECK;
/* The place of a line of the file, for messages. */
struct span test_line_span(const struct test_file *f, const struct test_line *line);

#endif
