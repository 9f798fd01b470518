/*
 * keyed_http.c: rows by key from a server.
 *
 * The URL is cut into pieces once. Requests for the keys at hand go out a few at a time (web.h); their answers are
 * taken in the order of the keys, whichever came first.
 */

#include <stdio.h>

#include "base/array.h"
#include "data/text.h"
#include "io/keyed_source.h"

enum { BATCH = 100, BATCH_MAX = 10000, URL_MAX = 8000 };

/* A request a key, one for several keys in the URL, or one that posts them. */
enum way { WAY_ONE, WAY_LIST, WAY_POST };

struct piece {
    struct str text;
    bool       keys;   /* {keys} stands here */
    bool       step;   /* it stands in the path */
    int32_t    column; /* of the key, that stands here; -1: the text */
};

struct pieces {
    struct piece *items;
    size_t        count, cap;
};

struct http {
    const struct io_endpoint *endpoint;
    struct decode_config      config;
    struct schema             schema;
    const uint32_t           *key;
    uint32_t                  n_key;
    const char               *url;
    struct pieces             pieces;
    enum way                  way;
    uint32_t                  batch;
    struct web               *web;
};

/* ---- the URL ---- */

/* The key's column of that name, "key" where it has one; -1: none. */
static int32_t key_column(const struct keyed_table *t, struct str name)
{
    const struct column *columns = t->config->schema->columns;
    int32_t other_case = t->n_key == 1 && str_equal_nocase_c(name, "key") ? 0 : -1;
    for (uint32_t i = 0; i < t->n_key; i++) {
        struct str column = columns[t->key[i]].name;
        if (str_equal(&column, &name)) return (int32_t)i;
        if (str_equal_nocase(column, name)) other_case = (int32_t)i;
    }
    return other_case;
}

static struct status bad_url(struct arena *a, const struct keyed_table *t, const char *what)
{
    struct status st = status_new(a, ERR_BAD_URL, t->endpoint->at, "'%.*s' of %s %s",
                                  STR_ARG(t->endpoint->url), t->endpoint->name, what);
    return status_with_hint(st,
                            "{key} or columns of the key in braces: a request a key; {keys}: one "
                            "for many; none: they are posted");
}

static struct status add_piece(struct arena *a, const struct keyed_table *t, struct str name,
                               struct pieces *out)
{
    struct piece p = { .column = key_column(t, name) };
    p.keys = p.column < 0 && str_equal_nocase_c(name, "keys");
    if (p.column < 0 && !p.keys)
        return bad_url(a, t, str_format_c(a, "has {%.*s}, which is no column of its key",
                                          STR_ARG(name)));
    *array_push(a, out) = p;
    return OK;
}

static struct status cut_url(struct arena *a, const struct keyed_table *t, const char *url,
                             struct pieces *out)
{
    const char *whole = url;
    while (*url) {
        size_t n = strcspn(url, "{");
        if (n) *array_push(a, out) = (struct piece){ .text = str_view(url, n), .column = -1 };
        url += n;
        if (!*url) break;
        size_t size = strcspn(url + 1, "}");
        if (!url[1 + size]) return bad_url(a, t, "has a brace that is not closed");
        TRY(add_piece(a, t, str_view(url + 1, size), out));
        out->items[out->count - 1].step = strchr(whole, '?') == NULL || strchr(whole, '?') > url;
        url += size + 2;
    }
    return OK;
}

static struct status way_of(struct arena *a, const struct keyed_table *t,
                            const struct pieces *pieces, enum way *out)
{
    uint32_t n_columns = 0, n_lists = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        n_columns += pieces->items[i].column >= 0;
        n_lists += pieces->items[i].keys;
    }
    *out = n_lists ? WAY_LIST : n_columns ? WAY_ONE : WAY_POST;
    if (n_lists && n_columns) return bad_url(a, t, "has {keys} and single ones");
    if (n_lists > 1) return bad_url(a, t, "has {keys} twice");
    if (n_lists && t->n_key > 1)
        return bad_url(a, t, "has {keys}, and its key has several columns");
    for (uint32_t c = 0; n_columns && c < t->n_key; c++) {
        bool there = false;
        for (size_t i = 0; i < pieces->count; i++)
            there = there || pieces->items[i].column == (int32_t)c;
        if (!there) return bad_url(a, t, "does not have all columns of the key");
    }
    return OK;
}

/* Where it is asked must not depend on what is asked. */
static struct status check_host(struct arena *a, const struct keyed_table *t,
                                const struct pieces *pieces)
{
    struct str first = pieces->count ? pieces->items[0].text : STR_EMPTY;
    const char *host = memmem(str_data(&first), first.len, "://", 3);
    size_t left = host ? first.len - (size_t)(host + 3 - str_data(&first)) : 0;
    if (pieces->count < 2 || (left && memchr(host + 3, '/', left))) return OK;
    return bad_url(a, t, "has a key in the name of its server");
}

struct status keyed_http_check(struct arena *a, const struct keyed_table *t, const struct url *u)
{
    struct pieces pieces = { 0 };
    enum way way;
    TRY(cut_url(a, t, u->path, &pieces));
    TRY(check_host(a, t, &pieces));
    return way_of(a, t, &pieces, &way);
}

/* ---- keys ---- */

/* The value as a text; blanks at the end of strings say nothing. */
static void append_text(struct buf *out, const struct vector *v, uint32_t row)
{
    if (type_is_text(v->type)) buf_append_str(out, str_trim_right(v->str[vector_at(v, row)]));
    else text_sql_value(out, v, row);
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.' || c == '~';
}

/* Whether a part of the key would lead out of its place in the path, however it is written: RFC 3986 5.2.4. */
static bool is_step(const struct http *h, const struct keyed_asking *x, uint32_t key)
{
    struct buf text = { 0 };
    bool step = false;
    for (size_t i = 0; i < h->pieces.count; i++) {
        const struct piece *p = &h->pieces.items[i];
        if (p->column < 0 || !p->step) continue;
        buf_clear(&text);
        append_text(&text, &x->keys[p->column], x->rows[key]);
        struct str s = str_view(text.data, text.len);
        step = step || s.len == 0 || str_equal_c(s, ".") || str_equal_c(s, "..");
    }
    buf_free(&text);
    return step;
}

/* RFC 3986 2.1. */
static void append_escaped(struct buf *out, const struct vector *v, uint32_t row)
{
    struct buf text = { 0 };
    append_text(&text, v, row);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_unreserved(c)) buf_append_char(out, c);
        else buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
    buf_free(&text);
}

static void append_json(struct buf *out, const struct vector *v, uint32_t row)
{
    if (!type_is_text(v->type)) {
        text_json_value(out, v, row);
        return;
    }
    struct str s = str_trim_right(v->str[vector_at(v, row)]);
    text_json_string(out, str_data(&s), s.len);
}

/* The key as an element of the array that is posted. */
static void append_key(const struct http *h, const struct keyed_asking *x, uint32_t i,
                       struct buf *out)
{
    if (h->n_key == 1) {
        append_json(out, &x->keys[0], x->rows[i]);
        return;
    }
    for (uint32_t c = 0; c < h->n_key; c++) {
        struct str name = h->schema.columns[h->key[c]].name;
        buf_append_char(out, c ? ',' : '{');
        text_json_string(out, str_data(&name), name.len);
        buf_append_char(out, ':');
        append_json(out, &x->keys[c], x->rows[i]);
    }
    buf_append_char(out, '}');
}

/* ---- requests ---- */

/* One request and its keys: numbers[first .. first + n) of those that are asked for. */
struct question {
    uint32_t   first, n;
    struct buf post;
};

struct questions {
    struct question    *items;
    struct web_request *requests;
    size_t              count;
    uint32_t           *numbers; /* of keys that are not done */
    uint32_t            n;
};

static const char *url_for(const struct http *h, const struct keyed_asking *x, uint32_t key,
                           const struct buf *list)
{
    struct buf url = { 0 };
    for (size_t i = 0; i < h->pieces.count; i++) {
        const struct piece *p = &h->pieces.items[i];
        if (p->keys) buf_append(&url, list->data, list->len);
        else if (p->column >= 0) append_escaped(&url, &x->keys[p->column], x->rows[key]);
        else buf_append_str(&url, p->text);
    }
    const char *out = arena_dup(x->arena, buf_c(&url), url.len + 1);
    buf_free(&url);
    return out;
}

/* Keys for one URL, as many as it holds; one at least. */
static const char *list_url(const struct http *h, const struct keyed_asking *x,
                            const struct questions *q, struct question *out)
{
    struct buf list = { 0 }, one = { 0 };
    size_t around = strlen(h->url);
    for (uint32_t i = out->first; i < q->n && out->n < h->batch; i++) {
        buf_clear(&one);
        append_escaped(&one, &x->keys[0], x->rows[q->numbers[i]]);
        if (out->n && around + list.len + one.len + 1 > URL_MAX) break;
        if (out->n++) buf_append_char(&list, ',');
        buf_append(&list, one.data, one.len);
    }
    const char *url = url_for(h, x, 0, &list);
    buf_free(&list);
    buf_free(&one);
    return url;
}

static void make_post(const struct http *h, const struct keyed_asking *x, const struct questions *q,
                      struct question *out)
{
    buf_append_char(&out->post, '[');
    for (; out->n < h->batch && out->first + out->n < q->n; out->n++) {
        if (out->n) buf_append_char(&out->post, ',');
        append_key(h, x, q->numbers[out->first + out->n], &out->post);
    }
    buf_append_char(&out->post, ']');
}

static void make_question(const struct http *h, const struct keyed_asking *x,
                          const struct questions *q, struct question *out, struct web_request *r)
{
    r->url = h->url;
    switch (h->way) {
    case WAY_ONE:
        out->n = 1;
        r->url = url_for(h, x, q->numbers[out->first], NULL);
        return;
    case WAY_LIST: r->url = list_url(h, x, q, out); return;
    case WAY_POST:
        make_post(h, x, q, out);
        r->post = &out->post;
        return;
    }
}

static void make_questions(const struct http *h, const struct keyed_asking *x, struct questions *q)
{
    q->numbers = ARENA_ARRAY(x->arena, uint32_t, x->n);
    for (uint32_t i = 0; i < x->n; i++) {
        x->done[i] = x->done[i] || is_step(h, x, i); /* there is no such row */
        if (!x->done[i]) q->numbers[q->n++] = i;
    }
    q->items = arena_calloc(x->arena, q->n * sizeof *q->items);
    q->requests = arena_calloc(x->arena, q->n * sizeof *q->requests);
    for (uint32_t at = 0; at < q->n; at += q->items[q->count++].n) {
        q->items[q->count].first = at;
        make_question(h, x, q, &q->items[q->count], &q->requests[q->count]);
    }
}

/* ---- answers ---- */

/* Who takes the rows of one answer. */
struct taking {
    const struct keyed_asking *x;
    uint32_t                   of;
};

static struct status take_rows(void *arg, struct decoded *rows)
{
    struct taking *t = arg;
    t->x->take(t->x->arg, t->of, rows);
    return OK;
}

/* Blanks, or null: there is no row. */
static bool is_nothing(const struct buf *body)
{
    size_t from = 0, to = body->len;
    while (from < to && (unsigned char)body->data[from] <= ' ') from++;
    while (to > from && (unsigned char)body->data[to - 1] <= ' ') to--;
    return from == to || (to - from == 4 && memcmp(body->data + from, "null", 4) == 0);
}

static void note(struct keyed_asking *x, const char *reason)
{
    snprintf(x->reason, sizeof x->reason, "%s", reason);
}

static enum web_answer take_document(struct http *h, struct keyed_asking *x, uint32_t of,
                                     struct web_request *r)
{
    struct taking t = { x, of };
    if (is_nothing(&r->body)) return WEB_DONE;
    const char *format = document_format(x->arena, h->endpoint, h->url, r->type);
    if (!format) {
        note(x, "the answer is a page for people");
        return WEB_LATER;
    }
    struct status st =
        document_decode(x->arena, h->endpoint, format, &h->config, &r->body, take_rows, &t);
    if (st.err == ERR_NONE) return WEB_DONE;
    note(x, st.message);
    return WEB_LATER;
}

static enum web_answer take_answer(struct http *h, struct keyed_asking *x,
                                   const struct questions *q, size_t i)
{
    const struct question *own = &q->items[i];
    struct web_request *r = &q->requests[i];
    bool one = h->way == WAY_ONE;
    enum web_answer answer = r->answer;
    if (answer == WEB_DONE)
        answer = take_document(h, x, one ? q->numbers[own->first] : KEYED_SOURCE_ANY, r);
    else if (answer == WEB_NONE) answer = one ? WEB_DONE : WEB_NEVER;
    if (answer != WEB_DONE) {
        if (r->reason[0]) note(x, r->reason);
        return answer;
    }
    for (uint32_t k = 0; k < own->n; k++) x->done[q->numbers[own->first + k]] = true;
    return WEB_DONE;
}

static enum web_answer http_ask(void *driver, struct keyed_asking *x)
{
    struct http *h = driver;
    struct questions q = { 0 };
    enum web_answer worst = WEB_DONE;
    make_questions(h, x, &q);
    web_perform(h->web, q.requests, q.count, x->gives_up, x->gives_up_arg);
    for (size_t i = 0; i < q.count; i++) {
        enum web_answer answer = take_answer(h, x, &q, i);
        if (answer == WEB_NEVER || worst == WEB_DONE) worst = answer;
        buf_free(&q.requests[i].body);
        buf_free(&q.items[i].post);
    }
    return worst;
}

/* ---- opening ---- */

/* Of one key the answer need not repeat it. */
static void allow_no_key(struct arena *a, struct http *h)
{
    struct column *columns =
        arena_dup(a, h->schema.columns, h->schema.n_columns * sizeof *columns);
    for (uint32_t i = 0; i < h->n_key; i++) columns[h->key[i]].not_null = false;
    h->schema.columns = columns;
}

static struct status http_open(struct arena *a, const struct keyed_table *t, const struct url *u,
                               void **out)
{
    struct http *h = ARENA_NEW(a, struct http);
    int64_t batch = option_count(t->endpoint, "batch", BATCH);
    h->endpoint = t->endpoint;
    h->config = *t->config;
    h->schema = *t->config->schema;
    h->config.schema = &h->schema;
    h->key = t->key;
    h->n_key = t->n_key;
    h->url = u->path;
    h->batch = (uint32_t)(batch > BATCH_MAX ? BATCH_MAX : batch < 1 ? 1 : batch);
    TRY(cut_url(a, t, u->path, &h->pieces));
    TRY(way_of(a, t, &h->pieces, &h->way));
    if (h->way == WAY_ONE) allow_no_key(a, h);
    TRY(web_open(a, t->endpoint, &h->schema, &h->web));
    *out = h;
    return OK;
}

const struct keyed_class keyed_http_class = {
    .kind = URL_HTTP,
    .open = http_open,
    .ask = http_ask,
};
