/* archive_copy.c: copies of tables in a temporary database, one table a way of asking. */

#include "app/archive_copy.h"

#include <sqlite3.h>

#include "base/arena.h"
#include "base/str.h"

struct archive_copy {
    struct archive_copy *next;
    struct archive_copies *all;
    char *way;
    uint32_t number;
    bool filled;
    uint32_t key;
    sqlite3_stmt *insert;
};

struct archive_copies {
    sqlite3 *db; /* opened for the first copy */
    struct archive_copy *first;
    uint32_t count;
};

struct archive_copies *archive_copies_new(void)
{
    return mem_calloc(1, sizeof(struct archive_copies));
}

void archive_copies_free(struct archive_copies *all)
{
    if (!all) return;
    for (struct archive_copy *c = all->first, *next; c; c = next) {
        next = c->next;
        sqlite3_finalize(c->insert);
        mem_free(c->way);
        mem_free(c);
    }
    sqlite3_close_v2(all->db);
    mem_free(all);
}

struct archive_copy *archive_copies_get(struct archive_copies *all, const char *way, bool *fresh)
{
    for (struct archive_copy *c = all->first; c; c = c->next) {
        if (strcmp(c->way, way) != 0) continue;
        *fresh = !c->filled;
        return c;
    }
    struct archive_copy *c = mem_calloc(1, sizeof *c);
    size_t n = strlen(way) + 1;
    c->way = mem_alloc(n);
    memcpy(c->way, way, n);
    c->all = all;
    c->number = all->count++;
    c->next = all->first;
    all->first = c;
    return NULL;
}

static int open_database(struct archive_copies *all)
{
    if (all->db) return SQLITE_OK;
    /* the empty name: a file of SQLite's own that goes with the connection */
    int result = sqlite3_open("", &all->db);
    if (result != SQLITE_OK) return result;
    return sqlite3_exec(all->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL,
                        NULL);
}

static int run(struct archive_copy *c, const char *format)
{
    struct buf sql = { 0 };
    buf_printf(&sql, format, c->number, c->number, c->key);
    int result = sqlite3_exec(c->all->db, buf_c(&sql), NULL, NULL, NULL);
    buf_free(&sql);
    return result;
}

int archive_copy_begin(struct archive_copy *c, const char *const *declared, uint32_t n,
                       uint32_t key)
{
    int result = open_database(c->all);
    if (result != SQLITE_OK) return result;
    struct buf create = { 0 }, insert = { 0 };
    c->key = key;
    buf_printf(&create, "BEGIN; CREATE TABLE t%u (", c->number);
    buf_printf(&insert, "INSERT INTO t%u VALUES (", c->number);
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(&create, "%sc%u %s", i ? ", " : "", i, declared[i]);
        buf_append_c(&insert, i ? ", ?" : "?");
    }
    buf_append_c(&create, ")");
    buf_append_c(&insert, ")");
    result = sqlite3_exec(c->all->db, buf_c(&create), NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(c->all->db, buf_c(&insert), -1, &c->insert, NULL);
    buf_free(&create);
    buf_free(&insert);
    return result;
}

sqlite3_stmt *archive_copy_row(struct archive_copy *c)
{
    return c->insert;
}

int archive_copy_add(struct archive_copy *c)
{
    int result = sqlite3_step(c->insert);
    sqlite3_reset(c->insert);
    return result == SQLITE_DONE ? SQLITE_OK : result;
}

int archive_copy_end(struct archive_copy *c)
{
    sqlite3_finalize(c->insert);
    c->insert = NULL;
    int result = run(c, "CREATE INDEX i%u ON t%u (c%u); COMMIT");
    c->filled = result == SQLITE_OK;
    return result;
}

void archive_copy_drop(struct archive_copy *c)
{
    sqlite3_finalize(c->insert);
    c->insert = NULL;
    sqlite3_close_v2(c->all->db); /* the other copies of it, too: a failed query ends here */
    c->all->db = NULL;
    for (struct archive_copy *other = c->all->first; other; other = other->next)
        other->filled = false;
}

sqlite3_stmt *archive_copy_find(struct archive_copy *c, sqlite3_value *key)
{
    struct buf sql = { 0 };
    sqlite3_stmt *s = NULL;
    buf_printf(&sql, "SELECT * FROM t%u WHERE c%u = ? ORDER BY rowid", c->number, c->key);
    int result = sqlite3_prepare_v2(c->all->db, buf_c(&sql), -1, &s, NULL);
    buf_free(&sql);
    if (result == SQLITE_OK) sqlite3_bind_value(s, 1, key);
    return s;
}
