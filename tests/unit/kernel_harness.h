#ifndef TESTS_UNIT_KERNEL_HARNESS_H
#define TESTS_UNIT_KERNEL_HARNESS_H

/*
 * kernel_harness.h: calls of functions without the engine around them.
 *
 * An argument is written as text: 12 (INTEGER, or BIGINT), 1.5 (DECIMAL), 1e0 (DOUBLE), true, null
 * (without a type), 'abc (CHAR), TYPE|text, ~TYPE (a NULL of it). TYPE is as in SQL, DAY-SECOND or HOUR
 * for intervals.
 *
 * A result is JSON text, or "error: message" of what was refused or failed.
 */

#include "func/catalog.h"

enum { HARNESS_ARGS = 8 };

struct harness {
    struct fn_catalog *catalog;
    struct arena      *arena; /* of the catalogue's choices and of results */
};

void harness_open(struct harness *h);
void harness_close(struct harness *h);
struct value harness_value(struct arena *a, const char *text);
struct type harness_type(const char *text);

/* The value of name(args), args parted by ", ". It is computed with constants, with arrays, with dense
 * and with chosen rows; when these disagree, the result says so. */
const char *harness_eval(struct harness *h, const char *name, const char *args);
const char *harness_cast(struct harness *h, const char *arg, const char *type, bool implicit);
/* The value of the aggregate over the arguments; "*" for name(*) over three rows. The state is saved and
 * loaded in the middle, and halves are merged; when ways disagree, the result says so. */
const char *harness_aggregate(struct harness *h, const char *name, const char *args);

#endif
