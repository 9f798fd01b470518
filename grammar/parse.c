/*
 * parse.c: the driver: tokens of a text, pushed into the parser statement by statement.
 *
 * Before each push it asks the parser whether the token fits. A word that does not fit as itself
 * is tried as a name, so keywords need no list of the places where they are none. A token that
 * does not fit at all ends the statement with a message; reading goes on behind the next `;`, or
 * at a CREATE where that is missing.
 */

#include "grammar/parse.h"

#include "base/limits.h"
#include "grammar/build.h"
#include "grammar/complain.h"
#include "parser.h"

/* ---- words as names ---- */

/* Where only the name of a new thing can stand: there even FROM is a name, though a refused one. */
static bool expects_new_name(const struct scene *s)
{
    if (machine_accepts(s->machine, TK_NUMBER) || machine_accepts(s->machine, TK_LP)) return false;
    switch (s->reader->before[0].kind) {
    case TK_STREAM:
    case TK_PUMP:
    case TK_VIEW:
    case TK_FUNCTION:
    case TK_SOURCE:
    case TK_SINK:
    case TK_TABLE:
    case TK_LP:
    case TK_COMMA:
    case TK_AS:
    case TK_DOT: return true;
    default: return false;
    }
}

/* The name of an option may be any word: WITH (from = 'a@b'). */
static bool is_option_name(const struct scene *s)
{
    return s->reader->window[1].kind == TK_EQ && !machine_accepts(s->machine, TK_NUMBER);
}

/* Whether the next token fits, as itself or as a name; then its kind says so. */
static bool fit(struct scene *s)
{
    struct token *t = &s->reader->window[0];
    if (complain_refuses(s)) return false;
    if (machine_accepts(s->machine, t->kind)) return true;
    if (t->use == WORD_NONE || !machine_accepts(s->machine, TK_ID)) return false;
    if (t->use == WORD_CLAUSE && !expects_new_name(s) && !is_option_name(s)) return false;
    t->kind = TK_ID;
    return true;
}

/* ---- one statement ---- */

static bool begins_statement(const struct reader *r)
{
    int next = r->window[1].kind;
    switch (r->window[0].kind) {
    case TK_CREATE: return true;
    case TK_ALTER: return next == TK_PUMP;
    case TK_DROP:
        return next == TK_STREAM || next == TK_PUMP || next == TK_FUNCTION || next == TK_VIEW;
    default: return false;
    }
}

/* Keeps account of parentheses; false, with an error, when they are nested too deep. */
static bool count_parens(struct scene *s, const struct token *t)
{
    if (t->kind == TK_RP && s->n_open > 0) s->n_open--;
    if (t->kind != TK_LP) return true;
    if (s->n_open == LIMIT_EXPR_DEPTH) {
        build_fault(s->parse, ERR_LIMIT_EXCEEDED, t->at, NULL,
                    "parentheses are nested deeper than %d (LIMIT_EXPR_DEPTH)", LIMIT_EXPR_DEPTH);
        return false;
    }
    s->open[s->n_open++] = t->at;
    return true;
}

/* False, with an error, when the stack or the tree has become too high. */
static bool check_depth(struct scene *s, struct span at)
{
    if (s->parse->depth == DEPTH_FINE) return true;
    if (s->parse->depth == DEPTH_TREE) {
        build_fault(s->parse, ERR_LIMIT_EXCEEDED, at,
                    "many comparisons joined by OR are shorter as x IN (..)",
                    "the expression has more than %d levels (LIMIT_TREE_DEPTH)", LIMIT_TREE_DEPTH);
    } else {
        build_fault(s->parse, ERR_LIMIT_EXCEEDED, at, NULL,
                    "the statement is nested deeper than %d (LIMIT_EXPR_DEPTH)", LIMIT_EXPR_DEPTH);
    }
    return false;
}

static bool push(struct scene *s, const struct token *t)
{
    machine_push(s->machine, t);
    if (!check_depth(s, t->at)) return false;
    s->parse->last = t->at;
    complain_spelling(s, t);
    return count_parens(s, t);
}

/* Ends the parse; the last reductions happen here. */
static bool push_end(struct scene *s)
{
    struct token end = { .kind = 0, .at = s->parse->last };
    machine_push(s->machine, &end);
    return check_depth(s, end.at);
}

/* The first name behind CREATE ... STREAM and the like is what the statement defines. */
static void note_name(struct scene *s, const struct token *t)
{
    int before = s->reader->before[0].kind;
    if (before == 0) s->creates = t->kind == TK_CREATE;
    bool named = before == TK_STREAM || before == TK_VIEW || before == TK_FUNCTION ||
                 before == TK_SOURCE || before == TK_TABLE;
    if (t->kind == TK_ID && s->creates && named && s->defines.len == 0)
        s->defines = build_name(t).text;
}

/* Pushes tokens up to the `;` or the end of the text. False: reading stopped at an error. */
static bool read_statement(struct scene *s)
{
    struct reader *r = s->reader;
    for (;;) {
        struct token *t = &r->window[0];
        bool at_end = t->kind == 0 || t->kind == TK_SEMI;
        if (at_end && machine_accepts(s->machine, 0)) return push_end(s);
        if (at_end || !fit(s)) {
            bool starts = begins_statement(r) || t->kind == TK_SELECT || t->kind == TK_INSERT;
            if (starts && r->before[0].kind != 0 && machine_accepts(s->machine, 0)) {
                complain_semicolon(s);
                return push_end(s);
            }
            complain_unexpected(s);
            return false;
        }
        struct token pushed = *t;
        note_name(s, t);
        reader_advance(r);
        if (!push(s, &pushed)) return false;
    }
}

/* After an error: to the `;`, or to what begins a statement. Faults of spelling in between are not
 * worth a message, but for a quote that takes the rest of the text with it; and not even that one
 * where the error was a text: then quotes had lost their partners before. */
static void skip_statement(struct scene *s)
{
    struct reader *r = s->reader;
    int wrong = r->window[0].kind;
    if ((r->before[0].kind == 0 && wrong != TK_SEMI) || wrong == TK_UNCLOSED) reader_advance(r);
    while (r->window[0].kind != 0 && r->window[0].kind != TK_SEMI && !begins_statement(r)) {
        struct token *t = &r->window[0];
        if (t->kind == TK_UNCLOSED && wrong != TK_STRING) complain_spelling(s, t);
        reader_advance(r);
    }
}

/* ---- texts ---- */

static bool size_fits(struct arena *a, const struct text_file *file, struct diags *diags)
{
    if (file->size <= LIMIT_SQL_BYTES) return true;
    struct span at = { file, 1, 1, 0, 0 };
    diags_error(diags, status_new(a, ERR_LIMIT_EXCEEDED, at,
                                  "the text has %zu bytes, more than %d (LIMIT_SQL_BYTES)",
                                  file->size, LIMIT_SQL_BYTES));
    return false;
}

static void begin(struct scene *s, struct parse *p, struct arena *a, struct diags *diags,
                  enum start start)
{
    *p = (struct parse){ .arena = a, .diags = diags };
    s->parse = p;
    s->n_open = 0;
    s->creates = false;
    s->defines = STR_EMPTY;
    reader_begin(s->reader);
    machine_start(s->machine, p, start);
}

void parse_file(struct arena *a, const struct text_file *file, struct ast_statements *out,
                struct diags *diags)
{
    if (!size_fits(a, file, diags)) return;
    struct reader reader;
    struct parse parse = { .arena = a };
    struct scene *s = ARENA_NEW(a, struct scene);
    s->reader = &reader;
    s->machine = machine_new(&parse);
    reader_init(&reader, a, file, diags);
    for (;;) {
        while (reader.window[0].kind == TK_SEMI) reader_advance(&reader);
        if (reader.window[0].kind == 0) break;
        begin(s, &parse, a, diags, START_STATEMENT);
        bool read = read_statement(s);
        if (!read) skip_statement(s);
        if (read && !parse.failed && parse.statement) *array_push(a, out) = parse.statement;
        else if (s->defines.len) *array_push(a, &out->lost) = str_copy(a, s->defines);
    }
}

/* Parses a text that is one thing as a whole; false after an error. */
static bool parse_whole(struct arena *a, const struct text_file *file, struct diags *diags,
                        enum start start, struct parse *p)
{
    if (!size_fits(a, file, diags)) return false;
    struct reader reader;
    *p = (struct parse){ .arena = a };
    struct scene *s = ARENA_NEW(a, struct scene);
    s->reader = &reader;
    s->machine = machine_new(p);
    reader_init(&reader, a, file, diags);
    begin(s, p, a, diags, start);
    if (!read_statement(s) || p->failed) return false;
    if (reader.window[0].kind == TK_SEMI) reader_advance(&reader);
    if (reader.window[0].kind == 0) return true;
    complain_unexpected(s);
    return false;
}

struct ast_expr *parse_expression(struct arena *a, const struct text_file *file,
                                  struct diags *diags)
{
    struct parse p;
    return parse_whole(a, file, diags, START_EXPRESSION, &p) ? p.expr : NULL;
}

bool parse_columns(struct arena *a, const struct text_file *file, struct ast_column_def **out,
                   uint32_t *n_out, struct diags *diags)
{
    struct parse p;
    if (!parse_whole(a, file, diags, START_COLUMNS, &p)) return false;
    *out = p.columns.items;
    *n_out = (uint32_t)p.columns.count;
    return true;
}

bool parse_options(struct arena *a, const struct text_file *file, struct ast_option **out,
                   uint32_t *n_out, struct diags *diags)
{
    struct parse p;
    if (!parse_whole(a, file, diags, START_OPTIONS, &p)) return false;
    *out = p.options.items;
    *n_out = (uint32_t)p.options.count;
    return true;
}
