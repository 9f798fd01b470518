/*
 * session.c: the definitions of a session.
 *
 * They are kept as text, in the order in which they were made, and compiled together whenever one is added: so what
 * a statement means does not depend on when it was typed. CREATE OR REPLACE puts its text in the place of the old one
 * first, so that what stands behind it takes the new meaning; where that does not fit, because it names something that
 * was defined later, it goes to the end. A dropped stream leaves a nameless one in its place, because what runs knows
 * streams by their numbers.
 */

#include "app/session.h"

#include "app/session_impl.h"

#include "base/log.h"
#include "base/secret.h"

static const char dropped_prefix[] = "dropped stream ";

/* ---- text ---- */

enum session_kind session_cut(const char *text, size_t n, size_t *size, bool *complete)
{
    struct arena *a = arena_new();
    struct cut c = cut_statement(a, text, n);
    *size = c.size;
    *complete = c.complete;
    arena_free(a);
    if (c.kind == CUT_NOTHING) return SESSION_NOTHING;
    return c.kind == CUT_QUERY ? SESSION_QUERY : SESSION_DEFINITION;
}

const char *session_keyword(size_t i)
{
    return cut_keyword(i);
}

char *session_padded(struct arena *a, const struct session_text *t, size_t *padding)
{
    size_t lines = t->line ? t->line - 1 : 0, columns = t->column ? t->column - 1 : 0;
    char *out = arena_alloc(a, lines + columns + t->size + 1);
    memset(out, '\n', lines);
    memset(out + lines, ' ', columns);
    memcpy(out + lines + columns, t->data, t->size);
    out[lines + columns + t->size] = 0;
    *padding = lines + columns;
    return out;
}

static struct definition *definition_new(struct arena *a, const struct session_text *t)
{
    struct definition *d = ARENA_NEW(a, struct definition);
    d->name = t->name ? str_to_c(a, str_c(t->name)) : NULL;
    d->base_dir = str_to_c(a, str_c(t->base_dir ? t->base_dir : "."));
    d->text = session_padded(a, t, &d->padding);
    d->size = d->padding + t->size;
    d->cut = cut_statement(a, d->text, d->size);
    d->once = d->cut.kind == CUT_INSERT && !d->cut.streams;
    return d;
}

/* ---- lists ---- */

static void list_add(struct definitions *l, struct definition *d)
{
    l->items = mem_realloc(l->items, (l->count + 1) * sizeof *l->items);
    l->items[l->count++] = d;
}

static struct definitions list_copy(const struct definitions *l)
{
    struct definitions out = { 0 };
    for (size_t i = 0; i < l->count; i++) list_add(&out, l->items[i]);
    return out;
}

static bool same_object(const struct definition *a, const struct definition *b)
{
    return a->cut.kind == CUT_CREATE && str_equal(&a->cut.object, &b->cut.object) &&
           str_equal(&a->cut.name, &b->cut.name);
}

/* Where the last definition of the object stands; count: nowhere. */
static size_t list_find(const struct definitions *l, const struct definition *d)
{
    for (size_t i = l->count; i-- > 0;) {
        if (same_object(l->items[i], d)) return i;
    }
    return l->count;
}

/* ---- compiling ---- */

static void add_definition(struct app *app, const struct definition *d,
                           const struct text_file **file)
{
    *file = d->onlookers
                ? app_add_onlookers_text(app, d->name, d->text, d->size, d->base_dir)
                : app_add_text(app, d->name, d->text, d->size, d->base_dir);
}

static bool is_among(const struct text_file *file, const struct text_file *const *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (files[i] == file) return true;
    }
    return false;
}

/* Errors, and the warnings about what is new: the others have been told. */
static void tell(struct app *app, const struct text_file *const *fresh, size_t n, struct buf *out,
                 struct status *first)
{
    struct diags *all = app_diags(app);
    struct diags told;
    diags_init(&told, app_arena(app));
    *first = OK;
    for (size_t i = 0; i < all->count; i++) {
        const struct diag *d = &all->items[i];
        if (d->level == DIAG_ERROR && first->err == ERR_NONE) *first = d->status;
        if (d->level == DIAG_ERROR || is_among(d->status.at.file, fresh, n))
            diags_add(&told, d->level, d->status);
    }
    diags_print(out, &told);
}

/* Everything is decoded: a query that comes later may want any column, of rows that wait by then too. */
static void need_all(const struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_streams; i++)
        memset(plan->streams[i].needed, true, plan->streams[i].schema.n_columns);
    for (uint32_t i = 0; i < plan->n_tables; i++)
        memset(plan->tables[i].needed, true, plan->tables[i].schema.n_columns);
}

/* NAME=URL; a name that is not defined yet may be, later. */
static void set_urls(struct app *app, const char *const *settings,
                     struct status (*set)(struct binder *b, struct str name, struct str url))
{
    for (; settings && *settings; settings++) {
        const char *equals = strchr(*settings, '=');
        if (!equals) continue;
        struct status st = set(app_binder(app), str_view(*settings, (size_t)(equals - *settings)),
                               str_copy(app_arena(app), str_c(equals + 1)));
        if (st.err != ERR_UNKNOWN_NAME) diags_error(app_diags(app), st);
    }
}

/* ---- what stays PERSONAL ---- */

static bool keeps(const struct session *s, struct str stream, struct str column)
{
    for (size_t i = 0; i < s->personal.count; i++) {
        const struct session_column *c = &s->personal.items[i];
        if (str_equal(&c->stream, &stream) && str_equal(&c->column, &column)) return true;
    }
    return false;
}

/* Before an onlooker's change: a window that stays keeps its values, whoever writes the stream from now on. */
static void keep_personal(struct session *s)
{
    session_enter(s);
    for (uint32_t i = 0; i < s->now.plan->n_streams; i++) {
        const struct plan_stream *of = &s->now.plan->streams[i];
        for (uint32_t c = 0; c < of->schema.n_columns; c++) {
            struct str column = of->schema.columns[c].name;
            if (!of->schema.columns[c].personal || keeps(s, of->name, column)) continue;
            *array_push(s->arena, &s->personal) =
                (struct session_column){ str_copy(s->arena, of->name), str_copy(s->arena, column) };
        }
    }
    session_leave(s);
}

static void tell_kept(const struct session *s, struct app *app)
{
    for (size_t i = 0; i < s->personal.count; i++)
        bind_keep_personal(app_binder(app), s->personal.items[i].stream,
                           s->personal.items[i].column);
}

/* ---- compiling, and changing ---- */

struct app *session_compile(struct session *s, const struct definitions *all, size_t fresh,
                            const struct session_text *query, int64_t *limit,
                            struct buf *messages, struct status *first)
{
    struct app *app = app_new(s->config.functions);
    struct arena *a = app_arena(app);
    const struct text_file **files = ARENA_ARRAY(a, const struct text_file *, all->count + 1);
    size_t n = 0;
    for (size_t i = 0; i < all->count; i++) add_definition(app, all->items[i], &files[n++]);
    if (query) {
        size_t padding;
        char *text = session_padded(a, query, &padding);
        enum app_asker asker = !s->host                  ? ASKER_OWN
                               : s->config.sees_personal ? ASKER_SEES
                                                         : ASKER_ONLOOKER;
        files[n++] = app_add_query(app, asker, query->name, text, padding + query->size,
                                   query->base_dir ? query->base_dir : ".", limit);
    }
    set_urls(app, s->config.sources, bind_set_source_url);
    set_urls(app, s->config.sinks, bind_set_sink_url);
    tell_kept(s, app);
    const struct app_plan *plan = app_compile(app);
    tell(app, files + fresh, n - fresh, messages, first);
    if (plan) {
        if (!s->host) need_all(plan);
        return app;
    }
    first->message = str_to_c(s->arena, str_c(first->message ? first->message : ""));
    first->at = SPAN_NONE;
    first->hint = NULL;
    app_free(app);
    return NULL;
}

/* A compiled list becomes that of the session, if what runs can follow. */
static struct status adopt(struct session *s, struct definitions *list, struct app *app,
                           struct buf *messages)
{
    if (app_compile(app)->personal) secret_no_core_dumps();
    struct status st = world_change(s, app);
    if (st.err != ERR_NONE) {
        status_print(messages, &st);
        st.at = SPAN_NONE; /* of a text that is gone now */
        app_free(app);
        return st;
    }
    mem_free(s->definitions.items);
    s->definitions = *list;
    *list = (struct definitions){ 0 };
    return OK;
}

static struct status try_list(struct session *s, struct definitions *list, size_t fresh,
                              struct buf *messages)
{
    struct status st;
    struct app *app = session_compile(s, list, fresh, NULL, NULL, messages, &st);
    return app ? adopt(s, list, app, messages) : st;
}

/* A statement in the place of the one that it replaces. */
static bool try_in_place(struct session *s, struct definition *d, struct buf *messages,
                         struct status *st)
{
    size_t at = list_find(&s->definitions, d);
    /* functions may share a name: which of them it replaces is not for here to say */
    if (!d->cut.or_replace || str_equal_c(d->cut.object, "FUNCTION")) return false;
    if (at == s->definitions.count) return false;
    struct definitions list = list_copy(&s->definitions);
    list.items[at] = d;
    struct buf own = { 0 };
    struct app *app = session_compile(s, &list, list.count, NULL, NULL, &own, st);
    if (app) *st = adopt(s, &list, app, &own);
    bool told = app || st->err == ERR_PERSONAL; /* behind the others it would be another one */
    if (told) buf_append(messages, own.data, own.len);
    buf_free(&own);
    mem_free(list.items);
    return told;
}

/* A stream that nobody can name, in the place of one that was dropped. */
static struct definition *dropped_stream(struct session *s)
{
    struct arena *a = s->arena;
    struct session_text t = { 0 };
    t.data = str_format_c(a, "CREATE STREAM \"%s%zu\" (n INTEGER);", dropped_prefix,
                          s->n_dropped++);
    t.size = strlen(t.data);
    return definition_new(a, &t);
}

/* What a DROP leaves: nothing of the object, but for streams their places. */
static void settle_drop(struct session *s, const struct definition *drop)
{
    struct definitions list = { 0 };
    struct buf ignored = { 0 };
    struct status st;
    bool stream = str_equal_c(drop->cut.object, "STREAM");
    for (size_t i = 0; i + 1 < s->definitions.count; i++) {
        struct definition *d = s->definitions.items[i];
        if (!same_object(d, drop)) list_add(&list, d);
        else if (stream) list_add(&list, dropped_stream(s));
    }
    struct app *app = session_compile(s, &list, list.count, NULL, NULL, &ignored, &st);
    if (app) st = adopt(s, &list, app, &ignored);
    if (st.err != ERR_NONE) log_message(LOG_WARNING, "%s", st.message);
    mem_free(list.items);
    buf_free(&ignored);
}

/* Sources, sinks and reference tables are never dropped in a file, so that the language has no word for it. */
static bool is_own_drop(const struct definition *d)
{
    return d->cut.kind == CUT_DROP &&
           (str_equal_c(d->cut.object, "SOURCE") || str_equal_c(d->cut.object, "SINK") ||
            str_equal_c(d->cut.object, "TABLE"));
}

static struct status drop_unknown(struct session *s, const struct definition *drop,
                                  struct buf *messages)
{
    struct status st = status_new(s->arena, ERR_UNKNOWN_NAME, SPAN_NONE,
                                  "nothing that CREATE %.*s made is called \"%.*s\"",
                                  STR_ARG(drop->cut.object), STR_ARG(drop->cut.name));
    status_print(messages, &st);
    return st;
}

/* Those of the list that do not compile by themselves, as names: what uses something that is no more there. */
static const char *broken_ones(struct session *s, const struct definitions *list)
{
    struct app *app = app_new(s->config.functions);
    const struct text_file **files =
        ARENA_ARRAY(app_arena(app), const struct text_file *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) add_definition(app, list->items[i], &files[i]);
    app_compile(app);
    const struct diags *d = app_diags(app);
    const char *names = "";
    for (size_t i = 0; i < list->count; i++) {
        const struct cut *c = &list->items[i]->cut;
        bool broken = false;
        for (size_t k = 0; k < d->count && !broken; k++)
            broken = d->items[k].level == DIAG_ERROR && d->items[k].status.at.file == files[i];
        if (broken && c->kind == CUT_CREATE)
            names = str_format_c(s->arena, "%s%s%.*s \"%.*s\"", names, *names ? ", " : "",
                                 STR_ARG(c->object),
                                 STR_ARG(c->name));
    }
    app_free(app);
    return names;
}

static struct status drop_used(struct session *s, const struct definition *drop,
                               const struct definitions *without, struct buf *messages)
{
    struct status st = status_new(
        s->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE, "%.*s \"%.*s\" is in use by %s",
        STR_ARG(drop->cut.object), STR_ARG(drop->cut.name),
        broken_ones(s, without));
    status_print(messages, &st);
    return st;
}

/* What uses the object would not compile without it: that says whether it can go. */
static struct status drop_own(struct session *s, const struct definition *drop,
                              struct buf *messages)
{
    struct definitions list = { 0 };
    struct status st;
    bool found = false;
    for (size_t i = 0; i < s->definitions.count; i++) {
        struct definition *d = s->definitions.items[i];
        bool same = same_object(d, drop);
        found = found || same;
        if (!same) list_add(&list, d);
        else if (str_equal_c(drop->cut.object, "SOURCE")) list_add(&list, dropped_stream(s));
    }
    if (found) {
        struct buf broken = { 0 };
        struct app *app = session_compile(s, &list, list.count, NULL, NULL, &broken, &st);
        bool sink = app && str_equal_c(drop->cut.object, "SINK");
        if (sink) world_give_up(s, drop->cut.name, true);
        if (app) st = adopt(s, &list, app, messages);
        if (sink && st.err != ERR_NONE) world_give_up(s, drop->cut.name, false);
        if (!app) st = drop_used(s, drop, &list, messages);
        buf_free(&broken);
    } else {
        st = drop_unknown(s, drop, messages);
    }
    mem_free(list.items);
    return st;
}

/* The list without rows that were inserted before. */
static struct definitions lasting(const struct definitions *l)
{
    struct definitions out = { 0 };
    for (size_t i = 0; i < l->count; i++) {
        if (!l->items[i]->once) list_add(&out, l->items[i]);
    }
    return out;
}

struct status session_define(struct session *s, const struct session_text *texts, size_t n,
                             struct buf *messages)
{
    if (s->remote) return remote_define(s, texts, n, messages);
    struct definitions list = lasting(&s->definitions);
    size_t fresh = list.count;
    bool onlookers = s->host && !s->config.sees_personal;
    if (onlookers) keep_personal(s);
    for (size_t i = 0; i < n; i++) {
        struct definition *d = definition_new(s->arena, &texts[i]);
        d->onlookers = onlookers;
        list_add(&list, d);
    }
    struct definition *last = n ? list.items[list.count - 1] : NULL;
    struct status st = OK;
    if (n == 1 && is_own_drop(last)) {
        mem_free(list.items);
        return drop_own(s, last, messages);
    }
    if (n != 1 || !try_in_place(s, last, messages, &st)) st = try_list(s, &list, fresh, messages);
    mem_free(list.items);
    if (st.err == ERR_NONE && n == 1 && last->cut.kind == CUT_DROP) settle_drop(s, last);
    return st;
}

/* ---- for a host ---- */

void session_adopt_text(struct session *s, const struct text_file *file, const char *base_dir)
{
    struct session_text t = { .name = file->name, .line = 1, .column = 1, .base_dir = base_dir };
    for (size_t at = 0; at < file->size;) {
        t.data = file->data + at;
        bool complete;
        enum session_kind kind = session_cut(t.data, file->size - at, &t.size, &complete);
        if (kind != SESSION_NOTHING) list_add(&s->definitions, definition_new(s->arena, &t));
        for (size_t i = 0; i < t.size; i++) {
            bool line = t.data[i] == '\n';
            t.line += line;
            t.column = line ? 1 : t.column + (((unsigned char)t.data[i] & 0xc0) != 0x80);
        }
        at += t.size;
        if (t.size == 0) return;
    }
}

void session_enter(struct session *s)
{
    if (s->host) s->host->enter(s->host->arg, s);
    else gate_look(&s->gate);
}

void session_leave(struct session *s)
{
    if (s->host) s->host->leave(s->host->arg, s);
    else gate_look_away(&s->gate);
}

/* ---- life ---- */

struct session *session_bare(const struct session_config *config)
{
    struct arena *a = arena_new();
    struct session *s = ARENA_NEW(a, struct session);
    s->arena = a;
    s->config = *config;
    clock_init_wall(&s->clock);
    gate_init(&s->gate);
    pthread_cond_init(&s->lane_ended, NULL);
    return s;
}

struct session *session_for_host(const struct session_config *config,
                                 const struct session_host *host)
{
    struct session *s = session_bare(config);
    s->host = host;
    s->closed = true; /* there is nothing of its own to end */
    return s;
}

struct session *session_new(const struct session_config *config)
{
    struct session *s = session_bare(config);
    struct status st = world_open(s);
    if (st.err == ERR_NONE) return s;
    log_message(LOG_ERROR, "%s", st.message);
    session_free(s);
    return NULL;
}

bool session_is_connected(const struct session *s)
{
    return s->remote != NULL;
}

bool session_is_lost(const struct session *s)
{
    return s->remote && remote_is_lost(s->remote);
}

struct status session_finish(struct session *s)
{
    struct status st = s->failure;
    world_close(s, &st);
    return st;
}

void session_free(struct session *s)
{
    if (!s) return;
    struct status st = OK;
    if (s->remote) remote_close(s->remote);
    world_close(s, &st);
    query_free_left(s);
    for (size_t i = 0; i < s->apps.count; i++) app_free(s->apps.items[i]);
    mem_free(s->definitions.items);
    gate_fini(&s->gate);
    pthread_cond_destroy(&s->lane_ended);
    arena_free(s->arena);
}
