/* test_batch.c: vectors, values, batches that share columns, and builders. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/batch.h"
#include "data/builder.h"
#include "data/value.h"

static const char LONG[] = "a text that is longer than twelve bytes";

static void constants_and_values(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct value values[] = {
        { .type = type_of(TYPE_BOOLEAN), .b = true },
        { .type = type_of(TYPE_BIGINT), .i64 = -5 },
        { .type = type_of(TYPE_DOUBLE), .f64 = 2.5 },
        { .type = type_varchar(50), .str = str_c(LONG) },
        { .type = type_of(TYPE_DATE), .null = true },
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct vector v;
        vector_new_constant(a, &values[i], &v);
        struct value back = vector_value(&v, 1234567);
        assert_true(value_equal(&values[i], &back));
        assert_int_equal(vector_is_null(&v, 99), values[i].null);
        assert_false(value_equal(&values[i], &values[(i + 1) % 5]));
    }
    arena_free(a);
}

/* A column of n strings, every third NULL. */
static void strings(struct arena *a, uint32_t n, struct vector *out)
{
    vector_new(a, type_varchar(100), n, out);
    for (uint32_t i = 0; i < n; i++) {
        out->str[i] = str_format(a, i % 2 ? "s%u" : "a long string number %u", i);
        if (i % 3 == 0) nulls_set(vector_nulls(a, out, n), i);
    }
}

static void gathering_copies_and_places(void **state)
{
    (void)state;
    struct arena *from_arena = arena_new(), *a = arena_new();
    struct vector from, to;
    strings(from_arena, 200, &from);
    vector_new(a, from.type, 110, &to);
    uint32_t rows[100];
    for (uint32_t i = 0; i < 100; i++) rows[i] = 199 - 2 * i;
    vector_gather(a, &to, 10, 110, &from, rows, 100, true);
    struct value expected[100];
    for (uint32_t i = 0; i < 100; i++) {
        expected[i] = vector_value(&from, rows[i]);
        if (!expected[i].null) expected[i].str = str_copy(a, expected[i].str);
    }
    arena_free(from_arena);
    for (uint32_t i = 0; i < 100; i++) {
        struct value v = vector_value(&to, 10 + i);
        assert_true(value_equal(&v, &expected[i]));
    }
    arena_free(a);
}

static void gathering_takes_nulls_back(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct vector ints, null, untyped, constant;
    vector_new(a, type_of(TYPE_BIGINT), 4, &ints);
    vector_new_null(a, type_of(TYPE_BIGINT), &null);
    vector_new_null(a, type_of(TYPE_NULL), &untyped);
    struct value seven = { .type = type_of(TYPE_BIGINT), .i64 = 7 };
    vector_new_constant(a, &seven, &constant);
    const uint32_t rows[4] = { 5, 6, 7, 8 };
    vector_gather(a, &ints, 0, 4, &null, rows, 4, false);
    for (uint32_t i = 0; i < 4; i++) assert_true(vector_is_null(&ints, i));
    vector_gather(a, &ints, 1, 4, &constant, rows, 3, false);
    assert_true(vector_is_null(&ints, 0));
    assert_false(vector_is_null(&ints, 1));
    assert_int_equal(ints.i64[3], 7);
    vector_gather(a, &ints, 3, 4, &untyped, rows, 1, false);
    assert_true(vector_is_null(&ints, 3));
    vector_gather(a, &ints, 4, 4, &constant, rows, 0, false);
    arena_free(a);
}

static struct batch *numbers(uint32_t n)
{
    struct batch *b = batch_new(n, 1);
    vector_new(b->arena, type_of(TYPE_BIGINT), n, &b->columns[0]);
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(b->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        b->columns[0].i64[i] = i;
        times[i] = 1000 + i / 2;
        seqs[i] = i + 1;
    }
    b->rowtimes = b->cause_times = times;
    b->cause_seqs = seqs;
    return b;
}

static void derived_batches_keep_what_they_share(void **state)
{
    (void)state;
    struct batch *b = numbers(100);
    const uint32_t sel[3] = { 1, 50, 99 };
    struct batch *narrow = batch_narrow(b, sel, 3);
    batch_release(b);
    struct batch *derived = batch_derive(narrow, 2);
    derived->columns[0] = derived->columns[1] = narrow->columns[0];
    batch_release(narrow);
    /* Others take arenas from the pool meanwhile. */
    for (int i = 0; i < 50; i++) batch_release(numbers(100));
    assert_int_equal(batch_live(derived), 3);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t row = batch_row(derived, i);
        assert_int_equal(row, sel[i]);
        assert_int_equal(derived->columns[1].i64[row], sel[i]);
        assert_int_equal(derived->rowtimes[row], 1000 + sel[i] / 2);
    }
    batch_release(batch_retain(derived));
    batch_release(derived);
    struct batch *none = batch_narrow(b = numbers(4), NULL, 0);
    assert_int_equal(batch_live(none), 0);
    batch_release(none);
    batch_release(b);
    batch_release(NULL);
}

static void many_batches_at_once(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    struct batch *kept[COUNT];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < COUNT; i++) kept[i] = numbers(1 + i * 7);
        for (uint32_t i = 0; i < COUNT; i++) {
            assert_int_equal(kept[i]->columns[0].i64[i * 7], i * 7);
            batch_release(kept[i]);
        }
    }
}

static void rows_are_ordered_by_time_cause_and_path(void **state)
{
    (void)state;
    struct builder *b = builder_new(NULL, 0);
    const uint64_t paths[] = { 1, 2, 3, 4 };
    builder_row(b, 5, 5, 1, NULL, 0);
    builder_row(b, 5, 5, 1, paths, 1);
    builder_row(b, 5, 5, 1, paths, 2);
    builder_row(b, 5, 5, 1, paths + 1, 1);
    builder_row(b, 5, 5, 2, NULL, 0);
    builder_row(b, 5, 6, 0, NULL, 0);
    builder_row(b, 6, 1, 0, NULL, 0);
    assert_int_equal(builder_rows(b), 7);
    struct batch *rows = builder_take(b);
    for (uint32_t i = 0; i < 7; i++) {
        for (uint32_t k = 0; k < 7; k++) {
            int order = batch_row_compare(rows, i, rows, k);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    batch_release(rows);
    builder_free(b);
}

static void built_rows_come_out(void **state)
{
    (void)state;
    const struct type types[] = { type_of(TYPE_BIGINT), type_varchar(100), type_of(TYPE_DOUBLE),
                                  type_of(TYPE_BOOLEAN) };
    struct builder *b = builder_new(types, 4);
    struct arena *a = arena_new();
    assert_null(builder_take(b));
    for (uint32_t n = 1; n < 3000; n = n * 3 + 1) {
        struct vector texts;
        strings(a, n, &texts);
        for (uint32_t i = 0; i < n; i++) {
            const uint64_t path[] = { 7, i };
            builder_row(b, i, i, i, path, 2);
            struct value v = { .type = types[0], .i64 = i };
            builder_value(b, 0, &v);
            builder_copy(b, 1, &texts, i);
            v = (struct value){ .type = types[3], .b = i % 2 == 0 };
            builder_value(b, 3, &v);
            if (i % 5 == 0) {
                builder_row(b, 99, 99, 99, NULL, 0);
                builder_value(b, 0, &(struct value){ .type = types[0], .i64 = -1 });
                builder_drop_row(b);
            }
        }
        struct batch *out = builder_take(b);
        assert_int_equal(builder_rows(b), 0);
        assert_int_equal(out->n_rows, n);
        assert_null(out->columns[0].nulls);
        assert_null(out->path[0].words);
        assert_int_equal(out->path[0].all, 7);
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(out->rowtimes[i], i);
            assert_int_equal(out->path[1].words ? out->path[1].words[i] : out->path[1].all, i);
            assert_int_equal(out->columns[0].i64[i], i);
            struct value x = vector_value(&out->columns[1], i), y = vector_value(&texts, i);
            assert_true(value_equal(&x, &y));
            assert_true(vector_is_null(&out->columns[2], i));
            assert_true(out->columns[2].f64[i] == 0);
            assert_int_equal(out->columns[3].b[i], i % 2 == 0);
        }
        batch_release(out);
    }
    builder_row(b, 1, 1, 1, NULL, 0);
    arena_free(a);
    builder_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_and_values),
        cmocka_unit_test(gathering_copies_and_places),
        cmocka_unit_test(gathering_takes_nulls_back),
        cmocka_unit_test(derived_batches_keep_what_they_share),
        cmocka_unit_test(many_batches_at_once),
        cmocka_unit_test(rows_are_ordered_by_time_cause_and_path),
        cmocka_unit_test(built_rows_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
