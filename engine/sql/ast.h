#ifndef SQL_AST_H
#define SQL_AST_H

/*
 * ast.h: the trees that grammar/ makes of the text and sql/bind_* gives a meaning. Pure syntax:
 * names are as stored (unquoted ones in upper case), nothing is looked up. All nodes live in the
 * statement arena.
 */

#include "base/array.h"
#include "base/status.h"
#include "data/type.h"

/* An identifier. Not data/: this is how it was written. */
struct ast_name {
    struct str  text;   /* as stored */
    bool        quoted;
    struct span at;
};

/* ---- types ---- */

struct ast_type {
    struct str  name;       /* "VARCHAR", "INTERVAL"; synonyms as written, with one blank */
    bool        has_length; /* VARCHAR(n), DECIMAL(p), TIMESTAMP(n) */
    bool        has_scale;  /* DECIMAL(p, s) */
    int64_t     length, scale;
    uint8_t     from, to;   /* INTERVAL from TO to: enum time_unit */
    struct span at;
};

/* ---- expressions ---- */

enum ast_kind {
    AST_NULL,
    AST_NUMBER,    /* text: as written; exact, decimal (with a point) or approximate (with E) */
    AST_STRING,    /* text: the value, escapes undone (U&'' too) */
    AST_BINARY,    /* text: the hexadecimal digits */
    AST_BOOLEAN,   /* op: 'T' 'F' 'U' */
    AST_DATETIME,  /* DATE, TIME or TIMESTAMP 'text'; type.name says which */
    AST_INTERVAL,  /* INTERVAL 'text' qualifier: text with its sign, type */
    AST_COLUMN,    /* a.b.c: names, n_names; also "ROWTIME" */
    AST_STAR,      /* * or a.*: names (none, or the alias); in COUNT(*) and select lists */
    AST_CALL,      /* name(args): functions, and operators by their sign; see below */
    AST_CAST,      /* args[0], type */
    AST_CASE,      /* args: operand or NULL, when, then, ..., else or NULL: 2 + 2 * n_when */
    AST_ROW,       /* (a, b): args */
    AST_IN,        /* args[0] IN (args[1..]) or, with query, IN (query); negated */
    AST_EXISTS,    /* EXISTS (query); negated */
    AST_SUBQUERY,  /* scalar (query) */
    AST_INTERVAL_OF, /* (args[0]) qualifier: a datetime difference with its unit; type */
    AST_PERIOD     /* name "CONTAINS", "STRICTLY LEADS" ...; args: the four ends; text "1" or "0"
                      twice: the end is written as an interval */
};

/*
 * AST_CALL names:
 *   operators      "+" "-" "*" "/" "||" "=" "<>" "<" "<=" ">" ">=" ("!=" arrives as "<>"),
 *                  unary "NEG" "POS" "NOT" "AND" "OR"
 *   predicates     "IS NULL" "IS TRUE" "IS FALSE" "IS UNKNOWN" "IS DISTINCT FROM" (negated),
 *                  "LIKE" (2 or 3 args, negated), "SIMILAR TO" (2 or 3 args, negated),
 *                  "BETWEEN" / "BETWEEN SYMMETRIC" (3 args, negated)
 *   SQL forms      "FLOOR" "CEIL" with unit (x TO unit) or none; "STEP" (x BY e): 2 args;
 *                  "EXTRACT" with unit, 1 arg;
 *                  "TRIM" 2 args (what or a blank, from) with op 'L' 'T' 'B';
 *                  "SUBSTRING" (s, from[, for]) whatever the notation;
 *                  "SUBSTRING SIMILAR" (s, pattern, escape);
 *                  "POSITION" (x, s); "OVERLAY" (s, r, from[, for])
 *   no parentheses "CURRENT_TIMESTAMP" and the like: 0 args, bare set
 *   others         the function's name as stored; distinct for f(DISTINCT x); star for COUNT(*)
 */
struct ast_expr {
    enum ast_kind     kind;
    struct span       at;      /* the whole expression */
    struct str        text;
    struct str        name;    /* AST_CALL, AST_PERIOD */
    struct span       name_at;
    struct ast_name  *names;
    uint32_t          n_names;
    struct ast_expr **args;
    uint32_t          n_args;
    struct ast_type   type;
    struct ast_query *query;
    struct ast_window *over;   /* f(x) OVER (window) */
    uint16_t          depth;   /* height of the tree with its queries; at most LIMIT_TREE_DEPTH */
    uint8_t           unit;    /* enum time_unit */
    char              op;
    bool              negated;
    bool              distinct;
    bool              star;
    bool              bare;
    bool              quoted;  /* the function's name was quoted */
    bool              parens;  /* written in parentheses */
    enum { NULLS_DEFAULT, NULLS_RESPECT, NULLS_IGNORE } null_treatment;
    bool              from_last; /* NTH_VALUE ... FROM LAST */
};

/* ---- windows ---- */

struct ast_bound {
    enum {
        BOUND_CURRENT_ROW,
        BOUND_PRECEDING,
        BOUND_FOLLOWING,
        BOUND_UNBOUNDED_PRECEDING,
        BOUND_UNBOUNDED_FOLLOWING
    } kind;
    struct ast_expr *offset;
    struct span      at;
};

struct ast_order {
    struct ast_expr *expr;
    bool             descending;
};

struct ast_window {
    struct ast_name    base;   /* OVER name, or (name ...); text.len 0: none */
    bool               only_name; /* OVER name, without parentheses */
    struct ast_expr  **partition;
    uint32_t           n_partition;
    struct ast_order  *order;
    uint32_t           n_order;
    enum { FRAME_NONE, FRAME_ROWS, FRAME_RANGE } frame;
    struct ast_bound   start, end; /* the short form has end CURRENT ROW */
    struct span        at;
};

struct ast_named_window {
    struct ast_name    name;
    struct ast_window *window;
};

/* ---- queries ---- */

struct ast_item {
    struct ast_expr *expr; /* AST_STAR for * and a.* */
    struct ast_name  alias; /* text.len 0: none */
};

/* FROM_VALUES: a query in parentheses that is nothing but VALUES. */
enum ast_from_kind { FROM_RELATION, FROM_QUERY, FROM_TABLE_FN, FROM_JOIN, FROM_VALUES };

/* SEED => n and the like: an argument of a table function. */
struct ast_table_arg {
    struct ast_name   name;   /* text.len 0: by position */
    struct ast_query *cursor; /* CURSOR(query), else NULL */
    struct ast_expr  *expr;
    struct span       at;
};

struct ast_from {
    enum ast_from_kind kind;
    uint16_t           depth;     /* as in ast_expr */
    struct span        at;
    struct ast_name    qualifier; /* a of a.b */
    struct ast_name    name;      /* relation or table function */
    struct ast_window *over;      /* relation OVER (window) */
    struct ast_name    alias;
    struct ast_name   *columns;   /* AS t (a, b) */
    uint32_t           n_columns;
    struct ast_query  *query;     /* FROM_QUERY, FROM_VALUES */
    struct ast_table_arg *args;
    uint32_t           n_args;
    /* FROM_JOIN */
    enum { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL, JOIN_CROSS } join;
    bool               comma;   /* a, b */
    bool               natural;
    struct ast_from   *left, *right;
    struct ast_expr   *on;
    struct ast_name   *using_columns;
    uint32_t           n_using;
};

enum ast_query_kind { QUERY_SELECT, QUERY_UNION, QUERY_EXCEPT, QUERY_INTERSECT, QUERY_VALUES };

struct ast_query {
    enum ast_query_kind kind;
    uint16_t            depth;    /* as in ast_expr */
    struct span         at;
    bool                stream;   /* SELECT STREAM */
    bool                distinct;
    struct ast_item    *items;
    uint32_t            n_items;
    struct ast_from    *from;     /* NULL: none */
    struct ast_expr    *where;
    struct ast_expr   **group;
    uint32_t            n_group;
    bool                stagger;  /* WINDOWED BY STAGGER (PARTITION BY group RANGE stagger_range) */
    struct ast_expr    *stagger_range;
    struct ast_expr    *having;
    struct ast_named_window *windows;
    uint32_t            n_windows;
    struct ast_order   *order;
    uint32_t            n_order;
    struct ast_expr    *within;   /* ORDER BY ts WITHIN interval */
    struct span         order_at, group_at;
    struct ast_expr    *limit;    /* accepted by the grammar, refused by the binder with a hint */
    /* set operations */
    bool                all;
    struct ast_query   *left, *right;
    /* VALUES: rows of expressions */
    struct ast_expr   **rows;     /* each an AST_ROW */
    uint32_t            n_rows;
    /* WITH name AS (query), ... in front */
    struct ast_name    *with_names;
    struct ast_query  **with_queries;
    uint32_t            n_with;
};

/* ---- statements ---- */

struct ast_column_def {
    struct ast_name name;
    struct ast_type type;
    bool            not_null;
    bool            personal;
    bool            has_path;
    struct str      path;
    struct span     path_at;
};

/* name = value in WITH (...), key 'value' in OPTIONS (...). */
struct ast_option {
    struct ast_name  name;
    struct ast_expr *value; /* a literal, or a bare word as AST_COLUMN */
};

enum ast_statement_kind {
    STATEMENT_CREATE_STREAM,
    STATEMENT_CREATE_PUMP,
    STATEMENT_CREATE_VIEW,
    STATEMENT_CREATE_FUNCTION,
    STATEMENT_CREATE_SOURCE,
    STATEMENT_CREATE_SINK,
    STATEMENT_CREATE_REFERENCE_TABLE,
    STATEMENT_ALTER_PUMP,
    STATEMENT_DROP,
    STATEMENT_INSERT, /* top level */
    STATEMENT_SELECT  /* top level */
};

struct ast_parameter {
    struct ast_name name;
    struct ast_type type;
    bool            cursor; /* of a table function in C; no type */
};

struct ast_statement {
    enum ast_statement_kind kind;
    struct span             at;
    bool                    or_replace;
    struct ast_name         name;
    struct ast_column_def  *columns;
    uint32_t                n_columns;
    struct ast_name        *primary_key; /* REFERENCE TABLE */
    uint32_t                n_primary_key;
    struct ast_option      *options;
    uint32_t                n_options;
    bool                    has_url; /* FROM 'url' of a source or table, INTO 'url' of a sink */
    struct str              url;
    struct span             url_at;
    struct ast_name         stream;  /* SINK ... FROM stream; INSERT INTO stream */
    struct ast_name        *targets; /* column list of INSERT; names of a view's columns */
    uint32_t                n_targets;
    bool                    stopped; /* PUMP ... STOPPED; ALTER PUMP ... STOP */
    struct str              description;
    struct ast_query       *query;
    struct ast_expr        *body;    /* FUNCTION ... RETURN expression */
    struct ast_parameter   *parameters;
    uint32_t                n_parameters;
    struct ast_type         returns;
    bool                    returns_table; /* a table function in C; `returns` is not set */
    struct span             external_at;
    bool                    null_on_null; /* RETURNS NULL ON NULL INPUT */
    struct str              external;     /* LANGUAGE C EXTERNAL NAME '...'; len 0: LANGUAGE SQL */
    struct ast_name        *names;        /* ALTER PUMP a, b */
    uint32_t                n_names;
    enum { DROP_STREAM, DROP_PUMP, DROP_FUNCTION, DROP_VIEW } drop;
};

struct ast_statements {
    struct ast_statement **items;
    size_t                 count;
    size_t                 cap;
    ARRAY(struct str) lost; /* names that statements would have defined which did not parse */
};

#endif
