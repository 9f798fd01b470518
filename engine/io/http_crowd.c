/* http_crowd.c: connections in a list, and their addresses in another one, each with how many it has. */

#include "io/http_crowd.h"

#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "io/socket.h"

enum {
    TOLD_MS = 10000, /* between two messages */
    STEP_MIN_MS = 20,
    STEP_MAX_MS = 1000,
    NAME_BYTES = 288,
    WHY_BYTES = 160
};

enum stage {
    STAGE_HEAD,   /* its head is waited for */
    STAGE_BODY,   /* its body is */
    STAGE_WORK,   /* it waits for the server */
    STAGE_ANSWER, /* it is to read the answer */
    STAGE_GONE    /* it was shut down */
};

/* An address: one of IPv4, or a network of IPv6, of which one machine has all. */
struct peer {
    uint64_t key;
    uint32_t n;    /* connections that are not gone */
    uint32_t uses; /* all connections */
    struct sockaddr_storage from;
    struct peer *next;
};

struct visitor {
    int fd;
    enum stage stage;
    int64_t since_ms; /* the stage's begin */
    int64_t slack_ms; /* since when it keeps the server waiting, for what came moves that */
    size_t rest;      /* bytes that are no whole millisecond's */
    struct peer *peer;
    struct visitor *next, *before;
};

struct crowd {
    char name[NAME_BYTES];
    uint32_t most;
    int64_t timeout_ms;
    struct visitor *visitors;
    struct peer *peers;
    uint32_t n;      /* visitors that are not gone */
    int64_t told_ms; /* the last message; 0: none yet */
    uint32_t gone;   /* since the last message */
};

/* ---- life ---- */

struct crowd *crowd_new(const char *name)
{
    struct crowd *c = mem_calloc(1, sizeof *c);
    snprintf(c->name, sizeof c->name, "%s", name);
    return c;
}

static void tell(struct crowd *c, const char *why, int64_t now_ms)
{
    log_message(LOG_WARNING, "%s closed %u %s: %s", c->name, c->gone,
                c->gone == 1 ? "connection" : "connections", why);
    c->told_ms = now_ms;
    c->gone = 0;
}

static const char like_before[] = "they were slow or too many, like those before them";

void crowd_free(struct crowd *c)
{
    assert(!c->visitors && !c->peers);
    if (c->gone) tell(c, like_before, c->told_ms);
    mem_free(c);
}

void crowd_limit(struct crowd *c, uint32_t most, int64_t timeout_ms)
{
    c->most = most;
    c->timeout_ms = timeout_ms;
}

bool crowd_is_idle(const struct crowd *c)
{
    return !c->visitors && !c->gone;
}

/* ---- who goes ---- */

static void send_away(struct crowd *c, struct visitor *v, const char *why, int64_t now_ms)
{
    shutdown(v->fd, SHUT_RDWR);
    v->stage = STAGE_GONE;
    v->peer->n--;
    c->n--;
    c->gone++;
    if (!c->told_ms || now_ms >= c->told_ms + TOLD_MS) tell(c, why, now_ms);
}

/* The address that has the most, and of it who has kept the server waiting longest. */
static bool goes_before(const struct visitor *v, const struct visitor *other)
{
    if (v->peer->n != other->peer->n) return v->peer->n > other->peer->n;
    return v->slack_ms < other->slack_ms;
}

static void send_away_one(struct crowd *c, struct visitor *v, int64_t now_ms)
{
    char host[NI_MAXHOST] = "",
         why[WHY_BYTES] = "there were too many, and it had kept silent longest";
    if (c->peers->next && v->peer->n > 1 &&
        getnameinfo((const struct sockaddr *)&v->peer->from, sizeof v->peer->from, host,
                    sizeof host, NULL, 0, NI_NUMERICHOST) == 0)
        snprintf(why, sizeof why, "there were too many, the most of them from %.60s", host);
    send_away(c, v, why, now_ms);
}

/* The newest one goes itself where its descriptor is one of the last and nobody else can. */
static void make_room(struct crowd *c, struct visitor *newest, int64_t now_ms)
{
    struct visitor *first = NULL;
    bool scarce = socket_is_scarce(newest->fd);
    if (c->n <= c->most && !scarce) return;
    for (struct visitor *v = c->visitors; v; v = v->next) {
        if (v == newest || v->stage == STAGE_WORK || v->stage == STAGE_GONE) continue;
        if (!first || goes_before(v, first)) first = v;
    }
    if (!first && scarce) first = newest;
    if (first) send_away_one(c, first, now_ms);
}

void crowd_sweep(struct crowd *c, int64_t now_ms)
{
    static const char *const why[] = { [STAGE_HEAD] = "the head did not come in time",
                                       [STAGE_BODY] = "the body did not come in time",
                                       [STAGE_ANSWER] = "the answer was not read in time" };
    for (struct visitor *v = c->visitors; v; v = v->next) {
        if (v->stage == STAGE_WORK || v->stage == STAGE_GONE) continue;
        int64_t grace_ms = v->stage == STAGE_BODY ? 0 : CROWD_GRACE_MS;
        if (now_ms - v->since_ms > c->timeout_ms + grace_ms)
            send_away(c, v, why[v->stage], now_ms);
    }
    if (c->gone && now_ms >= c->told_ms + TOLD_MS) tell(c, like_before, now_ms);
}

int64_t crowd_step_ms(const struct crowd *c)
{
    int64_t step = c->timeout_ms / 4;
    return step < STEP_MIN_MS ? STEP_MIN_MS : step > STEP_MAX_MS ? STEP_MAX_MS : step;
}

/* ---- what they do ---- */

static void enter_stage(struct visitor *v, enum stage stage, int64_t now_ms)
{
    if (v->stage == STAGE_GONE) return;
    v->stage = stage;
    v->since_ms = v->slack_ms = now_ms;
    v->rest = 0;
}

void visitor_begins(struct visitor *v, int64_t now_ms)
{
    enter_stage(v, STAGE_BODY, now_ms);
}

void visitor_sends(struct visitor *v, size_t n, int64_t now_ms)
{
    v->rest += n;
    v->slack_ms += (int64_t)(v->rest / CROWD_BYTES_A_MS);
    v->rest %= CROWD_BYTES_A_MS;
    if (v->slack_ms > now_ms) v->slack_ms = now_ms;
}

void visitor_waits(struct visitor *v)
{
    enter_stage(v, STAGE_WORK, v->since_ms);
}

void visitor_reads(struct visitor *v, int64_t now_ms)
{
    enter_stage(v, STAGE_ANSWER, now_ms);
}

void visitor_rests(struct visitor *v, int64_t now_ms)
{
    enter_stage(v, STAGE_HEAD, now_ms);
}

/* ---- who comes ---- */

static uint64_t key_of(const struct sockaddr *from)
{
    uint64_t key = 0;
    uint32_t four = 0;
    if (from->sa_family == AF_INET) {
        memcpy(&four, &((const struct sockaddr_in *)(const void *)from)->sin_addr, sizeof four);
        return four;
    }
    if (from->sa_family != AF_INET6) return key;
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six)) {
        memcpy(&four, six->s6_addr + 12, sizeof four);
        return four;
    }
    memcpy(&key, six->s6_addr, sizeof key);
    return key;
}

static socklen_t size_of(const struct sockaddr *from)
{
    return from->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
           : from->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                         : sizeof(struct sockaddr);
}

static struct peer *find_peer(struct crowd *c, const struct sockaddr *from)
{
    uint64_t key = key_of(from);
    for (struct peer *p = c->peers; p; p = p->next)
        if (p->key == key) return p;
    struct peer *p = mem_calloc(1, sizeof *p);
    p->key = key;
    p->next = c->peers;
    memcpy(&p->from, from, size_of(from));
    c->peers = p;
    return p;
}

static void leave_peer(struct crowd *c, struct peer *gone)
{
    if (--gone->uses) return;
    struct peer **at = &c->peers;
    while (*at != gone) at = &(*at)->next;
    *at = gone->next;
    mem_free(gone);
}

struct visitor *crowd_enter(struct crowd *c, int fd, const struct sockaddr *from, int64_t now_ms)
{
    struct visitor *v = mem_calloc(1, sizeof *v);
    *v = (struct visitor){ .fd = fd, .peer = find_peer(c, from), .next = c->visitors };
    visitor_rests(v, now_ms);
    if (v->next) v->next->before = v;
    c->visitors = v;
    v->peer->n++;
    v->peer->uses++;
    c->n++;
    make_room(c, v, now_ms);
    return v;
}

void crowd_leave(struct crowd *c, struct visitor *v)
{
    if (v->before) v->before->next = v->next;
    else c->visitors = v->next;
    if (v->next) v->next->before = v->before;
    if (v->stage != STAGE_GONE) {
        v->peer->n--;
        c->n--;
    }
    leave_peer(c, v->peer);
    mem_free(v);
}
