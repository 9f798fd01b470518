/*
 * replay.c: records and times from a test into the graph, rows of watched streams out of it.
 *
 * Records of all sources share one numbering, in the order in which they are handed in; so equal
 * times keep that order wherever streams meet. Each is decoded alone and copied to its source's
 * open piece. When pieces enough are full, or time moves without a record, they are pushed and all
 * sources are advanced. Where that happens must not show in the rows: tests run with pieces of 1, 3
 * and 1,000 rows, and with threads that run what is stateless on several pieces side by side.
 */

#include "app/replay.h"

#include "app/feed.h"
#include "base/limits.h"
#include "base/thread.h"
#include "data/builder.h"
#include "data/text.h"
#include "io/url.h"

/* Rows of one source that enter the graph together, with the records that were refused between them. */
struct piece {
    struct builder *rows;
    struct arena   *arena; /* of `bad` */
    ARRAY(struct bad_record) bad;
    struct section        *section; /* NULL: it goes straight into the graph */
    struct section_result *result;
    struct status          status;
};

struct replay_source {
    struct feed     feed;
    struct decoder *decoder;
    struct piece   *pieces; /* one a thread */
    uint32_t        open;   /* the piece that is being filled; those before it are full */
    bool            begun;
};

struct watched {
    uint32_t          stream;
    struct str        name;
    struct replay    *replay;
    struct replay_rows rows;
};

struct replay {
    struct arena           *arena;
    const struct app_plan  *plan;
    struct replay_config    config;
    struct reftable       **tables;
    struct graph           *graph;
    struct replay_source   *sources; /* one a stream of the plan; unused where the stream is no source */
    uint32_t                n_pieces;
    ARRAY(struct watched *) watched;
    int64_t                *lateness_ms;
    int32_t                *rowtime_column;
    rowtime                 time;
    uint64_t                seq; /* of the next row */
};

/* ---- rows that come out ---- */

static struct status keep_rows(void *arg, struct batch *rows)
{
    struct watched *w = arg;
    struct arena   *a = w->replay->arena;
    struct buf      text = { 0 };
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        uint32_t           row = batch_row(rows, i);
        struct replay_row *out = array_push(a, &w->rows);
        out->time = rows->rowtimes[row];
        out->values = ARENA_ARRAY(a, struct str, w->rows.n_columns);
        for (uint32_t c = 0; c < w->rows.n_columns; c++) {
            buf_clear(&text);
            text_json_value(&text, &rows->columns[c], row);
            out->values[c] = str_copy(a, str_view(text.data, text.len));
        }
    }
    buf_free(&text);
    return OK;
}

static struct status pass_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

static bool is_watched(const struct replay *r, uint32_t stream)
{
    for (size_t i = 0; i < r->watched.count; i++) {
        if (r->watched.items[i]->stream == stream) return true;
    }
    return false;
}

static void watch(struct replay *r, uint32_t stream)
{
    if (is_watched(r, stream)) return;
    struct watched *w = ARENA_NEW(r->arena, struct watched);
    *array_push(r->arena, &r->watched) = w;
    w->replay = r;
    w->stream = stream;
    if (stream == PLAN_ERROR_STREAM) {
        w->name = str_c("error_stream");
        w->rows.columns = r->plan->error_schema.columns;
        w->rows.n_columns = r->plan->error_schema.n_columns;
    } else {
        const struct plan_stream *s = &r->plan->streams[stream];
        w->name = s->name;
        w->rows.columns = s->schema.columns;
        w->rows.n_columns = s->n_visible;
    }
    struct graph_sink sink = { .arg = w, .rows = keep_rows, .bound = pass_bound };
    graph_add_sink(r->graph, stream, 0, &sink);
}

const struct replay_rows *replay_stream(const struct replay *r, struct str name)
{
    for (size_t i = 0; i < r->watched.count; i++) {
        const struct watched *w = r->watched.items[i];
        bool found = w->stream == PLAN_ERROR_STREAM ? str_equal_nocase(w->name, name)
                                                    : str_equal(&w->name, &name);
        if (found) return &w->rows;
    }
    return NULL;
}

/* ---- setting up ---- */

static struct type *column_types(struct arena *a, const struct schema *s)
{
    struct type *types = ARENA_ARRAY(a, struct type, s->n_columns);
    for (uint32_t c = 0; c < s->n_columns; c++) types[c] = s->columns[c].type;
    return types;
}

static struct status open_source(struct replay *r, uint32_t stream)
{
    struct replay_source     *s = &r->sources[stream];
    const struct plan_stream *target = &r->plan->streams[stream];
    TRY(feed_init(r->arena, r->plan, target->source, stream, NULL, &s->feed));
    struct type *types = column_types(r->arena, &target->schema);
    s->pieces = arena_calloc(r->arena, r->n_pieces * sizeof *s->pieces);
    for (uint32_t i = 0; i < r->n_pieces; i++) {
        s->pieces[i].rows = builder_new(types, target->schema.n_columns);
        s->pieces[i].arena = arena_new();
    }
    return OK;
}

struct replay *replay_new(const struct app_plan *plan, const struct replay_config *config)
{
    struct arena  *a = arena_new();
    struct replay *r = ARENA_NEW(a, struct replay);
    r->arena = a;
    r->plan = plan;
    r->config = *config;
    r->time = config->start;
    r->seq = 1;
    if (!r->config.batch_rows) r->config.batch_rows = SIZE_BATCH_ROWS;
    r->n_pieces = config->threads > 1 ? config->threads : 1;
    r->tables = arena_calloc(a, plan->n_tables * sizeof *r->tables);
    r->sources = arena_calloc(a, plan->n_streams * sizeof *r->sources);
    r->lateness_ms = arena_calloc(a, plan->n_sources * sizeof *r->lateness_ms);
    r->rowtime_column = arena_calloc(a, plan->n_sources * sizeof *r->rowtime_column);
    return r;
}

void replay_free(struct replay *r)
{
    if (!r) return;
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        for (uint32_t k = 0; r->sources[i].pieces && k < r->n_pieces; k++) {
            struct piece *p = &r->sources[i].pieces[k];
            if (p->section) section_free(p->section);
            builder_free(p->rows);
            arena_free(p->arena);
        }
    }
    if (r->graph) graph_free(r->graph);
    for (uint32_t i = 0; i < r->plan->n_tables; i++) {
        if (r->tables[i]) reftable_release(r->tables[i]);
    }
    arena_free(r->arena);
}

struct status replay_table_text(struct replay *r, struct str name, const char *text, size_t size)
{
    for (uint32_t i = 0; i < r->plan->n_tables; i++) {
        if (!str_equal(&r->plan->tables[i].name, &name) || r->tables[i]) continue;
        return feed_load_table_text(r->arena, r->plan, i, text, size, &r->tables[i]);
    }
    return status_new(r->arena, ERR_UNKNOWN_NAME, SPAN_NONE, "no reference table \"%.*s\"",
                      STR_ARG(name));
}

static struct status load_tables(struct replay *r)
{
    for (uint32_t i = 0; i < r->plan->n_tables; i++) {
        if (!r->tables[i])
            TRY(feed_fill_table(r->arena, r->plan, r->tables, NULL, i, r->config.start, NULL,
                                &r->tables[i]));
    }
    return OK;
}

static void watch_sinks(struct replay *r)
{
    for (uint32_t i = 0; i < r->plan->n_sinks; i++) watch(r, r->plan->sinks[i].stream);
}

/* One copy a thread of what is stateless behind the source. */
static void open_sections(struct replay *r)
{
    for (uint32_t i = 0; r->n_pieces > 1 && i < r->plan->n_streams; i++) {
        for (uint32_t k = 0; r->sources[i].pieces && k < r->n_pieces; k++) {
            r->sources[i].pieces[k].section = graph_section_new(r->graph, i);
        }
    }
}

struct status replay_start(struct replay *r)
{
    TRY(load_tables(r));
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        if (r->plan->streams[i].is_source) TRY(open_source(r, i));
    }
    for (uint32_t i = 0; i < r->plan->n_sources; i++) {
        r->lateness_ms[i] = plan_source_lateness_ms(&r->plan->sources[i]);
        r->rowtime_column[i] = plan_source_rowtime(&r->plan->sources[i]);
    }
    struct graph_config config = {
        .plan = r->plan,
        .tables = r->tables,
        .started = r->config.start,
        .row_of_record = feed_row_of_record,
        .row_arg = feed_rows_of_new(r->arena, r->plan),
        .threads = r->config.threads,
        .lateness_ms = r->lateness_ms,
        .rowtime_column = r->rowtime_column,
    };
    TRY(graph_new(r->arena, &config, &r->graph));
    watch_sinks(r);
    TRY(graph_start(r->graph));
    open_sections(r);
    return OK;
}

/* ---- pieces into the graph ---- */

/* What a piece holds; the batch is the caller's. */
static struct source_rows piece_rows(struct piece *p)
{
    return (struct source_rows){ .batch = builder_take(p->rows),
                                 .bad = p->bad.items,
                                 .n_bad = p->bad.count };
}

static void piece_reset(struct piece *p)
{
    p->bad.items = NULL;
    p->bad.count = p->bad.cap = 0;
    arena_reset(p->arena);
}

static bool piece_is_empty(const struct piece *p)
{
    return builder_rows(p->rows) == 0 && p->bad.count == 0;
}

static void run_piece(void *arg)
{
    struct piece      *p = arg;
    struct source_rows rows = piece_rows(p);
    p->result = NULL;
    p->status = section_run(p->section, &rows, &p->result);
    if (rows.batch) batch_release(rows.batch);
}

/* Pieces side by side, then what came out of them one after the other. */
static struct status push_by_sections(struct replay *r, struct replay_source *s, uint32_t n)
{
    struct thread *threads = ARENA_ARRAY(s->pieces[0].arena, struct thread, n);
    for (uint32_t i = 1; i < n; i++) {
        threads[i] = (struct thread){ 0 };
        if (!thread_start(&threads[i], run_piece, &s->pieces[i])) run_piece(&s->pieces[i]);
    }
    run_piece(&s->pieces[0]);
    struct status st = OK;
    for (uint32_t i = 0; i < n; i++) {
        struct piece *p = &s->pieces[i];
        if (i > 0) thread_join(&threads[i]);
        if (st.err == ERR_NONE) st = p->status;
        if (st.err == ERR_NONE) st = section_replay(r->graph, p->result);
        else if (p->result) section_result_free(p->result);
    }
    return st;
}

static struct status push_pieces(struct replay *r, uint32_t stream)
{
    struct replay_source *s = &r->sources[stream];
    uint32_t              n = s->open;
    if (n < r->n_pieces && !piece_is_empty(&s->pieces[n])) n++;
    struct status st = OK;
    if (n > 0 && s->pieces[0].section) {
        st = push_by_sections(r, s, n);
    } else {
        for (uint32_t i = 0; i < n && st.err == ERR_NONE; i++) {
            struct source_rows rows = piece_rows(&s->pieces[i]);
            st = graph_push(r->graph, stream, &rows);
            if (rows.batch) batch_release(rows.batch);
        }
    }
    for (uint32_t i = 0; i < n; i++) piece_reset(&s->pieces[i]);
    s->open = 0;
    return st;
}

/* Everything that was handed in enters the graph; then time moves for the sources: those that are timed by a
 * column of theirs move by their rows, and when only the clock moves. */
static struct status flush(struct replay *r, struct bound bound, bool by_clock)
{
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        if (r->sources[i].pieces) TRY(push_pieces(r, i));
    }
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        bool moves = by_clock || r->sources[i].feed.rowtime_column < 0;
        if (r->sources[i].pieces && moves) TRY(graph_advance(r->graph, i, bound));
    }
    return OK;
}

/* ---- records ---- */

int replay_find_source(const struct replay *r, struct str name)
{
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        if (r->plan->streams[i].is_source && str_equal(&r->plan->streams[i].name, &name))
            return (int)i;
    }
    return -1;
}

/* Decoded rows, copied behind what the piece has. */
static void append_rows(struct piece *p, const struct source_rows *rows)
{
    const struct batch *b = rows->batch;
    for (uint32_t row = 0; b && row < b->n_rows; row++) {
        builder_row(p->rows, b->rowtimes[row], b->cause_times[row], b->cause_seqs[row], NULL, 0);
        for (uint32_t c = 0; c < b->n_columns; c++) builder_copy(p->rows, c, &b->columns[c], row);
    }
    for (size_t i = 0; i < rows->n_bad; i++) {
        struct bad_record bad = rows->bad[i];
        bad.record = str_copy(p->arena, bad.record);
        if (bad.message) bad.message = str_to_c(p->arena, str_c(bad.message));
        *array_push(p->arena, &p->bad) = bad;
    }
}

static bool begins_object(struct str record)
{
    const char *p = str_data(&record);
    size_t      i = 0;
    while (i < record.len && (p[i] == ' ' || p[i] == '\t')) i++;
    return i < record.len && p[i] == '{';
}

/* What the option `format` says. Without it records are JSON objects, unless the first one is none and the source's URL
 * names a delimited file. */
static struct status open_decoder(struct replay *r, struct replay_source *s, struct str first)
{
    struct url                url;
    const struct io_endpoint *e = s->feed.endpoint;
    if (e->url.len > 0 && !begins_object(first) && url_parse(r->arena, e, &url).err == ERR_NONE) {
        s->feed.format = url_format(e, &url);
    }
    return decoder_new(r->arena, s->feed.format, &s->feed.config, &s->decoder);
}

static struct block *block_of(struct str record)
{
    struct block *block = block_new((size_t)record.len + 1);
    memcpy(block->data, str_data(&record), record.len);
    block->data[record.len] = '\n';
    block->size = (size_t)record.len + 1;
    return block;
}

struct status replay_record(struct replay *r, int source, rowtime time, struct str record)
{
    struct replay_source *s = &r->sources[source];
    struct piece         *p = &s->pieces[s->open];
    if (!s->decoder) TRY(open_decoder(r, s, record));
    struct block *block = block_of(record);
    r->time = time;
    for (size_t at = 0; at < block->size;) {
        struct decoded     decoded;
        struct source_rows rows;
        at = decoder_run(s->decoder, block, at, r->config.batch_rows, !s->begun, &decoded);
        feed_rows(&s->feed, &decoded, time, &r->seq, &rows);
        append_rows(p, &rows);
        batch_release(decoded.batch);
        s->begun = true;
    }
    block_release(block);
    if (builder_rows(p->rows) + p->bad.count < r->config.batch_rows) return OK;
    if (++s->open < r->n_pieces) return OK;
    return flush(r, (struct bound){ time, r->seq }, false);
}

struct status replay_clock(struct replay *r, rowtime time)
{
    r->time = time;
    return flush(r, (struct bound){ time, r->seq }, true);
}

struct status replay_end(struct replay *r)
{
    return flush(r, BOUND_END, true);
}
