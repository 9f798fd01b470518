/*
 * http_post.c: a POST from its head to its answer.
 *
 * What is wrong with the head is told at the end of the body, which is read and thrown away: a client that still sends
 * does not hear an answer. One that announced too much, or asks first, is told at once.
 *
 * A page in a browser can send to addresses of its own machine. Browsers say where a page is from (Origin), so where no
 * token is asked for, such requests are turned away.
 *
 * Bodies that come slowly may fill half of the queue. Beyond that the slowest one gives its place to who finds none: it
 * is answered as if it had come to a full queue. The more room a body takes, the faster it has to come: at the pace of
 * that many bytes within the timeout. So nobody holds much room for long, and who is in time never loses it.
 */

#include "io/http_post.h"

#include <stdio.h>
#include <strings.h>

#include "base/secret.h"
#include "time/clock.h"

enum {
    OK_CODE = 200,
    KEY_CHARS_MAX = 255,
    RETRY_S = 1,
    RETRY_DISK_S = 5,
    RESERVE_BYTES = 64 << 10,
    SLOW_MS = 2000 /* a body so far behind its pace may have to give way */
};

struct post {
    struct inbox_post post;
    struct http_door *door;
    struct http_exchange *exchange;
    bool packed;
    int64_t due_ms; /* when what came should have come at the latest; not after it did */
    struct post *next, *before; /* of those that are not whole */
};

/* ---- the head ---- */

static bool is_authorized(const struct http_door *d, const struct http_exchange *x)
{
    static const char scheme[] = "Bearer ";
    const char *given = http_header(x, "Authorization");
    if (!given || strncasecmp(given, scheme, sizeof scheme - 1) != 0) return false;
    return secret_same(str_c(given + sizeof scheme - 1), str_c(d->token));
}

/* True: the answer is set. */
static bool refuse_sender(const struct http_door *d, struct http_exchange *x)
{
    if (strcmp(x->method, "POST") != 0) {
        http_refuse(x, 405, 0, "records are sent by POST");
        x->answer.header = "Allow";
        x->answer.header_value = "POST";
    } else if (d->token && !is_authorized(d, x)) {
        http_refuse(x, 401, 0, "a bearer token is needed, and this is not it");
        x->answer.header = "WWW-Authenticate";
        x->answer.header_value = "Bearer";
    } else if (!d->token && http_header(x, "Origin")) {
        http_refuse(x, 403, 0, "pages of browsers need a token to send");
    }
    return x->answer.code != 0;
}

/* False: the body is encoded in a way that is not known. */
static bool note_encoding(struct post *p, const struct http_exchange *x)
{
    const char *encoding = http_header(x, "Content-Encoding");
    p->packed =
        encoding && (strcasecmp(encoding, "gzip") == 0 || strcasecmp(encoding, "x-gzip") == 0);
    return !encoding || p->packed || strcasecmp(encoding, "identity") == 0;
}

static void refuse_length(const struct http_door *d, struct http_exchange *x)
{
    http_refuse(x, 413, 0, "a body has at most %llu bytes, packed and unpacked",
                (unsigned long long)d->most_bytes);
}

static void refuse_full(struct http_exchange *x)
{
    http_refuse(x, 429, RETRY_S, "the queue is full, send it again later");
}

/* ---- bodies on their way ---- */

static void add_coming(struct http_door *d, struct post *p)
{
    p->due_ms = clock_steady_ms();
    p->next = d->coming;
    if (p->next) p->next->before = p;
    d->coming = p;
}

/* Nothing for one that is not among them. */
static void take_out(struct post *p)
{
    if (p->before) p->before->next = p->next;
    else if (p->door->coming == p) p->door->coming = p->next;
    if (p->next) p->next->before = p->before;
    p->next = p->before = NULL;
}

static void forget_body(struct post *p)
{
    take_out(p);
    buf_free(&p->post.body);
    inbox_give_back(p->door->inbox, &p->post);
}

static void keep_pace(struct post *p, size_t n, int64_t now_ms)
{
    double room = (double)(p->post.reserved > RESERVE_BYTES ? p->post.reserved : RESERVE_BYTES);
    p->due_ms += (int64_t)((double)n / room * (double)p->door->timeout_ms);
    if (p->due_ms > now_ms) p->due_ms = now_ms;
}

/* The slowest body gives its place, if it is slow and such bodies take much of the queue. False: none does. */
static bool push_out(struct http_door *d, const struct post *newer)
{
    struct post *slowest = NULL;
    int64_t slow_ms = clock_steady_ms() - SLOW_MS;
    uint64_t taken = 0;
    for (struct post *p = d->coming; p; p = p->next) {
        if (p == newer || !p->post.reserved || p->due_ms > slow_ms) continue;
        taken += p->post.reserved;
        if (!slowest || p->due_ms < slowest->due_ms) slowest = p;
    }
    if (!slowest || taken <= d->queue_bytes / 2) return false;
    refuse_full(slowest->exchange);
    forget_body(slowest);
    return true;
}

static bool reserve(struct post *p, uint64_t bytes)
{
    while (!inbox_reserve(p->door->inbox, &p->post, bytes))
        if (!push_out(p->door, p)) return false;
    return true;
}

/* ---- the begin ---- */

static void begin(void *arg, struct http_exchange *x)
{
    struct http_door *d = arg;
    struct post *p = mem_calloc(1, sizeof *p);
    p->door = d;
    p->exchange = x;
    p->post.arg = p;
    x->state = p;
    const char *key = http_header(x, "Idempotency-Key");
    bool too_long = x->length != UINT64_MAX && x->length > d->most_bytes;
    x->at_once = too_long;
    if (refuse_sender(d, x)) return;
    if (!note_encoding(p, x)) http_refuse(x, 415, 0, "the only content encoding is gzip");
    else if (key && (!*key || strlen(key) > KEY_CHARS_MAX))
        http_refuse(x, 400, 0, "an Idempotency-Key has 1 to %d characters", KEY_CHARS_MAX);
    else if (too_long) refuse_length(d, x);
    else add_coming(d, p);
    p->post.keyed = key != NULL;
    if (key) p->post.receipt = receipt_of(str_c(key), STR_EMPTY, 0);
}

/* ---- the body ---- */

static void bytes(void *arg, struct http_exchange *x, const char *from, size_t n)
{
    struct http_door *d = arg;
    struct post *p = x->state;
    size_t size = p->post.body.len + n;
    if (size > d->most_bytes) {
        refuse_length(d, x);
    } else if (size > p->post.reserved) {
        /* what comes is counted, not what is announced: promises cost nothing */
        size_t step = p->post.reserved > RESERVE_BYTES ? (size_t)p->post.reserved : RESERVE_BYTES;
        if (step > d->most_bytes - p->post.reserved) step = d->most_bytes - p->post.reserved;
        if (step < size - p->post.reserved) step = size - p->post.reserved;
        if (!reserve(p, step)) refuse_full(x);
    }
    if (x->answer.code) forget_body(p);
    else buf_append(&p->post.body, from, n);
    if (!x->answer.code) keep_pace(p, n, clock_steady_ms());
}

/* ---- the answer ---- */

static void answer_taken(const struct inbox_post *post, struct http_exchange *x)
{
    x->answer.code = OK_CODE;
    snprintf(x->answer.text, sizeof x->answer.text, "{\"records\":%u%s}\n", post->records,
             post->repeated ? ",\"repeated\":true" : "");
}

static void answer(struct post *p, enum inbox_answer what)
{
    struct http_exchange *x = p->exchange;
    switch (what) {
    case INBOX_LATER: break;
    case INBOX_TAKEN: answer_taken(&p->post, x); break;
    case INBOX_FULL:  refuse_full(x); break;
    case INBOX_ENDED: http_refuse(x, 503, RETRY_S, "the pipeline is stopping"); break;
    case INBOX_DISK:  http_refuse(x, 503, RETRY_DISK_S, "the body cannot be kept just now"); break;
    case INBOX_UNDER_WAY:
        http_refuse(x, 409, RETRY_S, "a body with this Idempotency-Key is being taken");
        break;
    case INBOX_OTHER_KEY:
        http_refuse(x, 422, 0, "this Idempotency-Key was another body's");
        break;
    }
}

static void done(struct inbox_post *post)
{
    struct post *p = post->arg;
    answer(p, post->answer);
    http_answer_later(p->exchange);
}

/* What was received becomes what is put; true: the answer is set. */
static bool prepare(struct post *p)
{
    struct http_door *d = p->door;
    struct http_exchange *x = p->exchange;
    const char *why = "";
    switch (http_body_prepare(&p->post.body, &d->format, p->packed, d->most_bytes,
                              &p->post.records, &why)) {
    case HTTP_BODY_DAMAGED: http_refuse(x, 400, 0, "the body is damaged gzip data: %s", why); break;
    case HTTP_BODY_TOO_LONG: refuse_length(d, x); break;
    case HTTP_BODY_DONE: break;
    }
    if (x->answer.code) return true;
    uint64_t size = p->post.body.len;
    bool grown = size > p->post.reserved;
    if (!p->post.records) answer_taken(&p->post, x);
    else if (grown && !reserve(p, size - p->post.reserved)) refuse_full(x);
    return x->answer.code != 0;
}

static bool end(void *arg, struct http_exchange *x)
{
    struct http_door *d = arg;
    struct post *p = x->state;
    take_out(p);
    if (prepare(p)) return true;
    struct receipt *r = &p->post.receipt;
    struct str body = str_view(p->post.body.data, p->post.body.len);
    if (p->post.keyed) r->print = str_hash(&body);
    r->records = p->post.records;
    p->post.done = done;
    enum inbox_answer what = inbox_put(d->inbox, &p->post);
    if (what == INBOX_LATER) return false;
    answer(p, what);
    return true;
}

static void drop(void *arg, struct http_exchange *x)
{
    struct post *p = x->state;
    (void)arg;
    if (!p) return;
    forget_body(p);
    mem_free(p);
    x->state = NULL;
}

struct http_place http_door_place(struct http_door *d, const char *path, const char *name)
{
    return (struct http_place){ .path = path,
                                .name = name,
                                .arg = d,
                                .waits = inbox_is_kept(d->inbox),
                                .begin = begin,
                                .bytes = bytes,
                                .end = end,
                                .drop = drop };
}
