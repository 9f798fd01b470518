#ifndef IO_INBOX_H
#define IO_INBOX_H

/*
 * inbox.h: bodies that were sent to a source and wait to be read.
 *
 * It holds so many bytes and no more: beyond that a body is turned away, to come again later. With a spool a body is
 * on the disk before it counts as taken; a thread of the inbox writes all that came in the meantime with one wait for
 * the disk. Without one it is taken when it is in memory.
 */

#include "io/spool.h"

struct inbox;

struct inbox_config {
    uint64_t most_bytes;         /* in memory: bodies that wait, and those on their way */
    struct spool_config spool; /* folder NULL: none */
};

enum inbox_answer {
    INBOX_LATER,     /* not known yet */
    INBOX_TAKEN,     /* or it was before, with the same key: `repeated` */
    INBOX_FULL,      /* no room */
    INBOX_ENDED,     /* the source takes no more */
    INBOX_DISK,      /* the spool cannot be written */
    INBOX_UNDER_WAY, /* a body with its key is being taken at this moment */
    INBOX_OTHER_KEY  /* its key is another body's */
};

/* A body on its way. */
struct inbox_post {
    struct buf body; /* the inbox takes it over when it takes it */
    uint32_t records;
    bool keyed;
    struct receipt receipt; /* keyed: its key and body */
    uint64_t reserved;      /* bytes */
    enum inbox_answer answer;
    bool repeated;
    void (*done)(struct inbox_post *p); /* the answer to INBOX_LATER is there; from another thread */
    void *arg;
    struct inbox_post *next;
};

/* Fails as spool_open. Messages live in a. */
struct status inbox_open(struct arena *a, const struct inbox_config *config,
                         struct inbox **out) MUST_CHECK;
/* Before the first body is put or taken. False: the system gives no thread. */
bool inbox_begin(struct inbox *in);
/* Writes what was put, calls `done` for it, and lets the spool forget what is covered. No call comes after it. */
void inbox_end(struct inbox *in);
void inbox_close(struct inbox *in);

/* Counts bytes of a body on its way in memory; false: there is no room for them. They are given back, or put. */
bool inbox_reserve(struct inbox *in, struct inbox_post *p, uint64_t bytes);
void inbox_give_back(struct inbox *in, struct inbox_post *p);
/* Puts a body with at least one byte: the answer, which for INBOX_LATER comes through p->done, perhaps at once. */
enum inbox_answer inbox_put(struct inbox *in, struct inbox_post *p);

/* ---- the reader's, in one thread ---- */

/* Readable when inbox_take may find something. */
int inbox_fd(const struct inbox *in);
/* The next body, what the spool has from an earlier run first. *start: its place in the source's input; *whole false:
 * its beginning was read by that run. *found false: there is none now. Fails with IO when the spool is damaged. */
struct status inbox_take(struct inbox *in, struct buf *body, uint64_t *start, bool *whole,
                         bool *found) MUST_CHECK;
/* No more is put from now on; whether nothing is left to be taken, but for what a spool keeps for the next run. */
bool inbox_shut(struct inbox *in);
/* Before the first body is taken: goes on from a place, where a body *begins, or not. False: the spool does not have
 * it. */
bool inbox_seek(struct inbox *in, uint64_t place, bool *begins);
/* Any thread: a checkpoint goes on from this place. */
void inbox_cover(struct inbox *in, uint64_t place);
/* Whether there is a spool. */
bool inbox_is_kept(const struct inbox *in);

#endif
