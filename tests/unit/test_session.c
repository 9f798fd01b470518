/* test_session.c: an application that changes while its sources run loses no row and no state; queries come and go. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/session.h"
#include "udf/udf.h"

enum { ROWS = 300000, CHANGES = 20, WAIT_MS = 60000 };

struct world {
    struct arena      *arena;
    struct fn_catalog *functions;
    struct session    *session;
    char               folder[64];
};

static int open_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->arena = arena_new();
    w->functions = fn_catalog_new();
    for (size_t i = 0; udf_packages[i]; i++)
        assert_int_equal(fn_catalog_add(w->functions, w->arena, udf_packages[i]).err, ERR_NONE);
    fn_catalog_seal(w->functions);
    struct session_config config = { .functions = w->functions };
    w->session = session_new(&config);
    strcpy(w->folder, "/tmp/sluice-session-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    char command[128];
    session_free(w->session);
    fn_catalog_free(w->functions);
    arena_free(w->arena);
    snprintf(command, sizeof command, "rm -r %s", w->folder);
    assert_int_equal(system(command), 0);
    free(w);
    return 0;
}

static enum err try_define(struct world *w, const char *text)
{
    struct session_text t = { .data = text, .size = strlen(text), .line = 1, .column = 1,
                              .base_dir = w->folder };
    struct buf messages = { 0 };
    enum err err = session_define(w->session, &t, 1, &messages).err;
    assert_int_equal(err == ERR_NONE, messages.len == 0);
    buf_free(&messages);
    return err;
}

static void define(struct world *w, const char *text)
{
    enum err err = try_define(w, text);
    if (err != ERR_NONE) print_error("%s\n", text);
    assert_int_equal(err, ERR_NONE);
}

/* A live source that gives n from 1 to ROWS, in many small pieces, and its reader, which misses none. */
static void define_numbers(struct world *w)
{
    struct buf text = { 0 }, messages = { 0 };
    buf_printf(&text,
               "CREATE SOURCE numbers (n BIGINT PATH '$.n') FROM 'exec:i=0; while [ $i -lt %d ]; "
               "do i=$((i+1)); echo \"{\\\"n\\\":$i}\"; done';",
               ROWS);
    static const char pump[] = "CREATE PUMP first AS INSERT INTO t SELECT STREAM n FROM numbers;";
    struct session_text texts[] = {
        { .data = text.data, .size = text.len, .base_dir = w->folder },
        { .data = pump, .size = sizeof pump - 1, .base_dir = w->folder },
    };
    struct status st = session_define(w->session, texts, 2, &messages);
    assert_int_equal(st.err, ERR_NONE);
    buf_free(&text);
    buf_free(&messages);
}

/* Each n once, in order, and with the number of its row. */
static void check_numbers(struct world *w, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    long n = 0, count = 0, expected = 0;
    while (fscanf(f, "{\"N\":%ld,\"C\":%ld}\n", &n, &count) == 2) {
        assert_int_equal(n, ++expected);
        assert_int_equal(count, expected);
    }
    assert_int_equal(expected, ROWS);
    fclose(f);
}

static uint64_t rows_of(struct world *w, const char *name)
{
    struct session_object *objects;
    size_t n = session_objects(w->session, w->arena, &objects);
    for (size_t i = 0; i < n; i++) {
        if (str_equal_c(objects[i].name, name)) return objects[i].rows;
    }
    return 0;
}

/* Queries a stream of the running application for a few rows. */
static void look(struct world *w, const char *text)
{
    struct session_text t = { .data = text, .size = strlen(text), .line = 1, .column = 1 };
    struct session_query *q;
    struct buf messages = { 0 };
    struct status st = session_ask(w->session, &t, &q, &messages);
    assert_int_equal(st.err, ERR_NONE);
    enum session_rows got = SESSION_WAIT;
    while (got == SESSION_WAIT || got == SESSION_ROWS) {
        struct batch *rows;
        got = session_next(q, 100, &rows, &st);
        if (got == SESSION_ROWS) batch_release(rows);
    }
    assert_int_equal(got, SESSION_END);
    session_done(q);
    buf_free(&messages);
}

/* Streams with one writer and with several, pumps that come, change and go, queries: every row arrives once, in order,
 * and a running count goes on. */
static void no_row_is_lost(void **state)
{
    struct world *w = *state;
    define(w, "CREATE STREAM t (n BIGINT);");
    define(w, "CREATE STREAM u (n BIGINT, c BIGINT);");
    define(w, "CREATE STREAM other (n BIGINT);");
    define(w, "CREATE SINK k FROM u INTO 'rows.ndjson';");
    define(w, "CREATE PUMP through AS INSERT INTO u "
              "SELECT STREAM n, COUNT(*) OVER (ROWS UNBOUNDED PRECEDING) FROM t;");
    define_numbers(w);
    for (int i = 0; i < CHANGES; i++) {
        define(w, "CREATE OR REPLACE PUMP side AS INSERT INTO other SELECT STREAM n FROM t;");
        define(w, "CREATE OR REPLACE PUMP idle AS INSERT INTO t SELECT STREAM n FROM numbers "
                  "WHERE n < 0;");
        look(w, "SELECT STREAM n FROM u LIMIT 5;");
        define(w, "INSERT INTO other VALUES (1), (2);");
        if (i % 2) define(w, "DROP PUMP idle;");
        if (i % 3) define(w, "DROP PUMP side;");
    }
    while (!session_wait(w->session, WAIT_MS)) fail();
    assert_int_equal(rows_of(w, "T"), ROWS);
    assert_int_equal(session_finish(w->session).err, ERR_NONE);
    check_numbers(w, "rows.ndjson");
}

/* What a statement that fails leaves is what was there before. */
static void failures_change_nothing(void **state)
{
    struct world *w = *state;
    define(w, "CREATE STREAM t (n BIGINT);");
    assert_int_equal(try_define(w, "CREATE STREAM t (m BIGINT);"), ERR_DUPLICATE_NAME);
    assert_int_equal(try_define(w, "CREATE SOURCE s (n BIGINT) FROM 'nothing.ndjson';"),
                     ERR_UNREACHABLE);
    assert_int_equal(try_define(w, "CREATE SINK k FROM t INTO '/dev/null/x';"),
                     ERR_UNREACHABLE);
    assert_int_equal(try_define(w, "CREATE PUMP p AS INSERT INTO t SELECT STREAM n FROM s;"),
                     ERR_UNKNOWN_RELATION);
    assert_int_equal(try_define(w, "DROP STREAM u;"), ERR_UNKNOWN_NAME);
    define(w, "CREATE STREAM s (n BIGINT);");
    define(w, "CREATE PUMP p AS INSERT INTO t SELECT STREAM n FROM s;");
    assert_int_equal(try_define(w, "DROP STREAM s;"), ERR_NOT_ALLOWED_HERE);
    define(w, "DROP PUMP p;");
    define(w, "DROP STREAM s;");
    define(w, "CREATE STREAM s (m BIGINT);");
    assert_int_equal(session_finish(w->session).err, ERR_NONE);
}

/* What a view is taken anew for is taken anew by the pumps that read it. */
static void views_are_replaced(void **state)
{
    struct world *w = *state;
    define(w, "CREATE STREAM a (n BIGINT);");
    define(w, "CREATE STREAM b (n BIGINT);");
    define(w, "CREATE VIEW v AS SELECT STREAM n FROM a WHERE n > 10;");
    define(w, "CREATE PUMP p AS INSERT INTO b SELECT STREAM n FROM v;");
    define(w, "CREATE OR REPLACE VIEW v AS SELECT STREAM n FROM a WHERE n < 10;");
    define(w, "INSERT INTO a VALUES (5), (15), (6);");
    assert_int_equal(rows_of(w, "B"), 2);
    define(w, "INSERT INTO a VALUES (7);");
    assert_int_equal(rows_of(w, "B"), 3);
    assert_int_equal(session_finish(w->session).err, ERR_NONE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(no_row_is_lost, open_world, close_world),
    cmocka_unit_test_setup_teardown(failures_change_nothing, open_world, close_world),
    cmocka_unit_test_setup_teardown(views_are_replaced, open_world, close_world),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
