#ifndef BASE_ACCOUNT_H
#define BASE_ACCOUNT_H

/* account.h: bytes counted against a limit, for whatever grows with data. */

#include "base/status.h"

struct account {
    const char *name;
    int64_t     bytes;
    int64_t     peak;
    int64_t     limit; /* 0: none */
};

/* Fails with LIMIT_EXCEEDED, naming the account, when it would pass its limit; negative bytes give back. */
struct status account_add(struct account *acc, struct arena *a, int64_t bytes) MUST_CHECK;
/* Sets the total anew. */
struct status account_set(struct account *acc, struct arena *a, int64_t bytes) MUST_CHECK;

#endif
