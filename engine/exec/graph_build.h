#ifndef EXEC_GRAPH_BUILD_H
#define EXEC_GRAPH_BUILD_H

/* graph_build.h: from a graph that has its plan and configuration to one with all its operators, connected and open. */

#include "exec/graph_impl.h"

/* On failure what was made stands in g->ops, to be freed with the graph. */
struct status graph_build(struct graph *g) MUST_CHECK;

#endif
