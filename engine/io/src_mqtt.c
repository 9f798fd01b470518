/*
 * src_mqtt.c: mqtt://HOST:PORT/TOPIC: the messages that come under a topic, wildcards allowed, as lines.
 *
 * A message is read from the broker only when the pipeline asks for more, so that what is not asked for stays there:
 * the broker's queue is the buffer. The library acknowledges a message before it hands it over; what is held here
 * (some tens of kilobytes) is therefore given out before the source ends. After a loss the broker sends again what it
 * has no acknowledgement of, marked as such, under the same packet identifiers and before anything else; what of
 * that had come is recognised by identifier, topic and content and left out. With QoS 2 there should be no such, but
 * mosquitto 2.0 sends some again behind its restart that had been released.
 *
 * A message holds one record, or several as lines or one behind the other. Each record's topic is kept beside the bytes
 * as a list of the places where it changes.
 */

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "io/input.h"
#include "io/mqtt.h"
#include "time/clock.h"

enum {
    HELD_BYTES = 64 << 10, /* read ahead, and one message beyond it */
    MESSAGE_BYTES = 16 << 20,
    TURN_MS = 1000,
    REFUSED_TOLD = 3
};

/* From byte `at` of the input on records have this topic. */
struct mark {
    uint64_t at;
    size_t name, size; /* in names */
};

struct mqtt_source {
    struct mqtt mqtt;
    bool subscribed;
    bool csv;
    const char *row_end; /* of delimited text */
    size_t message_size;
    /* bytes that wait */
    struct buf held;
    size_t from;
    uint64_t came; /* bytes of the input, those that wait among them */
    /* topics */
    struct mark *marks;
    size_t n_marks, cap_marks;
    struct buf names;
    uint64_t *seen; /* by packet identifier, a hash of the message that came last; QoS 1 */
    bool repeats;   /* the broker may be sending some again */
    uint64_t n_repeats, n_refused;
};

/* ---- messages to lines ---- */

/* Whether brackets and braces of the first line of a text that has several are closed in it: then lines are records. */
static bool first_line_is_whole(const char *p, size_t n)
{
    int depth = 0;
    bool text = false;
    for (size_t i = 0; i < n && p[i] != '\n'; i++) {
        if (text && p[i] == '\\') i++;
        else if (p[i] == '"') text = !text;
        else if (!text && (p[i] == '{' || p[i] == '[')) depth++;
        else if (!text && (p[i] == '}' || p[i] == ']')) depth--;
    }
    return depth == 0;
}

/* A record that stands on several lines becomes one line: in JSON a line end is a blank. */
static void add_json(struct buf *out, const char *p, size_t n)
{
    size_t from = out->len;
    buf_append(out, p, n);
    if (memchr(p, '\n', n) && !first_line_is_whole(p, n)) {
        for (size_t i = from; i < out->len; i++) {
            if (out->data[i] == '\n') out->data[i] = ' ';
        }
    }
    if (out->data[out->len - 1] != '\n') buf_append_char(out, '\n');
}

static void add_csv(struct buf *out, const char *p, size_t n, const char *row_end)
{
    size_t k = strlen(row_end);
    buf_append(out, p, n);
    if (n < k || memcmp(p + n - k, row_end, k) != 0) buf_append(out, row_end, k);
}

/* A quotation mark that is not closed would take in the messages behind it. */
static bool is_open_csv(const struct mqtt_source *s, const char *p, size_t n)
{
    bool open = false;
    for (size_t i = 0; s->csv && i < n; i++) open ^= p[i] == '"';
    return open;
}

static void mark_topic(struct mqtt_source *s, const char *topic)
{
    size_t size = strlen(topic);
    const struct mark *last = s->n_marks ? &s->marks[s->n_marks - 1] : NULL;
    if (last && last->size == size && memcmp(s->names.data + last->name, topic, size) == 0) return;
    if (s->n_marks == s->cap_marks) {
        s->cap_marks = s->cap_marks ? 2 * s->cap_marks : 64;
        s->marks = mem_realloc(s->marks, s->cap_marks * sizeof *s->marks);
    }
    s->marks[s->n_marks++] = (struct mark){ s->came, s->names.len, size };
    buf_append(&s->names, topic, size);
}

static bool refuse(struct mqtt_source *s, const struct mosquitto_message *msg, const char *why)
{
    if (s->n_refused++ < REFUSED_TOLD)
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", s->mqtt.endpoint->name)),
                  "a message of %d bytes to %s was left out: %s", msg->payloadlen,
                  s->mqtt.endpoint->name, why);
    return false;
}

static bool is_good(struct mqtt_source *s, const struct mosquitto_message *msg)
{
    size_t n = (size_t)msg->payloadlen;
    if (n == 0) return false;
    if (n > s->message_size) return refuse(s, msg, "it is larger than option \"message_size\"");
    if (is_open_csv(s, msg->payload, n)) return refuse(s, msg, "a quotation mark is not closed");
    return true;
}

/* ---- messages that come again ---- */

static void tell_repeats(struct mqtt_source *s)
{
    log_event(LOG_WARNING,
              LOG_FIELDS(LOG_C("source", s->mqtt.endpoint->name), LOG_N("records", s->n_repeats)),
              "messages that the broker of %s sent again, and which had come before, are left "
              "out: %llu",
              s->mqtt.endpoint->name, (unsigned long long)s->n_repeats);
    s->n_repeats = 0;
}

/* What the broker sends again comes first; then all is new. */
static void end_repeats(struct mqtt_source *s)
{
    if (s->n_repeats) tell_repeats(s);
    s->repeats = false;
    mqtt_hush(&s->mqtt);
}

/* With QoS 2 messages are handed over later than they come, when others have come. */
static bool take_resent(struct mqtt *m, int mid)
{
    bool *resent = &m->resent[mid % MQTT_IDENTIFIERS], was = *resent;
    m->n_resent -= was;
    *resent = false;
    return was;
}

/* Whether it came before the connection was lost. One that is sent again may also be one that never came. */
static bool came_before(struct mqtt_source *s, const struct mosquitto_message *msg)
{
    uint64_t hash = hash_u64(hash_bytes(msg->payload, (size_t)msg->payloadlen, 0));
    uint64_t *last = &s->seen[msg->mid % MQTT_IDENTIFIERS];
    hash ^= hash_bytes(msg->topic, strlen(msg->topic), 0);
    if (s->repeats && s->mqtt.fresh && s->mqtt.n_resent == 0) end_repeats(s);
    bool again = msg->qos == 2 ? take_resent(&s->mqtt, msg->mid) : s->mqtt.again;
    bool same = s->repeats && again && *last == hash;
    s->n_repeats += same;
    *last = hash;
    return same;
}

static void on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *msg)
{
    struct mqtt *m = arg;
    struct mqtt_source *s = m->owner;
    (void)client;
    if (msg->qos > 0 && s->seen && (msg->qos == 1 || s->mqtt.resent) && came_before(s, msg)) return;
    if (!is_good(s, msg)) return;
    size_t before = s->held.len;
    mark_topic(s, msg->topic);
    if (s->csv) add_csv(&s->held, msg->payload, (size_t)msg->payloadlen, s->row_end);
    else add_json(&s->held, msg->payload, (size_t)msg->payloadlen);
    s->came += s->held.len - before;
    m->enough = s->held.len >= HELD_BYTES;
}

/* ---- subscribing ---- */

static const char *came(struct mqtt *m)
{
    struct mqtt_source *s = m->owner;
    if (s->n_repeats) tell_repeats(s);
    s->repeats = m->session && s->seen;
    if (!s->repeats) mqtt_hush(m);
    /* asking again would bring retained messages again */
    if (m->session && s->subscribed)
        return m->qos ? "what the broker has kept since comes now"
                      : "the session is the same; what came since is lost with QoS 0";
    m->lib.subscribe(m->client, NULL, m->address.topic, m->qos);
    return s->subscribed ? "the broker does not know the session any more; what came since is lost"
                         : NULL;
}

static void on_subscribe(struct mosquitto *client, void *arg, int mid, int n, const int *granted)
{
    struct mqtt *m = arg;
    struct mqtt_source *s = m->owner;
    (void)client;
    (void)mid;
    int qos = n > 0 ? granted[0] : 128;
    if (qos > 2) {
        mqtt_drop(m, "the broker refuses the subscription");
        return;
    }
    if (qos < m->qos)
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", m->endpoint->name)),
                  "the broker of %s gives QoS %d for %s, not %d", m->endpoint->name, qos, m->url,
                  m->qos);
    s->subscribed = true;
}

/* ---- the driver ---- */

static struct status open_mqtt(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    struct mqtt_source *s = mem_calloc(1, sizeof *s);
    const char *row_end = str_to_c(a, option_text(e, "row_delimiter", ""));
    in->mqtt = s;
    in->live = true;
    in->path = str_to_c(a, e->url);
    s->csv = strcmp(url_format(e, u), "json") != 0;
    s->row_end = *row_end ? row_end : "\n";
    s->message_size = (size_t)option_size(e, "message_size", MESSAGE_BYTES);
    TRY(mqtt_new(in->arena, e, u, false, s, &s->mqtt));
    if (s->mqtt.qos > 0) s->seen = mem_calloc(MQTT_IDENTIFIERS, sizeof *s->seen);
    if (s->mqtt.qos == 2) s->mqtt.resent = mem_calloc(MQTT_IDENTIFIERS, sizeof *s->mqtt.resent);
    s->mqtt.came = came;
    s->mqtt.attempts = &in->connection;
    s->mqtt.stop_fd = in->stop_fd;
    s->mqtt.lib.message_callback_set(s->mqtt.client, on_message);
    s->mqtt.lib.subscribe_callback_set(s->mqtt.client, on_subscribe);
    return mqtt_begin(&s->mqtt, &s->subscribed);
}

static bool holds(const struct input *in)
{
    return in->mqtt && in->mqtt->from < in->mqtt->held.len;
}

/* What waits, at most cap bytes. */
static enum input_result give(struct mqtt_source *s, char *out, size_t cap, size_t *n)
{
    size_t left = s->held.len - s->from;
    *n = left < cap ? left : cap;
    memcpy(out, s->held.data + s->from, *n);
    s->from += *n;
    if (s->from == s->held.len) {
        s->from = 0;
        buf_clear(&s->held);
    }
    return INPUT_BYTES;
}

static enum input_result read_mqtt(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                   struct status *st)
{
    struct mqtt_source *s = in->mqtt;
    int64_t until = wait_ms < 0 ? INT64_MAX : clock_steady_ms() + wait_ms;
    (void)st;
    while (!holds(in)) {
        int64_t left = until - clock_steady_ms();
        if (mqtt_turn(&s->mqtt, (int)(left < 0 ? 0 : left < TURN_MS ? left : TURN_MS)) ==
            MQTT_STOPPED)
            return INPUT_IDLE;
        if (!holds(in) && left <= 0) return INPUT_IDLE;
    }
    return give(s, out, cap, n);
}

/* The topics of the bytes [from, to), each with the place in the block where it begins. */
static struct block_topics *topics_of(const struct mqtt_source *s, size_t first, size_t count,
                                      uint64_t from)
{
    size_t bytes = 0;
    for (size_t i = first; i < first + count; i++) bytes += s->marks[i].size;
    struct block_topics *t = mem_alloc(sizeof *t + count * sizeof t->items[0] + bytes);
    char *names = (char *)&t->items[count];
    t->n = count;
    for (size_t i = 0; i < count; i++) {
        const struct mark *m = &s->marks[first + i];
        memcpy(names, s->names.data + m->name, m->size);
        t->items[i].at = m->at > from ? (size_t)(m->at - from) : 0;
        t->items[i].name = str_view(names, m->size);
        names += m->size;
    }
    return t;
}

/* Marks in front of this one are not needed any more. */
static void forget_marks(struct mqtt_source *s, size_t n)
{
    size_t cut = s->marks[n].name;
    s->n_marks -= n;
    memmove(s->marks, s->marks + n, s->n_marks * sizeof *s->marks);
    memmove(s->names.data, s->names.data + cut, s->names.len - cut);
    s->names.len -= cut;
    for (size_t i = 0; i < s->n_marks; i++) s->marks[i].name -= cut;
}

static void label(struct input *in, struct block *b)
{
    struct mqtt_source *s = in->mqtt;
    uint64_t from = b->offset, to = b->offset + b->size;
    size_t first = 0, end;
    while (first + 1 < s->n_marks && s->marks[first + 1].at <= from) first++;
    for (end = first; end < s->n_marks && s->marks[end].at < to;) end++;
    b->topics = topics_of(s, first, end - first, from);
    forget_marks(s, end - 1);
}

static bool no_next(struct input *in, struct status *st)
{
    (void)in;
    (void)st;
    return false;
}

static void close_mqtt(struct input *in)
{
    struct mqtt_source *s = in->mqtt;
    if (!s) return;
    mqtt_close(&s->mqtt);
    if (s->n_refused > REFUSED_TOLD)
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_C("source", in->endpoint->name), LOG_N("records", s->n_refused)),
                  "%llu messages to %s were left out", (unsigned long long)s->n_refused,
                  in->endpoint->name);
    buf_free(&s->held);
    buf_free(&s->names);
    mem_free(s->marks);
    mem_free(s->seen);
    mem_free(s->mqtt.resent);
    mem_free(s);
    in->mqtt = NULL;
}

const struct input_class input_mqtt_class = {
    .kind = URL_MQTT,
    .open = open_mqtt,
    .read = read_mqtt,
    .next = no_next,
    .close = close_mqtt,
    .holds = holds,
    .label = label,
};
