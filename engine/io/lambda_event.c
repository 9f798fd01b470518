/*
 * lambda_event.c: events and answers of Lambda functions as JSON. Payloads are base64 (RFC 4648, section 4). Every id
 * must come back, once.
 */

#include "data/text.h"
#include "io/doc.h"
#include "io/lambda.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- base64 ---- */

static void put_base64(struct buf *out, const unsigned char *p, size_t n)
{
    char *q = buf_reserve(out, (n + 2) / 3 * 4), *begin = q;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t left = (uint32_t)(n - i);
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                     (left > 2 ? p[i + 2] : 0);
        *q++ = digits[v >> 18];
        *q++ = digits[v >> 12 & 63];
        *q++ = left > 1 ? digits[v >> 6 & 63] : '=';
        *q++ = left > 2 ? digits[v & 63] : '=';
    }
    out->len += (size_t)(q - begin);
}

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63
                                    : -1;
}

static bool read_base64(struct arena *a, struct str text, struct str *out)
{
    const char *p = str_data(&text);
    size_t n = text.len, size = 0;
    char *q = arena_alloc(a, n / 4 * 3 + 3);
    uint32_t v = 0;
    while (n > 0 && n > text.len - 2u && p[n - 1] == '=') n--;
    if (text.len % 4 != 0 || n % 4 == 1) return false;
    for (size_t i = 0; i < n; i++) {
        int d = digit_value(p[i]);
        if (d < 0) return false;
        v = v << 6 | (uint32_t)d;
        if (i % 4 == 1) q[size++] = (char)(v >> 4);
        if (i % 4 == 2) q[size++] = (char)(v >> 2);
        if (i % 4 == 3) q[size++] = (char)v;
    }
    *out = str_view(q, size);
    return true;
}

/* ---- events ---- */

/* An id for a person to look for, in the form of a GUID; made from the number alone. */
static void put_invocation(struct buf *out, uint64_t number)
{
    uint64_t a = hash_u64(number + 1), b = hash_u64(a);
    buf_printf(out, "%08x-%04x-4%03x-8%03x-%012llx", (uint32_t)(a >> 32),
               (uint32_t)(a >> 16 & 0xffff), (uint32_t)(a & 0xfff), (uint32_t)(b >> 52),
               (unsigned long long)(b & 0xffffffffffff));
}

static void put_record(struct buf *out, enum lambda_event event, const struct lambda_record *r,
                       uint64_t id)
{
    unsigned long long n = id;
    buf_printf(out, "{\"recordId\":\"%020llu\",", n);
    if (event == LAMBDA_INPUT) {
        buf_printf(out,
                   "\"kinesisStreamRecordMetadata\":{\"shardId\":\"shardId-000000000000\","
                   "\"partitionKey\":\"0\",\"sequenceNumber\":\"%020llu\","
                   "\"approximateArrivalTimestamp\":%lld},",
                   n, (long long)(r->time_ms / 1000));
    } else if (event == LAMBDA_TRANSFORM) {
        buf_printf(out, "\"approximateArrivalTimestamp\":%lld,", (long long)r->time_ms);
    } else {
        buf_printf(out, "\"lambdaDeliveryRecordMetadata\":{\"retryHint\":%u},", r->retries);
    }
    buf_append_c(out, "\"data\":\"");
    put_base64(out, (const unsigned char *)str_data(&r->text), r->text.len);
    buf_append_c(out, "\"}");
}

static void put_arn(struct buf *out, const char *member, const char *service, const char *kind,
                    const char *name)
{
    struct buf text = { 0 };
    buf_printf(&text, "arn:aws:%s:local:000000000000:%s/%s", service, kind, name);
    buf_printf(out, "\"%s\":", member);
    text_json_string(out, text.data, text.len);
    buf_append_char(out, ',');
    buf_free(&text);
}

void lambda_write_event(struct buf *out, const struct io_endpoint *e, enum lambda_event event,
                        const struct lambda_record *records, size_t n, uint64_t number)
{
    buf_append_c(out, "{\"invocationId\":\"");
    put_invocation(out, number);
    buf_append_c(out, "\",");
    if (event == LAMBDA_TRANSFORM) {
        put_arn(out, "deliveryStreamArn", "firehose", "deliverystream", e->name);
        buf_append_c(out, "\"region\":\"local\",");
    } else {
        put_arn(out, "applicationArn", "kinesisanalytics", "application", "sluice");
        if (event == LAMBDA_INPUT) put_arn(out, "streamArn", "kinesis", "stream", e->name);
    }
    buf_append_c(out, "\"records\":[");
    for (size_t i = 0; i < n; i++) {
        if (i) buf_append_char(out, ',');
        put_record(out, event, &records[i], number + i);
    }
    buf_append_c(out, "]}\n");
}

/* ---- answers ---- */

static struct status bad_answer(struct arena *a, const struct io_endpoint *e, const char *what)
{
    return status_new(a, ERR_UNREACHABLE, e->at, "the function of %s answered %s", e->name, what);
}

/* The record that an id belongs to, or -1. */
static int64_t record_of(const struct doc_node *id, uint64_t number, size_t n)
{
    if (!id || id->kind != DOC_TEXT || id->text.len != 20) return -1;
    uint64_t v = 0;
    const char *p = str_data(&id->text);
    for (uint32_t i = 0; i < 20; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        v = v * 10 + (uint64_t)(p[i] - '0');
    }
    return v >= number && v - number < n ? (int64_t)(v - number) : -1;
}

static struct status read_result(struct arena *a, const struct io_endpoint *e,
                                 enum lambda_event event, const struct doc_node *node,
                                 struct lambda_record *r)
{
    const struct doc_node *result = doc_get(node, "result"), *data = doc_get(node, "data");
    if (!result) return bad_answer(a, e, "a record without a result");
    bool failed = str_equal_c(result->text, event == LAMBDA_OUTPUT ? "DeliveryFailed"
                                                                   : "ProcessingFailed");
    bool dropped = event != LAMBDA_OUTPUT && str_equal_c(result->text, "Dropped");
    if (!failed && !dropped && !str_equal_c(result->text, "Ok"))
        return bad_answer(a, e, str_format_c(a, "the result \"%.*s\"", STR_ARG(result->text)));
    r->result = failed ? LAMBDA_FAILED : dropped ? LAMBDA_DROPPED
                                                 : LAMBDA_OK;
    if (r->result != LAMBDA_OK || event == LAMBDA_OUTPUT) return OK;
    if (!data || data->kind != DOC_TEXT || !read_base64(a, data->text, &r->answer))
        return bad_answer(a, e, "a record whose data is not base64");
    return OK;
}

struct status lambda_read_answer(struct arena *a, const struct io_endpoint *e,
                                 enum lambda_event event, struct str answer,
                                 struct lambda_record *records, size_t n, uint64_t number)
{
    struct text_file *text = ARENA_NEW(a, struct text_file);
    struct doc_node *root;
    bool *seen = arena_calloc(a, n + 1);
    *text = (struct text_file){ "answer", str_to_c(a, answer), answer.len };
    struct status parsed = doc_parse(a, text, &root);
    if (!doc_is_json(text) || parsed.err != ERR_NONE) {
        const char *why = parsed.err ? parsed.message : "no object";
        return bad_answer(a, e, str_format_c(a, "what is not JSON: %s", why));
    }
    const struct doc_node *list = doc_get(root, "records");
    if (!list || list->kind != DOC_LIST) return bad_answer(a, e, "without records");
    for (uint32_t i = 0; i < list->count; i++) {
        int64_t at = record_of(doc_get(list->items[i], "recordId"), number, n);
        if (at < 0) return bad_answer(a, e, "an id that was not asked for");
        if (seen[at]) return bad_answer(a, e, "an id twice");
        seen[at] = true;
        TRY(read_result(a, e, event, list->items[i], &records[at]));
    }
    if (list->count < n) return bad_answer(a, e, "for some of the records only");
    return OK;
}
