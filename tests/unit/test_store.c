/* A state file keeps the last committed set of names, whatever happens to the next one. */

#include "state/store.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "base/secret.h"

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

static void load_key(struct arena *a, const char *id, char digit)
{
    static const char keys[] = "/tmp/sluice-test-store.keys";
    char hex[65] = { 0 };
    memset(hex, digit, 64);
    unlink(keys);
    FILE *f = fopen(keys, "w");
    fprintf(f, "seal %s %s\n", id, hex);
    fclose(f);
    chmod(keys, 0600);
    assert_int_equal(secret_load(a, keys).err, ERR_NONE);
    unlink(keys);
}

static bool file_holds(const char *text)
{
    static char bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return memmem(bytes, n, text, strlen(text)) != NULL;
}

static struct status get_sealed(struct arena *a)
{
    struct store *s = open_store(a);
    assert_int_equal(store_seal(s).err, ERR_NONE);
    struct buf got = { 0 };
    bool found;
    struct status st = store_get(s, "graph", &got, &found);
    buf_free(&got);
    store_close(s);
    return st;
}

static void sealed_bytes_need_their_key(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    unlink(path);
    secret_forget();
    struct store *s = open_store(a);
    assert_int_equal(store_seal(s).err, ERR_BAD_OPTION); /* no key */
    load_key(a, "k1", 'a');
    assert_int_equal(store_seal(s).err, ERR_NONE);
    put_all(s, "in clear nobody reads this");
    assert_int_equal(store_commit(s).err, ERR_NONE);
    expect_stored(s, "in clear nobody reads this");
    store_close(s);
    assert_false(file_holds("nobody reads"));
    assert_int_equal(get_sealed(a).err, ERR_NONE);

    secret_forget();
    load_key(a, "k2", 'b'); /* another id */
    struct status st = get_sealed(a);
    assert_int_equal(st.err, ERR_BAD_OPTION);
    assert_non_null(strstr(st.message, "\"k1\", which is not there"));
    secret_forget();
    load_key(a, "k1", 'b'); /* another key of that id */
    assert_int_equal(get_sealed(a).err, ERR_IO);
    secret_forget();
    unlink(path);
    arena_free(a);
}

static void sealed_and_plain_files_differ(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf got = { 0 };
    bool found;
    for (int sealed = 0; sealed < 2; sealed++) {
        unlink(path);
        secret_forget();
        load_key(a, "k1", 'a');
        struct store *s = open_store(a);
        if (sealed) assert_int_equal(store_seal(s).err, ERR_NONE);
        put_all(s, "some bytes that are long enough");
        assert_int_equal(store_commit(s).err, ERR_NONE);
        store_close(s);
        s = open_store(a);
        if (!sealed) assert_int_equal(store_seal(s).err, ERR_NONE);
        assert_int_equal(store_get(s, "graph", &got, &found).err, ERR_BAD_OPTION);
        store_close(s);
    }
    buf_free(&got);
    secret_forget();
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
        cmocka_unit_test(sealed_bytes_need_their_key),
        cmocka_unit_test(sealed_and_plain_files_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
