/*
 * rejects.c: refused records on their way to the vault.
 *
 * The table is one of a vault: sink like any other, with columns of our own; only its name is one that users cannot
 * give. The sink is opened by the first reject, so that a vault without any has no such table.
 */

#include "app/rejects.h"

#include "app/feed.h"
#include "base/log.h"
#include "io/url.h"
#include "io/vault.h"

enum {
    ROWS_HELD = 256
};

enum reject_column {
    REJECT_SOURCE,
    REJECT_NUMBER,
    REJECT_TIME,
    REJECT_ERROR,
    REJECT_RECORD,
    REJECT_COLUMNS
};

struct rejects {
    struct arena *arena; /* its own: the application's may be in use by other threads */
    const struct app_plan *plan;
    const struct io_endpoint *vault; /* NULL: there is none */
    struct schema schema;
    struct sink *sink;
    struct builder *rows;
    uint64_t *numbers; /* rejects so far, by source */
    atomic_ullong count; /* in this run */
    struct status failure;
};

static const struct io_endpoint *first_vault(struct arena *a, const struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *s = &plan->sinks[i];
        if (!s->endpoint.has_url) continue;
        const struct io_endpoint *e = feed_endpoint(a, &s->endpoint, s->name);
        struct url u;
        if (url_parse(a, e, &u).err == ERR_NONE && u.kind == URL_VAULT) return e;
    }
    return NULL;
}

static void make_schema(struct rejects *r)
{
    struct column *c = arena_calloc(r->arena, REJECT_COLUMNS * sizeof *c);
    c[REJECT_SOURCE] = (struct column){ .name = str_c("source"), .type = type_varchar(0) };
    c[REJECT_NUMBER] = (struct column){ .name = str_c("number"), .type = type_of(TYPE_BIGINT) };
    c[REJECT_TIME] = (struct column){ .name = str_c("time"), .type = type_of(TYPE_TIMESTAMP) };
    c[REJECT_ERROR] = (struct column){ .name = str_c("error"), .type = type_varchar(0) };
    c[REJECT_RECORD] = (struct column){ .name = str_c(VAULT_REJECTS_RECORD),
                                        .type = type_of(TYPE_VARBINARY),
                                        .personal = true };
    r->schema = (struct schema){ .columns = c, .n_columns = REJECT_COLUMNS };
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

struct rejects *rejects_new(struct arena *a, const struct app_plan *plan)
{
    if (!plan->personal) return NULL;
    struct rejects *r = arena_calloc(a, sizeof *r);
    r->arena = arena_new();
    arena_on_free(a, free_arena, r->arena);
    r->plan = plan;
    r->vault = first_vault(r->arena, plan);
    r->numbers = arena_calloc(r->arena, (plan->n_sources + 1) * sizeof *r->numbers);
    make_schema(r);
    return r;
}

void rejects_go_on(struct rejects *r, const struct rejects *before)
{
    if (!r || !before) return;
    for (uint32_t i = 0; i < r->plan->n_sources; i++) {
        for (uint32_t k = 0; k < before->plan->n_sources; k++) {
            if (str_equal(&r->plan->sources[i].name, &before->plan->sources[k].name))
                r->numbers[i] = before->numbers[k];
        }
    }
}

void rejects_warn(const struct rejects *r)
{
    if (!r || r->vault) return;
    for (uint32_t i = 0; i < r->plan->n_sources; i++) {
        const struct plan_source *s = &r->plan->sources[i];
        if (!schema_has_personal(&s->schema)) continue;
        log_event(LOG_WARNING, LOG_FIELDS(LOG_S("source", s->name)),
                    "source \"%.*s\" has PERSONAL columns and there is no vault: records that do "
                    "not fit it are counted, their bytes are kept in no place",
                  STR_ARG(s->name));
    }
}

/* ---- rows ---- */

static struct status open_sink(struct rejects *r)
{
    struct type types[REJECT_COLUMNS];
    for (uint32_t i = 0; i < REJECT_COLUMNS; i++) types[i] = r->schema.columns[i].type;
    r->rows = builder_new(types, REJECT_COLUMNS);
    return sink_open(r->arena, vault_rejects_endpoint(r->arena, r->vault), &r->schema, &r->sink);
}

static void put(struct rejects *r, enum reject_column column, struct value v)
{
    v.type = r->schema.columns[column].type;
    builder_value(r->rows, column, &v);
}

/* What was taken so far becomes part of the vault's transaction. */
static struct status hand_over(struct rejects *r)
{
    struct batch *rows = r->rows ? builder_take(r->rows) : NULL;
    if (!rows) return r->failure;
    struct status st = sink_deliver(r->sink, rows, NULL);
    batch_release(rows);
    if (r->failure.err == ERR_NONE) r->failure = st;
    return r->failure;
}

void rejects_take(void *arg, const struct error_reject *reject)
{
    struct rejects *r = arg;
    uint64_t number = ++r->numbers[reject->source];
    tally_add(&r->count, 1);
    if (!r->vault || r->failure.err != ERR_NONE) return;
    if (!r->sink) r->failure = open_sink(r);
    if (!r->sink) return;
    builder_row(r->rows, reject->time, reject->time, number, NULL, 0);
    put(r, REJECT_SOURCE, (struct value){ .str = r->plan->sources[reject->source].name });
    put(r, REJECT_NUMBER, (struct value){ .i64 = (int64_t)number });
    put(r, REJECT_TIME, (struct value){ .i64 = reject->time });
    put(r, REJECT_ERROR, (struct value){ .str = str_c(reject->name) });
    put(r, REJECT_RECORD, (struct value){ .str = reject->record });
    if (builder_rows(r->rows) < ROWS_HELD) return;
    struct status st = hand_over(r);
    (void)st; /* kept in r->failure */
}

uint64_t rejects_count(const struct rejects *r)
{
    return r ? tally_read(&r->count) : 0;
}

struct status rejects_advance(struct rejects *r, rowtime bound)
{
    if (!r) return OK;
    TRY(hand_over(r));
    return r->sink ? sink_advance(r->sink, bound) : OK;
}

struct status rejects_flush(struct rejects *r)
{
    if (!r) return OK;
    TRY(hand_over(r));
    return r->sink ? sink_flush(r->sink) : OK;
}

/* ---- numbers ---- */

struct status rejects_save(struct rejects *r, struct snap_writer *w)
{
    if (!r) return OK;
    TRY(rejects_flush(r));
    snap_u32(w, r->plan->n_sources);
    for (uint32_t i = 0; i < r->plan->n_sources; i++) snap_u64(w, r->numbers[i]);
    return OK;
}

struct status rejects_restore(struct rejects *r, struct snap_reader *in)
{
    if (!r) return OK;
    uint32_t n = snap_read_u32(in);
    if (n != r->plan->n_sources) in->failed = true;
    for (uint32_t i = 0; i < n && !in->failed; i++) r->numbers[i] = snap_read_u64(in);
    return snap_read_end(r->arena, in);
}

/* ---- the end ---- */

static void tell(const struct rejects *r, const char *where)
{
    if (rejects_count(r) == 0) return;
    if (where && r->failure.err == ERR_NONE)
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_N("records", rejects_count(r)), LOG_C("where", where)),
                  "records with PERSONAL columns that did not fit: %llu, sealed in the vault %s; "
                  "sluice vault get %s --rejects",
                  (unsigned long long)rejects_count(r), where, where);
    else
        log_event(LOG_WARNING, LOG_FIELDS(LOG_N("records", rejects_count(r))),
                    "records with PERSONAL columns that did not fit and are lost: %llu",
                  (unsigned long long)rejects_count(r));
}

struct status rejects_close(struct rejects *r)
{
    if (!r) return OK;
    struct status st = hand_over(r);
    const char *where = NULL;
    if (r->sink) {
        struct status closed = sink_close(r->sink, r->arena, &where);
        if (r->failure.err == ERR_NONE) r->failure = closed;
        if (st.err == ERR_NONE) st = closed;
    }
    r->sink = NULL;
    if (r->rows) builder_free(r->rows);
    r->rows = NULL;
    tell(r, where);
    return st;
}
