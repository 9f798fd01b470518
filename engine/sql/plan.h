#ifndef SQL_PLAN_H
#define SQL_PLAN_H

/*
 * plan.h: what the text means: bound expressions and plan nodes, read-only once they are made. A
 * plan says what, not how, and runs nothing: `check` and `explain` need no more. It lives in the
 * application arena and points into nothing shorter-lived.
 */

#include "data/batch.h"
#include "data/schema.h"
#include "data/value.h"
#include "func/catalog.h"

/* ---- expressions ---- */

enum expr_kind {
    EXPR_CONSTANT,
    EXPR_COLUMN,   /* column of the operator's input row */
    EXPR_ROWTIME,  /* its time */
    EXPR_CALL,     /* kernel over args; casts too */
    EXPR_AND,      /* args, evaluated from the left for the rows not yet decided */
    EXPR_OR,
    EXPR_CASE,     /* args: when, then, when, then, ..., else (NULL constant when there is none) */
    EXPR_COALESCE, /* args */
    EXPR_NOT_NULL, /* args[0]; a NULL is a fault that names `label` */
    EXPR_RELEASE,  /* args[0]; what is PERSONAL in it may leave; `label` is the reason */
    EXPR_CLOCK,    /* CURRENT_TIMESTAMP (per_row false) and CURRENT_ROW_TIMESTAMP: TIMESTAMP */
    EXPR_SUBQUERY  /* a query over a table; args: what it reads of the row that it is asked for */
};

struct plan_subquery;

struct expr {
    enum expr_kind   kind;
    struct type      type;
    struct span      at;
    struct value     constant;
    uint32_t         column;
    struct fn_choice call;
    struct expr    **args;
    uint32_t         n_args;
    struct str       label;
    const struct sluice_record *record; /* the value is a record; NULL: it is not */
    bool             per_row;
    bool             implicit; /* EXPR_CALL: a cast as INSERT makes it */
    const struct plan_subquery *subquery;
    uint32_t weight; /* nodes of the tree, one that is shared counted each time; at least 1 */
};

/* Whether evaluating it can fault (division, casts, overflow ...): what may not be moved or left out. */
bool expr_can_fault(const struct expr *e);
bool expr_equal(const struct expr *a, const struct expr *b);
/* Sets the elements of a mask of input columns that the expression reads. */
void expr_columns(const struct expr *e, bool *used);

/*
 * A query within an expression (L-37). Its expressions are over the args of the EXPR_SUBQUERY, then
 * the table's columns; its rows are those of the table that pass the filter, have equal keys, and
 * pass the condition.
 */
enum subquery_kind { SUBQUERY_EXISTS, SUBQUERY_IN, SUBQUERY_SCALAR };

struct plan_subquery {
    enum subquery_kind kind;
    struct span        at;
    uint32_t           number;    /* in app_plan.subqueries */
    uint32_t           table;     /* of app_plan.tables */
    uint32_t           n_args;
    struct expr       *filter;    /* over the table alone, the same for all rows; NULL: none */
    struct expr      **keys;      /* over the args; equal to ... */
    uint32_t          *table_keys; /* ... these columns, found by hash */
    uint32_t           n_keys;
    struct expr       *condition; /* NULL: none */
    struct expr *match; /* IN: the comparison with a row, BOOLEAN; NULL: keys[0] is all of it */
    struct expr       *value;     /* SCALAR */
    bool distinct; /* SCALAR: rows of one value are one row */
    struct plan_agg *aggs; /* SCALAR: over all of its rows; `value` then reads the args, and behind the
                            * table's columns these */
    uint32_t n_aggs;       /* 0: the value is that of a row */
    bool               can_fault;
    bool must_match; /* SCALAR: a row that finds nothing is an error (on_missing) */
};

/* ---- plan nodes ---- */

enum plan_kind {
    PLAN_STREAM,   /* rows of a stream of the application */
    PLAN_FILTER,
    PLAN_PROJECT,
    PLAN_GROUP,    /* tumbling and stagger windows */
    PLAN_LOOKUP,   /* stream with reference table */
    PLAN_UNION,    /* UNION ALL, merged by rowtime */
    PLAN_TABLE,    /* the rows of a table (lookup.table), once, at the time of the start */
    PLAN_TABLE_FN,
    PLAN_OVER,     /* aggregates over sliding frames */
    PLAN_JOIN,     /* stream with stream */
    PLAN_DISTINCT,
    PLAN_SORT
};

/* How an operator may be divided (shown by EXPLAIN). */
enum plan_keying { KEYING_STATELESS, KEYING_KEYED, KEYING_GLOBAL };

enum window_kind {
    WINDOW_STEP,    /* [start, start + step_ms), aligned to origin; the bound closes it */
    WINDOW_MONTHS,  /* calendar steps of `months` months since 1970-01 */
    WINDOW_ROWTIME, /* one window a ROWTIME value; result ROWTIME is that value, closed when time passes it */
    WINDOW_CHANGE, /* closes when `key` changes from row to row (MONOTONIC); ROWTIME of the row that did it */
    WINDOW_STAGGER  /* opens a key's window at its first row, closes length_ms later */
};

struct plan_window {
    enum window_kind kind;
    int64_t          step_ms, origin_ms; /* WINDOW_STEP; WINDOW_STAGGER: step_ms is its length */
    int64_t          months;
    uint32_t         key; /* WINDOW_CHANGE: index of the grouping key */
};

struct plan_agg {
    struct agg_choice agg;
    struct expr     **args;
    uint32_t          n_args;
    bool              distinct;
    bool              ignore_nulls;
    struct type       type;
    struct expr
        *parameter; /* n of NTH_VALUE, half-life of EXP_AVG: written behind args[0]; NULL: none */
};

/* The rows that a sliding aggregate sees: the current one and those before it. */
struct plan_frame {
    bool rows; /* ROWS: `size` rows; otherwise RANGE: `size` milliseconds, both ends included */
    bool    endless; /* UNBOUNDED PRECEDING */
    int64_t size;    /* at least 0 */
};

struct plan_sliding {
    struct expr     **partition;
    uint32_t          n_partition;
    struct plan_frame frame;
};

/* f(x) OVER window. */
struct plan_over_fn {
    struct plan_agg agg;
    uint32_t        window; /* of plan_over.windows */
    bool            from_last; /* NTH_VALUE ... FROM LAST */
};

struct plan_over {
    struct plan_sliding *windows;
    uint32_t             n_windows;
    struct plan_over_fn *fns;
    uint32_t             n_fns;
};

struct plan_lookup {
    uint32_t      table;         /* of app_plan.tables */
    bool          outer;         /* LEFT: rows without a match stay, with NULLs */
    struct expr **stream_keys;   /* over the stream's columns; equal to ... */
    uint32_t *table_keys; /* ... these columns of the table; types that are looked up as they are */
    uint32_t      n_keys;        /* 0: every row of the table is tried */
    const uint32_t *lookup_key;  /* the table's: no other columns can be keys; they have its order */
    uint32_t        n_lookup_key; /* 0: it is read whole */
    struct expr  *condition;     /* of ON, over stream columns then table columns; NULL: none */
};

/* What a side of a join of streams keeps of its rows. */
enum join_window {
    JOIN_NOW,   /* nothing: the row that arrives meets the other side, and is gone */
    JOIN_RANGE, /* rows of the last size ms, both ends included */
    JOIN_ROWS   /* the last size rows */
};

struct plan_join_side {
    enum join_window window;
    int64_t          size;
    bool             outer; /* rows without a match come out, with NULLs for the other side */
    struct expr    **keys;  /* n_keys, over the operator's row; they read this side alone */
};

/* The operator's row: columns of the left side, of the right side, ROWTIME of the left row, ROWTIME of the right row.
 * Its own ROWTIME is the later one. */
struct plan_join {
    struct plan_join_side sides[2];  /* left, right */
    uint32_t              n_keys;    /* equal on both sides, NULL to nothing */
    struct expr          *condition; /* the rest of ON, over the operator's row; NULL: none */
    bool                 *used;      /* which columns of the operator's row anybody reads */
};

struct plan_table_fn {
    const struct sluice_table_fn *fn;
    const void                   *bound;
    bool                          pass_through;
    const char                   *detail; /* for EXPLAIN; NULL: nothing */
};

/* PLAN_SORT: the rows of a window (plan_node.window), sorted by keys[1..] and, in a window of
 * changing values, held until keys[0] changes. With `within` rows are put in the order of the time
 * keys[0], which becomes their ROWTIME. */
struct plan_sort {
    bool   *descending; /* a key each */
    bool    within;
    int64_t within_ms;
    bool    can_fault;  /* an operator behind it may fail and show the row of the stream */
};

struct plan_node {
    enum plan_kind     kind;
    enum plan_keying   keying;
    struct span        at;
    struct schema      out;       /* columns of its rows */
    struct plan_node **inputs;
    uint32_t           n_inputs;
    uint32_t           stream;    /* PLAN_STREAM: index in app_plan.streams */
    struct expr       *predicate; /* PLAN_FILTER */
    const char        *clause;    /* "WHERE", "HAVING": what made the filter, for EXPLAIN */
    struct expr      **exprs;     /* PLAN_PROJECT: one an output column */
    struct expr       *rowtime;   /* PLAN_PROJECT: AS ROWTIME; NULL: the row keeps its time */
    struct expr *
        *keys; /* PLAN_GROUP: output is keys, then aggregates; PLAN_SORT, PLAN_DISTINCT: columns or
                                     the ROWTIME of the input */
    uint32_t           n_keys;
    struct plan_agg   *aggs;
    uint32_t           n_aggs;
    struct plan_window window;
    struct plan_lookup lookup;
    struct plan_join   join;
    struct plan_over over; /* PLAN_OVER: output is the input's columns, then one a function */
    struct plan_table_fn table_fn;
    struct plan_sort   sort;
};

/* ---- the application ---- */

/* An option as written, value as text; which ones there are is checked where they are used. */
struct plan_option {
    struct str   name; /* lower case */
    struct value value;
    struct span  at;
};

/* Where bytes come from or go to. */
struct plan_endpoint {
    bool                has_url;
    struct str          url;
    struct span         url_at;
    const char
        *base_dir; /* what a relative path stands relative to: folder of the SQL file, or "." */
    struct plan_option *options;
    uint32_t            n_options;
};

/* The option of this (lower-case) name, or NULL. */
const struct plan_option *plan_option_find(const struct plan_endpoint *e, const char *name);

struct plan_stream {
    struct str      name;
    struct schema   schema;    /* declared columns, then hidden ones */
    uint32_t        n_visible; /* declared columns; * gives these */
    bool            is_source;
    uint32_t        source;    /* of app_plan.sources */
    bool           *needed;    /* schema.n_columns: a pump, sink or fault reads it */
    bool            is_read;   /* by a pump or query */
};

/* Hidden columns of source streams, behind the declared ones (L-21): only those that a declared
 * column does not replace. The record's text (never visible to SQL) is there so that a fault can
 * show the whole row without every column being decoded. */
enum {
    HIDDEN_ARRIVAL,
    HIDDEN_PARTITION_KEY,
    HIDDEN_SEQUENCE_NUMBER,
    HIDDEN_SHARD_ID,
    HIDDEN_TOPIC,
    HIDDEN_RECORD,
    HIDDEN_COUNT
};
extern const char *const plan_hidden_names[HIDDEN_COUNT]; /* HIDDEN_TOPIC: "$topic", HIDDEN_RECORD: "$record" */

struct plan_source {
    struct str           name;    /* declared name: the stream's, or the prefix with parallelism */
    struct span          at;
    struct schema        schema;  /* declared columns with paths */
    struct plan_endpoint endpoint;
    uint32_t            *streams; /* of app_plan.streams: one, or one a number of parallelism */
    uint32_t             n_streams;
};

/* Where ROWTIME comes from: index in source.schema of the column that option `rowtime` names (a TIMESTAMP, or an
 * integer of milliseconds since 1970); -1: the arrival. */
int32_t plan_source_rowtime(const struct plan_source *s);
/* Option `lateness`; 0 without it. */
int64_t plan_source_lateness_ms(const struct plan_source *s);
/* Option `idle_after`: for how long nothing comes until the clock moves its time; 0: rows alone do. */
int64_t plan_source_idle_after_ms(const struct plan_source *s);

enum plan_set { SET_NONE, SET_UNION, SET_EXCEPT, SET_INTERSECT };

struct plan_table {
    struct str           name;
    struct span          at;
    struct schema        schema;
    bool                *needed;
    uint32_t            *primary_key;
    uint32_t             n_primary_key;
    struct plan_endpoint endpoint;
    uint32_t            *lookup_key; /* lookup = 'key': its rows are fetched by these columns when somebody asks */
    uint32_t             n_lookup_key; /* 0: it is read whole */
    bool                 constant; /* VALUES and queries: it has no endpoint */
    struct value        *values;   /* VALUES: row by row */
    uint32_t             n_rows;
    /* A query over tables with a lower index, whose rows are taken once before the graph starts, and again when such a
     * table is read again. */
    struct plan_node *query;  /* NULL: none */
    struct plan_node *second; /* the other side of a set operator */
    enum plan_set     set;
    int64_t           limit; /* rows; -1: all */
};

/* on_missing = 'error': a row that finds nothing in the table is an error row. */
bool plan_table_must_match(const struct plan_table *t);
/* lookup = 'key', and the keys go to a server. */
bool plan_table_sends_keys(const struct plan_table *t);
/* refresh = INTERVAL: milliseconds between two readings of the table; 0: it is read once. */
int64_t plan_table_refresh_ms(const struct plan_table *t);

struct plan_sink {
    struct str           name;
    struct span          at;
    uint32_t             stream; /* of app_plan.streams; PLAN_ERROR_STREAM for error_stream */
    struct plan_endpoint endpoint;
};
#define PLAN_ERROR_STREAM UINT32_MAX

struct plan_pump {
    struct str        name;   /* empty for a top-level SELECT or INSERT */
    struct span       at;
    uint32_t          number; /* order of creation, from 1: its word in a row's path */
    bool              stopped;
    uint32_t          target; /* stream, or PLAN_STDOUT for a top-level SELECT STREAM */
    struct plan_node *root;   /* its rows have the target's columns */
    uint32_t          reads;  /* first stream that its rows come from, whose row a fault shows */
    bool              personal; /* a fault of it may be of a PERSONAL value: messages tell no values */
    bool              personal_nulls; /* nor do messages about NULL: others than the engine write them */
    bool              personal_texts; /* a PERSONAL text may be too long: messages do not tell how long */
};
#define PLAN_STDOUT (UINT32_MAX - 1)

struct app_plan {
    struct plan_stream *streams;
    uint32_t            n_streams;
    struct plan_source *sources;
    uint32_t            n_sources;
    struct plan_table  *tables;
    uint32_t            n_tables;
    struct plan_sink   *sinks;
    uint32_t            n_sinks;
    struct plan_pump   *pumps;  /* in order of creation */
    uint32_t            n_pumps;
    struct plan_subquery **subqueries;
    uint32_t            n_subqueries;
    struct schema       error_schema; /* the seven columns of error_stream */
    bool                personal; /* some column is PERSONAL */
    struct status      *notes;    /* what was allowed without proof (personal.h) */
    uint32_t            n_notes;
};

enum error_column {
    ERROR_TIME,
    ERROR_LEVEL,
    ERROR_NAME,
    ERROR_MESSAGE,
    ERROR_DATA_ROWTIME,
    ERROR_DATA_ROW,
    ERROR_PUMP_NAME,
    ERROR_COLUMNS
};

#endif
