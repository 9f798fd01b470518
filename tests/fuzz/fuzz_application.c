/*
 * Whole test files: text to cases, SQL to plans, records to rows. What comes out must not depend on where
 * batches are cut, nor on threads, and nothing may crash.
 *
 * Files that could make the engine look outside are not run: reference tables with a URL, includes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/testcase.h"
#include "udf/udf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fn_catalog *functions(void)
{
    static struct fn_catalog *catalog;
    if (catalog) return catalog;
    catalog = fn_catalog_new();
    static struct arena *arena;
    arena = arena_new();
    for (size_t i = 0; udf_packages[i]; i++) {
        if (fn_catalog_add(catalog, arena, udf_packages[i]).err != ERR_NONE) abort();
    }
    fn_catalog_seal(catalog);
    return catalog;
}

static bool looks_outside(struct arena *a, const uint8_t *data, size_t size)
{
    char *text = arena_alloc(a, size + 1);
    memcpy(text, data, size);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == 0) text[i] = ' ';
    }
    text[size] = 0;
    return strcasestr(text, "reference") || strstr(text, "include");
}

static void run_case(const struct test_file *f, const struct test_case *c, uint32_t batch_rows,
                     uint32_t threads, struct test_result *out)
{
    struct arena *a = arena_new();
    struct test_config config = { .functions = functions(),
                                  .threads = threads,
                                  .batch_rows = batch_rows };
    test_case_run(a, f, c, &config, out);
    arena_free(a);
}

static void check_case(const struct test_file *f, const struct test_case *c)
{
    struct test_result one, three;
    run_case(f, c, 1, 1, &one);
    run_case(f, c, 3, 2, &three);
    bool same =
        one.outcome == three.outcome && one.report.len == three.report.len &&
        (one.report.len == 0 || memcmp(one.report.data, three.report.data, one.report.len) == 0);
    if (!same) {
        fprintf(stderr, "row by row:\n%sby threes:\n%s", buf_c(&one.report), buf_c(&three.report));
        abort();
    }
    buf_free(&one.report);
    buf_free(&three.report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    if (!looks_outside(a, data, size)) {
        struct test_file *f;
        struct status st = test_file_parse(a, "fuzz.test", (const char *)data, size, &f);
        for (size_t i = 0; st.err == ERR_NONE && i < f->cases.count; i++) {
            check_case(f, &f->cases.items[i]);
        }
    }
    arena_free(a);
    return 0;
}
