#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * arena.h: memory by regions. What is allocated lives until the arena is reset or freed; nothing is
 * freed alone. An arena is passed by name, never implied. When the system refuses memory the process
 * says so and ends with exit code 5 (the last checkpoint stands), so no caller tests for NULL.
 */

#include <stddef.h>

#include "base/checked.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* Runs the clean-ups, forgets everything, keeps the first blocks for the next use. */
void arena_reset(struct arena *a);
/* size bytes, aligned to 16, not cleared. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t size);
/* count * width bytes, aligned to 16, not cleared; ends the process when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t width);
void *arena_dup(struct arena *a, const void *p, size_t size);
/* fn(arg) is called when the arena is reset or freed, the last one registered first. */
void arena_on_free(struct arena *a, void (*fn)(void *arg), void *arg);
/* Bytes taken from the system. */
size_t arena_size_bytes(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_calloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))

/* The heap, for what shrinks again. They end the process with exit code 5 when memory is refused. */
void *mem_alloc(size_t size);
void *mem_calloc(size_t count, size_t width);
void *mem_realloc(void *p, size_t size);
void mem_free(void *p);
/* Says that the system refused `size` bytes, and ends the process with exit code 5. */
_Noreturn void mem_refused(size_t size);

#endif
