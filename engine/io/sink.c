/* sink.c: rows to bytes to where they go. Encoding is the stateless half, which any thread may do;
 * delivery is in order. */

#include "io/sink.h"

#include "base/thread.h"
#include "io/mqtt_url.h"
#include "io/output.h"
#include "io/processor.h"
#include "io/throttle.h"

/* Encoded rows are used again, so that their buffers keep their size: a free list with a lock. */
enum {
    SPARE_MAX = 16
};

struct sink {
    struct output out;
    bool encodes; /* null: needs no bytes */
    struct processor *processor; /* NULL: rows go as they are */
    sink_refused_fn refused; /* NULL: nobody wants what it refuses */
    void *refused_arg;
    struct attempts attempts;
    atomic_ullong rows, bytes;
    pthread_mutex_t lock;
    struct encoded *spare[SPARE_MAX];
    size_t n_spare;
};

static const struct option_def sink_options[] = {
    { "format", OPTION_SINK_FORMAT },
    { "size", OPTION_SIZE },
    { "interval", OPTION_PERIOD },
    { "prefix", OPTION_TEXT },
    { "names", OPTION_TEXT },
    { "failed", OPTION_BOOLEAN },
    { "error_prefix", OPTION_TEXT },
    { "gzip", OPTION_BOOLEAN },
    { "personal", OPTION_BOOLEAN },
    { "column_delimiter", OPTION_TEXT },
    { "key", OPTION_TEXT },
    { "processor", OPTION_TEXT },
    { "encrypt", OPTION_TEXT },
    { "body", OPTION_TEXT },
    { "subject", OPTION_TEXT },
    { "throttle", OPTION_PERIOD },
    { "throttle_key", OPTION_TEXT },
    { "batch", OPTION_COUNT },
    { "timeout", OPTION_PERIOD },
    { "retries", OPTION_COUNT },
    { "backoff", OPTION_PERIOD },
    { "on_failure", OPTION_TEXT },
    { "headers", OPTION_TEXT },
    { "headers_env", OPTION_TEXT },
    { "content_type", OPTION_TEXT },
    { "token_env", OPTION_TEXT },
    { "from", OPTION_TEXT },
    { "to", OPTION_TEXT },
    { "user", OPTION_TEXT },
    { "password_env", OPTION_TEXT },
    { "tls", OPTION_BOOLEAN },
    { "ca", OPTION_TEXT },
    { "topic", OPTION_TEXT },
    { "qos", OPTION_COUNT },
    { "retain", OPTION_BOOLEAN },
    { "inflight", OPTION_COUNT },
    { "client_id", OPTION_TEXT },
    { "clean_session", OPTION_BOOLEAN },
    { "password_file", OPTION_TEXT },
    { "cert", OPTION_TEXT },
    { "cert_key", OPTION_TEXT },
    { "keep_alive", OPTION_PERIOD },
    { "will", OPTION_TEXT },
    { "will_topic", OPTION_TEXT },
};

static const struct output_class *class_of(enum url_kind kind)
{
    static const struct output_class *const classes[] = {
        &output_stdout_class, &output_file_class,   &output_dir_class,
        &output_exec_class,   &output_null_class,   &output_sqlite_class,
        &output_vault_class,  &output_tcp_class,    &output_unix_class,
        &output_http_class,   &output_mail_class,   &output_lambda_class,
        &output_mqtt_class
    };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i]->kind == kind) return classes[i];
    }
    return NULL;
}

/* Options that mean nothing to this kind of sink are refused rather than forgotten. */
static struct status check_places(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    enum {
        HTTP = 1 << URL_HTTP,
        MAIL = 1 << URL_MAIL,
        EXEC = 1 << URL_EXEC,
        DIR = 1 << URL_DIR,
        MQTT = 1 << URL_MQTT
    };
    static const struct {
        const char *name;
        int kinds;
        const char *where;
    } places[] = {
        { "prefix", DIR, "folders (dir:)" },
        { "names", DIR, "folders (dir:)" },
        { "failed", DIR, "folders (dir:)" },
        { "error_prefix", DIR, "folders (dir:)" },
        { "subject", MAIL, "mail (smtp:)" },
        { "from", MAIL, "mail (smtp:)" },
        { "to", MAIL, "mail (smtp:)" },
        { "user", MAIL | MQTT, "mail (smtp:) and mqtt:" },
        { "password_env", MAIL | MQTT, "mail (smtp:) and mqtt:" },
        { "tls", MAIL, "mail (smtp:)" },
        { "headers", HTTP, "http: and https:" },
        { "headers_env", HTTP, "http: and https:" },
        { "content_type", HTTP, "http: and https:" },
        { "token_env", HTTP, "http: and https:" },
        { "ca", HTTP | MAIL | MQTT, "https:, smtp: and mqtts:" },
        { "batch", HTTP | MAIL, "http: and smtp:" },
        { "timeout", HTTP | MAIL, "http: and smtp:" },
        { "retries", HTTP | MAIL, "http: and smtp:" },
        { "backoff", HTTP | MAIL, "http: and smtp:" },
        { "on_failure", HTTP | MAIL, "http: and smtp:" },
        { "throttle", HTTP | MAIL | EXEC | MQTT, "alerts (http:, smtp:, exec:, mqtt:)" },
        { "throttle_key", HTTP | MAIL | EXEC | MQTT, "alerts (http:, smtp:, exec:, mqtt:)" },
        { "topic", MQTT, "mqtt: and mqtts:" },
        { "qos", MQTT, "mqtt: and mqtts:" },
        { "retain", MQTT, "mqtt: and mqtts:" },
        { "inflight", MQTT, "mqtt: and mqtts:" },
        { "client_id", MQTT, "mqtt: and mqtts:" },
        { "clean_session", MQTT, "mqtt: and mqtts:" },
        { "password_file", MQTT, "mqtt: and mqtts:" },
        { "cert", MQTT, "mqtts:" },
        { "cert_key", MQTT, "mqtts:" },
        { "keep_alive", MQTT, "mqtt: and mqtts:" },
        { "will", MQTT, "mqtt: and mqtts:" },
        { "will_topic", MQTT, "mqtt: and mqtts:" },
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if ((1 << u->kind & places[i].kinds) || !option_there(e, places[i].name)) continue;
        return status_new(a, ERR_BAD_OPTION, e->at, "option \"%s\" is for %s, not for '%.*s' of %s",
                          places[i].name, places[i].where, STR_ARG(e->url), e->name);
    }
    return OK;
}

/* A function before a delivery needs bytes to work on. */
static struct status check_processor(struct arena *a, const struct io_endpoint *e,
                                     const struct url *u)
{
    struct str processor = option_text(e, "processor", "");
    if (u->kind == URL_LAMBDA) TRY(lambda_check(a, e, str_c(u->path)));
    if (processor.len == 0) return OK;
    bool alerts = u->kind == URL_HTTP || u->kind == URL_MAIL || u->kind == URL_LAMBDA;
    if (alerts || u->kind == URL_NULL || (class_of(u->kind) && class_of(u->kind)->takes_rows))
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"processor\" is for files, folders and pipes, not for "
                          "'%.*s' of %s",
                          STR_ARG(e->url), e->name);
    return lambda_check(a, e, processor);
}

struct status sink_check(struct arena *a, const struct io_endpoint *e)
{
    struct url u;
    TRY(options_check(a, e, "sink", sink_options, sizeof sink_options / sizeof sink_options[0]));
    TRY(url_parse(a, e, &u));
    TRY(check_processor(a, e, &u));
    if (u.kind != URL_VAULT && option_text(e, "encrypt", "").len)
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"encrypt\" is for vaults (vault:), not for '%.*s' of %s",
                          STR_ARG(e->url), e->name);
    if (u.kind == URL_VAULT && !option_text(e, "key", "").len)
        return status_with_hint(
            status_new(a, ERR_BAD_OPTION, e->at, "vault %s has no key", e->name),
            "name what a row is found by: WITH (key = 'column', encrypt = 'columns')");
    if (u.kind != URL_SQLITE && u.kind != URL_VAULT && option_text(e, "key", "").len)
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"key\" is for tables (sqlite:, vault:), not for '%.*s' of %s",
                          STR_ARG(e->url), e->name);
    TRY(check_places(a, e, &u));
    if (u.kind == URL_DIR) TRY(output_dir_check(a, e));
    if (u.kind == URL_MQTT) TRY(mqtt_check_sink(a, e, &u));
    if (class_of(u.kind)) return OK;
    return status_new(a, ERR_NOT_SUPPORTED, e->at,
                      "'%.*s' of %s is not supported as a sink by this version", STR_ARG(e->url),
                      e->name);
}

struct io_endpoint *sink_failed_endpoint(struct arena *a, const struct io_endpoint *e)
{
    struct url u;
    if (url_parse(a, e, &u).err != ERR_NONE || u.kind != URL_DIR) return NULL;
    return output_dir_failed(a, e);
}

static void free_encoded(struct encoded *e)
{
    buf_free(&e->bytes);
    mem_free(e->ends);
    mem_free(e);
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

/* Ends the driver and frees everything. */
static struct status end(struct sink *s)
{
    struct status st = s->out.class->close(&s->out);
    while (s->n_spare) free_encoded(s->spare[--s->n_spare]);
    processor_close(s->processor);
    gzip_maker_free(s->out.maker);
    buf_free(&s->out.pending);
    buf_free(&s->out.packed);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
    return st;
}

static struct status restore(struct sink *s, struct str position)
{
    struct snap_reader r = { .p = str_data(&position), .end = str_data(&position) + position.len };
    atomic_store(&s->rows, snap_read_u64(&r));
    return s->out.class->restore(&s->out, &r);
}

/* position NULL: begins anew. */
static struct status open_sink(struct arena *a, const struct io_endpoint *e,
                               const struct schema *schema, const struct str *position,
                               struct sink **out)
{
    struct url u;
    struct encode_config config = { .schema = schema,
                                    .column_delimiter = option_text(e, "column_delimiter", ""),
                                    .message = option_text(e, "body", ""),
                                    .at = e->at };
    struct encoder *encoder;
    TRY(sink_check(a, e));
    TRY(url_parse(a, e, &u));
    const char *format = url_format(e, &u);
    TRY(encoder_new(a, format, &config, &encoder));

    struct sink *s = mem_calloc(1, sizeof *s);
    struct arena *messages = arena_new(); /* the endpoint's arena may be in use by other threads */
    arena_on_free(a, free_arena, messages);
    pthread_mutex_init(&s->lock, NULL);
    s->encodes = u.kind != URL_NULL && !class_of(u.kind)->takes_rows;
    s->out = (struct output){ .class = class_of(u.kind),
                              .arena = messages,
                              .endpoint = e,
                              .encoder = encoder,
                              .format = format,
                              .schema = schema,
                              .attempts = &s->attempts,
                              .fd = -1 };
    s->out.resume = position != NULL;
    struct status st = s->out.class->open(&s->out, &u);
    if (st.err == ERR_NONE)
        st = processor_open(messages, e, LAMBDA_TRANSFORM, &s->processor);
    if (st.err == ERR_NONE && position) st = restore(s, *position);
    if (st.err == ERR_NONE) {
        *out = s;
        return OK;
    }
    struct status second = end(s); /* the first failure says why */
    (void)second;
    return st;
}

struct status sink_open(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                        struct sink **out)
{
    return open_sink(a, e, schema, NULL, out);
}

struct status sink_resume(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                          struct str position, struct sink **out)
{
    return open_sink(a, e, schema, &position, out);
}

/* After attempts_begin and a call of the driver. */
static struct status ended(struct sink *s, struct status st)
{
    attempts_end(&s->attempts);
    if (st.err != ERR_NONE) attempts_failed(&s->attempts);
    return st;
}

struct status sink_save(struct sink *s, struct snap_writer *w)
{
    snap_u64(w, tally_read(&s->rows));
    attempts_begin(&s->attempts);
    return ended(s, s->out.class->save(&s->out, w));
}

void sink_give_up(struct sink *s, bool given_up)
{
    atomic_store(&s->out.given_up, given_up);
}

static struct encoded *take_spare(struct sink *s)
{
    pthread_mutex_lock(&s->lock);
    struct encoded *e = s->n_spare ? s->spare[--s->n_spare] : NULL;
    pthread_mutex_unlock(&s->lock);
    if (!e) return mem_calloc(1, sizeof *e);
    buf_clear(&e->bytes);
    return e;
}

static void give_spare(struct sink *s, struct encoded *e)
{
    pthread_mutex_lock(&s->lock);
    bool kept = s->n_spare < SPARE_MAX;
    if (kept) s->spare[s->n_spare++] = e;
    pthread_mutex_unlock(&s->lock);
    if (!kept) free_encoded(e);
}

void *sink_prepare(struct sink *s, const struct batch *rows)
{
    if (!s->encodes) return NULL;
    struct encoded *e = take_spare(s);
    e->n_rows = batch_live(rows);
    bool ends = s->out.class->needs_ends || s->processor;
    if (ends) e->ends = mem_realloc(e->ends, (e->n_rows + 1) * sizeof *e->ends);
    encoder_rows(s->out.encoder, rows, 0, e->n_rows, &e->bytes,
                 ends ? e->ends : NULL);
    return e;
}

void sink_tell_refused(struct sink *s, sink_refused_fn give, void *arg)
{
    s->refused = give;
    s->refused_arg = arg;
}

struct refusing {
    const struct sink *sink;
    const struct batch *rows;
};

static void tell_refused(void *arg, uint32_t record, struct str text, bool unanswered)
{
    const struct refusing *r = arg;
    if (r->sink->refused)
        r->sink->refused(r->sink->refused_arg, r->rows, batch_row(r->rows, record), text,
                         unanswered);
}

static void process(struct sink *s, struct encoded *e, const struct batch *rows)
{
    struct refusing refusing = { s, rows };
    int64_t *times = mem_calloc(e->n_rows + 1u, sizeof *times);
    for (uint32_t i = 0; i < e->n_rows; i++) times[i] = rows->rowtimes[batch_row(rows, i)];
    processor_rows(s->processor, &e->bytes, e->ends, times, e->n_rows, tell_refused, &refusing);
    mem_free(times);
}

struct status sink_deliver(struct sink *s, const struct batch *rows, void *prepared)
{
    struct encoded *e = prepared ? prepared : sink_prepare(s, rows);
    attempts_begin(&s->attempts);
    if (s->processor) process(s, e, rows);
    struct status st = ended(s, s->out.class->write(&s->out, e, rows));
    /* what couriers gather goes out later, and what a broker gets is acknowledged later: counted then */
    if (st.err == ERR_NONE && !s->out.courier && !s->out.mqtt) attempts_good(&s->attempts);
    tally_add(&s->rows, batch_live(rows));
    if (!e) return st;
    tally_add(&s->bytes, e->bytes.len);
    give_spare(s, e);
    return st;
}

void sink_drop(struct sink *s, void *prepared)
{
    if (prepared) give_spare(s, prepared);
}

struct status sink_advance(struct sink *s, rowtime bound)
{
    if (bound == ROWTIME_END) return OK;
    attempts_begin(&s->attempts);
    return ended(s, s->out.class->advance(&s->out, bound));
}

struct status sink_flush(struct sink *s)
{
    attempts_begin(&s->attempts);
    return ended(s, s->out.class->flush(&s->out));
}

uint64_t sink_rows(const struct sink *s)
{
    return tally_read(&s->rows);
}

uint64_t sink_held_back(const struct sink *s)
{
    return throttle_held(s->out.throttle);
}

struct sink_look sink_look(const struct sink *s)
{
    struct sink_look look = { .rows = tally_read(&s->rows),
                              .bytes = tally_read(&s->bytes),
                              .deliveries = attempts_look(&s->attempts) };
    const struct attempts *function = s->processor ? processor_attempts(s->processor) : NULL;
    look.is_function = s->out.lambda != NULL;
    if (look.is_function) function = lambda_attempts(s->out.lambda);
    look.has_function = function != NULL;
    if (function) look.function = attempts_look(function);
    return look;
}

struct status sink_close(struct sink *s, struct arena *a, const char **where)
{
    *where = arena_dup(a, s->out.path, strlen(s->out.path) + 1);
    return end(s);
}
