/*
 * secret.c: the ring of keys.
 *
 * Slots are filled in order and never emptied while the process runs: a reader needs no lock, and a pointer that was
 * handed out stays good when the file is read again. A changed key under an id that is known is refused.
 */

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

enum {
    FILE_MAX = 64 << 10,
    HEX_DIGITS = 2 * SECRET_KEY_BYTES
};

static struct secret_key slots[SECRET_KEYS_MAX];
static atomic_uint n_slots;
static atomic_bool reload_due;
static atomic_bool required;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *ring_path; /* of the file, for reloads */

static void start_library(void)
{
    if (sodium_init() < 0) mem_refused(0);
}

/* ---- lines ---- */

struct words {
    const char *at[4];
    size_t size[4];
    size_t n; /* 4: too many */
};

static struct words split(const char *p, const char *end)
{
    struct words w = { .n = 0 };
    while (w.n < 4) {
        while (p < end && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
        if (p == end) break;
        w.at[w.n] = p;
        while (p < end && *p != ' ' && *p != '\t' && *p != '\r') p++;
        w.size[w.n] = (size_t)(p - w.at[w.n]);
        w.n++;
    }
    return w;
}

static bool is_id(const char *p, size_t n)
{
    static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (n == 0 || n > SECRET_ID_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        if (!memchr(known, p[i], sizeof known - 1)) return false;
    }
    return true;
}

static struct secret_key *find(enum secret_use use, const char *id, size_t n)
{
    for (unsigned i = atomic_load(&n_slots); i-- > 0;) {
        struct secret_key *k = &slots[i];
        if (k->use == use && (!id || (strlen(k->id) == n && memcmp(k->id, id, n) == 0))) return k;
    }
    return NULL;
}

void secret_no_core_dumps(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &limit);
}

/* libsodium says nothing when the memory it gives could not be locked. */
static void check_locked(uint8_t *room)
{
    static bool told;
    if (sodium_mlock(room, SECRET_KEY_BYTES) == 0 || told) return;
    told = true;
    log_message(LOG_WARNING, "keys cannot be locked in memory and may be swapped out: %s; "
                             "raise the limit (ulimit -l)",
                strerror(errno));
}

/* What is wrong with the line, or NULL. */
static const char *add(enum secret_use use, const char *id, size_t n, const uint8_t *bytes)
{
    struct secret_key *known = find(use, id, n);
    if (known)
        return sodium_memcmp(known->bytes, bytes, SECRET_KEY_BYTES) == 0
                   ? NULL
                   : "has another key than before under the same id";
    if (use == SECRET_PSEUDONYM && find(use, NULL, 0)) return "is a second pseudonym key";
    unsigned at = atomic_load(&n_slots);
    if (at == SECRET_KEYS_MAX) return "is one key too many";
    uint8_t *room = sodium_malloc(SECRET_KEY_BYTES);
    if (room) memcpy(room, bytes, SECRET_KEY_BYTES);
    else mem_refused(SECRET_KEY_BYTES);
    check_locked(room);
    secret_no_core_dumps();
    sodium_mprotect_readonly(room);
    slots[at] = (struct secret_key){ .use = use, .bytes = room };
    memcpy(slots[at].id, id, n);
    atomic_store(&n_slots, at + 1);
    return NULL;
}

static const char *read_line(const char *p, const char *end)
{
    struct words w = split(p, end);
    if (w.n == 0 || *w.at[0] == '#') return NULL;
    enum secret_use use;
    if (w.size[0] == 4 && memcmp(w.at[0], "seal", 4) == 0) use = SECRET_SEAL;
    else if (w.size[0] == 9 && memcmp(w.at[0], "pseudonym", 9) == 0) use = SECRET_PSEUDONYM;
    else return "begins with neither \"seal\" nor \"pseudonym\"";
    if (w.n != 3) return "has not three words";
    if (!is_id(w.at[1], w.size[1])) return "has an id that is not 1 to 32 letters, digits, - _ .";
    uint8_t key[SECRET_KEY_BYTES];
    size_t size;
    const char *wrong = "has a key that is not 64 hexadecimal digits";
    if (w.size[2] == HEX_DIGITS &&
        sodium_hex2bin(key, sizeof key, w.at[2], HEX_DIGITS, NULL, &size, NULL) == 0 &&
        size == sizeof key)
        wrong = add(use, w.at[1], w.size[1], key);
    sodium_memzero(key, sizeof key);
    return wrong;
}

/* Lines end with \n or ;, comments with \n. */
static struct status read_lines(struct arena *a, const char *where, const char *p, size_t n)
{
    const char *end = p + n;
    for (int line = 1; p < end; line++) {
        const char *stop = p;
        while (stop < end && *stop != '\n' && (*p == '#' || *stop != ';')) stop++;
        const char *wrong = read_line(p, stop);
        if (wrong)
            return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "line %d of %s %s", line, where, wrong);
        p = stop + (stop < end);
    }
    if (find(SECRET_SEAL, NULL, 0) || find(SECRET_PSEUDONYM, NULL, 0)) return OK;
    return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "%s has no key", where);
}

/* ---- where keys come from ---- */

struct status secret_take_environment(struct arena *a)
{
    char *text = getenv("SLUICE_KEYS");
    if (!text) return OK;
    start_library();
    pthread_mutex_lock(&lock);
    struct status st = read_lines(a, "SLUICE_KEYS", text, strlen(text));
    pthread_mutex_unlock(&lock);
    sodium_memzero(text, strlen(text));
    unsetenv("SLUICE_KEYS");
    return st;
}

static struct status check_file(struct arena *a, const char *path, int fd)
{
    struct stat s;
    if (fd < 0 || fstat(fd, &s) != 0)
        return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "cannot read the key file %s: %s", path,
                          strerror(errno));
    if (!S_ISREG(s.st_mode))
        return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "the key file %s is no file", path);
    if (s.st_uid != geteuid() && s.st_uid != 0)
        return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "the key file %s belongs to another user",
                          path);
    if (s.st_mode & 077)
        return status_with_hint(
            status_new(a, ERR_BAD_OPTION, SPAN_NONE,
                       "the key file %s has mode %04o: others may use it", path,
                       (unsigned)s.st_mode & 07777),
            "its mode must be 0600: chmod 600");
    if (s.st_size > FILE_MAX)
        return status_new(a, ERR_BAD_OPTION, SPAN_NONE, "the key file %s is longer than %d bytes",
                          path, FILE_MAX);
    return OK;
}

static struct status load_file(struct arena *a, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct status st = check_file(a, path, fd);
    if (st.err == ERR_NONE) {
        char *text = sodium_malloc(FILE_MAX);
        if (!text) mem_refused(FILE_MAX);
        size_t size = 0;
        ssize_t got;
        while (size < FILE_MAX && (got = read(fd, text + size, FILE_MAX - size)) > 0)
            size += (size_t)got;
        st = read_lines(a, path, text, size);
        sodium_free(text);
    }
    if (fd >= 0) close(fd);
    return st;
}

struct status secret_load(struct arena *a, const char *path)
{
    start_library();
    pthread_mutex_lock(&lock);
    struct status st = load_file(a, path);
    if (st.err == ERR_NONE) {
        mem_free(ring_path);
        ring_path = mem_alloc(strlen(path) + 1);
        memcpy(ring_path, path, strlen(path) + 1);
    }
    pthread_mutex_unlock(&lock);
    return st;
}

void secret_use_test_keys(void)
{
    uint8_t key[SECRET_KEY_BYTES];
    start_library();
    pthread_mutex_lock(&lock);
    for (int use = SECRET_PSEUDONYM; use <= SECRET_SEAL; use++) {
        for (size_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)(i + 64 * (size_t)use);
        if (!find((enum secret_use)use, NULL, 0)) add((enum secret_use)use, "test", 4, key);
    }
    pthread_mutex_unlock(&lock);
}

void secret_forget(void)
{
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < atomic_load(&n_slots); i++) {
        sodium_free((void *)(uintptr_t)slots[i].bytes);
        slots[i] = (struct secret_key){ .bytes = NULL };
    }
    atomic_store(&n_slots, 0);
    mem_free(ring_path);
    ring_path = NULL;
    pthread_mutex_unlock(&lock);
}

/* ---- asking ---- */

void secret_reload_soon(void)
{
    atomic_store(&reload_due, true);
}

static void reload(void)
{
    struct arena *a = arena_new();
    pthread_mutex_lock(&lock);
    if (atomic_exchange(&reload_due, false) && ring_path) {
        struct status st = load_file(a, ring_path);
        if (st.err != ERR_NONE)
            log_message(LOG_WARNING, "%s; the keys that were read before stay", st.message);
    }
    pthread_mutex_unlock(&lock);
    arena_free(a);
}

const struct secret_key *secret_key(enum secret_use use, const char *id)
{
    if (atomic_load(&reload_due)) reload();
    return find(use, id, id ? strlen(id) : 0);
}

void secret_require(void)
{
    atomic_store(&required, true);
}

const char *secret_refusal(enum secret_use use)
{
    if (!atomic_load(&required) || secret_key(use, NULL)) return NULL;
    return use == SECRET_SEAL
               ? "there is no sealing key: give a key file by --keys, or SLUICE_KEYS"
               : "there is no pseudonym key: give a key file by --keys, or SLUICE_KEYS";
}

/* ---- making keys ---- */

static struct status write_all(struct arena *a, const char *path, int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0)
            return status_new(a, ERR_IO, SPAN_NONE, "cannot write the key file %s: %s", path,
                              strerror(errno));
        p += done;
        n -= (size_t)done;
    }
    if (fsync(fd) == 0) return OK;
    return status_new(a, ERR_IO, SPAN_NONE, "cannot write the key file %s: %s", path,
                      strerror(errno));
}

static struct status write_key(struct arena *a, const char *path, int fd, const char *use,
                               const char *id)
{
    uint8_t key[SECRET_KEY_BYTES];
    char hex[HEX_DIGITS + 1], line[HEX_DIGITS + SECRET_ID_MAX + 32];
    randombytes_buf(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    int n = snprintf(line, sizeof line, "\n%s %s %s\n", use, id, hex);
    struct status st = write_all(a, path, fd, line, (size_t)n);
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(line, sizeof line);
    return st;
}

struct status secret_create_file(struct arena *a, const char *path)
{
    static const char head[] =
        "# Keys of Sluice. Who has them can read the vault; without them nobody can.\n"
        "# The last line \"seal\" seals; older ones still open. Keep a copy in a safe place.\n";
    start_library();
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return status_new(a, ERR_IO, SPAN_NONE, "cannot make the key file %s: %s", path,
                          strerror(errno));
    struct status st = write_all(a, path, fd, head, sizeof head - 1);
    if (st.err == ERR_NONE) st = write_key(a, path, fd, "pseudonym", "p1");
    if (st.err == ERR_NONE) st = write_key(a, path, fd, "seal", "k1");
    close(fd);
    return st;
}

struct status secret_add_key(struct arena *a, const char *path)
{
    char id[SECRET_ID_MAX + 1];
    unsigned number = 1;
    do snprintf(id, sizeof id, "k%u", number++);
    while (secret_key(SECRET_SEAL, id));
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    struct status st = check_file(a, path, fd);
    if (st.err == ERR_NONE) st = write_key(a, path, fd, "seal", id);
    if (fd >= 0) close(fd);
    return st.err == ERR_NONE ? secret_load(a, path) : st;
}
