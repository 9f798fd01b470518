#ifndef APP_METRICS_H
#define APP_METRICS_H

/* metrics.h: a run's gauges as text in the exposition format of Prometheus, version 0.0.4. */

#include "app/gauges.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_write(struct buf *out, const struct gauges *g);

#endif
