/*
 * fault.c: failed rows to the columns of error_stream.
 *
 * An error row is one block of memory with its texts behind it; texts are made at once, while the batch of the row
 * is at hand. Rows are sorted when they are given out. Its place is the failed row's cause and path with the word
 * of the failing pump behind it, as if the error were what the pump made of the row.
 */

#include "exec/fault.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "data/text.h"
#include "time/bound.h"
#include "time/gather.h"

struct error_row {
    rowtime  cause_time;
    uint64_t cause_seq;
    uint64_t number; /* of equal places the first comes first */
    rowtime  data_time;
    bool     has_data_time;
    uint8_t  err; /* enum err */
    uint32_t pump;
    uint32_t record_of; /* number of the source + 1 whose record the text is; 0: it is DATA_ROW's */
    uint32_t source;    /* number + 1; 0: not known. Of messages alone, as the two below: no snapshot has them */
    uint64_t byte;      /* in the file */
    uint32_t file_len;
    uint32_t path_len, message_len, text_len;
    uint64_t path[]; /* then the message, the text and the file's name */
};

_Static_assert(ERR_COUNT <= UINT8_MAX, "an error fits its field");

struct error_log {
    struct error_config config;
    bool                render;
    int32_t            *record_column; /* of a stream: the record's text; -1: none */
    struct error_row  **rows;
    size_t              count, cap;
    uint64_t            next;
    struct bound        least; /* cause of the rows; BOUND_END without one */
    struct buf          text, hex;
};

/* ---- names ---- */

/* DECISION L-28. */
static const char *error_name(enum err err)
{
    switch (err) {
    case ERR_COERCION: return "COERCION_ERROR";
    case ERR_PARSE: return "PARSE_ERROR";
    case ERR_DIVISION_BY_ZERO: return "DIVISION_BY_ZERO";
    case ERR_NUMERIC_OVERFLOW:
    case ERR_DATETIME_OVERFLOW:
    case ERR_INTERVAL_OVERFLOW: return "NUMERIC_OVERFLOW";
    case ERR_STRING_TOO_LONG: return "STRING_TRUNCATION";
    case ERR_CANNOT_CONVERT:
    case ERR_CANNOT_CONVERT_DATETIME: return "CAST_ERROR";
    case ERR_NULL_NOT_ALLOWED: return "NULL_NOT_ALLOWED";
    case ERR_OUT_OF_ORDER: return "ROWTIME_OUT_OF_ORDER";
    case ERR_PROCESSING_FAILED: return "PROCESSING_FAILED";
    default: return "DATA_ERROR";
    }
}

/* ---- one row ---- */

static char *message_of(struct error_row *e)
{
    return (char *)(e->path + e->path_len);
}

static char *text_of(struct error_row *e)
{
    return message_of(e) + e->message_len;
}

static char *file_of(struct error_row *e)
{
    return text_of(e) + e->text_len;
}

static struct error_row *new_row(uint32_t path_len, size_t message_len, size_t text_len,
                                 size_t file_len)
{
    struct error_row *e = mem_calloc(
        1, sizeof *e + path_len * sizeof *e->path + message_len + text_len + file_len);
    e->path_len = path_len;
    e->file_len = (uint32_t)file_len;
    e->message_len = (uint32_t)message_len;
    e->text_len = (uint32_t)text_len;
    return e;
}

static void add_row(struct error_log *log, struct error_row *e)
{
    if (log->count == log->cap) {
        log->cap = log->cap ? log->cap * 2 : 16;
        log->rows = mem_realloc(log->rows, log->cap * sizeof *log->rows);
    }
    e->number = log->next++;
    log->least = bound_min(log->least, (struct bound){ e->cause_time, e->cause_seq });
    log->rows[log->count++] = e;
}

static struct error_row *make_row(struct error_log *log, uint32_t path_len, enum err err,
                                  const char *message, uint32_t record_of, const char *file)
{
    if (!message) message = err_text(err);
    size_t message_len = log->render ? strlen(message) : 0;
    message_len = utf8_prefix(message, message_len, LIMIT_ERROR_MESSAGE);
    size_t text_len = log->text.len;
    if (!record_of && text_len > LIMIT_ERROR_DATA_ROW / 2) text_len = LIMIT_ERROR_DATA_ROW / 2;
    struct error_row *e = new_row(path_len, message_len, text_len,
                                  log->render && file ? strlen(file) : 0);
    e->err = (uint8_t)err;
    e->record_of = record_of;
    if (message_len) memcpy(message_of(e), message, message_len);
    if (text_len) memcpy(text_of(e), log->text.data, text_len);
    if (e->file_len) memcpy(file_of(e), file, e->file_len);
    return e;
}

/* ---- DATA_ROW ---- */

static void columns_text(const struct schema *schema, uint32_t n_columns, const struct batch *b,
                         uint32_t row, struct buf *out)
{
    buf_append_char(out, '{');
    bool any = false;
    for (uint32_t i = 0; i < n_columns && i < b->n_columns; i++) {
        struct str name = schema->columns[i].name;
        if (name.len == 0) continue; /* a join's that nobody reads */
        if (schema->columns[i].personal) continue;
        if (any) buf_append_char(out, ',');
        any = true;
        text_json_string(out, str_data(&name), name.len);
        buf_append_char(out, ':');
        text_json_value(out, &b->columns[i], row);
    }
    buf_append_char(out, '}');
}

/* The record that a row of a source stream came from, NULL without one. */
static const struct str *record_of(const struct error_log *log, const struct batch *b, uint32_t row)
{
    if (!b->origin.stream) return NULL;
    int32_t column = log->record_column[b->origin.stream - 1];
    if (column < 0 || (uint32_t)column >= b->n_columns) return NULL;
    const struct vector *v = &b->columns[column];
    return vector_is_null(v, row) ? NULL : &v->str[vector_at(v, row)];
}

uint32_t errors_row_text(const struct error_log *log, const struct batch *b, uint32_t row,
                         struct buf *out)
{
    const struct str *record = record_of(log, b, row);
    if (record) {
        buf_append_str(out, *record);
        return log->config.plan->streams[b->origin.stream - 1].source + 1;
    }
    if (b->origin.stream) {
        const struct plan_stream *s = &log->config.plan->streams[b->origin.stream - 1];
        columns_text(&s->schema, s->n_visible, b, row, out);
    }
    return 0;
}

/* Into log->text. A record is kept as it is and becomes a row when it is given out: returns its source + 1, else 0. */
static uint32_t render_row(struct error_log *log, struct row_ref from, const struct schema *schema)
{
    if (from.batch->origin.stream) {
        return errors_row_text(log, from.batch, from.row, &log->text);
    }
    if (schema) columns_text(schema, schema->n_columns, from.batch, from.row, &log->text);
    return 0;
}

/* ---- what comes in ---- */

/* A fault's message may quote the value that failed: where PERSONAL values pass, only its kind is told. */
static bool tells_value(const struct error_log *log, uint32_t pump, enum err err)
{
    const struct app_plan *plan = log->config.plan;
    if (!plan->personal) return false;
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        if (p->number != pump) continue;
        if (err == ERR_NULL_NOT_ALLOWED) return p->personal_nulls;
        return p->personal || (err == ERR_STRING_TOO_LONG && p->personal_texts);
    }
    return true;
}

void errors_add_rows(struct error_log *log, uint32_t pump, const struct batch *in,
                     const struct schema *schema, const struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *f = &faults->items[i];
        struct row_ref from = gather_origin((struct batch *)(uintptr_t)in, f->row);
        buf_clear(&log->text);
        uint32_t record = log->render ? render_row(log, from, schema) : 0;
        const char *message = tells_value(log, pump, f->err) ? NULL : f->message;
        struct error_row *e = make_row(log, in->path_len + 1, f->err, message, record, NULL);
        e->cause_time = in->cause_times[f->row];
        e->cause_seq = in->cause_seqs[f->row];
        for (uint32_t k = 0; k < in->path_len; k++) {
            e->path[k] = in->path[k].words ? in->path[k].words[f->row] : in->path[k].all;
        }
        e->path[in->path_len] = (uint64_t)pump << 32;
        e->pump = pump;
        e->has_data_time = true;
        e->data_time = from.batch->rowtimes[from.row];
        add_row(log, e);
    }
}

void errors_add_input(struct error_log *log, const struct error_input *in)
{
    buf_clear(&log->text);
    if (log->render) buf_append_str(&log->text, in->text);
    struct error_row *e = make_row(log, 0, in->err, in->message, in->record_of, in->path);
    e->source = in->source;
    e->byte = in->byte;
    e->cause_time = in->cause_time;
    e->cause_seq = in->cause_seq;
    e->has_data_time = in->has_rowtime;
    e->data_time = in->rowtime;
    add_row(log, e);
}

void errors_render(struct error_log *log)
{
    log->render = true;
}

bool errors_are_rendered(const struct error_log *log)
{
    return log->render;
}

size_t errors_count(const struct error_log *log)
{
    return log->count;
}

void errors_move(struct error_log *to, struct error_log *from)
{
    for (size_t i = 0; i < from->count; i++) add_row(to, from->rows[i]);
    from->count = 0;
    from->least = BOUND_END;
}

/* ---- what goes out ---- */

static int compare_rows(const void *x, const void *y)
{
    const struct error_row *a = *(struct error_row *const *)x, *b = *(struct error_row *const *)y;
    if (a->cause_time != b->cause_time) return a->cause_time < b->cause_time ? -1 : 1;
    if (a->cause_seq != b->cause_seq) return a->cause_seq < b->cause_seq ? -1 : 1;
    uint32_t len = a->path_len > b->path_len ? a->path_len : b->path_len;
    for (uint32_t i = 0; i < len; i++) {
        uint64_t p = i < a->path_len ? a->path[i] : 0, q = i < b->path_len ? b->path[i] : 0;
        if (p != q) return p < q ? -1 : 1;
    }
    return a->number < b->number ? -1 : 1;
}

static void put_text(struct builder *out, enum error_column column, struct str s)
{
    const struct value v = { .type = type_varchar(0), .str = s };
    builder_value(out, column, &v);
}

static void put_time(struct builder *out, enum error_column column, rowtime t)
{
    const struct value v = { .type = type_of(TYPE_TIMESTAMP), .i64 = t };
    builder_value(out, column, &v);
}

static void put_hex(struct error_log *log, struct builder *out, const char *text, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    if (n > LIMIT_ERROR_DATA_ROW / 2) n = LIMIT_ERROR_DATA_ROW / 2;
    buf_clear(&log->hex);
    char *hex = buf_reserve(&log->hex, n * 2 + 1);
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = digits[(unsigned char)text[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)text[i] & 15];
    }
    put_text(out, ERROR_DATA_ROW, str_view(hex, n * 2));
}

/* A record of a source with PERSONAL columns is shown without them, or not at all. Returns what is shown, until the
 * next one. */
static struct str put_data_row(struct error_log *log, struct builder *out, struct error_row *e)
{
    const struct plan_source *sources = log->config.plan->sources;
    bool secret = e->record_of && schema_has_personal(&sources[e->record_of - 1].schema);
    if (!e->record_of || !log->config.row_of_record) {
        if (secret) return STR_EMPTY;
        put_hex(log, out, text_of(e), e->text_len);
        return str_view(text_of(e), e->text_len);
    }
    buf_clear(&log->text);
    bool cut = log->config.row_of_record(log->config.row_arg, e->record_of - 1,
                                         str_view(text_of(e), e->text_len), &log->text);
    if (!cut && secret) return STR_EMPTY;
    put_hex(log, out, log->text.data, log->text.len);
    return str_view(buf_c(&log->text), log->text.len);
}

static struct str pump_name(const struct app_plan *plan, uint32_t number)
{
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        if (plan->pumps[i].number == number) return plan->pumps[i].name;
    }
    return STR_EMPTY;
}

/* Returns DATA_ROW as text. */
static struct str put_row(struct error_log *log, struct builder *out, struct error_row *e,
                          rowtime now)
{
    builder_row(out, now, e->cause_time, e->cause_seq, e->path, e->path_len);
    put_time(out, ERROR_TIME, now);
    put_text(out, ERROR_LEVEL, str_c("ERROR"));
    put_text(out, ERROR_NAME, str_c(error_name(e->err)));
    put_text(out, ERROR_MESSAGE, str_view(message_of(e), e->message_len));
    if (e->has_data_time) put_time(out, ERROR_DATA_ROWTIME, e->data_time);
    struct str shown = put_data_row(log, out, e);
    struct str name = pump_name(log->config.plan, e->pump);
    if (name.len) put_text(out, ERROR_PUMP_NAME, name);
    return shown;
}

/* A late row was read, and may be shown without its PERSONAL columns. */
static void give_reject(struct error_log *log, struct error_row *e, rowtime now)
{
    if (!log->config.reject || e->pump || !e->record_of || e->err == ERR_OUT_OF_ORDER) return;
    const struct error_reject reject = { .source = e->record_of - 1,
                                         .name = error_name(e->err),
                                         .time = now,
                                         .record = str_view(text_of(e), e->text_len) };
    log->config.reject(log->config.reject_arg, &reject);
}

static void tell(const struct error_log *log, struct error_row *e, rowtime now, struct str shown)
{
    if (!log->config.tell || !log->render) return;
    const struct app_plan *plan = log->config.plan;
    const struct error_told told = {
        .name = error_name(e->err),
        .message = str_view(message_of(e), e->message_len),
        .pump = pump_name(plan, e->pump),
        .source = e->source ? plan->sources[e->source - 1].name : STR_EMPTY,
        .path = str_view(file_of(e), e->file_len),
        .byte = e->byte,
        .time = now,
        .row = shown,
    };
    log->config.tell(log->config.tell_arg, &told);
}

static struct bound cause_of(const struct error_row *e)
{
    return (struct bound){ e->cause_time, e->cause_seq };
}

static bool is_before(struct bound cause, struct bound limit)
{
    return bound_is_end(limit) || bound_compare(cause, limit) < 0;
}

size_t errors_take(struct error_log *log, struct bound limit, error_now_fn now, void *now_arg,
                   rowtime latest, rowtime *last, struct builder *out)
{
    if (log->count == 0 || !is_before(log->least, limit)) return 0;
    qsort(log->rows, log->count, sizeof *log->rows, compare_rows);
    size_t n = 0;
    for (; n < log->count && is_before(cause_of(log->rows[n]), limit); n++) {
        struct error_row *e = log->rows[n];
        rowtime t = now ? now(now_arg) : e->cause_time < latest ? e->cause_time : latest;
        if (t > *last) *last = t;
        struct str shown = put_row(log, out, e, *last);
        give_reject(log, e, *last);
        tell(log, e, *last, shown);
        mem_free(e);
    }
    log->count -= n;
    memmove(log->rows, log->rows + n, log->count * sizeof *log->rows);
    log->least = log->count ? cause_of(log->rows[0]) : BOUND_END;
    return n;
}

/* ---- life and snapshots ---- */

struct error_log *errors_new(const struct error_config *config)
{
    struct error_log *log = mem_calloc(1, sizeof *log);
    log->config = *config;
    log->least = BOUND_END;
    const struct app_plan *plan = config->plan;
    log->record_column = mem_calloc(plan->n_streams, sizeof *log->record_column);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *s = &plan->streams[i];
        log->record_column[i] =
            s->is_source ? schema_find(&s->schema, str_c(plan_hidden_names[HIDDEN_RECORD])) : -1;
    }
    return log;
}

void errors_free(struct error_log *log)
{
    if (!log) return;
    for (size_t i = 0; i < log->count; i++) mem_free(log->rows[i]);
    mem_free(log->rows);
    mem_free(log->record_column);
    buf_free(&log->text);
    buf_free(&log->hex);
    mem_free(log);
}

void errors_save(const struct error_log *log, struct snap_writer *w)
{
    snap_u32(w, (uint32_t)log->count);
    for (size_t i = 0; i < log->count; i++) {
        struct error_row *e = log->rows[i];
        snap_i64(w, e->cause_time);
        snap_u64(w, e->cause_seq);
        snap_u8(w, e->has_data_time);
        snap_i64(w, e->data_time);
        snap_u8(w, e->err);
        snap_u32(w, e->pump);
        snap_u32(w, e->record_of);
        snap_u32(w, e->path_len);
        for (uint32_t k = 0; k < e->path_len; k++) snap_u64(w, e->path[k]);
        snap_str(w, str_view(message_of(e), e->message_len));
        snap_str(w, str_view(text_of(e), e->text_len));
    }
}

static struct error_row *load_row(const struct error_log *log, struct snap_reader *r)
{
    struct error_row head = { 0 };
    head.cause_time = snap_read_i64(r);
    head.cause_seq = snap_read_u64(r);
    head.has_data_time = snap_read_u8(r);
    head.data_time = snap_read_i64(r);
    head.err = snap_read_u8(r);
    head.pump = snap_read_u32(r);
    head.record_of = snap_read_u32(r);
    uint64_t path[LIMIT_PUMP_DEPTH + 1];
    uint32_t path_len = snap_read_count(r, sizeof path[0]);
    if (head.err >= ERR_COUNT || path_len > LIMIT_PUMP_DEPTH + 1 ||
        head.record_of > log->config.plan->n_sources) return NULL;
    for (uint32_t k = 0; k < path_len; k++) path[k] = snap_read_u64(r);
    struct str message = snap_read_str(r);
    struct str text = snap_read_str(r);
    if (r->failed) return NULL;
    struct error_row *e = new_row(path_len, message.len, text.len, 0);
    head.path_len = path_len;
    head.message_len = message.len;
    head.text_len = text.len;
    memcpy(e, &head, sizeof head);
    memcpy(e->path, path, path_len * sizeof *path);
    memcpy(message_of(e), str_data(&message), message.len);
    memcpy(text_of(e), str_data(&text), text.len);
    return e;
}

bool errors_load(struct error_log *log, struct snap_reader *r)
{
    uint32_t n = snap_read_count(r, 42);
    for (uint32_t i = 0; i < n; i++) {
        struct error_row *e = load_row(log, r);
        if (!e) return false;
        add_row(log, e);
    }
    return !r->failed;
}
