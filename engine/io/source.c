/*
 * source.c: bytes of an input to blocks of whole records.
 *
 * A read takes what is there and never waits to fill a block. What stands behind the last whole record is carried over
 * to the next block. A file that ends without a line end ends its last record. Gzip is known by its first bytes, in
 * every file anew.
 */

#include "io/source.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/fmt_csv_read.h"
#include "io/gz.h"
#include "io/input.h"

enum { PACKED_SIZE = 64 << 10 };

struct source {
    struct input   in;
    struct arena  *arena;
    const char    *format;
    struct str     row_delimiter;
    int            stop_fd;
    struct buf     carry;      /* begins a record that is not whole yet */
    bool           file_start; /* nothing of the file at hand was handed out */
    bool           sniffed;    /* its first bytes were looked at */
    bool           skipping;   /* in a record beyond the limit, whose beginning was handed out */
    atomic_bool    ended;
    struct status  failure;     /* of the input's end, told after its last block */
    struct gunzip *gunzip;      /* NULL: the file is not packed */
    char          *packed;      /* PACKED_SIZE bytes of a packed file ... */
    const char    *packed_at;   /* ... of which these */
    size_t         packed_left; /* are still to be taken */
    uint64_t       done;        /* bytes read from the input */
    uint64_t       offset;      /* bytes handed out */
};

static const struct option_def source_options[] = {
    { "format", OPTION_TEXT },           { "row_path", OPTION_TEXT },
    { "column_delimiter", OPTION_TEXT }, { "row_delimiter", OPTION_TEXT },
    { "header", OPTION_BOOLEAN },        { "parallelism", OPTION_COUNT },
    { "rowtime", OPTION_TEXT },          { "lateness", OPTION_INTERVAL },
    { "follow", OPTION_BOOLEAN },        { "refresh", OPTION_INTERVAL },
    { "on_missing", OPTION_TEXT },
};

static const struct input_class *class_of(enum url_kind kind)
{
    static const struct input_class *const classes[] = { &input_file_class, &input_dir_class,
                                                         &input_stdin_class, &input_exec_class };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i]->kind == kind) return classes[i];
    }
    return NULL;
}

static struct status check_format(struct arena *a, const struct io_endpoint *e)
{
    struct str format = option_text(e, "format", "json");
    if (str_equal_nocase_c(format, "json") || str_equal_nocase_c(format, "csv") ||
        str_equal_nocase_c(format, "tsv")) {
        return OK;
    }
    struct status st = status_new(a, ERR_BAD_OPTION, e->at, "option \"format\" of %s is '%.*s'",
                                  e->name, STR_ARG(format));
    return status_with_hint(st, "known are 'json', 'csv' and 'tsv'");
}

struct status source_check(struct arena *a, const struct io_endpoint *e)
{
    TRY(options_check(a, e, "source", source_options,
                      sizeof source_options / sizeof source_options[0]));
    TRY(check_format(a, e));
    struct url u;
    TRY(url_parse(a, e, &u));
    if (class_of(u.kind) || u.kind == URL_SQLITE) return OK;
    return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a source", STR_ARG(e->url),
                      e->name);
}

struct status source_open(struct arena *a, const struct io_endpoint *e, struct source **out)
{
    struct url u;
    TRY(source_check(a, e));
    TRY(url_parse(a, e, &u));
    const struct input_class *class = class_of(u.kind);
    if (!class) {
        struct status st =
            status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a stream's source",
                       STR_ARG(e->url), e->name);
        return status_with_hint(st, "SQLite tables are for CREATE REFERENCE TABLE");
    }
    struct source *s = mem_calloc(1, sizeof *s);
    s->arena = a;
    s->format = url_format(e, &u);
    s->row_delimiter = option_text(e, "row_delimiter", "");
    s->file_start = true;
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->in = (struct input){
        .class = class, .arena = a, .endpoint = e, .fd = -1, .stop_fd = s->stop_fd
    };
    struct status st = class->open(&s->in, a, e, &u);
    if (st.err != ERR_NONE) {
        source_close(s);
        return st;
    }
    *out = s;
    return OK;
}

/* ---- bytes ---- */

static struct status gzip_failed(const struct source *s, const char *why)
{
    return status_new(s->arena, ERR_IO, s->in.endpoint->at,
                      "%s of %s is damaged gzip data, about byte %llu: %s", s->in.path,
                      s->in.endpoint->name, (unsigned long long)s->done, why);
}

/* The first bytes of a file decide whether it is packed. */
static void sniff(struct source *s, const char *p, size_t n)
{
    s->sniffed = true;
    if (!gz_magic((const unsigned char *)p, n)) return;
    s->gunzip = gunzip_new();
    if (!s->packed) s->packed = mem_alloc(PACKED_SIZE);
}

static enum input_result read_packed(struct source *s, char *out, size_t cap, int wait_ms,
                                     size_t *n, struct status *st)
{
    for (;;) {
        const char *why = "";
        if (!gunzip_run(s->gunzip, &s->packed_at, &s->packed_left, out, cap, n, &why)) {
            *st = gzip_failed(s, why);
            return INPUT_FAILED;
        }
        if (*n) return INPUT_BYTES;
        size_t            got = 0;
        enum input_result result =
            s->in.class->read(&s->in, s->packed, PACKED_SIZE, wait_ms, &got, st);
        if (result == INPUT_END && !gunzip_at_end(s->gunzip)) {
            *st = gzip_failed(s, "it ends too early");
            return INPUT_FAILED;
        }
        if (result != INPUT_BYTES) return result;
        s->done += got;
        s->packed_at = s->packed;
        s->packed_left = got;
    }
}

static enum input_result read_bytes(struct source *s, char *out, size_t cap, int wait_ms, size_t *n,
                                    struct status *st)
{
    if (s->gunzip) return read_packed(s, out, cap, wait_ms, n, st);
    enum input_result result = s->in.class->read(&s->in, out, cap, wait_ms, n, st);
    if (result != INPUT_BYTES) return result;
    s->done += *n;
    if (s->sniffed) return result;
    sniff(s, out, *n);
    if (!s->gunzip) return result;
    /* what came is packed: it moves to where packed bytes are taken from */
    s->packed = mem_realloc(s->packed, *n > PACKED_SIZE ? *n : PACKED_SIZE);
    memcpy(s->packed, out, *n);
    s->packed_at = s->packed;
    s->packed_left = *n;
    return read_packed(s, out, cap, wait_ms, n, st);
}

/* ---- records ---- */

/* Bytes of whole records in front. */
static size_t whole_records(const struct source *s, const char *p, size_t n, bool at_end)
{
    if (at_end) return n;
    if (strcmp(s->format, "json") != 0) return csv_whole_records(p, n, s->row_delimiter, false);
    const char *feed = memrchr(p, '\n', n);
    return feed ? (size_t)(feed - p) + 1 : 0;
}

/* Hands out the first `whole` of the block's n bytes; the rest is carried over. */
static void hand_out(struct source *s, struct block *b, size_t n, size_t whole)
{
    buf_clear(&s->carry);
    buf_append(&s->carry, b->data + whole, n - whole);
    b->size = whole;
    b->offset = s->offset;
    s->offset += whole;
    memset(b->data + n, 0, BLOCK_PAD);
}

/* A record beyond the limit: its beginning is handed out as a record of its own, which will be refused;
 * the rest is left out. */
static void cut_oversized(struct source *s, struct block *b, size_t n)
{
    hand_out(s, b, n, n);
    s->skipping = true;
}

static size_t skip_oversized(struct source *s, char *p, size_t n)
{
    const char *feed = memchr(p, '\n', n);
    if (!feed) return 0;
    size_t rest = n - ((size_t)(feed - p) + 1);
    memmove(p, feed + 1, rest);
    s->skipping = false;
    return rest;
}

static size_t skip_bom(const struct source *s, char *p, size_t n)
{
    if (!s->file_start || n < 3 || memcmp(p, "\xEF\xBB\xBF", 3) != 0) return n;
    memmove(p, p + 3, n - 3);
    return n - 3;
}

static bool next_file(struct source *s, struct status *st)
{
    gunzip_free(s->gunzip);
    s->gunzip = NULL;
    s->sniffed = false;
    s->file_start = true;
    s->skipping = false;
    s->packed_left = 0;
    return s->in.class->next(&s->in, st);
}

/* The block with what was carried over in front and room for `want` more. */
static struct block *begin_block(struct source *s, size_t want)
{
    struct block *b = block_new(s->carry.len + want);
    if (s->carry.len) memcpy(b->data, s->carry.data, s->carry.len);
    return b;
}

/* One read into the block behind its n bytes, which grow. */
static enum input_result fill(struct source *s, struct block *b, size_t *n, int wait_ms,
                              struct status *st)
{
    size_t            got = 0;
    enum input_result result = read_bytes(s, b->data + *n, b->cap - *n, wait_ms, &got, st);
    if (result != INPUT_BYTES) return result;
    if (s->skipping) got = skip_oversized(s, b->data + *n, got);
    else if (*n == 0) got = skip_bom(s, b->data, got);
    *n += got;
    return INPUT_BYTES;
}

enum source_result source_read(struct source *s, size_t want, int wait_ms, struct block **out,
                               bool *first, struct status *st)
{
    *st = OK;
    while (!s->ended) {
        struct block     *b = begin_block(s, want);
        size_t            n = s->carry.len;
        enum input_result result = fill(s, b, &n, wait_ms, st);
        bool              file_end = result == INPUT_END;
        size_t            whole =
            result == INPUT_BYTES || file_end ? whole_records(s, b->data, n, file_end) : 0;
        *first = s->file_start;
        if (!whole && n >= LIMIT_RECORD_BYTES) {
            cut_oversized(s, b, n);
            whole = n;
        } else {
            hand_out(s, b, n, whole);
        }
        if (file_end) s->ended = !next_file(s, &s->failure);
        else if (whole) s->file_start = false;
        if (whole) {
            *out = b;
            return SOURCE_BLOCK;
        }
        block_release(b);
        if (result == INPUT_FAILED) return SOURCE_FAILED;
        if (result == INPUT_IDLE) return SOURCE_IDLE;
        if (result == INPUT_BYTES) want *= 2; /* not one whole record yet */
    }
    *st = s->failure;
    return st->err == ERR_NONE ? SOURCE_END : SOURCE_FAILED;
}

void source_stop(struct source *s)
{
    uint64_t one = 1;
    ssize_t  ignored = write(s->stop_fd, &one, sizeof one);
    (void)ignored;
    s->ended = true;
}

bool source_is_live(const struct source *s)
{
    return s->in.live;
}

const char *source_format(const struct source *s)
{
    return s->format;
}

void source_progress(const struct source *s, uint64_t *done, uint64_t *all)
{
    *done = s->done;
    *all = s->in.live ? 0 : s->in.size;
}

void source_close(struct source *s)
{
    s->in.class->close(&s->in);
    gunzip_free(s->gunzip);
    mem_free(s->packed);
    buf_free(&s->carry);
    if (s->stop_fd >= 0) close(s->stop_fd);
    mem_free(s);
}
