#ifndef FUNC_PLUGIN_H
#define FUNC_PLUGIN_H

/*
 * plugin.h: functions out of shared objects (dlopen(3)). An object stays loaded until the process ends: plans,
 * constants and states point into it.
 */

#include "base/status.h"
#include "sluice.h"

/*
 * Loads the object and takes the export of this name ('file.so:symbol') from it; a relative path stands in the folder
 * base_dir. Fails with BAD_PLUGIN when there is no such file or symbol, when the symbol is something
 * else, was made for another version of sluice.h, or lacks a part that the engine calls.
 */
struct status plugin_load(struct arena *a, const char *base_dir, struct str name, struct span at,
                          const struct sluice_export **out) MUST_CHECK;

#endif
