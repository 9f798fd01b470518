/*
 * sink_mqtt.c: mqtt://HOST:PORT/TOPIC: a message a row, under a topic that may have columns in it.
 *
 * At most `inflight` rows are under way; flush waits until the broker has acknowledged all of them, so that a
 * checkpoint stands on what it has. Rows under way outlive a lost connection: the library keeps them and sends them
 * again, which with QoS 1 may double them (the log says how many), with QoS 2 not. A run that is stopped
 * while the broker is away fails; the rows come again from the last checkpoint.
 */

#include <stdio.h>

#include "base/utf8.h"
#include "io/fmt_message.h"
#include "io/mqtt.h"
#include "io/output.h"
#include "io/throttle.h"
#include "time/clock.h"

enum {
    INFLIGHT = 100,
    INFLIGHT_EXACT = 20, /* with QoS 2 brokers close the connection of who has more under way than they allow */
    TURN_MS = 100,
    STOP_MS = 10000, /* so long a stop waits for a broker that is there */
    IDLE_MS = 1000   /* at least so often the library gets a turn while rows go elsewhere */
};

struct mqtt_sink {
    struct mqtt mqtt;
    bool ready;
    struct message *template; /* of topics; NULL: always the same */
    const char *topic;
    struct buf row_topic;
    struct throttle *throttle;
    uint32_t inflight; /* most rows under way */
    uint32_t open;     /* rows that are */
    int64_t turn_ms;
    bool retain, failed;
    char again[128];
};

/* ---- callbacks ---- */

static const char *came(struct mqtt *m)
{
    struct mqtt_sink *s = m->owner;
    s->ready = true;
    mqtt_hush(m);
    if (s->open == 0) return "no row was under way";
    snprintf(s->again, sizeof s->again, "%u rows that were not acknowledged are sent again%s",
             s->open, m->qos == 1 ? " and may come twice" : "");
    return s->again;
}

static void on_publish(struct mosquitto *client, void *arg, int mid)
{
    struct mqtt *m = arg;
    struct mqtt_sink *s = m->owner;
    (void)client;
    (void)mid;
    if (s->open) s->open--;
    attempts_good(m->attempts);
}

/* ---- opening ---- */

static void free_sink(void *arg)
{
    struct mqtt_sink *s = arg;
    mqtt_close(&s->mqtt);
    throttle_free(s->throttle);
    buf_free(&s->row_topic);
}

static struct status open_topic(struct output *o, struct mqtt_sink *s)
{
    struct str option = option_text(o->endpoint, "topic", "");
    s->topic = option.len ? str_to_c(o->arena, option) : s->mqtt.address.topic;
    if (!strstr(s->topic, "{{")) return OK;
    return message_new(o->arena, o->endpoint->at, "topic", str_c(s->topic), o->schema,
                       &s->template);
}

static struct status open_mqtt(struct output *o, const struct url *u)
{
    struct mqtt_sink *s = ARENA_NEW(o->arena, struct mqtt_sink);
    const struct io_endpoint *e = o->endpoint;
    o->mqtt = s;
    o->path = str_to_c(o->arena, e->url);
    arena_on_free(o->arena, free_sink, s);
    bool exact = option_count(e, "qos", 1) == 2;
    s->inflight = (uint32_t)option_count(e, "inflight", exact ? INFLIGHT_EXACT : INFLIGHT);
    s->retain = option_is(e, "retain", false);
    TRY(mqtt_new(o->arena, e, u, !exact, s, &s->mqtt));
    TRY(open_topic(o, s));
    TRY(throttle_new(o->arena, e, o->schema, &s->throttle));
    o->throttle = s->throttle;
    s->mqtt.came = came;
    s->mqtt.attempts = o->attempts;
    s->mqtt.lib.publish_callback_set(s->mqtt.client, on_publish);
    s->mqtt.lib.max_inflight_messages_set(s->mqtt.client, s->inflight);
    return mqtt_begin(&s->mqtt, &s->ready);
}

/* ---- rows ---- */

static struct status give_up(struct output *o, const char *why)
{
    struct mqtt_sink *s = o->mqtt;
    s->failed = true;
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                      "cannot deliver to %s of %s, %u rows are not acknowledged: %s", o->path,
                      o->endpoint->name, s->open, why);
}

/* Waits until at most `most` rows are under way, on a connection that stands. */
static struct status wait_until(struct output *o, uint32_t most)
{
    struct mqtt_sink *s = o->mqtt;
    int64_t stop_ms = 0;
    while (s->open > most || s->mqtt.state != MQTT_UP) {
        mqtt_turn(&s->mqtt, TURN_MS);
        s->turn_ms = clock_steady_ms();
        if (!output_gives_up(o)) continue;
        if (s->mqtt.state == MQTT_DOWN) return give_up(o, s->mqtt.reason);
        if (stop_ms == 0) stop_ms = s->turn_ms + STOP_MS;
        if (s->turn_ms > stop_ms) return give_up(o, "the broker does not answer");
    }
    return OK;
}

/* What a topic may not have becomes "_"; without any character it would be none. */
static const char *clean_topic(struct buf *topic)
{
    bool text = utf8_valid(topic->data, topic->len);
    for (size_t i = 0; i < topic->len; i++) {
        unsigned char c = (unsigned char)topic->data[i];
        if (c < ' ' || c == 127 || c == '+' || c == '#' || (c > 127 && !text)) topic->data[i] = '_';
    }
    if (topic->len == 0) buf_append_char(topic, '_');
    return buf_c(topic);
}

static const char *topic_of(struct mqtt_sink *s, const struct batch *batch, uint32_t row)
{
    if (!s->template) return s->topic;
    buf_clear(&s->row_topic);
    message_row(s->template, batch, row, &s->row_topic);
    return clean_topic(&s->row_topic);
}

static bool is_lost(int code)
{
    return code == MOSQ_ERR_NO_CONN || code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_ERRNO ||
           code == MOSQ_ERR_TLS;
}

/* With a QoS the library keeps the row from here on, whether or not the connection still stands. */
static struct status publish(struct output *o, const char *topic, const char *p, size_t n)
{
    struct mqtt_sink *s = o->mqtt;
    struct mqtt *m = &s->mqtt;
    TRY(wait_until(o, s->inflight - 1));
    s->open += m->qos > 0;
    int code = m->lib.publish(m->client, NULL, topic, (int)n, p, m->qos, s->retain);
    if (code == MOSQ_ERR_SUCCESS || is_lost(code)) return OK;
    s->open -= m->qos > 0;
    return give_up(o, m->lib.strerror(code));
}

static struct status write_rows(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    struct mqtt_sink *s = o->mqtt;
    for (uint32_t i = 0; i < rows->n_rows; i++) {
        uint32_t row = batch_row(batch, i);
        size_t start = i ? rows->ends[i - 1] : 0, n = rows->ends[i] - start;
        const char *p = rows->bytes.data + start;
        if (n && p[n - 1] == '\n') n--; /* one record needs no line */
        if (n == 0 || (s->throttle && !throttle_passes(s->throttle, batch, row))) continue;
        TRY(publish(o, topic_of(s, batch, row), p, n));
    }
    return OK;
}

/* The connection lives on while rows go elsewhere. */
static struct status advance(struct output *o, rowtime bound)
{
    struct mqtt_sink *s = o->mqtt;
    int64_t now = clock_steady_ms();
    (void)bound;
    if (now - s->turn_ms < IDLE_MS) return OK;
    s->turn_ms = now;
    mqtt_turn(&s->mqtt, 0);
    return OK;
}

static struct status flush_rows(struct output *o)
{
    struct mqtt_sink *s = o->mqtt;
    if (s->open == 0) return advance(o, 0);
    return wait_until(o, 0);
}

static struct status save(struct output *o, struct snap_writer *w)
{
    TRY(flush_rows(o));
    throttle_save(o->mqtt->throttle, w);
    return OK;
}

static struct status restore(struct output *o, struct snap_reader *r)
{
    throttle_load(o->mqtt->throttle, r);
    return snap_read_end(o->arena, r);
}

static struct status close_mqtt(struct output *o)
{
    struct mqtt_sink *s = o->mqtt;
    if (!s || !s->ready || s->failed) return OK; /* the failure was told */
    struct status st = s->open ? wait_until(o, 0) : OK;
    mqtt_close(&s->mqtt);
    return st;
}

const struct output_class output_mqtt_class = {
    .kind = URL_MQTT,
    .needs_ends = true,
    .open = open_mqtt,
    .write = write_rows,
    .advance = advance,
    .flush = flush_rows,
    .save = save,
    .restore = restore,
    .close = close_mqtt,
};
