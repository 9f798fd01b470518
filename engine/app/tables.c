/* tables.c: reference tables filled from their endpoints, from texts and from VALUES. Declared in feed.h. */

#include "app/feed.h"
#include "base/limits.h"
#include "base/log.h"
#include "data/builder.h"
#include "io/src_sqlite.h"

/* A table while it is filled. */
struct filling {
    struct arena *arena;
    const struct plan_table *table;
    const struct io_endpoint *endpoint;
    struct decode_config config;
    struct reftable *rows;
    uint64_t dropped;
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
        if (f->dropped++ >= TOLD) continue;
        log_message(LOG_WARNING, "row left out of reference table %.*s: %s",
                    STR_ARG(f->table->name), decoded->faults[i].message);
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
        log_message(LOG_WARNING, "%llu rows were left out of reference table %.*s",
                    (unsigned long long)f->dropped, STR_ARG(f->table->name));
    }
    reftable_seal(f->rows, f->table->primary_key, f->table->n_primary_key);
    return f->rows;
}

static struct status load_source(struct filling *f)
{
    struct source *s;
    TRY(source_open(f->arena, f->endpoint, &s));
    struct decoder *d = NULL;
    struct status st = decoder_new(f->arena, source_format(s), &f->config, &d);
    struct block *block;
    bool first;
    enum source_result result = SOURCE_END;
    while (st.err == ERR_NONE &&
           (result = source_read(s, SIZE_READ_BLOCK, -1, &block, &first, &st)) == SOURCE_BLOCK) {
        append_block(f, d, block, first);
        block_release(block);
    }
    source_close(s);
    return st;
}

static struct status take_sqlite_rows(void *arg, struct decoded *decoded)
{
    append_rows(arg, decoded);
    return OK;
}

static bool is_sqlite(const struct io_endpoint *e)
{
    return e->url.len > 7 && memcmp(str_data(&e->url), "sqlite:", 7) == 0;
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

uint64_t feed_table_stamp(struct arena *a, const struct app_plan *plan, uint32_t table)
{
    const struct plan_table *t = &plan->tables[table];
    return t->constant ? 0 : source_stamp(feed_endpoint(a, &t->endpoint, t->name));
}

struct status feed_load_table(struct arena *a, const struct app_plan *plan, uint32_t table,
                              struct reftable **out)
{
    struct filling f;
    begin(a, &plan->tables[table], &f);
    struct status st = OK;
    if (f.table->constant) {
        append_constants(&f);
    } else {
        st = feed_decode_options(a, f.endpoint, &f.config);
        if (st.err == ERR_NONE) {
            st = is_sqlite(f.endpoint)
                     ? sqlite_read_table(a, f.endpoint, &f.config, take_sqlite_rows, &f)
                     : load_source(&f);
        }
    }
    if (st.err != ERR_NONE) {
        reftable_release(f.rows);
        return st;
    }
    *out = finish(&f);
    return OK;
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
