/* mqtt_url.c: addresses of brokers, topics, and what their options must be (MQTT 3.1.1, 4.7). */

#include "io/mqtt_url.h"

enum {
    PORT = 1883,
    PORT_TLS = 8883,
    PORT_MAX = 65535,
    CLIENT_ID_MAX = 1000,
    QOS_MAX = 2,
    INFLIGHT_MAX = 10000,
    TOPIC_MAX_BYTES = 65535
};

static struct status bad_url(struct arena *a, const struct io_endpoint *e, const char *what)
{
    struct status st =
        status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s %s", STR_ARG(e->url), e->name, what);
    return status_with_hint(st, "write mqtt://HOST:PORT/TOPIC, or mqtts: for TLS");
}

static bool parse_port(const char *p, size_t n, int *out)
{
    int port = 0;
    if (n == 0 || n > 5) return false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        port = port * 10 + (p[i] - '0');
    }
    *out = port;
    return port > 0 && port <= PORT_MAX;
}

struct status mqtt_address(struct arena *a, const struct io_endpoint *e, const struct url *u,
                           struct mqtt_address *out)
{
    const char *host = strstr(u->path, "://") + 3;
    size_t n = strcspn(host, "/"), bracket = *host == '[' ? strcspn(host, "]") : 0;
    *out = (struct mqtt_address){ .tls = (u->path[4] | 32) == 's' };
    out->port = out->tls ? PORT_TLS : PORT;
    out->topic = host[n] ? host + n + 1 : "";
    if (memchr(host, '@', n)) {
        /* without its place: the line would show the password */
        struct status st = status_new(a, ERR_BAD_URL, SPAN_NONE,
                                      "the URL of %s has a user in front of its host", e->name);
        return status_with_hint(st, "the options \"user\" and password_env or password_file say "
                                    "who logs in");
    }
    const char *colon = memchr(host + bracket, ':', n - bracket);
    size_t length = colon ? (size_t)(colon - host) : n;
    if (colon && !parse_port(colon + 1, n - length - 1, &out->port))
        return bad_url(a, e, "has no port from 1 to 65535 behind its host");
    if (bracket && (length != bracket + 1 || bracket < 2)) return bad_url(a, e, "has no host");
    if (length == 0) return bad_url(a, e, "has no host");
    if (bracket) out->host = str_to_c(a, str_view(host + 1, bracket - 1));
    else out->host = str_to_c(a, str_view(host, length));
    return OK;
}

/* ---- topics ---- */

/* + is a whole level, # a whole last one. */
static bool is_filter(const char *topic)
{
    for (const char *level = topic;;) {
        size_t n = strcspn(level, "/"), mark = strcspn(level, "+#/");
        if (mark < n && n > 1) return false;
        if (level[mark] == '#' && level[n]) return false;
        if (!level[n]) return true;
        level += n + 1;
    }
}

static struct status check_topic(struct arena *a, const struct io_endpoint *e, const char *topic,
                                 bool source)
{
    if (*topic == 0) return bad_url(a, e, "names no topic");
    if (strlen(topic) > TOPIC_MAX_BYTES) return bad_url(a, e, "has a topic of too many bytes");
    if (!source && strpbrk(topic, "+#"))
        return bad_url(a, e, "has a wildcard: a sink has one topic");
    if (source && !is_filter(topic))
        return bad_url(a, e, "has a wildcard that is not a whole level, or # before the last one");
    return OK;
}

/* ---- options ---- */

static struct status bad_option(struct arena *a, const struct io_endpoint *e, const char *name,
                                const char *wanted)
{
    struct str text = option_text(e, name, "");
    return status_new(a, ERR_BAD_OPTION, e->at, "option \"%s\" of %s is '%.*s', not %s", name,
                      e->name, STR_ARG(text), wanted);
}

static struct status check_login(struct arena *a, const struct io_endpoint *e)
{
    TRY(option_beside(a, e, "password_env", "user"));
    TRY(option_beside(a, e, "password_file", "user"));
    if (!option_there(e, "password_env") || !option_there(e, "password_file")) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "%s has both \"password_env\" and \"password_file\"", e->name);
}

static struct status check_tls(struct arena *a, const struct io_endpoint *e,
                               const struct mqtt_address *address)
{
    static const char *const names[] = { "ca", "cert", "cert_key" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (address->tls || !option_there(e, names[i])) continue;
        return status_with_hint(status_new(a, ERR_BAD_OPTION, e->at,
                                           "option \"%s\" of %s is for TLS, and its URL has none",
                                           names[i], e->name),
                                "write mqtts://HOST:PORT/TOPIC");
    }
    TRY(option_beside(a, e, "cert", "cert_key"));
    return option_beside(a, e, "cert_key", "cert");
}

static struct status check_common(struct arena *a, const struct io_endpoint *e,
                                  const struct mqtt_address *address)
{
    struct str id = option_text(e, "client_id", "");
    if (option_count(e, "qos", 1) > QOS_MAX) return bad_option(a, e, "qos", "0, 1 or 2");
    if (option_there(e, "client_id") && (id.len == 0 || id.len > CLIENT_ID_MAX))
        return bad_option(a, e, "client_id", "a text of 1 to 1000 bytes");
    int64_t keep_alive_ms = option_interval(e, "keep_alive", 60000);
    if (keep_alive_ms < 5000 || keep_alive_ms > 65535000)
        return bad_option(a, e, "keep_alive", "a time of 5 to 65535 seconds");
    TRY(option_beside(a, e, "will", "will_topic"));
    struct str will = option_text(e, "will_topic", "t");
    if (will.len == 0 || strpbrk(str_to_c(a, will), "+#"))
        return bad_option(a, e, "will_topic", "a topic without wildcards");
    TRY(check_login(a, e));
    return check_tls(a, e, address);
}

struct status mqtt_check_source(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    struct mqtt_address address;
    TRY(mqtt_address(a, e, u, &address));
    TRY(check_topic(a, e, address.topic, true));
    if (option_is(e, "header", false))
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"header\" of %s is for files: messages have no first line",
                          e->name);
    return check_common(a, e, &address);
}

struct status mqtt_check_sink(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    struct mqtt_address address;
    const char *topic = str_to_c(a, option_text(e, "topic", ""));
    int64_t inflight = option_count(e, "inflight", 1);
    TRY(mqtt_address(a, e, u, &address));
    if (option_is(e, "gzip", false))
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "option \"gzip\" of %s is not for messages, which are a row each",
                          e->name);
    if (*topic && *address.topic)
        return bad_url(a, e, "names a topic, and so does the option \"topic\"");
    TRY(check_topic(a, e, *topic ? topic : address.topic, false));
    if (inflight < 1 || inflight > INFLIGHT_MAX)
        return bad_option(a, e, "inflight", "a number of rows from 1 to 10000");
    return check_common(a, e, &address);
}
