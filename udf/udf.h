/*
 * udf.h: the packages of functions that are built in but are not the language itself. Whoever
 * starts the process adds them to the catalogue before it is sealed:
 *
 *     for (size_t i = 0; udf_packages[i]; i++)
 *         TRY(fn_catalog_add(catalog, arena, udf_packages[i]));
 */
#ifndef UDF_UDF_H
#define UDF_UDF_H

#include "sluice.h"

/* Ends with NULL. */
extern const struct sluice_package *const udf_packages[];

#endif
