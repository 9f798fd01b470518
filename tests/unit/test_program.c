/* test_program.c: expressions over batches: NULLs, narrowing, faults, what is shared and what is evaluated once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/program.h"
#include "sql/expr.h"

enum { ROWS = 300 };

static struct fn_catalog *catalog;
static struct arena      *arena;

static int setup(void **state)
{
    (void)state;
    catalog = fn_catalog_new();
    fn_catalog_seal(catalog);
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    fn_catalog_free(catalog);
    return 0;
}

/* ---- expressions ---- */

static struct expr *integer(int64_t v)
{
    return expr_constant(arena, &(struct value){ .type = type_of(TYPE_INTEGER), .i64 = v },
                         SPAN_NONE);
}

static struct expr *column(uint32_t i)
{
    return expr_column(arena, i, type_of(TYPE_INTEGER), SPAN_NONE);
}

static struct expr **list(struct expr *a, struct expr *b, struct expr *c)
{
    struct expr **args = ARENA_ARRAY(arena, struct expr *, 3);
    args[0] = a;
    args[1] = b;
    args[2] = c;
    return args;
}

static struct expr *call(const char *name, struct expr *a, struct expr *b)
{
    struct type types[2] = { a->type, b ? b->type : a->type };
    const struct value *constants[2] = { NULL, NULL };
    struct fn_choice choice;
    struct status st =
        fn_resolve(catalog, arena, str_c(name), SPAN_NONE, types, constants, b ? 2 : 1, &choice);
    assert_int_equal(st.err, ERR_NONE);
    return expr_call(arena, &choice, SPAN_NONE, list(a, b, NULL), b ? 2 : 1);
}

static struct expr *logic(enum expr_kind kind, struct expr *a, struct expr *b)
{
    return expr_new(arena, kind, type_of(TYPE_BOOLEAN), SPAN_NONE, list(a, b, NULL), 2);
}

/* ---- rows: column 0 is i % 7, column 1 is i % 5 with NULL for 3, column 2 is i ---- */

static struct batch *rows_of(uint32_t n)
{
    struct batch *b = batch_new(n, 3);
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(b->arena, uint64_t, n);
    for (uint32_t c = 0; c < 3; c++) vector_new(b->arena, type_of(TYPE_INTEGER), n, &b->columns[c]);
    for (uint32_t i = 0; i < n; i++) {
        times[i] = 1000 + i;
        seqs[i] = i + 1;
        b->columns[0].i64[i] = i % 7;
        b->columns[1].i64[i] = i % 5;
        b->columns[2].i64[i] = i;
        if (i % 5 == 3) nulls_set(vector_nulls(b->arena, &b->columns[1], n), i);
    }
    b->rowtimes = b->cause_times = times;
    b->cause_seqs = seqs;
    return b;
}

static rowtime now_of(void *arg, const struct batch *in, uint32_t row)
{
    (void)arg;
    return in->cause_times[row] * 2;
}

static const struct program_env env = { .started = 77, .now = now_of };

struct result {
    struct vector v[2];
    struct faults faults;
};

static struct result run(struct expr *a, struct expr *b, const struct batch *in,
                         const uint32_t *rows, uint32_t n)
{
    struct expr *exprs[2] = { a, b };
    struct program *p;
    struct status st = program_compile(arena, exprs, b ? 2 : 1, &p);
    assert_int_equal(st.err, ERR_NONE);
    struct result r = { .faults = { 0 } };
    struct arena *scratch = arena_new();
    program_run(p, &env, in, rows, n, in->arena, scratch, r.v, &r.faults);
    r.faults.items = arena_dup(arena, r.faults.items, r.faults.count * sizeof *r.faults.items);
    arena_free(scratch); /* results must not lie there */
    return r;
}

static bool has_fault(const struct result *r, uint32_t row)
{
    for (size_t i = 0; i < r->faults.count; i++) {
        if (r->faults.items[i].row == row) return true;
    }
    return false;
}

/* ---- tests ---- */

static void test_nulls_leave_strict_calls(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct result r =
        run(call("+", column(0), column(1)), call("+", column(0), column(2)), in, NULL, ROWS);
    assert_int_equal(r.faults.count, 0);
    assert_null(r.v[1].nulls);
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(vector_is_null(&r.v[0], i), i % 5 == 3);
        if (i % 5 != 3) assert_int_equal(r.v[0].i64[i], i % 7 + i % 5);
        assert_int_equal(r.v[1].i64[i], i % 7 + i);
    }
    batch_release(in);
}

static void test_faults_are_of_their_rows(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr *divided = call("/", column(2), column(0));
    struct result r = run(divided, call("+", divided, column(1)), in, NULL, ROWS);
    uint32_t expected = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(has_fault(&r, i), i % 7 == 0);
        expected += i % 7 == 0;
        if (i % 7) assert_int_equal(r.v[0].i64[i], i / (i % 7));
    }
    assert_int_equal(r.faults.count, expected);
    for (size_t i = 1; i < r.faults.count; i++) {
        assert_true(r.faults.items[i - 1].row < r.faults.items[i].row);
    }
    assert_int_equal(r.faults.items[0].err, ERR_DIVISION_BY_ZERO);
    batch_release(in);
}

static void test_faults_of_two_parts_are_in_order(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct result r =
        run(call("/", column(2), column(1)), call("/", column(2), column(0)), in, NULL, ROWS);
    for (size_t i = 1; i < r.faults.count; i++) {
        assert_true(r.faults.items[i - 1].row < r.faults.items[i].row);
    }
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(has_fault(&r, i), i % 7 == 0 || i % 5 == 0);
    batch_release(in);
}

static void test_and_does_not_look_behind_false(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr *safe = logic(EXPR_AND, call("<>", column(0), integer(0)),
                              call(">", call("/", column(2), column(0)), integer(20)));
    struct expr *other = logic(EXPR_OR, call("=", column(0), integer(0)),
                               call(">", call("/", column(2), column(0)), integer(20)));
    struct result r = run(safe, other, in, NULL, ROWS);
    assert_int_equal(r.faults.count, 0);
    for (uint32_t i = 0; i < ROWS; i++) {
        bool high = i % 7 && i / (i % 7) > 20;
        assert_int_equal(r.v[0].b[i], high);
        assert_int_equal(r.v[1].b[i], i % 7 == 0 || high);
    }
    batch_release(in);
}

static void test_three_values(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr *unknown = call(">", column(1), integer(1)); /* UNKNOWN for i % 5 == 3 */
    struct expr *known = call(">", column(0), integer(3));
    struct result both =
        run(logic(EXPR_AND, unknown, known), logic(EXPR_OR, unknown, known), in, NULL, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        bool k = i % 7 > 3, null = i % 5 == 3, u = i % 5 > 1;
        assert_int_equal(vector_is_null(&both.v[0], i), null && k);
        assert_int_equal(vector_is_null(&both.v[1], i), null && !k);
        if (!(null && k)) assert_int_equal(both.v[0].b[i], !null && u && k);
        if (!(null && !k)) assert_int_equal(both.v[1].b[i], k || (!null && u));
    }
    batch_release(in);
}

static void test_case_takes_the_first_true(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr **args = ARENA_ARRAY(arena, struct expr *, 5);
    args[0] = call("=", column(0), integer(0));
    args[1] = integer(-1);
    args[2] = call(">", column(1), integer(2)); /* NULL is not TRUE */
    args[3] = call("/", column(2), column(0));
    args[4] = expr_null(arena, type_of(TYPE_INTEGER), SPAN_NONE);
    struct result r = run(expr_new(arena, EXPR_CASE, type_of(TYPE_INTEGER), SPAN_NONE, args, 5),
                          NULL, in, NULL, ROWS);
    assert_int_equal(r.faults.count, 0);
    for (uint32_t i = 0; i < ROWS; i++) {
        if (i % 7 == 0) {
            assert_int_equal(r.v[0].i64[i], -1);
        } else if (i % 5 == 4) {
            assert_int_equal(r.v[0].i64[i], i / (i % 7));
        } else {
            assert_true(vector_is_null(&r.v[0], i));
        }
    }
    batch_release(in);
}

static void test_coalesce_stops_at_a_value(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr **args = list(column(1), call("/", column(2), column(0)), integer(9));
    struct result r = run(expr_new(arena, EXPR_COALESCE, type_of(TYPE_INTEGER), SPAN_NONE, args, 3),
                          NULL, in, NULL, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        bool needed = i % 5 == 3;
        assert_int_equal(has_fault(&r, i), needed && i % 7 == 0);
        if (!needed) assert_int_equal(r.v[0].i64[i], i % 5);
        if (needed && i % 7) assert_int_equal(r.v[0].i64[i], i / (i % 7));
    }
    batch_release(in);
}

static void test_not_null_names_the_column(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct expr *e = expr_new(arena, EXPR_NOT_NULL, type_of(TYPE_INTEGER), SPAN_NONE,
                              list(column(1), NULL, NULL), 1);
    e->label = str_c("PULSE");
    struct result r = run(e, NULL, in, NULL, ROWS);
    assert_int_equal(r.faults.count, ROWS / 5);
    assert_int_equal(r.faults.items[0].row, 3);
    assert_int_equal(r.faults.items[0].err, ERR_NULL_NOT_ALLOWED);
    assert_null(r.v[0].nulls);
    assert_ptr_equal(r.v[0].i64, in->columns[1].i64);
    batch_release(in);
}

static void test_columns_are_shared(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct result r = run(column(2), expr_rowtime(arena, SPAN_NONE), in, NULL, ROWS);
    assert_ptr_equal(r.v[0].i64, in->columns[2].i64);
    assert_ptr_equal(r.v[1].i64, in->rowtimes);
    batch_release(in);
}

static void test_constants_stay_constant(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    struct result r =
        run(call("+", integer(20), integer(3)), call("/", integer(20), integer(4)), in, NULL, ROWS);
    assert_true(r.v[0].constant && r.v[1].constant);
    assert_int_equal(r.v[0].i64[0], 23);
    assert_int_equal(r.v[1].i64[0], 5);
    r = run(call("/", integer(20), integer(0)), NULL, in, NULL, ROWS);
    assert_int_equal(r.faults.count, ROWS);
    r = run(call("+", column(0), expr_null(arena, type_of(TYPE_INTEGER), SPAN_NONE)), NULL, in,
            NULL, ROWS);
    assert_true(r.v[0].constant && vector_is_null(&r.v[0], 17));
    batch_release(in);
}

static void test_only_the_given_rows(void **state)
{
    (void)state;
    struct batch *in = rows_of(ROWS);
    uint32_t rows[ROWS], n = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        rows[n] = i;
        n += i % 3 == 1;
    }
    struct result r = run(call("/", column(2), column(0)), NULL, in, rows, n);
    for (uint32_t i = 0; i < ROWS; i++) {
        bool is_in = i % 3 == 1;
        assert_int_equal(has_fault(&r, i), is_in && i % 7 == 0);
        if (is_in && i % 7) assert_int_equal(r.v[0].i64[i], i / (i % 7));
    }
    batch_release(in);
}

static void test_no_row_left_gives_null(void **state)
{
    (void)state;
    struct batch *in = rows_of(1); /* its column 0 is 0 */
    struct expr *failed = call("/", column(2), column(0));
    struct result r = run(failed, call("+", failed, integer(1)), in, NULL, 1);
    assert_int_equal(r.faults.count, 1);
    assert_non_null(r.v[1].data);
    batch_release(in);
}

static void test_clocks(void **state)
{
    (void)state;
    struct batch *in = rows_of(3);
    struct expr *start = expr_new(arena, EXPR_CLOCK, type_of(TYPE_TIMESTAMP), SPAN_NONE, NULL, 0);
    struct expr *now = expr_new(arena, EXPR_CLOCK, type_of(TYPE_TIMESTAMP), SPAN_NONE, NULL, 0);
    now->per_row = true;
    struct result r = run(start, now, in, NULL, 3);
    assert_true(r.v[0].constant);
    assert_int_equal(r.v[0].i64[0], 77);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(r.v[1].i64[i], 2 * (1000 + i));
    batch_release(in);
}

static uint32_t n_counted;

static void counted_kernel(struct sluice_call *k)
{
    n_counted += k->n_rows;
    for (uint32_t i = 0; i < k->n_rows; i++) {
        uint32_t row = k->rows[i];
        k->result->i64[row] = k->args[0].i64[sluice_at(&k->args[0], row)];
    }
}

static void test_equal_parts_run_once(void **state)
{
    (void)state;
    static const struct sluice_fn counted = { .name = "COUNTED", .kernel = counted_kernel };
    struct batch *in = rows_of(ROWS);
    struct type types[1] = { type_of(TYPE_INTEGER) };
    struct fn_choice choice = { .fn = &counted, .args = types, .result = types[0] };
    struct expr *once = expr_call(arena, &choice, SPAN_NONE, list(column(2), NULL, NULL), 1);
    struct expr *again = expr_call(arena, &choice, SPAN_NONE, list(column(2), NULL, NULL), 1);
    n_counted = 0;
    run(call("+", once, again), again, in, NULL, ROWS);
    assert_int_equal(n_counted, ROWS);
    /* What an operand of OR computed for some rows is not there for all. */
    n_counted = 0;
    struct expr *some =
        logic(EXPR_OR, call("=", column(0), integer(0)), call("=", once, integer(1)));
    struct result r = run(some, again, in, NULL, ROWS);
    assert_int_equal(n_counted, ROWS + ROWS - (ROWS + 6) / 7);
    for (uint32_t i = 0; i < ROWS; i++) assert_int_equal(r.v[1].i64[i], i);
    batch_release(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nulls_leave_strict_calls),
        cmocka_unit_test(test_faults_are_of_their_rows),
        cmocka_unit_test(test_faults_of_two_parts_are_in_order),
        cmocka_unit_test(test_and_does_not_look_behind_false),
        cmocka_unit_test(test_three_values),
        cmocka_unit_test(test_case_takes_the_first_true),
        cmocka_unit_test(test_coalesce_stops_at_a_value),
        cmocka_unit_test(test_not_null_names_the_column),
        cmocka_unit_test(test_columns_are_shared),
        cmocka_unit_test(test_constants_stay_constant),
        cmocka_unit_test(test_only_the_given_rows),
        cmocka_unit_test(test_no_row_left_gives_null),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_equal_parts_run_once),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
