/* tables.c: reference tables filled from their endpoints, from texts and from VALUES. Declared in feed.h. */

#include "app/feed.h"
#include "base/limits.h"
#include "base/log.h"
#include "data/builder.h"
#include "io/table.h"

/* A table while it is filled. */
struct filling {
    struct arena *arena;
    const struct plan_table *table;
    const struct io_endpoint *endpoint;
    struct decode_config config;
    struct reftable *rows;
    uint64_t dropped; /* records */
    uint64_t damaged; /* of them: no JSON, or no CSV */
};

static void begin(struct arena *a, const struct plan_table *t, struct filling *f)
{
    *f = (struct filling){ .arena = a,
                           .table = t,
                           .endpoint = feed_endpoint(a, &t->endpoint, t->name) };
    f->config = (struct decode_config){ .schema = &t->schema, .needed = t->needed };
    f->rows = reftable_new(&t->schema, t->needed);
}

static void append_rows(struct filling *f, struct decoded *decoded)
{
    enum {
        TOLD = 3
    };
    for (uint32_t i = 0; i < decoded->n_faults; i++) {
        f->damaged += decoded->faults[i].err == ERR_PARSE;
        if (f->dropped++ >= TOLD) continue;
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_S("table", f->table->name),
                             LOG_C("code", err_sqlstate(decoded->faults[i].err))),
                  "row left out of reference table %.*s: %s", STR_ARG(f->table->name),
                  decoded->faults[i].message);
    }
    reftable_append(f->rows, decoded->batch);
    batch_release(decoded->batch);
}

static void append_block(struct filling *f, struct decoder *d, struct block *block, bool first)
{
    for (size_t at = 0; at < block->size; first = false) {
        struct decoded decoded;
        at = decoder_run(d, block, at, SIZE_BATCH_ROWS, first, &decoded);
        append_rows(f, &decoded);
    }
}

static struct reftable *finish(struct filling *f)
{
    if (f->dropped) {
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_S("table", f->table->name), LOG_N("rows", f->dropped)),
                  "%llu rows were left out of reference table %.*s", (unsigned long long)f->dropped,
                  STR_ARG(f->table->name));
    }
    reftable_seal(f->rows, f->table->primary_key, f->table->n_primary_key);
    return f->rows;
}

static struct status take_rows(void *arg, struct decoded *decoded)
{
    append_rows(arg, decoded);
    return OK;
}

/* VALUES: the rows stand in the plan. */
static void append_constants(struct filling *f)
{
    const struct plan_table *t = f->table;
    uint32_t n = t->schema.n_columns;
    struct type *types = ARENA_ARRAY(f->arena, struct type, n);
    for (uint32_t c = 0; c < n; c++) types[c] = t->schema.columns[c].type;
    struct builder *b = builder_new(types, n);
    for (uint32_t row = 0; row < t->n_rows; row++) {
        builder_row(b, 0, 0, 0, NULL, 0);
        for (uint32_t c = 0; c < n; c++) builder_value(b, c, &t->values[(size_t)row * n + c]);
    }
    struct batch *batch = builder_take(b);
    if (batch) {
        reftable_append(f->rows, batch);
        batch_release(batch);
    }
    builder_free(b);
}

/* A new version that is damaged, or none of whose rows is one, does not take the place of an old one. */
static struct status check_version(const struct filling *f)
{
    uint32_t rows = reftable_rows(f->rows);
    if (f->damaged == 0 && (rows || f->dropped == 0)) return OK;
    return status_new(f->arena, ERR_DATA, f->table->at,
                      "%llu of %llu records of the new version are no rows of the table",
                      (unsigned long long)f->dropped, (unsigned long long)(f->dropped + rows));
}

static struct status read_rows(struct filling *f, const struct feed_reading *how, bool *same)
{
    struct table_reading r = { .endpoint = f->endpoint,
                               .config = &f->config,
                               .rows = take_rows,
                               .arg = f };
    if (how) {
        r.version = how->version;
        r.once = how->again;
        r.stop = how->stop;
    }
    TRY(feed_decode_options(f->arena, f->endpoint, &f->config));
    TRY(table_read(f->arena, &r, same));
    return how && how->again && !*same ? check_version(f) : OK;
}

struct status feed_load_table(struct arena *a, const struct app_plan *plan, uint32_t table,
                              const struct feed_reading *how, struct reftable **out)
{
    struct filling f;
    bool same = false;
    struct table_version before = how ? *how->version : (struct table_version){ .stamp = 0 };
    begin(a, &plan->tables[table], &f);
    struct status st = OK;
    if (f.table->constant) append_constants(&f);
    else if (!f.table->n_lookup_key) st = read_rows(&f, how, &same);
    if (st.err == ERR_NONE && !same) {
        *out = finish(&f);
        return OK;
    }
    reftable_release(f.rows);
    *out = NULL;
    /* a version that was read and is damaged need not be read once more */
    bool damaged = st.err == ERR_PARSE || st.err == ERR_DATA;
    if (how && !same && !damaged) *how->version = before;
    return st;
}

struct status feed_load_table_text(struct arena *a, const struct app_plan *plan, uint32_t table,
                                   const char *text, size_t size, struct reftable **out)
{
    struct filling f;
    begin(a, &plan->tables[table], &f);
    struct decoder *d = NULL;
    struct status st = decoder_new(a, "json", &f.config, &d);
    if (st.err == ERR_NONE && size) {
        struct block *block = block_new(size);
        memcpy(block->data, text, size);
        block->size = size;
        append_block(&f, d, block, true);
        block_release(block);
    }
    if (st.err != ERR_NONE) {
        reftable_release(f.rows);
        return st;
    }
    *out = finish(&f);
    return OK;
}
