/* reference_number.c: arithmetic, comparison, logic and numeric functions (sheet of scalar functions, 3, 4, 8). */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

wide reference_power_of_ten(int n)
{
    wide p = 1;
    while (n-- > 0) p *= 10;
    return p;
}

static bool fits(wide v, struct type t)
{
    switch (t.kind) {
    case TYPE_TINYINT: return v >= INT8_MIN && v <= INT8_MAX;
    case TYPE_SMALLINT: return v >= INT16_MIN && v <= INT16_MAX;
    case TYPE_INTEGER: return v >= INT32_MIN && v <= INT32_MAX;
    case TYPE_DECIMAL:
        if (v <= -reference_power_of_ten(t.precision) || v >= reference_power_of_ten(t.precision))
            return false;
        break;
    default: break;
    }
    return v >= INT64_MIN && v <= INT64_MAX;
}

/* n / d, halves away from zero. */
static wide divide_rounded(wide n, wide d)
{
    bool negative = (n < 0) != (d < 0);
    wide a = n < 0 ? -n : n, b = d < 0 ? -d : d;
    wide q = a / b, r = a % b;
    if (r >= b - r) q++;
    return negative ? -q : q;
}

struct reference reference_exact(wide unscaled, int scale, struct type to)
{
    int wanted = to.kind == TYPE_DECIMAL ? to.scale : 0;
    if (wanted > scale) {
        wide by = reference_power_of_ten(wanted - scale), most = reference_power_of_ten(37);
        if (unscaled > most / by || unscaled < -most / by)
            return reference_fault(ERR_NUMERIC_OVERFLOW);
        unscaled *= by;
    } else if (wanted < scale) {
        unscaled = divide_rounded(unscaled, reference_power_of_ten(scale - wanted));
    }
    return fits(unscaled, to) ? reference_i64((int64_t)unscaled)
                              : reference_fault(ERR_NUMERIC_OVERFLOW);
}

struct reference reference_double(double v, struct type to)
{
    if (to.kind == TYPE_REAL) v = (double)(float)v;
    if (!isfinite(v)) return reference_fault(ERR_NUMERIC_OVERFLOW);
    return (struct reference){ .kind = REFERENCE_VALUE, .value = { .f64 = v } };
}

static struct reference about(double v)
{
    struct reference r = reference_double(v, type_of(TYPE_DOUBLE));
    r.about = true;
    return r;
}

static int scale_of(struct type t)
{
    return t.kind == TYPE_DECIMAL ? t.scale : 0;
}

double reference_as_double(const struct value *v)
{
    char text[64];
    if (type_form(v->type) == FORM_F64) return v->f64;
    snprintf(text, sizeof text, "%llde-%d", (long long)v->i64, scale_of(v->type));
    return strtod(text, NULL);
}

/* ---- + - * / ---- */

static struct reference approximate(char op, double a, double b, struct type to)
{
    switch (op) {
    case '+': return reference_double(a + b, to);
    case '-': return reference_double(a - b, to);
    case '*': return reference_double(a * b, to);
    default: return b == 0 ? reference_fault(ERR_DIVISION_BY_ZERO) : reference_double(a / b, to);
    }
}

/* Long division, a digit at a time, to the scale of the result. */
static struct reference quotient(const struct value *a, const struct value *b, struct type to)
{
    if (b->i64 == 0) return reference_fault(ERR_DIVISION_BY_ZERO);
    if (to.kind != TYPE_DECIMAL) return reference_exact((wide)a->i64 / b->i64, 0, to);
    wide n = (wide)a->i64 * reference_power_of_ten(scale_of(b->type));
    wide d = (wide)b->i64 * reference_power_of_ten(scale_of(a->type));
    bool negative = (n < 0) != (d < 0);
    if (n < 0) n = -n;
    if (d < 0) d = -d;
    wide q = n / d, rest = n % d;
    for (int i = 0; i < to.scale; i++) {
        if (q > reference_power_of_ten(36)) return reference_fault(ERR_NUMERIC_OVERFLOW);
        if (rest > reference_power_of_ten(37)) return (struct reference){ .kind = REFERENCE_NONE };
        q = q * 10 + rest * 10 / d;
        rest = rest * 10 % d;
    }
    if (rest >= d - rest) q++;
    return fits(q, to) ? reference_i64((int64_t)(negative ? -q : q))
                       : reference_fault(ERR_NUMERIC_OVERFLOW);
}

static struct reference arithmetic(const struct reference_call *c)
{
    const struct value *a = &c->args[0], *b = &c->args[1];
    char op = c->name[0];
    if (!type_is_number(a->type) || !type_is_number(b->type)) return (struct reference){ 0 };
    if (type_form(c->result) == FORM_F64)
        return approximate(op, reference_as_double(a), reference_as_double(b), c->result);
    int sa = scale_of(a->type), sb = scale_of(b->type);
    if (op == '*') return reference_exact((wide)a->i64 * b->i64, sa + sb, c->result);
    if (op == '/') return quotient(a, b, c->result);
    int s = sa > sb ? sa : sb;
    wide x = (wide)a->i64 * reference_power_of_ten(s - sa);
    wide y = (wide)b->i64 * reference_power_of_ten(s - sb);
    return reference_exact(op == '+' ? x + y : x - y, s, c->result);
}

/* ---- comparison ---- */

static int compare_text(const struct str *a, const struct str *b)
{
    const char *p = str_data(a), *q = str_data(b);
    for (uint32_t i = 0; i < a->len || i < b->len; i++) {
        unsigned char x = i < a->len ? (unsigned char)p[i] : ' ';
        unsigned char y = i < b->len ? (unsigned char)q[i] : ' ';
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static int order(wide a, wide b)
{
    return a < b ? -1 : a > b;
}

bool reference_compare(const struct value *a, const struct value *b, int *out)
{
    if (type_is_number(a->type) && type_is_number(b->type)) {
        if (type_form(a->type) == FORM_F64 || type_form(b->type) == FORM_F64) {
            double x = reference_as_double(a), y = reference_as_double(b);
            *out = x < y ? -1 : x > y;
            return true;
        }
        *out = order((wide)a->i64 * reference_power_of_ten(scale_of(b->type)),
                     (wide)b->i64 * reference_power_of_ten(scale_of(a->type)));
        return true;
    }
    if (type_is_text(a->type) && type_is_text(b->type)) {
        *out = compare_text(&a->str, &b->str);
        return true;
    }
    if (a->type.kind != b->type.kind || type_is_binary(a->type)) return false;
    *out = type_form(a->type) == FORM_BOOL ? order(a->b, b->b) : order(a->i64, b->i64);
    return true;
}

static struct reference comparison(const struct reference_call *c)
{
    static const char *const signs[] = { "=", "<>", "<", "<=", ">", ">=" };
    int o;
    if (!reference_compare(&c->args[0], &c->args[1], &o)) return (struct reference){ 0 };
    const bool truth[] = { o == 0, o != 0, o<0, o <= 0, o> 0, o >= 0 };
    for (int i = 0; i < 6; i++)
        if (strcmp(c->name, signs[i]) == 0) return reference_bool(truth[i]);
    if (strcmp(c->name, "NULLIF") != 0) return (struct reference){ 0 };
    if (o == 0) return (struct reference){ .kind = REFERENCE_NULL };
    return (struct reference){ .kind = REFERENCE_VALUE, .value = c->args[0] };
}

static struct reference distinct(const struct reference_call *c)
{
    const struct value *a = &c->args[0], *b = &c->args[1];
    bool negated = strcmp(c->name, "IS NOT DISTINCT FROM") == 0;
    int o = 0;
    if (a->null || b->null) return reference_bool((a->null != b->null) != negated);
    if (!reference_compare(a, b, &o)) return (struct reference){ 0 };
    return reference_bool((o != 0) != negated);
}

static struct reference logic(const struct reference_call *c)
{
    const struct value *a = &c->args[0];
    const char *is = c->name;
    if (strcmp(is, "NOT") == 0) return reference_bool(!a->b);
    bool negated = strncmp(is, "IS NOT ", 7) == 0;
    const char *what = is + (negated ? 7 : 3);
    bool truth = strcmp(what, "TRUE") == 0    ? !a->null && a->b
                 : strcmp(what, "FALSE") == 0 ? !a->null && !a->b
                                              : a->null;
    return reference_bool(truth != negated);
}

/* ---- functions ---- */

static struct reference signed_number(const struct reference_call *c)
{
    const struct value *a = &c->args[0];
    bool flip = strcmp(c->name, "NEG") == 0;
    if (strcmp(c->name, "ABS") == 0)
        flip = type_form(a->type) == FORM_F64 ? a->f64 < 0 : a->i64 < 0;
    if (type_form(a->type) == FORM_F64) return reference_double(flip ? -a->f64 : a->f64, c->result);
    wide v = flip ? -(wide)a->i64 : a->i64;
    return type_is_number(a->type)  ? reference_exact(v, scale_of(a->type), c->result)
           : v != (int64_t)v ? reference_fault(ERR_NONE)
                                    : reference_i64((int64_t)v);
}

static struct reference rounded(const struct reference_call *c)
{
    const struct value *a = &c->args[0];
    bool up = strcmp(c->name, "CEIL") == 0;
    if (type_form(a->type) == FORM_F64)
        return reference_double(up ? ceil(a->f64) : floor(a->f64), c->result);
    wide by = reference_power_of_ten(scale_of(a->type)), v = a->i64;
    wide q = v / by, r = v % by;
    if (r > 0 && up) q++;
    if (r < 0 && !up) q--;
    return reference_exact(q, 0, c->result);
}

static struct reference power(double x, double y)
{
    if (x == 0 && y < 0) return reference_fault(ERR_POWER);
    if (x < 0 && y != floor(y)) return reference_fault(ERR_POWER);
    return about(pow(x, y));
}

static struct reference transcendental(const struct reference_call *c)
{
    double x = reference_as_double(&c->args[0]);
    if (strcmp(c->name, "EXP") == 0) return about(exp(x));
    if (strcmp(c->name, "SQRT") == 0) return x < 0 ? reference_fault(ERR_POWER) : about(sqrt(x));
    if (strcmp(c->name, "POWER") == 0) return power(x, reference_as_double(&c->args[1]));
    if (x <= 0) return reference_fault(ERR_LOGARITHM);
    return about(c->name[1] == 'N' ? log(x) : log10(x));
}

static struct reference remainder_of(const struct reference_call *c)
{
    int64_t a = c->args[0].i64, b = c->args[1].i64;
    if (b == 0) return reference_fault(ERR_DIVISION_BY_ZERO);
    return reference_exact((wide)a % (wide)b, 0, c->result);
}

struct reference reference_number(const struct reference_call *c)
{
    static const struct {
        const char *names;
        struct reference (*work)(const struct reference_call *c);
    } parts[] = {
        { " + - * / ", arithmetic },
        { " = <> < <= > >= NULLIF ", comparison },
        { " NEG POS ABS ", signed_number },
        { " CEIL FLOOR ", rounded },
        { " EXP LN LOG10 POWER SQRT ", transcendental },
        { " MOD ", remainder_of },
    };
    if (strstr(c->name, "DISTINCT")) return distinct(c);
    if (strncmp(c->name, "IS ", 3) == 0 || strcmp(c->name, "NOT") == 0) return logic(c);
    if (strchr(c->name, ' ')) return (struct reference){ 0 };
    const char *word = str_format_c(c->arena, " %s ", c->name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(parts[i].names, word)) return parts[i].work(c);
    return (struct reference){ 0 };
}
