/* test_reftable.c: reference tables: filled, sealed by key, found by key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/builder.h"
#include "state/reftable.h"

static struct column columns[] = {
    { .type = { .kind = TYPE_VARCHAR, .length = 40 } },
    { .type = { .kind = TYPE_BIGINT } },
    { .type = { .kind = TYPE_VARCHAR, .length = 40 } },
};

static const struct schema schema = { columns, 3 };

/* Rows from..to: keys repeat after `keys` rows; every tenth key is NULL. */
static void fill(struct reftable *t, uint32_t from, uint32_t to, uint32_t keys)
{
    const struct type types[] = { columns[0].type, columns[1].type, columns[2].type };
    struct builder *b = builder_new(types, 3);
    struct arena *a = arena_new();
    for (uint32_t i = from; i < to; i++) {
        builder_row(b, 0, 0, i, NULL, 0);
        struct value key = { .type = types[0], .str = str_format(a, "key number %u", i % keys) };
        key.null = i % keys % 10 == 9;
        builder_value(b, 0, &key);
        builder_value(b, 1, &(struct value){ .type = types[1], .i64 = i });
        builder_value(b, 2, &key);
    }
    struct batch *rows = builder_take(b);
    uint32_t sel[1000];
    for (uint32_t i = 0; i < rows->n_rows; i++) sel[i] = i;
    struct batch *narrow = batch_narrow(rows, sel, rows->n_rows);
    reftable_append(t, narrow);
    batch_release(narrow);
    batch_release(rows);
    builder_free(b);
    arena_free(a);
}

static uint32_t find(const struct reftable_index *ix, const char *key)
{
    struct arena *a = arena_new();
    struct vector v;
    struct value value = { .type = type_varchar(40), .null = !key };
    if (key) value.str = str_c(key);
    vector_new_constant(a, &value, &v);
    uint32_t first[2];
    const uint32_t rows[2] = { 0, 77 };
    reftable_find(ix, &v, rows, 2, first);
    assert_int_equal(first[0], first[1]);
    arena_free(a);
    return first[0];
}

static void all_rows_of_a_key(void **state)
{
    (void)state;
    const bool needed[] = { true, true, false };
    struct reftable *t = reftable_new(&schema, needed);
    fill(t, 0, 400, 100);
    fill(t, 400, 1000, 100);
    reftable_seal(t, NULL, 0);
    assert_int_equal(reftable_rows(t), 1000);
    assert_true(reftable_column(t, 2)->constant);
    assert_true(vector_is_null(reftable_column(t, 2), 500));
    const uint32_t by_key = 0, by_number = 1;
    const struct reftable_index *ix = reftable_index(t, &by_key, 1);
    assert_ptr_equal(ix, reftable_index(t, &by_key, 1));
    assert_ptr_not_equal(ix, reftable_index(t, &by_number, 1));
    uint32_t row = find(ix, "key number 42  ");
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(row, 42 + i * 100);
        assert_int_equal(reftable_column(t, 1)->i64[row], row);
        row = reftable_next(ix, row);
    }
    assert_int_equal(row, UINT32_MAX);
    assert_int_equal(find(ix, "key number 9"), UINT32_MAX);
    assert_int_equal(find(ix, NULL), UINT32_MAX);
    assert_int_equal(find(ix, ""), UINT32_MAX);
    assert_true(reftable_bytes(t) > 1000 * 24);
    reftable_release(t);
}

static void the_last_of_equal_keys_stays(void **state)
{
    (void)state;
    struct reftable *t = reftable_new(&schema, NULL);
    fill(t, 0, 250, 100);
    const uint32_t key = 0;
    reftable_seal(t, &key, 1);
    assert_int_equal(reftable_rows(t), 91); /* all NULL keys are one */
    const struct reftable_index *ix = reftable_index(t, &key, 1);
    uint32_t row = find(ix, "key number 3");
    assert_int_equal(row, 3);
    assert_int_equal(reftable_column(t, 1)->i64[row], 203);
    row = find(ix, "key number 80");
    assert_int_equal(reftable_column(t, 1)->i64[row], 180);
    assert_true(str_equal_c(reftable_column(t, 2)->str[row], "key number 80"));
    assert_int_equal(reftable_next(ix, row), UINT32_MAX);
    assert_int_equal(find(ix, NULL), UINT32_MAX);
    reftable_release(t);
}

static void empty_and_unique_tables(void **state)
{
    (void)state;
    const uint32_t key = 0;
    struct reftable *t = reftable_new(&schema, NULL);
    reftable_seal(t, &key, 1);
    assert_int_equal(find(reftable_index(t, &key, 1), "x"), UINT32_MAX);
    reftable_release(reftable_retain(t));
    reftable_release(t);
    reftable_release(NULL);

    t = reftable_new(&schema, NULL);
    fill(t, 0, 9, 1000);
    reftable_seal(t, &key, 1);
    const struct reftable_index *ix = reftable_index(t, &key, 1);
    assert_null(reftable_column(t, 0)->nulls);
    assert_int_equal(find(ix, "key number 8"), 8);
    assert_int_equal(reftable_next(ix, 8), UINT32_MAX);
    assert_int_equal(find(ix, NULL), UINT32_MAX);
    reftable_release(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows_of_a_key),
        cmocka_unit_test(the_last_of_equal_keys_stays),
        cmocka_unit_test(empty_and_unique_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
