/*
 * test_number.c: what is written is the shortest text that reads back as the same number, in both
 * forms; what is read is the nearest double. The C library is the oracle: strtod rounds exactly,
 * and %.Ne tries every number of digits. The random tests take another seed as SLUICE_TEST_SEED.
 */
#include "base/number.h"

#include <setjmp.h>
#include <stdarg.h>

#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed;

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint64_t next_random(void)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static int setup(void **state)
{
    (void)state;
    const char *given = getenv("SLUICE_TEST_SEED");
    seed = given ? strtoull(given, NULL, 10) : 20260131;
    print_message("seed %" PRIu64 "\n", seed);
    return 0;
}

static double double_of_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static uint64_t bits_of_double(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double random_double(void)
{
    for (;;) {
        double v = double_of_bits(next_random());
        if (isfinite(v)) return v;
    }
}

/* A zero byte behind the text, and a check that nothing beyond the room was touched. */
struct room {
    char text[NUMBER_DOUBLE_MAX];
    char guard[8];
    char ended[NUMBER_DOUBLE_MAX + 1];
};

static void room_clear(struct room *r)
{
    memset(r, '#', sizeof *r);
}

static const char *room_end(struct room *r, size_t length, size_t limit)
{
    assert_true(length > 0 && length <= limit);
    assert_memory_equal(r->guard, "########", 8);
    memcpy(r->ended, r->text, length);
    r->ended[length] = 0;
    return r->ended;
}

static const char *text_of_double(struct room *r, double v)
{
    room_clear(r);
    return room_end(r, number_format_double(r->text, v), 25);
}

static const char *sql_of_double(struct room *r, double v)
{
    room_clear(r);
    return room_end(r, number_format_double_sql(r->text, v), 24);
}

static const char *text_of_float(struct room *r, float v)
{
    room_clear(r);
    return room_end(r, number_format_float(r->text, v), 25);
}

static const char *sql_of_float(struct room *r, float v)
{
    room_clear(r);
    return room_end(r, number_format_float_sql(r->text, v), 24);
}

/* Prints v as %.Ne, rounding as said; true if it reads back as v. */
static bool reads_back(char *text, size_t size, int n, double v, bool is_float, int rounding)
{
    fesetround(rounding);
    snprintf(text, size, "%.*e", n, v);
    fesetround(FE_TONEAREST);
    return is_float ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v;
}

/* The shortest decimal as d.ddd·10^exponent, the digits without the point. */
struct oracle {
    bool negative;
    char digits[40];
    int exponent;
};

/*
 * Tries every number of digits until one reads back the same. Below a power of two the nearest
 * decimal may fail where the next one above does not.
 */
static struct oracle oracle_of(double number, bool is_float)
{
    struct oracle o = { .negative = number < 0 };
    double v = fabs(number);
    char text[40];
    for (int n = 0; n < 17; n++) {
        if (reads_back(text, sizeof text, n, v, is_float, FE_TONEAREST)) break;
        if (reads_back(text, sizeof text, n, v, is_float, FE_UPWARD)) break;
    }
    size_t count = 0;
    char *p = text;
    for (; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9') o.digits[count++] = *p;
    }
    while (count > 1 && o.digits[count - 1] == '0') count--;
    o.digits[count] = 0;
    o.exponent = atoi(p + 1);
    return o;
}

/* The form of CAST. */
static void oracle_sql(const struct oracle *o, char *out)
{
    sprintf(out, "%s%c%s%sE%d", o->negative ? "-" : "", o->digits[0], o->digits[1] ? "." : "",
            o->digits + 1, o->exponent);
}

/* The form of JavaScript, step by step as ECMA-262 has it. */
static void oracle_javascript(const struct oracle *o, char *out)
{
    const char *digits = o->digits;
    int k = (int)strlen(digits);
    int n = o->exponent + 1;
    if (o->negative) *out++ = '-';
    if (k <= n && n <= 21) {
        sprintf(out, "%s%.*s", digits, n - k, "00000000000000000000");
    } else if (0 < n && n <= 21) {
        sprintf(out, "%.*s.%s", n, digits, digits + n);
    } else if (-6 < n && n <= 0) {
        sprintf(out, "0.%.*s%s", -n, "00000", digits);
    } else {
        sprintf(out, "%c%s%se%c%d", digits[0], k > 1 ? "." : "", digits + 1, n > 0 ? '+' : '-',
                abs(n - 1));
    }
}

/* Reads all of the text: by itself, where a sanitizer sees any step beyond it, and within a line. */
static double parse(const char *text)
{
    double v = NAN;
    double within = NAN;
    bool overflow = true;
    size_t n = strlen(text);
    char *alone = malloc(n);
    char *line = malloc(n + 10);
    assert_true(alone && line);
    memcpy(alone, text, n);
    memcpy(line, text, n);
    memcpy(line + n, ", 1234.5\n", 10);
    assert_int_equal(number_parse_double(line, n + 10, true, &within, &overflow), n);
    assert_int_equal(number_parse_double(alone, n, true, &v, &overflow), n);
    assert_int_equal(bits_of_double(v), bits_of_double(within));
    assert_true(overflow == (isinf(v) != 0));
    free(alone);
    free(line);
    return v;
}

static void check_double(double v)
{
    struct room r;
    char want[48];
    struct oracle o = oracle_of(v, false);
    oracle_javascript(&o, want);
    assert_string_equal(text_of_double(&r, v), want);
    assert_int_equal(bits_of_double(parse(want)), bits_of_double(v));
    oracle_sql(&o, want);
    assert_string_equal(sql_of_double(&r, v), want);
    assert_int_equal(bits_of_double(parse(want)), bits_of_double(v));
}

static void check_float(float v)
{
    struct room r;
    char want[48];
    struct oracle o = oracle_of((double)v, true);
    oracle_javascript(&o, want);
    assert_string_equal(text_of_float(&r, v), want);
    oracle_sql(&o, want);
    assert_string_equal(sql_of_float(&r, v), want);
}

/* The forms of the specification, and where one form ends and the next begins. */
static void test_forms(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
        const char *sql;
    } cases[] = {
        { 0.0, "0", "0E0" },
        { -0.0, "0", "0E0" },
        { 5, "5", "5E0" },
        { -5, "-5", "-5E0" },
        { 40, "40", "4E1" },
        { 730, "730", "7.3E2" },
        { -0.0082, "-0.0082", "-8.2E-3" },
        { 0.001, "0.001", "1E-3" },
        { 0.0005, "0.0005", "5E-4" },
        { 98.2, "98.2", "9.82E1" },
        { 1e-6, "0.000001", "1E-6" },
        { 1e-7, "1e-7", "1E-7" },
        { 1.25e-7, "1.25e-7", "1.25E-7" },
        { 0.0000012345678901234567, "0.0000012345678901234567", "1.2345678901234567E-6" },
        { -0.0000012345678901234567, "-0.0000012345678901234567", "-1.2345678901234567E-6" },
        { 1e20, "100000000000000000000", "1E20" },
        { 123456789012345680000.0, "123456789012345680000", "1.2345678901234568E20" },
        { -123456789012345680000.0, "-123456789012345680000", "-1.2345678901234568E20" },
        { 1e21, "1e+21", "1E21" },
        { 1.5e300, "1.5e+300", "1.5E300" },
        { 999999999999.999, "999999999999.999", "9.99999999999999E11" },
        { 1234567890123.456, "1234567890123.456", "1.234567890123456E12" },
        { 99999999.999, "99999999.999", "9.9999999999E7" },
        { 99999.999, "99999.999", "9.9999999E4" },
        { 100000, "100000", "1E5" },
        { 100000.5, "100000.5", "1.000005E5" },
        { 9007199254740991, "9007199254740991", "9.007199254740991E15" },
        { 9007199254740992, "9007199254740992", "9.007199254740992E15" },
        { 9007199254740994, "9007199254740994", "9.007199254740994E15" },
        { 0.1 + 0.2, "0.30000000000000004", "3.0000000000000004E-1" },
        { 1.0 / 3, "0.3333333333333333", "3.333333333333333E-1" },
        { 9.5367431640625e-07, "9.5367431640625e-7", "9.5367431640625E-7" },
        { DBL_MAX, "1.7976931348623157e+308", "1.7976931348623157E308" },
        { -DBL_MAX, "-1.7976931348623157e+308", "-1.7976931348623157E308" },
        { DBL_MIN, "2.2250738585072014e-308", "2.2250738585072014E-308" },
        { 5e-324, "5e-324", "5E-324" },
        { 1e-323, "1e-323", "1E-323" },
        { 1.5e-323, "1.5e-323", "1.5E-323" },
        { 9007199254740993e3, "9007199254740993000", "9.007199254740993E18" },
        { 2e-44, "2e-44", "2E-44" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct room r;
        assert_string_equal(text_of_double(&r, cases[i].v), cases[i].text);
        assert_string_equal(sql_of_double(&r, cases[i].v), cases[i].sql);
    }
}

static void test_float_forms(void **state)
{
    (void)state;
    struct room r;
    assert_string_equal(text_of_float(&r, 0.1f), "0.1");
    assert_string_equal(text_of_float(&r, -0.0f), "0");
    assert_string_equal(text_of_float(&r, -98.2f), "-98.2");
    assert_string_equal(text_of_float(&r, 16777216.0f), "16777216");
    assert_string_equal(text_of_float(&r, 16777215.0f), "16777215");
    assert_string_equal(text_of_float(&r, 1e21f), "1e+21");
    assert_string_equal(text_of_float(&r, 1e20f), "100000000000000000000");
    assert_string_equal(text_of_float(&r, 1e-7f), "1e-7");
    assert_string_equal(text_of_float(&r, FLT_MAX), "3.4028235e+38");
    assert_string_equal(text_of_float(&r, FLT_MIN), "1.1754944e-38");
    assert_string_equal(text_of_float(&r, 1e-45f), "1e-45");
    assert_string_equal(sql_of_float(&r, -0.0f), "0E0");
    assert_string_equal(sql_of_float(&r, 0.37f), "3.7E-1");
    assert_string_equal(sql_of_float(&r, 3e10f), "3E10");
}

/* Every power of two and of ten and its neighbours, subnormals included, both signs. */
static void test_boundaries(void **state)
{
    (void)state;
    for (int e = -1074; e <= 1023; e++) {
        double v = ldexp(1, e);
        check_double(v);
        check_double(-v);
        check_double(nextafter(v, INFINITY));
        if (e > -1074) check_double(nextafter(v, 0));
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        sprintf(text, "1e%d", e);
        double v = strtod(text, NULL);
        check_double(v);
        check_double(nextafter(v, INFINITY));
        check_double(nextafter(v, 0));
    }
    for (uint64_t bits = 1; bits < 3000; bits++) check_double(double_of_bits(bits));
}

/* Ties and interval ends that are hit exactly, where the short way must leave it to the paper's. */
static void test_exact_ties(void **state)
{
    (void)state;
    for (int q = -4; q <= 14; q++) {
        for (int i = 0; i < 2000; i++) {
            uint64_t c = ((uint64_t)1 << 52) + (i < 1000 ? (uint64_t)i : next_random() >> 12);
            check_double(ldexp((double)c, q));
        }
    }
}

/* Random bits; then numbers as streams have them. */
static void test_random_doubles(void **state)
{
    (void)state;
    for (int i = 0; i < 100000; i++) check_double(random_double());
    for (int i = 0; i < 20000; i++) {
        double n = (double)(int64_t)(next_random() >> 12) * (i % 2 ? 1 : -1);
        check_double(n);
        check_double(n / 1000);
        check_double(n / (double)(1 + next_random() % 1000));
    }
}

/* Every decimal of up to 15 digits comes out as it went in, and so do its neighbours. */
static void test_few_decimals(void **state)
{
    (void)state;
    for (int i = 0; i < 60000; i++) {
        uint64_t m = 1 + next_random() % (i % 3 ? 1000000 : 10000000000000000);
        double v = (double)m / (i % 2 ? 1000 : 100000);
        check_double(v);
        check_double(nextafter(v, INFINITY));
    }
}

static void test_random_floats(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)next_random();
        float v;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v) && v != 0) check_float(v);
        float few = (float)(next_random() % 10000000) / 1000;
        if (i % 4 == 0 && few != 0) check_float(few);
    }
    for (int e = -149; e <= 127; e++) {
        check_float(ldexpf(1, e));
        check_float(nextafterf(ldexpf(1, e), INFINITY));
        if (e > -149) check_float(nextafterf(ldexpf(1, e), 0));
    }
}

static void check_i64(int64_t v)
{
    struct room r;
    char want[32];
    sprintf(want, "%" PRId64, v);
    room_clear(&r);
    assert_string_equal(room_end(&r, number_format_i64(r.text, v), NUMBER_INT_MAX), want);
    for (size_t i = NUMBER_INT_MAX; i < sizeof r.text; i++) assert_int_equal(r.text[i], '#');
}

static void test_integers(void **state)
{
    (void)state;
    uint64_t power = 1;
    for (int i = 0; i < 19; i++, power *= 10) {
        check_i64((int64_t)power);
        check_i64((int64_t)power - 1);
        check_i64(-(int64_t)power);
        check_i64(1 - (int64_t)power);
    }
    check_i64(INT64_MAX);
    check_i64(INT64_MIN);
    for (int64_t v = -12000; v < 12000; v++) check_i64(v);
    for (int i = 0; i < 100000; i++) check_i64((int64_t)next_random() >> next_random() % 64);
}

static void check_decimal(int64_t unscaled, int scale, bool leading_zero, const char *want)
{
    struct room r;
    room_clear(&r);
    size_t length = number_format_decimal(r.text, unscaled, scale, leading_zero);
    assert_string_equal(room_end(&r, length, NUMBER_DOUBLE_MAX), want);
}

static void test_decimals(void **state)
{
    (void)state;
    check_decimal(-150, 2, true, "-1.50");
    check_decimal(37, 2, true, "0.37");
    check_decimal(37, 2, false, ".37");
    check_decimal(-64, 2, false, "-.64");
    check_decimal(0, 2, false, ".00");
    check_decimal(0, 2, true, "0.00");
    check_decimal(0, 0, false, "0");
    check_decimal(-7, 0, true, "-7");
    check_decimal(5, 3, true, "0.005");
    check_decimal(1000, 3, false, "1.000");
    check_decimal(INT64_MIN, 0, true, "-9223372036854775808");
    check_decimal(INT64_MIN, 18, true, "-9.223372036854775808");
    check_decimal(INT64_MIN, 19, true, "-0.9223372036854775808");
    check_decimal(INT64_MIN, 19, false, "-.9223372036854775808");
    check_decimal(INT64_MAX, 1, false, "922337203685477580.7");
    check_decimal(-1, 19, true, "-0.0000000000000000001");
    check_decimal(1, 19, false, ".0000000000000000001");
}

/* How much of a text is a number, in both grammars; 0 means none. */
static void test_grammar(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t strict;
        size_t lenient;
        double v;
    } cases[] = {
        { "", 0, 0, 0 },
        { "-", 0, 0, 0 },
        { "+", 0, 0, 0 },
        { ".", 0, 0, 0 },
        { "-.", 0, 0, 0 },
        { "e5", 0, 0, 0 },
        { "abc", 0, 0, 0 },
        { ".e5", 0, 0, 0 },
        { "--1", 0, 0, 0 },
        { "0", 1, 1, 0 },
        { "7,", 1, 1, 7 },
        { "-7}", 2, 2, -7 },
        { "+7", 0, 2, 7 },
        { ".5", 0, 2, 0.5 },
        { "-.5", 0, 3, -0.5 },
        { "+.5e1", 0, 5, 5 },
        { "1.", 1, 1, 1 },
        { "1.x", 1, 1, 1 },
        { "1..2", 1, 1, 1 },
        { "1.5.2", 3, 3, 1.5 },
        { "1e", 1, 1, 1 },
        { "1e+", 1, 1, 1 },
        { "1e-x", 1, 1, 1 },
        { "1E5", 3, 3, 1e5 },
        { "1e+05", 5, 5, 1e5 },
        { "1e-5 ", 4, 4, 1e-5 },
        { "2.50e1", 6, 6, 25 },
        { "0.25", 4, 4, 0.25 },
        { "-0.25", 5, 5, -0.25 },
        { "0e7", 3, 3, 0 },
        { "1 2", 1, 1, 1 },
        { "1\0002", 1, 1, 1 },
        { "12345678.5", 10, 10, 12345678.5 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int lenient = 0; lenient < 2; lenient++) {
            double v = 99;
            bool overflow = true;
            size_t want = lenient ? cases[i].lenient : cases[i].strict;
            size_t n = strlen(cases[i].text);
            assert_int_equal(number_parse_double(cases[i].text, n, lenient, &v, &overflow), want);
            assert_true(want ? v == cases[i].v && !overflow : v == 99 && overflow);
        }
    }
    double v;
    bool overflow;
    static const char *const zeros[] = { "007.5", "00", "01,23456", "-012345.75", "0123456789" };
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
        const char *text = zeros[i];
        size_t sign = *text == '-';
        assert_int_equal(number_parse_double(text, strlen(text), false, &v, &overflow), sign + 1);
        assert_true(v == 0);
        assert_int_equal(number_parse_double(text, strlen(text), true, &v, &overflow),
                         strcspn(text, ","));
        assert_true(v == strtod(text, NULL));
    }
    assert_int_equal(number_parse_double("12345", 3, false, &v, &overflow), 3);
    assert_true(v == 123);
    assert_int_equal(number_parse_double("1.25e12", 6, false, &v, &overflow), 6);
    assert_true(v == 12.5);
    assert_true(signbit(parse("-0")) && signbit(parse("-0.0e5")));
}

/* Too large is infinite and says so; too small is zero. */
static void test_range(void **state)
{
    (void)state;
    assert_true(parse("1.7976931348623157e308") == DBL_MAX);
    assert_true(parse("179769313486231580793e288") == DBL_MAX);
    assert_true(parse("1.7976931348623159e308") == INFINITY);
    assert_true(parse("-1e309") == -INFINITY);
    assert_true(parse("1e99999999999999999999") == INFINITY);
    assert_true(parse("0e99999999999999999999") == 0);
    assert_true(parse("1e-99999999999999999999") == 0);
    assert_true(parse("4.9406564584124654e-324") == 5e-324);
    assert_true(parse("2.4703282292062328e-324") == 5e-324);
    assert_true(parse("2.4703282292062327e-324") == 0);
    assert_true(parse("2.2250738585072011e-308") == double_of_bits(0x000fffffffffffff));
    assert_true(parse("2.2250738585072012e-308") == DBL_MIN);
    assert_true(parse("0.000001e-330") == 0);
}

/* Exponents beyond all doubles can be made good by as many zeros. */
static void test_long_texts(void **state)
{
    (void)state;
    enum {
        ZEROS = 200000
    };
    char *text = malloc(ZEROS + 40);
    assert_non_null(text);
    memset(text, '0', ZEROS + 40);
    text[1] = '.';
    strcpy(text + 2 + ZEROS, "123e200001");
    assert_true(parse(text) == 1.23);

    memset(text, '0', ZEROS);
    memcpy(text, "45", 2);
    strcpy(text + ZEROS, "e-199997");
    assert_true(parse(text) == 450);

    memset(text, '3', ZEROS);
    text[1] = '.';
    text[ZEROS] = 0;
    assert_true(parse(text) == 10.0 / 3);
    free(text);
}

/* Points half-way between two doubles, all their digits; then a little more and a little less. */
static void test_halfway(void **state)
{
    (void)state;
    assert_true(parse("9007199254740993") == 9007199254740992);
    assert_true(parse("9007199254740993.0000000000000000000000000000") == 9007199254740992);
    assert_true(parse("9007199254740993.0000000000000000000000000001") == 9007199254740994);
    assert_true(parse("9007199254740995") == 9007199254740996);
    for (int i = 0; i < 1500; i++) {
        uint64_t bits = i < 100 ? (uint64_t)i : bits_of_double(fabs(random_double()));
        if (bits >= bits_of_double(DBL_MAX)) continue;
        double low = double_of_bits(bits);
        double high = double_of_bits(bits + 1);
        /* The half-way point is exact in a long double; printf writes all of it. */
        long double middle = ((long double)low + (long double)high) / 2;
        char text[1200];
        int n = snprintf(text, sizeof text, "%.800Le", middle);
        double even = bits & 1 ? high : low;
        assert_true(parse(text) == even);
        char *exponent = strchr(text, 'e');
        char more[1300];
        snprintf(more, sizeof more, "%.*s00001%s", (int)(exponent - text), text, exponent);
        assert_true(parse(more) == high);
        for (char *p = exponent - 1;; p--) {
            if (*p == '.') continue;
            if (*p != '0') {
                --*p;
                break;
            }
            *p = '9';
        }
        assert_true(n < 1200 && parse(text) == low);
    }
}

/* Any digits and exponent give what strtod gives. */
static void test_random_texts(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[128];
        size_t n = 0;
        int digits = 1 + (int)(next_random() % (i % 10 ? 20 : 40));
        int point = (int)(next_random() % 41);
        for (int d = 0; d < digits; d++) {
            if (d == point && d > 0) text[n++] = '.';
            text[n++] = (char)('0' + next_random() % (i % 7 ? 10 : 2));
        }
        int range = i % 3 ? 30 : 345;
        int exponent = (int)(next_random() % (uint64_t)(2 * range + 1)) - range;
        sprintf(text + n, i % 4 ? "e%d" : "%.0d", i % 4 ? exponent : 0);
        assert_int_equal(bits_of_double(parse(text)), bits_of_double(strtod(text, NULL)));
    }
}

/* Every text of up to five characters that matter: as long a number as strtod finds, no longer. */
static void test_short_texts(void **state)
{
    (void)state;
    static const char letters[] = "019.-+eE,";
    enum {
        LETTERS = sizeof letters - 1
    };
    for (int i = 0; i < LETTERS * LETTERS * LETTERS * LETTERS * LETTERS; i++) {
        char text[6] = { 0 };
        for (int at = 0, rest = i; at < 5; at++, rest /= LETTERS)
            text[at] = letters[rest % LETTERS];
        double v = 99;
        bool overflow = false;
        size_t n = number_parse_double(text, 5, true, &v, &overflow);
        char *end;
        double want = strtod(text, &end);
        size_t want_n = (size_t)(end - text);
        /* C also takes a point without digits behind it, in "1." and "1.e5". */
        char *point = strchr(text, '.');
        if (point && point < end && (point[1] < '0' || point[1] > '9')) {
            want_n = (size_t)(point - text);
            *point = 0;
            want = strtod(text, NULL);
        }
        assert_int_equal(n, want_n);
        assert_true(n == 0 || bits_of_double(v) == bits_of_double(want));
    }
}

/* %.17g and %.16g of random doubles. */
static void test_printed_texts(void **state)
{
    (void)state;
    for (int i = 0; i < 300000; i++) {
        double v = random_double();
        char text[64];
        snprintf(text, sizeof text, "%.17g", v);
        assert_int_equal(bits_of_double(parse(text)), bits_of_double(v));
        snprintf(text, sizeof text, "%.16g", v);
        assert_int_equal(bits_of_double(parse(text)), bits_of_double(strtod(text, NULL)));
    }
}

/* A decoder's own scan: the same double as from text, also with 19 digits kept of more. */
static void test_from_decimal(void **state)
{
    (void)state;
    assert_true(number_from_decimal(982, -1, false, NULL, 0) == 98.2);
    assert_true(number_from_decimal(0, 400, false, NULL, 0) == 0);
    assert_true(number_from_decimal(1, 309, false, NULL, 0) == INFINITY);
    assert_true(number_from_decimal(UINT64_MAX, 0, false, NULL, 0) == 18446744073709551615.0);
    const char *text = "-9007199254740993.00000000000000000001e0";
    assert_true(number_from_decimal(9007199254740993000, -3, true, text, strlen(text)) ==
                9007199254740994);
    /* Leading zeros may count as digits: then the text decides. */
    const char *small = "0.00000000000000000000123";
    assert_true(number_from_decimal(0, -18, true, small, strlen(small)) == 1.23e-21);
    for (int i = 0; i < 100000; i++) {
        uint64_t m = next_random() % 10000000000000000000U;
        int e = (int)(next_random() % 680) - 345;
        char line[64];
        int n = sprintf(line, "%" PRIu64 "%03de%d", m, (int)(next_random() % 1000), e - 3);
        double want = strtod(line, NULL);
        assert_true(number_from_decimal(m, e, true, line, (size_t)n) == want);
        sprintf(line, "%" PRIu64 "e%d", m, e);
        assert_true(number_from_decimal(m, e, false, NULL, 0) == strtod(line, NULL));
    }
}

/* The helpers for eight digits at once. */
static void test_digits8(void **state)
{
    (void)state;
    assert_int_equal(number_value_digits8(number_load8("12345678")), 12345678);
    assert_int_equal(number_value_digits8(number_load8("00000000")), 0);
    assert_int_equal(number_value_digits8(number_load8("99999999")), 99999999);
    for (int at = 0; at < 8; at++) {
        for (int c = 0; c < 256; c++) {
            char text[9] = "90909090";
            text[at] = (char)c;
            int want = c >= '0' && c <= '9' ? 8 : at;
            assert_int_equal(number_count_digits8(number_load8(text)), want);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_float_forms),
        cmocka_unit_test(test_boundaries),
        cmocka_unit_test(test_exact_ties),
        cmocka_unit_test(test_random_doubles),
        cmocka_unit_test(test_few_decimals),
        cmocka_unit_test(test_random_floats),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_halfway),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_printed_texts),
        cmocka_unit_test(test_from_decimal),
        cmocka_unit_test(test_digits8),
        cmocka_unit_test(test_short_texts),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
