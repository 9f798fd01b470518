#ifndef UDF_HOTSPOTS_HOTSPOTS_H
#define UDF_HOTSPOTS_HOTSPOTS_H

/* hotspots.h: the package with HOTSPOTS. */

#include "engine/sluice.h"

extern const struct sluice_package hotspots_package;

#endif
