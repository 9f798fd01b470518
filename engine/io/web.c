/*
 * web.c: HTTP by libcurl: GET and POST of documents that are held in memory, up to a limit.
 *
 * Several requests share one multi handle, which keeps connections open from one set of requests to the next.
 */

#include "io/web.h"

#include <stdlib.h>

#include "io/libcurl.h"

enum { TIMEOUT_MS = 10000, CONNECTIONS = 8, WAIT_MS = 200, REASON_KEPT = 160 };

/* One easy handle, and the request that it works on. */
struct wire {
    struct web         *web;
    CURL               *curl;
    struct web_request *request; /* NULL: idle */
    bool                too_large;
    char                error[CURL_ERROR_SIZE];
};

struct web {
    const struct io_endpoint *endpoint;
    CURLM                    *multi;
    struct curl_slist        *get, *post; /* headers */
    struct wire               wires[CONNECTIONS];
    int64_t                   timeout_ms;
    size_t                    body_limit;
    const char               *ca;
    bool                      hushed;
};

/* ---- what is shared with sinks ---- */

const char *web_public_url(struct arena *a, const char *url)
{
    const char *host = strstr(url, "://");
    if (!host) return url;
    const char *rest = host + 3, *at = rest + strcspn(rest, "@/?#");
    if (*at == '@') rest = at + 1;
    return str_format_c(a, "%.*s%.*s", (int)(host + 3 - url), url, (int)strcspn(rest, "?#"), rest);
}

bool web_code_passes(long code)
{
    return code == 408 || code == 425 || code == 429 || code >= 500;
}

bool web_failure_passes(int curl_code)
{
    static const CURLcode passing[] = { CURLE_COULDNT_RESOLVE_PROXY,
                                        CURLE_COULDNT_RESOLVE_HOST,
                                        CURLE_COULDNT_CONNECT,
                                        CURLE_OPERATION_TIMEDOUT,
                                        CURLE_SEND_ERROR,
                                        CURLE_RECV_ERROR,
                                        CURLE_GOT_NOTHING,
                                        CURLE_PARTIAL_FILE,
                                        CURLE_SSL_CONNECT_ERROR,
                                        CURLE_WEIRD_SERVER_REPLY,
                                        CURLE_HTTP2,
                                        CURLE_HTTP2_STREAM };
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        if (curl_code == (int)passing[i]) return true;
    }
    return false;
}

static void free_list(void *list)
{
    libcurl.slist_free_all(list);
}

static void add_lines(struct curl_slist **list, const char *text)
{
    struct buf line = { 0 };
    while (*text) {
        size_t n = strcspn(text, "\r\n");
        buf_clear(&line);
        buf_append(&line, text, n);
        if (n) *list = libcurl.slist_append(*list, buf_c(&line));
        text += n + strspn(text + n, "\r\n");
    }
    buf_free(&line);
}

/* The value of the variable that an option names, so that nothing secret stands in the SQL; "" without the option. */
static struct status of_environment(struct arena *a, const struct io_endpoint *e,
                                    const char *option, const char **out)
{
    const char *name = str_to_c(a, option_text(e, option, ""));
    *out = *name ? getenv(name) : "";
    if (!*name || (*out && **out)) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "the variable %s that option \"%s\" of %s names is not set", name, option,
                      e->name);
}

struct status web_headers(struct arena *a, const struct io_endpoint *e, struct curl_slist **list)
{
    const char *token = "", *lines = "";
    struct buf line = { 0 };
    struct status st = of_environment(a, e, "token_env", &token);
    if (st.err == ERR_NONE) st = of_environment(a, e, "headers_env", &lines);
    add_lines(list, str_to_c(a, option_text(e, "headers", "")));
    if (st.err == ERR_NONE) add_lines(list, lines);
    if (st.err == ERR_NONE && *token) {
        buf_printf(&line, "Authorization: Bearer %s", token);
        *list = libcurl.slist_append(*list, buf_c(&line));
    }
    buf_free(&line);
    if (*list) arena_on_free(a, free_list, *list);
    return st;
}

/* ---- one document ---- */

static size_t take_body(char *p, size_t one, size_t n, void *arg)
{
    struct wire *x = arg;
    size_t size = one * n;
    if (size > x->web->body_limit - x->request->body.len) {
        x->too_large = true;
        return 0;
    }
    buf_append(&x->request->body, p, size);
    return size;
}

/* The value of a header line of this name, without blanks around it; one that has no room is left out. */
static void take_mark(const char *line, size_t n, const char *name, char *out, size_t cap)
{
    size_t k = strlen(name);
    if (n <= k || line[k] != ':' || !str_equal_nocase_c(str_view(line, k), name)) return;
    const char *p = line + k + 1, *end = line + n;
    while (p < end && (*p == ' ' || *p == '\t')) p++;
    while (end > p && (unsigned char)end[-1] <= ' ') end--;
    size_t size = (size_t)(end - p);
    if (size >= cap) size = 0;
    memcpy(out, p, size);
    out[size] = 0;
}

static size_t take_header(char *p, size_t one, size_t n, void *arg)
{
    struct web_request *r = ((struct wire *)arg)->request;
    size_t size = one * n;
    if (size >= 5 && memcmp(p, "HTTP/", 5) == 0) r->marks = (struct web_marks){ .etag = "" };
    take_mark(p, size, "ETag", r->marks.etag, sizeof r->marks.etag);
    take_mark(p, size, "Last-Modified", r->marks.modified, sizeof r->marks.modified);
    return size;
}

static void take_type(struct wire *x)
{
    const char *type = NULL;
    libcurl.easy_getinfo(x->curl, CURLINFO_CONTENT_TYPE, &type);
    size_t n = type ? strcspn(type, "; \t") : 0;
    if (n >= sizeof x->request->type) n = 0;
    if (n) memcpy(x->request->type, type, n);
    x->request->type[n] = 0;
}

/* The beginning of what a server says about a failure, in one line. */
static void judge_refusal(struct web_request *r, long code, bool hushed)
{
    char said[REASON_KEPT];
    size_t n = 0;
    for (size_t i = 0; !hushed && i < r->body.len && n + 1 < sizeof said; i++)
        said[n++] = (unsigned char)r->body.data[i] < ' ' ? ' ' : r->body.data[i];
    while (n && said[n - 1] == ' ') n--;
    said[n] = 0;
    snprintf(r->reason, sizeof r->reason, "the server answers %ld%s%s", code, n ? ": " : "", said);
    r->answer = web_code_passes(code) ? WEB_LATER : WEB_NEVER;
}

static void judge_code(struct wire *x)
{
    struct web_request *r = x->request;
    long code = 0;
    libcurl.easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &code);
    take_type(x);
    if (code >= 200 && code < 300) r->answer = WEB_DONE;
    else if (code == 304 && r->known) r->answer = WEB_SAME;
    else if (code == 404 || code == 410) r->answer = WEB_NONE;
    else judge_refusal(r, code, x->web->hushed);
    if (r->answer == WEB_NONE)
        snprintf(r->reason, sizeof r->reason, "the server answers %ld", code);
}

static void judge(struct wire *x, CURLcode code)
{
    struct web_request *r = x->request;
    if (code == CURLE_OK) {
        judge_code(x);
    } else if (x->too_large) {
        snprintf(r->reason, sizeof r->reason, "the answer has more than %zu bytes (size_limit)",
                 x->web->body_limit);
        r->answer = WEB_NEVER;
    } else {
        snprintf(r->reason, sizeof r->reason, "%s",
                 x->error[0] ? x->error : libcurl.easy_strerror(code));
        r->answer = web_failure_passes((int)code) ? WEB_LATER : WEB_NEVER;
    }
}

/* ---- several ---- */

static void free_web(void *arg)
{
    struct web *w = arg;
    for (int i = 0; i < CONNECTIONS; i++) {
        if (w->wires[i].curl) libcurl.easy_cleanup(w->wires[i].curl);
    }
    if (w->multi) libcurl.multi_cleanup(w->multi);
}

static struct status read_options(struct arena *a, struct web *w)
{
    const struct io_endpoint *e = w->endpoint;
    w->timeout_ms = option_interval(e, "timeout", TIMEOUT_MS);
    w->body_limit = (size_t)option_size(e, "size_limit", WEB_BODY_LIMIT);
    TRY(option_file(a, e, "ca", &w->ca));
    w->post = libcurl.slist_append(NULL, "Content-Type: application/json");
    w->post = libcurl.slist_append(w->post, "Expect:"); /* no question before the body */
    TRY(web_headers(a, e, &w->post));
    return web_headers(a, e, &w->get);
}

struct status web_open(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                       struct web **out)
{
    struct web *w = ARENA_NEW(a, struct web);
    TRY(libcurl_load(a, e->at));
    w->endpoint = e;
    w->hushed = schema_has_personal(schema);
    arena_on_free(a, free_web, w);
    TRY(read_options(a, w));
    w->multi = libcurl.multi_init();
    if (!w->multi) return status_new(a, ERR_INTERNAL, e->at, "libcurl does not start");
    *out = w;
    return OK;
}

static struct curl_slist *add_known(struct curl_slist *list, const char *name, const char *value)
{
    char line[300];
    if (!*value) return list;
    snprintf(line, sizeof line, "%s: %s", name, value);
    return libcurl.slist_append(list, line);
}

/* Conditions stand in a list of their own, before the headers that all requests have. */
static struct curl_slist *conditions(const struct web *w, const struct web_request *r)
{
    struct curl_slist *list = NULL;
    if (!r->known) return NULL;
    list = add_known(list, "If-None-Match", r->known->etag);
    list = add_known(list, "If-Modified-Since", r->known->modified);
    for (const struct curl_slist *h = w->get; list && h; h = h->next)
        list = libcurl.slist_append(list, h->data);
    return list;
}

static void set_up(struct wire *x, struct curl_slist *own)
{
    struct web *w = x->web;
    const struct web_request *r = x->request;
    CURL *c = x->curl;
    libcurl.easy_reset(c);
    libcurl.easy_setopt(c, CURLOPT_URL, r->url);
    libcurl.easy_setopt(c, CURLOPT_HTTPHEADER, own ? own : r->post ? w->post : w->get);
    if (r->post) {
        libcurl.easy_setopt(c, CURLOPT_POSTFIELDS, r->post->data);
        libcurl.easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->post->len);
    }
    libcurl.easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
    libcurl.easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    libcurl.easy_setopt(c, CURLOPT_WRITEDATA, x);
    libcurl.easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    libcurl.easy_setopt(c, CURLOPT_HEADERDATA, x);
    libcurl.easy_setopt(c, CURLOPT_ERRORBUFFER, x->error);
    libcurl.easy_setopt(c, CURLOPT_PRIVATE, x);
    libcurl.easy_setopt(c, CURLOPT_USERAGENT, "sluice");
    libcurl.easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    libcurl.easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)w->timeout_ms);
    if (w->ca) libcurl.easy_setopt(c, CURLOPT_CAINFO, w->ca);
}

/* One set of requests under way. */
struct going {
    struct web         *web;
    struct web_request *requests;
    struct curl_slist  *own[CONNECTIONS];
    size_t              n, next, left;
};

static void give_up(struct web_request *r, const char *why)
{
    r->answer = WEB_LATER;
    snprintf(r->reason, sizeof r->reason, "%s", why);
}

static void begin(struct going *g, int wire, struct web_request *r)
{
    struct wire *x = &g->web->wires[wire];
    x->web = g->web;
    x->request = r;
    x->too_large = false;
    x->error[0] = 0;
    r->marks = (struct web_marks){ .etag = "" };
    r->type[0] = r->reason[0] = 0;
    buf_clear(&r->body);
    if (!x->curl) x->curl = libcurl.easy_init();
    if (x->curl) {
        g->own[wire] = conditions(g->web, r);
        set_up(x, g->own[wire]);
        if (libcurl.multi_add_handle(g->web->multi, x->curl) == CURLM_OK) return;
    }
    give_up(r, "libcurl does not start");
    x->request = NULL;
    g->left--;
}

static void end(struct going *g, int wire)
{
    struct wire *x = &g->web->wires[wire];
    libcurl.multi_remove_handle(g->web->multi, x->curl);
    libcurl.slist_free_all(g->own[wire]);
    g->own[wire] = NULL;
    x->request = NULL;
    g->left--;
}

static void begin_some(struct going *g)
{
    for (int i = 0; i < CONNECTIONS && g->next < g->n; i++) {
        if (!g->web->wires[i].request) begin(g, i, &g->requests[g->next++]);
    }
}

static void end_some(struct going *g)
{
    int waiting;
    for (CURLMsg *m; (m = libcurl.multi_info_read(g->web->multi, &waiting));) {
        void *arg = NULL;
        if (m->msg != CURLMSG_DONE) continue;
        CURLcode code = m->data.result;
        libcurl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &arg);
        struct wire *x = arg;
        judge(x, code);
        end(g, (int)(x - g->web->wires));
    }
}

static void end_all(struct going *g)
{
    for (int i = 0; i < CONNECTIONS; i++) {
        struct wire *x = &g->web->wires[i];
        if (!x->request) continue;
        give_up(x->request, "the run is to stop");
        end(g, i);
    }
    for (; g->next < g->n; g->next++) give_up(&g->requests[g->next], "the run is to stop");
}

void web_perform(struct web *w, struct web_request *requests, size_t n, web_gives_up gives_up,
                 void *arg)
{
    struct going g = { .web = w, .requests = requests, .n = n, .left = n };
    while (g.left) {
        int running;
        begin_some(&g);
        CURLMcode code = libcurl.multi_perform(w->multi, &running);
        end_some(&g);
        if (!g.left) break;
        if (code != CURLM_OK || (gives_up && gives_up(arg, n - g.left))) {
            end_all(&g);
            return;
        }
        if (running) libcurl.multi_poll(w->multi, NULL, 0, WAIT_MS, NULL);
    }
}
