/*
 * mqtt.c: a client's life: made by options, connected, worked with, lost, connected again.
 *
 * A source's session is kept (clean session FALSE) under a client id that follows from machine, user, folder, name and
 * URL, so that the next start of the same pipeline gets what came in between. A new try follows a loss after a pause of
 * random length, twice as long each time, up to half a minute ("full jitter", as in courier.c). The library connects
 * without regard for a stop; so it is asked only when something listens there.
 */

#include "io/mqtt.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/output.h"
#include "io/socket.h"
#include "time/clock.h"

enum {
    KEEP_ALIVE_MS = 60000,
    PROBE_MS = 3000,
    ANSWER_MS = 10000, /* a broker that is there answers within this */
    MISC_MS = 1000,
    PAUSE_MS = 200,
    PAUSE_MAX_MS = 30000,
    STEADY_MS = 10000, /* a connection that stood so long begins anew with short pauses */
    PIECE_MS = 100,
    GOODBYE_MS = 1000,
    PACKETS = 256, /* of one turn */
    PASSWORD_MAX = 4096
};

/* ---- losing and trying again ---- */

static int64_t next_pause(struct mqtt *m)
{
    int64_t most = m->pause_ms;
    m->pause_ms = most * 2 < PAUSE_MAX_MS ? most * 2 : PAUSE_MAX_MS;
    m->jitter = hash_u64(m->jitter + 1);
    return 1 + (int64_t)(m->jitter % (uint64_t)most);
}

static void lose(struct mqtt *m)
{
    int64_t now = clock_steady_ms();
    bool stood = m->state == MQTT_UP;
    m->state = MQTT_DOWN;
    if (stood && now - m->up_ms > STEADY_MS) m->pause_ms = PAUSE_MS;
    m->retry_ms = now + next_pause(m);
    if (m->began) attempts_failed(m->attempts);
    if (!stood || !m->began) return;
    m->lost_ms = now;
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("endpoint", m->endpoint->name), LOG_C("where", m->url)),
              "the connection of %s to %s is lost: %s; trying again", m->endpoint->name, m->url,
              m->reason);
}

static void lose_because(struct mqtt *m, const char *why)
{
    snprintf(m->reason, sizeof m->reason, "%s", why);
    lose(m);
}

void mqtt_drop(struct mqtt *m, const char *why)
{
    if (m->state == MQTT_DOWN) return;
    m->lib.disconnect(m->client);
    lose_because(m, why);
}

/* After a failed call: what the library has logged says more than its code. */
static void lose_by_code(struct mqtt *m, int code)
{
    int error = errno;
    bool logged = code == MOSQ_ERR_TLS || code == MOSQ_ERR_CONN_REFUSED ||
                  (code == MOSQ_ERR_ERRNO && error == EPROTO);
    if (logged && m->reason[0]) lose(m);
    else if (code == MOSQ_ERR_ERRNO) lose_because(m, strerror(error));
    else if (code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_NO_CONN)
        lose_because(m, "the broker has closed it");
    else lose_because(m, m->lib.strerror(code));
}

/* ---- what the library tells ---- */

static void tell_return(struct mqtt *m, const char *more)
{
    double seconds = (double)(m->up_ms - m->lost_ms) / 1000;
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("endpoint", m->endpoint->name), LOG_C("where", m->url)),
              "the connection of %s to %s is back after %.1f s%s%s", m->endpoint->name, m->url,
              seconds, more ? ": " : "", more ? more : "");
}

static void on_connect(struct mosquitto *client, void *arg, int code, int flags)
{
    struct mqtt *m = arg;
    (void)client;
    if (code != 0) {
        snprintf(m->reason, sizeof m->reason, "%s", m->lib.connack_string(code));
        return;
    }
    m->state = MQTT_UP;
    m->session = flags & 1;
    m->fresh = false;
    if (m->resent) memset(m->resent, 0, MQTT_IDENTIFIERS * sizeof *m->resent);
    m->n_resent = 0;
    m->up_ms = clock_steady_ms();
    attempts_good(m->attempts);
    const char *more = m->came(m);
    if (m->began) tell_return(m, more);
}

/* received PUBLISH (d1, q2, r0, m3873, ... : with QoS 2 it is handed over when the broker releases it. */
static void note_resent(struct mqtt *m, const char *message)
{
    const char *number = strstr(message, ", m");
    bool *resent = number ? &m->resent[strtoul(number + 3, NULL, 10) % MQTT_IDENTIFIERS] : NULL;
    if (!resent || *resent) return;
    *resent = true;
    m->n_resent++;
}

/* An error is kept for the failed call, whose code alone says little about certificates. That a message has its DUP
 * flag set is told here alone. */
static void on_log(struct mosquitto *client, void *arg, int level, const char *text)
{
    struct mqtt *m = arg;
    const char *message = strstr(text, "received PUBLISH (d");
    (void)client;
    if (level == MOSQ_LOG_ERR) snprintf(m->reason, sizeof m->reason, "%s", text);
    if (!message) return;
    m->again = message[sizeof "received PUBLISH (d" - 1] == '1';
    m->fresh = m->fresh || !m->again;
    if (m->again && m->resent) note_resent(m, message);
}

void mqtt_hush(struct mqtt *m)
{
    m->lib.log_callback_set(m->client, NULL);
    m->again = false;
}

static void connect_now(struct mqtt *m)
{
    const struct mqtt_address *to = &m->address;
    char why[128];
    int keep_alive = (int)(option_interval(m->endpoint, "keep_alive", KEEP_ALIVE_MS) / 1000);
    if (!socket_probe(to->host, to->port, m->stop_fd, PROBE_MS, why, sizeof why)) {
        lose_because(m, why);
        return;
    }
    m->reason[0] = 0;
    m->state = MQTT_CONNECTING;
    m->lib.log_callback_set(m->client, on_log);
    m->answer_ms = clock_steady_ms() + ANSWER_MS;
    int code = m->lib.connect(m->client, to->host, to->port, keep_alive);
    if (code != MOSQ_ERR_SUCCESS) lose_by_code(m, code);
}

/* ---- making a client ---- */

/* The same at each start of the same pipeline; of a client that the broker forgets, another one each time, so that
 * several can run side by side. 7 + 16 characters, which every broker takes. */
static const char *default_id(struct arena *a, const struct io_endpoint *e, bool clean)
{
    uint64_t chance = 0;
    struct buf text = { 0 };
    char host[256] = "";
    char *folder = realpath(e->base_dir && *e->base_dir ? e->base_dir : ".", NULL);
    gethostname(host, sizeof host - 1);
    buf_printf(&text, "%s %u %s %s %.*s", host, (unsigned)getuid(), folder ? folder : "", e->name,
               STR_ARG(e->url));
    if (clean && getrandom(&chance, sizeof chance, 0) < 0) chance = (uint64_t)getpid();
    uint64_t hash = hash_bytes(text.data, text.len, chance);
    free(folder);
    buf_free(&text);
    return str_format_c(a, "sluice-%016llx", (unsigned long long)hash);
}

/* Paths of options stand relative to the SQL file, as those of URLs do. */
static const char *path_option(const struct mqtt *m, const char *name)
{
    const struct io_endpoint *e = m->endpoint;
    const char *path = str_to_c(m->arena, option_text(e, name, ""));
    if (*path == 0) return NULL;
    if (*path == '/' || !e->base_dir) return path;
    return str_format_c(m->arena, "%s/%s", e->base_dir, path);
}

static struct status failed(const struct mqtt *m, const char *what, const char *why)
{
    return status_new(m->arena, ERR_UNREACHABLE, m->endpoint->at, "cannot %s '%s' for %s: %s", what,
                      m->url, m->endpoint->name, why);
}

/* The first line of the file. */
static struct status read_password(const struct mqtt *m, const char *path, char *out)
{
    FILE *f = fopen(path, "r");
    bool read = f && fgets(out, PASSWORD_MAX, f);
    int error = errno;
    if (f) fclose(f);
    if (read) {
        out[strcspn(out, "\r\n")] = 0;
        return OK;
    }
    return status_new(m->arena, ERR_BAD_OPTION, m->endpoint->at,
                      "no password in %s, which option \"password_file\" of %s names: %s", path,
                      m->endpoint->name, f ? "it is empty" : strerror(error));
}

static struct status set_login(struct mqtt *m)
{
    const struct io_endpoint *e = m->endpoint;
    const char *user = str_to_c(m->arena, option_text(e, "user", ""));
    const char *variable = str_to_c(m->arena, option_text(e, "password_env", ""));
    const char *file = path_option(m, "password_file");
    const char *password = *variable ? getenv(variable) : NULL;
    char line[PASSWORD_MAX];
    if (*variable && !password)
        return status_new(m->arena, ERR_BAD_OPTION, e->at,
                          "the variable %s that option \"password_env\" of %s names is not set",
                          variable, e->name);
    if (file) {
        TRY(read_password(m, file, line));
        password = line;
    }
    if (*user) m->lib.username_pw_set(m->client, user, password);
    explicit_bzero(line, sizeof line);
    return OK;
}

/* Certificate and name of the broker are checked always. */
static struct status set_tls(struct mqtt *m)
{
    const char *ca = path_option(m, "ca"), *cert = path_option(m, "cert");
    const char *key = path_option(m, "cert_key");
    if (!m->address.tls) return OK;
    if (!ca) m->lib.int_option(m->client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    int code = m->lib.tls_set(m->client, ca, ca ? NULL : "/etc/ssl/certs", cert, key, NULL);
    if (code == MOSQ_ERR_SUCCESS) return OK;
    const char *which = ca && access(ca, R_OK) != 0       ? ca
                        : cert && access(cert, R_OK) != 0 ? cert
                        : key && access(key, R_OK) != 0   ? key
                                                          : NULL;
    return status_new(m->arena, ERR_BAD_OPTION, m->endpoint->at, "cannot use TLS for %s: %s%s%s",
                      m->endpoint->name, which ? which : m->lib.strerror(code), which ? ": " : "",
                      which ? strerror(errno) : "");
}

static void set_will(struct mqtt *m)
{
    struct str text = option_text(m->endpoint, "will", "");
    const char *topic = str_to_c(m->arena, option_text(m->endpoint, "will_topic", ""));
    if (*topic)
        m->lib.will_set(m->client, topic, (int)text.len, str_data(&text), m->qos,
                        option_is(m->endpoint, "retain", false));
}

struct status mqtt_new(struct arena *a, const struct io_endpoint *e, const struct url *u,
                       bool clean, void *owner, struct mqtt *m)
{
    const char *id = str_to_c(a, option_text(e, "client_id", ""));
    *m = (struct mqtt){ .arena = a, .endpoint = e, .stop_fd = -1, .owner = owner };
    m->url = str_to_c(a, e->url);
    m->qos = (int)option_count(e, "qos", 1);
    m->pause_ms = PAUSE_MS;
    m->jitter = (uint64_t)getpid();
    TRY(mqtt_address(a, e, u, &m->address));
    TRY(mosquitto_load(a, e->at, &m->lib));
    clean = option_is(e, "clean_session", clean);
    m->client = m->lib.new(*id ? id : default_id(a, e, clean), clean, m);
    if (!m->client) return failed(m, "make a client of", strerror(errno));
    m->lib.connect_with_flags_callback_set(m->client, on_connect);
    m->lib.int_option(m->client, MOSQ_OPT_TCP_NODELAY, 1);
    TRY(set_login(m));
    TRY(set_tls(m));
    set_will(m);
    return OK;
}

/* ---- work ---- */

/* Waits for the client's socket. */
static short wait_for(const struct mqtt *m, short events, int wait_ms, bool *stop)
{
    struct pollfd fds[2] = { { .fd = m->lib.socket(m->client), .events = events },
                             { .fd = m->stop_fd, .events = POLLIN } };
    int n = poll(fds, 2, wait_ms);
    *stop = n > 0 && fds[1].revents;
    return n > 0 ? fds[0].revents : 0;
}

/* Waits while there is no connection. True: until somebody wanted a stop. */
static bool pause_down(const struct mqtt *m, int wait_ms)
{
    struct pollfd fd = { .fd = m->stop_fd, .events = POLLIN };
    if (m->stop_fd >= 0) return poll(&fd, 1, wait_ms) > 0;
    output_pause(wait_ms);
    return output_is_stopped();
}

/* Reads packets until there are no more, or the owner has enough; the library reads one at a time. */
static int read_packets(struct mqtt *m)
{
    int code = MOSQ_ERR_SUCCESS;
    m->enough = false;
    for (int i = 0; i < PACKETS && !m->enough && code == MOSQ_ERR_SUCCESS; i++) {
        errno = 0;
        code = m->lib.loop_read(m->client, 1);
        if (code == MOSQ_ERR_SUCCESS && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    }
    return code;
}

static int work(struct mqtt *m, short ready)
{
    int64_t now = clock_steady_ms();
    int code = MOSQ_ERR_SUCCESS;
    if (ready & POLLOUT) code = m->lib.loop_write(m->client, 1);
    /* what TLS has unpacked shows in no descriptor */
    bool read = (ready & (POLLIN | POLLHUP | POLLERR)) || m->address.tls;
    if (read && code == MOSQ_ERR_SUCCESS) code = read_packets(m);
    if (code != MOSQ_ERR_SUCCESS || now - m->misc_ms < MISC_MS) return code;
    m->misc_ms = now;
    return m->lib.loop_misc(m->client);
}

static enum mqtt_turn turn_down(struct mqtt *m, int wait_ms)
{
    int64_t left = m->retry_ms - clock_steady_ms();
    if (left > 0)
        return pause_down(m, (int)(wait_ms >= 0 && wait_ms < left ? wait_ms : left)) ? MQTT_STOPPED
                                                                                     : MQTT_QUIET;
    connect_now(m);
    return MQTT_WORKED;
}

enum mqtt_turn mqtt_turn(struct mqtt *m, int wait_ms)
{
    bool stop;
    if (m->state == MQTT_DOWN) return turn_down(m, wait_ms);
    short events = (short)(POLLIN | (m->lib.want_write(m->client) ? POLLOUT : 0));
    short ready = wait_for(m, events, wait_ms, &stop);
    if (stop) return MQTT_STOPPED;
    int code = work(m, ready);
    if (code != MOSQ_ERR_SUCCESS) lose_by_code(m, code);
    else if (m->state == MQTT_CONNECTING && clock_steady_ms() > m->answer_ms)
        mqtt_drop(m, "the broker does not answer");
    return ready ? MQTT_WORKED : MQTT_QUIET;
}

struct status mqtt_begin(struct mqtt *m, const bool *ready)
{
    int64_t until = clock_steady_ms() + ANSWER_MS;
    connect_now(m);
    while (m->state != MQTT_DOWN && !*ready && clock_steady_ms() < until) {
        if (mqtt_turn(m, PIECE_MS) == MQTT_STOPPED) break;
    }
    if (m->state == MQTT_DOWN) return failed(m, "connect to", m->reason);
    if (!*ready) return failed(m, "connect to", "the broker does not answer");
    m->began = true;
    return OK;
}

/* Reads what still comes, until the broker closes: a socket closed on unread bytes would take back what was written
 * last, acknowledgements among it (a reset, tcp(7)). */
static void read_out(int fd, int64_t until)
{
    char rest[4096];
    int64_t left;
    struct pollfd fds = { .fd = fd, .events = POLLIN };
    shutdown(fd, SHUT_WR);
    while ((left = until - clock_steady_ms()) > 0 && poll(&fds, 1, (int)left) > 0) {
        if (read(fd, rest, sizeof rest) <= 0) break;
    }
}

static void say_goodbye(struct mqtt *m)
{
    int64_t until = clock_steady_ms() + GOODBYE_MS;
    int fd = m->lib.socket(m->client), kept = dup(fd);
    struct pollfd fds = { .fd = fd, .events = POLLOUT };
    while (m->lib.want_write(m->client) && clock_steady_ms() < until) {
        if (poll(&fds, 1, PIECE_MS) > 0 && m->lib.loop_write(m->client, 1) != MOSQ_ERR_SUCCESS)
            break;
    }
    m->lib.disconnect(m->client);
    if (kept < 0) return;
    read_out(kept, until);
    close(kept);
}

void mqtt_close(struct mqtt *m)
{
    if (!m->client) return;
    if (m->state == MQTT_UP) say_goodbye(m);
    m->lib.destroy(m->client);
    m->client = NULL;
}
