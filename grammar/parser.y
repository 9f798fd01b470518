/*
 * parser.y: the grammar: tokens to the trees of sql/ast.h. No names are looked up and no types are
 * known here.
 *
 * Which tokens a word becomes is settled before (reader.c): DATETIME stands for DATE, TIME or
 * TIMESTAMP in front of a text only, CAST and its like are themselves in front of a parenthesis
 * only, and every word that does not fit as itself arrives as ID where an ID fits. So there is no
 * %fallback, and any word can get syntax of its own without being taken from those who use it as a
 * name.
 *
 * Expressions have three floors, so that the AND of BETWEEN and the IN of POSITION need no special
 * care:
 *     expr   OR, AND, NOT
 *     cmp    comparisons and predicates, from the left: a = b IS TRUE is (a = b) IS TRUE
 *     value  || + - * / and signs, over primaries
 *
 * Queries come as query_np (no parentheses around all of it) and paren_query, so that any number
 * of parentheses around a query has one meaning, in FROM as in expressions.
 */

%include {
#include "grammar/build.h"
#include "grammar/machine.h"

/* The driver asks before it pushes; an error here is a fault of ours, which it reports. */
#define YYNOERRORRECOVERY 1
/* The stack lives in the arena. */
#define parser_ENGINEALWAYSONSTACK 1

struct unit_part {
    uint8_t from, to;
    bool has_length, has_scale;
    int64_t length, scale;
};

struct case_part {
    struct ast_expr *operand;
    struct expr_list whens;
};

static struct ast_type qualifier_type(struct unit_part u, struct span at)
{
    return (struct ast_type){ .name = str_c("INTERVAL"), .has_length = u.has_length,
                              .has_scale = u.has_scale, .length = u.length, .scale = u.scale,
                              .from = u.from, .to = u.to, .at = at };
}

/* A list of one, and a list with one more. */
#define BEGIN(list, item) APPEND(list, (__typeof__(list)){ 0 }, item)
#define APPEND(list, from, item) ((list) = (from), *array_push(p->arena, &(list)) = (item))

static struct ast_type type_simple(struct parse *p, struct str name, struct span at)
{
    return (struct ast_type){ .name = name, .at = build_span(p, at) };
}
}

%name parser_
%token_prefix TK_
%token_type { struct token }
%extra_context { struct parse *p }
%start_symbol input
%stack_size 2500
%stack_overflow { p->depth = DEPTH_STACK; }

%left OR.
%left AND.
%right NOT.
%left UNION EXCEPT.
%left INTERSECT.
%left PLUS MINUS CONCAT.
%left STAR SLASH.
%right SIGN.
/* "((query))": the inner parentheses belong to the query. "DAY TO HOUR": the TO belongs to the
 * qualifier. "F(G(x) IGNORE NULLS)": the words belong to G(x) until build_tail gives them to F. */
%nonassoc LOW.
%nonassoc RP TO RESPECT_NULLS IGNORE_NULLS.

/* Tokens that no rule names: they never fit. */
%token ILLEGAL UNCLOSED USTRING SEMI.

input ::= AS_STATEMENT statement(S).           { p->statement = S; S->at = build_span(p, S->at); }
input ::= AS_EXPRESSION expr(E).               { p->expr = E; }
input ::= AS_COLUMNS column_defs(C).           { p->columns = C; }
input ::= AS_OPTIONS options(O).               { p->options = O; }

/* ---- names and small parts ---- */

%type name { struct ast_name }
name(A) ::= ID(T).                             { A = build_new_name(p, &T); }
%type word { struct ast_name }
word(A) ::= ID(T).                             { A = build_name(&T); }
%type object { struct ast_name }
object(A) ::= name(N).                         { A = N; }
object(A) ::= name DOT name(N).                { A = N; }

%type names { struct name_list }
names(A) ::= name(N).                          { BEGIN(A, N); }
names(A) ::= names(L) COMMA name(N).           { APPEND(A, L, N); }
%type column_names { struct name_list }
column_names(A) ::= .                          { A = (struct name_list){ 0 }; }
column_names(A) ::= LP names(L) RP.            { A = L; }

%type not { bool }
not(A) ::= .                                   { A = false; }
not(A) ::= NOT.                                { A = true; }

/* ---- statements ---- */

%type statement { struct ast_statement * }
%type or_replace { bool }
or_replace(A) ::= .                            { A = false; }
or_replace(A) ::= OR REPLACE.                  { A = true; }

statement(A) ::= CREATE(C) or_replace(R) STREAM object(N) LP column_defs(L) RP
                 description(D) stream_options(O). {
    A = build_statement(p, STATEMENT_CREATE_STREAM, C.at);
    A->or_replace = R;
    A->name = N;
    A->description = D;
    build_columns(p, A, L);
    build_options(A, O);
}
statement(A) ::= CREATE(C) or_replace(R) PUMP object(N) started(S) description(D) AS insert(I). {
    A = I;
    A->kind = STATEMENT_CREATE_PUMP;
    A->at = C.at;
    A->or_replace = R;
    A->name = N;
    A->stopped = S;
    A->description = D;
}
statement(A) ::= CREATE(C) or_replace(R) VIEW object(N) column_names(L)
                 description(D) AS query(Q). {
    A = build_statement(p, STATEMENT_CREATE_VIEW, C.at);
    A->or_replace = R;
    A->name = N;
    A->targets = L.items;
    A->n_targets = (uint32_t)L.count;
    A->description = D;
    A->query = Q;
}
statement(A) ::= CREATE(C) or_replace(R) FUNCTION object(N) LP params(L) RP RETURNS type(T)
                 function_parts(F) function_body(B). {
    A = build_statement(p, STATEMENT_CREATE_FUNCTION, C.at);
    A->or_replace = R;
    A->name = N;
    A->parameters = L.items;
    A->n_parameters = (uint32_t)L.count;
    A->returns = T;
    build_body(p, A, F, B);
}
statement(A) ::= CREATE(C) or_replace(R) FUNCTION object(N) LP params(L) RP RETURNS TABLE
                 function_parts(F) function_body(B). {
    A = build_statement(p, STATEMENT_CREATE_FUNCTION, C.at);
    A->or_replace = R;
    A->name = N;
    A->parameters = L.items;
    A->n_parameters = (uint32_t)L.count;
    A->returns_table = true;
    build_body(p, A, F, B);
}
statement(A) ::= CREATE(C) or_replace(R) SOURCE object(N) LP column_defs(L) RP
                 from_url(U) with_options(O). {
    A = build_statement(p, STATEMENT_CREATE_SOURCE, C.at);
    A->or_replace = R;
    A->name = N;
    A->columns = L.items;
    A->n_columns = (uint32_t)L.count;
    A->has_url = U.at.line > 0;
    A->url = U.text;
    A->url_at = U.at;
    build_options(A, O);
}
statement(A) ::= CREATE(C) or_replace(R) SINK object(N) FROM object(S) INTO STRING(U)
                 with_options(O). {
    A = build_statement(p, STATEMENT_CREATE_SINK, C.at);
    A->or_replace = R;
    A->name = N;
    A->stream = S;
    A->has_url = true;
    A->url = U.text;
    A->url_at = U.at;
    build_options(A, O);
}
statement(A) ::= CREATE(C) or_replace(R) REFERENCE TABLE object(N)
                 LP column_defs(L) primary_key(K) RP FROM STRING(U) with_options(O). {
    A = build_statement(p, STATEMENT_CREATE_REFERENCE_TABLE, C.at);
    A->or_replace = R;
    A->name = N;
    A->columns = L.items;
    A->n_columns = (uint32_t)L.count;
    A->primary_key = K.items;
    A->n_primary_key = (uint32_t)K.count;
    A->has_url = true;
    A->url = U.text;
    A->url_at = U.at;
    build_options(A, O);
}
statement(A) ::= ALTER(C) PUMP names(L) run_state(S). {
    A = build_statement(p, STATEMENT_ALTER_PUMP, C.at);
    A->names = L.items;
    A->n_names = (uint32_t)L.count;
    A->stopped = S;
}
statement(A) ::= DROP(C) drop_kind(K) object(N). {
    A = build_statement(p, STATEMENT_DROP, C.at);
    A->drop = K;
    A->name = N;
}
statement(A) ::= insert(I).                    { A = I; }
statement(A) ::= query(Q). {
    A = build_statement(p, STATEMENT_SELECT, Q->at);
    A->query = Q;
}

%type insert { struct ast_statement * }
insert(A) ::= INSERT(C) expedited INTO object(N) query(Q). {
    A = build_statement(p, STATEMENT_INSERT, C.at);
    A->stream = N;
    A->query = Q;
}
insert(A) ::= INSERT(C) expedited INTO object(N) LP names(L) RP query(Q). {
    A = build_statement(p, STATEMENT_INSERT, C.at);
    A->stream = N;
    A->targets = L.items;
    A->n_targets = (uint32_t)L.count;
    A->query = Q;
}
expedited ::= .
expedited ::= EXPEDITED.

%type started { bool }
started(A) ::= .                               { A = false; }
started(A) ::= STARTED.                        { A = false; }
started(A) ::= STOPPED.                        { A = true; }
%type run_state { bool }
run_state(A) ::= START.                        { A = false; }
run_state(A) ::= STOP.                         { A = true; }
%type drop_kind { int }
drop_kind(A) ::= STREAM.                       { A = DROP_STREAM; }
drop_kind(A) ::= PUMP.                         { A = DROP_PUMP; }
drop_kind(A) ::= FUNCTION.                     { A = DROP_FUNCTION; }
drop_kind(A) ::= VIEW.                         { A = DROP_VIEW; }
%type description { struct str }
description(A) ::= .                           { A = STR_EMPTY; }
description(A) ::= DESCRIPTION STRING(T).      { A = T.text; }
%type from_url { struct token }
from_url(A) ::= .                              { A = (struct token){ 0 }; }
from_url(A) ::= FROM STRING(T).                { A = T; }

/* ---- columns, types, options ---- */

%type column_defs { struct column_list }
column_defs(A) ::= column_def(C).              { BEGIN(A, *C); }
column_defs(A) ::= column_defs(L) COMMA column_def(C). { APPEND(A, L, *C); }
%type column_def { struct ast_column_def * }
column_def(A) ::= name(N) type(T). {
    A = ARENA_NEW(p->arena, struct ast_column_def);
    A->name = N;
    A->type = T;
}
column_def(A) ::= column_def(C) NOT NULL.      { A = C; A->not_null = true; }
column_def(A) ::= column_def(C) PERSONAL.      { A = C; A->personal = true; }
column_def(A) ::= column_def(C) PATH STRING(T). {
    A = C;
    A->has_path = true;
    A->path = T.text;
    A->path_at = T.at;
}
%type primary_key { struct name_list }
primary_key(A) ::= .                           { A = (struct name_list){ 0 }; }
primary_key(A) ::= COMMA PRIMARY KEY LP names(L) RP. { A = L; }

%type type { struct ast_type }
type(A) ::= type_name(T).                      { A = T; }
type(A) ::= type_name(T) LP signed(N) RP. {
    A = T;
    A.has_length = true;
    A.length = N;
    A.at = build_span(p, T.at);
}
type(A) ::= type_name(T) LP signed(N) COMMA signed(S) RP. {
    A = T;
    A.has_length = A.has_scale = true;
    A.length = N;
    A.scale = S;
    A.at = build_span(p, T.at);
}
type(A) ::= INTERVAL(I) qualifier(Q).          { A = qualifier_type(Q, build_span(p, I.at)); }
%type type_name { struct ast_type }
type_name(A) ::= ID(T).                        { A = type_simple(p, T.text, T.at); }
type_name(A) ::= ID(T) VARYING. {
    A = type_simple(p, str_format(p->arena, "%.*s VARYING", STR_ARG(T.text)), T.at);
}
type_name(A) ::= ID(T) PRECISION. {
    A = type_simple(p, str_format(p->arena, "%.*s PRECISION", STR_ARG(T.text)), T.at);
}
%type signed { int64_t }
signed(A) ::= NUMBER(N).                       { A = build_number(p, &N, false); }
signed(A) ::= MINUS NUMBER(N).                 { A = build_number(p, &N, true); }

%type qualifier { struct unit_part }
qualifier(A) ::= unit_part(U). [LOW]           { A = U; A.to = U.from; }
qualifier(A) ::= unit_part(U) TO unit_part(V). {
    A = U;
    A.to = V.from;
    A.has_scale = V.has_length || V.has_scale;
    A.scale = V.has_scale ? V.scale : V.length;
}
%type unit_part { struct unit_part }
unit_part(A) ::= UNIT(T).                      { A = (struct unit_part){ .from = build_unit(&T) }; }
unit_part(A) ::= UNIT(T) LP NUMBER(N) RP. {
    A = (struct unit_part){ .from = build_unit(&T), .has_length = true,
                            .length = build_number(p, &N, false) };
}
unit_part(A) ::= UNIT(T) LP NUMBER(N) COMMA NUMBER(S) RP. {
    A = (struct unit_part){ .from = build_unit(&T), .has_length = true,
                            .length = build_number(p, &N, false),
                            .has_scale = true, .scale = build_number(p, &S, false) };
}

%type with_options { struct option_list }
with_options(A) ::= .                          { A = (struct option_list){ 0 }; }
with_options(A) ::= WITH LP options(L) RP.     { A = L; }
%type options { struct option_list }
options(A) ::= option(O).                      { BEGIN(A, O); }
options(A) ::= options(L) COMMA option(O).     { APPEND(A, L, O); }
%type option { struct ast_option }
option(A) ::= word(N) EQ value(V). {
    A = (struct ast_option){ N, V };
    build_option(p, V);
}
%type stream_options { struct option_list }
stream_options(A) ::= .                        { A = (struct option_list){ 0 }; }
stream_options(A) ::= OPTIONS LP pairs(L) RP.  { A = L; }
%type pairs { struct option_list }
pairs(A) ::= pair(O).                          { BEGIN(A, O); }
pairs(A) ::= pairs(L) COMMA pair(O).           { APPEND(A, L, O); }
%type pair { struct ast_option }
pair(A) ::= word(N) value(V). {
    A = (struct ast_option){ N, V };
    build_option(p, V);
}

/* ---- functions ---- */

%type params { struct param_list }
params(A) ::= .                                { A = (struct param_list){ 0 }; }
params(A) ::= param_list(L).                   { A = L; }
%type param_list { struct param_list }
param_list(A) ::= param(P).                    { BEGIN(A, P); }
param_list(A) ::= param_list(L) COMMA param(P). { APPEND(A, L, P); }
%type param { struct ast_parameter }
param(A) ::= name(N) type(T). {
    A = (struct ast_parameter){ N, T, str_equal_c(T.name, "CURSOR") };
}

%type function_parts { struct function_part }
function_parts(A) ::= .                        { A = (struct function_part){ .language = 'S' }; }
function_parts(A) ::= function_parts(F) LANGUAGE SQL. { A = F; A.language = 'S'; }
function_parts(A) ::= function_parts(F) LANGUAGE ID(T). {
    A = F;
    A.language = 'C';
    if (!str_equal_c(T.text, "C")) {
        A.language = '?';
        build_fault(p, ERR_NOT_SUPPORTED, T.at, "functions are written in SQL or in C",
                    "LANGUAGE %.*s is not supported", STR_ARG(T.text));
    }
}
function_parts(A) ::= function_parts(F) SPECIFIC name. { A = F; }
function_parts(A) ::= function_parts(F) not DETERMINISTIC. { A = F; }
function_parts(A) ::= function_parts(F) CONTAINS SQL. { A = F; }
function_parts(A) ::= function_parts(F) READS SQL DATA. { A = F; }
function_parts(A) ::= function_parts(F) MODIFIES SQL DATA. { A = F; }
function_parts(A) ::= function_parts(F) RETURNS NULL ON NULL INPUT. {
    A = F;
    A.null_on_null = true;
}
function_parts(A) ::= function_parts(F) CALLED ON NULL INPUT. { A = F; A.null_on_null = false; }
function_parts(A) ::= function_parts(F) EXTERNAL NAME STRING(T). {
    A = F;
    A.has_external = true;
    A.external = T.text;
    A.external_at = T.at;
}
%type function_body { struct ast_expr * }
function_body(A) ::= .                         { A = NULL; }
function_body(A) ::= RETURN expr(E).           { A = E; }

/* ---- queries ---- */

%type query { struct ast_query * }
query(A) ::= query_np(Q).                      { A = Q; }
query(A) ::= paren_query(Q).                   { A = Q; }
%type paren_query { struct ast_query * }
paren_query(A) ::= LP query_np(Q) RP.          { A = Q; }
paren_query(A) ::= LP paren_query(Q) RP.       { A = Q; }

%type query_np { struct ast_query * }
query_np(A) ::= body_np(Q) order(O) limit(L).  { A = build_order(p, Q, O, L); }
query_np(A) ::= paren_query(Q) order_by(O) limit(L). { A = build_order(p, Q, O, L); }
query_np(A) ::= paren_query(Q) LIMIT value(L). {
    A = build_order(p, Q, (struct order_part){ 0 }, L);
}
query_np(A) ::= WITH(W) with_list(C) body(Q) order(O) limit(L). {
    A = build_with(p, W.at, C, build_order(p, Q, O, L));
}

%type body { struct ast_query * }
body(A) ::= body_np(Q).                        { A = Q; }
body(A) ::= paren_query(Q).                    { A = Q; }
%type body_np { struct ast_query * }
body_np(A) ::= select(Q).                      { A = Q; }
body_np(A) ::= VALUES(V) rows(L).              { A = build_values(p, V.at, L); }
body_np(A) ::= body(L) UNION all(X) body(R).   { A = build_set(p, QUERY_UNION, L, X, R); }
body_np(A) ::= body(L) EXCEPT all(X) body(R).  { A = build_set(p, QUERY_EXCEPT, L, X, R); }
body_np(A) ::= body(L) INTERSECT all(X) body(R). { A = build_set(p, QUERY_INTERSECT, L, X, R); }
%type all { bool }
all(A) ::= .                                   { A = false; }
all(A) ::= ALL.                                { A = true; }
all(A) ::= DISTINCT.                           { A = false; }

%type with_list { struct with_part }
with_list(A) ::= with_name(N) AS paren_query(Q). {
    A = (struct with_part){ .names = N };
    A.queries = arena_array(p->arena, 4, sizeof *A.queries);
    A.cap = 4;
    A.queries[0] = Q;
}
with_list(A) ::= with_list(L) COMMA name(N) AS paren_query(Q). {
    A = L;
    size_t at = A.names.count;
    A.queries = array_grow(p->arena, A.queries, at, &A.cap, sizeof *A.queries);
    A.queries[at] = Q;
    *array_push(p->arena, &A.names) = N;
}
%type with_name { struct name_list }
with_name(A) ::= name(N).                      { BEGIN(A, N); }

%type rows { struct expr_list }
rows(A) ::= row(R).                            { A = build_one(p, R); }
rows(A) ::= rows(L) COMMA row(R).              { APPEND(A, L, R); }
%type row { struct ast_expr * }
row(A) ::= LP(L) exprs(E) RP.                  { A = build_list(p, AST_ROW, L.at, NULL, E); }

%type select { struct ast_query * }
select(A) ::= SELECT(S) mode(M) items(I) from(F) where(W) group(G) having(H) windows(D). {
    A = build_select(p, S.at, M, I, F, W, G, H, D);
}
%type mode { struct select_mode }
mode(A) ::= .                                  { A = (struct select_mode){ false, false }; }
mode(A) ::= ALL.                               { A = (struct select_mode){ false, false }; }
mode(A) ::= DISTINCT.                          { A = (struct select_mode){ false, true }; }
mode(A) ::= DISTINCT STREAM.                   { A = (struct select_mode){ true, true }; }
mode(A) ::= STREAM.                            { A = (struct select_mode){ true, false }; }
mode(A) ::= STREAM ALL.                        { A = (struct select_mode){ true, false }; }
mode(A) ::= STREAM DISTINCT.                   { A = (struct select_mode){ true, true }; }

%type items { struct item_list }
items(A) ::= item(I).                          { BEGIN(A, I); }
items(A) ::= items(L) COMMA item(I).           { APPEND(A, L, I); }
%type item { struct ast_item }
item(A) ::= STAR(T). {
    A = (struct ast_item){ .expr = build_leaf(p, AST_STAR, &T) };
}
item(A) ::= path(L) DOT STAR. {
    A = (struct ast_item){ .expr = build_column(p, L) };
    A.expr->kind = AST_STAR;
}
item(A) ::= expr(E).                           { A = (struct ast_item){ .expr = E }; }
item(A) ::= expr(E) name(N).                   { A = (struct ast_item){ E, N }; }
item(A) ::= expr(E) AS name(N).                { A = (struct ast_item){ E, N }; }

%type where { struct ast_expr * }
where(A) ::= .                                 { A = NULL; }
where(A) ::= WHERE expr(E).                    { A = E; }
%type group { struct group_part }
group(A) ::= .                                 { A = (struct group_part){ .stagger_range = NULL }; }
group(A) ::= GROUP(G) BY exprs(L). {
    A = (struct group_part){ L, NULL, build_span(p, G.at) };
}
group(A) ::= WINDOWED(G) BY STAGGER LP PARTITION BY exprs(L) RANGE value(I) RP. {
    A = (struct group_part){ L, I, build_span(p, G.at) };
}
%type having { struct ast_expr * }
having(A) ::= .                                { A = NULL; }
having(A) ::= HAVING expr(E).                  { A = E; }
%type limit { struct ast_expr * }
limit(A) ::= .                                 { A = NULL; }
limit(A) ::= LIMIT value(E).                   { A = E; }

%type order { struct order_part }
order(A) ::= .                                 { A = (struct order_part){ .within = NULL }; }
order(A) ::= order_by(O).                      { A = O; }
%type order_by { struct order_part }
order_by(A) ::= ORDER(T) BY order_list(L). {
    A = (struct order_part){ L, NULL, build_span(p, T.at) };
}
order_by(A) ::= ORDER(T) BY order_list(L) WITHIN value(W). {
    A = (struct order_part){ L, W, build_span(p, T.at) };
}
%type order_list { struct order_list }
order_list(A) ::= order_item(I).               { BEGIN(A, I); }
order_list(A) ::= order_list(L) COMMA order_item(I). { APPEND(A, L, I); }
%type order_item { struct ast_order }
order_item(A) ::= expr(E).                     { A = (struct ast_order){ E, false }; }
order_item(A) ::= expr(E) ASC.                 { A = (struct ast_order){ E, false }; }
order_item(A) ::= expr(E) DESC.                { A = (struct ast_order){ E, true }; }

/* ---- FROM ---- */

%type from { struct ast_from * }
from(A) ::= .                                  { A = NULL; }
from(A) ::= FROM from_list(F).                 { A = F; }
%type from_list { struct ast_from * }
from_list(A) ::= joined(F).                    { A = F; }
from_list(A) ::= from_list(L) COMMA joined(R). {
    A = build_join(p, L, JOIN_CROSS, R);
    A->comma = true;
}
%type joined { struct ast_from * }
joined(A) ::= relation(F).                     { A = F; }
joined(A) ::= join(F).                         { A = F; }
%type join { struct ast_from * }
join(A) ::= joined(L) join_kind(K) JOIN relation(R) ON expr(E). {
    A = build_join(p, L, K, R);
    build_on(p, A, E);
}
join(A) ::= joined(L) join_kind(K) JOIN relation(R) USING LP names(N) RP. {
    A = build_join(p, L, K, R);
    A->using_columns = N.items;
    A->n_using = (uint32_t)N.count;
}
join(A) ::= joined(L) CROSS JOIN relation(R).  { A = build_join(p, L, JOIN_CROSS, R); }
join(A) ::= joined(L) NATURAL join_kind(K) JOIN relation(R). {
    A = build_join(p, L, K, R);
    A->natural = true;
}
%type join_kind { int }
join_kind(A) ::= .                             { A = JOIN_INNER; }
join_kind(A) ::= INNER.                        { A = JOIN_INNER; }
join_kind(A) ::= LEFT outer.                   { A = JOIN_LEFT; }
join_kind(A) ::= RIGHT outer.                  { A = JOIN_RIGHT; }
join_kind(A) ::= FULL outer.                   { A = JOIN_FULL; }
outer ::= .
outer ::= OUTER.

%type relation { struct ast_from * }
relation(A) ::= named(F).                      { A = F; }
relation(A) ::= named(F) alias(L).             { A = F; build_alias(p, A, L); }
relation(A) ::= named(F) over(W).              { A = F; build_over(p, A, W); }
relation(A) ::= named(F) over(W) alias(L).     { A = F; build_over(p, A, W); build_alias(p, A, L); }
relation(A) ::= named(F) alias(L) over(W).     { A = F; build_alias(p, A, L); build_over(p, A, W); }
relation(A) ::= grouped(F).                    { A = F; }
relation(A) ::= grouped(F) alias(L).           { A = F; build_alias(p, A, L); }
relation(A) ::= LP join(F) RP.                 { A = F; }
%type named { struct ast_from * }
named(A) ::= name(N). {
    A = build_relation(p, (struct ast_name){ .quoted = false }, N);
}
named(A) ::= name(Q) DOT name(N).              { A = build_relation(p, Q, N); }
%type grouped { struct ast_from * }
grouped(A) ::= paren_query(Q).                 { A = build_from_query(p, Q->at, Q); }
grouped(A) ::= TABLE(T) LP ID(N) LP table_args(L) RP RP. {
    A = build_from_function(p, T.at, &N, L);
}
%type alias { struct alias_part }
alias(A) ::= as name(N) column_names(L).       { A = (struct alias_part){ N, L }; }
as ::= .
as ::= AS.

%type table_args { struct arg_list }
table_args(A) ::= .                            { A = (struct arg_list){ 0 }; }
table_args(A) ::= table_arg_list(L).           { A = L; }
%type table_arg_list { struct arg_list }
table_arg_list(A) ::= table_arg(X).            { BEGIN(A, X); }
table_arg_list(A) ::= table_arg_list(L) COMMA table_arg(X). { APPEND(A, L, X); }
%type table_arg { struct ast_table_arg }
table_arg(A) ::= CURSOR(T) paren_query(Q). {
    A = (struct ast_table_arg){ .cursor = Q, .at = build_span(p, T.at) };
}
table_arg(A) ::= expr(E). {
    A = (struct ast_table_arg){ .expr = E, .at = E->at };
}
table_arg(A) ::= ID(N) ARROW expr(E). {
    A = (struct ast_table_arg){ .name = build_name(&N), .expr = E, .at = build_span(p, N.at) };
}

/* ---- windows ---- */

%type windows { struct window_list }
windows(A) ::= .                               { A = (struct window_list){ 0 }; }
windows(A) ::= WINDOW window_list(L).          { A = L; }
%type window_list { struct window_list }
window_list(A) ::= window_def(W).              { BEGIN(A, W); }
window_list(A) ::= window_list(L) COMMA window_def(W). { APPEND(A, L, W); }
%type window_def { struct ast_named_window }
window_def(A) ::= name(N) AS window(W).        { A = (struct ast_named_window){ N, W }; }
%type over { struct ast_window * }
over(A) ::= OVER name(N).                      { A = build_window_name(p, N); }
over(A) ::= OVER window(W).                    { A = W; }
%type window { struct ast_window * }
window(A) ::= LP(L) base(B) partition(C) order(O) frame(F) RP. {
    A = build_window(p, L.at, B, C, O, F);
}
%type base { struct ast_name }
base(A) ::= .                                  { A = (struct ast_name){ .quoted = false }; }
base(A) ::= name(N).                           { A = N; }
%type partition { struct expr_list }
partition(A) ::= .                             { A = (struct expr_list){ 0 }; }
partition(A) ::= PARTITION BY exprs(L).        { A = L; }

%type frame { struct frame_part }
frame(A) ::= .                                 { A = (struct frame_part){ .kind = FRAME_NONE }; }
frame(A) ::= frame_kind(K) bound(S). {
    A = (struct frame_part){ K, S, { .kind = BOUND_CURRENT_ROW } };
}
frame(A) ::= frame_kind(K) BETWEEN bound(S) AND bound(E). { A = (struct frame_part){ K, S, E }; }
%type frame_kind { int }
frame_kind(A) ::= ROWS.                        { A = FRAME_ROWS; }
frame_kind(A) ::= RANGE.                       { A = FRAME_RANGE; }
%type bound { struct ast_bound }
bound(A) ::= CURRENT(T) ROW. {
    A = (struct ast_bound){ BOUND_CURRENT_ROW, NULL, build_span(p, T.at) };
}
bound(A) ::= UNBOUNDED(T) PRECEDING. {
    A = (struct ast_bound){ BOUND_UNBOUNDED_PRECEDING, NULL, build_span(p, T.at) };
}
bound(A) ::= UNBOUNDED(T) FOLLOWING. {
    A = (struct ast_bound){ BOUND_UNBOUNDED_FOLLOWING, NULL, build_span(p, T.at) };
}
bound(A) ::= value(E) PRECEDING. {
    A = (struct ast_bound){ BOUND_PRECEDING, E, build_span(p, E->at) };
}
bound(A) ::= value(E) FOLLOWING. {
    A = (struct ast_bound){ BOUND_FOLLOWING, E, build_span(p, E->at) };
}

/* ---- expressions ---- */

%type exprs { struct expr_list }
exprs(A) ::= expr(E).                          { A = build_one(p, E); }
exprs(A) ::= exprs(L) COMMA expr(E).           { APPEND(A, L, E); }

%type expr { struct ast_expr * }
expr(A) ::= expr(B) OR(T) expr(C).             { A = build_binary(p, T.text, B, C); }
expr(A) ::= expr(B) AND(T) expr(C).            { A = build_binary(p, T.text, B, C); }
expr(A) ::= NOT(T) expr(B).                    { A = build_not(p, T.at, B); }
expr(A) ::= cmp(B).                            { A = B; }

%type cmp { struct ast_expr * }
cmp(A) ::= value(B).                           { A = B; }
cmp(A) ::= cmp(B) EQ|NE|LT|LE|GT|GE(T) value(C). { A = build_binary(p, T.text, B, C); }
cmp(A) ::= cmp(B) IS not(N) NULL|TRUE|FALSE|UNKNOWN(T). {
    A = build_call(p, "IS", B->at, B, NULL, NULL, NULL);
    A->name = str_format(p->arena, "IS %.*s", STR_ARG(T.text));
    A->negated = N;
}
cmp(A) ::= cmp(B) IS not(N) DISTINCT FROM value(C). {
    A = build_call(p, "IS DISTINCT FROM", B->at, B, C, NULL, NULL);
    A->negated = N;
}
cmp(A) ::= cmp(B) not(N) BETWEEN symmetric(S) value(C) AND value(D). {
    A = build_call(p, S ? "BETWEEN SYMMETRIC" : "BETWEEN", B->at, B, C, D, NULL);
    A->negated = N;
}
cmp(A) ::= cmp(B) not(N) IN LP exprs(L) RP. {
    A = build_list(p, AST_IN, B->at, B, L);
    A->negated = N;
}
cmp(A) ::= cmp(B) not(N) IN paren_query(Q). {
    A = build_subquery(p, AST_IN, B->at, Q);
    build_args(p, A, build_one(p, B));
    A->negated = N;
}
cmp(A) ::= cmp(B) not(N) LIKE value(C) escape(E). {
    A = build_call(p, "LIKE", B->at, B, C, E, NULL);
    A->negated = N;
}
cmp(A) ::= cmp(B) not(N) SIMILAR TO value(C) escape(E). {
    A = build_call(p, "SIMILAR TO", B->at, B, C, E, NULL);
    A->negated = N;
}
cmp(A) ::= cmp(B) PERIOD(T) value(C).          { A = build_period(p, &T, B, C); }
%type symmetric { bool }
symmetric(A) ::= .                             { A = false; }
symmetric(A) ::= ASYMMETRIC.                   { A = false; }
symmetric(A) ::= SYMMETRIC.                    { A = true; }
%type escape { struct ast_expr * }
escape(A) ::= .                                { A = NULL; }
escape(A) ::= ESCAPE value(E).                 { A = E; }

%type value { struct ast_expr * }
value(A) ::= value(B) PLUS(T) value(C).        { A = build_binary(p, T.text, B, C); }
value(A) ::= value(B) MINUS(T) value(C).       { A = build_binary(p, T.text, B, C); }
value(A) ::= value(B) CONCAT(T) value(C).      { A = build_binary(p, T.text, B, C); }
value(A) ::= value(B) STAR(T) value(C).        { A = build_binary(p, T.text, B, C); }
value(A) ::= value(B) SLASH(T) value(C).       { A = build_binary(p, T.text, B, C); }
value(A) ::= MINUS(T) value(B). [SIGN]         { A = build_unary(p, "NEG", T.at, B); }
value(A) ::= PLUS(T) value(B). [SIGN]          { A = build_unary(p, "POS", T.at, B); }
value(A) ::= primary(B).                       { A = B; }

%type primary { struct ast_expr * }
primary(A) ::= NULL(T).                        { A = build_leaf(p, AST_NULL, &T); }
primary(A) ::= NUMBER(T).                      { A = build_leaf(p, AST_NUMBER, &T); }
primary(A) ::= STRING(T).                      { A = build_leaf(p, AST_STRING, &T); }
primary(A) ::= BINARY(T).                      { A = build_leaf(p, AST_BINARY, &T); }
primary(A) ::= TRUE|FALSE|UNKNOWN(T).          { A = build_boolean(p, &T); }
primary(A) ::= DATETIME(K) STRING(T). {
    A = build_leaf(p, AST_DATETIME, &T);
    A->at = build_span(p, K.at);
    A->type = (struct ast_type){ .name = K.text, .at = K.at };
}
primary(A) ::= INTERVAL(I) sign(S) STRING(T) qualifier(Q). {
    A = build_interval(p, &I, S, &T, qualifier_type(Q, build_span(p, I.at)));
}
primary(A) ::= path(L).                        { A = build_column(p, L); }
primary(A) ::= LP(L) expr(E) RP. {
    A = E;
    A->parens = true;
    A->at = build_span(p, L.at);
}
primary(A) ::= LP(L) expr(E) RP qualifier(Q). {
    A = build_call(p, "", L.at, E, NULL, NULL, NULL);
    A->kind = AST_INTERVAL_OF;
    A->type = qualifier_type(Q, A->at);
}
primary(A) ::= LP(L) expr(E) COMMA exprs(M) RP. { A = build_list(p, AST_ROW, L.at, E, M); }
primary(A) ::= ROW(R) LP exprs(L) RP.          { A = build_list(p, AST_ROW, R.at, NULL, L); }
primary(A) ::= paren_query(Q). [LOW]           { A = build_subquery(p, AST_SUBQUERY, Q->at, Q); }
primary(A) ::= EXISTS(T) paren_query(Q).       { A = build_subquery(p, AST_EXISTS, T.at, Q); }
primary(A) ::= CASE(T) case(C) else(E) END. {
    *array_push(p->arena, &C.whens) = E;
    A = build_expr(p, AST_CASE, T.at);
    C.whens.items[0] = C.operand;
    build_args(p, A, C.whens);
}
primary(A) ::= CAST(T) LP expr(E) AS type(K) RP. {
    A = build_call(p, "CAST", T.at, E, NULL, NULL, NULL);
    A->kind = AST_CAST;
    A->type = K;
}
primary(A) ::= call(C) tail(T).                { A = build_tail(p, C, T); }
primary(A) ::= form(F).                        { A = F; }

%type sign { char }
sign(A) ::= .                                  { A = 0; }
sign(A) ::= PLUS.                              { A = '+'; }
sign(A) ::= MINUS.                             { A = '-'; }

%type path { struct name_list }
path(A) ::= word(N).                           { BEGIN(A, N); }
path(A) ::= path(L) DOT word(N).               { APPEND(A, L, N); }

/* The first place of the list is kept for the operand. */
%type case { struct case_part }
case(A) ::= case_operand(O) WHEN expr(W) THEN expr(T). {
    A = (struct case_part){ O, build_one(p, NULL) };
    *array_push(p->arena, &A.whens) = W;
    *array_push(p->arena, &A.whens) = T;
}
case(A) ::= case(C) WHEN expr(W) THEN expr(T). {
    A = C;
    *array_push(p->arena, &A.whens) = W;
    *array_push(p->arena, &A.whens) = T;
}
%type case_operand { struct ast_expr * }
case_operand(A) ::= .                          { A = NULL; }
case_operand(A) ::= expr(E).                   { A = E; }
%type else { struct ast_expr * }
else(A) ::= .                                  { A = NULL; }
else(A) ::= ELSE expr(E).                      { A = E; }

/* ---- calls ---- */

%type call { struct ast_expr * }
call(A) ::= ID(N) LP RP. {
    A = build_function(p, &N, (struct expr_list){ 0 });
}
call(A) ::= ID(N) LP STAR RP. {
    A = build_function(p, &N, (struct expr_list){ 0 });
    A->star = true;
}
call(A) ::= ID(N) LP quantifier(D) exprs(L) nulls(T) RP. {
    A = build_function(p, &N, L);
    A->distinct = D;
    A->null_treatment = T;
}
%type quantifier { bool }
quantifier(A) ::= .                            { A = false; }
quantifier(A) ::= ALL.                         { A = false; }
quantifier(A) ::= DISTINCT.                    { A = true; }
%type nulls { int }
nulls(A) ::= . [LOW]                           { A = NULLS_DEFAULT; }
nulls(A) ::= RESPECT_NULLS.                    { A = NULLS_RESPECT; }
nulls(A) ::= IGNORE_NULLS.                     { A = NULLS_IGNORE; }
%type tail { struct tail_part }
tail(A) ::= from_end(E) nulls(N).              { A = (struct tail_part){ N, E, NULL }; }
tail(A) ::= from_end(E) nulls(N) over(W).      { A = (struct tail_part){ N, E, W }; }
%type from_end { bool }
from_end(A) ::= .                              { A = false; }
from_end(A) ::= FROM_FIRST.                    { A = false; }
from_end(A) ::= FROM_LAST.                     { A = true; }

%type form { struct ast_expr * }
form(A) ::= FLOOR(T) LP expr(E) RP. {
    A = build_call(p, "FLOOR", T.at, E, NULL, NULL, NULL);
}
form(A) ::= FLOOR(T) LP expr(E) to unit(U) RP. {
    A = build_call(p, "FLOOR", T.at, E, NULL, NULL, NULL);
    A->unit = build_unit_checked(p, &U, "FLOOR");
}
form(A) ::= CEIL(T) LP expr(E) RP. {
    A = build_call(p, "CEIL", T.at, E, NULL, NULL, NULL);
}
form(A) ::= CEIL(T) LP expr(E) to unit(U) RP. {
    A = build_call(p, "CEIL", T.at, E, NULL, NULL, NULL);
    A->unit = build_unit_checked(p, &U, "CEIL");
}
form(A) ::= STEP(T) LP expr(E) BY value(S) RP. {
    A = build_call(p, "STEP", T.at, E, S, NULL, NULL);
}
form(A) ::= EXTRACT(T) LP unit(U) FROM value(E) RP. {
    A = build_call(p, "EXTRACT", T.at, E, NULL, NULL, NULL);
    A->unit = build_unit_checked(p, &U, "EXTRACT");
}
form(A) ::= TRIM(T) LP value(E) RP. {
    A = build_call(p, "TRIM", T.at, NULL, E, NULL, NULL);
    A->op = 'B';
}
form(A) ::= TRIM(T) LP value(W) FROM value(E) RP. {
    A = build_call(p, "TRIM", T.at, W, E, NULL, NULL);
    A->op = 'B';
}
form(A) ::= TRIM(T) LP side(S) FROM value(E) RP. {
    A = build_call(p, "TRIM", T.at, NULL, E, NULL, NULL);
    A->op = S;
}
form(A) ::= TRIM(T) LP side(S) value(W) FROM value(E) RP. {
    A = build_call(p, "TRIM", T.at, W, E, NULL, NULL);
    A->op = S;
}
form(A) ::= SUBSTRING(T) LP value(E) FROM value(B) RP. {
    A = build_call(p, "SUBSTRING", T.at, E, B, NULL, NULL);
}
form(A) ::= SUBSTRING(T) LP value(E) FROM value(B) FOR value(N) RP. {
    A = build_call(p, "SUBSTRING", T.at, E, B, N, NULL);
}
form(A) ::= SUBSTRING(T) LP value(E) COMMA value(B) RP. {
    A = build_call(p, "SUBSTRING", T.at, E, B, NULL, NULL);
}
form(A) ::= SUBSTRING(T) LP value(E) COMMA value(B) COMMA value(N) RP. {
    A = build_call(p, "SUBSTRING", T.at, E, B, N, NULL);
}
form(A) ::= SUBSTRING(T) LP value(E) SIMILAR value(B) ESCAPE value(C) RP. {
    A = build_call(p, "SUBSTRING SIMILAR", T.at, E, B, C, NULL);
}
form(A) ::= POSITION(T) LP value(X) IN value(E) RP. {
    A = build_call(p, "POSITION", T.at, X, E, NULL, NULL);
}
form(A) ::= OVERLAY(T) LP value(E) PLACING value(R) FROM value(B) RP. {
    A = build_call(p, "OVERLAY", T.at, E, R, B, NULL);
}
form(A) ::= OVERLAY(T) LP value(E) PLACING value(R) FROM value(B) FOR value(N) RP. {
    A = build_call(p, "OVERLAY", T.at, E, R, B, N);
}
to ::= TO.
to ::= TO_UNIT.
%type unit { struct token }
unit(A) ::= UNIT(T).                           { A = T; }
unit(A) ::= ID(T).                             { A = T; }
%type side { char }
side(A) ::= LEADING.                           { A = 'L'; }
side(A) ::= TRAILING.                          { A = 'T'; }
side(A) ::= BOTH.                              { A = 'B'; }

/* ---- the machine ---- */

%code {
struct machine {
    yyParser parser;
};

struct machine *machine_new(struct parse *p)
{
    return arena_alloc(p->arena, sizeof(struct machine));
}

void machine_start(struct machine *m, struct parse *p, enum start start)
{
    static const int kinds[] = {
        [START_STATEMENT] = TK_AS_STATEMENT, [START_EXPRESSION] = TK_AS_EXPRESSION,
        [START_COLUMNS] = TK_AS_COLUMNS, [START_OPTIONS] = TK_AS_OPTIONS,
    };
    parser_Init(&m->parser, p);
    parser_(&m->parser, kinds[start], (struct token){ .kind = kinds[start] });
}

void machine_push(struct machine *m, const struct token *t)
{
    parser_(&m->parser, t->kind, *t);
}

/* Asks the tables what a push would do, without doing it: reductions pop states of the real stack,
 * which stays as it is, and push a few of their own above it. */
bool machine_accepts(const struct machine *m, int kind)
{
    enum { OWN_MAX = 64 };
    YYACTIONTYPE own[OWN_MAX];
    int n_own = 0;
    const yyStackEntry *base = m->parser.yytos;
    YYACTIONTYPE state = base->stateno;
    for (;;) {
        YYACTIONTYPE act = yy_find_shift_action((YYCODETYPE)kind, state);
        if (act <= YY_MAX_SHIFTREDUCE || act == YY_ACCEPT_ACTION) return true;
        if (act < YY_MIN_REDUCE) return false;
        unsigned rule = (unsigned)(act - YY_MIN_REDUCE);
        int pops = -yyRuleInfoNRhs[rule];
        int popped_own = pops < n_own ? pops : n_own;
        n_own -= popped_own;
        base -= pops - popped_own;
        state = yy_find_reduce_action(n_own > 0 ? own[n_own - 1] : base->stateno,
                                      (YYCODETYPE)yyRuleInfoLhs[rule]);
        if (n_own == OWN_MAX) return true;
        own[n_own++] = state;
    }
}

int machine_kind_count(void)
{
    return YYNTOKEN;
}
}
