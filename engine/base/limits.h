#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/*
 * limits.h: what the engine refuses, and how big its pieces are at first. What is accepted is the same in
 * every build; initial sizes are tiny under SMALL_LIMITS, so that edges are met in every test run.
 */

/* what is accepted */
enum {
    LIMIT_NAME_CHARS = 128,           /* identifier, dialect 1 */
    LIMIT_STRING_LENGTH = 65535,      /* CHAR(n), VARCHAR(n), dialect 2 */
    LIMIT_DECIMAL_PRECISION = 19,     /* declared; results are capped at 18 (S-1) */
    LIMIT_RESULT_PRECISION = 18,
    LIMIT_SQL_BYTES = 16 << 20,       /* one SQL file */
    LIMIT_EXPR_DEPTH = 200,           /* nested parentheses, sub-queries and the like */
    LIMIT_TREE_DEPTH = 1000,          /* height of a syntax tree: a AND b AND c ... has one level a term */
    LIMIT_COLUMNS = 1600,             /* columns of one stream, one select list */
    LIMIT_JSON_DEPTH = 512,           /* nested objects and arrays of one record */
    LIMIT_RECORD_BYTES = 64 << 20,    /* one record, one line */
    LIMIT_DIAGS = 100,                /* messages of one compilation */
    LIMIT_PUMP_DEPTH = 24,            /* pumps a row goes through, one after the other */
    LIMIT_PARALLELISM = 64,           /* streams of one source */
    LIMIT_THREADS = 64,
    LIMIT_HTTP_CONNECTIONS = 4096     /* of an address that takes requests */
};

/* the message and the row columns of error_stream, dialect 4.6 */
enum { LIMIT_ERROR_MESSAGE = 4096, LIMIT_ERROR_DATA_ROW = 49152 };

/* initial sizes: not what is accepted */
#ifdef SMALL_LIMITS
enum { SIZE_BATCH_ROWS = 3, SIZE_ARENA_BLOCK = 64, SIZE_HASH_SLOTS = 2, SIZE_READ_BLOCK = 64 };
#else
enum {
    SIZE_BATCH_ROWS = 1024,
    SIZE_ARENA_BLOCK = 4096,
    SIZE_HASH_SLOTS = 64,
    SIZE_READ_BLOCK = 256 << 10
};
#endif

/* key groups that keyed state is cut into: hash of the key modulo this, saved group by group */
enum { KEY_GROUPS = 128 };

#endif
