/*
 * udf.c: the list of built-in packages. A new package is a folder here and a line below.
 */
#include "udf/udf.h"

#include "udf/rcf/random_cut_forest.h"

const struct sluice_package *const udf_packages[] = {
    &rcf_package,
    NULL,
};
