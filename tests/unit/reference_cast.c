/* reference_cast.c: CAST (sheet of scalar functions, 9), and the door to all references. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference.h"

static const struct reference none = { .kind = REFERENCE_NONE };

#define DAY_MS 86400000

/* ---- to text ---- */

/* The target's length in characters: too long is a fault, CHAR is padded. All of the text is ASCII. */
static struct reference fit_text(struct arena *a, const char *text, struct type to)
{
    size_t n = strlen(text);
    if (to.length && n > to.length) return reference_fault(ERR_STRING_TOO_LONG);
    if (to.kind == TYPE_CHAR && n < to.length) text = str_format_c(a, "%-*s", (int)to.length, text);
    return reference_str(a, text, strlen(text));
}

static const char *decimal_text(struct arena *a, int64_t v, int scale)
{
    char digits[300];
    bool negative = v < 0;
    unsigned long long u = negative ? 0 - (unsigned long long)v : (unsigned long long)v;
    if (scale == 0) return str_format_c(a, "%lld", (long long)v);
    snprintf(digits, sizeof digits, "%0*llu", scale, u);
    int whole = (int)strlen(digits) - scale;
    return str_format_c(a, "%s%.*s.%s", negative ? "-" : "", whole, digits, digits + whole);
}

static const char *double_text(struct arena *a, double v, bool real)
{
    char text[64];
    int p = 0;
    if (v == 0) return "0E0";
    do snprintf(text, sizeof text, "%.*e", p, v);
    while ((real ? (double)strtof(text, NULL) : strtod(text, NULL)) != v && ++p < 20);
    char *e = strchr(text, 'e');
    int exponent = atoi(e + 1);
    *e = 0;
    return str_format_c(a, "%sE%d", text, exponent);
}

static const char *interval_text(struct arena *a, int64_t v, struct type t)
{
    static const int64_t sizes[] = { 0, 12, 1, DAY_MS, 3600000, 60000, 1000 };
    unsigned long long rest = v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v;
    const char *text = v < 0 ? "-" : "+";
    for (int u = t.from; u <= t.to; u++) {
        unsigned long long part = rest / (unsigned long long)sizes[u];
        rest %= (unsigned long long)sizes[u];
        const char *before = u == t.from ? "" : u == UNIT_MONTH ? "-" : u == UNIT_HOUR ? " " : ":";
        text = str_format_c(a, u == t.from ? "%s%s%llu" : "%s%s%02llu", text, before, part);
    }
    return t.to == UNIT_SECOND && rest ? str_format_c(a, "%s.%03llu", text, rest) : text;
}

static const char *datetime_text(struct arena *a, const struct value *v)
{
    int64_t ms = v->i64;
    if (v->type.kind == TYPE_DATE) {
        if (v->i64 < -719162 || v->i64 > 2932896) return NULL;
        ms *= DAY_MS;
    }
    if (ms < -62135596800000 || ms >= 253402300800000) return NULL;
    int64_t in_second = (ms % 1000 + 1000) % 1000;
    time_t s = (time_t)((ms - in_second) / 1000);
    struct tm t;
    gmtime_r(&s, &t);
    const char *day = str_format_c(a, "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
    const char *time = str_format_c(a, "%02d:%02d:%02d", t.tm_hour, t.tm_min, t.tm_sec);
    const char *all = str_format_c(a, "%s.%03d", time, (int)in_second);
    if (v->type.kind == TYPE_DATE) return day;
    if (v->type.kind == TYPE_TIME) return ms < 0 || ms >= DAY_MS ? NULL : in_second ? all : time;
    return str_format_c(a, "%s %s", day, all);
}

static struct reference to_text(struct arena *a, const struct value *v, struct type to)
{
    const char *text = NULL;
    if (v->type.kind == TYPE_BOOLEAN) text = v->b ? "TRUE" : "FALSE";
    else if (type_form(v->type) == FORM_F64)
        text = double_text(a, v->f64, v->type.kind == TYPE_REAL);
    else if (type_is_interval(v->type)) text = interval_text(a, v->i64, v->type);
    else if (type_is_number(v->type))
        text = decimal_text(a, v->i64, v->type.kind == TYPE_DECIMAL ? v->type.scale : 0);
    else if (type_is_datetime(v->type)) text = datetime_text(a, v);
    return text ? fit_text(a, text, to) : none;
}

/* ---- numbers ---- */

/* The exact value of a double, as printf writes it, rounded at the scale. */
static struct reference exact_of_double(double v, struct type to)
{
    char text[1500];
    int scale = to.kind == TYPE_DECIMAL ? to.scale : 0;
    if (fabs(v) > 1e19) return reference_fault(ERR_NUMERIC_OVERFLOW); /* beyond any precision */
    snprintf(text, sizeof text, "%.1100f", fabs(v));
    const char *point = strchr(text, '.');
    wide n = 0;
    for (const char *p = text; p <= point + scale; p++)
        if (*p != '.') n = n * 10 + (*p - '0');
    if (point[scale + 1] >= '5') n++;
    return reference_exact(v < 0 ? -n : n, scale, to);
}

static struct reference number_to_number(const struct value *v, struct type to)
{
    bool from_double = type_form(v->type) == FORM_F64, to_double = type_form(to) == FORM_F64;
    if (from_double && to_double) return reference_double(v->f64, to);
    if (to_double) {
        char text[64];
        snprintf(text, sizeof text, "%llde-%d", (long long)v->i64,
                 v->type.kind == TYPE_DECIMAL ? v->type.scale : 0);
        return reference_double(
            to.kind == TYPE_REAL ? (double)strtof(text, NULL) : strtod(text, NULL), to);
    }
    if (from_double) return exact_of_double(v->f64, to);
    return reference_exact(v->i64, v->type.kind == TYPE_DECIMAL ? v->type.scale : 0, to);
}

/* ---- from text ---- */

static const char *trimmed(struct arena *a, const struct value *v)
{
    const char *p = str_to_c(a, v->str);
    while (*p == ' ') p++;
    size_t n = strlen(p);
    while (n > 0 && p[n - 1] == ' ') n--;
    return str_to_c(a, str_view(p, n));
}

static struct reference text_to_number(const char *s, struct type to)
{
    bool negative = *s == '-', any = false, approximate = type_form(to) == FORM_F64;
    const char *p = s + (*s == '-' || *s == '+');
    wide n = 0;
    int scale = 0, digits = 0;
    for (bool point = false; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        n = n * 10 + (*p - '0');
        scale += point;
        if (++digits > 35) return none;
    }
    if (!any || p[-1] == '.') return reference_fault(ERR_CANNOT_CONVERT);
    if (approximate && (*p == 'e' || *p == 'E')) {
        const char *q = p + 1 + (p[1] == '-' || p[1] == '+');
        if (*q < '0' || *q > '9') return reference_fault(ERR_CANNOT_CONVERT);
        while (*q >= '0' && *q <= '9') q++;
        p = q;
    }
    if (*p) return reference_fault(ERR_CANNOT_CONVERT);
    if (approximate)
        return reference_double(to.kind == TYPE_REAL ? (double)strtof(s, NULL) : strtod(s, NULL),
                                to);
    return reference_exact(negative ? -n : n, scale, to);
}

/* One or two digits, below the limit. */
static bool field(const char **p, int low, int high, int *out)
{
    int n = 0;
    for (*out = 0; n < 2 && **p >= '0' && **p <= '9'; n++) *out = *out * 10 + (*(*p)++ - '0');
    return n > 0 && *out >= low && *out <= high;
}

static bool read_day(const char **p, int64_t *ms)
{
    struct tm t = { 0 };
    int year = 0, month, day;
    for (int i = 0; i < 4; i++) {
        if (**p < '0' || **p > '9') return false;
        year = year * 10 + (*(*p)++ - '0');
    }
    if (*(*p)++ != '-' || !field(p, 1, 12, &month) || *(*p)++ != '-' || !field(p, 1, 31, &day))
        return false;
    t.tm_year = year - 1900;
    t.tm_mon = month - 1;
    t.tm_mday = day;
    *ms = (int64_t)timegm(&t) * 1000;
    return t.tm_mday == day && year > 0;
}

static bool read_time(const char **p, int64_t *ms)
{
    int h, m, s, size = 100;
    if (!field(p, 0, 23, &h) || *(*p)++ != ':' || !field(p, 0, 59, &m) || *(*p)++ != ':' ||
        !field(p, 0, 59, &s))
        return false;
    *ms = (h * 60 + m) * 60000 + s * 1000;
    if (**p != '.') return true;
    if ((*p)[1] < '0' || (*p)[1] > '9') return false;
    for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, size /= 10) *ms += size * (**p - '0');
    return true;
}

static struct reference text_to_datetime(const char *s, struct type to)
{
    struct reference bad = reference_fault(ERR_CANNOT_CONVERT_DATETIME);
    const char *p = s;
    int64_t day = 0, time = 0;
    if (*s == '0' && strncmp(s, "0000", 4) == 0) return none;
    if (to.kind == TYPE_TIME) return read_time(&p, &time) && !*p ? reference_i64(time) : bad;
    if (!read_day(&p, &day)) return bad;
    if (to.kind == TYPE_DATE) return *p ? bad : reference_i64(day / DAY_MS);
    if (!*p) return reference_i64(day);
    if (*p == 'Z' || (*p == ' ' && p[1] == ' ')) return none; /* the sheet does not say */
    if (*p != ' ' && *p != 'T') return bad;
    p++;
    if (!read_time(&p, &time)) return bad;
    if (*p == 'Z') p++;
    return *p ? bad : reference_i64(day + time);
}

static struct reference from_text(struct arena *a, const struct value *v, struct type to)
{
    const char *s = trimmed(a, v);
    for (const char *p = s; *p; p++)
        if (*p < ' ' || *p > '~') return none;
    if (type_is_number(to)) return text_to_number(s, to);
    if (type_is_datetime(to)) return text_to_datetime(s, to);
    if (to.kind != TYPE_BOOLEAN) return none;
    if (strcasecmp(s, "true") == 0 || strcasecmp(s, "false") == 0)
        return reference_bool(*s == 't' || *s == 'T');
    return reference_fault(ERR_CANNOT_CONVERT);
}

static struct reference text_to_text(struct arena *a, const struct value *v, struct type to)
{
    const char *s = str_to_c(a, v->str);
    for (uint32_t i = 0; i < v->str.len; i++)
        if (s[i] < ' ' || s[i] > '~') return none;
    if (to.length && v->str.len > to.length) s = str_to_c(a, str_view(s, to.length));
    return fit_text(a, s, to);
}

/* ---- datetimes and intervals ---- */

static struct reference between_datetimes(const struct value *v, struct type to)
{
    int64_t day = v->i64 >= 0 ? v->i64 / DAY_MS : -((-v->i64 + DAY_MS - 1) / DAY_MS);
    if (v->type.kind == to.kind) return reference_i64(v->i64);
    if (v->type.kind == TYPE_DATE && to.kind == TYPE_TIMESTAMP)
        return v->i64 > -700000 && v->i64 < 2000000 ? reference_i64(v->i64 * DAY_MS) : none;
    if (v->type.kind != TYPE_TIMESTAMP || v->i64 < INT64_MIN / 2) return none;
    return reference_i64(to.kind == TYPE_DATE ? day : v->i64 - day * DAY_MS);
}

static struct reference from_interval(const struct value *v, struct type to)
{
    static const int64_t sizes[] = { 0, 12, 1, DAY_MS, 3600000, 60000, 1 };
    if (type_is_interval(to)) return reference_i64(v->i64 / sizes[to.to] * sizes[to.to]);
    if (v->type.to == UNIT_SECOND) return reference_exact(v->i64, 3, to);
    wide whole = (wide)v->i64 * reference_power_of_ten(12) / sizes[v->type.to];
    return v->i64 % sizes[v->type.to] ? none : reference_exact(whole, 12, to);
}

struct reference reference_cast(struct arena *a, const struct value *v, struct type to)
{
    struct type from = v->type;
    if (v->null) return (struct reference){ .kind = REFERENCE_NULL };
    if (type_is_number(from) && type_is_number(to)) return number_to_number(v, to);
    if (type_is_text(from) && type_is_text(to)) return text_to_text(a, v, to);
    if (type_is_text(to)) return to_text(a, v, to);
    if (type_is_text(from)) return from_text(a, v, to);
    if (type_is_datetime(from) && type_is_datetime(to)) return between_datetimes(v, to);
    if (type_is_interval(from)) return from_interval(v, to);
    if (from.kind == TYPE_BOOLEAN && to.kind == TYPE_BOOLEAN) return reference_bool(v->b);
    return none;
}

/* ---- all of them ---- */

struct reference reference_of(const struct reference_call *c, bool strict)
{
    for (uint32_t i = 0; strict && i < c->n_args; i++)
        if (c->args[i].null) return (struct reference){ .kind = REFERENCE_NULL };
    bool any_null = false;
    for (uint32_t i = 0; i < c->n_args; i++) any_null = any_null || c->args[i].null;
    if (any_null && strncmp(c->name, "IS ", 3) != 0) return none;
    struct reference r = reference_time(c);
    if (r.kind == REFERENCE_NONE) r = reference_reading(c);
    if (r.kind == REFERENCE_NONE) r = reference_text(c);
    if (r.kind == REFERENCE_NONE) r = reference_pattern(c);
    return r.kind == REFERENCE_NONE ? reference_number(c) : r;
}
