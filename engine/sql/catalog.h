#ifndef SQL_CATALOG_H
#define SQL_CATALOG_H

/*
 * catalog.h: the application's objects by name. Streams, tables and views share one name space; pumps, functions,
 * sinks and sources have their own. Found objects may move when another one is added.
 */

#include "base/array.h"
#include "sql/ast.h"
#include "sql/plan.h"

enum relation_kind { RELATION_STREAM, RELATION_TABLE, RELATION_VIEW };

/* A view is a macro: its query is bound wherever it is used. */
struct view {
    const struct ast_query *query;
    const struct ast_name  *columns; /* NULL: those of the query */
    uint32_t                n_columns;
};

struct relation {
    struct str         name;
    enum relation_kind kind;
    uint32_t           index; /* of the catalogue's streams or tables */
    struct view        view;
    bool               dropped;
};

/* CREATE FUNCTION ... RETURN expression; bound wherever it is called. */
struct user_function {
    struct str                  name;
    const struct ast_parameter *parameters;
    struct type                *types; /* of the parameters */
    uint32_t                    n_parameters;
    struct type                 returns;
    const struct ast_expr      *body;
    bool                        null_on_null;
    bool                        dropped;
};

/* A pump, and what it needs that its plan does not say. */
struct pump_entry {
    struct plan_pump pump;
    uint32_t        *streams; /* that it reads */
    uint32_t         n_streams;
    bool             dropped;
};

struct catalog {
    struct arena *arena;
    ARRAY(struct relation) relations;
    ARRAY(struct plan_stream) streams;
    ARRAY(struct plan_table) tables;
    ARRAY(struct plan_source) sources;
    ARRAY(struct plan_sink) sinks;
    ARRAY(struct pump_entry) pumps;
    ARRAY(struct user_function) functions;
    ARRAY(struct plan_subquery *) subqueries; /* of all statements, failed ones too */
};

struct catalog *catalog_new(struct arena *a);
/* The relation of this name, or NULL. */
struct relation *catalog_relation(const struct catalog *c, struct str name);
struct pump_entry *catalog_pump(const struct catalog *c, struct str name);
struct plan_sink *catalog_sink(const struct catalog *c, struct str name);
struct plan_source *catalog_source(const struct catalog *c, struct str name);
/* The pump that reads or writes the stream, or NULL. */
const struct pump_entry *catalog_stream_user(const struct catalog *c, uint32_t stream);

/* Which names a search for the nearest one looks at. */
enum name_space { NAMES_RELATIONS, NAMES_STREAMS, NAMES_PUMPS, NAMES_SINKS, NAMES_SOURCES };
/* "did you mean "NAME"?" for the nearest name that is near enough, or NULL. */
const char *catalog_nearest(const struct catalog *c, enum name_space space, struct str name);

/* Whether it is error_stream, in whatever case. */
bool catalog_is_error_stream(struct str name);

/* The best of several names so far; for all searches of nearest names. */
struct nearest {
    struct str wanted;
    struct str best;
    int        distance; /* of best, or one more than is near enough */
};
struct nearest nearest_start(struct str wanted);
void nearest_try(struct nearest *n, struct str name);
/* "did you mean "NAME"?", or NULL. */
const char *nearest_hint(struct arena *a, const struct nearest *n);

#endif
