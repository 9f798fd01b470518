/* graph_harness.c: plays the part of app/run with one thread and a test clock. */

#include "graph_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/feed.h"
#include "data/text.h"
#include "exec/graph.h"

struct outlet {
    const struct schema *schema;
    uint32_t             n_columns;
    struct buf           text;
};

struct bench {
    const struct graph_run *run;
    struct fn_catalog      *functions;
    struct app             *app;
    const struct app_plan  *plan;
    struct graph_config     config;
    struct graph           *graph;
    struct feed            *feeds;
    struct decoder        **decoders;
    struct section        **sections;
    struct outlet          *outlets; /* streams, then error_stream */
};

static struct status take_rows(void *arg, struct batch *rows)
{
    struct outlet *o = arg;
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        uint32_t row = batch_row(rows, i);
        buf_printf(&o->text, "%lld {", (long long)rows->rowtimes[row]);
        for (uint32_t c = 0; c < o->n_columns; c++) {
            struct str name = o->schema->columns[c].name;
            buf_printf(&o->text, "%s%.*s: ", c ? ", " : "", STR_ARG(name));
            text_json_value(&o->text, &rows->columns[c], row);
        }
        buf_append_c(&o->text, "}\n");
    }
    return OK;
}

static void compile(struct bench *b)
{
    b->functions = fn_catalog_new();
    fn_catalog_seal(b->functions);
    b->app = app_new(b->functions);
    app_add_text(b->app, "test", b->run->sql, strlen(b->run->sql), ".");
    b->plan = app_compile(b->app);
    if (b->plan) return;
    struct buf text = { 0 };
    diags_print(&text, app_diags(b->app));
    fail_msg("%s", buf_c(&text));
}

static void prepare(struct bench *b)
{
    struct arena *a = app_arena(b->app);
    const struct app_plan *plan = b->plan;
    b->feeds = arena_calloc(a, plan->n_sources * sizeof *b->feeds);
    b->decoders = arena_calloc(a, plan->n_sources * sizeof *b->decoders);
    b->sections = arena_calloc(a, plan->n_sources * sizeof *b->sections);
    int64_t *lateness = ARENA_ARRAY(a, int64_t, plan->n_sources);
    int32_t *column = ARENA_ARRAY(a, int32_t, plan->n_sources);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        struct status st = feed_init(a, plan, i, plan->sources[i].streams[0], "json", &b->feeds[i]);
        assert_int_equal(st.err, ERR_NONE);
        st = decoder_new(a, "json", &b->feeds[i].config, &b->decoders[i]);
        assert_int_equal(st.err, ERR_NONE);
        lateness[i] = b->feeds[i].lateness_ms;
        column[i] = b->feeds[i].rowtime_column;
    }
    struct reftable **tables = arena_calloc(a, (plan->n_tables + 1) * sizeof *tables);
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        const char *text = b->run->table ? b->run->table : "";
        struct status st = feed_load_table_text(a, plan, i, text, strlen(text), &tables[i]);
        assert_int_equal(st.err, ERR_NONE);
    }
    b->outlets = arena_calloc(a, (plan->n_streams + 1) * sizeof *b->outlets);
    for (uint32_t i = 0; i <= plan->n_streams; i++) {
        bool error = i == plan->n_streams;
        b->outlets[i].schema = error ? &plan->error_schema : &plan->streams[i].schema;
        b->outlets[i].n_columns = error ? ERROR_COLUMNS : plan->streams[i].n_visible;
    }
    b->config = (struct graph_config){ .plan = plan, .tables = tables, .lateness_ms = lateness,
                                       .rowtime_column = column,
                                       .row_of_record = feed_row_of_record,
                                       .row_arg = feed_rows_of_new(a, plan) };
}

static void open_graph(struct bench *b)
{
    struct status st = graph_new(app_arena(b->app), &b->config, &b->graph);
    if (st.err) fail_msg("%s", st.message);
    for (uint32_t i = 0; i <= b->plan->n_streams; i++) {
        if (i < b->plan->n_streams && b->plan->streams[i].is_source) continue;
        const struct graph_sink sink = { .arg = &b->outlets[i], .rows = take_rows };
        graph_add_sink(b->graph, i == b->plan->n_streams ? PLAN_ERROR_STREAM : i, 0, &sink);
    }
}

static void fresh_graph(struct bench *b)
{
    struct snap_writer w = { 0 };
    assert_int_equal(graph_checkpoint(b->graph, &w).err, ERR_NONE);
    graph_free(b->graph);
    open_graph(b);
    struct snap_reader r = { .p = w.out.data, .end = w.out.data + w.out.len };
    struct status st = graph_restore(b->graph, &r);
    if (st.err) fail_msg("%s", st.message);
    struct snap_writer again = { 0 };
    assert_int_equal(graph_checkpoint(b->graph, &again).err, ERR_NONE);
    assert_int_equal(again.out.len, w.out.len);
    assert_memory_equal(again.out.data, w.out.data, w.out.len);
    buf_free(&w.out);
    buf_free(&again.out);
}

/* Another graph goes on as this one. */
static void next_graph(struct bench *b)
{
    struct arena *a = app_arena(b->app);
    uint32_t *same = ARENA_ARRAY(a, uint32_t, b->plan->n_pumps + b->plan->n_sources + 1);
    for (uint32_t i = 0; i < b->plan->n_pumps + b->plan->n_sources; i++) same[i] = i;
    struct graph *old = b->graph;
    struct graph_from from = { .graph = old, .sources = same, .pumps = same };
    bool untouched;
    open_graph(b);
    struct status st = graph_take_over(b->graph, &from, &untouched);
    if (st.err) fail_msg("%s", st.message);
    assert_false(untouched);
    graph_free(old);
}

static uint32_t source_of(const struct bench *b, const char *name)
{
    for (uint32_t i = 0; i < b->plan->n_sources; i++) {
        if (str_equal_c(b->plan->sources[i].name, name)) return i;
    }
    fail_msg("no source %s", name);
    return 0;
}

static void check(struct status st)
{
    if (st.err) fail_msg("%s", st.message);
}

/* Records at..at + n of one source as one batch; their numbers are their places + 1. */
static void push(struct bench *b, uint32_t source, uint32_t at, uint32_t n)
{
    const struct graph_record *r = b->run->records + at;
    struct buf text = { 0 };
    for (uint32_t i = 0; i < n; i++) buf_printf(&text, "%s\n", r[i].text);
    struct block *block = block_new(text.len);
    memcpy(block->data, text.data, text.len);
    block->size = text.len;
    struct decoded decoded;
    decoder_run(b->decoders[source], block, 0, n, true, &decoded);
    assert_int_equal(decoded.n_records, n);
    struct source_rows rows;
    uint64_t seq = at + 1;
    feed_rows(&b->feeds[source], &decoded, r[0].time, &seq, &rows);
    rowtime *times = (rowtime *)(uintptr_t)rows.batch->rowtimes;
    for (uint32_t i = 0; i < rows.batch->n_rows; i++)
        times[i] = r[rows.batch->cause_seqs[i] - at - 1].time;
    for (size_t i = 0; i < rows.n_bad; i++) {
        struct bad_record *bad = (struct bad_record *)(uintptr_t)&rows.bad[i];
        bad->time = r[bad->seq - at - 1].time;
    }
    uint32_t stream = b->plan->sources[source].streams[0];
    if (b->run->sections) {
        struct section_result *result;
        if (!b->sections[source]) b->sections[source] = graph_section_new(b->graph, stream);
        check(section_run(b->sections[source], &rows, &result));
        check(section_replay(b->graph, result));
    } else {
        check(graph_push(b->graph, stream, &rows));
    }
    batch_release(rows.batch);
    block_release(block);
    buf_free(&text);
}

/* The other sources have nothing before the record: there is one clock. */
static void hold_clock(struct bench *b, uint32_t but, rowtime time, uint64_t seq)
{
    for (uint32_t i = 0; i < b->plan->n_sources; i++) {
        if (i == but || b->config.rowtime_column[i] >= 0) continue;
        check(graph_advance(b->graph, b->plan->sources[i].streams[0], (struct bound){ time, seq }));
    }
}

static void push_records(struct bench *b)
{
    const struct graph_run *run = b->run;
    uint32_t source = 0;
    for (uint32_t at = 0; at < run->n_records;) {
        const struct graph_record *r = &run->records[at];
        if (r->source) source = source_of(b, r->source);
        hold_clock(b, r->text ? source : UINT32_MAX, r->time, at + 1);
        uint32_t n = 1;
        while (r->text && n < run->batch_rows && at + n < run->n_records && r[n].text &&
               (!r[n].source || source_of(b, r[n].source) == source)) n++;
        if (r->text) push(b, source, at, n);
        if (run->checkpoints) fresh_graph(b);
        if (run->takeovers) next_graph(b);
        at += n;
    }
}

static void end_records(struct bench *b)
{
    for (uint32_t i = 0; i < b->plan->n_sources; i++) {
        check(graph_advance(b->graph, b->plan->sources[i].streams[0], BOUND_END));
    }
}

static void close_all(struct bench *b)
{
    for (uint32_t i = 0; i < b->plan->n_sources; i++) section_free(b->sections[i]);
    graph_free(b->graph);
    for (uint32_t i = 0; i < b->plan->n_tables; i++) reftable_release(b->config.tables[i]);
    for (uint32_t i = 0; i <= b->plan->n_streams; i++) buf_free(&b->outlets[i].text);
    app_free(b->app);
    fn_catalog_free(b->functions);
}

/* Whether a fresh graph takes the bytes. */
static bool restores(struct bench *b, const char *bytes, size_t n)
{
    graph_free(b->graph);
    open_graph(b);
    char *copy = malloc(n ? n : 1); /* so that the sanitizer sees where it ends */
    assert_non_null(copy);
    if (n) memcpy(copy, bytes, n);
    struct snap_reader r = { .p = copy, .end = copy + n };
    struct status st = graph_restore(b->graph, &r);
    free(copy);
    return st.err == ERR_NONE;
}

void graph_damage(const struct graph_run *run)
{
    struct bench b = { .run = run };
    compile(&b);
    prepare(&b);
    open_graph(&b);
    check(graph_start(b.graph));
    push_records(&b);
    struct snap_writer w = { 0 };
    check(graph_checkpoint(b.graph, &w));
    assert_true(restores(&b, w.out.data, w.out.len));
    for (size_t n = 0; n < w.out.len; n += 3) assert_false(restores(&b, w.out.data, n));
    for (size_t n = 0; n < w.out.len; n++) {
        w.out.data[n] ^= (char)(1 << n % 8);
        (void)restores(&b, w.out.data, w.out.len);
        w.out.data[n] ^= (char)(1 << n % 8);
    }
    buf_free(&w.out);
    close_all(&b);
}

char *graph_run(const struct graph_run *run)
{
    struct bench b = { .run = run };
    compile(&b);
    prepare(&b);
    open_graph(&b);
    check(graph_start(b.graph));
    push_records(&b);
    end_records(&b);
    struct buf all = { 0 };
    for (uint32_t i = 0; i <= b.plan->n_streams; i++) {
        if (i < b.plan->n_streams && b.plan->streams[i].is_source) continue;
        struct str name = i < b.plan->n_streams ? b.plan->streams[i].name : str_c("error_stream");
        buf_printf(&all, "%.*s\n", STR_ARG(name));
        buf_append(&all, b.outlets[i].text.data, b.outlets[i].text.len);
    }
    close_all(&b);
    buf_c(&all);
    return all.data;
}
