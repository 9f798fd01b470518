/* lines.c: bytes as they come, cut into blocks of whole records. */

#include "io/lines.h"

#include "base/limits.h"

void lines_init(struct lines *l, const char *format, struct str column_delimiter,
                struct str row_delimiter)
{
    *l = (struct lines){ .file_start = true, .csv = strcmp(format, "json") != 0 };
    l->delimiters = csv_delimiters_of(format, column_delimiter, l->csv ? row_delimiter : STR_EMPTY);
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

/* Leaves out the rest of a record beyond the limit. What may be the beginning of its delimiter stays. */
static void skip(struct lines *l)
{
    const struct str *row = &l->delimiters.row;
    char             *p = l->block->data;
    const char       *end = memmem(p, l->filled, str_data(row), row->len);
    size_t            held_back = l->filled < row->len ? l->filled : row->len - 1;
    size_t            skipped = end ? (size_t)(end - p) + row->len : l->filled - held_back;
    l->skipping = !end;
    l->offset += skipped;
    l->filled -= skipped;
    memmove(p, p + skipped, l->filled);
}

void lines_add(struct lines *l, size_t n)
{
    l->filled += n;
    if (l->skipping) skip(l);
}

void lines_forget(struct lines *l)
{
    l->filled = l->searched = 0;
    l->scan = (struct csv_scan){ .at = 0 };
}

static size_t whole_lines(struct lines *l)
{
    const char *p = l->block->data;
    const char *feed = memrchr(p + l->searched, '\n', l->filled - l->searched);
    l->searched = l->filled;
    l->skipping = !feed && l->filled > LIMIT_RECORD_BYTES;
    return l->skipping ? l->filled : feed ? (size_t)(feed - p) + 1 : 0;
}

/* A record beyond the limit is cut at a place that does not depend on the pieces: what its quotes hold
 * together may be damage. */
static size_t whole_delimited(struct lines *l)
{
    size_t whole = 0, stop;
    for (;;) {
        size_t most = whole + LIMIT_RECORD_BYTES + 1, behind = most + l->delimiters.row.len;
        bool   beyond = l->filled >= behind;
        if (csv_scan_record(&l->scan, l->block->data, beyond ? behind : l->filled, false,
                            &l->delimiters, &stop)) {
            whole = l->scan.at;
        } else if (beyond) {
            l->skipping = true;
            return most;
        } else {
            return whole;
        }
    }
}

/* Bytes that stand in front of a file's first record: a byte order mark, and blank records, which could be
 * taken for a header. */
static size_t before_first(const struct lines *l, const struct block *b)
{
    const struct str *row = &l->delimiters.row;
    size_t            at = 0;
    if (!l->begun && b->size >= 3 && memcmp(b->data, "\xEF\xBB\xBF", 3) == 0) at = 3;
    while (l->csv) {
        size_t cr = l->delimiters.line_end && at < b->size && b->data[at] == '\r';
        if (b->size - at < cr + row->len || memcmp(b->data + at + cr, str_data(row), row->len) != 0)
            break;
        at += cr + row->len;
    }
    return at;
}

static void drop_front(struct lines *l, struct block *b, size_t n)
{
    b->size -= n;
    memmove(b->data, b->data + n, b->size);
    l->offset += n;
}

/* The first `whole` bytes; what is left begins the next block. */
static struct block *divide(struct lines *l, size_t whole)
{
    struct block *b = l->block;
    size_t        rest = l->filled - whole;
    bool          few = whole < b->cap / 4;
    if (few) {
        b = begin_block(b->data, whole, 0);
        memmove(l->block->data, l->block->data + whole, rest);
    } else {
        l->block = rest ? begin_block(b->data + whole, rest, l->want) : NULL;
    }
    l->filled = l->searched = rest;
    l->scan.at -= whole < l->scan.at ? whole : l->scan.at;
    b->size = whole;
    return b;
}

static struct block *hand_out(struct lines *l, size_t whole)
{
    struct block *b = divide(l, whole);
    if (l->file_start) drop_front(l, b, before_first(l, b));
    l->begun = true;
    b->offset = l->offset;
    l->offset += b->size;
    memset(b->data + b->size, 0, BLOCK_PAD);
    if (!l->skipping) return b;
    l->scan = (struct csv_scan){ .at = 0 };
    l->searched = 0;
    if (l->block) skip(l);
    return b;
}

struct block *lines_take(struct lines *l, bool file_end, bool *first)
{
    struct block *b = NULL;
    *first = l->file_start;
    if (l->filled && !l->skipping) {
        size_t whole = file_end ? l->filled : l->csv ? whole_delimited(l) : whole_lines(l);
        if (whole) b = hand_out(l, whole);
        if (b && b->size) l->file_start = false;
    }
    if (file_end) {
        l->file_start = true;
        l->begun = l->skipping = false;
        lines_forget(l);
    }
    if (!b || b->size) return b;
    block_release(b);
    return NULL;
}
