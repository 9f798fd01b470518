/*
 * random_cut_forest.h: the package that adds RANDOM_CUT_FOREST to SQL.
 */
#ifndef RCF_RANDOM_CUT_FOREST_H
#define RCF_RANDOM_CUT_FOREST_H

#include "sluice.h"

extern const struct sluice_package rcf_package;

#endif
