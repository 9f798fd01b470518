/* http_tls.c: each file alone first, then both together: which of them is wrong, and how. */

#include "io/http_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/x509.h>

#include "base/log.h"
#include "base/secret.h"
#include "data/calendar.h"
#include "io/library.h"
#include "time/clock.h"

enum {
    PEM_BYTES_MAX = 256 << 10,
    OPEN_MODES = 027 /* a group may read a key, as that of Debian's ssl-cert does */
};

/* Its functions, as its header declares them. */
struct gnutls {
    __typeof__(gnutls_x509_crt_init) *crt_init;
    __typeof__(gnutls_x509_crt_deinit) *crt_deinit;
    __typeof__(gnutls_x509_crt_import) *crt_import;
    __typeof__(gnutls_x509_crt_get_activation_time) *crt_begin;
    __typeof__(gnutls_x509_crt_get_expiration_time) *crt_end;
    __typeof__(gnutls_x509_privkey_init) *key_init;
    __typeof__(gnutls_x509_privkey_deinit) *key_deinit;
    __typeof__(gnutls_x509_privkey_import2) *key_import;
    __typeof__(gnutls_certificate_allocate_credentials) *pair_new;
    __typeof__(gnutls_certificate_free_credentials) *pair_free;
    __typeof__(gnutls_certificate_set_x509_key_mem2) *pair_set;
    __typeof__(gnutls_strerror) *why;
};

/* What is being looked at. */
struct pair {
    struct arena *arena;
    const struct io_endpoint *endpoint;
    struct gnutls lib;
    const char *cert_path, *key_path;
    gnutls_datum_t cert, key;
};

static struct status load(struct arena *a, const struct io_endpoint *e, struct gnutls *lib)
{
    static const struct library library = { "libgnutls.so.30", "libgnutls30",
                                            "a server with a certificate needs" };
    const struct library_function functions[] = {
        { "gnutls_x509_crt_init", &lib->crt_init },
        { "gnutls_x509_crt_deinit", &lib->crt_deinit },
        { "gnutls_x509_crt_import", &lib->crt_import },
        { "gnutls_x509_crt_get_activation_time", &lib->crt_begin },
        { "gnutls_x509_crt_get_expiration_time", &lib->crt_end },
        { "gnutls_x509_privkey_init", &lib->key_init },
        { "gnutls_x509_privkey_deinit", &lib->key_deinit },
        { "gnutls_x509_privkey_import2", &lib->key_import },
        { "gnutls_certificate_allocate_credentials", &lib->pair_new },
        { "gnutls_certificate_free_credentials", &lib->pair_free },
        { "gnutls_certificate_set_x509_key_mem2", &lib->pair_set },
        { "gnutls_strerror", &lib->why },
    };
    return library_load(a, e->at, &library, functions, sizeof functions / sizeof functions[0]);
}

/* ---- the files ---- */

static struct status read_file(struct arena *a, const struct io_endpoint *e, const char *option,
                               const char *path, bool secret, struct buf *out)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *room = buf_reserve(out, PEM_BYTES_MAX + 1);
    ssize_t got = fd >= 0 && fstat(fd, &about) == 0 ? read(fd, room, PEM_BYTES_MAX) : -1;
    int why = errno;
    if (fd >= 0) close(fd);
    if (got < 0)
        return status_new(a, ERR_BAD_OPTION, e->at, "cannot read %s, the %s of %s: %s", path,
                          option, e->name, strerror(why));
    out->len = (size_t)got;
    room[got] = 0;
    if (!secret || !(about.st_mode & OPEN_MODES)) return OK;
    return status_with_hint(status_new(a, ERR_BAD_OPTION, e->at,
                                       "others may use the key of %s in %s: its mode is %04o",
                                       e->name, path, (unsigned)about.st_mode & 07777),
                            "chmod 600 it");
}

/* ---- what is in them ---- */

/* The library's reason; nothing where the message has said as much. */
static const char *reason_of(const struct pair *p, int code)
{
    const bool said = code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH ||
                      code == GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR ||
                      code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
    const char *why = p->lib.why(code);
    size_t n = strlen(why);
    if (n && why[n - 1] == '.') n--;
    return said ? "" : str_format_c(p->arena, ": %.*s", (int)n, why);
}

static struct status bad_file(const struct pair *p, const char *what, const char *path, int code)
{
    return status_new(p->arena, ERR_BAD_OPTION, p->endpoint->at, "%s holds no %s for %s%s", path,
                      what, p->endpoint->name, reason_of(p, code));
}

static void warn_of_time(const struct pair *p, time_t begin, time_t end)
{
    struct clock clock;
    struct civil day;
    clock_init_wall(&clock);
    time_t now = (time_t)(clock_now(&clock) / 1000), which = now < begin ? begin : end;
    if (now >= begin && now <= end) return;
    calendar_from_ms((int64_t)which * 1000, &day);
    log_message(LOG_WARNING,
                "the certificate of %s in %s %s on %04d-%02d-%02d %02d:%02d (UTC): clients will "
                "refuse it",
                p->endpoint->name, p->cert_path, now < begin ? "begins" : "ended", (int)day.year,
                day.month, day.day, day.hour, day.minute);
}

static struct status check_cert(const struct pair *p)
{
    gnutls_x509_crt_t cert;
    int code = p->lib.crt_init(&cert);
    if (code == 0) {
        code = p->lib.crt_import(cert, &p->cert, GNUTLS_X509_FMT_PEM);
        if (code == 0) warn_of_time(p, p->lib.crt_begin(cert), p->lib.crt_end(cert));
        p->lib.crt_deinit(cert);
    }
    return code == 0 ? OK : bad_file(p, "certificate (PEM)", p->cert_path, code);
}

static struct status check_key(const struct pair *p)
{
    gnutls_x509_privkey_t key;
    int code = p->lib.key_init(&key);
    if (code == 0) {
        code = p->lib.key_import(key, &p->key, GNUTLS_X509_FMT_PEM, NULL, 0);
        p->lib.key_deinit(key);
    }
    if (code == 0) return OK;
    if (code != GNUTLS_E_DECRYPTION_FAILED)
        return bad_file(p, "private key (PEM)", p->key_path, code);
    return status_with_hint(
        status_new(p->arena, ERR_BAD_OPTION, p->endpoint->at,
                   "the key of %s in %s has a password, which nobody is there to type",
                   p->endpoint->name, p->key_path),
        "openssl pkey -in OLD -out NEW takes it away; chmod 600 NEW");
}

static struct status check_both(const struct pair *p)
{
    gnutls_certificate_credentials_t both;
    int code = p->lib.pair_new(&both);
    if (code == 0) {
        code = p->lib.pair_set(both, &p->cert, &p->key, GNUTLS_X509_FMT_PEM, NULL, 0);
        p->lib.pair_free(both);
    }
    if (code >= 0) return OK;
    return status_new(p->arena, ERR_BAD_OPTION, p->endpoint->at,
                      "the key of %s in %s and its certificate in %s do not go together%s",
                      p->endpoint->name, p->key_path, p->cert_path, reason_of(p, code));
}

/* ---- both ---- */

static gnutls_datum_t datum_of(const struct buf *text)
{
    return (gnutls_datum_t){ (unsigned char *)text->data, (unsigned)text->len };
}

static struct status read_pair(struct pair *p, struct http_tls *t)
{
    struct arena *a = p->arena;
    const struct io_endpoint *e = p->endpoint;
    TRY(option_file(a, e, "cert", &p->cert_path));
    TRY(option_file(a, e, "cert_key", &p->key_path));
    TRY(load(a, e, &p->lib));
    TRY(read_file(a, e, "cert", p->cert_path, false, &t->cert));
    TRY(read_file(a, e, "cert_key", p->key_path, true, &t->key));
    p->cert = datum_of(&t->cert);
    p->key = datum_of(&t->key);
    TRY(check_cert(p));
    TRY(check_key(p));
    return check_both(p);
}

struct status http_tls_read(struct arena *a, const struct io_endpoint *e, struct http_tls *out)
{
    struct pair p = { .arena = a, .endpoint = e };
    struct http_tls t = { 0 };
    struct status st = read_pair(&p, &t);
    if (st.err == ERR_NONE) *out = t;
    else http_tls_wipe(&t);
    return st;
}

void http_tls_wipe(struct http_tls *t)
{
    if (t->key.data) secret_wipe(t->key.data, t->key.cap);
    buf_free(&t->key);
    buf_free(&t->cert);
}
