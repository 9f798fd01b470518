/* lines.c: bytes as they come, cut into blocks of whole records. */

#include "io/lines.h"

#include "base/limits.h"
#include "io/fmt_csv_read.h"

void lines_init(struct lines *l, const char *format, struct str row_delimiter)
{
    *l = (struct lines){ .file_start = true };
    l->csv = strcmp(format, "json") != 0;
    l->row_delimiter = l->csv && row_delimiter.len ? row_delimiter : str_c("\n");
}

void lines_fini(struct lines *l)
{
    if (l->block) block_release(l->block);
    l->block = NULL;
}

/* A block that begins with these bytes and has room for more. */
static struct block *begin_block(const char *p, size_t n, size_t room)
{
    struct block *b = block_new(n + room);
    if (n) memcpy(b->data, p, n);
    return b;
}

char *lines_room(struct lines *l, size_t want, size_t *room)
{
    l->want = want ? want : 1;
    if (!l->block) {
        l->block = begin_block(NULL, 0, l->want);
    } else if (l->filled == l->block->cap) {
        struct block *small = l->block;
        l->block = begin_block(small->data, l->filled, l->filled > l->want ? l->filled : l->want);
        block_release(small);
    }
    size_t left = l->block->cap - l->filled;
    *room = left < l->want ? left : l->want;
    return l->block->data + l->filled;
}

/* Leaves out the rest of a record beyond the limit; how many of n new bytes at p are left. */
static size_t skip(struct lines *l, char *p, size_t n)
{
    const char *end = memmem(p, n, str_data(&l->row_delimiter), l->row_delimiter.len);
    size_t      skipped = end ? (size_t)(end - p) + l->row_delimiter.len : n;
    l->skipping = !end;
    l->offset += skipped;
    memmove(p, p + skipped, n - skipped);
    return n - skipped;
}

void lines_add(struct lines *l, size_t n)
{
    l->filled += l->skipping ? skip(l, l->block->data + l->filled, n) : n;
}

void lines_forget(struct lines *l)
{
    l->filled = l->searched = 0;
}

/* Bytes of whole records in front. */
static size_t whole_records(struct lines *l)
{
    const char *p = l->block->data;
    if (l->csv) return csv_whole_records(p, l->filled, l->row_delimiter, false);
    const char *feed = memrchr(p + l->searched, '\n', l->filled - l->searched);
    l->searched = l->filled;
    return feed ? (size_t)(feed - p) + 1 : 0;
}

/* A byte order mark in front of a file is not of its first record. */
static void drop_mark(struct lines *l, struct block *b)
{
    if (b->size < 3 || memcmp(b->data, "\xEF\xBB\xBF", 3) != 0) return;
    b->size -= 3;
    memmove(b->data, b->data + 3, b->size);
    l->offset += 3;
}

/* The block's first `whole` bytes are handed out, the rest begins the next one. */
static struct block *hand_out(struct lines *l, size_t whole)
{
    struct block *b = l->block;
    size_t        rest = l->filled - whole;
    l->block = rest ? begin_block(b->data + whole, rest, l->want) : NULL;
    l->filled = l->searched = rest;
    b->size = whole;
    if (l->file_start) drop_mark(l, b);
    b->offset = l->offset;
    l->offset += b->size;
    memset(b->data + b->size, 0, BLOCK_PAD);
    return b;
}

struct block *lines_take(struct lines *l, bool file_end, bool *first)
{
    struct block *b = NULL;
    *first = l->file_start;
    if (l->block && l->filled) {
        size_t whole = file_end ? l->filled : whole_records(l);
        if (!whole && l->filled > LIMIT_RECORD_BYTES) {
            whole = l->filled;
            l->skipping = true;
        }
        if (whole) b = hand_out(l, whole);
        if (b) l->file_start = false;
    }
    if (file_end) {
        l->file_start = true;
        l->skipping = false;
    }
    if (!b || b->size) return b;
    block_release(b);
    return NULL;
}
