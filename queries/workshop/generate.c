/*
 * generate.c: life-support records as a hospital's devices would send them, with planted anomalies.
 *
 *     generate FOLDER [RECORDS [SEED]]
 *
 * writes records.ndjson, devices.csv and planted.csv (time, device and pulse of the planted
 * records). The same arguments always give the same bytes. Readings are uniform with one decimal:
 * temperature 96..104, pulse 60..120, oxygen 80..100, systolic 80..200, diastolic 40..120. Every
 * 1000th record carries a pulse of 0..60 instead. One close to 60 is hardly outside of the usual
 * range, so nobody can find them all: those from 50 on are marked as borderline. Times never go
 * back.
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DEVICES = 4500,
    PATIENTS = 5000,
    EVERY = 1000,
    BORDERLINE = 500,
    PATH_MAX_BYTES = 4096
};

/* 2026-01-31 08:00:00 UTC */
static const int64_t first_time = INT64_C(1769846400000);

static uint64_t state;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(void)
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(((next_random() >> 32) * n) >> 32);
}

/* Tenths, both ends included. */
static uint32_t tenths(uint32_t low, uint32_t high)
{
    return low * 10 + below((high - low) * 10 + 1);
}

static FILE *open_out(const char *folder, const char *name)
{
    char path[PATH_MAX_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) exit(2);
    FILE *f = fopen(path, "w");
    if (f) return f;
    perror(path);
    exit(1);
}

static void close_out(FILE *f)
{
    if (fclose(f) == 0) return;
    perror("generate");
    exit(1);
}

static void write_devices(const char *folder)
{
    static const char *const makers[] = { "Aster", "Borealis", "Cormed", "Duxa" };
    static const char *const wards[] = { "icu", "cardiology", "surgery", "neurology", "maternity" };
    FILE *f = open_out(folder, "devices.csv");
    fputs("device_id,manufacturer,model,ward\n", f);
    for (int i = 0; i < DEVICES; i++) {
        uint32_t maker = below(4);
        fprintf(f, "device%04d,%s,%c%u,%s\n", i, makers[maker], makers[maker][0],
                100 + 10 * below(5), wards[below(5)]);
    }
    close_out(f);
}

static void write_tenths(FILE *f, const char *name, uint32_t value)
{
    fprintf(f, ",\"%s\":%u", name, value / 10);
    if (value % 10) fprintf(f, ".%u", value % 10);
}

static void write_person(FILE *f)
{
    static const char *const first[] = { "Ada", "Bruno", "Chloe", "Dmitri",
                                         "Elena", "Farid", "Grace", "Hugo" };
    static const char *const last[] = { "Abbott", "Becker", "Castillo", "Dubois",
                                        "Eriksen", "Ferrari", "Gupta", "Hansen" };
    uint32_t patient = below(PATIENTS);
    fprintf(f, ",\"patient_id\":\"patient%04u\",\"name\":\"%s %s\",\"dob\":\"%u-%02u-%02u\"",
            patient, first[patient % 8], last[patient / 8 % 8], 1930 + patient % 80,
            1 + patient % 12, 1 + patient % 28);
}

static void write_record(FILE *records, FILE *planted, int64_t time, long index)
{
    int anomaly = index % EVERY == 0;
    uint32_t device = below(DEVICES);
    fprintf(records, "{\"timestamp\":%" PRId64 ",\"device_id\":\"device%04u\"", time, device);
    write_person(records);
    write_tenths(records, "temperature", tenths(96, 104));
    uint32_t pulse = anomaly ? tenths(0, 60) : tenths(60, 120);
    write_tenths(records, "pulse", pulse);
    write_tenths(records, "oxygen_percent", tenths(80, 100));
    write_tenths(records, "systolic", tenths(80, 200));
    write_tenths(records, "diastolic", tenths(40, 120));
    fputs("}\n", records);
    if (!anomaly) return;
    fprintf(planted, "%ld,%" PRId64 ",device%04u,%u.%u,%s\n", index, time, device, pulse / 10,
            pulse % 10, pulse >= BORDERLINE ? "borderline" : "clear");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: generate FOLDER [RECORDS [SEED]]\n", stderr);
        return 2;
    }
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 100000;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    write_devices(argv[1]);
    FILE *records = open_out(argv[1], "records.ndjson");
    FILE *planted = open_out(argv[1], "planted.csv");
    fputs("record,time,device_id,pulse,kind\n", planted);
    int64_t time = first_time;
    for (long i = 0; i < n; i++) {
        write_record(records, planted, time, i);
        time += 1 + below(80);
    }
    close_out(records);
    close_out(planted);
    return 0;
}
