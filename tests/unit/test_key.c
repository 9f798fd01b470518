/* test_key.c: key tables against a plain search, SQL's equality, and what is kept of a key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/key.h"

enum { ROWS = 700, COLUMNS = 4 };

static const struct type types[COLUMNS] = {
    { .kind = TYPE_VARCHAR, .length = 100 },
    { .kind = TYPE_BIGINT },
    { .kind = TYPE_DOUBLE },
    { .kind = TYPE_BOOLEAN },
};

/* Rows with few different values in each column, NULLs, blanks at the end and both zeros among them. */
static void make_rows(struct arena *a, uint32_t variety, struct vector *columns)
{
    uint64_t draw = 1;
    for (uint32_t c = 0; c < COLUMNS; c++) vector_new(a, types[c], ROWS, &columns[c]);
    for (uint32_t i = 0; i < ROWS; i++) {
        for (uint32_t c = 0; c < COLUMNS; c++) {
            draw = hash_u64(draw + 1);
            uint32_t pick = (uint32_t)(draw % variety);
            if (pick == 1) nulls_set(vector_nulls(a, &columns[c], ROWS), i);
            const char *format = pick % 2 ? "key%u%*s" : "a rather long key %u%*s";
            int blanks = (int)(draw >> 60) % 3;
            switch (c) {
            case 0: columns[0].str[i] = str_format(a, format, pick, blanks, ""); break;
            case 1: columns[1].i64[i] = pick; break;
            case 2: columns[2].f64[i] = (draw >> 63 ? 0.25 : -0.25) * pick; break;
            default: columns[3].b[i] = pick & 1; break;
            }
        }
    }
}

static bool same_value(const struct vector *v, uint32_t a, uint32_t b)
{
    struct value x = vector_value(v, a), y = vector_value(v, b);
    if (x.null || y.null) return x.null && y.null;
    if (type_form(v->type) == FORM_STR) return str_compare_padded(&x.str, &y.str) == 0;
    return type_form(v->type) == FORM_F64 ? x.f64 == y.f64 : value_equal(&x, &y);
}

static bool same_row(const struct vector *columns, uint32_t n_columns, uint32_t a, uint32_t b)
{
    for (uint32_t c = 0; c < n_columns; c++) {
        if (!same_value(&columns[c], a, b)) return false;
    }
    return true;
}

/* The id of each row by a plain search. */
static uint32_t expect_ids(const struct vector *columns, uint32_t n_columns, uint32_t *ids)
{
    uint32_t count = 0, firsts[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        uint32_t id = 0;
        while (id < count && !same_row(columns, n_columns, firsts[id], i)) id++;
        if (id == count) firsts[count++] = i;
        ids[i] = id;
    }
    return count;
}

static void check_table(const struct vector *columns, uint32_t first, uint32_t n_columns)
{
    uint32_t expected[ROWS], ids[ROWS], rows[ROWS];
    uint32_t count = expect_ids(columns + first, n_columns, expected);
    for (uint32_t i = 0; i < ROWS; i++) rows[i] = i;

    struct key_table *t = key_table_new(types + first, n_columns);
    for (int round = 0; round < 3; round++) {
        key_table_find(t, columns + first, rows, ROWS, ids);
        for (uint32_t i = 0; i < ROWS; i++) assert_int_equal(ids[i], UINT32_MAX);
        key_table_put(t, columns + first, rows, ROWS, ids);
        assert_int_equal(key_table_count(t), count);
        assert_memory_equal(ids, expected, sizeof ids);
        key_table_find(t, columns + first, rows, ROWS, ids);
        assert_memory_equal(ids, expected, sizeof ids);
        for (uint32_t i = ROWS; i-- > 0;) {
            /* Values are those that came first, so only they are compared in full. */
            bool is_first = true;
            for (uint32_t k = 0; k < i; k++) is_first = is_first && expected[k] != expected[i];
            bool any_null = false;
            for (uint32_t c = 0; c < n_columns; c++) {
                struct value kept = key_table_value(t, ids[i], c);
                struct value given = vector_value(&columns[first + c], i);
                any_null = any_null || given.null;
                if (is_first) assert_true(value_equal(&kept, &given));
            }
            assert_int_equal(key_table_has_null(t, ids[i]), any_null);
        }
        assert_true(key_table_bytes(t) > 0);
        key_table_clear(t);
        assert_int_equal(key_table_count(t), 0);
    }
    key_table_free(t);
}

static void ids_are_those_of_a_plain_search(void **state)
{
    (void)state;
    for (uint32_t variety = 2; variety < 2000; variety *= 5) {
        struct arena *a = arena_new();
        struct vector columns[COLUMNS];
        make_rows(a, variety, columns);
        for (uint32_t first = 0; first < COLUMNS; first++) {
            for (uint32_t n = 1; first + n <= COLUMNS; n++) check_table(columns, first, n);
        }
        arena_free(a);
    }
    check_table(NULL, 0, 0);
}

static void keys_outlive_their_rows(void **state)
{
    (void)state;
    struct key_table *t = key_table_new(types, 1);
    for (uint32_t i = 0; i < 100; i++) {
        struct arena *a = arena_new();
        struct value v = { .type = types[0], .str = str_format(a, "a rather long key %u ", i) };
        struct vector column;
        vector_new_constant(a, &v, &column);
        uint32_t ids[3];
        const uint32_t rows[3] = { 10, 20, 4000000 };
        key_table_put(t, &column, rows, 3, ids);
        for (int k = 0; k < 3; k++) assert_int_equal(ids[k], i);
        arena_free(a);
    }
    struct value v = key_table_value(t, 42, 0);
    assert_true(str_equal_c(v.str, "a rather long key 42 "));
    key_table_free(t);
}

static void char_and_varchar_meet(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const struct type fixed = type_char(20);
    struct key_table *t = key_table_new(&fixed, 1);
    struct value padded = { .type = fixed, .str = str_c("AMZN                ") };
    struct value plain = { .type = type_varchar(4), .str = str_c("AMZN") };
    struct value null = { .type = type_of(TYPE_NULL), .null = true };
    struct vector v;
    uint32_t id;
    const uint32_t row = 0;
    vector_new_constant(a, &padded, &v);
    key_table_put(t, &v, &row, 1, &id);
    vector_new_constant(a, &plain, &v);
    key_table_find(t, &v, &row, 1, &id);
    assert_int_equal(id, 0);
    assert_int_equal(key_table_value(t, 0, 0).str.len, 20);
    vector_new_constant(a, &null, &v);
    key_table_find(t, &v, &row, 1, &id);
    assert_int_equal(id, UINT32_MAX);
    key_table_put(t, &v, &row, 1, &id);
    assert_int_equal(id, 1);
    assert_true(key_table_has_null(t, 1));
    key_table_free(t);
    arena_free(a);
}

/* Hashes decide key groups, which are stored. */
#define HASH_DEVICE 0x02a41b7d112c7b04u
static void hashes_stay(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct key_table *t = key_table_new(types, 2);
    struct vector v[2];
    struct value device = { .type = types[0], .str = str_c("device-1") };
    struct value number = { .type = types[1], .i64 = 42 };
    vector_new_constant(a, &device, &v[0]);
    vector_new_constant(a, &number, &v[1]);
    uint32_t id;
    const uint32_t row = 0;
    key_table_put(t, v, &row, 1, &id);
    assert_int_equal(key_table_hash(t, 0), HASH_DEVICE);
    assert_true(key_group(key_table_hash(t, 0)) < 128);
    key_table_free(t);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_those_of_a_plain_search),
        cmocka_unit_test(keys_outlive_their_rows),
        cmocka_unit_test(char_and_varchar_meet),
        cmocka_unit_test(hashes_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
