/* test_src_sqlite.c: tables of a SQLite database as rows; what is missing or damaged is told. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "io/src_sqlite.h"
#include "io_data.h"

static const char script[] =
    "CREATE TABLE devices (id INTEGER PRIMARY KEY, Name TEXT, weight REAL, tag BLOB, \"odd "
    "\"\"name\" TEXT);"
    "INSERT INTO devices VALUES (1, 'alpha', 1.5, x'0aff', 'o'), (2, NULL, 2, NULL, NULL),"
    "  (3, 'gr\xc3\xbc\xc3\x9f"
    "e', 1e300, x'', 'long text of more than twelve bytes');"
    "CREATE VIEW heavy AS SELECT id, weight FROM devices WHERE weight > 1.9;"
    "CREATE TABLE mixed (v);"
    "INSERT INTO mixed VALUES (1), ('2'), ('x'), (2.5), (3.0), (NULL), (x'00'), "
    "(9223372036854775807), (9e999), (cast(x'ff' as text));"
    "CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i "
    "< 3000) SELECT i FROM n;";

struct database {
    struct io_table table;
    char           *folder;
    char           *path;
};

static void database_init(struct database *d)
{
    sqlite3 *db;
    io_table_init(&d->table);
    d->folder = io_folder_new(d->table.arena);
    d->path = (char *)(uintptr_t)str_format_c(d->table.arena, "%s/test.db", d->folder);
    assert_int_equal(sqlite3_open(d->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void database_fini(struct database *d)
{
    io_folder_remove(d->folder);
    io_table_free(&d->table);
}

struct taking {
    const struct decode_config *config;
    struct buf                 *out;
};

static struct status take(void *arg, struct decoded *decoded)
{
    struct taking *t = arg;
    io_describe(t->config, decoded, t->out);
    batch_release(decoded->batch);
    return OK;
}

static struct status read_table(struct database *d, const char *table, struct buf *out)
{
    const char        *url = str_format_c(d->table.arena, "sqlite:%s?table=%s", d->path, table);
    struct io_endpoint e = io_endpoint_of(d->table.arena, url, NULL);
    struct taking      t = { &d->table.config, out };
    return sqlite_read_table(d->table.arena, &e, &d->table.config, take, &t);
}

static void expect_table(struct database *d, const char *table, const char *expected)
{
    struct buf    out = { 0 };
    struct status st = read_table(d, table, &out);
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
    assert_string_equal(buf_c(&out), expected);
    buf_free(&out);
}

static void expect_failure(struct database *d, const char *table, enum err err, const char *words,
                           const char *hint)
{
    struct buf    out = { 0 };
    struct status st = read_table(d, table, &out);
    assert_int_equal(st.err, err);
    if (!strstr(st.message, words)) fail_msg("\"%s\" lacks \"%s\"", st.message, words);
    if (hint) assert_string_equal(st.hint, hint);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    struct database d;
    database_init(&d);
    io_column(&d.table, "NAME", type_varchar(20), NULL);
    io_column(&d.table, "id", type_of(TYPE_INTEGER), NULL);
    io_column(&d.table, "W", type_of(TYPE_DOUBLE), "$.weight");
    io_column(&d.table, "tag", (struct type){ .kind = TYPE_VARBINARY, .length = 4 }, NULL);
    io_column(&d.table, "o", type_varchar(9), "$['odd \"name']");
    expect_table(&d, "devices",
                 "\"alpha\" 1 1.5 \"0AFF\" \"o\"\nnull 2 2 null null\n"
                 "\"gr\xc3\xbc\xc3\x9f"
                 "e\" 3 1e+300 \"\" \"long text\"\n");
    expect_failure(&d, "device", ERR_UNKNOWN_RELATION, "no table \"device\"",
                   "did you mean "
                   "\"devices\"?");
    expect_failure(&d, "heavy", ERR_UNKNOWN_COLUMN, "no column \"NAME\" in table \"heavy\"", NULL);
    database_fini(&d);
}

static void views_are_tables(void **state)
{
    (void)state;
    struct database d;
    database_init(&d);
    io_column(&d.table, "ID", type_of(TYPE_INTEGER), NULL);
    expect_table(&d, "heavy", "2\n3\n");
    database_fini(&d);
}

static void values_convert_as_those_of_records(void **state)
{
    (void)state;
    struct database d;
    database_init(&d);
    struct column *v = io_column(&d.table, "v", type_of(TYPE_INTEGER), NULL);
    expect_table(&d, "mixed",
                 "1\n2\n! COERCION cannot convert x to INTEGER for column \"v\"\n"
                 "! COERCION cannot convert 2.5 to INTEGER for column \"v\"\n3\nnull\n"
                 "! COERCION cannot convert a blob of 1 bytes to INTEGER for column \"v\"\n"
                 "! COERCION cannot convert 9223372036854775807 to INTEGER for column \"v\"\n"
                 "! COERCION cannot convert Infinity to INTEGER for column \"v\"\n"
                 "! PARSE the text of column \"v\" is not valid UTF-8\n");
    v->not_null = true;
    v->type = type_varchar(12);
    expect_table(&d, "mixed",
                 "\"1\"\n\"2\"\n\"x\"\n\"2.5\"\n\"3\"\n"
                 "! NULL_NOT_ALLOWED null for the NOT NULL column \"v\"\n"
                 "! COERCION cannot convert a blob of 1 bytes to VARCHAR(12) for column \"v\"\n"
                 "\"922337203685\"\n\"Infinity\"\n"
                 "! PARSE the text of column \"v\" is not valid UTF-8\n");
    d.table.needed[0] = false;
    expect_table(&d, "mixed",
                 "\n\n\n\n\n! NULL_NOT_ALLOWED null for the NOT NULL column \"v\"\n"
                 "! COERCION cannot convert a blob of 1 bytes to VARCHAR(12) for column \"v\"\n"
                 "\n\n! PARSE the text of column \"v\" is not valid UTF-8\n");
    database_fini(&d);
}

static struct status sum(void *arg, struct decoded *decoded)
{
    int64_t *total = arg;
    for (uint32_t row = 0; row < decoded->batch->n_rows; row++)
        *total += decoded->batch->columns[0].i64[row];
    batch_release(decoded->batch);
    return OK;
}

static struct status refuse(void *arg, struct decoded *decoded)
{
    batch_release(decoded->batch);
    return status_new(arg, ERR_DATA, SPAN_NONE, "enough");
}

static void rows_come_in_batches(void **state)
{
    (void)state;
    struct database d;
    database_init(&d);
    io_column(&d.table, "i", type_of(TYPE_BIGINT), NULL);
    const char        *url = str_format_c(d.table.arena, "sqlite:%s?table=many", d.path);
    struct io_endpoint e = io_endpoint_of(d.table.arena, url, NULL);
    int64_t            total = 0;
    assert_int_equal(sqlite_read_table(d.table.arena, &e, &d.table.config, sum, &total).err,
                     ERR_NONE);
    assert_int_equal(total, 3000 * 3001 / 2);
    assert_int_equal(
        sqlite_read_table(d.table.arena, &e, &d.table.config, refuse, d.table.arena).err, ERR_DATA);
    database_fini(&d);
}

static void what_is_missing_is_told(void **state)
{
    (void)state;
    struct database d;
    database_init(&d);
    struct column *c = io_column(&d.table, "nmae", type_varchar(20), NULL);
    expect_failure(&d, "devices", ERR_UNKNOWN_COLUMN, "no column \"nmae\" in table \"devices\"",
                   "did you mean \"Name\"?");
    assert_int_equal(path_parse(d.table.arena, str_c("$.a.b"), SPAN_NONE, &c->path).err, ERR_NONE);
    expect_failure(&d, "devices", ERR_BAD_PATH, "does not name a column", NULL);
    expect_failure(&d, "x\"; DROP TABLE devices; --", ERR_UNKNOWN_RELATION, "no table", NULL);
    io_write_file(d.path, "this is no database, but long enough to be asked", 48);
    expect_failure(&d, "devices", ERR_IO, "file is not a database", NULL);
    d.path = (char *)(uintptr_t)str_format_c(d.table.arena, "%s/none.db", d.folder);
    expect_failure(&d, "devices", ERR_UNREACHABLE, "unable to open", NULL);
    database_fini(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(views_are_tables),
        cmocka_unit_test(values_convert_as_those_of_records),
        cmocka_unit_test(rows_come_in_batches),
        cmocka_unit_test(what_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
