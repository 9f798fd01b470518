/* http_body.c: gzip undone, documents of several lines joined, records counted. */

#include "io/http_body.h"

#include "base/arena.h"
#include "base/limits.h"
#include "io/decode.h"
#include "io/gz.h"
#include "io/json_scan.h"

enum {
    UNPACK_STEP = 64 << 10
};

/* ---- gzip ---- */

static enum http_body_result unpack(struct buf *body, size_t most, const char **why)
{
    struct gunzip *g = gunzip_new();
    struct buf out = { 0 };
    const char *in = body->data;
    size_t left = body->len, n = 0;
    enum http_body_result result = HTTP_BODY_DONE;
    do {
        char *room = buf_reserve(&out, UNPACK_STEP);
        if (!gunzip_run(g, &in, &left, room, UNPACK_STEP, &n, why)) result = HTTP_BODY_DAMAGED;
        else out.len += n;
        if (out.len > most) result = HTTP_BODY_TOO_LONG;
    } while (result == HTTP_BODY_DONE && n);
    if (result == HTTP_BODY_DONE && !gunzip_at_end(g)) {
        *why = "it ends too early";
        result = HTTP_BODY_DAMAGED;
    }
    gunzip_free(g);
    buf_free(body);
    *body = out;
    return result;
}

static bool is_packed(const struct buf *body)
{
    return gz_magic((const unsigned char *)body->data, body->len);
}

/* ---- JSON ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the array or object at p, or NULL: it does not end before `end`, behind which zeros lie. */
static const char *document_end(const char *p, const char *end)
{
    struct json_extent value;
    struct json_error e;
    if (*p != '{' && *p != '[') return NULL;
    return json_scan_value(p, end, LIMIT_JSON_DEPTH, &value, &e);
}

/* Line ends between the parts of a document to blanks, none of which may stand in a string; false: one does. */
static bool join_lines(char *p, size_t n)
{
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (quoted && p[i] == '\n') return false;
        if (quoted && p[i] == '\\') i++;
        else if (p[i] == '"') quoted = !quoted;
        else if (p[i] == '\n') p[i] = ' ';
    }
    return true;
}

/* A body whose first document does not end on its line, but further down, is joined to one line. */
static void join_document(struct buf *body)
{
    size_t at = 0;
    while (at < body->len && is_space(body->data[at])) at++;
    const char *first = body->data + at, *end = body->data + body->len;
    const char *feed = at < body->len ? memchr(first, '\n', body->len - at) : NULL;
    if (!feed || document_end(first, feed)) return;
    struct buf joined = { 0 };
    buf_reserve(&joined, body->len + BLOCK_PAD);
    buf_append(&joined, first, (size_t)(end - first));
    memset(joined.data + joined.len, 0, BLOCK_PAD);
    if (join_lines(joined.data, joined.len) &&
        document_end(joined.data, joined.data + joined.len)) {
        buf_free(body);
        *body = joined;
    } else {
        buf_free(&joined);
    }
}

/* Elements of the array at p, 1 for one that is damaged: it is one bad record. */
static uint32_t count_elements(const char *p, const char *end)
{
    struct json_extent value;
    struct json_error e;
    uint32_t n = 0;
    p = json_skip_blank(p + 1);
    if (*p == ']') return 0;
    for (bool closed = false; !closed; n++) {
        p = json_scan_value(p, end, LIMIT_JSON_DEPTH - 1, &value, &e);
        if (p) p = json_scan_separator(p, end, ']', &closed, &e);
        if (!p) return 1;
    }
    return n;
}

static uint32_t count_lines(const struct buf *body)
{
    const char *p = body->data, *end = p + body->len;
    uint32_t n = 0;
    while (p < end) {
        const char *feed = memchr(p, '\n', (size_t)(end - p)), *stop = feed ? feed : end;
        while (p < stop && is_space(*p)) p++;
        if (p < stop) n += *p == '[' ? count_elements(p, stop) : 1;
        p = stop + 1;
    }
    return n;
}

/* ---- delimited text ---- */

static uint32_t count_rows(const struct buf *body, const struct http_body_format *format)
{
    struct csv_scan scan = { .at = 0 };
    uint32_t n = 0;
    size_t from = 0, stop;
    for (bool more = true; more; from = scan.at) {
        more = csv_scan_record(&scan, body->data, body->len, true, &format->delimiters, &stop);
        if (!more) {
            stop = body->len;
            bool cr = format->delimiters.line_end && stop > from && body->data[stop - 1] == '\r';
            stop -= cr;
        }
        n += stop > from;
    }
    return n && format->header ? n - 1 : n;
}

enum http_body_result http_body_prepare(struct buf *body, const struct http_body_format *format,
                                        bool packed, size_t most, uint32_t *records,
                                        const char **why)
{
    if (packed && !is_packed(body)) {
        *why = "it does not begin like gzip data";
        return HTTP_BODY_DAMAGED;
    }
    if (is_packed(body)) {
        enum http_body_result result = unpack(body, most, why);
        if (result != HTTP_BODY_DONE) return result;
    }
    /* behind a source's door such bytes would be unpacked once more */
    *why = "it is packed twice";
    if (is_packed(body)) return HTTP_BODY_DAMAGED;
    memset(buf_reserve(body, BLOCK_PAD), 0, BLOCK_PAD);
    if (!format->csv) join_document(body);
    *records = format->csv ? count_rows(body, format) : count_lines(body);
    return HTTP_BODY_DONE;
}
