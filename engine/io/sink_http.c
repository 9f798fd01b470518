/*
 * sink_http.c: http://... and https://...: rows as requests, one a row or, with `batch`, several.
 *
 * A request is done when the answer is 2xx. 408, 425, 429 and 5xx may pass, as may failures of the connection; a
 * redirection or any other answer is final. Certificates and names of servers are checked always; `ca` names a file
 * of authorities besides those of the system.
 */

#include <stdlib.h>

#include "io/courier.h"
#include "io/fmt_message.h"
#include "io/libcurl.h"
#include "io/web.h"

enum { ANSWER_KEPT = 200 };

/* The beginning of an answer, for messages. */
struct answer {
    char   text[ANSWER_KEPT];
    size_t size;
};

static size_t take_answer(char *p, size_t one, size_t n, void *arg)
{
    struct answer *a = arg;
    for (size_t i = 0; i < n && a->size + 1 < sizeof a->text; i++)
        a->text[a->size++] = (unsigned char)p[i] < ' ' ? ' ' : p[i];
    a->text[a->size] = 0;
    return one * n;
}

static enum courier_answer judge(struct courier *c, struct answer *a)
{
    long code = 0;
    libcurl.easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 200 && code < 300) return COURIER_DONE;
    while (a->size && a->text[a->size - 1] == ' ') a->text[--a->size] = 0;
    if (schema_has_personal(c->output->schema)) a->size = 0; /* servers like to quote what they refuse */
    snprintf(c->reason, sizeof c->reason, "the server answers %ld%s%s", code, a->size ? ": " : "",
             a->size ? a->text : "");
    return web_code_passes(code) ? COURIER_LATER : COURIER_NEVER;
}

static enum courier_answer post(struct courier *c)
{
    struct output *o = c->output;
    struct answer  answer = { .size = 0 };
    const char    *p = c->pending.data;
    size_t         n = c->pending.len;
    if (c->count == 1 && n && p[n - 1] == '\n') n--; /* one record needs no line */
    if (o->gzip) {
        if (!o->maker) o->maker = gzip_maker_new(1);
        buf_clear(&o->packed);
        gzip_member(o->maker, p, n, &o->packed);
        p = o->packed.data;
        n = o->packed.len;
    }
    libcurl.easy_setopt(c->curl, CURLOPT_WRITEDATA, &answer);
    libcurl.easy_setopt(c->curl, CURLOPT_POSTFIELDS, p);
    libcurl.easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
    enum courier_answer sent = courier_perform(c);
    return sent == COURIER_DONE ? judge(c, &answer) : sent;
}

/* ---- headers ---- */

static const char *content_type(const struct output *o)
{
    struct str given = option_text(o->endpoint, "content_type", "");
    struct str body = option_text(o->endpoint, "body", "");
    bool       several = option_count(o->endpoint, "batch", 1) > 1;
    if (given.len) return str_to_c(o->arena, given);
    if (body.len && !message_is_json(body)) return "text/plain; charset=utf-8";
    if (body.len || strcmp(o->format, "json") == 0)
        return several ? "application/x-ndjson" : "application/json";
    if (strcmp(o->format, "csv") == 0) return "text/csv; charset=utf-8";
    return "text/plain; charset=utf-8";
}

static struct status http_open(struct output *o, const struct url *u)
{
    struct courier    *c;
    struct curl_slist *list = NULL;
    o->gzip = option_is(o->endpoint, "gzip", false);
    TRY(courier_open(o, u, post, &c));
    list = libcurl.slist_append(list, str_format_c(o->arena, "Content-Type: %s", content_type(o)));
    if (o->gzip) list = libcurl.slist_append(list, "Content-Encoding: gzip");
    list = libcurl.slist_append(list, "Expect:"); /* no question before the body */
    TRY(web_headers(o->arena, o->endpoint, &list));
    libcurl.easy_setopt(c->curl, CURLOPT_URL, u->path);
    libcurl.easy_setopt(c->curl, CURLOPT_POST, 1L);
    libcurl.easy_setopt(c->curl, CURLOPT_HTTPHEADER, list);
    libcurl.easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_answer);
    libcurl.easy_setopt(c->curl, CURLOPT_USERAGENT, "sluice");
    return OK;
}

const struct output_class output_http_class = {
    .kind = URL_HTTP,
    .needs_ends = true,
    .open = http_open,
    .write = courier_write,
    .advance = courier_advance,
    .flush = courier_flush,
    .save = courier_save,
    .restore = courier_restore,
    .close = courier_close,
};
