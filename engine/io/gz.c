/* gz.c: gzip by zlib (streams in) and libdeflate (whole members out). */

#include "io/gz.h"

#include <libdeflate.h>
#include <zlib.h>

struct gunzip {
    z_stream z;
    bool     in_member;
};

struct gunzip *gunzip_new(void)
{
    struct gunzip *g = mem_calloc(1, sizeof *g);
    if (inflateInit2(&g->z, 15 + 16) != Z_OK) mem_refused(sizeof *g);
    return g;
}

void gunzip_free(struct gunzip *g)
{
    if (!g) return;
    inflateEnd(&g->z);
    mem_free(g);
}

bool gunzip_at_end(const struct gunzip *g)
{
    return !g->in_member;
}

bool gunzip_run(struct gunzip *g, const char **in, size_t *n_in, char *out, size_t cap,
                size_t *n_out, const char **why)
{
    *n_out = 0;
    while (*n_in && *n_out < cap) {
        uInt give = *n_in > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)*n_in;
        uInt room = cap - *n_out > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)(cap - *n_out);
        g->z.next_in = (Bytef *)(uintptr_t)*in; /* zlib does not write to it */
        g->z.avail_in = give;
        g->z.next_out = (Bytef *)out + *n_out;
        g->z.avail_out = room;
        g->in_member = true;
        int result = inflate(&g->z, Z_NO_FLUSH);
        *in += give - g->z.avail_in;
        *n_in -= give - g->z.avail_in;
        *n_out += room - g->z.avail_out;
        if (result == Z_STREAM_END) {
            g->in_member = false;
            inflateReset(&g->z);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            *why = g->z.msg ? g->z.msg : "damaged data";
            return false;
        }
    }
    return true;
}

struct gzip_maker {
    struct libdeflate_compressor *c;
};

struct gzip_maker *gzip_maker_new(int level)
{
    struct gzip_maker *m = mem_calloc(1, sizeof *m);
    m->c = libdeflate_alloc_compressor(level);
    if (!m->c) mem_refused(sizeof *m);
    return m;
}

void gzip_maker_free(struct gzip_maker *m)
{
    if (!m) return;
    libdeflate_free_compressor(m->c);
    mem_free(m);
}

void gzip_member(struct gzip_maker *m, const char *p, size_t n, struct buf *out)
{
    size_t bound = libdeflate_gzip_compress_bound(m->c, n);
    char  *room = buf_reserve(out, bound);
    out->len += libdeflate_gzip_compress(m->c, p, n, room, bound);
}
