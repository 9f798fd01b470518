/* A state file keeps the last committed set of names, whatever happens to the next one. */

#include "state/store.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

static const char path[] = "/tmp/sluice-test-store.db";

static struct store *open_store(struct arena *a)
{
    struct store *s = NULL;
    struct status st = store_open(a, path, &s);
    assert_int_equal(st.err, ERR_NONE);
    return s;
}

static void put_all(struct store *s, const char *value)
{
    assert_int_equal(store_begin(s).err, ERR_NONE);
    assert_int_equal(store_put(s, "graph", value, strlen(value)).err, ERR_NONE);
    assert_int_equal(store_put(s, "nothing", NULL, 0).err, ERR_NONE);
}

static void expect_stored(struct store *s, const char *value)
{
    struct buf got = { 0 };
    bool found;
    assert_int_equal(store_get(s, "graph", &got, &found).err, ERR_NONE);
    assert_true(found);
    assert_string_equal(buf_c(&got), value);
    assert_int_equal(store_get(s, "nothing", &got, &found).err, ERR_NONE);
    assert_true(found && got.len == 0);
    assert_int_equal(store_get(s, "absent", &got, &found).err, ERR_NONE);
    assert_false(found);
    buf_free(&got);
}

/* What the disk gives back must be what was written, and under its name. */
static void changed_bytes_are_refused(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "UPDATE state SET bytes = CAST('fjrst' AS BLOB) WHERE name = 'graph'",
        "UPDATE state SET checksum = checksum + 1 WHERE name = 'graph'",
        "UPDATE state SET name = 'x' WHERE name = 'nothing';"
        "UPDATE state SET name = 'nothing' WHERE name = 'graph';"
        "UPDATE state SET name = 'graph' WHERE name = 'x'",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct arena *a = arena_new();
        unlink(path);
        struct store *s = open_store(a);
        put_all(s, "first");
        assert_int_equal(store_commit(s).err, ERR_NONE);
        store_close(s);
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        s = open_store(a);
        struct buf got = { 0 };
        bool found;
        struct status st = store_get(s, "graph", &got, &found);
        assert_int_equal(st.err, ERR_IO);
        assert_non_null(strstr(st.message, "is damaged"));
        buf_free(&got);
        store_close(s);
        arena_free(a);
    }
}

static void committed_sets_stay(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    unlink(path);
    struct store *s = open_store(a);
    assert_true(store_is_empty(s));
    put_all(s, "first");
    assert_int_equal(store_commit(s).err, ERR_NONE);
    put_all(s, "second");
    store_rollback(s);
    expect_stored(s, "first");
    store_close(s);
    s = open_store(a);
    assert_false(store_is_empty(s));
    expect_stored(s, "first");
    store_close(s);
    arena_free(a);
}

static void a_second_run_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    unlink(path);
    struct store *s = open_store(a), *other = NULL;
    assert_int_equal(store_open(a, path, &other).err, ERR_IO);
    store_close(s);
    arena_free(a);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct store *s = NULL;
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 1000; i++) fputs("this is no database\n", f);
    fclose(f);
    struct status st = store_open(a, path, &s);
    assert_int_equal(st.err, ERR_IO);
    assert_non_null(strstr(st.message, path));
    assert_non_null(st.hint);
    unlink(path);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_sets_stay),
        cmocka_unit_test(changed_bytes_are_refused),
        cmocka_unit_test(a_second_run_is_refused),
        cmocka_unit_test(other_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
