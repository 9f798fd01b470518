/* inbox.c: a bounded queue of bodies, with or without a spool before it. */

#include "io/inbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"

/* A body that waits. */
struct letter {
    struct buf body;
    uint64_t start;
    struct letter *next;
};

struct inbox {
    struct inbox_config config;
    struct spool *spool;       /* the keeper's, but for reading; NULL: none */
    struct receipts *receipts; /* NULL: no body had a key */
    int fd;
    struct thread keeper;
    pthread_mutex_t lock; /* around all below, and the receipts */
    pthread_cond_t work;
    bool shut, ended;
    uint64_t bytes; /* reserved or waiting */
    uint64_t end;   /* place behind the last body, without a spool */
    struct letter *first, **last;
    struct inbox_post *posts, **last_post; /* for the keeper */
    uint64_t covered;
    bool cover;    /* `covered` has moved */
    bool trouble;  /* the disk was told of */
    bool replayed; /* the reader's: the spool has nothing more from an earlier run */
};

/* All receipts as the spool wants them; under the lock. */
static struct str save_receipts(const struct inbox *in, struct snap_writer *w)
{
    receipts_save(in->receipts, w);
    return str_view(w->out.data, w->out.len);
}

static void cover_spool(struct inbox *in, uint64_t place)
{
    struct snap_writer w = { 0 };
    pthread_mutex_lock(&in->lock);
    struct str receipts = save_receipts(in, &w);
    pthread_mutex_unlock(&in->lock);
    spool_cover(in->spool, place, receipts);
    buf_free(&w.out);
}

/* ---- life ---- */

struct status inbox_open(struct arena *a, const struct inbox_config *config, struct inbox **out)
{
    struct inbox *in = mem_calloc(1, sizeof *in);
    in->config = *config;
    in->last = &in->first;
    in->last_post = &in->posts;
    in->replayed = !config->spool.folder;
    in->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&in->lock, NULL);
    pthread_cond_init(&in->work, NULL);
    struct status st = OK;
    if (config->spool.folder) {
        in->receipts = receipts_new();
        st = spool_open(a, &config->spool, in->receipts, &in->spool);
    }
    if (st.err == ERR_NONE) *out = in;
    else inbox_close(in);
    return st;
}

void inbox_end(struct inbox *in)
{
    pthread_mutex_lock(&in->lock);
    in->shut = in->ended = true;
    pthread_cond_signal(&in->work);
    pthread_mutex_unlock(&in->lock);
    thread_join(&in->keeper);
    if (in->cover) cover_spool(in, in->covered);
    in->cover = false;
}

void inbox_close(struct inbox *in)
{
    if (!in) return;
    inbox_end(in);
    for (struct letter *next; in->first; in->first = next) {
        next = in->first->next;
        buf_free(&in->first->body);
        mem_free(in->first);
    }
    spool_close(in->spool);
    receipts_free(in->receipts);
    if (in->fd >= 0) close(in->fd);
    pthread_mutex_destroy(&in->lock);
    pthread_cond_destroy(&in->work);
    mem_free(in);
}

bool inbox_is_kept(const struct inbox *in)
{
    return in->spool != NULL;
}

int inbox_fd(const struct inbox *in)
{
    return in->fd;
}

/* ---- room ---- */

bool inbox_reserve(struct inbox *in, struct inbox_post *p, uint64_t bytes)
{
    pthread_mutex_lock(&in->lock);
    bool fits = !in->shut && bytes <= in->config.most_bytes - in->bytes;
    if (fits) in->bytes += bytes;
    if (fits) p->reserved += bytes;
    pthread_mutex_unlock(&in->lock);
    return fits;
}

void inbox_give_back(struct inbox *in, struct inbox_post *p)
{
    pthread_mutex_lock(&in->lock);
    in->bytes -= p->reserved;
    p->reserved = 0;
    pthread_mutex_unlock(&in->lock);
}

/* ---- putting; under the lock ---- */

static void ring(const struct inbox *in)
{
    uint64_t one = 1;
    ssize_t ignored = write(in->fd, &one, sizeof one);
    (void)ignored;
}

/* What was reserved becomes what waits: no more than that. */
static void enqueue(struct inbox *in, struct inbox_post *p, uint64_t start)
{
    struct letter *l = mem_alloc(sizeof *l);
    in->bytes -= p->reserved;
    in->bytes += p->body.len;
    p->reserved = 0;
    *l = (struct letter){ p->body, start, NULL };
    p->body = (struct buf){ 0 };
    *in->last = l;
    in->last = &l->next;
    ring(in);
}

/* Whether a body with this key was there before; the answer is that of then. */
static enum inbox_answer known(struct inbox *in, struct inbox_post *p)
{
    if (!p->keyed) return INBOX_LATER;
    if (!in->receipts) in->receipts = receipts_new();
    uint32_t records = p->records;
    switch (receipts_find(in->receipts, &p->receipt, &records)) {
    case RECEIPT_UNDER_WAY: return INBOX_UNDER_WAY;
    case RECEIPT_OTHER:     return INBOX_OTHER_KEY;
    case RECEIPT_NEW:       return INBOX_LATER;
    case RECEIPT_SAME:      break;
    }
    p->records = records;
    p->repeated = true;
    return INBOX_TAKEN;
}

static enum inbox_answer put(struct inbox *in, struct inbox_post *p)
{
    if (in->shut) return INBOX_ENDED;
    enum inbox_answer before = known(in, p);
    if (before != INBOX_LATER) return before;
    if (!in->spool) {
        if (p->keyed) receipts_add(in->receipts, &p->receipt, false);
        in->end += p->body.len;
        enqueue(in, p, in->end - p->body.len);
        return INBOX_TAKEN;
    }
    if (p->keyed) receipts_add(in->receipts, &p->receipt, true);
    p->next = NULL;
    *in->last_post = p;
    in->last_post = &p->next;
    pthread_cond_signal(&in->work);
    return INBOX_LATER;
}

enum inbox_answer inbox_put(struct inbox *in, struct inbox_post *p)
{
    pthread_mutex_lock(&in->lock);
    enum inbox_answer answer = put(in, p);
    pthread_mutex_unlock(&in->lock);
    return answer;
}

/* ---- the keeper ---- */

static void tell_disk(struct inbox *in, bool written, int why)
{
    if (in->trouble == !written) return;
    in->trouble = !written;
    if (written)
        log_message(LOG_WARNING, "the spool of %s can be written again", in->config.spool.name);
    else
        log_message(LOG_WARNING,
                    "cannot write the spool of %s: %s; bodies are turned away until it can be",
                    in->config.spool.name, strerror(why));
}

/* A post's answer; it may be gone behind it. */
static void settle(struct inbox *in, struct inbox_post *p, bool written, uint64_t start)
{
    if (p->keyed) receipts_settle(in->receipts, &p->receipt, written);
    if (written) enqueue(in, p, start);
    p->answer = written ? INBOX_TAKEN : INBOX_DISK;
}

/* All that came is written with one wait for the disk. The lock is held but for that. */
static void write_posts(struct inbox *in)
{
    struct inbox_post *posts = in->posts;
    in->posts = NULL;
    in->last_post = &in->posts;
    uint64_t start = spool_end(in->spool);
    struct snap_writer w = { 0 };
    struct str receipts = spool_turns(in->spool) ? save_receipts(in, &w) : STR_EMPTY;
    pthread_mutex_unlock(&in->lock);
    for (struct inbox_post *p = posts; p; p = p->next)
        spool_add(in->spool, str_view(p->body.data, p->body.len), p->keyed ? &p->receipt : NULL);
    bool written = spool_sync(in->spool, receipts);
    int why = errno;
    buf_free(&w.out);
    pthread_mutex_lock(&in->lock);
    tell_disk(in, written, why);
    for (struct inbox_post *p = posts, *next; p; p = next) {
        next = p->next;
        uint64_t size = p->body.len;
        settle(in, p, written, start);
        start += size;
        p->done(p);
    }
}

static void keep(void *arg)
{
    struct inbox *in = arg;
    pthread_mutex_lock(&in->lock);
    while (!in->ended || in->posts) {
        if (in->posts) {
            write_posts(in);
        } else if (in->cover) {
            uint64_t place = in->covered;
            in->cover = false;
            pthread_mutex_unlock(&in->lock);
            cover_spool(in, place);
            pthread_mutex_lock(&in->lock);
        } else {
            pthread_cond_wait(&in->work, &in->lock);
        }
    }
    pthread_mutex_unlock(&in->lock);
}

bool inbox_begin(struct inbox *in)
{
    return !in->spool || in->keeper.started || thread_start(&in->keeper, keep, in);
}

void inbox_cover(struct inbox *in, uint64_t place)
{
    if (!in->spool) return;
    pthread_mutex_lock(&in->lock);
    in->cover |= place > in->covered;
    if (place > in->covered) in->covered = place;
    pthread_cond_signal(&in->work);
    pthread_mutex_unlock(&in->lock);
}

/* ---- taking ---- */

static struct letter *pop(struct inbox *in)
{
    uint64_t bells;
    pthread_mutex_lock(&in->lock);
    struct letter *l = in->first;
    if (l) {
        in->first = l->next;
        if (!in->first) in->last = &in->first;
        in->bytes -= l->body.len;
    }
    if (!in->first) {
        ssize_t ignored = read(in->fd, &bells, sizeof bells);
        (void)ignored;
    }
    pthread_mutex_unlock(&in->lock);
    return l;
}

struct status inbox_take(struct inbox *in, struct buf *body, uint64_t *start, bool *whole,
                         bool *found)
{
    *found = false;
    if (!in->replayed) TRY(spool_read(in->spool, body, start, whole, found));
    if (*found) return OK;
    in->replayed = true;
    struct letter *l = pop(in);
    *found = l != NULL;
    if (!l) return OK;
    buf_free(body);
    *body = l->body;
    *start = l->start;
    *whole = true;
    mem_free(l);
    return OK;
}

bool inbox_shut(struct inbox *in)
{
    pthread_mutex_lock(&in->lock);
    in->shut = true;
    bool none_left = in->spool || !in->first;
    pthread_mutex_unlock(&in->lock);
    return none_left;
}

bool inbox_seek(struct inbox *in, uint64_t place, bool *begins)
{
    *begins = true;
    if (!in->spool) return true;
    in->covered = place;
    return spool_seek(in->spool, place, begins);
}
