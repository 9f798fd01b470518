/*
 * udf.c: the list of built-in packages. A new package is a folder here and a line below.
 */
#include "udf/udf.h"

#include "udf/deid/deid.h"
#include "udf/hotspots/hotspots.h"
#include "udf/items/items.h"
#include "udf/rank/group_rank.h"
#include "udf/rcf/random_cut_forest.h"

const struct sluice_package *const udf_packages[] = {
    &rcf_package, &hotspots_package, &count_distinct_package, &top_k_package, &rank_package,
    &deid_pseudonym_package, &deid_mask_package, &deid_seal_package, &deid_date_package,
    &deid_place_package, &deid_scrub_package,
    NULL,
};
