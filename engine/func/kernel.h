#ifndef FUNC_KERNEL_H
#define FUNC_KERNEL_H

/*
 * kernel.h: loops of kernels.
 *
 * FOR_ROWS of fn.h is the form for everything that costs more than a few nanoseconds a row. For the
 * rest, a kernel has a leaf over plain arrays that the compiler turns into vector instructions when
 * rows are dense, and EACH_ROW for the other case.
 */

#include "func/fn.h"

/* A leaf in two versions, of which one is chosen when the program starts. Builds for tests and under
 * sanitizers have the plain one alone. */
#if defined(__x86_64__) && defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) && defined(__gnu_linux__)
#define KERNEL_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define KERNEL_WIDE
#endif

/* The body for each row of the call, with the numbers of the call held in registers. */
#define EACH_ROW(k, row, ...)                                       \
    do {                                                            \
        const uint32_t row##_n = (k)->n_rows;                       \
        const uint32_t *const row##_list = (k)->rows;               \
        const bool row##_dense = (k)->dense;                        \
        for (uint32_t row##_i = 0; row##_i < row##_n; row##_i++) {  \
            const uint32_t row = row##_dense ? row##_i : row##_list[row##_i]; \
            __VA_ARGS__                                             \
        }                                                           \
    } while (0)

/* In a leaf: x and y of rows 0..n-1, each from an array or from one value. */
#define EACH_PAIR(type, n, a, a_constant, b, b_constant, i, x, y, ...) \
    do {                                                               \
        if (a_constant) {                                              \
            const type x = (a)[0];                                     \
            for (uint32_t i = 0; i < (n); i++) {                       \
                const type y = (b)[i];                                 \
                __VA_ARGS__                                            \
            }                                                          \
        } else if (b_constant) {                                       \
            const type y = (b)[0];                                     \
            for (uint32_t i = 0; i < (n); i++) {                       \
                const type x = (a)[i];                                 \
                __VA_ARGS__                                            \
            }                                                          \
        } else {                                                       \
            for (uint32_t i = 0; i < (n); i++) {                       \
                const type x = (a)[i], y = (b)[i];                     \
                __VA_ARGS__                                            \
            }                                                          \
        }                                                              \
    } while (0)

/* Whether a leaf over rows 0..n-1 may be used: dense, and not both arguments one value. */
static inline bool kernel_is_dense(const struct kernel_call *k)
{
    return k->dense && !(k->args[0].constant && k->n_args > 1 && k->args[1].constant);
}

#endif
