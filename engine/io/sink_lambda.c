/*
 * sink_lambda.c: lambda:COMMAND and lambda:http://...: rows to a function, with the event that a Lambda destination
 * got. What it does not take is sent again, without end, as the service did; retryHint counts.
 */

#include "base/array.h"
#include "io/lambda.h"
#include "io/output.h"

static struct status lambda_sink_open(struct output *o, const struct url *u)
{
    o->path = u->path;
    return lambda_open(o->arena, o->endpoint, str_c(u->path), LAMBDA_OUTPUT, &o->lambda);
}

/* What failed moves to the front; returns how many. */
static size_t keep_failed(struct lambda_record *records, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (records[i].result != LAMBDA_FAILED) continue;
        records[kept] = records[i];
        records[kept++].retries++;
    }
    return kept;
}

static struct status deliver(struct output *o, struct lambda_record *records, size_t n)
{
    bool told = false;
    while (n) {
        struct arena *a = arena_new();
        struct status st = lambda_call(o->lambda, a, records, n);
        const char *why = st.err ? st.message : "rows were not taken";
        if (st.err == ERR_NONE) n = keep_failed(records, n);
        for (size_t i = 0; st.err && i < n; i++) records[i].retries++;
        bool again = n == 0 || output_try_later(o, o->path, why, &told);
        arena_free(a);
        if (!again)
            return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                              "%zu rows were not taken by the function of %s", n,
                              o->endpoint->name);
    }
    return OK;
}

static struct status lambda_sink_write(struct output *o, const struct encoded *rows,
                                       const struct batch *batch)
{
    struct lambda_record *records = mem_calloc(LAMBDA_RECORDS_MAX, sizeof *records);
    struct status st = OK;
    size_t n = 0, bytes = 0, begin = 0;
    (void)batch;
    for (uint32_t i = 0; i < rows->n_rows && st.err == ERR_NONE; i++) {
        size_t end = rows->ends[i] > begin ? rows->ends[i] - 1 : begin; /* without its line end */
        if (end > begin)
            records[n++] = (struct lambda_record){
                .text = str_view(rows->bytes.data + begin, end - begin)
            };
        bytes += end - begin;
        begin = rows->ends[i];
        if (n < LAMBDA_RECORDS_MAX && bytes < LAMBDA_BYTES_MAX) continue;
        st = deliver(o, records, n);
        n = bytes = 0;
    }
    if (st.err == ERR_NONE) st = deliver(o, records, n);
    mem_free(records);
    return st;
}

static struct status lambda_sink_advance(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

static struct status lambda_sink_flush(struct output *o)
{
    (void)o;
    return OK;
}

static struct status lambda_sink_close(struct output *o)
{
    lambda_close(o->lambda);
    o->lambda = NULL;
    return OK;
}

const struct output_class output_lambda_class = {
    .kind = URL_LAMBDA,
    .needs_ends = true,
    .open = lambda_sink_open,
    .write = lambda_sink_write,
    .advance = lambda_sink_advance,
    .flush = lambda_sink_flush,
    .save = output_save_nothing,
    .restore = output_restore_nothing,
    .close = lambda_sink_close,
};
