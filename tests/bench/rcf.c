/*
 * rcf.c: records a second that a random cut forest scores and learns, after its warm-up.
 *
 *     rcf [PATTERN]        cases whose label contains PATTERN
 *
 * 100 trees, 256 samples. Columns of readings are independent and normal (the mean moves slowly, one record in 2,000 is
 * an outlier); the integer column is uniform on -5 to 5 with spikes of 400. Figures are of CPU time, those of two
 * threads of the clock on the wall, the best of three runs; beside each stands what a fixed loop of arithmetic took
 * right before, as the processor's speed drifts.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "udf/rcf/forest.h"

enum { RUNS = 3, BLOCK = 1024 };

struct bench_case {
    const char *label;
    int columns, shingle;
    int64_t time_decay;
    size_t records; /* measured, behind the warm-up */
    bool integer, explained;
    int threads; /* 0: the caller's alone */
};

static const struct bench_case cases[] = {
    { "3 columns, timeDecay 100000", 3, 1, 100000, 300000, false, false, 0 },
    { "5 columns, timeDecay 100000", 5, 1, 100000, 300000, false, false, 0 },
    { "1 integer column, timeDecay 100000", 1, 1, 100000, 600000, true, false, 0 },
    { "5 columns, shingle 8, timeDecay 100000", 5, 8, 100000, 150000, false, false, 0 },
    { "3 columns, timeDecay 120", 3, 1, 120, 60000, false, false, 0 },
    { "5 columns, timeDecay 120", 5, 1, 120, 60000, false, false, 0 },
    { "1 integer column, timeDecay 120", 1, 1, 120, 150000, true, false, 0 },
    { "two threads: 5 columns, timeDecay 100000", 5, 1, 100000, 300000, false, false, 2 },
    { "two threads: 5 columns, shingle 8", 5, 8, 100000, 150000, false, false, 2 },
    { "two threads: 5 columns, timeDecay 120", 5, 1, 120, 60000, false, false, 2 },
    { "explained: 5 columns, timeDecay 100000", 5, 1, 100000, 150000, false, true, 0 },
    { "explained: 1 integer column", 1, 1, 100000, 300000, true, true, 0 },
    { "explained: 5 columns, shingle 8", 5, 8, 100000, 60000, false, true, 0 },
};

static uint64_t draw(uint64_t *state)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double unit(uint64_t *state)
{
    return ((double)(draw(state) >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    return sqrt(-2 * log(unit(state))) * cos(6.283185307179586 * unit(state));
}

static double *make_records(const struct bench_case *c, size_t n)
{
    uint64_t state = 7;
    double *records = malloc(n * (size_t)c->columns * sizeof *records);
    for (size_t i = 0; records && i < n; i++) {
        bool outlier = draw(&state) % 2000 == 0;
        for (int k = 0; k < c->columns; k++) {
            double v = c->integer ? (double)(draw(&state) % 11) - 5
                                  : 70 + 10 * sin((double)i / 5000) + 5 * normal(&state);
            if (outlier) v = c->integer ? 400 : 200;
            records[i * (size_t)c->columns + (size_t)k] = v;
        }
    }
    return records;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Nanoseconds for a million dependent multiplications: the processor's speed of the minute. */
static double fixed_loop(void)
{
    double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    volatile uint64_t out;
    uint64_t x = 1;
    for (int i = 0; i < 10000000; i++) x = x * 6364136223846793005u + 1442695040888963407u;
    out = x;
    (void)out;
    return (seconds(CLOCK_THREAD_CPUTIME_ID) - start) * 100;
}

/* Records a second; 0: memory was refused. */
static double run(const struct bench_case *c, const double *records, size_t warm, double *scores)
{
    struct forest_params params = { .n_trees = 100,
                                    .sample_size = 256,
                                    .time_decay = c->time_decay,
                                    .shingle_size = c->shingle,
                                    .n_columns = c->columns,
                                    .seed = 1 };
    struct forest *f;
    if (!forest_new(&params, &f)) return 0;
    forest_use_threads(f, c->threads);
    forest_update(f, records, warm, scores);
    records += warm * (size_t)c->columns;
    static struct forest_part parts[BLOCK * FOREST_COLUMNS_MAX];
    double *work = malloc(forest_explain_numbers(&params) * sizeof *work);
    clockid_t clock = c->threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    double start = seconds(clock);
    for (size_t done = 0; done < c->records; done += BLOCK) {
        size_t count = c->records - done < BLOCK ? c->records - done : BLOCK;
        const double *block = records + done * (size_t)c->columns;
        if (c->explained) forest_explain(f, block, count, scores, parts, work);
        else forest_update(f, block, count, scores);
    }
    double took = seconds(clock) - start;
    free(work);
    forest_free(f);
    return (double)c->records / took;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-42s %10s %22s\n", "100 trees, 256 samples", "records/s", "fixed loop, ms of 1.00");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bench_case *c = &cases[i];
        size_t warm = 20000;
        if (argc > 1 && !strstr(c->label, argv[1])) continue;
        double *records = make_records(c, warm + c->records);
        double *scores = malloc((warm + BLOCK) * sizeof *scores);
        double best = 0, loop = 0;
        for (int k = 0; k < RUNS && records && scores; k++) {
            double l = fixed_loop(), rate = run(c, records, warm, scores);
            if (rate > best) best = rate;
            if (rate == best) loop = l;
        }
        printf("%-42s %10.0f %22.2f\n", c->label, best, loop);
        free(records);
        free(scores);
    }
}
