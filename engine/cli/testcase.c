/*
 * testcase.c: one case of a test file: declares its sources, compiles its code, hands in its records in order
 * of time, and compares what came with what is expected.
 *
 * Texts of the file are compiled behind as many empty lines as stand before them, so that messages name the
 * place in the test file.
 */

#include "cli/testcase.h"

#include <stdlib.h>

#include "app/replay.h"
#include "cli/testrow.h"

struct run {
    struct arena             *arena;
    const struct test_file   *file;
    const struct test_case   *test;
    const struct test_config *config;
    const char               *folder; /* of the file */
    struct app               *app;
    struct test_result       *result;
};

/* ---- reporting ---- */

static void fail(struct run *r, enum test_outcome outcome)
{
    if (r->result->outcome < outcome) r->result->outcome = outcome;
}

/* Appends "  FILE:LINE: ", which a sentence follows. */
static struct buf *complain(struct run *r, uint32_t line)
{
    buf_printf(&r->result->report, "  %s:%u: ", r->file->text.name, line);
    return &r->result->report;
}

/* The file itself is wrong; without a place of its own the message gets that of the block. */
static void broken(struct run *r, struct status st, struct span at)
{
    if (st.at.line == 0) st.at = at;
    fail(r, TEST_BROKEN);
    r->result->stays_failed = true;
    status_print(&r->result->report, &st);
}

static void add_edit(struct run *r, size_t at, size_t size, struct str text)
{
    struct test_edit edit = { .at = at, .size = size, .text = text };
    *array_push(r->arena, &r->result->edits) = edit;
}

/* ---- texts ---- */

/* A part of the file as a text whose lines have the numbers that they have in the file, and whose first one has the
 * columns, too: blanks stand for what is before it. */
static struct text_file *text_at(struct arena *a, const struct test_file *f, uint32_t line,
                                 size_t blanks, const char *p, size_t size)
{
    size_t before = line - 1 + blanks;
    char  *data = arena_alloc(a, before + size + 1);
    memset(data, '\n', line - 1);
    memset(data + line - 1, ' ', blanks);
    memcpy(data + before, p, size);
    data[before + size] = 0;
    struct text_file *out = ARENA_NEW(a, struct text_file);
    *out = (struct text_file){ .name = f->text.name, .data = data, .size = before + size };
    return out;
}

static struct text_file *block_text(const struct run *r, const struct test_block *b)
{
    return text_at(app_arena(r->app), r->file, b->text_line, 0, r->file->text.data + b->text_at,
                   b->text_size);
}

/* The options of a schema line: between its first parenthesis and its last. */
static struct text_file *argument_text(struct arena *a, const struct test_file *f,
                                       const struct test_block *b)
{
    const char *line = f->text.data + b->at.offset;
    const char *p = (const char *)memchr(line, '(', b->at.length) + 1;
    return text_at(a, f, b->at.line, (size_t)(p - line), p, b->argument.len);
}

/* The folder of the test file, or a path in it. */
static const char *beside(struct arena *a, const char *file, struct str path)
{
    const char *slash = strrchr(file, '/');
    const char *name = str_to_c(a, path);
    if (!slash || name[0] == '/') return path.len ? name : ".";
    return str_format_c(a, "%.*s%s%s", slash == file ? 1 : (int)(slash - file), file,
                        path.len && slash != file ? "/" : "", name);
}

static const struct test_block *find_block(const struct test_case *c, enum test_directive kind,
                                           struct str name)
{
    for (size_t i = 0; i < c->blocks.count; i++) {
        const struct test_block *b = &c->blocks.items[i];
        if (b->kind == kind && str_equal(&b->name, &name)) return b;
    }
    return NULL;
}

/* The case's block of this kind behind `after` (NULL: the first), or NULL. */
static const struct test_block *next_block(const struct test_case *c, enum test_directive kind,
                                           const struct test_block *after)
{
    const struct test_block *end = c->blocks.items + c->blocks.count;
    const struct test_block *b = after ? after + 1 : c->blocks.items;
    while (b < end && b->kind != kind) b++;
    return b < end ? b : NULL;
}

static bool has_kind(const struct test_case *c, enum test_directive kind)
{
    return next_block(c, kind, NULL) != NULL;
}

/* ---- compiling ---- */

static void declare(struct run *r, const struct test_block *b)
{
    struct arena     *a = app_arena(r->app);
    struct text_file *options = NULL;
    if (b->argument.len > 0)
        options = argument_text(a, r->file, b);
    replay_declare(r->app, b->name, b->at, block_text(r, b), options,
                   find_block(r->test, TEST_ROWS, b->name) != NULL);
}

/* A block of code, or a file of it. */
static void add_code(struct run *r, const struct test_block *b)
{
    if (b->kind == TEST_INCLUDE) {
        app_add_file(r->app, beside(app_arena(r->app), r->file->text.name, b->argument));
    }
    if (b->kind != TEST_SQL) return;
    const struct text_file *text = block_text(r, b);
    app_add_text(r->app, text->name, text->data, text->size, r->folder);
}

static bool has_errors(const struct run *r)
{
    return app_diags(r->app)->error_count > 0;
}

static void run_evals(struct run *r);

/* Everything that stands beside and in the code; NULL when it was refused. */
static const struct app_plan *compile(struct run *r)
{
    const struct test_case  *c = r->test;
    const struct test_block *b = NULL;
    while ((b = next_block(c, TEST_SCHEMA, b)) != NULL) declare(r, b);
    for (size_t i = 0; i < c->blocks.count; i++) add_code(r, &c->blocks.items[i]);
    if (has_errors(r)) return NULL;
    run_evals(r);
    if (has_kind(c, TEST_ERROR)) return app_compile(r->app);
    while ((b = next_block(c, TEST_EXPECT, b)) != NULL) replay_watch(r->app, b->name, b->at);
    while ((b = next_block(c, TEST_EXPECT_COUNT, b)) != NULL) replay_watch(r->app, b->name, b->at);
    if (has_errors(r)) { /* the code is in order, but has no such stream */
        fail(r, TEST_BROKEN);
        r->result->stays_failed = true;
        diags_print(&r->result->report, app_diags(r->app));
        return NULL;
    }
    return app_compile(r->app);
}

/* ---- error TEXT ---- */

static bool contains_nocase(const char *text, struct str part)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + part.len <= n; i++) {
        if (str_equal_nocase(str_view(text + i, part.len), part)) return true;
    }
    return false;
}

static bool some_message_has(const struct run *r, struct str part)
{
    const struct diags *d = app_diags(r->app);
    for (size_t i = 0; i < d->count; i++) {
        const struct status *st = &d->items[i].status;
        if (d->items[i].level != DIAG_ERROR) continue;
        const char *text =
            str_format_c(r->arena, "line %u, column %u: %s", st->at.line, st->at.column,
                         st->message ? st->message : err_text(st->err));
        if (contains_nocase(text, part)) return true;
    }
    return false;
}

static void check_error(struct run *r, const struct test_block *b)
{
    if (has_errors(r) && some_message_has(r, b->argument)) return;
    fail(r, TEST_FAILED);
    r->result->stays_failed = true;
    struct buf *out = complain(r, b->at.line);
    if (has_errors(r)) {
        buf_printf(out, "no message contains \"%.*s\":\n", STR_ARG(b->argument));
        diags_print(out, app_diags(r->app));
    } else {
        buf_printf(out, "the code was accepted; expected an error with \"%.*s\"\n",
                   STR_ARG(b->argument));
    }
}

/* The plan when the case is to be run, after its `error` lines have been seen to. */
static const struct app_plan *compile_and_check(struct run *r)
{
    const struct app_plan *plan = compile(r);
    if (r->result->outcome == TEST_BROKEN) return NULL;
    if (has_kind(r->test, TEST_ERROR)) {
        const struct test_block *b = NULL;
        while ((b = next_block(r->test, TEST_ERROR, b)) != NULL) check_error(r, b);
        return NULL;
    }
    if (plan) return plan;
    fail(r, TEST_FAILED);
    r->result->stays_failed = true;
    diags_print(&r->result->report, app_diags(r->app));
    return NULL;
}

/* ---- eval ---- */

/* The last ` => ` of the line parts it. */
static bool split_eval(struct str line, size_t *left, size_t *right)
{
    const char *p = str_data(&line);
    for (size_t i = line.len; i >= 4; i--) {
        if (memcmp(p + i - 4, " => ", 4) != 0) continue;
        *left = i - 4;
        *right = i;
        return true;
    }
    return false;
}

static void eval_failed(struct run *r, const struct test_line *line, size_t right, struct str want,
                        struct str got)
{
    fail(r, TEST_FAILED);
    struct buf *out = complain(r, line->number);
    buf_printf(out, "%.*s\n    - %.*s\n    + %.*s\n", (int)(right - 4), str_data(&line->text),
               STR_ARG(want), STR_ARG(got));
    struct span at = test_line_span(r->file, line);
    add_edit(r, at.offset + right, line->text.len - right, str_copy(r->arena, got));
}

static bool is_error(struct str want, struct str *text)
{
    static const char word[] = "error ";
    size_t            n = sizeof word - 1;
    if (want.len <= n || memcmp(str_data(&want), word, n) != 0) return false;
    *text = str_view(str_data(&want) + n, want.len - n);
    return true;
}

static struct status eval_line(struct run *r, const struct test_line *line)
{
    size_t left, right;
    if (!split_eval(line->text, &left, &right)) {
        struct status st = status_new(r->arena, ERR_SYNTAX, test_line_span(r->file, line),
                                      "the line has no \" => \"");
        return status_with_hint(st,
                                "it is written: EXPRESSION => JSON, or EXPRESSION => error TEXT");
    }
    const char *p = str_data(&line->text);
    struct str  want = str_view(p + right, line->text.len - right), words;
    struct text_file   *text = text_at(app_arena(r->app), r->file, line->number, 0, p, left);
    struct replay_value value;
    struct status       st = replay_eval(r->app, text, TEST_START, &value);
    bool                wants_error = is_error(want, &words);
    if (st.err != ERR_NONE) {
        const char *message = st.message ? st.message : err_text(st.err);
        if (wants_error && contains_nocase(message, words)) return OK;
        eval_failed(r, line, right, want, str_format(r->arena, "error %s", message));
        return OK;
    }
    if (!wants_error) {
        struct member want_value, got_value;
        struct status bad = member_read_value(r->arena, want, &want_value);
        bad.at = test_line_span(r->file, line);
        TRY(bad);
        TRY(member_read_value(r->arena, value.json, &got_value));
        if (test_value_equal(value.type, &want_value, &got_value)) return OK;
    }
    eval_failed(r, line, right, want, value.json);
    return OK;
}

static void run_evals(struct run *r)
{
    const struct test_block *b = NULL;
    while ((b = next_block(r->test, TEST_EVAL, b)) != NULL) {
        for (size_t i = 0; i < b->lines.count; i++) {
            struct status st = eval_line(r, &b->lines.items[i]);
            if (st.err != ERR_NONE) broken(r, st, b->at);
        }
    }
}

/* ---- records ---- */

/* A line of an input block, and its place among all of them. */
struct event {
    const struct test_line *line;
    int                     source;
};

static int compare_events(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->line->time != y->line->time) return x->line->time < y->line->time ? -1 : 1;
    return x->line->number < y->line->number ? -1 : x->line->number > y->line->number;
}

static struct status collect_events(struct run *r, const struct replay *replay, struct event **out,
                                    size_t *n_out)
{
    ARRAY(struct event) events = { 0 };
    const struct test_block *b = NULL;
    while ((b = next_block(r->test, TEST_INPUT, b)) != NULL) {
        int source = replay_find_source(replay, b->name);
        if (source < 0) {
            return status_new(r->arena, ERR_UNKNOWN_RELATION, b->at, "no source stream \"%.*s\"",
                              STR_ARG(b->name));
        }
        for (size_t i = 0; i < b->lines.count; i++) {
            *array_push(r->arena, &events) = (struct event){ &b->lines.items[i], source };
        }
    }
    if (events.count > 1) qsort(events.items, events.count, sizeof *events.items, compare_events);
    *out = events.items;
    *n_out = events.count;
    return OK;
}

static struct status feed_records(struct replay *replay, const struct event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct test_line *line = events[i].line;
        if (line->has_record) TRY(replay_record(replay, events[i].source, line->time, line->text));
        else TRY(replay_clock(replay, line->time));
    }
    return replay_end(replay);
}

static struct status fill_tables(struct run *r, struct replay *replay)
{
    const struct test_block *b = NULL;
    while ((b = next_block(r->test, TEST_ROWS, b)) != NULL) {
        TRY(replay_table_text(replay, b->name, r->file->text.data + b->text_at, b->text_size));
    }
    return OK;
}

/* ---- expectations ---- */

static const char *rows_word(size_t n)
{
    return n == 1 ? "row" : "rows";
}

static struct status check_rows(struct run *r, const struct replay *replay,
                                const struct test_block *b)
{
    const struct replay_rows *rows = replay_stream(replay, b->name);
    struct row_match         *m;
    TRY(row_match_new(r->arena, r->file, b, rows, &m));
    if (m->equal) return OK;
    fail(r, TEST_FAILED);
    struct buf *out = complain(r, b->at.line);
    buf_printf(out, "expect %.*s: %zu %s expected (-), %zu came (+)\n", STR_ARG(b->name), m->n_want,
               rows_word(m->n_want), rows->count);
    row_match_print(m, out);
    struct buf text = { 0 };
    row_match_update(m, &text);
    add_edit(r, b->text_at, b->text_size, str_copy(r->arena, str_view(text.data, text.len)));
    buf_free(&text);
    return OK;
}

static void check_count(struct run *r, const struct replay *replay, const struct test_block *b)
{
    const struct replay_rows *rows = replay_stream(replay, b->name);
    if (rows->count == b->count) return;
    fail(r, TEST_FAILED);
    struct buf *out = complain(r, b->at.line);
    buf_printf(out, "expect-count %.*s: %llu %s expected, %zu came\n", STR_ARG(b->name),
               (unsigned long long)b->count, rows_word((size_t)b->count), rows->count);
    struct str line = str_format(r->arena, "expect-count %.*s %zu", STR_ARG(b->name), rows->count);
    add_edit(r, b->at.offset, b->at.length, line);
}

static void check_expectations(struct run *r, const struct replay *replay)
{
    const struct test_block *b = NULL;
    while ((b = next_block(r->test, TEST_EXPECT, b)) != NULL) {
        struct status st = check_rows(r, replay, b);
        if (st.err != ERR_NONE) broken(r, st, b->at);
    }
    while ((b = next_block(r->test, TEST_EXPECT_COUNT, b)) != NULL) check_count(r, replay, b);
}

/* ---- the case ---- */

/* False: the case cannot be run as it is written. */
static bool prepare(struct run *r, struct replay *replay, struct event **events, size_t *n_events)
{
    struct status st = fill_tables(r, replay);
    if (st.err == ERR_NONE) st = collect_events(r, replay, events, n_events);
    if (st.err != ERR_NONE) broken(r, st, r->test->at);
    return st.err == ERR_NONE;
}

static void run_plan(struct run *r, const struct app_plan *plan)
{
    struct replay_config config = {
        .threads = r->config->threads, .batch_rows = r->config->batch_rows, .start = TEST_START
    };
    struct replay *replay = replay_new(plan, &config);
    struct event  *events = NULL;
    size_t         n_events = 0;
    if (prepare(r, replay, &events, &n_events)) {
        struct status st = replay_start(replay);
        if (st.err == ERR_NONE) st = feed_records(replay, events, n_events);
        if (st.err == ERR_NONE) {
            check_expectations(r, replay);
        } else {
            fail(r, TEST_FAILED);
            r->result->stays_failed = true;
            status_print(&r->result->report, &st);
        }
    }
    replay_free(replay);
}

void test_case_run(struct arena *a, const struct test_file *file, const struct test_case *c,
                   const struct test_config *config, struct test_result *out)
{
    *out = (struct test_result){ .outcome = TEST_PASSED };
    struct run r = { .arena = a, .file = file, .test = c, .config = config, .result = out };
    r.folder = beside(a, file->text.name, STR_EMPTY);
    r.app = app_new(config->functions);
    const struct app_plan *plan = compile_and_check(&r);
    bool runs =
        has_kind(c, TEST_INPUT) || has_kind(c, TEST_EXPECT) || has_kind(c, TEST_EXPECT_COUNT);
    if (plan && runs) run_plan(&r, plan);
    app_free(r.app);
}
