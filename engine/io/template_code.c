/* template_code.c: helpers that compute: numbers, choices, times, and what has a form of its own. */

#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "data/calendar.h"
#include "io/template_impl.h"

/* ---- arguments ---- */

/* A number, also one that stands as a text: {"min": "5"}. */
static double number_of(const json_t *v, double otherwise)
{
    if (json_is_number(v)) return json_number_value(v);
    double out;
    bool   overflow;
    if (json_is_string(v) && json_string_length(v) &&
        number_parse_double(json_string_value(v), json_string_length(v), true, &out, &overflow) ==
            json_string_length(v))
        return out;
    return otherwise;
}

/* False: there is such a member, and it is no number. */
static bool no_other(const json_t *object, const char *member)
{
    const json_t *v = json_object_get(object, member);
    return !v || json_is_null(v) || !isnan(number_of(v, NAN));
}

static struct str text_of(struct compiling *k, const json_t *v, const char *otherwise)
{
    if (!json_is_string(v)) return str_c(otherwise);
    return str_copy(k->arena, str_view(json_string_value(v), json_string_length(v)));
}

static struct str shown(struct compiling *k, const json_t *v)
{
    struct buf b = { 0 };
    json_as_text(v, &b);
    struct str s = str_copy(k->arena, str_view(b.data, b.len));
    buf_free(&b);
    return s;
}

void json_as_text(const json_t *v, struct buf *out)
{
    char   digits[NUMBER_DOUBLE_MAX];
    switch (json_typeof(v)) {
    case JSON_STRING: buf_append(out, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER: buf_printf(out, "%lld", (long long)json_integer_value(v)); break;
    case JSON_REAL:
        buf_append(out, digits, number_format_double(digits, json_real_value(v)));
        break;
    case JSON_TRUE: buf_append_c(out, "true"); break;
    case JSON_FALSE: buf_append_c(out, "false"); break;
    case JSON_NULL: buf_append_c(out, "null"); break;
    case JSON_OBJECT: buf_append_c(out, "[object Object]"); break;
    case JSON_ARRAY:
        for (size_t i = 0; i < json_array_size(v); i++) {
            const json_t *item = json_array_get(v, i);
            if (i) buf_append_char(out, ',');
            if (!json_is_null(item)) json_as_text(item, out);
        }
    }
}

static void prepare_nothing(struct compiling *k, struct call *c, const json_t *argument)
{
    (void)k;
    (void)c;
    (void)argument;
}

static void append_number(struct buf *out, double v)
{
    char digits[NUMBER_DOUBLE_MAX];
    bool whole = v == floor(v) && fabs(v) < 1e15;
    buf_append(out, digits,
               whole ? number_format_i64(digits, (int64_t)v) : number_format_double(digits, v));
}

/* ---- random numbers ---- */

/* A maximum, or {min, max, precision}. Both ends are included when max >= 0. */
static void prepare_number(struct compiling *k, struct call *c, const json_t *argument)
{
    c->min = number_of(json_object_get(argument, "min"), 0);
    c->max = number_of(json_object_get(argument, "max"), number_of(argument, 99999));
    c->step = number_of(json_object_get(argument, "precision"), 1);
    bool fits = json_is_object(argument)
                    ? no_other(argument, "min") && no_other(argument, "max") &&
                          no_other(argument, "precision")
                    : !argument || !isnan(number_of(argument, NAN));
    if (!fits)
        k->problem = "the argument is a number, or {\"min\": n, \"max\": n, \"precision\": n}";
    else if (c->step <= 0) k->problem = "precision is above 0";
    else if (c->max < c->min) k->problem = "max is below min";
    if (c->max >= 0) c->max += c->step;
}

static void make_number(const struct call *c, struct making *m, struct buf *out)
{
    double from = c->min / c->step, to = c->max / c->step;
    append_number(out, c->step * floor(from + chance_unit(&m->chance) * (to - from)));
}

static void make_boolean(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    buf_append_c(out, chance_bits(&m->chance) >> 63 ? "true" : "false");
}

static char symbol(struct making *m, const char *set)
{
    return set[chance_below(&m->chance, (uint32_t)strlen(set))];
}

static const char alphanumerics[] = "0123456789abcdefghijklmnopqrstuvwxyz",
                  hex[] = "0123456789abcdef";

static void make_alphanumeric(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    buf_append_char(out, symbol(m, alphanumerics));
}

/* RFC 4122, version 4. */
static void make_uuid(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    uint64_t a = chance_bits(&m->chance), b = chance_bits(&m->chance);
    a = (a & ~UINT64_C(0xf000)) | 0x4000;
    b = b >> 2 | UINT64_C(1) << 63;
    char    *p = buf_reserve(out, 36);
    for (int i = 0, at = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) p[at++] = '-';
        p[at++] = hex[(i < 16 ? a >> (60 - 4 * i) : b >> (124 - 4 * i)) & 15];
    }
    out->len += 36;
}

/* ---- choices ---- */

static void choose_from(struct compiling *k, struct call *c, const json_t *list)
{
    size_t n = json_array_size(list);
    c->items = ARENA_ARRAY(k->arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++) c->items[c->n++] = shown(k, json_array_get(list, i));
}

static void choose_from_words(struct compiling *k, struct call *c, const char *const *words)
{
    while (words[c->n]) c->n++;
    c->items = ARENA_ARRAY(k->arena, struct str, c->n);
    for (uint32_t i = 0; i < c->n; i++) c->items[i] = str_c(words[i]);
}

void prepare_words(struct compiling *k, struct call *c, const json_t *argument)
{
    (void)argument;
    choose_from_words(k, c, c->helper->words);
}

void prepare_patterns(struct compiling *k, struct call *c, const json_t *argument)
{
    (void)argument;
    while (c->helper->words[c->n]) c->n++;
    c->patterns = arena_calloc(k->arena, c->n * sizeof *c->patterns);
    for (uint32_t i = 0; i < c->n; i++)
        pattern_compile(k, str_c(c->helper->words[i]), true, &c->patterns[i]);
}

void make_item(const struct call *c, struct making *m, struct buf *out)
{
    buf_append_str(out, c->items[chance_below(&m->chance, c->n)]);
}

void make_pattern(const struct call *c, struct making *m, struct buf *out)
{
    pattern_make(&c->patterns[c->n > 1 ? chance_below(&m->chance, c->n) : 0], m, out);
}

static void prepare_array(struct compiling *k, struct call *c, const json_t *argument)
{
    static const char *const otherwise[] = { "a", "b", "c", NULL };
    if (!argument) choose_from_words(k, c, otherwise);
    else if (json_array_size(argument)) choose_from(k, c, argument);
    else k->problem = "the argument is an array with at least one element: [\"a\", \"b\"]";
}

static void prepare_object(struct compiling *k, struct call *c, const json_t *argument)
{
    static const char *const otherwise[] = { "bar", "car", NULL };
    if (!argument) {
        choose_from_words(k, c, otherwise);
        return;
    }
    if (!json_object_size(argument)) {
        k->problem = "the argument is an object with at least one member";
        return;
    }
    c->items = ARENA_ARRAY(k->arena, struct str, json_object_size(argument));
    json_t *members = (json_t *)argument; /* jansson's walk is of what may change */
    for (void *at = json_object_iter(members); at; at = json_object_iter_next(members, at))
        c->items[c->n++] = shown(k, json_object_iter_value(at));
}

/* {weights, data}. The original rounds its running sums to two decimals. */
static void prepare_weighted(struct compiling *k, struct call *c, const json_t *argument)
{
    const json_t *weights = json_object_get(argument, "weights"),
                 *data = json_object_get(argument, "data");
    size_t n = json_array_size(data);
    if (n == 0 || json_array_size(weights) != n) {
        k->problem =
            "the argument is {\"weights\": [0.9, 0.1], "
                     "\"data\": [\"a\", \"b\"]}, a weight for each element";
        return;
    }
    c->weights = ARENA_ARRAY(k->arena, double, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double w = number_of(json_array_get(weights, i), -1);
        if (w < 0) k->problem = "a weight is a number from 0";
        c->max += w;
        sum = round((sum + w) * 100) / 100;
        c->weights[i] = sum;
    }
    if (!k->problem && c->max == 0) k->problem = "a weight is above 0";
    choose_from(k, c, data);
}

static void make_weighted(const struct call *c, struct making *m, struct buf *out)
{
    double   at = chance_unit(&m->chance) * c->max;
    uint32_t i = 0;
    while (i + 1 < c->n && at > c->weights[i]) i++;
    buf_append_str(out, c->items[i]);
}

/* All elements in any order, with commas. */
static void make_shuffled(const struct call *c, struct making *m, struct buf *out)
{
    uint32_t order[256], n = c->n < 256 ? c->n : 256;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t j = chance_below(&m->chance, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i) buf_append_char(out, ',');
        buf_append_str(out, c->items[order[i]]);
    }
}

/* ---- patterns of the user's ---- */

static void prepare_symbols(struct compiling *k, struct call *c, const json_t *argument)
{
    const char *otherwise = c->helper->words ? c->helper->words[0] : "";
    c->n = 1;
    c->patterns = arena_calloc(k->arena, sizeof *c->patterns);
    struct str text = json_is_string(argument) || !argument ? text_of(k, argument, otherwise)
                                                            : shown(k, argument);
    pattern_compile(k, text, false, c->patterns);
}

/* `#` only: a question mark stands for itself. */
static void prepare_digits(struct compiling *k, struct call *c, const json_t *argument)
{
    prepare_symbols(k, c, argument);
    for (size_t i = 0; i < c->patterns->pieces.count; i++) {
        struct piece *p = &c->patterns->pieces.items[i];
        if (p->kind == PIECE_LETTER) *p = (struct piece){ PIECE_TEXT, str_c("?"), NULL };
    }
}

/* Blanks to hyphens; what is no letter, digit, point, hyphen or underline goes. */
static void prepare_slug(struct compiling *k, struct call *c, const json_t *argument)
{
    struct str  text = argument ? shown(k, argument) : STR_EMPTY;
    const char *p = str_data(&text);
    char       *slug = arena_alloc(k->arena, text.len + 1);
    size_t      n = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        bool word = strchr(alphanumerics, p[i] | 0x20) || strchr("._-", p[i]);
        if (p[i] == ' ' || word) slug[n++] = p[i] == ' ' ? '-' : p[i];
    }
    c->text = str_view(slug, n);
}

static void prepare_text(struct compiling *k, struct call *c, const json_t *argument)
{
    c->text = argument ? shown(k, argument) : STR_EMPTY;
}

static void make_text(const struct call *c, struct making *m, struct buf *out)
{
    (void)m;
    buf_append_str(out, c->text);
}

static void make_object(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    (void)m;
    buf_append_c(out, "[object Object]");
}

/* ---- times ---- */

static void prepare_format(struct compiling *k, struct call *c, const json_t *argument)
{
    c->text = argument ? shown(k, argument) : str_c("YYYY-MM-DDTHH:mm:ss.SSSZ");
    if (!argument && strcmp(c->helper->name, "date.now") != 0)
        c->text = str_c("YYYY-MM-DDTHH:mm:ss[Z]");
}

static void make_now(const struct call *c, struct making *m, struct buf *out)
{
    moment_format(m->now_ms, c->text, out);
}

static void make_sim(const struct call *c, struct making *m, struct buf *out)
{
    moment_format(m->sim_ms, c->text, out);
}

/* How far from now: years, or days. */
static void prepare_years(struct compiling *k, struct call *c, const json_t *argument)
{
    c->max = number_of(argument, 1) * 365 * (double)MS_PER_DAY;
    if (!(c->max > 0 && c->max < 1e14)) k->problem = "the argument is a number of years above 0";
}

static void prepare_days(struct compiling *k, struct call *c, const json_t *argument)
{
    c->max = number_of(argument, 1) * (double)MS_PER_DAY;
    if (!(c->max > 0 && c->max < 1e14)) k->problem = "the argument is a number of days above 0";
}

static int64_t distance(const struct call *c, struct making *m)
{
    return 1000 + (int64_t)(chance_unit(&m->chance) * (c->max - 1000));
}

static void make_past(const struct call *c, struct making *m, struct buf *out)
{
    moment_format_date(m->now_ms - distance(c, m), out);
}

static void make_future(const struct call *c, struct making *m, struct buf *out)
{
    moment_format_date(m->now_ms + distance(c, m), out);
}

/* {abbr: true}: three letters. */
static void prepare_month(struct compiling *k, struct call *c, const json_t *argument)
{
    bool short_form = json_is_true(json_object_get(argument, "abbr"));
    bool month = strcmp(c->helper->name, "date.month") == 0;
    c->n = month ? 12 : 7;
    c->items = ARENA_ARRAY(k->arena, struct str, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        const char *name = month ? moment_month((int)i + 1) : moment_weekday((int)i);
        c->items[i] = short_form ? str_view(name, 3) : str_c(name);
    }
}

/* ---- texts of several words ---- */

static void prepare_count(struct compiling *k, struct call *c, const json_t *argument)
{
    bool lorem = strncmp(c->helper->name, "lorem", 5) == 0;
    c->min = number_of(argument, lorem ? 3 : 1);
    c->max = number_of(argument, lorem ? 3 : 3);
    if (!(c->min >= 1 && c->max <= 10000)) k->problem = "the argument is a number from 1 to 10000";
    choose_from_words(k, c, c->helper->words);
}

static void append_words(const struct call *c, struct making *m, uint32_t n, struct buf *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i) buf_append_char(out, ' ');
        make_item(c, m, out);
    }
}

static uint32_t count_of(const struct call *c, struct making *m)
{
    return (uint32_t)c->min + chance_below(&m->chance, (uint32_t)(c->max - c->min) + 1);
}

static void make_words(const struct call *c, struct making *m, struct buf *out)
{
    append_words(c, m, count_of(c, m), out);
}

static void append_sentence(const struct call *c, struct making *m, uint32_t n, struct buf *out)
{
    size_t at = out->len;
    append_words(c, m, n, out);
    if (out->data[at] >= 'a' && out->data[at] <= 'z') out->data[at] = (char)(out->data[at] - 0x20);
    buf_append_char(out, '.');
}

static void make_sentence(const struct call *c, struct making *m, struct buf *out)
{
    append_sentence(c, m, c->max > 3 ? (uint32_t)c->max : 3 + chance_below(&m->chance, 8), out);
}

static void append_sentences(const struct call *c, struct making *m, const char *between,
                             struct buf *out)
{
    for (uint32_t i = 0, n = (uint32_t)c->max; i < n; i++) {
        if (i) buf_append_c(out, between);
        append_sentence(c, m, 3 + chance_below(&m->chance, 8), out);
    }
}

static void make_paragraph(const struct call *c, struct making *m, struct buf *out)
{
    append_sentences(c, m, " ", out);
}

/* ---- what has a form of its own ---- */

static void prepare_length(struct compiling *k, struct call *c, const json_t *argument)
{
    const char *name = c->helper->name;
    double otherwise = strcmp(name, "finance.account") == 0 ? 8
                       : strcmp(name, "finance.mask") == 0  ? 4
                                                            : 15;
    c->max = number_of(argument, otherwise);
    if (!(c->max >= 1 && c->max <= 1000)) k->problem = "the argument is a length from 1 to 1000";
}

static void append_symbols(struct making *m, const char *set, uint32_t n, struct buf *out)
{
    for (uint32_t i = 0; i < n; i++) buf_append_char(out, symbol(m, set));
}

static void make_account(const struct call *c, struct making *m, struct buf *out)
{
    append_symbols(m, "0123456789", (uint32_t)c->max, out);
}

static void make_mask(const struct call *c, struct making *m, struct buf *out)
{
    buf_append_c(out, "(...");
    make_account(c, m, out);
    buf_append_char(out, ')');
}

static void make_password(const struct call *c, struct making *m, struct buf *out)
{
    append_symbols(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
                   (uint32_t)c->max, out);
}

static void make_bitcoin(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    buf_append_char(out, symbol(m, "13"));
    append_symbols(m, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
                   25 + chance_below(&m->chance, 9), out);
}

/* The argument is the smallest amount; whole, as the original makes them. */
static void prepare_amount(struct compiling *k, struct call *c, const json_t *argument)
{
    c->min = number_of(argument, 0);
    c->max = 1000;
    if (!(c->min >= 0 && c->min <= c->max)) k->problem = "the argument is a number from 0 to 1000";
}

static void make_amount(const struct call *c, struct making *m, struct buf *out)
{
    double v = c->min + floor(chance_unit(&m->chance) * (c->max - c->min + 1));
    buf_printf(out, "%.0f.00", v);
}

static void make_ip(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    for (int i = 0; i < 4; i++) {
        if (i) buf_append_char(out, '.');
        append_number(out, chance_below(&m->chance, 256));
    }
}

static void make_mac(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    for (int i = 0; i < 6; i++) {
        if (i) buf_append_char(out, ':');
        append_symbols(m, hex, 2, out);
    }
}

static void make_color(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    buf_append_char(out, '#');
    append_symbols(m, hex, 6, out);
}

static void append_degrees(struct making *m, double most, struct buf *out)
{
    char   digits[NUMBER_DOUBLE_MAX];
    double v = (chance_unit(&m->chance) * 2 - 1) * most;
    buf_append(out, digits, number_format_decimal(digits, (int64_t)(v * 1e4), 4, true));
}

static void make_latitude(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    append_degrees(m, 90, out);
}

static void make_longitude(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    append_degrees(m, 180, out);
}

/* {coordinate: [latitude, longitude], radius, isMetric}: a place within the radius, in miles unless metric. */
static void prepare_near(struct compiling *k, struct call *c, const json_t *argument)
{
    const json_t *at = json_object_get(argument, "coordinate");
    c->min = number_of(json_array_get(at, 0), NAN);
    c->max = number_of(json_array_get(at, 1), NAN);
    double radius = number_of(json_object_get(argument, "radius"), 10);
    c->step =
        radius * (json_is_true(json_object_get(argument, "isMetric")) ? 1 : 1.609344) / 111.195;
    if (argument && (isnan(c->min) || isnan(c->max) || fabs(c->min) > 90))
        k->problem = "the argument is {\"coordinate\": [latitude, longitude], \"radius\": n}";
}

static void make_near(const struct call *c, struct making *m, struct buf *out)
{
    if (isnan(c->min)) {
        append_degrees(m, 90, out);
        buf_append_char(out, ',');
        append_degrees(m, 180, out);
        return;
    }
    double angle = chance_unit(&m->chance) * 2 * M_PI,
           far = sqrt(chance_unit(&m->chance)) * c->step;
    double across = fmax(cos(c->min * M_PI / 180), 1e-6);
    buf_printf(out, "%.4f,%.4f", c->min + far * sin(angle), c->max + far * cos(angle) / across);
}

static void make_semver(const struct call *c, struct making *m, struct buf *out)
{
    (void)c;
    for (int i = 0; i < 3; i++) buf_printf(out, i ? ".%u" : "%u", chance_below(&m->chance, 10));
}

/* ---- the table ---- */

static const char *const lorem[] = {
    "lorem",  "ipsum", "dolor", "sit",   "amet",   "velit",  "quis",  "enim",   "nulla", "magna",
    "tempus", "porta", "felis", "augue", "mollis", "turpis", "ligula", "neque", "arcu",  "vitae",
    NULL
};
static const char *const zip[] = { "#####", NULL }, *const phone[] = { "###-###-####", NULL };

const struct helper code_helpers[] = {
    { "random.number", prepare_number, make_number, NULL },
    { "random.boolean", prepare_nothing, make_boolean, NULL },
    { "random.uuid", prepare_nothing, make_uuid, NULL },
    { "random.alphaNumeric", prepare_nothing, make_alphanumeric, NULL },
    { "random.arrayElement", prepare_array, make_item, NULL },
    { "random.objectElement", prepare_object, make_item, NULL },
    { "random.weightedArrayElement", prepare_weighted, make_weighted, NULL },
    { "random.words", prepare_count, make_words, lorem },
    { "helpers.randomize", prepare_array, make_item, NULL },
    { "helpers.shuffle", prepare_array, make_shuffled, NULL },
    { "helpers.replaceSymbolWithNumber", prepare_digits, make_pattern, NULL },
    { "helpers.replaceSymbols", prepare_symbols, make_pattern, NULL },
    { "helpers.slugify", prepare_slug, make_text, NULL },
    { "helpers.mustache", prepare_text, make_text, NULL },
    { "helpers.createCard", prepare_nothing, make_object, NULL },
    { "helpers.contextualCard", prepare_nothing, make_object, NULL },
    { "helpers.userCard", prepare_nothing, make_object, NULL },
    { "helpers.createTransaction", prepare_nothing, make_object, NULL },
    { "date.now", prepare_format, make_now, NULL },
    { "date.utc", prepare_format, make_now, NULL },
    { "date.simTime", prepare_format, make_sim, NULL },
    { "date.past", prepare_years, make_past, NULL },
    { "date.future", prepare_years, make_future, NULL },
    { "date.recent", prepare_days, make_past, NULL },
    { "date.month", prepare_month, make_item, NULL },
    { "date.weekday", prepare_month, make_item, NULL },
    { "address.zipCode", prepare_digits, make_pattern, zip },
    { "address.latitude", prepare_nothing, make_latitude, NULL },
    { "address.longitude", prepare_nothing, make_longitude, NULL },
    { "address.nearbyGPSCoordinate", prepare_near, make_near, NULL },
    { "finance.account", prepare_length, make_account, NULL },
    { "finance.mask", prepare_length, make_mask, NULL },
    { "finance.amount", prepare_amount, make_amount, NULL },
    { "finance.bitcoinAddress", prepare_nothing, make_bitcoin, NULL },
    { "commerce.price", prepare_amount, make_amount, NULL },
    { "internet.ip", prepare_nothing, make_ip, NULL },
    { "internet.mac", prepare_nothing, make_mac, NULL },
    { "internet.color", prepare_nothing, make_color, NULL },
    { "internet.password", prepare_length, make_password, NULL },
    { "internet.session", prepare_nothing, make_uuid, NULL },
    { "phone.phoneNumber", prepare_digits, make_pattern, phone },
    { "phone.phoneNumberFormat", prepare_patterns, make_pattern, phone },
    { "lorem.word", prepare_words, make_item, lorem },
    { "lorem.words", prepare_count, make_words, lorem },
    { "lorem.sentence", prepare_count, make_sentence, lorem },
    { "lorem.sentences", prepare_count, make_paragraph, lorem },
    { "lorem.paragraph", prepare_count, make_paragraph, lorem },
    { "lorem.paragraphs", prepare_count, make_paragraph, lorem },
    { "lorem.text", prepare_count, make_paragraph, lorem },
    { "lorem.lines", prepare_count, make_paragraph, lorem },
    { "system.semver", prepare_nothing, make_semver, NULL },
    { 0 },
};
