/*
 * check.c: scores of labelled real series, held against those of AWS's open-source library.
 *
 *     check DIR TABLE      DIR: windows.json and the series of the Numenta Anomaly Benchmark
 *
 * TABLE has a line for each series and shingle: file, shingle, records, the library's ROC-AUC (the mean of five forests
 * with the defaults, records from 256 on) and its standard deviation. Ours, the mean of seeds 1 to 5, may be lower by
 * 0.03 or by two standard deviations. A record is anomalous when its time lies in a window of windows.json. The last
 * line is "N passed, N failed".
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/roc.h"
#include "udf/rcf/forest.h"

enum {
    RECORDS_MAX = 100000,
    WARM_UP = 256,
    SEEDS = 5,
    TIME = 19 /* characters of a time, to the second */
};

struct series {
    size_t n;
    double values[RECORDS_MAX];
    char times[RECORDS_MAX][TIME + 1];
    bool anomalous[RECORDS_MAX];
};

/* The whole file, terminated; NULL and a message when it cannot be read. */
static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return NULL;
    }
    size_t size = 0, capacity = 1 << 20;
    char *text = malloc(capacity + 1);
    for (size_t got; text && (got = fread(text + size, 1, capacity - size, f)) > 0;) {
        size += got;
        if (size == capacity) text = realloc(text, (capacity *= 2) + 1);
    }
    fclose(f);
    if (text) text[size] = 0;
    return text;
}

/* Lines "time,value" behind a header. */
static bool read_series(const char *path, struct series *s)
{
    char line[256];
    FILE *f = fopen(path, "r");
    s->n = 0;
    if (!f) perror(path);
    if (!f) return false;
    bool header = fgets(line, sizeof line, f) != NULL;
    while (header && s->n < RECORDS_MAX && fgets(line, sizeof line, f)) {
        char *value = strchr(line, ',');
        if (!value || value - line < TIME) continue;
        memcpy(s->times[s->n], line, TIME);
        s->times[s->n][TIME] = 0;
        s->anomalous[s->n] = false;
        s->values[s->n++] = strtod(value + 1, NULL);
    }
    fclose(f);
    return s->n > WARM_UP;
}

/* The next text in quotes, as far as it is a time; NULL: the list of windows ends before. */
static const char *next_time(const char **at)
{
    const char *p = *at;
    while (*p && *p != '"' && *p != '}') {
        const char *q = p + 1;
        while (*q == ' ' || *q == '\n' || *q == '\r') q++;
        if (*p == ']' && *q == ']') return NULL;
        p++;
    }
    if (*p != '"' || strlen(p) < TIME + 2) return NULL;
    const char *end = strchr(p + 1, '"');
    *at = end ? end + 1 : p + strlen(p);
    return p + 1;
}

/* Marks the records inside the file's windows. */
static bool label(const char *windows, const char *file, struct series *s)
{
    char key[160];
    snprintf(key, sizeof key, "\"%s.csv\"", file);
    const char *at = strstr(windows, key);
    if (!at) return false;
    at += strlen(key);
    for (const char *from, *to; (from = next_time(&at)) && (to = next_time(&at));) {
        for (size_t i = 0; i < s->n; i++) {
            s->anomalous[i] |= strncmp(s->times[i], from, TIME) >= 0 &&
                               strncmp(s->times[i], to, TIME) <= 0;
        }
    }
    return true;
}

/* The mean over the seeds. */
static double measure(const struct series *s, int shingle)
{
    static double scores[RECORDS_MAX];
    static struct roc_record records[RECORDS_MAX];
    double sum = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct forest_params params = { 100, 256, 100000, shingle, 1, seed };
        struct forest *f;
        if (!forest_new(&params, &f)) exit(5);
        forest_use_threads(f, 2);
        forest_update(f, s->values, s->n, scores);
        forest_free(f);
        for (size_t i = WARM_UP; i < s->n; i++)
            records[i - WARM_UP] = (struct roc_record){ scores[i], s->anomalous[i] };
        sum += roc_auc(records, s->n - WARM_UP);
    }
    return sum / SEEDS;
}

/* One line of the table; false: it did not hold. */
static bool check_line(const char *dir, const char *windows, const char *line, struct series *s)
{
    char file[128], path[512];
    int shingle;
    unsigned long records;
    double reference, sd;
    if (sscanf(line, "%127[^,],%d,%lu,%lf,%lf", file, &shingle, &records, &reference, &sd) != 5) {
        printf("not a line of the table: %s", line);
        return false;
    }
    snprintf(path, sizeof path, "%s/%s.csv", dir, file);
    if (!read_series(path, s) || s->n != records || !label(windows, file, s)) {
        printf("%-56s %2d   not there, or not of %lu records\n", file, shingle, records);
        return false;
    }
    double auc = measure(s, shingle), slack = 2 * sd > 0.03 ? 2 * sd : 0.03;
    bool good = auc >= reference - slack;
    printf("%-56s %2d   %.4f   %.4f   %+.4f%s\n", file, shingle, auc, reference, auc - reference,
           good ? "" : "   TOO LOW");
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: check DIR TABLE\n");
        return 2;
    }
    char path[512], line[256];
    snprintf(path, sizeof path, "%s/windows.json", argv[1]);
    char *windows = read_file(path);
    FILE *table = fopen(argv[2], "r");
    if (!table) perror(argv[2]);
    if (!windows || !table) return 2;

    static struct series s;
    int passed = 0, failed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%-56s  shingle  ours  reference\n", "ROC-AUC, mean of five forests");
    bool header = fgets(line, sizeof line, table) != NULL;
    while (header && fgets(line, sizeof line, table)) {
        bool good = check_line(argv[1], windows, line, &s);
        passed += good;
        failed += !good;
    }
    fclose(table);
    free(windows);
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
