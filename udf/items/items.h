#ifndef UDF_ITEMS_ITEMS_H
#define UDF_ITEMS_ITEMS_H

/* items.h: which values came in a window: how many different ones, and which most often. */

#include "engine/sluice.h"

extern const struct sluice_package count_distinct_package, top_k_package;

#endif
