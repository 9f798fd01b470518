#ifndef FUNC_CALL_H
#define FUNC_CALL_H

/*
 * call.h: one call of a kernel, as the engine makes it: what the public struct sluice_call needs behind it. The
 * callbacks of sluice.h that kernels, binds and aggregates use (sluice_alloc, sluice_set_null, sluice_fault,
 * sluice_bind_alloc, sluice_bind_text, sluice_agg_realloc, sluice_write, sluice_read) are implemented beside it.
 *
 *     struct call_host host = { .call = { .args = args, .n_args = 1, .result = &out, ... }, .results = results,
 *                               .scratch = scratch, .n_rows_total = in->n_rows };
 *     fn->kernel(&host.call);
 *     for (size_t i = 0; i < host.n_faults; i++) ...
 */

#include "base/arena.h"
#include "base/status.h"
#include "func/fn.h"

/* A row without a value. */
struct call_fault {
    uint32_t    row;
    enum err    err;
    const char *message; /* one sentence, in `scratch` */
};

struct call_host {
    struct sluice_call call; /* first: sluice_* find their host through it */
    struct arena      *results;
    struct arena      *scratch;
    struct call_fault *faults; /* in the order in which the kernel met them; in `scratch` */
    size_t             n_faults, cap_faults;
    uint32_t           n_rows_total; /* rows of the result's array, for its null bitmap */
};

/* A bind whose memory comes from `a`. */
struct sluice_bind call_bind(struct arena *a);
/* The same for a table function. */
struct sluice_table_bind call_table_bind(struct arena *a);
/* The engine's error for a public fault code; ERR_INTERNAL for a number that is none. */
enum err fn_fault_err(enum sluice_fault code);

#endif
