/*
 * courier.c: batches of rows to messages, sent one after the other, each until it is taken.
 *
 * Pauses before new tries are those of backoff.h. A run that is stopped tries once more and then gives up: rows that
 * were not delivered come again from the last checkpoint.
 */

#include "io/courier.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "io/fmt_message.h"
#include "io/libcurl.h"
#include "io/web.h"

enum { TIMEOUT_MS = 10000, BATCH_MAX = 10000 };

static void free_courier(void *arg)
{
    struct courier *c = arg;
    if (c->curl) libcurl.easy_cleanup(c->curl);
    c->curl = NULL;
    throttle_free(c->throttle);
    buf_free(&c->pending);
    buf_free(&c->first);
    buf_free(&c->first_to);
    buf_free(&c->next_to);
}

static struct status read_options(struct courier *c)
{
    const struct output *o = c->output;
    const struct io_endpoint *e = o->endpoint;
    struct str failure = option_text(e, "on_failure", "stop");
    int64_t batch = option_count(e, "batch", 1);
    c->timeout_ms = option_interval(e, "timeout", TIMEOUT_MS);
    c->backoff = backoff_new(option_interval(e, "backoff", BACKOFF_MS));
    c->retries = option_count(e, "retries", -1);
    c->drop = str_equal_nocase_c(failure, "drop");
    c->batch = (uint32_t)batch;
    if (batch < 1 || batch > BATCH_MAX)
        return status_new(o->arena, ERR_BAD_OPTION, e->at,
                          "option \"batch\" of %s is %lld, not a number of rows from 1 to %d",
                          e->name, (long long)batch, BATCH_MAX);
    if (!c->drop && !str_equal_nocase_c(failure, "stop"))
        return status_new(o->arena, ERR_BAD_OPTION, e->at,
                          "option \"on_failure\" of %s is '%.*s', not 'stop' or 'drop'", e->name,
                          STR_ARG(failure));
    return OK;
}

struct status courier_open(struct output *o, const struct url *u,
                           enum courier_answer (*send)(struct courier *c), struct courier **out)
{
    struct courier *c = ARENA_NEW(o->arena, struct courier);
    struct str subject = option_text(o->endpoint, "subject", "");
    c->output = o;
    c->send = send;
    c->url = web_public_url(o->arena, u->path);
    o->path = c->url;
    o->courier = c;
    arena_on_free(o->arena, free_courier, c);
    const char *ca;
    TRY(read_options(c));
    TRY(option_file(o->arena, o->endpoint, "ca", &ca));
    TRY(throttle_new(o->arena, o->endpoint, o->schema, &c->throttle));
    o->throttle = c->throttle;
    if (subject.len)
        TRY(message_new(o->arena, o->endpoint->at, "subject", subject, o->schema, &c->subject));
    TRY(libcurl_load(o->arena, o->endpoint->at));
    c->curl = libcurl.easy_init();
    if (!c->curl)
        return status_new(o->arena, ERR_INTERNAL, o->endpoint->at, "libcurl does not start");
    libcurl.easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    libcurl.easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, (long)c->timeout_ms);
    if (ca) libcurl.easy_setopt(c->curl, CURLOPT_CAINFO, ca);
    *out = c;
    return OK;
}

/* ---- sending ---- */

enum courier_answer courier_perform(struct courier *c)
{
    char text[CURL_ERROR_SIZE] = "";
    libcurl.easy_setopt(c->curl, CURLOPT_ERRORBUFFER, text);
    CURLcode code = libcurl.easy_perform(c->curl);
    libcurl.easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK) return COURIER_DONE;
    snprintf(c->reason, sizeof c->reason, "%s", text[0] ? text : libcurl.easy_strerror(code));
    return web_failure_passes((int)code) ? COURIER_LATER : COURIER_NEVER;
}

static void forget(struct courier *c)
{
    buf_clear(&c->pending);
    buf_clear(&c->first);
    c->count = 0;
}

static struct status give_up(struct courier *c, int64_t tries)
{
    const struct output *o = c->output;
    if (c->drop && !output_gives_up(o)) {
        if (c->dropped == 0)
            log_event(LOG_WARNING,
                      LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", c->url)),
                      "%s of %s did not take rows, which are left out: %s", c->url,
                      o->endpoint->name, c->reason);
        c->dropped += c->count;
        forget(c);
        return OK;
    }
    c->failed = true;
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                      "cannot deliver to %s of %s (%lld %s): %s", c->url, o->endpoint->name,
                      (long long)tries, tries == 1 ? "try" : "tries", c->reason);
}

static struct status send_pending(struct courier *c)
{
    const struct output *o = c->output;
    bool told = false;
    if (c->count == 0) return OK;
    backoff_reset(&c->backoff);
    for (int64_t tries = 1;; tries++) {
        enum courier_answer answer = c->send(c);
        if (answer == COURIER_DONE) break;
        attempts_failed(o->attempts);
        bool again = answer == COURIER_LATER && (c->retries < 0 || tries <= c->retries);
        if (!again || output_gives_up(o)) return give_up(c, tries);
        if (!told) told = output_tell_failure(o, "deliver to", c->url, c->reason, "");
        output_rest(o, backoff_next(&c->backoff));
    }
    attempts_good(o->attempts);
    output_tell_success(o, c->url, told);
    c->sent++;
    forget(c);
    return OK;
}

/* ---- rows ---- */

/* A message has rows to the same addresses only. */
static struct status keep_apart(struct courier *c, const struct batch *batch, uint32_t row)
{
    if (!c->to) return OK;
    buf_clear(&c->next_to);
    message_row(c->to, batch, row, &c->next_to);
    bool same = c->next_to.len == c->first_to.len &&
                (!c->next_to.len || memcmp(c->next_to.data, c->first_to.data, c->next_to.len) == 0);
    if (!same) TRY(send_pending(c));
    if (c->count == 0) {
        buf_clear(&c->first_to);
        buf_append(&c->first_to, c->next_to.data, c->next_to.len);
    }
    return OK;
}

struct status courier_write(struct output *o, const struct encoded *rows, const struct batch *batch)
{
    struct courier *c = o->courier;
    for (uint32_t i = 0; i < rows->n_rows; i++) {
        uint32_t row = batch_row(batch, i);
        size_t start = i ? rows->ends[i - 1] : 0;
        if (c->throttle && !throttle_passes(c->throttle, batch, row)) continue;
        TRY(keep_apart(c, batch, row));
        if (c->count == 0) {
            c->time = batch->rowtimes[row];
            if (c->subject) message_row(c->subject, batch, row, &c->first);
        }
        buf_append(&c->pending, rows->bytes.data + start, rows->ends[i] - start);
        if (++c->count >= c->batch) TRY(send_pending(c));
    }
    return OK;
}

struct status courier_advance(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

struct status courier_flush(struct output *o)
{
    return send_pending(o->courier);
}

struct status courier_save(struct output *o, struct snap_writer *w)
{
    TRY(send_pending(o->courier));
    snap_u64(w, o->courier->sent);
    throttle_save(o->courier->throttle, w);
    return OK;
}

struct status courier_restore(struct output *o, struct snap_reader *r)
{
    o->courier->sent = snap_read_u64(r);
    throttle_load(o->courier->throttle, r);
    return snap_read_end(o->arena, r);
}

struct status courier_close(struct output *o)
{
    struct courier *c = o->courier;
    if (!c || !c->curl) return OK;
    struct status st = c->failed ? OK : send_pending(c); /* the failure was told */
    if (c->dropped)
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", c->url),
                             LOG_N("rows", c->dropped)),
                  "%llu rows of %s were left out: %s did not take them",
                  (unsigned long long)c->dropped, o->endpoint->name, c->url);
    return st;
}
