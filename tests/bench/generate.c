/*
 * generate.c: the workloads of the benchmarks, one record a line on standard output.
 *
 *     generate w1|w2|w3|w4|devices RECORDS
 *     generate table ROWS
 *     generate zipf ROWS RECORDS
 *
 *     w1       about 1 KB: ids, name, date of birth, five readings, filler text with some escapes
 *     w2       the same without name, date of birth and text
 *     w3       nested objects and arrays, escapes, members in varying order
 *     w4       three members; 500 records a second of event time over 500 devices
 *     devices  the table that device_id is looked up in: 5,000 rows of CSV
 *     table    as many rows of CSV: id, model, ward
 *     zipf     records with an id of that table, distributed by Zipf's law with exponent 1 over scattered rows
 *
 * But for w4, 5,000 records a second of event time over 5,000 devices. The same arguments always give the same
 * bytes.
 */

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEVICES = 5000,
    PATIENTS = 10000,
    TEXT_BYTES = 740
};

static const int64_t first_time = INT64_C(1508039751778);
static uint64_t state = 42;

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint32_t below(uint32_t n)
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((((z ^ (z >> 31)) >> 32) * n) >> 32);
}

static void put_tenths(const char *name, uint32_t low, uint32_t high)
{
    uint32_t v = low * 10 + below((high - low) * 10);
    printf("\"%s\":%u", name, v / 10);
    if (v % 10) printf(".%u", v % 10);
}

static void put_readings(void)
{
    putchar(',');
    put_tenths("temperature", 96, 104);
    putchar(',');
    put_tenths("pulse", 55, 125);
    putchar(',');
    put_tenths("oxygen_percent", 40, 100);
    putchar(',');
    put_tenths("systolic", 90, 150);
    putchar(',');
    put_tenths("diastolic", 50, 100);
}

static void put_ids(int64_t time)
{
    printf("{\"timestamp\":%" PRId64 ",\"device_id\":\"device%04u\",\"patient_id\":\"patient%04u\"",
           time, 5000 + below(DEVICES), below(PATIENTS));
}

/* Words up to a length; every twentieth text has escaped quotes, every tenth an escaped line
 * end. */
static void put_text(void)
{
    static const char *const words[] = { "ward", "round", "note", "stable", "since", "morning",
                                         "drip", "changed", "walks", "again", "eats", "well",
                                         "sleep", "quiet", "pain", "less" };
    uint32_t escape = below(20);
    size_t n = 0;
    fputs(",\"text\":\"", stdout);
    while (n < TEXT_BYTES) {
        const char *word = words[below(16)];
        n += (size_t)printf("%s ", word);
        if (n > TEXT_BYTES / 2 && escape < 3) {
            n += (size_t)printf("%s", escape == 0 ? "\\\"so he says\\\" " : "\\n");
            escape = 20;
        }
    }
    putchar('"');
}

static void put_w1(int64_t time)
{
    static const char *const first[] = { "Ada", "Bruno", "Chloe", "Dmitri",
                                         "Elena", "Farid", "Grace", "Hugo" };
    static const char *const last[] = { "Abbott", "Becker", "Castillo", "Dubois",
                                        "Eriksen", "Ferrari", "Gupta", "Hansen" };
    put_ids(time);
    printf(",\"name\":\"%s %s\",\"dob\":\"19%02u-%02u-%02u\"", first[below(8)], last[below(8)],
           20 + below(79), 1 + below(12), 1 + below(28));
    put_readings();
    put_text();
    puts("}");
}

static void put_w2(int64_t time)
{
    put_ids(time);
    put_readings();
    puts("}");
}

static void put_part(uint32_t part, int64_t time, int64_t number)
{
    static const char *const notes[] = { "caf\\u00e9 \\u2014 bed 4", "na\xc3\xafve \xe2\x82\xac 5",
                                         "slash \\/ end", "plain", "pair \\ud83d\\ude00" };
    switch (part) {
    case 0:
        printf(
            "\"device\":{\"id\":\"device%04u\",\"tags\":[\"icu\",\"ward-%u\",null],\"location\":{",
            5000 + below(DEVICES), below(9));
        put_tenths("lat", 40, 49);
        printf(",\"lon\":-%u.%u}}", 70 + below(9), 1 + below(9));
        return;
    case 1:
        printf("\"meta\":{\"schema\":\"v2\",\"timestamp\":%" PRId64 ",\"seq\":%" PRId64 "}", time,
               number);
        return;
    case 2:
        fputs("\"vitals\":{", stdout);
        if (below(2)) {
            put_tenths("pulse", 55, 125);
            putchar(',');
            put_tenths("temperature", 96, 104);
        } else {
            put_tenths("temperature", 96, 104);
            putchar(',');
            put_tenths("pulse", 55, 125);
        }
        printf(",\"bp\":[%u.%u,%u.%u]}", 90 + below(60), 1 + below(9), 50 + below(50),
               1 + below(9));
        return;
    case 3:
        printf("\"patient\":{\"id\":\"patient%04u\",\"active\":%s}", below(PATIENTS),
               below(2) ? "true" : "false");
        return;
    default:
        printf("\"note\":\"%s\",\"events\":[{\"code\":%u,\"level\":\"warn\",\"v\":1.25e%u}]",
               notes[below(5)], below(400), below(3));
    }
}

static void put_w3(int64_t time, int64_t number)
{
    static const uint8_t orders[4][5] = {
        { 0, 1, 2, 3, 4 }, { 1, 0, 3, 2, 4 }, { 2, 1, 0, 3, 4 }, { 3, 1, 2, 0, 4 }
    };
    const uint8_t *order = orders[below(10) < 7 ? 0 : 1 + below(3)];
    for (int i = 0; i < 5; i++) {
        putchar(i ? ',' : '{');
        put_part(order[i], time, number);
    }
    puts("}");
}

static void put_devices(void)
{
    puts("device_id,site,model");
    for (int i = 0; i < DEVICES; i++)
        printf("device%04d,site-%03u,LX-%02u\n", 5000 + i, below(200), below(8));
}

static void put_w4(int64_t time)
{
    printf("{\"timestamp\":%" PRId64 ",\"device_id\":\"dev-%03" PRIu32 "\",", time, below(500));
    put_tenths("temperature", 36, 104);
    puts("}");
}

static void put_table(long rows)
{
    puts("id,model,ward");
    for (long i = 0; i < rows; i++) printf("dev%07ld,model%ld,w%ld\n", i, i % 50, i % 100);
}

/* The k-th most frequent row is the k-th multiple of a prime: neighbours in frequency are none in the table. */
static int put_zipf(long rows, long n)
{
    double *up_to = malloc((size_t)rows * sizeof *up_to), sum = 0;
    if (!up_to) return 1;
    for (long k = 0; k < rows; k++) up_to[k] = sum += 1.0 / (double)(k + 1);
    for (long i = 0; i < n; i++) {
        double at = sum * ((double)below(UINT32_MAX) / UINT32_MAX);
        long low = 0, high = rows - 1;
        while (low < high) {
            long mid = (low + high) / 2;
            if (up_to[mid] < at) low = mid + 1;
            else high = mid;
        }
        printf("{\"id\":\"dev%07ld\",\"v\":%ld}\n", low * 48271 % rows, i % 100);
    }
    free(up_to);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    long n = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    if (strcmp(what, "devices") == 0) {
        put_devices();
        return 0;
    }
    if (strcmp(what, "table") == 0 && n > 0) {
        put_table(n);
        return 0;
    }
    if (strcmp(what, "zipf") == 0 && n > 0 && argc > 3)
        return put_zipf(n, strtol(argv[3], NULL, 10));
    if (strlen(what) != 2 || what[0] != 'w' || !strchr("1234", what[1])) {
        fputs("usage: generate w1|w2|w3|w4|devices|table N, generate zipf ROWS RECORDS\n", stderr);
        return 2;
    }
    for (long i = 0; i < n; i++) {
        int64_t time = first_time + i / 5;
        if (what[1] == '1') put_w1(time);
        else if (what[1] == '2') put_w2(time);
        else if (what[1] == '3') put_w3(time, i);
        else put_w4(first_time + i * 2);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
