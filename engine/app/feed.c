/* feed.c: endpoints and decoders of a plan; decoded rows with their times, numbers and hidden columns. */

#include "app/feed.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/log.h"
#include "data/calendar.h"
#include "data/text.h"
#include "io/misnamed.h"
#include "time/clock.h"

/* ---- endpoints ---- */

/* The option's value as text, and as milliseconds where it is an interval. */
static struct io_option to_io_option(struct arena *a, const struct plan_option *o)
{
    struct io_option out = { .name = o->name, .at = o->at, .ms = -1 };
    if (o->value.null) return out;
    if (o->value.type.kind == TYPE_INTERVAL_DAY) out.ms = o->value.i64;
    struct vector v;
    struct buf text = { 0 };
    vector_new_constant(a, &o->value, &v);
    text_sql_value(&text, &v, 0);
    out.text = str_trim_right(str_copy(a, str_view(text.data, text.len)));
    if (type_is_text(o->value.type)) out.text = o->value.str; /* blanks may be meant: a delimiter */
    buf_free(&text);
    return out;
}

struct io_endpoint *feed_endpoint(struct arena *a, const struct plan_endpoint *e, struct str name)
{
    struct io_endpoint *out = ARENA_NEW(a, struct io_endpoint);
    out->url = e->url;
    out->at = e->url_at;
    out->base_dir = e->base_dir;
    out->name = str_to_c(a, name);
    out->n_options = e->n_options;
    out->options = ARENA_ARRAY(a, struct io_option, e->n_options);
    for (uint32_t i = 0; i < e->n_options; i++) out->options[i] = to_io_option(a, &e->options[i]);
    return out;
}

/* ---- decoders ---- */

static const struct io_option *find_option(const struct io_endpoint *e, const char *name)
{
    for (uint32_t i = 0; i < e->n_options; i++) {
        if (str_equal_nocase_c(e->options[i].name, name)) return &e->options[i];
    }
    return NULL;
}

static struct str text_option(const struct io_endpoint *e, const char *name)
{
    const struct io_option *o = find_option(e, name);
    return o ? o->text : STR_EMPTY;
}

static bool true_option(const struct io_endpoint *e, const char *name)
{
    return str_equal_nocase_c(text_option(e, name), "true");
}

struct status feed_decode_options(struct arena *a, const struct io_endpoint *e,
                                  struct decode_config *out)
{
    const struct io_option *row_path = find_option(e, "row_path");
    if (row_path) {
        TRY(path_parse(a, row_path->text, row_path->at, &out->row_path));
        TRY(decode_check_row_path(a, row_path->at, &out->row_path));
    }
    out->column_delimiter = text_option(e, "column_delimiter");
    out->row_delimiter = text_option(e, "row_delimiter");
    out->header = true_option(e, "header");
    return OK;
}

static int32_t hidden_column(const struct plan_stream *s, int hidden)
{
    for (uint32_t c = s->n_visible; c < s->schema.n_columns; c++) {
        if (str_equal_c(s->schema.columns[c].name, plan_hidden_names[hidden])) return (int32_t)c;
    }
    return -1;
}

/* Columns that any of the source's streams wants: the same record can go to each of them. */
static bool *needed_columns(struct arena *a, const struct app_plan *plan,
                            const struct plan_source *s)
{
    uint32_t n = plan->streams[s->streams[0]].schema.n_columns;
    bool *out = arena_calloc(a, n * sizeof *out);
    for (uint32_t i = 0; i < s->n_streams; i++) {
        for (uint32_t c = 0; c < n; c++) out[c] |= plan->streams[s->streams[i]].needed[c];
    }
    return out;
}

struct status feed_init(struct arena *a, const struct app_plan *plan, uint32_t source,
                        uint32_t stream, const char *format, struct feed *out)
{
    const struct plan_source *s = &plan->sources[source];
    const struct plan_stream *target = &plan->streams[stream];
    *out = (struct feed){ .plan = plan, .source = source, .stream = stream, .format = format };
    out->endpoint = feed_endpoint(a, &s->endpoint, s->name);
    if (!format) {
        struct str text = text_option(out->endpoint, "format");
        out->format = str_equal_nocase_c(text, "csv")   ? "csv"
                      : str_equal_nocase_c(text, "tsv") ? "tsv"
                                                        : "json";
    }
    out->rowtime_column = plan_source_rowtime(s);
    out->lateness_ms = plan_source_lateness_ms(s);
    out->idle_after_ms = plan_source_idle_after_ms(s);

    bool *needed = needed_columns(a, plan, s);
    if (out->rowtime_column >= 0) needed[out->rowtime_column] = true;
    out->needed = needed;
    int32_t record = hidden_column(target, HIDDEN_RECORD);
    out->config = (struct decode_config){ .schema = &s->schema, .needed = needed };
    int32_t topic = hidden_column(target, HIDDEN_TOPIC);
    out->config.keep_record = record >= 0 && needed[record];
    out->config.keep_topic = topic >= 0 && needed[topic];
    return feed_decode_options(a, out->endpoint, &out->config);
}

void feed_look(struct feed *f, const struct block *b)
{
    if (f->looked) return;
    f->looked = true;
    if (strcmp(f->format, "json") != 0) return;
    struct arena *a = arena_new();
    const char *misnamed = misnamed_columns(a, &f->config, b);
    if (misnamed) {
        snprintf(f->misnamed, sizeof f->misnamed, "%s", misnamed);
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", f->endpoint->name)),
                  "columns of %s may stay NULL: %s", f->endpoint->name, misnamed);
    }
    arena_free(a);
}

void feed_need_all(struct arena *a, struct feed *f)
{
    uint32_t n = f->plan->streams[f->stream].schema.n_columns;
    bool *needed = ARENA_ARRAY(a, bool, n + 1);
    memset(needed, true, n * sizeof *needed);
    f->needed = f->config.needed = needed;
    f->config.keep_record = hidden_column(&f->plan->streams[f->stream], HIDDEN_RECORD) >= 0;
}

/* ---- rows ---- */

static void fill_hidden(const struct feed *f, struct batch *b, struct vector *columns)
{
    const struct plan_stream *s = &f->plan->streams[f->stream];
    uint32_t n_declared = f->config.schema->n_columns;
    for (uint32_t c = n_declared; c < s->schema.n_columns; c++)
        vector_new_null(b->arena, s->schema.columns[c].type, &columns[c]);

    int32_t record = hidden_column(s, HIDDEN_RECORD);
    int32_t topic = hidden_column(s, HIDDEN_TOPIC);
    if (record >= 0 && f->config.keep_record) columns[record] = b->columns[n_declared];
    if (topic >= 0 && f->config.keep_topic)
        columns[topic] = b->columns[n_declared + f->config.keep_record];
    int32_t arrival = hidden_column(s, HIDDEN_ARRIVAL);
    if (arrival < 0 || !f->needed[arrival]) return;
    struct vector *v = &columns[arrival];
    if (f->rowtime_column >= 0) {
        *v = columns[f->rowtime_column]; /* without better knowledge it is the ROWTIME (L-21) */
        v->type = type_of(TYPE_TIMESTAMP);
    } else {
        *v = (struct vector){ .type = type_of(TYPE_TIMESTAMP),
                              .data = (void *)(uintptr_t)b->rowtimes };
    }
}

static void number_rows(struct batch *b, const struct decoded *decoded, rowtime now, uint64_t *seq,
                        struct bad_record *bad)
{
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, b->n_rows);
    uint64_t *seqs = ARENA_ARRAY(b->arena, uint64_t, b->n_rows);
    uint64_t next = *seq;
    uint32_t fault = 0;
    for (uint32_t row = 0; row <= b->n_rows; row++) {
        for (; fault < decoded->n_faults && decoded->faults[fault].at_row <= row; fault++) {
            const struct decode_fault *d = &decoded->faults[fault];
            bad[fault] = (struct bad_record){ now,     next++,  d->err, d->message,
                                              d->text, d->path, d->byte };
        }
        if (row == b->n_rows) break;
        times[row] = now;
        seqs[row] = next++;
    }
    *seq = next;
    b->rowtimes = b->cause_times = times;
    b->cause_seqs = seqs;
}

void feed_rows(const struct feed *f, struct decoded *decoded, rowtime now, uint64_t *seq,
               struct source_rows *out)
{
    struct batch *b = decoded->batch;
    struct bad_record *bad = ARENA_ARRAY(b->arena, struct bad_record, decoded->n_faults);
    uint32_t n_declared = f->config.schema->n_columns;
    uint32_t n_columns = f->plan->streams[f->stream].schema.n_columns;
    number_rows(b, decoded, now, seq, bad);

    struct vector *columns = ARENA_ARRAY(b->arena, struct vector, n_columns);
    if (n_declared) memcpy(columns, b->columns, n_declared * sizeof *columns);
    fill_hidden(f, b, columns);
    b->columns = columns;
    b->n_columns = n_columns;
    *out = (struct source_rows){ .batch = b, .bad = bad, .n_bad = decoded->n_faults };
}

/* ---- time ---- */

static struct status advance(const struct fed *into, rowtime time)
{
    for (uint32_t i = 0; i < into->n_streams; i++)
        TRY(graph_advance(into->graph, into->streams[i], (struct bound){ time, into->now.seq }));
    return OK;
}

static rowtime reached(const struct fed *into)
{
    rowtime t = ROWTIME_MIN;
    for (uint32_t i = 0; i < into->n_streams; i++) {
        rowtime own = graph_source_reached(into->graph, into->streams[i]);
        if (own > t) t = own;
    }
    return t;
}

void feed_begin(const struct feed *f, const struct fed *into, const struct source *source,
                struct idle *out)
{
    idle_begin(out, f->idle_after_ms, f->lateness_ms, reached(into), clock_steady_ms());
    if (f->idle_after_ms && !source_is_live(source))
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", f->endpoint->name)),
                  "option idle_after of %s means nothing: %.*s is read to its end, without pauses",
                  f->endpoint->name, STR_ARG(f->endpoint->url));
}

struct status feed_goes_on(const struct feed *f, const struct fed *into, struct idle *idle)
{
    if (f->rowtime_column < 0) return advance(into, into->now.time);
    if (idle->after_ms) idle_heard(idle, reached(into), clock_steady_ms());
    return OK;
}

struct status feed_pauses(const struct feed *f, const struct fed *into, const struct source *source,
                          struct idle *idle)
{
    rowtime time;
    if (f->rowtime_column < 0) return advance(into, into->now.time);
    if (!idle->after_ms) return OK;
    int64_t now_ms = clock_steady_ms();
    if (source_look(source).connection.failing_ms) idle_lost(idle, now_ms);
    return idle_bound(idle, now_ms, into->now.time, &time) ? advance(into, time) : OK;
}

/* ---- a record as a whole row again ---- */

struct feed_rows_of {
    struct arena *arena;
    const struct app_plan *plan;
    struct decode_config *configs; /* one a source */
    struct decoder **decoders;
};

struct feed_rows_of *feed_rows_of_new(struct arena *a, const struct app_plan *plan)
{
    struct feed_rows_of *r = ARENA_NEW(a, struct feed_rows_of);
    r->arena = a;
    r->plan = plan;
    r->configs = arena_calloc(a, plan->n_sources * sizeof *r->configs);
    r->decoders = arena_calloc(a, plan->n_sources * sizeof *r->decoders);
    return r;
}

/* PERSONAL columns are not shown and may hold anything: it may be they that did not fit. */
static const struct schema *shown_schema(struct arena *a, const struct schema *declared)
{
    struct schema *s = arena_dup(a, declared, sizeof *declared);
    s->columns = arena_dup(a, declared->columns, s->n_columns * sizeof *s->columns);
    for (uint32_t i = 0; i < s->n_columns; i++) {
        if (!s->columns[i].personal) continue;
        s->columns[i].type = type_varchar(0);
        s->columns[i].not_null = false;
    }
    return s;
}

static struct decoder *row_decoder(struct feed_rows_of *r, uint32_t source)
{
    if (r->decoders[source]) return r->decoders[source];
    const struct plan_source *s = &r->plan->sources[source];
    struct feed f;
    if (feed_init(r->arena, r->plan, source, s->streams[0], NULL, &f).err != ERR_NONE) return NULL;
    struct decode_config *config = &r->configs[source];
    *config = f.config;
    bool *needed = ARENA_ARRAY(r->arena, bool, s->schema.n_columns);
    memset(needed, true, s->schema.n_columns);
    config->needed = needed;
    config->schema = shown_schema(r->arena, &s->schema);
    config->keep_record = config->keep_topic = false;
    config->header = false;
    config->row_path = (struct path){ 0 }; /* the record is what it selected */
    struct decoder *d = NULL;
    if (decoder_new(r->arena, f.format, config, &d).err != ERR_NONE) return NULL;
    return r->decoders[source] = d;
}

bool feed_row_of_record(void *arg, uint32_t source, struct str record, struct buf *out)
{
    struct feed_rows_of *r = arg;
    struct decoder *d = row_decoder(r, source);
    struct block *block = block_new(record.len);
    memcpy(block->data, str_data(&record), record.len);
    block->size = record.len;
    struct decoded decoded = { 0 };
    if (d) decoder_run(d, block, 0, 1, false, &decoded);
    bool whole = d && decoded.batch->n_rows > 0;
    if (whole) {
        const struct schema *s = r->configs[source].schema;
        buf_append_char(out, '{');
        bool any = false;
        for (uint32_t c = 0; c < s->n_columns; c++) {
            if (s->columns[c].personal) continue;
            if (any) buf_append_char(out, ',');
            any = true;
            text_json_string(out, str_data(&s->columns[c].name), s->columns[c].name.len);
            buf_append_char(out, ':');
            text_json_value(out, &decoded.batch->columns[c], 0);
        }
        buf_append_char(out, '}');
    } else {
        buf_append_str(out, record);
    }
    if (decoded.batch) batch_release(decoded.batch);
    block_release(block);
    return whole;
}

/* ---- checks ---- */

static void check_source(struct arena *a, const struct plan_endpoint *e, struct str name,
                         bool table, struct diags *diags)
{
    struct io_endpoint *endpoint = feed_endpoint(a, e, name);
    struct decode_config ignored = { 0 };
    if (e->has_url)
        diags_error(diags, table ? table_check(a, endpoint) : source_check_stream(a, endpoint));
    else
        diags_error(diags, table ? table_check_options(a, endpoint)
                                 : source_check_options(a, endpoint));
    diags_error(diags, feed_decode_options(a, endpoint, &ignored));
}

static void check_table(struct arena *a, const struct plan_table *t, struct diags *diags)
{
    size_t errors = diags->error_count;
    check_source(a, &t->endpoint, t->name, true, diags);
    if (diags->error_count == errors) diags_error(diags, feed_keyed_check(a, t));
}

void feed_check(struct arena *a, const struct app_plan *plan, struct diags *diags)
{
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        check_source(a, &plan->sources[i].endpoint, plan->sources[i].name, false, diags);
    }
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        if (!plan->tables[i].constant) check_table(a, &plan->tables[i], diags);
    }
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *s = &plan->sinks[i];
        if (s->endpoint.has_url)
            diags_error(diags, sink_check(a, feed_endpoint(a, &s->endpoint, s->name)));
    }
}
