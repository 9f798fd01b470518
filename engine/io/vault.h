#ifndef IO_VAULT_H
#define IO_VAULT_H

/*
 * vault.h: the encrypted cross-reference: tables of an SQLite file whose named columns are sealed cell by cell.
 *
 *     T                  sluice_row, sluice_key, sluice_tag, then the stream's columns
 *     sluice_vault       for each T its columns, which of them are sealed or key, and its sealed count
 *     sluice_vault_audit who got what, when
 *
 * sluice_row is a keyed hash of the key columns: rows with equal keys replace each other. A sealed cell (JSON) is
 * bound to table, column, row and key id, so that it opens in no other place. sluice_tag is a keyed hash of the whole
 * row, and the sealed count holds the number of rows and the sum of their tags: a row that is changed, taken away, or
 * put back as it was before does not fit any more. What cannot be seen is a whole file put back to an earlier state.
 *
 * What does not stay hidden: the number of rows, which cells are NULL, and how long a sealed text is.
 */

#include "base/secret.h"
#include "io/source.h"

struct vault;
struct sqlite3;

enum {
    VAULT_ROW_BYTES = 16,
    VAULT_TAG_BYTES = 32
};

struct vault_column {
    const char *name;
    bool sealed, key;
};

/* One table, as the file describes it. */
struct vault_table {
    struct arena *arena;
    const char *name;
    struct vault_column *columns;
    uint32_t n_columns;
    const char *layout; /* the columns as text, as sluice_vault has them */
};

/* A value as it lies in the file. */
struct vault_cell {
    enum {
        VAULT_NULL,
        VAULT_INTEGER,
        VAULT_REAL,
        VAULT_TEXT,
        VAULT_BLOB
    } kind;
    int64_t i64;
    double f64;
    struct str bytes;
};

/* Rows and the sum of their tags, added as four numbers of 64 bits. */
struct vault_count {
    int64_t rows;
    uint64_t sum[4];
};

/* ---- cells and rows ---- */

/* The row of these key values, as text. */
void vault_row_of(const struct secret_key *key, const char *table, const struct str *values,
                  size_t n_values, uint8_t row[VAULT_ROW_BYTES]);
/* Appends the sealed text. */
void vault_seal(const struct secret_key *key, const struct vault_table *t, uint32_t column,
                const uint8_t row[VAULT_ROW_BYTES], struct str text, struct buf *out);
bool vault_open_cell(const struct secret_key *key, const struct vault_table *t, uint32_t column,
                     const uint8_t row[VAULT_ROW_BYTES], struct str sealed, struct buf *out);
void vault_tag(const struct secret_key *key, const struct vault_table *t,
               const uint8_t row[VAULT_ROW_BYTES], const struct vault_cell *cells,
               uint8_t tag[VAULT_TAG_BYTES]);
void vault_count_add(struct vault_count *c, const uint8_t tag[VAULT_TAG_BYTES]);
void vault_count_take(struct vault_count *c, const uint8_t tag[VAULT_TAG_BYTES]);

/* ---- tables: SQLite's codes; SQLITE_AUTH: the sealed count is not of this key, or was changed ---- */

/* Makes the tables of a vault that are not there. */
int vault_make(struct sqlite3 *db);
int vault_read_count(struct sqlite3 *db, const struct vault_table *t, struct vault_count *out);
int vault_write_count(struct sqlite3 *db, const struct vault_table *t,
                      const struct secret_key *key, const struct vault_count *count);
/* Appends the name in double quotes. */
void vault_append_name(struct buf *sql, const char *name);
/* "name kind" lines, kind: key, sealed, both or plain. */
const char *vault_layout(struct arena *a, const struct vault_column *columns, uint32_t n);

/* ---- rejects: records that did not fit their source, sealed; see app/rejects.h ---- */

#define VAULT_REJECTS "sluice_rejects"
#define VAULT_REJECTS_RECORD "record" /* its column of the bytes, VARBINARY */

/* Where rejects go when rows go to this vault. */
struct io_endpoint *vault_rejects_endpoint(struct arena *a, const struct io_endpoint *vault);

/* ---- the commands ---- */

/* Makes an empty vault, and the key file (NULL: none) when it is not there. */
struct status vault_init(struct arena *a, const char *path, const char *keys) MUST_CHECK;
/* Opens one that is there. Fails with UNREACHABLE for what is no vault, or is cut off. */
struct status vault_open(struct arena *a, const char *path, struct vault **out) MUST_CHECK;
void vault_close(struct vault *v);
/* The table with that name, for NULL the only one beside the rejects. */
struct status vault_find(struct vault *v, const char *name, struct vault_table *out) MUST_CHECK;
/* The row of a key, its values in the order of the key's columns, as JSON; notes in the audit who asked. Fails with
 * DATA when a cell does not open. */
struct status vault_get(struct vault *v, const struct vault_table *t, const struct str *key,
                        size_t n_key, struct buf *out) MUST_CHECK;
/* The rejects of a source (NULL: of all), in their order, one call each: as a JSON object, or with `raw` the record as
 * it came; notes in the audit who asked. Rows that do not open are left out, and make it fail with DATA at the end. */
struct status vault_get_rejects(struct vault *v, const char *source, bool raw,
                                void (*give)(struct str text)) MUST_CHECK;
/* Seals again, some rows a transaction, what is not sealed by the key in use; how many rows. */
struct status vault_rotate(struct vault *v, const struct vault_table *t, uint64_t *rows) MUST_CHECK;
/* Calls tell for each fault; how many there were, and how many rows. */
struct status vault_verify(struct vault *v, const struct vault_table *t,
                           void (*tell)(const char *fault), uint64_t *faults,
                           uint64_t *rows) MUST_CHECK;
/* The audit's lines, oldest first. */
struct status vault_audit(struct vault *v, void (*tell)(const char *line)) MUST_CHECK;
/* Names of all tables, one call each. */
struct status vault_tables(struct vault *v, struct arena *a, const char ***names,
                           size_t *n) MUST_CHECK;

#endif
