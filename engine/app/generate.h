#ifndef APP_GENERATE_H
#define APP_GENERATE_H

/* generate.h: test records from a template into any sink. */

#include "base/status.h"

struct generate_config {
    struct text_file template;
    double rate; /* records a second; 0: as fast as they can be made */
    struct text_file week; /* rates by weekday and hour instead of `rate`; data NULL: none */
    bool smooth;
    /* where a simulated clock begins, for which nothing waits (needs a rate or a week); -1: real time */
    int64_t start_ms;
    uint64_t count; /* UINT64_MAX: no end */
    const char *to; /* the sink's URL */
};

/* The same seed, with a simulated clock, makes the same bytes. */
struct status generate_run(struct arena *a, const struct generate_config *config,
                           uint64_t seed) MUST_CHECK;
/* Ends a run after the record that is being made; for a signal handler. */
void generate_stop(void);

/* The names of the helpers that a template can call; NULL after the last. */
const char *generate_helper(size_t i);
/* A seed that differs from run to run. */
uint64_t generate_new_seed(void);

#endif
