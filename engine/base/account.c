/* account.c: bytes counted against a limit. An account without a limit only counts. */

#include "base/account.h"

#include <assert.h>

static struct status refuse(const struct account *acc, struct arena *a, int64_t wanted)
{
    struct status st = status_new(a, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                                  "%s would need %lld bytes, its limit is %lld", acc->name,
                                  (long long)wanted, (long long)acc->limit);
    return status_with_hint(st, "raise the limit, or keep less: a shorter window, fewer keys");
}

static struct status refuse_total(const struct account *acc, struct arena *a, int64_t wanted)
{
    struct status st = status_new(a, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                                  "%s would keep %lld bytes, and %s %lld in all; the limit is %lld",
                                  acc->name, (long long)wanted, acc->total->name,
                                  (long long)(acc->total->bytes - acc->bytes + wanted),
                                  (long long)acc->total->limit);
    return status_with_hint(st, "raise the limit, or keep less: a shorter window, fewer keys");
}

static void count_peak(struct account *acc)
{
    if (acc->bytes > acc->peak) acc->peak = acc->bytes;
}

struct status account_set(struct account *acc, struct arena *a, int64_t bytes)
{
    assert(bytes >= 0);
    if (acc->limit > 0 && bytes > acc->limit && bytes > acc->bytes) return refuse(acc, a, bytes);
    struct account *total = acc->total;
    if (total && total->limit > 0 && bytes > acc->bytes &&
        total->bytes - acc->bytes + bytes > total->limit) {
        return refuse_total(acc, a, bytes);
    }
    if (total) total->bytes += bytes - acc->bytes;
    acc->bytes = bytes;
    count_peak(acc);
    if (total) count_peak(total);
    return OK;
}

struct status account_add(struct account *acc, struct arena *a, int64_t bytes)
{
    int64_t sum;
    if (!i64_add(&sum, acc->bytes, bytes)) return refuse(acc, a, INT64_MAX);
    return account_set(acc, a, sum);
}
