/*
 * test_refusals.c: records that a processor refused keep their place among the rows of their block, wherever batches
 * are cut and whatever way decodes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/decode.h"

enum {
    RECORDS = 40,
    MAX_SEEN = 64
};

/* Whether record i of a pattern is refused: bit i % 8. */
static bool refused(unsigned pattern, int i)
{
    return pattern >> (i % 8) & 1;
}

static struct block *make_block(unsigned pattern, bool csv)
{
    struct block *b = block_new(RECORDS * 32);
    struct block_refusals *r = mem_calloc(1, sizeof *r + RECORDS * sizeof r->items[0]);
    static const char *const bytes[] = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7" };
    for (int i = 0; i < RECORDS; i++) {
        if (refused(pattern, i)) {
            r->items[r->n].at = b->size;
            r->items[r->n++].record = str_c(bytes[i % 8]);
            b->data[b->size++] = '\n';
            continue;
        }
        b->size += (size_t)sprintf(b->data + b->size, csv ? "%d\n" : "{\"N\": %d}\n", i);
    }
    memset(b->data + b->size, 0, b->cap + BLOCK_PAD - b->size);
    b->refusals = r;
    return b;
}

/* What comes out, in order: the number of a row, or -1 - i % 8 of a refusal. */
static size_t decode(struct arena *a, unsigned pattern, bool csv, uint32_t max_rows, int *seen)
{
    struct column column = { .name = str_c("N"), .type = type_of(TYPE_INTEGER) };
    column.path = path_of_name(a, column.name);
    const struct schema schema = { .columns = &column, .n_columns = 1 };
    static const bool needed[] = { true };
    const struct decode_config config = { .schema = &schema, .needed = needed };
    struct decoder *d;
    assert_int_equal(decoder_new(a, csv ? "csv" : "json", &config, &d).err, ERR_NONE);
    struct block *b = make_block(pattern, csv);
    size_t n = 0;
    for (size_t at = 0; at < b->size;) {
        struct decoded out;
        size_t next = decoder_run(d, b, at, max_rows, false, &out);
        assert_true(next > at && next <= b->size);
        at = next;
        uint32_t fault = 0;
        for (uint32_t row = 0; row <= out.batch->n_rows; row++) {
            for (; fault < out.n_faults && out.faults[fault].at_row == row; fault++) {
                assert_int_equal(out.faults[fault].err, ERR_PROCESSING_FAILED);
                assert_int_equal(out.faults[fault].text.len, 2);
                seen[n++] = -1 - (str_data(&out.faults[fault].text)[1] - '0');
            }
            if (row < out.batch->n_rows) seen[n++] = (int)out.batch->columns[0].i64[row];
        }
        assert_int_equal(fault, out.n_faults);
        batch_release(out.batch);
    }
    block_release(b);
    return n;
}

static void keep_their_place(void **state)
{
    (void)state;
    static const uint32_t sizes[] = { 1, 3, 1000 };
    struct arena *a = arena_new();
    for (unsigned pattern = 1; pattern < 256; pattern++) {
        for (int way = 0; way < 6; way++) {
            int seen[MAX_SEEN];
            size_t n = decode(a, pattern, way % 2, sizes[way / 2], seen);
            assert_int_equal(n, RECORDS);
            for (int i = 0; i < RECORDS; i++)
                assert_int_equal(seen[i], refused(pattern, i) ? -1 - i % 8 : i);
        }
    }
    arena_free(a);
}

static void on_each_way(void **state)
{
    static const enum decode_path paths[] = { DECODE_PLAIN, DECODE_SLOW, DECODE_AUTO };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        decoder_force(paths[i]);
        keep_their_place(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_their_place),
        cmocka_unit_test(on_each_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
