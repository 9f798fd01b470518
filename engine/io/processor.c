/*
 * processor.c: records through a function, batch by batch.
 *
 * Before a source's schema, the service asked again without end when a call failed; before a delivery, three times
 * more. So do we. What a function refuses before a source is a fault of the source, told and counted like all others;
 * what it refuses before a delivery is handed to whoever wants it, the first one told at once, their number at the end.
 */

#include "io/processor.h"

#include <poll.h>

#include "base/array.h"
#include "base/log.h"
#include "time/clock.h"

enum {
    RETRY_MS = 1000
};

struct processor {
    struct lambda *lambda;
    const struct io_endpoint *endpoint;
    struct clock clock;
    uint64_t refused; /* before a delivery */
    bool told; /* that the function fails */
};

/* Where the records of a processed block came from. */
struct block_map {
    size_t n;
    struct {
        size_t out, in; /* behind a record: in the new bytes, in the old ones */
    } ends[];
};

struct status processor_open(struct arena *a, const struct io_endpoint *e, enum lambda_event event,
                             struct processor **out)
{
    struct str url = option_text(e, "processor", "");
    *out = NULL;
    if (url.len == 0) return OK;
    struct processor *p = mem_calloc(1, sizeof *p);
    p->endpoint = e;
    clock_init_wall(&p->clock);
    struct status st = lambda_open(a, e, url, event, &p->lambda);
    if (st.err == ERR_NONE) *out = p;
    else mem_free(p);
    return st;
}

void processor_close(struct processor *p)
{
    if (!p) return;
    if (p->refused > 1)
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_C("endpoint", p->endpoint->name), LOG_N("records", p->refused)),
                  "the processor of %s refused %llu records", p->endpoint->name,
                  (unsigned long long)p->refused);
    lambda_close(p->lambda);
    mem_free(p);
}

const struct attempts *processor_attempts(const struct processor *p)
{
    return lambda_attempts(p->lambda);
}

static void refuse(struct processor *p, size_t n)
{
    if (n && p->refused == 0)
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("endpoint", p->endpoint->name)),
                  "the processor of %s refused a record; it is left out", p->endpoint->name);
    p->refused += n;
}

/* A failed call: told once, until one succeeds. */
static void tell_failure(struct processor *p, const struct status *st)
{
    if (!p->told)
        log_event(
            LOG_WARNING,
            LOG_FIELDS(LOG_C("endpoint", p->endpoint->name), LOG_C("code", err_sqlstate(st->err))),
            "%s; it is asked again every second", st->message);
    p->told = true;
}

/* False: the source is to stop. */
static bool wait_to_retry(int stop_fd)
{
    struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
    return poll(&stop, stop_fd >= 0 ? 1 : 0, RETRY_MS) == 0;
}

/* One event, asked for until it is answered. */
static bool call_patiently(struct processor *p, struct arena *a, struct lambda_record *records,
                           size_t n, int stop_fd, int tries)
{
    for (int i = 0; tries == 0 || i < tries; i++) {
        if (i > 0 && !wait_to_retry(stop_fd)) return false;
        struct status st = lambda_call(p->lambda, a, records, n);
        if (st.err == ERR_NONE) {
            p->told = false;
            return true;
        }
        tell_failure(p, &st);
    }
    return false;
}

/* How many records from `from` on make up one event. */
static size_t event_size(const struct lambda_record *records, size_t from, size_t n)
{
    size_t i = from, bytes = 0;
    while (i < n && i - from < LAMBDA_RECORDS_MAX && (i == from || bytes < LAMBDA_BYTES_MAX))
        bytes += records[i++].text.len;
    return i - from;
}

/* ---- sources ---- */

struct pieces {
    struct lambda_record *items;
    size_t count, cap;
    size_t *ends; /* behind each record and its line end, in the block */
};

static struct pieces cut(struct arena *a, const struct block *b, bool csv,
                         const struct csv_delimiters *d, int64_t now)
{
    ARRAY(struct lambda_record)
    records = { 0 };
    ARRAY(size_t)
    ends = { 0 };
    struct csv_scan scan = { 0 };
    size_t at = 0;
    while (at < b->size) {
        size_t stop = b->size, next = b->size;
        if (csv) {
            if (csv_scan_record(&scan, b->data, b->size, true, d, &stop)) next = scan.at;
        } else {
            const char *end = memchr(b->data + at, '\n', b->size - at);
            if (end) stop = (size_t)(end - b->data);
            next = end ? stop + 1 : b->size;
        }
        if (next <= at) next = b->size;
        if (stop > at) {
            *array_push(a, &records) = (struct lambda_record){
                .text = str_view(b->data + at, stop - at), .time_ms = now
            };
            *array_push(a, &ends) = next;
        }
        at = next;
    }
    return (struct pieces){ records.items, records.count, records.cap, ends.items };
}

/* A record's answer as lines of its own. Line ends within JSON stand between its parts: they become blanks, so that
 * what was one record fails or enters as one. */
static size_t put_answer(char *out, const struct lambda_record *r, bool csv)
{
    size_t n = r->answer.len;
    memcpy(out, str_data(&r->answer), n);
    while (n && (out[n - 1] == '\n' || out[n - 1] == '\r')) n--;
    if (n == 0) return 0;
    for (size_t i = 0; i < n && !csv; i++) {
        if (out[i] == '\n') out[i] = ' ';
    }
    out[n] = '\n';
    return n + 1;
}

static struct block_refusals *refusals_new(const struct pieces *pieces)
{
    size_t n = 0, bytes = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        if (pieces->items[i].result != LAMBDA_FAILED) continue;
        n++;
        bytes += pieces->items[i].text.len;
    }
    if (n == 0) return NULL;
    struct block_refusals *r = mem_alloc(sizeof *r + n * sizeof r->items[0] + bytes);
    r->n = 0; /* filled by add_refusal */
    return r;
}

/* The record's bytes lie behind those of the one before; `room` is where they go. */
static char *add_refusal(struct block_refusals *r, size_t at, struct str record, char *room)
{
    memcpy(room, str_data(&record), record.len);
    r->items[r->n].at = at;
    r->items[r->n++].record = str_view(room, record.len);
    return room + record.len;
}

static struct block *join(struct block *old, const struct pieces *pieces, bool csv)
{
    size_t size = 0, n_refused = 0;
    for (size_t i = 0; i < pieces->count; i++) size += pieces->items[i].answer.len + 1u;
    struct block *b = block_new(size);
    struct block_map *map = mem_alloc(sizeof *map + pieces->count * sizeof map->ends[0]);
    map->n = pieces->count;
    b->refusals = refusals_new(pieces);
    for (size_t i = 0; i < pieces->count; i++)
        n_refused += pieces->items[i].result == LAMBDA_FAILED;
    char *room = b->refusals ? (char *)(b->refusals->items + n_refused) : NULL;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct lambda_record *r = &pieces->items[i];
        if (r->result == LAMBDA_OK) b->size += put_answer(b->data + b->size, r, csv);
        if (r->result == LAMBDA_FAILED) {
            room = add_refusal(b->refusals, b->size, r->text, room);
            b->data[b->size++] = '\n';
        }
        map->ends[i].out = b->size;
        map->ends[i].in = pieces->ends[i];
    }
    memset(b->data + b->size, 0, b->cap + BLOCK_PAD - b->size);
    b->offset = old->offset;
    b->path = old->path;
    b->in_file = old->in_file;
    b->map = map;
    b->topics = old->topics;
    old->topics = NULL;
    return b;
}

struct block *processor_block(struct processor *p, struct block *b, bool csv,
                              const struct csv_delimiters *d, int stop_fd)
{
    struct arena *a = arena_new();
    struct pieces pieces = cut(a, b, csv, d, clock_now(&p->clock));
    struct block *out = NULL;
    size_t at = 0;
    while (at < pieces.count) {
        size_t n = event_size(pieces.items, at, pieces.count);
        if (!call_patiently(p, a, pieces.items + at, n, stop_fd, 0)) break;
        at += n;
    }
    if (at == pieces.count) out = join(b, &pieces, csv);
    block_release(b);
    arena_free(a);
    return out;
}

size_t block_map_back(const struct block *b, size_t at)
{
    size_t in = 0;
    if (!b->map) return at;
    for (size_t i = 0; i < b->map->n && b->map->ends[i].out <= at; i++) in = b->map->ends[i].in;
    return in;
}

/* ---- sinks ---- */

static void replace(struct processor *p, struct buf *bytes, size_t *ends,
                    const struct lambda_record *records, uint32_t n, processor_refused_fn give,
                    void *arg)
{
    struct buf out = { 0 };
    size_t refused = 0;
    for (uint32_t i = 0; i < n; i++) {
        refused += records[i].result == LAMBDA_FAILED;
        if (records[i].result == LAMBDA_FAILED && give)
            give(arg, i, records[i].text, records[i].retries > 0);
        if (records[i].result == LAMBDA_OK) buf_append_str(&out, records[i].answer);
        ends[i] = out.len;
    }
    refuse(p, refused);
    buf_free(bytes);
    *bytes = out;
}

void processor_rows(struct processor *p, struct buf *bytes, size_t *ends, const int64_t *times,
                    uint32_t n, processor_refused_fn give, void *arg)
{
    struct arena *a = arena_new();
    struct lambda_record *records = arena_calloc(a, n * sizeof *records + 1);
    size_t begin = 0;
    for (uint32_t i = 0; i < n; i++) {
        records[i].text = str_view(bytes->data + begin, ends[i] - begin);
        records[i].time_ms = times[i];
        begin = ends[i];
    }
    for (size_t at = 0; at < n;) {
        size_t count = event_size(records, at, n);
        if (!call_patiently(p, a, records + at, count, -1, PROCESSOR_TRIES)) {
            for (size_t i = at; i < at + count; i++) {
                records[i].result = LAMBDA_FAILED;
                records[i].retries = PROCESSOR_TRIES;
            }
            lambda_gave_up(p->lambda, count);
        }
        at += count;
    }
    replace(p, bytes, ends, records, n, give, arg);
    arena_free(a);
}
