#ifndef SLUICE_H
#define SLUICE_H

/*
 * sluice.h: what functions written in C see of the engine. The built-in packages below udf/ and
 * users' plug-ins include this file and nothing else of Sluice; it includes libc headers only.
 *
 * Functions work on columns: a kernel gets arrays of values and the numbers of the rows that need a
 * result. The caller has already taken out rows with NULL arguments (SLUICE_STRICT) and rows that
 * an earlier part of the expression dropped. A kernel is total: each bit pattern of the argument
 * types gives a value or a fault of its row.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SLUICE_API_VERSION 1

/* ---- types and values; the forms are those of engine/data/type.h ---- */

enum sluice_kind {
    SLUICE_NULL = 0,
    SLUICE_BOOLEAN,
    SLUICE_TINYINT,
    SLUICE_SMALLINT,
    SLUICE_INTEGER,
    SLUICE_BIGINT,
    SLUICE_DECIMAL,
    SLUICE_REAL,
    SLUICE_DOUBLE,
    SLUICE_CHAR,
    SLUICE_VARCHAR,
    SLUICE_BINARY,
    SLUICE_VARBINARY,
    SLUICE_DATE,
    SLUICE_TIME,
    SLUICE_TIMESTAMP,
    SLUICE_INTERVAL_DAY,
    SLUICE_INTERVAL_MONTH
};

struct sluice_type {
    uint8_t  kind;      /* enum sluice_kind */
    uint8_t  precision; /* DECIMAL: digits */
    uint8_t  scale;     /* DECIMAL: digits after the point */
    uint8_t  from, to;  /* intervals: first and last field, YEAR 1 .. SECOND 6 */
    uint32_t length;    /* characters or bytes; 0: as long as needed */
};

/* Up to 12 bytes lie in the view itself, unused ones zero; of longer texts the first four and a
 * pointer. */
struct sluice_str {
    union {
        struct {
            uint32_t len; /* bytes */
            char     inlined[12];
        };
        struct {
            uint32_t    len_again; /* the same field */
            char        prefix[4];
            const char *ptr;
        } far;
    };
};

static inline const char *sluice_str_data(const struct sluice_str *s)
{
    return s->len <= 12 ? s->inlined : s->far.ptr;
}
static inline struct sluice_str sluice_str_view(const char *p, size_t n)
{
    struct sluice_str s = { .len = (uint32_t)n };
    if (n <= 12) {
        if (n) memcpy(s.inlined, p, n);
    } else {
        memcpy(s.far.prefix, p, 4);
        s.far.ptr = p;
    }
    return s;
}

/* A column, or one value for all rows. BOOLEAN: b (0, 1); REAL, DOUBLE: f64; text and binary:
 * str; all others: i64 (DECIMAL unscaled, DATE days and TIMESTAMP milliseconds since 1970, TIME
 * and day-time intervals milliseconds). */
struct sluice_column {
    struct sluice_type type;
    bool               constant; /* the value at index 0 holds for all rows */
    union {
        uint8_t           *b;
        int64_t           *i64;
        double            *f64;
        struct sluice_str *str;
        void              *data;
    };
    uint64_t *nulls; /* bit row set: NULL; a null pointer: there are none */
};

static inline uint32_t sluice_at(const struct sluice_column *c, uint32_t row)
{
    return c->constant ? 0 : row;
}
static inline bool sluice_is_null(const struct sluice_column *c, uint32_t row)
{
    uint32_t at = sluice_at(c, row);
    return c->nulls && (c->nulls[at >> 6] >> (at & 63) & 1);
}

/* ---- scalar functions ---- */

enum sluice_nulls {
    SLUICE_STRICT = 0, /* NULL if any argument is NULL; the kernel never sees such a row */
    SLUICE_SEES_NULLS  /* the kernel is called for all rows and sets NULLs itself */
};

/* What a row's failure is; the same words as the engine's errors. */
enum sluice_fault {
    SLUICE_FAULT_DIVISION_BY_ZERO = 1,
    SLUICE_FAULT_OVERFLOW,
    SLUICE_FAULT_DATETIME_OVERFLOW,
    SLUICE_FAULT_INTERVAL_OVERFLOW,
    SLUICE_FAULT_TOO_LONG,
    SLUICE_FAULT_CANNOT_CONVERT,
    SLUICE_FAULT_CANNOT_CONVERT_DATETIME,
    SLUICE_FAULT_NULL,
    SLUICE_FAULT_SUBSTRING,
    SLUICE_FAULT_TRIM,
    SLUICE_FAULT_LOGARITHM,
    SLUICE_FAULT_POWER,
    SLUICE_FAULT_REGEX,
    SLUICE_FAULT_ESCAPE,
    SLUICE_FAULT_PATTERN,
    SLUICE_FAULT_PARAMETER,
    SLUICE_FAULT_DATA,
    SLUICE_FAULT_PARSE, /* a line that is not of its form */
    SLUICE_FAULT_COUNT
};

struct sluice_call {
    const struct sluice_column *args;
    uint32_t                    n_args;
    struct sluice_column       *result; /* an array for all rows of the batch, type set */
    const uint32_t             *rows;   /* ascending numbers of the rows to compute */
    uint32_t                    n_rows;
    bool                        dense; /* rows[i] == i */
    const void                 *bound; /* what `bind` left in sluice_bind.bound */
};

/* Memory that lives as long as the result. */
void *sluice_alloc(struct sluice_call *call, size_t size);
void  sluice_set_null(struct sluice_call *call, uint32_t row);
/* The row has no value but an error; the message is one sentence without the place. Its
 * neighbours go on. */
void sluice_fault(struct sluice_call *call, uint32_t row, enum sluice_fault code,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Which arguments a parameter takes. */
enum sluice_class {
    SLUICE_ANY = 0,
    SLUICE_CLASS_INTEGER,   /* TINYINT .. BIGINT */
    SLUICE_CLASS_EXACT,     /* integers and DECIMAL */
    SLUICE_CLASS_NUMBER,    /* any number */
    SLUICE_CLASS_AS_DOUBLE, /* any number; the kernel gets DOUBLE */
    SLUICE_CLASS_TEXT,      /* CHAR, VARCHAR */
    SLUICE_CLASS_BINARY,
    SLUICE_CLASS_BOOLEAN,
    SLUICE_CLASS_DATE,
    SLUICE_CLASS_TIME,
    SLUICE_CLASS_TIMESTAMP,
    SLUICE_CLASS_DATETIME, /* DATE, TIME, TIMESTAMP */
    SLUICE_CLASS_INTERVAL  /* either class */
};

struct sluice_param {
    const char       *name;
    enum sluice_class class;
    bool              optional; /* so are the ones after it */
    bool shows; /* of a function that de-identifies: the result may show it, and is then as PERSONAL as it is */
};

/* A field of the record that a function returns (log parsers). */
struct sluice_record_field {
    const char        *name; /* as stored */
    struct sluice_type type; /* what its text is converted to when it is asked for */
    const char        *pattern; /* DATE, TIME, TIMESTAMP: how it is written; NULL: as CAST reads it */
};

struct sluice_record {
    const struct sluice_record_field *fields;
    uint32_t                          n_fields;
};

/* Filled by the engine before `bind`, which may refuse, change what arguments are converted to,
 * and set the result type. */
struct sluice_bind {
    uint32_t              n_args;
    struct sluice_type   *args;      /* in: types of the arguments; out: what they are converted to */
    struct sluice_column *constants; /* args[i] is a constant: its value in constants[i].data (else NULL data) */
    struct sluice_type    result;
    const void           *bound; /* out: handed to every call; from sluice_bind_alloc */
    bool                  needs_now; /* out: CURRENT_TIMESTAMP comes behind the arguments of every call */
    bool                  needs_rowtime; /* out: the row's ROWTIME does */
    const struct sluice_record *record; /* out: the result is a record; its fields can be asked for */
    const char           *refusal; /* out, with a false result: one sentence; NULL: "cannot apply" */
    void                 *host;
};
/* Memory that lives as long as the application. */
void *sluice_bind_alloc(struct sluice_bind *b, size_t size);
const char *sluice_bind_text(struct sluice_bind *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct sluice_fn {
    const char         *name;
    const char         *aliases; /* blank-separated, or NULL */
    const char         *group;   /* chapter of the manual */
    struct sluice_param args[8]; /* ends at a NULL name */
    bool                variadic; /* the last parameter may repeat */
    struct sluice_type  returns;  /* unless bind sets it */
    enum sluice_nulls   nulls;
    const char         *errors; /* SQLSTATEs of its faults, blank-separated; "": never (not believed of a plug-in) */
    bool (*bind)(struct sluice_bind *b); /* NULL: classes and `returns` say it all */
    void (*kernel)(struct sluice_call *call);
    const char *doc;      /* sentences */
    const char *examples; /* lines `call => value`; they are run as tests */
    /* a PERSONAL argument may leave the application in the result; not believed of a plug-in */
    bool deidentifies;
    bool reidentifies; /* the result is PERSONAL, whatever the arguments are */
    bool random; /* another call gives another value: not worked out when the application is compiled */
};

/* ---- texts of numbers ---- */

enum { SLUICE_NUMBER_MAX = 32 };

/* A finite number as JSON has it, in the fewest digits that read back as it: 5, 0.001, 1e-7. No zero byte follows.
 * `out` has SLUICE_NUMBER_MAX bytes, all of which may be written; returns the length. */
size_t sluice_number_text(double v, char *out);

/* ---- keys of the process, for functions that hide something ---- */

enum sluice_key_use {
    SLUICE_KEY_PSEUDONYM, /* one: names, shifts; stays when sealing keys change */
    SLUICE_KEY_SEAL
};
enum { SLUICE_KEY_BYTES = 32, SLUICE_KEY_ID_MAX = 32 };

/* The bytes of the key with that id, or for NULL of the one in use, in locked memory until the process ends; *used is
 * its id (a NULL pointer: not wanted). NULL: there is no such key. Do not copy them to other memory. */
const uint8_t *sluice_key(enum sluice_key_use use, const char *id, const char **used);
/* For `bind`: why a function with such a key cannot run, one sentence; NULL: it can. */
const char *sluice_key_refusal(enum sluice_key_use use);

/* ---- aggregates ---- */

/* States lie at base + id * stride, 8-byte aligned, `size` bytes each, zeroed before init. */
struct sluice_agg_call {
    const struct sluice_column *args;
    uint32_t                    n_args;
    char                       *base;
    size_t                      stride;
    const uint32_t             *rows; /* rows to take in, in order ... */
    const uint32_t             *ids;  /* ... and the state each of them belongs to */
    uint32_t                    n_rows;
    const void                 *bound;
    void                       *host; /* for sluice_agg_copy */
};

/* Owned bytes for a state that must keep more than `size`; freed with the group. */
void *sluice_agg_realloc(struct sluice_agg_call *call, void *p, size_t size);

struct sluice_writer;
struct sluice_reader;
void sluice_write(struct sluice_writer *w, const void *p, size_t n);
/* False, and p zeroed, when the snapshot ends before. */
bool sluice_read(struct sluice_reader *r, void *p, size_t n);

struct sluice_agg {
    const char         *name;
    const char         *aliases;
    const char         *group;
    struct sluice_param args[4];
    bool                star; /* f(*) is allowed: no argument */
    bool                analytic; /* with OVER only */
    struct sluice_type  returns;
    bool (*bind)(struct sluice_bind *b);
    size_t size; /* bytes of a state */
    /* Rows with a NULL argument are taken out before, unless sees_nulls. */
    bool sees_nulls;
    void (*step)(struct sluice_agg_call *call);
    /* Takes rows back, the oldest first; NULL where that is not exact. */
    void (*inverse)(struct sluice_agg_call *call);
    void (*merge)(void *into, const void *from, const void *bound);
    /* Writes the result for result row i from the state base + ids[i] * stride; faults and NULLs
     * by sluice_fault and sluice_set_null. */
    void (*value)(struct sluice_call *call, const char *base, size_t stride, const uint32_t *ids);
    void (*save)(const void *state, struct sluice_writer *w);
    bool (*load)(void *state, struct sluice_reader *r);
    void (*drop)(void *state); /* frees what it owns; NULL: nothing */
    const char *doc;
    const char *examples; /* lines `call OVER (v1, v2, ...) => value` */
};

/* ---- table functions: TABLE(f(CURSOR(SELECT ...), constant, ...)) ---- */

struct sluice_field {
    const char        *name; /* as stored, terminated */
    struct sluice_type type;
};

struct sluice_table_bind {
    const struct sluice_field  *cursor; /* columns of the cursor */
    uint32_t                    n_cursor;
    const struct sluice_column *params; /* constants after the cursor; [i].constant, value at index 0 */
    uint32_t                    n_params;
    uint64_t                    seed; /* SEED => n, or a fixed number */
    bool                        has_seed;
    /* out: columns added behind those of the cursor, when pass_through; else the whole output */
    struct sluice_field *fields; /* from sluice_table_alloc */
    uint32_t             n_fields;
    bool                 pass_through;
    void                *bound;   /* out: handed to open */
    const char          *refusal; /* out, with a false result: one sentence */
    int                  refused_param; /* index of the parameter at fault, -1: the call, -2: the cursor */
    const char          *detail;  /* out: what EXPLAIN shows behind the function's name; NULL: nothing */
    void                *host;
};
void       *sluice_table_alloc(struct sluice_table_bind *b, size_t size);
const char *sluice_table_text(struct sluice_table_bind *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One run of a table function. `push` gets rows in ROWTIME order. A pass-through function fills,
 * for each row, the added columns (arrays for all rows of the batch, handed in `out`). Another
 * one emits rows by sluice_table_emit. */
struct sluice_table_push {
    const struct sluice_column *columns; /* of the cursor */
    const int64_t              *rowtimes;
    const uint32_t             *rows; /* in order */
    uint32_t                    n_rows;
    struct sluice_column       *out; /* n_fields, when pass_through */
    void                       *host;
};
void sluice_table_set_null(struct sluice_table_push *p, uint32_t field, uint32_t row);
/* Memory that lives as long as the rows put out. */
void *sluice_table_row_alloc(struct sluice_table_push *p, size_t size);
/* Threads that the function may work with on these rows, the caller's among them. They must not decide a result. */
uint32_t sluice_table_threads(const struct sluice_table_push *p);
/* A row of a function that is not pass-through: one constant column a field. */
void sluice_table_emit(struct sluice_table_push *p, int64_t rowtime,
                       const struct sluice_column *values);

struct sluice_table_fn {
    const char *name;
    const char *aliases;
    const char *group;
    const char *signature; /* as the manual shows it */
    bool (*bind)(struct sluice_table_bind *b);
    void *(*open)(const void *bound); /* NULL: memory refused */
    void (*push)(void *state, struct sluice_table_push *p);
    void (*advance)(void *state, int64_t bound, struct sluice_table_push *p); /* NULL: time does not matter */
    void (*save)(const void *state, struct sluice_writer *w);
    bool (*load)(void *state, struct sluice_reader *r);
    size_t (*bytes)(const void *state); /* memory that grows with data */
    void (*close)(void *state);
    const char *doc;
};

/* ---- registration ---- */

struct sluice_package {
    int                           api_version; /* SLUICE_API_VERSION */
    const char                   *name;
    const struct sluice_fn       *functions; /* each list ends with a row without a name; NULL: none */
    const struct sluice_agg      *aggregates;
    const struct sluice_table_fn *table_functions;
};

/* ---- plug-ins: CREATE FUNCTION ... LANGUAGE C EXTERNAL NAME 'file.so:symbol' ---- */

enum sluice_export_kind {
    SLUICE_EXPORTS_FUNCTION = 1, /* struct sluice_fn */
    SLUICE_EXPORTS_AGGREGATE,    /* struct sluice_agg */
    SLUICE_EXPORTS_TABLE_FUNCTION /* struct sluice_table_fn */
};

#define SLUICE_EXPORT_MAGIC 0x656369756c73u /* "sluice" */

/* What a symbol of a plug-in is. The first two fields stay as they are in every version of this file. */
struct sluice_export {
    uint64_t    magic;
    int32_t     api_version;
    int32_t     kind; /* enum sluice_export_kind */
    const void *row;  /* its name, aliases and group are not looked at: SQL names the function */
};

/* Makes a row known under a symbol: SLUICE_EXPORT(celsius, FUNCTION, &row). The row lives as long as the process. */
#define SLUICE_EXPORT(symbol, kind, row)                                                         \
    extern const struct sluice_export symbol;                                                    \
    __attribute__((visibility("default"))) const struct sluice_export symbol = {                 \
        SLUICE_EXPORT_MAGIC, SLUICE_API_VERSION, SLUICE_EXPORTS_##kind, (row)                    \
    }

#endif
