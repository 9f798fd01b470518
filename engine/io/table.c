/*
 * table.c: reference tables that are read whole.
 *
 * A document of a server is held in memory, undone and decoded as one block; files go through the same sources as
 * streams do, so that a large one is never held as a whole.
 */

#include "io/table.h"

#include "base/limits.h"
#include "base/log.h"
#include "io/gz.h"
#include "io/json_flat.h"
#include "io/output.h"
#include "io/src_sqlite.h"

enum { RETRIES = 4, UNPACKED_PIECE = 256 << 10 };

static const struct option_def table_options[] = {
    { "format", OPTION_FORMAT },
    { "row_path", OPTION_TEXT },
    { "column_delimiter", OPTION_TEXT },
    { "row_delimiter", OPTION_TEXT },
    { "header", OPTION_BOOLEAN },
    { "refresh", OPTION_PERIOD },
    { "on_missing", OPTION_TEXT },
    { "timeout", OPTION_PERIOD },
    { "size_limit", OPTION_SIZE },
    { "retries", OPTION_COUNT },
    { "backoff", OPTION_PERIOD },
    { "headers", OPTION_TEXT },
    { "headers_env", OPTION_TEXT },
    { "token_env", OPTION_TEXT },
    { "ca", OPTION_TEXT },
    { "lookup", OPTION_TEXT },
    { "batch", OPTION_COUNT },
    { "cache_size", OPTION_SIZE },
    { "cache_keys", OPTION_COUNT },
    { "ttl", OPTION_PERIOD },
    { "missing_ttl", OPTION_PERIOD },
    { "on_error", OPTION_TEXT },
};

/* ---- checks ---- */

static struct status check_on_missing(struct arena *a, const struct io_endpoint *e)
{
    struct str word = option_text(e, "on_missing", "null");
    if (str_equal_nocase_c(word, "null") || str_equal_nocase_c(word, "error")) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "option \"on_missing\" of %s is '%.*s', not 'null' or 'error'", e->name,
                      STR_ARG(word));
}

/* What only some tables have. */
static const struct {
    const char *name;
    bool        web, by_key, both; /* a server is asked; it is by key; either will do */
} places[] = {
    { "timeout", true, false, false },    { "size_limit", true, false, false },
    { "headers", true, false, false },    { "headers_env", true, false, false },
    { "token_env", true, false, false },  { "ca", true, false, false },
    { "retries", true, true, true },      { "backoff", true, true, true },
    { "batch", true, true, false },       { "cache_size", false, true, false },
    { "cache_keys", false, true, false }, { "ttl", false, true, false },
    { "missing_ttl", false, true, false }, { "on_error", false, true, false },
};

static struct status check_places(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    bool web = u->kind == URL_HTTP;
    bool by_key = str_equal_nocase_c(option_text(e, "lookup", "whole"), "key");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        bool good = (web || !places[i].web) && (by_key || !places[i].by_key);
        if (places[i].both) good = web || by_key;
        if (good || !option_there(e, places[i].name)) continue;
        return status_new(a, ERR_BAD_OPTION, e->at, "option \"%s\" of %s is for %s",
                          places[i].name, e->name,
                          places[i].by_key && !by_key && !places[i].both ? "lookup = 'key'"
                                                                         : "http: and https:");
    }
    return OK;
}

/* A key in a URL is for tables that are asked by it. */
static struct status check_braces(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    bool by_key = str_equal_nocase_c(option_text(e, "lookup", "whole"), "key");
    if (u->kind != URL_HTTP || by_key || !strpbrk(u->path, "{}")) return OK;
    struct status st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s has braces",
                                  STR_ARG(e->url), e->name);
    return status_with_hint(st, "a table that is asked by key has lookup = 'key'");
}

struct status table_check_options(struct arena *a, const struct io_endpoint *e)
{
    TRY(check_on_missing(a, e));
    return options_check(a, e, "reference table", table_options,
                         sizeof table_options / sizeof table_options[0]);
}

struct status table_check(struct arena *a, const struct io_endpoint *e)
{
    struct url u;
    TRY(table_check_options(a, e));
    TRY(url_parse(a, e, &u));
    TRY(check_places(a, e, &u));
    TRY(check_braces(a, e, &u));
    if (u.kind == URL_HTTP || u.kind == URL_SQLITE) return OK;
    if (u.kind != URL_MQTT && source_check_place(a, e).err == ERR_NONE) return OK;
    return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a source", STR_ARG(e->url),
                      e->name);
}

/* ---- documents ---- */

static bool has_ending(struct str path, const char *ending)
{
    size_t n = strlen(ending);
    return path.len >= n && str_equal_nocase_c(str_view(str_data(&path) + path.len - n, n), ending);
}

/* The URL's path, without what follows it and without ".gz". */
static struct str path_of(struct arena *a, const char *url)
{
    struct str path = str_c(web_public_url(a, url));
    return has_ending(path, ".gz") ? str_view(str_data(&path), path.len - 3) : path;
}

const char *document_format(struct arena *a, const struct io_endpoint *e, const char *url,
                            const char *type)
{
    struct str given = option_text(e, "format", ""), said = str_c(type);
    if (str_equal_nocase_c(given, "csv")) return "csv";
    if (str_equal_nocase_c(given, "tsv")) return "tsv";
    if (given.len) return "json";
    if (str_equal_nocase_c(said, "text/csv")) return "csv";
    if (str_equal_nocase_c(said, "text/tab-separated-values")) return "tsv";
    if (str_equal_nocase_c(said, "text/html") || str_equal_nocase_c(said, "application/xhtml+xml"))
        return NULL;
    struct str path = path_of(a, url);
    return has_ending(path, ".csv") ? "csv" : has_ending(path, ".tsv") ? "tsv" : "json";
}

/* Beyond this a packed document is not undone: a small one can hold anything. */
static int64_t unpacked_limit(const struct io_endpoint *e)
{
    return option_size(e, "size_limit", WEB_BODY_LIMIT);
}

static struct status unpack(struct arena *a, const struct io_endpoint *e, struct buf *body)
{
    struct buf out = { 0 };
    const char *in = body->data, *why = NULL;
    size_t left = body->len, n = 1, limit = (size_t)unpacked_limit(e);
    struct gunzip *g = gunzip_new();
    while (!why && n > 0 && out.len <= limit) {
        char *p = buf_reserve(&out, UNPACKED_PIECE);
        if (gunzip_run(g, &in, &left, p, UNPACKED_PIECE, &n, &why)) out.len += n;
    }
    if (!why && out.len > limit) why = "it holds more bytes than size_limit";
    if (!why && !gunzip_at_end(g)) why = "it ends too early";
    gunzip_free(g);
    buf_free(body);
    *body = out;
    if (!why) return OK;
    return status_new(a, ERR_IO, e->at, "the gzip data of %s cannot be undone: %s", e->name, why);
}

static struct status flatten(struct arena *a, const struct io_endpoint *e,
                             const struct decode_config *config, struct buf *body)
{
    struct json_flat flat;
    json_flat_init(&flat, config);
    json_flat_run(&flat, body->data, body->len);
    const char *why = json_flat_end(&flat);
    return why ? status_new(a, ERR_PARSE, e->at, "the document of %s: %s", e->name, why) : OK;
}

static struct status decode_block(struct decoder *d, struct block *block, bool first,
                                  struct status (*rows)(void *arg, struct decoded *decoded),
                                  void *arg)
{
    for (size_t at = 0; at < block->size; first = false) {
        struct decoded decoded;
        at = decoder_run(d, block, at, SIZE_BATCH_ROWS, first, &decoded);
        TRY(rows(arg, &decoded));
    }
    return OK;
}

struct status document_decode(struct arena *a, const struct io_endpoint *e, const char *format,
                              const struct decode_config *config, struct buf *body,
                              struct status (*rows)(void *arg, struct decoded *decoded), void *arg)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (gz_magic((const unsigned char *)body->data, body->len)) TRY(unpack(a, e, body));
    size_t front = body->len >= 3 && memcmp(body->data, mark, 3) == 0 ? 3 : 0;
    if (front) memset(body->data, ' ', front);
    if (strcmp(format, "json") == 0 && body->len) TRY(flatten(a, e, config, body));
    struct block *block = block_new(body->len - front);
    if (body->len > front) memcpy(block->data, body->data + front, body->len - front);
    block->size = body->len - front;
    struct decoder *d = NULL;
    struct status st = decoder_new(a, format, config, &d);
    if (st.err == ERR_NONE) st = decode_block(d, block, true, rows, arg);
    block_release(block);
    return st;
}

/* ---- from a server ---- */

static struct status decode_answer(struct arena *a, const struct table_reading *r,
                                   const struct url *u, struct web_request *q)
{
    const char *format = document_format(a, r->endpoint, u->path, q->type);
    if (!format) {
        struct status st = status_new(a, ERR_UNREACHABLE, r->endpoint->at,
                                      "%s of %s is a page (%s), not a table",
                                      web_public_url(a, u->path), r->endpoint->name, q->type);
        return status_with_hint(st, "a log-in? Option \"format\" says what it is all the same");
    }
    if (r->version) r->version->marks = q->marks;
    return document_decode(a, r->endpoint, format, r->config, &q->body, r->rows, r->arg);
}

static struct status no_answer(struct arena *a, const struct table_reading *r, const struct url *u,
                               const struct web_request *q, int64_t tries)
{
    return status_new(a, ERR_UNREACHABLE, r->endpoint->at, "cannot read %s of %s (%lld %s): %s",
                      web_public_url(a, u->path), r->endpoint->name, (long long)tries,
                      tries == 1 ? "try" : "tries", q->reason);
}

static bool gives_up(void *arg, size_t answered)
{
    const struct table_reading *r = arg;
    (void)answered;
    return output_is_stopped() || (r->stop && atomic_load(r->stop));
}

/* Until there is an answer, or no hope of one. */
static struct status ask(struct arena *a, const struct table_reading *r, const struct url *u,
                         struct web *web, struct web_request *q)
{
    const struct io_endpoint *e = r->endpoint;
    struct backoff pauses = backoff_new(option_interval(e, "backoff", BACKOFF_MS));
    int64_t retries = r->once ? 0 : option_count(e, "retries", RETRIES);
    for (int64_t tries = 1;; tries++) {
        web_perform(web, q, 1, gives_up, (void *)(uintptr_t)r);
        if (q->answer == WEB_DONE || q->answer == WEB_SAME) return OK;
        bool again = q->answer == WEB_LATER && tries <= retries && !output_is_stopped();
        if (!again) return no_answer(a, r, u, q, tries);
        if (tries == 1)
            log_event(
                LOG_WARNING,
                LOG_FIELDS(LOG_C("table", e->name), LOG_C("where", web_public_url(a, u->path))),
                "cannot read %s of %s: %s; trying again", web_public_url(a, u->path), e->name,
                q->reason);
        output_pause(backoff_next(&pauses));
    }
}

static struct status read_document(struct arena *a, const struct table_reading *r,
                                   const struct url *u, bool *same)
{
    struct web *web;
    bool known = r->version && (r->version->marks.etag[0] || r->version->marks.modified[0]);
    struct web_request q = { .url = u->path, .known = known ? &r->version->marks : NULL };
    TRY(web_open(a, r->endpoint, r->config->schema, &web));
    struct status st = ask(a, r, u, web, &q);
    *same = st.err == ERR_NONE && q.answer == WEB_SAME;
    if (st.err == ERR_NONE && !*same) st = decode_answer(a, r, u, &q);
    buf_free(&q.body);
    return st;
}

/* ---- from files ---- */

static struct status read_source(struct arena *a, const struct table_reading *r)
{
    struct source *s;
    TRY(source_open_table(a, r->endpoint, r->config, &s));
    struct decoder *d = NULL;
    struct status st = decoder_new(a, source_format(s), r->config, &d);
    struct block *block;
    bool first;
    while (st.err == ERR_NONE &&
           source_read(s, SIZE_READ_BLOCK, -1, &block, &first, &st) == SOURCE_BLOCK) {
        st = decode_block(d, block, first, r->rows, r->arg);
        block_release(block);
    }
    source_close(s);
    return st;
}

struct status table_read(struct arena *a, const struct table_reading *r, bool *same)
{
    struct url u;
    *same = false;
    TRY(url_parse(a, r->endpoint, &u));
    if (u.kind == URL_HTTP) return read_document(a, r, &u, same);
    uint64_t stamp = source_stamp(r->endpoint); /* before reading: a change meanwhile is seen */
    *same = stamp && r->version && stamp == r->version->stamp;
    if (*same) return OK;
    if (r->version) r->version->stamp = stamp;
    return u.kind == URL_SQLITE ? sqlite_read_table(a, r->endpoint, r->config, r->rows, r->arg)
                                : read_source(a, r);
}
