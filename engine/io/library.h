#ifndef IO_LIBRARY_H
#define IO_LIBRARY_H

/*
 * library.h: libraries for networks, loaded when something asks for them. Linked in, they and the libraries behind them
 * would make every start slower by milliseconds and megabytes, also of runs that never meet a network.
 */

#include "base/status.h"

struct library {
    const char *file;    /* the name that stands for its interface, without the package for developers */
    const char *package; /* of Debian */
    const char *need;    /* "an HTTP server needs" */
};

/* One of its functions, and where its address goes. */
struct library_function {
    const char *name;
    void *place; /* of a pointer to the function */
};

/* Fails with NOT_SUPPORTED at `at` when the library, or a function of it, is not there. It stays loaded. */
struct status library_load(struct arena *a, struct span at, const struct library *library,
                           const struct library_function *functions,
                           size_t n_functions) MUST_CHECK;

#endif
