#ifndef IO_PACE_H
#define IO_PACE_H

/*
 * pace.h: how many test records are due, second by second: a constant rate, or one that follows the week.
 *
 * A week has a mean and a deviation for each hour; the count of a second is drawn from a normal distribution, none if
 * it is negative. With smoothing both move linearly to the next hour's values.
 */

#include "base/chance.h"
#include "base/status.h"

enum { WEEK_HOURS = 7 * 24 };

struct pace {
    double        rate; /* records a second; 0: the week decides */
    double        mean[WEEK_HOURS], deviation[WEEK_HOURS]; /* from Sunday, 0:00 */
    bool          smooth;
    struct chance chance;
    double        owed; /* a fraction of a record */
};

void pace_constant(struct pace *p, double rate);
/* A file of lines weekday,hour,mean,deviation (Mon or Monday, 0 to 23); hours that it leaves out have 100 and 10. */
struct status pace_read_week(struct arena *a, const struct text_file *file, bool smooth,
                             uint64_t seed, struct pace *out) MUST_CHECK;
/* Records of the second that begins at this time (ms since 1970, UTC). */
uint64_t pace_second(struct pace *p, int64_t ms);

#endif
