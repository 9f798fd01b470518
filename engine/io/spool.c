/*
 * spool.c: segments, their entries, and what is left of them after a crash.
 *
 *     segment   "SluiceSp", version, flags, place where it begins, checksum; then entries
 *     entry     mark, kind, place, bytes of the body, bytes of the payload, checksum; then the payload
 *     payload   of a body: 1 and its receipt, or 0; then its bytes.  Of kind RECEIPTS: all receipts
 *
 * A run begins with a segment of its own and never writes to an earlier one. So a segment whose last entry is not whole
 * was written when its run ended, and what is missing was never answered; that no more is missing shows in the place
 * where the next segment begins. A new segment gets its name when it is on the disk with its receipts.
 */

#include "io/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

static const char magic[8] = { 'S', 'l', 'u', 'i', 'c', 'e', 'S', 'p' };

enum {
    VERSION = 1,
    FLAG_SEALED = 1,
    HEAD_BYTES = 32,
    ENTRY_MARK = 0x53705365,
    ENTRY_BYTES = 40,
    SEGMENT_BYTES = 64 << 20, /* a longer one is followed by another */
    DIGITS = 20               /* of a segment's name */
};

enum entry_kind {
    ENTRY_BODY = 1,
    ENTRY_RECEIPTS = 2
};

struct segment {
    uint64_t begin, end; /* places */
};

/* The frame of an entry. */
struct entry {
    uint32_t kind;
    uint64_t place, size, payload, checksum;
};

/* A segment that is read. */
struct reader {
    int fd; /* -1: none */
    size_t segment;
    uint64_t at, size; /* bytes of the file */
};

struct spool {
    struct arena *arena;
    struct spool_config config;
    /* what was there at the start */
    struct segment *left;
    size_t n_left, cap_left;
    struct reader reader;
    uint64_t place;    /* where reading goes on */
    uint64_t left_end; /* where it ends */
    /* segments of which the last one is written to */
    struct segment *segments;
    size_t n, cap;
    int fd;        /* -1: the next entry begins a segment */
    uint64_t size; /* bytes of it that are on the disk */
    uint64_t end;  /* place behind the last entry that is on the disk */
    struct snap_writer group;
    uint64_t group_end;
    bool finished; /* the segment gets no more entries */
};

/* ---- names and messages ---- */

static const char *segment_path(const struct spool *s, char out[4096], uint64_t begin,
                                const char *ending)
{
    snprintf(out, 4096, "%s/%020llu%s", s->config.folder, (unsigned long long)begin, ending);
    return out;
}

static struct status cannot(const struct spool *s, const char *verb, const char *path)
{
    return status_new(s->arena, ERR_IO, s->config.at, "cannot %s %s, the spool of %s: %s", verb,
                      path, s->config.name, strerror(errno));
}

static struct status damaged(const struct spool *s, const char *path, const char *why)
{
    struct status st = status_new(s->arena, ERR_IO, s->config.at, "%s, the spool of %s, %s", path,
                                  s->config.name, why);
    return status_with_hint(st, "restore it from a copy, or move it away: what it holds was "
                                "answered, and is lost then");
}

/* ---- frames ---- */

static void write_frame(char *p, const struct entry *e)
{
    struct snap_writer w = { 0 };
    snap_u32(&w, ENTRY_MARK);
    snap_u32(&w, e->kind);
    snap_u64(&w, e->place);
    snap_u64(&w, e->size);
    snap_u64(&w, e->payload);
    snap_u64(&w, e->checksum);
    memcpy(p, w.out.data, ENTRY_BYTES);
    buf_free(&w.out);
}

static bool read_frame(const char *p, struct entry *out)
{
    struct snap_reader r = { .p = p, .end = p + ENTRY_BYTES };
    uint32_t mark = snap_read_u32(&r);
    *out = (struct entry){ .kind = snap_read_u32(&r) };
    out->place = snap_read_u64(&r);
    out->size = snap_read_u64(&r);
    out->payload = snap_read_u64(&r);
    out->checksum = snap_read_u64(&r);
    return mark == ENTRY_MARK;
}

static uint64_t checksum(const struct entry *e, const char *payload)
{
    const uint64_t parts[] = { e->kind, e->place, e->size, e->payload };
    return hash_bytes(payload, e->payload, hash_bytes(parts, sizeof parts, 0));
}

/* ---- sealing ---- */

static struct str bound_to(const struct spool *s, uint64_t place, struct buf *room)
{
    buf_printf(room, "spool %s %llu", s->config.name, (unsigned long long)place);
    return str_view(room->data, room->len);
}

static void add_sealed(const struct spool *s, uint64_t place, struct str text, struct buf *out)
{
    const struct secret_key *key = secret_key(SECRET_SEAL, NULL);
    size_t id_size = strlen(key->id);
    struct buf bound = { 0 };
    buf_append_char(out, (char)id_size);
    buf_append(out, key->id, id_size);
    secret_seal(key, bound_to(s, place, &bound), text, out);
    buf_free(&bound);
}

static struct status unseal(const struct spool *s, const char *path, uint64_t place,
                            const struct buf *sealed, struct buf *out)
{
    char id[SECRET_ID_MAX + 1] = { 0 };
    size_t id_size = sealed->len ? (unsigned char)sealed->data[0] : 0;
    if (id_size > SECRET_ID_MAX || id_size + 1 > sealed->len)
        return damaged(s, path, "is damaged");
    memcpy(id, sealed->data + 1, id_size);
    const struct secret_key *key = secret_key(SECRET_SEAL, id);
    if (!key)
        return status_new(s->arena, ERR_BAD_OPTION, s->config.at,
                          "%s, the spool of %s, is sealed with the key \"%s\", which is not there",
                          path, s->config.name, id);
    struct buf bound = { 0 };
    struct str text = str_view(sealed->data + 1 + id_size, sealed->len - 1 - id_size);
    bool opened = secret_open(key, bound_to(s, place, &bound), text, out);
    buf_free(&bound);
    return opened ? OK : damaged(s, path, "is damaged");
}

/* ---- reading a segment ---- */

static bool read_at(int fd, uint64_t at, char *p, size_t n)
{
    while (n) {
        ssize_t got = pread(fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        p += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

static void close_reader(struct reader *r)
{
    if (r->fd >= 0) close(r->fd);
    r->fd = -1;
}

/* Opens a segment and checks its head, which is whole in every file that has such a name. */
static struct status open_reader(struct spool *s, size_t segment, const char *path,
                                 struct reader *r)
{
    char head[HEAD_BYTES];
    struct stat about;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &about) != 0) return cannot(s, "read", path);
    r->segment = segment;
    r->size = (uint64_t)about.st_size;
    r->at = HEAD_BYTES;
    struct snap_reader in = { .p = head + sizeof magic, .end = head + HEAD_BYTES };
    if (!read_at(r->fd, 0, head, HEAD_BYTES) || memcmp(head, magic, sizeof magic) != 0)
        return damaged(s, path, "is no segment");
    uint32_t version = snap_read_u32(&in), flags = snap_read_u32(&in);
    uint64_t begin = snap_read_u64(&in), sum = snap_read_u64(&in);
    if (version != VERSION) return damaged(s, path, "is of another version of this program");
    if (begin != s->left[segment].begin || sum != hash_bytes(head, HEAD_BYTES - 8, 0))
        return damaged(s, path, "is damaged");
    if ((flags == FLAG_SEALED) == s->config.sealed) return OK;
    return status_new(s->arena, ERR_BAD_OPTION, s->config.at, "%s, the spool of %s, %s", path,
                      s->config.name,
                      s->config.sealed ? "is not sealed, and the application has PERSONAL columns"
                                       : "is sealed, and the application has no PERSONAL columns");
}

/* The next entry and its payload; false: none is whole. */
static bool next_entry(struct reader *r, struct entry *e, struct buf *payload)
{
    char frame[ENTRY_BYTES];
    if (r->size - r->at < ENTRY_BYTES || !read_at(r->fd, r->at, frame, ENTRY_BYTES)) return false;
    if (!read_frame(frame, e) || e->payload > r->size - r->at - ENTRY_BYTES) return false;
    buf_clear(payload);
    char *room = buf_reserve(payload, e->payload);
    if (!read_at(r->fd, r->at + ENTRY_BYTES, room, e->payload)) return false;
    payload->len = e->payload;
    if (checksum(e, payload->data) != e->checksum) return false;
    r->at += ENTRY_BYTES + e->payload;
    return true;
}

/* An entry's payload as it was before it was sealed; receipts are taken out of it. Of a body its bytes are left. */
static struct status open_payload(struct spool *s, const char *path, const struct entry *e,
                                  struct buf *payload, struct receipts *receipts)
{
    if (s->config.sealed) {
        struct buf clear = { 0 };
        struct status st = unseal(s, path, e->place, payload, &clear);
        buf_free(payload);
        *payload = clear;
        if (st.err != ERR_NONE) return st;
    }
    struct snap_reader r = { .p = payload->data, .end = payload->data + payload->len };
    if (e->kind == ENTRY_RECEIPTS) {
        if (receipts) receipts_load(receipts, &r);
    } else if (snap_read_u8(&r)) {
        struct receipt receipt = receipt_load(&r);
        if (receipts && !r.failed) receipts_add(receipts, &receipt, false);
    }
    size_t left = (size_t)(r.end - r.p);
    if (r.failed || left != (e->kind == ENTRY_BODY ? e->size : 0))
        return damaged(s, path, "is damaged");
    memmove(payload->data, r.p, left);
    payload->len = left;
    return OK;
}

/* ---- what was left ---- */

static void add_segment(struct segment **items, size_t *n, size_t *cap, struct segment segment)
{
    if (*n == *cap) {
        *cap = *cap ? 2 * *cap : 8;
        *items = mem_realloc(*items, *cap * sizeof **items);
    }
    (*items)[(*n)++] = segment;
}

/* A segment's name, or what is left of one that never got its name. */
static void note_file(struct spool *s, const char *name)
{
    char path[4096];
    uint64_t begin = 0;
    size_t digits = 0;
    for (; name[digits] >= '0' && name[digits] <= '9'; digits++)
        begin = begin * 10 + (uint64_t)(name[digits] - '0');
    if (digits != DIGITS) return;
    if (name[digits] == 0)
        add_segment(&s->left, &s->n_left, &s->cap_left, (struct segment){ begin, begin });
    else if (strcmp(name + digits, ".new") == 0) unlink(segment_path(s, path, begin, ".new"));
}

static int by_begin(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

static struct status find_segments(struct spool *s)
{
    if (mkdir(s->config.folder, 0700) != 0 && errno != EEXIST)
        return cannot(s, "make", s->config.folder);
    DIR *d = opendir(s->config.folder);
    if (!d) return cannot(s, "read", s->config.folder);
    for (struct dirent *e; (e = readdir(d)) != NULL;) note_file(s, e->d_name);
    closedir(d);
    if (s->n_left) qsort(s->left, s->n_left, sizeof *s->left, by_begin);
    return OK;
}

/* Reads a segment for its receipts and its end. An entry from where the next segment begins was not answered. */
static struct status scan_segment(struct spool *s, size_t i, struct receipts *receipts)
{
    char path[4096];
    struct reader r = { .fd = -1 };
    struct entry e;
    struct buf payload = { 0 };
    struct segment *segment = &s->left[i];
    uint64_t next = i + 1 < s->n_left ? s->left[i + 1].begin : UINT64_MAX;
    struct status st = open_reader(s, i, segment_path(s, path, segment->begin, ""), &r);
    while (st.err == ERR_NONE && next_entry(&r, &e, &payload)) {
        if (e.kind == ENTRY_BODY && (e.place != segment->end || e.place >= next)) break;
        st = open_payload(s, path, &e, &payload, receipts);
        if (e.kind == ENTRY_BODY) segment->end += e.size;
    }
    if (st.err == ERR_NONE && next != UINT64_MAX && segment->end != next)
        st = damaged(s, path, "is damaged, or one behind it is missing");
    close_reader(&r);
    buf_free(&payload);
    return st;
}

static struct status scan(struct spool *s, struct receipts *receipts)
{
    TRY(find_segments(s));
    for (size_t i = 0; i < s->n_left; i++) {
        TRY(scan_segment(s, i, receipts));
        add_segment(&s->segments, &s->n, &s->cap, s->left[i]);
    }
    if (s->n_left) s->end = s->left[s->n_left - 1].end;
    s->place = s->n_left ? s->left[0].begin : 0;
    s->group_end = s->left_end = s->end;
    return OK;
}

struct status spool_open(struct arena *a, const struct spool_config *config,
                         struct receipts *receipts, struct spool **out)
{
    struct spool *s = mem_calloc(1, sizeof *s);
    s->arena = a;
    s->config = *config;
    s->fd = s->reader.fd = -1;
    struct status st = scan(s, receipts);
    if (st.err == ERR_NONE) *out = s;
    else spool_close(s);
    return st;
}

void spool_close(struct spool *s)
{
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    close_reader(&s->reader);
    buf_free(&s->group.out);
    mem_free(s->left);
    mem_free(s->segments);
    mem_free(s);
}

uint64_t spool_start(const struct spool *s)
{
    return s->n_left ? s->left[0].begin : s->end;
}

uint64_t spool_end(const struct spool *s)
{
    return s->end;
}

static void remove_segments(struct spool *s, size_t n)
{
    char path[4096];
    for (size_t i = 0; i < n; i++) unlink(segment_path(s, path, s->segments[i].begin, ""));
    s->n -= n;
    memmove(s->segments, s->segments + n, s->n * sizeof *s->segments);
}

/* Opens the segment that the place lies in, when it is another one than before. */
static struct status turn_page(struct spool *s, char path[4096])
{
    size_t i = 0;
    while (s->left[i].end <= s->place) i++;
    segment_path(s, path, s->left[i].begin, "");
    if (s->reader.fd >= 0 && s->reader.segment == i) return OK;
    close_reader(&s->reader);
    return open_reader(s, i, path, &s->reader);
}

bool spool_seek(struct spool *s, uint64_t place, bool *begins)
{
    char path[4096];
    struct entry e = { 0 };
    struct buf payload = { 0 };
    *begins = true;
    if (place < spool_start(s)) return false;
    s->place = place;
    if (place > s->end) {
        remove_segments(s, s->n);
        s->end = s->group_end = place;
    } else if (place < s->end && turn_page(s, path).err == ERR_NONE) {
        while (next_entry(&s->reader, &e, &payload))
            if (e.place + e.size > place) break;
        *begins = e.place == place;
        close_reader(&s->reader);
    }
    buf_free(&payload);
    return true;
}

struct status spool_read(struct spool *s, struct buf *body, uint64_t *start, bool *whole,
                         bool *found)
{
    char path[4096];
    struct entry e = { 0 };
    *found = s->place < s->left_end;
    if (!*found) {
        close_reader(&s->reader);
        return OK;
    }
    TRY(turn_page(s, path));
    do {
        if (!next_entry(&s->reader, &e, body)) return damaged(s, path, "has changed");
    } while (e.kind != ENTRY_BODY || e.place + e.size <= s->place);
    TRY(open_payload(s, path, &e, body, NULL));
    size_t read_before = (size_t)(s->place - e.place);
    memmove(body->data, body->data + read_before, body->len - read_before);
    body->len -= read_before;
    *whole = read_before == 0;
    *start = s->place;
    s->place = e.place + e.size;
    return OK;
}

/* ---- writing ---- */

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        p += put;
        n -= (size_t)put;
    }
    return true;
}

static void add_entry(struct spool *s, struct snap_writer *to, enum entry_kind kind, uint64_t place,
                      uint64_t size, struct str payload)
{
    struct buf *out = &to->out;
    size_t at = out->len;
    memset(buf_reserve(out, ENTRY_BYTES), 0, ENTRY_BYTES);
    out->len += ENTRY_BYTES;
    if (s->config.sealed) add_sealed(s, place, payload, out);
    else buf_append_str(out, payload);
    struct entry e = { kind, place, size, out->len - at - ENTRY_BYTES, 0 };
    e.checksum = checksum(&e, out->data + at + ENTRY_BYTES);
    write_frame(out->data + at, &e);
}

uint64_t spool_add(struct spool *s, struct str body, const struct receipt *receipt)
{
    struct snap_writer payload = { 0 };
    uint64_t place = s->group_end;
    snap_u8(&payload, receipt != NULL);
    if (receipt) receipt_save(&payload, receipt);
    buf_append_str(&payload.out, body);
    add_entry(s, &s->group, ENTRY_BODY, place, body.len,
              str_view(payload.out.data, payload.out.len));
    buf_free(&payload.out);
    s->group_end += body.len;
    return place;
}

static void write_head(struct spool *s, struct str receipts, struct snap_writer *w)
{
    snap_bytes(w, magic, sizeof magic);
    snap_u32(w, VERSION);
    snap_u32(w, s->config.sealed ? FLAG_SEALED : 0);
    snap_u64(w, s->end);
    snap_u64(w, hash_bytes(w->out.data, HEAD_BYTES - 8, 0));
    add_entry(s, w, ENTRY_RECEIPTS, s->end, 0, receipts);
}

static bool sync_folder(const struct spool *s)
{
    int fd = open(s->config.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return synced;
}

/* A segment that begins where the last one ends. On failure there is none, and errno says why. */
static bool begin_segment(struct spool *s, struct str receipts)
{
    char path[4096], made[4096];
    struct snap_writer w = { 0 };
    segment_path(s, path, s->end, "");
    segment_path(s, made, s->end, ".new");
    if (s->fd >= 0) close(s->fd);
    write_head(s, receipts, &w);
    s->fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    bool begun = s->fd >= 0 && write_all(s->fd, w.out.data, w.out.len) && fsync(s->fd) == 0 &&
                 rename(made, path) == 0 && sync_folder(s);
    int why = errno;
    s->size = w.out.len;
    buf_free(&w.out);
    if (begun) {
        /* one that begins here, too, has no entry and was replaced */
        if (!s->n || s->segments[s->n - 1].begin != s->end)
            add_segment(&s->segments, &s->n, &s->cap, (struct segment){ s->end, s->end });
        s->finished = false;
        return true;
    }
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
    unlink(made);
    errno = why;
    return false;
}

bool spool_turns(const struct spool *s)
{
    return s->fd < 0 || s->finished || s->size >= SEGMENT_BYTES;
}

bool spool_sync(struct spool *s, struct str receipts)
{
    const struct buf *group = &s->group.out;
    if (!group->len) return true;
    bool done = !spool_turns(s) || begin_segment(s, receipts);
    if (done && !(write_all(s->fd, group->data, group->len) && fdatasync(s->fd) == 0)) {
        int why = errno;
        /* what reached the file may or may not be on the disk: the next entries go elsewhere */
        s->finished = true;
        if (ftruncate(s->fd, (off_t)s->size) == 0) fdatasync(s->fd);
        errno = why;
        done = false;
    }
    if (done) {
        s->size += group->len;
        s->end = s->segments[s->n - 1].end = s->group_end;
    }
    s->group_end = s->end;
    buf_clear(&s->group.out);
    return done;
}

void spool_cover(struct spool *s, uint64_t place, struct str receipts)
{
    if (!s->n) return;
    const struct segment *last = &s->segments[s->n - 1];
    bool used = s->fd >= 0 && last->end > last->begin;
    if (used) s->finished = true;
    /* one that is covered as a whole is followed by another, so that it can go */
    if (place >= s->end && last->end > last->begin) begin_segment(s, receipts);
    size_t gone = 0;
    while (gone + 1 < s->n && s->segments[gone].end <= place) gone++;
    remove_segments(s, gone);
}
