/*
 * arena.c: memory by regions, and the heap behind it.
 *
 * An arena is a chain of blocks and a pointer that moves up in the newest one. Blocks double in size up to
 * BLOCK_MAX, so that a large arena has few of them. A reset turns what the chain had into one block (up to
 * KEEP_MAX), so that an arena that is filled and reset over and over ends with a single block that fits and asks
 * the system for nothing more.
 *
 * Under the address sanitizer what is not handed out is poisoned: a pointer that outlived a reset is found.
 */

#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif

#ifdef POISONS
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGN = 16, BLOCK_MAX = 1 << 20, KEEP_MAX = 1 << 20 };

struct block {
    struct block *older;
    size_t        size; /* bytes at data */
    alignas(ALIGN) char data[];
};

struct cleanup {
    struct cleanup *older;
    void          (*fn)(void *arg);
    void           *arg;
};

struct arena {
    char           *at, *end; /* what is free in the newest block */
    struct block   *newest;
    struct cleanup *cleanups;
    size_t          size_bytes; /* of all blocks, their heads included */
};

/* --- the heap --- */

void mem_refused(size_t size)
{
    char text[80];
    snprintf(text, sizeof text, "the system refused %zu bytes of memory", size);
    log_last_words(text);
    _exit(5);
}

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p) mem_refused(size);
    return p;
}

void *mem_calloc(size_t count, size_t width)
{
    void *p = calloc(count ? count : 1, width ? width : 1);
    if (!p) mem_refused(width && count > SIZE_MAX / width ? SIZE_MAX : count * width);
    return p;
}

void *mem_realloc(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    if (!q) mem_refused(size);
    return q;
}

void mem_free(void *p)
{
    free(p);
}

/* --- arenas --- */

struct arena *arena_new(void)
{
    return mem_calloc(1, sizeof(struct arena));
}

static void add_block(struct arena *a, size_t size)
{
    size_t total;
    if (!size_add(&total, size, sizeof(struct block))) mem_refused(size);
    struct block *b = mem_alloc(total);
    b->older = a->newest;
    b->size = size;
    a->newest = b;
    a->at = b->data;
    a->end = b->data + size;
    a->size_bytes += total;
    POISON(b->data, size);
}

static void free_blocks(struct arena *a)
{
    for (struct block *b = a->newest; b;) {
        struct block *older = b->older;
        UNPOISON(b->data, b->size);
        mem_free(b);
        b = older;
    }
    a->newest = NULL;
    a->at = a->end = NULL;
    a->size_bytes = 0;
}

static void run_cleanups(struct arena *a)
{
    while (a->cleanups) {
        struct cleanup *c = a->cleanups;
        a->cleanups = c->older;
        c->fn(c->arg);
    }
}

void arena_free(struct arena *a)
{
    if (!a) return;
    run_cleanups(a);
    free_blocks(a);
    mem_free(a);
}

void arena_reset(struct arena *a)
{
    run_cleanups(a);
    struct block *b = a->newest;
    if (!b) return;
    if (b->older || b->size > KEEP_MAX) {
        size_t size = a->size_bytes < KEEP_MAX ? a->size_bytes : KEEP_MAX;
        free_blocks(a);
        add_block(a, size / ALIGN * ALIGN);
        return;
    }
    POISON(b->data, b->size);
    a->at = b->data;
}

/* A block for `size` bytes that the newest one has no room for. */
static void *alloc_slow(struct arena *a, size_t size)
{
    size_t block = a->newest ? a->newest->size : SIZE_ARENA_BLOCK / 2;
    block = block < BLOCK_MAX / 2 ? block * 2 : BLOCK_MAX;
    size_t rounded;
    if (!size_add(&rounded, size, ALIGN - 1)) mem_refused(size);
    rounded = rounded / ALIGN * ALIGN;
    add_block(a, rounded > block ? rounded : block);
    char *p = a->at;
    UNPOISON(p, size);
    a->at += rounded;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    assert(a);
    size_t room = (size_t)(a->end - a->at);
    size_t rounded = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->newest || rounded > room || rounded < size) return alloc_slow(a, size);
    char *p = a->at;
    UNPOISON(p, size);
    a->at += rounded;
    return p;
}

void *arena_calloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);
    if (size) memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t width)
{
    size_t size;
    if (!size_mul(&size, count, width)) mem_refused(SIZE_MAX);
    return arena_alloc(a, size);
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
    void *q = arena_alloc(a, size);
    if (size) memcpy(q, p, size);
    return q;
}

void arena_on_free(struct arena *a, void (*fn)(void *arg), void *arg)
{
    struct cleanup *c = arena_alloc(a, sizeof *c);
    *c = (struct cleanup){ .older = a->cleanups, .fn = fn, .arg = arg };
    a->cleanups = c;
}

size_t arena_size_bytes(const struct arena *a)
{
    return a->size_bytes;
}
