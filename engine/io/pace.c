/* pace.c: constant and weekly rates of test records. */

#include "io/pace.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "data/calendar.h"
#include "io/template_impl.h"

enum { MEAN = 100, DEVIATION = 10 }; /* of the generator's pages, where nothing is filled in */

void pace_constant(struct pace *p, double rate)
{
    *p = (struct pace){ .rate = rate };
}

static int weekday_of(const char *name)
{
    for (int day = 0; day < 7; day++) {
        const char *full = moment_weekday(day);
        if (strcasecmp(name, full) == 0 || (strlen(name) == 3 && strncasecmp(name, full, 3) == 0))
            return day;
    }
    return -1;
}

static bool read_number(const char *text, double max, double *out)
{
    char *end;
    *out = strtod(text, &end);
    while (*end == ' ' || *end == '\r') end++;
    return end != text && *end == 0 && *out >= 0 && *out <= max;
}

/* weekday,hour,mean,deviation; the line is taken apart. */
static bool read_hour(char *line, struct pace *p)
{
    char  *rest = line, *fields[4];
    double hour, mean, deviation;
    for (int i = 0; i < 4; i++) {
        fields[i] = strsep(&rest, ",");
        if (!fields[i]) return false;
        while (*fields[i] == ' ') fields[i]++;
    }
    int day = weekday_of(fields[0]);
    if (rest || day < 0 || !read_number(fields[1], 23, &hour) || hour != floor(hour)) return false;
    if (!read_number(fields[2], 1e9, &mean) || !read_number(fields[3], 1e9, &deviation))
        return false;
    p->mean[day * 24 + (int)hour] = mean;
    p->deviation[day * 24 + (int)hour] = deviation;
    return true;
}

struct status pace_read_week(struct arena *a, const struct text_file *file, bool smooth,
                             uint64_t seed, struct pace *out)
{
    *out = (struct pace){ .smooth = smooth };
    chance_seed(&out->chance, seed);
    for (int i = 0; i < WEEK_HOURS; i++) {
        out->mean[i] = MEAN;
        out->deviation[i] = DEVIATION;
    }
    char    *text = arena_alloc(a, file->size + 1), *rest = text, *line;
    uint32_t number = 0;
    memcpy(text, file->data, file->size);
    text[file->size] = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        uint32_t offset = (uint32_t)(line - text), length = (uint32_t)strcspn(line, "\r");
        number++;
        if (line[strspn(line, " \r")] == 0 || *line == '#') continue;
        if (read_hour(line, out)) continue;
        struct span at = { file, number, 1, offset, length };
        return status_with_hint(status_new(a, ERR_SYNTAX, at, "no hour of a week"),
                                "a line is weekday,hour,mean,deviation: Mon,13,120,10");
    }
    return OK;
}

uint64_t pace_second(struct pace *p, int64_t ms)
{
    double count = p->rate;
    if (count == 0) {
        int64_t week = ((ms / 1000 + 4 * 86400) % (7 * 86400) + 7 * 86400) %
                       (7 * 86400); /* 1970 began on a Thursday */
        int     hour = (int)(week / 3600), next = (hour + 1) % WEEK_HOURS;
        double  part = p->smooth ? (double)(week % 3600) / 3600 : 0;
        count =
            chance_normal(&p->chance, p->mean[hour] + part * (p->mean[next] - p->mean[hour]),
                          p->deviation[hour] + part * (p->deviation[next] - p->deviation[hour]));
        if (count < 0) count = 0;
        return (uint64_t)llround(count);
    }
    p->owed += count;
    uint64_t whole = (uint64_t)p->owed;
    p->owed -= (double)whole;
    return whole;
}
