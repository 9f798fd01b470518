#ifndef IO_GZ_H
#define IO_GZ_H

/* gz.h: gzip (RFC 1952) both ways: input as a stream (zlib), output a whole member at a time (libdeflate,
 * twice as fast). */

#include "base/status.h"

/* Whether the first bytes of an input are those of a gzip member. */
static inline bool gz_magic(const unsigned char *p, size_t n)
{
    return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

struct gunzip;

struct gunzip *gunzip_new(void);
void           gunzip_free(struct gunzip *g);
/* Takes bytes from *in (moved on) and writes up to cap bytes; several members may follow each other.
 * *n_out: what was written; less than cap means that more input is wanted. False: the data is damaged, all
 * that came before the damage was written by earlier calls; *why says how. */
bool gunzip_run(struct gunzip *g, const char **in, size_t *n_in, char *out, size_t cap,
                size_t *n_out, const char **why);
/* Whether the input may end here: behind a member. */
bool gunzip_at_end(const struct gunzip *g);

/* Appends one member that holds the n bytes at p. Not shared by threads. */
struct gzip_maker;
struct gzip_maker *gzip_maker_new(int level);
void               gzip_maker_free(struct gzip_maker *m);
void               gzip_member(struct gzip_maker *m, const char *p, size_t n, struct buf *out);

#endif
