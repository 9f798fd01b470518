/*
 * forest_data.c: the streams of forest_data.h.
 *
 * The order in which random numbers are drawn is part of each stream's definition, also of those
 * numbers that are thrown away: they stand for text columns (device, patient, model) that belong to
 * the records and that no forest sees.
 */
#include "forest_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t next(struct data_rng *r)
{
    r->state += 0x9E3779B97F4A7C15u;
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void data_rng_init(struct data_rng *r, uint64_t seed)
{
    *r = (struct data_rng){ .state = seed * 0x9E3779B97F4A7C15u + 0x1234567u };
    for (int i = 0; i < 8; i++) next(r);
}

double data_unit(struct data_rng *r)
{
    return (double)(next(r) >> 11) * 0x1p-53;
}

double data_uniform(struct data_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * data_unit(r);
}

int data_int(struct data_rng *r, int lo, int hi)
{
    return lo + (int)(data_unit(r) * (hi - lo + 1));
}

/* Polar method of Box and Muller; the numbers of a pair are used in order. */
double data_gauss(struct data_rng *r, double mean, double sd)
{
    if (r->has_spare) {
        r->has_spare = false;
        return mean + sd * r->spare;
    }
    double x, y, square;
    do {
        x = 2 * data_unit(r) - 1;
        y = 2 * data_unit(r) - 1;
        square = x * x + y * y;
    } while (square <= 0 || square >= 1);
    double factor = sqrt(-2 * log(square) / square);
    r->spare = y * factor;
    r->has_spare = true;
    return mean + sd * x * factor;
}

/* To the nearest number with that many decimals, as reading its text gives it. */
static double rounded(double x, int decimals)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, x);
    return strtod(text, NULL);
}

static void pass_over(struct data_rng *r, int count)
{
    while (count-- > 0) next(r);
}

static void make_lifesupport(uint64_t seed, size_t n, double *records, int *labels)
{
    static const int range[5][2] = {
        { 96, 104 }, { 60, 120 }, { 0, 100 }, { 40, 120 }, { 40, 120 }
    };
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < 5; c++) {
            records[5 * i + (size_t)c] = data_int(&r, range[c][0], range[c][1]);
        }
        labels[i] = 0;
        pass_over(&r, 4);
    }
}

/* One record in 200 has a column that leaves its range by one to two widths. */
static void make_planted(uint64_t seed, size_t n, double *records, int *labels)
{
    static const int range[5][2] = {
        { 96, 104 }, { 60, 120 }, { 0, 100 }, { 40, 120 }, { 40, 120 }
    };
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < 5; c++)
            records[5 * i + (size_t)c] = data_int(&r, range[c][0], range[c][1]);
        labels[i] = data_unit(&r) < 0.005;
        if (labels[i]) {
            int c = data_int(&r, 0, 4), width = range[c][1] - range[c][0];
            int off = data_int(&r, width, 2 * width);
            records[5 * i + (size_t)c] =
                data_unit(&r) < 0.5 ? range[c][1] + off : range[c][0] - off;
        }
        pass_over(&r, 4);
    }
}

static void make_publish3(uint64_t seed, size_t n, double *records, int *labels)
{
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        bool low = i % 1000 == 0;
        pass_over(&r, 1); /* temperature */
        double pulse = rounded(low ? data_uniform(&r, 0, 60) : data_uniform(&r, 60, 120), 1);
        pass_over(&r, 1); /* oxygen */
        records[3 * i] = pulse;
        records[3 * i + 1] = rounded(data_uniform(&r, 80, 200), 1);
        records[3 * i + 2] = rounded(data_uniform(&r, 40, 120), 1);
        labels[i] = !low ? 0 : pulse >= 50 ? 2
                                           : 1;
        pass_over(&r, 2);
    }
}

static void make_iot(uint64_t seed, size_t n, double *records, int *labels)
{
    enum {
        EVERY = 300
    };
    struct data_rng r;
    data_rng_init(&r, seed);
    size_t spike = n;
    for (size_t i = 0; i < n; i++) {
        if (i % EVERY == 0 && i >= 600) spike = i + (size_t)data_int(&r, 0, EVERY - 1);
        records[i] = data_int(&r, -5, 5);
        labels[i] = i == spike;
        if (i != spike) continue;
        records[i] = data_int(&r, 400, 500);
        if (data_unit(&r) < 0.5) records[i] = -records[i];
    }
}

static const double centres[3][3] = { { 10, 10, 3 }, { 50, 25, 4 }, { 25, 60, 5 } };

static bool far_from_centres(double x, double y)
{
    for (int c = 0; c < 3; c++) {
        double dx = x - centres[c][0], dy = y - centres[c][1];
        if (dx * dx + dy * dy <= 25 * centres[c][2] * centres[c][2]) return false;
    }
    return true;
}

static void make_clusters(uint64_t seed, size_t n, double *records, int *labels)
{
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        double x, y;
        labels[i] = data_unit(&r) < 0.01;
        if (labels[i]) {
            do {
                x = data_uniform(&r, -20, 90);
                y = data_uniform(&r, -20, 90);
            } while (!far_from_centres(x, y));
        } else {
            const double *centre = centres[data_int(&r, 0, 2)];
            x = data_gauss(&r, centre[0], centre[2]);
            y = data_gauss(&r, centre[1], centre[2]);
        }
        records[2 * i] = rounded(x, 4);
        records[2 * i + 1] = rounded(y, 4);
    }
}

static void make_heart(uint64_t seed, size_t n, double *records, int *labels)
{
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        labels[i] = data_unit(&r) < 0.01;
        records[i] = labels[i] ? data_int(&r, 150, 200) : data_int(&r, 60, 100);
    }
}

static void make_pressure(uint64_t seed, size_t n, double *records, int *labels)
{
    static const int range[3][4] = {
        { 90, 120, 60, 80 }, { 50, 80, 30, 50 }, { 130, 200, 90, 150 }
    };
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) {
        double u = data_unit(&r);
        const int *level = range[u < 0.005 ? 1 : u > 0.995 ? 2
                                                           : 0];
        labels[i] = level != range[0];
        records[2 * i] = data_int(&r, level[0], level[1]);
        records[2 * i + 1] = data_int(&r, level[2], level[3]);
    }
}

/* A sine with ten glitches of 20 records behind record 1000: its phase jumps by half a period, or it drops by `dip`. */
static void make_wave(uint64_t seed, size_t n, double dip, double *records, int *labels)
{
    const double pi = 3.141592653589793;
    struct data_rng r;
    data_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++) labels[i] = 0;
    size_t block = n > 1000 ? (n - 1000) / 10 : 0;
    for (size_t k = 0; k < 10 && block >= 60; k++) {
        size_t start = 1000 + k * block + (size_t)data_int(&r, 0, (int)block - 60);
        for (size_t i = 0; i < 50; i++) labels[start + i] = i < 20 ? 1 : 2;
    }
    for (size_t i = 0; i < n; i++) {
        bool jumps = labels[i] == 1 && !(dip > 0);
        double phase = 2 * pi * (double)i / 50 + (jumps ? pi : 0);
        double value = 100 * sin(phase) + data_gauss(&r, 0, 2);
        records[i] = rounded(labels[i] == 1 ? value - dip : value, 4);
    }
}

static void make_sine(uint64_t seed, size_t n, double *records, int *labels)
{
    make_wave(seed, n, 0, records, labels);
}

static void make_dip(uint64_t seed, size_t n, double *records, int *labels)
{
    make_wave(seed, n, 150, records, labels);
}

const struct data_stream data_lifesupport = { "lifesupport", 5, make_lifesupport };
const struct data_stream data_planted = { "planted", 5, make_planted };
const struct data_stream data_publish3 = { "publish3", 3, make_publish3 };
const struct data_stream data_iot = { "iot", 1, make_iot };
const struct data_stream data_clusters = { "clusters", 2, make_clusters };
const struct data_stream data_heart = { "heart", 1, make_heart };
const struct data_stream data_pressure = { "pressure", 2, make_pressure };
const struct data_stream data_sine = { "sine", 1, make_sine };
const struct data_stream data_dip = { "dip", 1, make_dip };

/* ---- reference figures ---- */

void data_read_table(const char *name, int n_columns, int n_rows, double *rows)
{
    char path[256], line[256];
    snprintf(path, sizeof path, "tests/data/rcf/%s.csv", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (int i = 0; i < n_rows; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        char *at = line;
        for (int c = 0; c < n_columns; c++) {
            char *end;
            rows[i * n_columns + c] = strtod(at, &end);
            assert_true(end > at);
            at = end + 1;
        }
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
}
