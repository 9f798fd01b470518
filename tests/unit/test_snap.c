/* test_snap.c: what is written comes back, and damage is met without harm. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/builder.h"
#include "data/snap.h"

static const struct type types[] = {
    { .kind = TYPE_VARCHAR, .length = 100 },
    { .kind = TYPE_BIGINT },
    { .kind = TYPE_DOUBLE },
    { .kind = TYPE_BOOLEAN },
};

enum { COLUMNS = 4 };

static struct snap_reader reader_of(const struct snap_writer *w)
{
    return (struct snap_reader){ .p = w->out.data, .end = w->out.data + w->out.len };
}

static void numbers_come_back(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct snap_writer w = { 0 };
    snap_u8(&w, 200);
    snap_u32(&w, 0xfedcba98);
    snap_u64(&w, UINT64_MAX - 1);
    snap_i64(&w, INT64_MIN);
    snap_f64(&w, -0.1);
    snap_str(&w, str_c("a text that is longer than twelve bytes"));
    snap_bytes(&w, "xyz", 3);
    assert_int_equal((unsigned char)w.out.data[1], 0x98);

    struct snap_reader r = reader_of(&w);
    assert_int_equal(snap_read_u8(&r), 200);
    assert_int_equal(snap_read_u32(&r), 0xfedcba98);
    assert_true(snap_read_u64(&r) == UINT64_MAX - 1);
    assert_true(snap_read_i64(&r) == INT64_MIN);
    assert_true(snap_read_f64(&r) == -0.1);
    assert_true(str_equal_c(snap_read_str(&r), "a text that is longer than twelve bytes"));
    assert_int_equal(snap_read_end(a, &r).err, ERR_SNAPSHOT);
    char bytes[3];
    assert_true(snap_read_bytes(&r, bytes, 3));
    assert_memory_equal(bytes, "xyz", 3);
    assert_int_equal(snap_read_end(a, &r).err, ERR_NONE);
    assert_int_equal(snap_read_u64(&r), 0);
    assert_int_equal(snap_read_u8(&r), 0);
    assert_int_equal(snap_read_str(&r).len, 0);
    assert_false(snap_read_bytes(&r, bytes, 1));
    assert_int_equal(snap_read_end(a, &r).err, ERR_SNAPSHOT);
    buf_free(&w.out);
    arena_free(a);
}

static void counts_are_not_trusted(void **state)
{
    (void)state;
    struct snap_writer w = { 0 };
    snap_u32(&w, 3);
    snap_bytes(&w, "123456", 6);
    struct snap_reader r = reader_of(&w);
    assert_int_equal(snap_read_count(&r, 2), 3);
    r = reader_of(&w);
    assert_int_equal(snap_read_count(&r, 3), 0);
    assert_true(r.failed);
    r = reader_of(&w);
    assert_int_equal(snap_read_count(&r, SIZE_MAX), 0);
    assert_true(r.failed);
    buf_free(&w.out);
}

static void values_come_back(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const struct value values[] = {
        { .type = type_of(TYPE_BOOLEAN), .b = true },
        { .type = type_decimal(10, 2), .i64 = -12345 },
        { .type = type_of(TYPE_REAL), .f64 = 0.5 },
        { .type = type_char(30), .str = str_c("a text of thirty characters   ") },
        { .type = type_interval(UNIT_DAY, UNIT_SECOND), .null = true },
    };
    struct snap_writer w = { 0 };
    for (int i = 0; i < 5; i++) snap_value(&w, &values[i]);
    struct snap_reader r = reader_of(&w);
    for (int i = 0; i < 5; i++) {
        struct value v;
        snap_read_value(&r, a, &v);
        assert_true(value_equal(&v, &values[i]));
        assert_true(type_equal(v.type, values[i].type));
    }
    assert_int_equal(snap_read_end(a, &r).err, ERR_NONE);
    buf_free(&w.out);
    arena_free(a);
}

static struct batch *make_batch(uint32_t n)
{
    struct builder *b = builder_new(types, COLUMNS);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t path[] = { 3, i };
        builder_row(b, 10 + i, 9, i + 1, path, 1 + i % 2);
        char text[50];
        size_t len = (size_t)(i * 7 % 40);
        memset(text, 'a' + (char)(i % 26), len);
        struct value string = { .type = types[0], .str = str_view(text, len) };
        if (i % 3) builder_value(b, 0, &string);
        builder_value(b, 1, &(struct value){ .type = types[1], .i64 = -(int64_t)i });
        if (i % 4) builder_value(b, 2, &(struct value){ .type = types[2], .f64 = i / 8.0 });
        if (i % 5) builder_value(b, 3, &(struct value){ .type = types[3], .b = i & 1 });
    }
    struct batch *out = builder_take(b);
    builder_free(b);
    return out;
}

static void assert_batches_equal(const struct batch *a, const struct batch *b)
{
    assert_int_equal(batch_live(a), batch_live(b));
    for (uint32_t i = 0; i < batch_live(a); i++) {
        uint32_t x = batch_row(a, i), y = batch_row(b, i);
        assert_int_equal(batch_row_compare(a, x, b, y), 0);
        for (uint32_t c = 0; c < COLUMNS; c++) {
            struct value v = vector_value(&a->columns[c], x), u = vector_value(&b->columns[c], y);
            assert_true(value_equal(&v, &u));
        }
    }
}

static void check_batch(const struct batch *b)
{
    struct arena *a = arena_new();
    struct snap_writer w = { 0 };
    snap_batch(&w, b);
    struct snap_reader r = reader_of(&w);
    struct batch *back = snap_read_batch(&r, types, COLUMNS);
    assert_non_null(back);
    assert_int_equal(snap_read_end(a, &r).err, ERR_NONE);
    assert_batches_equal(b, back);
    batch_release(back);

    r = reader_of(&w);
    assert_null(snap_read_batch(&r, types, COLUMNS - 1));
    assert_true(r.failed);
    buf_free(&w.out);
    arena_free(a);
}

static void batches_come_back(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 500; n += n < 70 ? 1 : 97) {
        struct batch *b = make_batch(n);
        check_batch(b);
        uint32_t sel[500], n_sel = 0;
        for (uint32_t i = 0; i < n; i += 1 + i % 3) sel[n_sel++] = i;
        struct batch *narrow = batch_narrow(b, sel, n_sel);
        check_batch(narrow);
        batch_release(narrow);
        narrow = batch_narrow(b, sel, 0);
        check_batch(narrow);
        batch_release(narrow);
        batch_release(b);
    }
}

/* Each cut and each flipped byte: a batch or none, but nothing else happens. */
static void damage_is_met(void **state)
{
    (void)state;
    struct batch *b = make_batch(70);
    struct snap_writer w = { 0 };
    snap_batch(&w, b);
    batch_release(b);
    for (size_t i = 0; i < w.out.len; i++) {
        struct snap_reader r = { .p = w.out.data, .end = w.out.data + i };
        assert_null(snap_read_batch(&r, types, COLUMNS));
        for (int bit = 0; bit < 8; bit += 7) {
            w.out.data[i] = (char)(w.out.data[i] ^ (1 << bit));
            r = reader_of(&w);
            batch_release(snap_read_batch(&r, types, COLUMNS));
            w.out.data[i] = (char)(w.out.data[i] ^ (1 << bit));
        }
    }
    buf_free(&w.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(counts_are_not_trusted),
        cmocka_unit_test(values_come_back),
        cmocka_unit_test(batches_come_back),
        cmocka_unit_test(damage_is_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
