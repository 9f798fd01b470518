/* test_reorder.c: rows put in order within the lateness, and inputs merged, wherever batches are cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "time/merge.h"
#include "time/reorder.h"

static const struct type types[2] = { { .kind = TYPE_BIGINT }, { .kind = TYPE_VARCHAR } };

/* Rows with times[i] and numbers from seq on; the columns repeat the number, as a number and as a long text. */
static struct batch *rows_of(const rowtime *times, uint32_t n, uint64_t seq, uint64_t pump)
{
    struct batch *b = batch_new(n, 2);
    rowtime *t = arena_dup(b->arena, times, n * sizeof *t);
    uint64_t *seqs = ARENA_ARRAY(b->arena, uint64_t, n);
    for (uint32_t c = 0; c < 2; c++) vector_new(b->arena, types[c], n, &b->columns[c]);
    for (uint32_t i = 0; i < n; i++) {
        seqs[i] = seq + i;
        b->columns[0].i64[i] = (int64_t)(seq + i);
        b->columns[1].str[i] = str_format(b->arena, "a text of row %06u", (unsigned)(seq + i));
        if ((seq + i) % 4 == 0) nulls_set(vector_nulls(b->arena, &b->columns[1], n), i);
    }
    b->rowtimes = b->cause_times = t;
    b->cause_seqs = seqs;
    if (pump) {
        b->path = ARENA_NEW(b->arena, struct path_word);
        b->path[0] = (struct path_word){ .all = pump << 32 };
        b->path_len = 1;
    }
    return b;
}

/* Everything that came out, one line a row. */
static void note(struct buf *out, struct batch *b)
{
    for (uint32_t i = 0; i < batch_live(b); i++) {
        uint32_t row = batch_row(b, i);
        buf_printf(out, "%lld %lld", (long long)b->rowtimes[row],
                   (long long)b->columns[0].i64[row]);
        for (uint32_t k = 0; k < b->path_len; k++) {
            uint64_t word = b->path[k].words ? b->path[k].words[row] : b->path[k].all;
            buf_printf(out, " p%llu", (unsigned long long)(word >> 32));
        }
        if (vector_is_null(&b->columns[1], row)) {
            buf_append_c(out, " -\n");
        } else {
            buf_printf(out, " %.*s\n", STR_ARG(b->columns[1].str[row]));
        }
    }
    batch_release(b);
}

/* ---- reorder ---- */

static const rowtime unsorted[] = { 10, 12, 11, 20, 13, 15, 16, 15, 30,
                                    25, 24, 31, 31, 30, 60, 55, 58, 54 };
enum { UNSORTED = sizeof unsorted / sizeof *unsorted };

static void reorder_all(struct reorder *r, const rowtime *times, uint32_t n, uint32_t cut,
                        bool snapshots, struct buf *out)
{
    struct arena *a = arena_new();
    for (uint32_t at = 0; at < n; at += cut) {
        uint32_t count = n - at < cut ? n - at : cut;
        struct batch *in = rows_of(times + at, count, at + 1, 0);
        struct late_row *late;
        size_t n_late = reorder_push(r, in, a, &late);
        for (size_t i = 0; i < n_late; i++) {
            buf_printf(out, "late %lld at %lld\n", (long long)in->columns[0].i64[late[i].row],
                       (long long)late[i].bound);
        }
        batch_release(in);
        struct batch *b;
        while ((b = reorder_take(r)) != NULL) note(out, b);
        if (!snapshots) continue;
        struct snap_writer w = { 0 };
        reorder_save(r, &w);
        reorder_free(r);
        r = reorder_new(types, 2, 5);
        struct snap_reader reader = { .p = w.out.data, .end = w.out.data + w.out.len };
        assert_true(reorder_load(r, &reader) && reader.p == reader.end);
        buf_free(&w.out);
    }
    reorder_advance(r, BOUND_END);
    struct batch *b;
    while ((b = reorder_take(r)) != NULL) note(out, b);
    assert_int_equal(reorder_rows(r), 0);
    reorder_free(r);
    arena_free(a);
}

/* Late rows come out at other moments, but the same ones, and rows in the same order. */
static void split_late(struct buf *all, struct buf *rows, struct buf *late)
{
    const char *p = buf_c(all);
    while (*p) {
        const char *end = strchr(p, '\n') + 1;
        buf_append(strncmp(p, "late", 4) == 0 ? late : rows, p, (size_t)(end - p));
        p = end;
    }
}

static void test_cuts_do_not_matter(void **state)
{
    (void)state;
    struct buf rows[8] = { 0 }, late[8] = { 0 };
    const uint32_t cuts[] = { UNSORTED, 1, 3, 7 };
    for (uint32_t i = 0; i < 8; i++) {
        struct buf all = { 0 };
        reorder_all(reorder_new(types, 2, 5), unsorted, UNSORTED, cuts[i % 4], i >= 4, &all);
        split_late(&all, &rows[i], &late[i]);
        assert_string_equal(buf_c(&rows[i]), buf_c(&rows[0]));
        assert_string_equal(buf_c(&late[i]), buf_c(&late[0]));
        buf_free(&all);
    }
    assert_non_null(strstr(buf_c(&late[0]), "late 5 at 15\n"));
    for (uint32_t i = 0; i < 8; i++) {
        buf_free(&rows[i]);
        buf_free(&late[i]);
    }
}

static void test_rows_in_order_pass(void **state)
{
    (void)state;
    const rowtime times[] = { 1, 2, 2, 5 };
    struct reorder *r = reorder_new(types, 2, 0);
    struct batch *in = rows_of(times, 4, 1, 0);
    struct late_row *late;
    assert_int_equal(reorder_push(r, in, NULL, &late), 0);
    struct batch *out = reorder_take(r);
    assert_ptr_equal(out, in);
    assert_null(reorder_take(r));
    assert_int_equal(reorder_bound(r).time, 5);
    assert_int_equal(reorder_bound(r).seq, 5);
    batch_release(out);
    batch_release(in);
    reorder_free(r);
}

static void test_many_rows_in_any_order(void **state)
{
    (void)state;
    enum { N = 5000 };
    static rowtime times[N];
    for (uint32_t i = 0; i < N; i++) times[i] = (rowtime)(hash_u64(i + 1) % 1000);
    struct buf out = { 0 };
    reorder_all(reorder_new(types, 2, 1000), times, N, 700, false, &out);
    const char *p = buf_c(&out);
    long long last = -1, last_seq = 0;
    uint32_t n = 0;
    for (; *p; p = strchr(p, '\n') + 1, n++) {
        long long t = 0, seq = 0;
        assert_int_equal(sscanf(p, "%lld %lld", &t, &seq), 2);
        assert_true(t > last || (t == last && seq > last_seq));
        last = t;
        last_seq = seq;
    }
    assert_int_equal(n, N);
    buf_free(&out);
}

/* ---- merge ---- */

static struct merge *merge_through_snapshot(struct merge *m, uint32_t inputs)
{
    struct snap_writer w = { 0 };
    merge_save(m, &w);
    merge_free(m);
    m = merge_new(types, 2, inputs, false);
    struct snap_reader r = { .p = w.out.data, .end = w.out.data + w.out.len };
    const struct merge_streams none = { 0 };
    assert_true(merge_load(m, &r, &none) && r.p == r.end);
    buf_free(&w.out);
    return m;
}

static void drain(struct merge *m, struct buf *out)
{
    struct batch *b;
    while ((b = merge_take(m)) != NULL) note(out, b);
}

/* Three pumps over one stream of rows, two of them with gaps, into one stream. */
static void diamond(uint32_t cut, bool snapshots, struct buf *out)
{
    enum { N = 400 };
    static rowtime times[N];
    for (uint32_t i = 0; i < N; i++) times[i] = i / 3;
    struct merge *m = merge_new(types, 2, 3, false);
    for (uint32_t at = 0; at < N; at += cut) {
        uint32_t n = N - at < cut ? N - at : cut;
        struct bound bound = { times[at + n - 1], at + n + 1 };
        for (uint32_t input = 0; input < 3; input++) {
            struct batch *in = rows_of(times + at, n, at + 1, input + 1);
            uint32_t *sel = ARENA_ARRAY(in->arena, uint32_t, n), n_sel = 0;
            for (uint32_t i = 0; i < n; i++) {
                sel[n_sel] = i;
                n_sel += input == 2 || (at + i) % 5 == input;
            }
            struct batch *some = batch_narrow(in, sel, n_sel);
            merge_push(m, input, some);
            drain(m, out);
            batch_release(some);
            batch_release(in);
        }
        for (uint32_t input = 0; input < 3; input++) {
            merge_advance(m, input, bound);
            drain(m, out);
        }
        assert_int_equal(merge_rows(m), 0); /* nothing waits longer than its batch */
        assert_int_equal(bound_compare(merge_bound(m), bound), 0);
        if (snapshots) m = merge_through_snapshot(m, 3);
    }
    merge_free(m);
}

static void test_a_diamond_is_in_order(void **state)
{
    (void)state;
    struct buf first = { 0 };
    diamond(1, false, &first);
    const uint32_t cuts[] = { 3, 64, 1000 };
    for (uint32_t i = 0; i < 6; i++) {
        struct buf out = { 0 };
        diamond(cuts[i % 3], i >= 3, &out);
        assert_string_equal(buf_c(&out), buf_c(&first));
        buf_free(&out);
    }
    assert_non_null(
        strstr(buf_c(&first), "0 1 p1 a text of row 000001\n0 1 p3 a text of row 000001\n"));
    buf_free(&first);
}

static void test_a_silent_input_holds_back(void **state)
{
    (void)state;
    const rowtime early[] = { 1, 2, 3 }, late[] = { 2, 9 };
    struct buf out = { 0 };
    struct merge *m = merge_new(types, 2, 2, false);
    struct batch *a = rows_of(early, 3, 1, 1), *b = rows_of(late, 2, 1, 2);
    merge_push(m, 0, a);
    assert_null(merge_take(m));
    m = merge_through_snapshot(m, 2);
    merge_advance(m, 1, (struct bound){ 2, 0 });
    drain(m, &out);
    assert_int_equal(merge_rows(m), 2);
    assert_int_equal(merge_cause(m).time, 2);
    merge_push(m, 1, b);
    drain(m, &out);
    assert_int_equal(merge_rows(m), 1); /* 9 waits for input 0, which may bring more */
    merge_advance(m, 0, BOUND_END);
    drain(m, &out);
    assert_string_equal(buf_c(&out), "1 1 p1 a text of row 000001\n2 1 p2 a text of row 000001\n"
                                     "2 2 p1 a text of row 000002\n3 3 p1 a text of row 000003\n"
                                     "9 2 p2 a text of row 000002\n");
    batch_release(a);
    batch_release(b);
    merge_free(m);
    buf_free(&out);
}

static void test_damage_is_found(void **state)
{
    (void)state;
    const rowtime times[] = { 1, 2, 3 };
    struct merge *m = merge_new(types, 2, 2, false);
    struct batch *a = rows_of(times, 3, 1, 1);
    merge_push(m, 0, a);
    batch_release(a);
    struct snap_writer w = { 0 };
    merge_save(m, &w);
    merge_free(m);
    for (size_t n = 0; n < w.out.len; n++) {
        struct merge *damaged = merge_new(types, 2, 2, false);
        struct snap_reader r = { .p = w.out.data, .end = w.out.data + n };
        const struct merge_streams none = { 0 };
        assert_false(merge_load(damaged, &r, &none));
        merge_free(damaged);
    }
    buf_free(&w.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_do_not_matter),
        cmocka_unit_test(test_rows_in_order_pass),
        cmocka_unit_test(test_many_rows_in_any_order),
        cmocka_unit_test(test_a_diamond_is_in_order),
        cmocka_unit_test(test_a_silent_input_holds_back),
        cmocka_unit_test(test_damage_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
