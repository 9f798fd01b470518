#ifndef IO_LAMBDA_H
#define IO_LAMBDA_H

/*
 * lambda.h: functions that get batches of records as an event and answer for each of them, as the managed service
 * called Lambda functions: a program (exec:COMMAND) that reads an event a line and prints an answer a line, or an HTTP
 * address that gets the event as the body of a POST.
 */

#include "io/source.h"

enum lambda_event {
    LAMBDA_INPUT,     /* before the schema of a source is applied: Ok, Dropped, ProcessingFailed */
    LAMBDA_TRANSFORM, /* before a delivery: the same answers */
    LAMBDA_OUTPUT     /* rows of an output: Ok, DeliveryFailed; no data comes back */
};

enum lambda_result {
    LAMBDA_OK,
    LAMBDA_DROPPED,
    LAMBDA_FAILED
};

/* One record on its way: `text` goes out, `result` and, for Ok, `answer` come back. */
struct lambda_record {
    struct str text;
    int64_t time_ms;
    uint32_t retries;
    enum lambda_result result;
    struct str answer; /* in the arena of the call */
};

struct lambda;

/* Whether the text names a function: exec:COMMAND or http://HOST[:PORT][/PATH]. Touches nothing. */
struct status lambda_check(struct arena *a, const struct io_endpoint *e, struct str url) MUST_CHECK;
struct status lambda_open(struct arena *a, const struct io_endpoint *e, struct str url,
                          enum lambda_event event, struct lambda **out) MUST_CHECK;
/* One event with n records. Fails when there is no answer within a minute, or one that is not for exactly these
 * records; a program is then started anew by the next call. Messages and answers live in `a`. */
struct status lambda_call(struct lambda *l, struct arena *a, struct lambda_record *records,
                          size_t n) MUST_CHECK;
void lambda_close(struct lambda *l);
/* Records that were left out because no call succeeded. */
void lambda_gave_up(struct lambda *l, size_t n);
/* How calls go, and what became of records. */
const struct attempts *lambda_attempts(const struct lambda *l);

/* Records of one event: at most so many, and about so many bytes. */
enum {
    LAMBDA_RECORDS_MAX = 500,
    LAMBDA_BYTES_MAX = 3 << 20
};

/* ---- the two forms of an event (lambda_event.c) ---- */

/* number: of the first record, so that ids differ from event to event. */
void lambda_write_event(struct buf *out, const struct io_endpoint *e, enum lambda_event event,
                        const struct lambda_record *records, size_t n, uint64_t number);
struct status lambda_read_answer(struct arena *a, const struct io_endpoint *e,
                                 enum lambda_event event, struct str answer,
                                 struct lambda_record *records, size_t n,
                                 uint64_t number) MUST_CHECK;

#endif
