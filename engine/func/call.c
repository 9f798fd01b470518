/*
 * call.c: what functions may ask of the engine while they run.
 *
 * A struct sluice_call lies first in its struct call_host, so that the host needs no field of its own in the public
 * header. Nothing here knows what a function computes.
 */

#include "func/call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/secret.h"
#include "data/snap.h"

static struct call_host *host_of(struct sluice_call *call)
{
    return (struct call_host *)call;
}

static const char *format_text(struct arena *a, const char *format, va_list args)
{
    char text[LIMIT_ERROR_MESSAGE];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    char *copy = arena_dup(a, text, len + 1);
    copy[len] = '\0';
    return copy;
}

static const enum err fault_errs[SLUICE_FAULT_COUNT] = {
    [SLUICE_FAULT_DIVISION_BY_ZERO] = ERR_DIVISION_BY_ZERO,
    [SLUICE_FAULT_OVERFLOW] = ERR_NUMERIC_OVERFLOW,
    [SLUICE_FAULT_DATETIME_OVERFLOW] = ERR_DATETIME_OVERFLOW,
    [SLUICE_FAULT_INTERVAL_OVERFLOW] = ERR_INTERVAL_OVERFLOW,
    [SLUICE_FAULT_TOO_LONG] = ERR_STRING_TOO_LONG,
    [SLUICE_FAULT_CANNOT_CONVERT] = ERR_CANNOT_CONVERT,
    [SLUICE_FAULT_CANNOT_CONVERT_DATETIME] = ERR_CANNOT_CONVERT_DATETIME,
    [SLUICE_FAULT_NULL] = ERR_NULL_NOT_ALLOWED,
    [SLUICE_FAULT_SUBSTRING] = ERR_SUBSTRING,
    [SLUICE_FAULT_TRIM] = ERR_TRIM,
    [SLUICE_FAULT_LOGARITHM] = ERR_LOGARITHM,
    [SLUICE_FAULT_POWER] = ERR_POWER,
    [SLUICE_FAULT_REGEX] = ERR_REGEX,
    [SLUICE_FAULT_ESCAPE] = ERR_INVALID_ESCAPE,
    [SLUICE_FAULT_PATTERN] = ERR_BAD_PATTERN,
    [SLUICE_FAULT_PARAMETER] = ERR_INVALID_PARAMETER,
    [SLUICE_FAULT_DATA] = ERR_DATA,
    [SLUICE_FAULT_PARSE] = ERR_PARSE,
};

enum err fn_fault_err(enum sluice_fault code)
{
    if ((unsigned)code >= SLUICE_FAULT_COUNT || fault_errs[code] == ERR_NONE) return ERR_INTERNAL;
    return fault_errs[code];
}

/* ---- scalar calls ---- */

void *sluice_alloc(struct sluice_call *call, size_t size)
{
    return arena_alloc(host_of(call)->results, size);
}

void sluice_set_null(struct sluice_call *call, uint32_t row)
{
    struct call_host *h = host_of(call);
    assert(row < h->n_rows_total);
    struct vector *result = (struct vector *)call->result;
    nulls_set(vector_nulls(h->results, result, h->n_rows_total), row);
}

static void add_fault(struct call_host *h, struct call_fault fault)
{
    if (h->n_faults == h->cap_faults) {
        size_t cap = h->cap_faults == 0 ? 8 : h->cap_faults * 2;
        struct call_fault *more = ARENA_ARRAY(h->scratch, struct call_fault, cap);
        if (h->n_faults > 0) memcpy(more, h->faults, h->n_faults * sizeof *more);
        h->faults = more;
        h->cap_faults = cap;
    }
    h->faults[h->n_faults++] = fault;
}

void sluice_fault(struct sluice_call *call, uint32_t row, enum sluice_fault code,
                  const char *format, ...)
{
    struct call_host *h = host_of(call);
    va_list args;
    va_start(args, format);
    const char *message = format_text(h->scratch, format, args);
    va_end(args);
    add_fault(h, (struct call_fault){ row, fn_fault_err(code), message });
}

/* ---- binding ---- */

struct sluice_bind call_bind(struct arena *a)
{
    return (struct sluice_bind){ .host = a };
}

void *sluice_bind_alloc(struct sluice_bind *b, size_t size)
{
    return arena_calloc(b->host, size);
}

const char *sluice_bind_text(struct sluice_bind *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = format_text(b->host, format, args);
    va_end(args);
    return text;
}

/* ---- keys ---- */

_Static_assert((int)SLUICE_NUMBER_MAX >= (int)NUMBER_DOUBLE_MAX, "room for every number");

size_t sluice_number_text(double v, char *out)
{
    return number_format_double(out, v);
}

const uint8_t *sluice_key(enum sluice_key_use use, const char *id, const char **used)
{
    const struct secret_key *key =
        secret_key(use == SLUICE_KEY_SEAL ? SECRET_SEAL : SECRET_PSEUDONYM, id);
    if (key && used) *used = key->id;
    return key ? key->bytes : NULL;
}

const char *sluice_key_refusal(enum sluice_key_use use)
{
    return secret_refusal(use == SLUICE_KEY_SEAL ? SECRET_SEAL : SECRET_PSEUDONYM);
}

/* ---- states of aggregates ---- */

void *sluice_agg_realloc(struct sluice_agg_call *call, void *p, size_t size)
{
    (void)call;
    if (size > 0) return mem_realloc(p, size);
    mem_free(p);
    return NULL;
}

void sluice_write(struct sluice_writer *w, const void *p, size_t n)
{
    snap_bytes((struct snap_writer *)w, p, n);
}

bool sluice_read(struct sluice_reader *r, void *p, size_t n)
{
    return snap_read_bytes((struct snap_reader *)r, p, n);
}

/* ---- binding of table functions ---- */

struct sluice_table_bind call_table_bind(struct arena *a)
{
    return (struct sluice_table_bind){ .refused_param = -1, .host = a };
}

void *sluice_table_alloc(struct sluice_table_bind *b, size_t size)
{
    return arena_calloc(b->host, size);
}

const char *sluice_table_text(struct sluice_table_bind *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = format_text(b->host, format, args);
    va_end(args);
    return text;
}
