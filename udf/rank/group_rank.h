#ifndef UDF_RANK_GROUP_RANK_H
#define UDF_RANK_GROUP_RANK_H

/* group_rank.h: the package with GROUP_RANK. */

#include "engine/sluice.h"

extern const struct sluice_package rank_package;

#endif
