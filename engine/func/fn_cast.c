/*
 * fn_cast.c: CAST, and the conversions that INSERT makes by itself.
 *
 * A cast is a row like any function's, but it is found by a pair of types and not by a name: one kernel
 * for each pair of forms that is converted in one way (section 9 of the scalar sheet), which reads
 * lengths and scales from the types of its argument and result. Casts that change nothing in memory
 * share fn_same_kernel, so that the caller can leave them out.
 */

#include <math.h>

#include "base/checked.h"
#include "base/utf8.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "data/text.h"
#include "func/builtin.h"
#include "func/catalog.h"
#include "func/kernel.h"

/* What messages say; made once, when the cast is resolved. */
struct cast_words {
    const char *from, *to;
};

enum { QUOTED_MAX = 60 };

static struct type to_type(const struct kernel_call *k)
{
    return fn_type(k->result->type);
}

static const struct cast_words *words(const struct kernel_call *k)
{
    return k->bound;
}

static void fault_overflow(struct kernel_call *k, uint32_t row)
{
    sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow: the value does not fit %s",
                 words(k)->to);
}

static void fault_too_long(struct kernel_call *k, uint32_t row)
{
    sluice_fault(k, row, SLUICE_FAULT_TOO_LONG, "text of a value of type %s is too long for %s",
                 words(k)->from, words(k)->to);
}

static void fault_text(struct kernel_call *k, uint32_t row, struct str s)
{
    size_t n = utf8_prefix(str_data(&s), s.len, QUOTED_MAX);
    bool datetime = type_is_datetime(to_type(k));
    sluice_fault(k, row,
                 datetime ? SLUICE_FAULT_CANNOT_CONVERT_DATETIME : SLUICE_FAULT_CANNOT_CONVERT,
                 "cannot convert '%.*s%s' to %s", (int)n, str_data(&s), n < s.len ? "..." : "",
                 words(k)->to);
}

/* ---- nothing to do ---- */

void fn_same_kernel(struct kernel_call *k)
{
    const uint32_t mask = arg_mask(k, 0);
    switch (type_form(to_type(k))) {
    case FORM_BOOL: EACH_ROW(k, row, k->result->b[row] = k->args[0].b[row & mask];); break;
    case FORM_I64: EACH_ROW(k, row, k->result->i64[row] = k->args[0].i64[row & mask];); break;
    case FORM_F64: EACH_ROW(k, row, k->result->f64[row] = k->args[0].f64[row & mask];); break;
    case FORM_STR: EACH_ROW(k, row, k->result->str[row] = k->args[0].str[row & mask];); break;
    }
}

static void from_null(struct kernel_call *k)
{
    EACH_ROW(k, row, sluice_set_null(k, row););
}

/* ---- numbers ---- */

static bool fits(int64_t v, struct type t)
{
    if (t.kind == TYPE_DECIMAL) return decimal_fits(v, t.precision);
    int64_t low, high;
    type_integer_range(t, &low, &high);
    return v >= low && v <= high;
}

/* Whole numbers between whole types: the range once, and a look at the rows only when one is out of it. */
static void integer_to_integer(struct kernel_call *k, struct type to)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    int64_t *out = k->result->i64, low, high;
    type_integer_range(to, &low, &high);
    bool bad = false;
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        out[row] = v;
        bad |= v < low || v > high;
    });
    if (bad) EACH_ROW(k, row, if (out[row] < low || out[row] > high) fault_overflow(k, row););
}

static void exact_to_exact(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    const int from_scale = k->args[0].type.scale;
    const int precision = to.kind == TYPE_DECIMAL ? to.precision : 19;
    int64_t *out = k->result->i64;
    if (from_scale == 0 && to.kind != TYPE_DECIMAL) {
        integer_to_integer(k, to);
        return;
    }
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        bool good =
            from_scale == to.scale || decimal_rescale(v, from_scale, to.scale, precision, &v);
        out[row] = v;
        if (!good || !fits(v, to)) fault_overflow(k, row);
    });
}

static double to_approximate(int64_t v, int scale, bool real)
{
    if (real && scale == 0) return (double)(float)v;
    double d = decimal_to_double(v, scale);
    return real ? (double)(float)d : d;
}

static void exact_to_approximate(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const int scale = k->args[0].type.scale;
    const bool real = k->result->type.kind == TYPE_REAL;
    double *out = k->result->f64;
    if (scale == 0 && !real) EACH_ROW(k, row, out[row] = (double)a[row & mask];);
    else EACH_ROW(k, row, out[row] = to_approximate(a[row & mask], scale, real););
}

static void approximate_to_exact(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    const int precision = to.kind == TYPE_DECIMAL ? to.precision : 19;
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        double v = a[row & mask];
        int64_t exact = 0;
        bool good;
        if (to.scale == 0 && fabs(v) < 9e15) {
            exact = (int64_t)round(v);
            good = true;
        } else {
            good = decimal_from_double(v, precision, to.scale, &exact);
        }
        out[row] = exact;
        if (!good || !fits(exact, to)) fault_overflow(k, row);
    });
}

static void double_to_real(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    double *out = k->result->f64;
    EACH_ROW(k, row, {
        float v = (float)a[row & mask];
        out[row] = (double)v;
        if (!isfinite(v)) fault_overflow(k, row);
    });
}

/* ---- to text ---- */

/* Texts of results lie one behind the other in pieces that are asked for when they are needed. */
struct text_room {
    char  *next;
    size_t left;
};

enum { ROOM_TEXT = 64 };

static char *room_for(struct kernel_call *k, struct text_room *r, size_t n, uint32_t rows_left)
{
    if (r->left < n) {
        r->left = n > ROOM_TEXT ? n : n * (rows_left < 256 ? rows_left + 1 : 256);
        r->next = sluice_alloc(k, r->left);
    }
    return r->next;
}

/* Stores n ASCII characters, padded for CHAR; a text that does not fit is a fault. */
static void store_text(struct kernel_call *k, struct text_room *room, uint32_t row,
                       uint32_t rows_left, const char *text, size_t n)
{
    const struct type to = to_type(k);
    struct str *out = result_str(k) + row;
    *out = STR_EMPTY;
    if ((to.kind == TYPE_CHAR || to.length > 0) && n > to.length) {
        fault_too_long(k, row);
        return;
    }
    size_t length = to.kind == TYPE_CHAR ? to.length : n;
    char small[STR_INLINE];
    char *p = length <= STR_INLINE ? small : room_for(k, room, length, rows_left);
    memcpy(p, text, n);
    memset(p + n, ' ', length - n);
    *out = str_view(p, length);
    if (length > STR_INLINE) {
        room->next += length;
        room->left -= length;
    }
}

static void any_to_text(struct kernel_call *k)
{
    struct text_room room = { 0 };
    struct vector v;
    memcpy(&v, &k->args[0], sizeof v);
    struct buf text = { 0 };
    uint32_t left = k->n_rows;
    FOR_ROWS(k, row)
    {
        buf_clear(&text);
        text_sql_value(&text, &v, row);
        store_text(k, &room, row, left--, text.data, text.len);
    }
    buf_free(&text);
}

/* Rows come in the order of time: most have the minute of the row before, and only its last six
 * characters, ss.fff, are written anew. */
static void timestamp_to_text(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct text_room room = { 0 };
    char text[CALENDAR_TEXT_MAX];
    size_t n = 0;
    int64_t minute = 0;
    uint32_t left = k->n_rows;
    FOR_ROWS(k, row)
    {
        int64_t ms = a[row & mask], of_minute = 0;
        bool known = n > 0 && i64_sub(&of_minute, ms, minute);
        if (known && of_minute >= 0 && of_minute < MS_PER_MINUTE) {
            uint32_t s = (uint32_t)of_minute / 1000, f = (uint32_t)of_minute % 1000;
            const char digits[6] = { (char)('0' + s / 10), (char)('0' + s % 10), '.',
                                     (char)('0' + f / 100), (char)('0' + f / 10 % 10),
                                     (char)('0' + f % 10) };
            memcpy(text + n - 6, digits, 6);
        } else {
            n = calendar_format_timestamp(text, ms);
            minute = calendar_step_ms(ms, MS_PER_MINUTE);
        }
        store_text(k, &room, row, left--, text, n);
    }
}

/* ---- text to text ---- */

struct fitted {
    const char *p;
    size_t      kept;   /* bytes */
    size_t      blanks; /* to be added */
};

static struct fitted fit_text(const struct str *s, struct type to)
{
    struct fitted f = { str_data(s), s->len, 0 };
    if (to.kind != TYPE_CHAR && to.length == 0) return f;
    f.kept = utf8_prefix(f.p, s->len, to.length);
    if (to.kind == TYPE_CHAR && f.kept == s->len) {
        f.blanks = to.length - utf8_length(f.p, s->len);
    }
    return f;
}

static void store_fitted(struct kernel_call *k, struct text_room *room, uint32_t row,
                         uint32_t rows_left, struct fitted f)
{
    size_t n = f.kept + f.blanks;
    if (f.blanks == 0) {
        result_str(k)[row] = str_view(f.p, n);
        return;
    }
    char small[STR_INLINE];
    char *p = n <= STR_INLINE ? small : room_for(k, room, n, rows_left);
    memcpy(p, f.p, f.kept);
    memset(p + f.kept, ' ', f.blanks);
    result_str(k)[row] = str_view(p, n);
    if (n > STR_INLINE) {
        room->next += n;
        room->left -= n;
    }
}

static void text_to_text(struct kernel_call *k)
{
    const struct str *a = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    struct text_room room = { 0 };
    uint32_t left = k->n_rows;
    FOR_ROWS(k, row) store_fitted(k, &room, row, left--, fit_text(&a[row & mask], to));
}

static bool all_blank(const char *p, size_t n)
{
    while (n > 0 && p[n - 1] == ' ') n--;
    return n == 0;
}

/* INSERT: what is cut off must be blanks (L-16). */
static void insert_text(struct kernel_call *k)
{
    const struct str *a = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    struct text_room room = { 0 };
    uint32_t left = k->n_rows;
    FOR_ROWS(k, row)
    {
        const struct str *s = &a[row & mask];
        struct fitted f = fit_text(s, to);
        store_fitted(k, &room, row, left--, f);
        if (!all_blank(f.p + f.kept, s->len - f.kept)) {
            sluice_fault(k, row, SLUICE_FAULT_TOO_LONG, "text of %zu characters is too long for %s",
                         utf8_length(f.p, s->len), words(k)->to);
        }
    }
}

/* ---- from text ---- */

static void store_value(struct sluice_column *to, uint32_t row, const struct value *v)
{
    switch (type_form(v->type)) {
    case FORM_BOOL: to->b[row] = v->b; break;
    case FORM_I64: to->i64[row] = v->i64; break;
    case FORM_F64: to->f64[row] = v->f64; break;
    case FORM_STR: break;
    }
}

static void from_text(struct kernel_call *k)
{
    const struct str *a = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    struct arena *results = ((struct call_host *)k)->results;
    FOR_ROWS(k, row)
    {
        const struct str *s = &a[row & mask];
        struct value v = { .type = to };
        enum text_result result = text_parse(results, str_data(s), s->len, to, &v);
        if (result == TEXT_NOT) fault_text(k, row, *s);
        if (result == TEXT_OVERFLOW) fault_overflow(k, row);
        if (result == TEXT_OK) store_value(k->result, row, &v);
    }
}

/* ---- datetimes ---- */

static void date_to_timestamp(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        int64_t days = a[row & mask];
        if (calendar_days_in_range(days)) {
            k->result->i64[row] = days * MS_PER_DAY;
        } else {
            sluice_fault(k, row, SLUICE_FAULT_DATETIME_OVERFLOW, "datetime overflow in a CAST");
        }
    }
}

static void timestamp_to_date(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, out[row] = i64_floor_div(a[row & mask], MS_PER_DAY););
}

static void timestamp_to_time(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, out[row] = calendar_ms_of_day(a[row & mask]););
}

/* ---- intervals ---- */

/* The last field's unit in milliseconds or months; SECOND goes down to the millisecond. */
static int64_t last_unit(struct type t)
{
    if (t.kind == TYPE_INTERVAL_MONTH) return t.to == UNIT_YEAR ? 12 : 1;
    return t.to == UNIT_SECOND ? 1 : calendar_unit_ms(t.to);
}

static void interval_to_interval(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const int64_t unit = last_unit(to_type(k));
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        out[row] = v - v % unit;
    });
}

/* The number of the one unit; seconds may have a fraction, which is rounded (L-13). */
static void interval_to_exact(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type from = arg_type(k, 0), to = to_type(k);
    const int64_t unit = last_unit(from);
    const int scale = from.to == UNIT_SECOND ? 3 : 0;
    const int precision = to.kind == TYPE_DECIMAL ? to.precision : 19;
    FOR_ROWS(k, row)
    {
        int64_t v = a[row & mask] / unit;
        if (!decimal_rescale(v, scale, to.scale, precision, &k->result->i64[row])) {
            fault_overflow(k, row);
        }
    }
}

/* ---- binary ---- */

static void binary_to_binary(struct kernel_call *k)
{
    const struct str *a = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type to = to_type(k);
    FOR_ROWS(k, row)
    {
        const struct str *s = &a[row & mask];
        size_t kept = to.length > 0 && s->len > to.length ? to.length : s->len;
        size_t n = to.kind == TYPE_BINARY && kept < to.length ? to.length : kept;
        const char *p = str_data(s);
        if (n > kept) {
            char *padded = sluice_alloc(k, n);
            memcpy(padded, p, kept);
            memset(padded + kept, 0, n - kept);
            p = padded;
        }
        result_str(k)[row] = str_view(p, n);
    }
}

/* ---- which one it is ---- */

#define CAST_ROW(run, failures)                                                                    \
    {                                                                                              \
        .name = "CAST", .group = "Casts", .errors = failures, .kernel = run, .doc = "",            \
        .examples = ""                                                                             \
    }

static const struct fn_def cast_same = CAST_ROW(fn_same_kernel, "");
static const struct fn_def cast_null = {
    .name = "CAST", .group = "Casts", .nulls = SLUICE_SEES_NULLS, .errors = "", .kernel = from_null,
    .doc = "", .examples = "",
};
static const struct fn_def cast_exact = CAST_ROW(exact_to_exact, "22003");
static const struct fn_def cast_exact_approximate = CAST_ROW(exact_to_approximate, "");
static const struct fn_def cast_approximate_exact = CAST_ROW(approximate_to_exact, "22003");
static const struct fn_def cast_real = CAST_ROW(double_to_real, "22003");
static const struct fn_def cast_to_text = CAST_ROW(any_to_text, "22001");
static const struct fn_def cast_timestamp_text = CAST_ROW(timestamp_to_text, "22001");
static const struct fn_def cast_text = CAST_ROW(text_to_text, "");
static const struct fn_def cast_insert_text = CAST_ROW(insert_text, "22001");
static const struct fn_def cast_from_text = CAST_ROW(from_text, "22018 22003 22007");
static const struct fn_def cast_date_timestamp = CAST_ROW(date_to_timestamp, "22008");
static const struct fn_def cast_timestamp_date = CAST_ROW(timestamp_to_date, "");
static const struct fn_def cast_timestamp_time = CAST_ROW(timestamp_to_time, "");
static const struct fn_def cast_interval = CAST_ROW(interval_to_interval, "");
static const struct fn_def cast_interval_exact = CAST_ROW(interval_to_exact, "22003");
static const struct fn_def cast_binary = CAST_ROW(binary_to_binary, "");

/* Every value of `from` is one of `to`, in the same bits. */
static bool exact_widens(struct type from, struct type to)
{
    if (type_is_integer(from) && type_is_integer(to)) return to.kind >= from.kind;
    return from.scale == to.scale && to.kind == TYPE_DECIMAL &&
           (to.precision > 18 || to.precision >= type_digits(from));
}

static const struct fn_def *number_cast(struct type from, struct type to)
{
    if (type_is_exact(from) && type_is_exact(to)) {
        return exact_widens(from, to) ? &cast_same : &cast_exact;
    }
    if (type_is_exact(from)) return &cast_exact_approximate;
    if (type_is_exact(to)) return &cast_approximate_exact;
    return from.kind == TYPE_DOUBLE && to.kind == TYPE_REAL ? &cast_real : &cast_same;
}

/* A text of type `from` is never too long for `to`, and needs no blanks. */
static bool text_fits(struct type from, struct type to)
{
    if (to.kind == TYPE_CHAR) return from.kind == TYPE_CHAR && from.length == to.length;
    bool limited = from.kind == TYPE_CHAR || from.length > 0;
    return to.length == 0 || (limited && from.length <= to.length);
}

static const struct fn_def *text_cast(struct type from, struct type to, bool implicit)
{
    if (!type_is_text(to)) return &cast_from_text;
    if (text_fits(from, to)) return &cast_same;
    return implicit ? &cast_insert_text : &cast_text;
}

static const struct fn_def *interval_cast(struct type to)
{
    if (type_is_exact(to)) return &cast_interval_exact;
    /* no interval has a remainder below a second's milliseconds, or below a month */
    bool whole = to.to == UNIT_SECOND || to.to == UNIT_MONTH;
    return whole ? &cast_same : &cast_interval;
}

static const struct fn_def *datetime_cast(struct type from, struct type to)
{
    if (from.kind == to.kind) return &cast_same;
    if (from.kind == TYPE_DATE) return &cast_date_timestamp;
    return to.kind == TYPE_DATE ? &cast_timestamp_date : &cast_timestamp_time;
}

static const struct fn_def *cast_row(struct type from, struct type to, bool implicit)
{
    if (from.kind == TYPE_NULL) return &cast_null;
    if (type_is_text(from)) return text_cast(from, to, implicit);
    if (type_is_text(to)) {
        return from.kind == TYPE_TIMESTAMP ? &cast_timestamp_text : &cast_to_text;
    }
    if (type_is_number(from)) return number_cast(from, to);
    if (type_is_interval(from)) return interval_cast(to);
    if (type_is_binary(from)) return type_equal(from, to) ? &cast_same : &cast_binary;
    return type_is_datetime(from) ? datetime_cast(from, to) : &cast_same;
}

struct status cast_resolve(struct arena *a, struct type from, struct type to, bool implicit,
                           struct span at, struct fn_choice *out)
{
    bool exists = implicit ? type_assignable(from, to) : type_castable(from, to);
    if (!exists || to.kind == TYPE_NULL) {
        return status_new(a, ERR_CANNOT_CAST, at,
                          "cast function cannot convert value of type %s to type %s",
                          type_text(a, from), type_text(a, to));
    }
    if (from.kind == TYPE_TIME && to.kind == TYPE_TIMESTAMP) {
        return status_new(a, ERR_INTERNAL, at, "a TIME becomes a TIMESTAMP by \"TIMESTAMP OF\"");
    }
    struct cast_words *w = ARENA_NEW(a, struct cast_words);
    *w = (struct cast_words){ type_text(a, from), type_text(a, to) };
    struct type *args = ARENA_NEW(a, struct type);
    *args = from;
    *out = (struct fn_choice){
        .fn = cast_row(from, to, implicit), .args = args, .result = to, .bound = w
    };
    return OK;
}
