/*
 * replay_declare.c: what a test says beside the code: sources and reference tables, the streams it
 * looks at, and scalar expressions. All of it takes the way of the statements that say the same, so
 * that the same messages come.
 */

#include "app/replay.h"

#include "data/text.h"
#include "exec/program.h"
#include "grammar/parse.h"

static struct ast_name name_of(struct str text, struct span at)
{
    return (struct ast_name){ .text = text, .quoted = true, .at = at };
}

static void declare(struct app *app, const struct ast_statement *s)
{
    struct status st = bind_one(app_binder(app), s, ".");
    if (st.message) diags_error(app_diags(app), st);
}

void replay_declare(struct app *app, struct str name, struct span at,
                    const struct text_file *columns, const struct text_file *options, bool is_table)
{
    struct arena         *a = app_arena(app);
    struct ast_statement *s = ARENA_NEW(a, struct ast_statement);
    s->kind = is_table ? STATEMENT_CREATE_REFERENCE_TABLE : STATEMENT_CREATE_SOURCE;
    s->at = at;
    s->name = name_of(name, at);
    if (!parse_columns(a, columns, &s->columns, &s->n_columns, app_diags(app))) return;
    if (options && !parse_options(a, options, &s->options, &s->n_options, app_diags(app))) return;
    declare(app, s);
}

static const struct text_file may_be_personal = { "<sql>", "personal = TRUE", 15 };

void replay_watch(struct app *app, struct str name, struct span at)
{
    struct arena         *a = app_arena(app);
    struct ast_statement *s = ARENA_NEW(a, struct ast_statement);
    s->kind = STATEMENT_CREATE_SINK;
    s->at = at;
    s->name = name_of(str_format(a, "expect %.*s in line %u", STR_ARG(name), at.line), at);
    s->stream = name_of(name, at);
    s->has_url = true;
    s->url = str_c("null:");
    s->url_at = at;
    /* what a test looks at stays in the test */
    if (!parse_options(a, &may_be_personal, &s->options, &s->n_options, app_diags(app))) return;
    declare(app, s);
}

static rowtime row_time(void *arg, const struct batch *in, uint32_t row)
{
    (void)arg;
    return in->rowtimes[row];
}

/* The value of a bound expression for one row without columns. */
static struct status evaluate(struct arena *a, struct expr *e, rowtime now,
                              struct replay_value *out)
{
    struct program *program;
    TRY(program_compile(a, &e, 1, &program));

    struct batch *row = batch_new(1, 0);
    rowtime       times[] = { now };
    uint64_t      seqs[] = { 1 };
    row->rowtimes = row->cause_times = times;
    row->cause_seqs = seqs;

    struct program_env env = { .started = now, .now = row_time };
    struct arena      *scratch = arena_new();
    struct vector      value;
    struct faults      faults = { 0 };
    program_run(program, &env, row, NULL, 1, scratch, scratch, &value, &faults);

    struct status st = OK;
    if (faults.count > 0) {
        const struct fault *f = &faults.items[0];
        st = status_new(a, f->err, e->at, "%s", f->message ? f->message : err_text(f->err));
    } else {
        struct buf json = { 0 };
        text_json_value(&json, &value, 0);
        out->type = e->type;
        out->json = str_copy(a, str_view(json.data, json.len));
        buf_free(&json);
    }
    arena_free(scratch);
    batch_release(row);
    return st;
}

struct status replay_eval(struct app *app, const struct text_file *text, rowtime now,
                          struct replay_value *out)
{
    struct arena *a = app_arena(app);
    struct diags  diags;
    diags_init(&diags, a);
    const struct ast_expr *tree = parse_expression(a, text, &diags);
    if (!tree) {
        if (diags.count > 0) return diags.items[0].status;
        return status_new(a, ERR_SYNTAX, SPAN_NONE, "there is no expression");
    }
    struct expr *e;
    TRY(bind_scalar(app_binder(app), tree, &e));
    return evaluate(a, e, now, out);
}
