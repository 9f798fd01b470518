/*
 * generate.c: records for the anomaly queries, with anomalies planted in known places.
 *
 *     generate KIND [RECORDS [SEED [EVERY]]]
 *
 * KIND is the name of a folder here. From record 300 on, each run of EVERY records has one planted anomaly at a random
 * place; the column "truth" tells it ("planted", else "plain"; "behind" for the records whose shingle still holds one).
 * Nobody is told: text columns take no part in a forest. One record a second. The same arguments give the same bytes.
 */

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    FIRST = 300 /* before it, all is plain */
};

static uint64_t state;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(void)
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Both ends included. */
static int between(int low, int high)
{
    return low + (int)((next_random() >> 33) % (uint64_t)(high - low + 1));
}

/* Near enough to normal: a sum of twelve. */
static double noise(double deviation)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += (double)(next_random() >> 11) * 0x1p-53;
    return sum * deviation;
}

static void put_low_pulse(bool planted)
{
    int pulse = planted ? between(0, 450) : between(600, 1200);
    printf("\"device_id\": \"device%04d\", \"pulse\": %.1f, ", between(0, 4500), pulse / 10.0);
    int systolic = between(800, 2000), diastolic = between(400, 1200);
    printf("\"systolic\": %.1f, \"diastolic\": %.1f", systolic / 10.0, diastolic / 10.0);
}

static void put_single_sensor(bool planted)
{
    int reading = between(-5, 5), spike = between(400, 500);
    if (planted) reading = between(0, 1) ? spike : -spike;
    printf("\"deviceId\": \"%c\", \"sensorReading\": %d", 'a' + between(0, 4), reading);
}

static void put_heart_rate(bool planted)
{
    printf("\"heartRate\": %d", planted ? between(150, 200) : between(60, 100));
}

static void put_blood_pressure(bool planted)
{
    bool high = between(0, 1);
    int systolic = !planted ? between(90, 120) : high ? between(140, 200) : between(40, 70);
    int diastolic = !planted ? between(60, 80) : high ? between(90, 150) : between(20, 45);
    printf("\"Systolic\": %d, \"Diastolic\": %d", systolic, diastolic);
}

/* A period of 50; planted is half a period too early, so that every value is an ordinary one. */
static void put_periodic(long at, bool planted)
{
    double phase = (double)at / 25 + (planted ? 1 : 0);
    printf("\"level\": %.2f", 100 * sin(3.141592653589793 * phase) + noise(2));
}

/* Up and down by 100 in 20000 records; a spike of 40 is mostly within what has been seen before. */
static void put_slow_drift(long at, bool planted)
{
    double drift = 100 * sin(3.141592653589793 * (double)at / 10000);
    double spike = between(0, 1) ? 40 : -40;
    printf("\"temperature\": %.2f", drift + noise(2) + (planted ? spike : 0));
}

static bool put_values(const char *kind, long at, bool planted)
{
    if (strcmp(kind, "low-pulse") == 0) put_low_pulse(planted);
    else if (strcmp(kind, "single-sensor") == 0) put_single_sensor(planted);
    else if (strcmp(kind, "heart-rate") == 0) put_heart_rate(planted);
    else if (strcmp(kind, "blood-pressure") == 0) put_blood_pressure(planted);
    else if (strcmp(kind, "periodic") == 0) put_periodic(at, planted);
    else if (strcmp(kind, "slow-drift") == 0) put_slow_drift(at, planted);
    else return false;
    return true;
}

static void put_time(long at)
{
    time_t t = 1769846400 + at; /* 2026-01-31 08:00:00 UTC */
    struct tm day;
    char text[32];
    gmtime_r(&t, &day);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &day);
    printf("{\"time\": \"%s\", ", text);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: generate KIND [RECORDS [SEED [EVERY]]]\n");
        return 2;
    }
    const char *kind = argv[1];
    long records = argc > 2 ? strtol(argv[2], NULL, 10) : 10000;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    long every = argc > 4 ? strtol(argv[4], NULL, 10) : 300;
    /* only what a shingle shows lasts */
    int lasts = strcmp(kind, "periodic") == 0 ? 20 : 1, behind = lasts > 1 ? 25 : 0;
    if (every < 2 * (lasts + behind)) every = 2 * (lasts + behind);
    long start = -1000000;
    for (long i = 0; i < records; i++) {
        if (i >= FIRST && (i - FIRST) % every == 0)
            start = i + between(0, (int)every - lasts - behind - 1);
        bool planted = i >= start && i < start + lasts;
        bool after = !planted && i >= start && i < start + lasts + behind;
        put_time(i);
        if (!put_values(kind, i, planted)) {
            fprintf(stderr, "generate: no kind \"%s\"\n", kind);
            return 2;
        }
        printf(", \"truth\": \"%s\"}\n", planted ? "planted" : after ? "behind" : "plain");
    }
    return 0;
}
