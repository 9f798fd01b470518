#ifndef IO_HTTP_TLS_H
#define IO_HTTP_TLS_H

/* http_tls.h: the certificate by which a server shows who it is, and the key to it: files in PEM (RFC 7468), read and
 * looked through by GnuTLS, as libmicrohttpd will, so that what is wrong with them can be said. */

#include "io/url.h"

struct http_tls {
    struct buf
        cert; /* with those of the authorities between it and one that clients know; ends in a zero */
    struct buf key;  /* ends in a zero */
};

/* The files of the options cert and cert_key; the caller's to wipe. Warns of a certificate whose time is over. Fails
 * with BAD_OPTION: a file that cannot be read, a key that everybody may read, something else than PEM, a key with a
 * password, one of another certificate; with NOT_SUPPORTED without the library. */
struct status http_tls_read(struct arena *a, const struct io_endpoint *e,
                            struct http_tls *out) MUST_CHECK;
void http_tls_wipe(struct http_tls *t);

#endif
