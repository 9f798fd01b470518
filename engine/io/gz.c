/* gz.c: gzip by zlib (streams in) and libdeflate (whole members out). */

#include "io/gz.h"

#include <libdeflate.h>
#include <zlib.h>

struct gunzip {
    z_stream    z;
    bool        in_member;
    bool        holds; /* zlib may hold bytes that did not fit into the last output */
    const char *broken; /* how the data is damaged, or NULL */
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

static uInt at_once(size_t n)
{
    return n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)n;
}

/* One call of zlib, which moves on *in and *n_out. */
static void inflate_some(struct gunzip *g, const char **in, size_t *n_in, char *out, size_t cap,
                         size_t *n_out)
{
    uInt give = at_once(*n_in), room = at_once(cap - *n_out);
    g->z.next_in = (Bytef *)(uintptr_t)*in; /* zlib does not write to it */
    g->z.avail_in = give;
    g->z.next_out = (Bytef *)out + *n_out;
    g->z.avail_out = room;
    g->in_member = true;
    int result = inflate(&g->z, Z_NO_FLUSH);
    *in += give - g->z.avail_in;
    *n_in -= give - g->z.avail_in;
    *n_out += room - g->z.avail_out;
    g->holds = g->z.avail_out == 0 && result != Z_STREAM_END;
    if (result == Z_STREAM_END) {
        g->in_member = false;
        inflateReset(&g->z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        g->broken = g->z.msg ? g->z.msg : "damaged data";
    }
}

bool gunzip_run(struct gunzip *g, const char **in, size_t *n_in, char *out, size_t cap,
                size_t *n_out, const char **why)
{
    *n_out = 0;
    while (!g->broken && (*n_in || g->holds) && *n_out < cap) {
        inflate_some(g, in, n_in, out, cap, n_out);
    }
    if (!g->broken || *n_out) return true;
    *why = g->broken;
    return false;
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
