#ifndef IO_KEYED_SOURCE_H
#define IO_KEYED_SOURCE_H

/*
 * keyed_source.h: where the rows of a table are asked for by key (lookup = 'key'): a database or a server.
 *
 *     http://HOST/devices/{key}         a request a key; {COLUMN} where the key has several columns
 *     http://HOST/devices?ids={keys}    one for many, joined by commas
 *     http://HOST/devices               one for many: POST of a JSON array, of objects where a key has several columns
 *     sqlite:PATH?table=T               a prepared statement
 */

#include "io/attempts.h"
#include "io/table.h"
#include "io/web.h"

enum { KEYED_REASON_MAX = 400 };

struct keyed_source;

/* A table that is asked by key. */
struct keyed_table {
    const struct io_endpoint   *endpoint;
    const struct decode_config *config; /* its schema and what is needed live as long as the source */
    const uint32_t             *key;    /* columns */
    uint32_t                    n_key;
    const atomic_bool          *stop; /* when it becomes true nobody waits much longer for an answer; NULL: never */
    bool                        waits; /* on_error = 'wait' goes on trying; else keys without an answer are missing */
};

/* Checks URL and options without touching anything; table_check did the rest. */
struct status keyed_source_check(struct arena *a, const struct keyed_table *t) MUST_CHECK;
/* Databases are opened, servers not asked yet. Freed with the arena. */
struct status keyed_source_open(struct arena *a, const struct keyed_table *t,
                                struct keyed_source **out) MUST_CHECK;

/* What comes for the keys; the batch of `rows` is the callee's to release. of: the number of their key, or
 * KEYED_SOURCE_ANY: their columns say. */
#define KEYED_SOURCE_ANY UINT32_MAX
typedef void (*keyed_take)(void *arg, uint32_t of, struct decoded *rows);

/*
 * Asks for n keys, in rows[0..n) of the key's columns, until all have their answer. When that cannot be had after
 * `retries` new tries, option on_error decides: 'wait' goes on trying, if the table `waits`; 'missing' sets
 * *unavailable, and for a while nobody is asked; 'stop' fails with UNREACHABLE, as do all but 'missing' when there is
 * no hope, or the run is to stop and for two seconds no answer has come. One thread at a time. The log says when rows
 * have waited for some seconds, and then now and again.
 */
struct status keyed_source_ask(struct keyed_source *s, const struct vector *keys,
                               const uint32_t *rows, uint32_t n, keyed_take take, void *arg,
                               bool *unavailable) MUST_CHECK;

/* How it goes, for who watches; any thread, at any time. */
struct keyed_look {
    struct attempts_seen asking; /* its tries; busy_ms: for how long rows have waited for an answer */
    int64_t              tries;  /* of the asking under way; 0: there is none */
    bool                 skips;  /* nobody is asked for a while, and keys count as missing */
    const char          *place;  /* the URL, without what may be secret; lives as long as the source */
    char                 reason[KEYED_REASON_MAX]; /* of the last failure; "": the last try succeeded */
};
void keyed_source_look(struct keyed_source *s, struct keyed_look *out);

/* ---- for its drivers ---- */

struct keyed_asking {
    struct arena        *arena; /* of this try */
    const struct vector *keys;
    const uint32_t      *rows;
    uint32_t             n;
    bool                *done; /* by key: it has its answer */
    keyed_take           take;
    void                *arg;
    web_gives_up         gives_up; /* for web_perform */
    void                *gives_up_arg;
    char                 reason[KEYED_REASON_MAX]; /* of a failure */
};

/* open: fails when it is known that asking is in vain. ask: for the keys that are not done, and sets done; says what
 * is to become of the others. */
struct keyed_class {
    enum url_kind kind;
    struct status (*open)(struct arena *a, const struct keyed_table *t, const struct url *u,
                          void **out);
    enum web_answer (*ask)(void *driver, struct keyed_asking *x);
};

extern const struct keyed_class keyed_http_class, keyed_sqlite_class;

/* keyed_http.c: whether the URL asks as it can be asked. */
struct status keyed_http_check(struct arena *a, const struct keyed_table *t,
                               const struct url *u) MUST_CHECK;

#endif
