#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

/* account.h: bytes counted against a limit, for whatever grows with data. */

#include "base/status.h"

struct account {
    const char *name;
    int64_t bytes;
    int64_t peak;
    int64_t limit;         /* 0: none */
    struct account *total; /* what this one counts into as well, or NULL */
};

/* Fails with LIMIT_EXCEEDED, naming the account, when it would pass its limit or that of its total; negative bytes
 * give back. The message lives in a. */
struct status account_add(struct account *acc, struct arena *a, int64_t bytes) MUST_CHECK;
/* Sets the total anew. */
struct status account_set(struct account *acc, struct arena *a, int64_t bytes) MUST_CHECK;

#endif
