#ifndef UDF_HOTSPOTS_CLUSTER_H
#define UDF_HOTSPOTS_CLUSTER_H

/*
 * cluster.h: the dense regions among the newest points: DBSCAN over a window that moves by one point.
 *
 * DBSCAN is that of Ester, Kriegel, Sander and Xu, "A Density-Based Algorithm for Discovering Clusters in Large Spatial
 * Databases with Noise" (KDD 1996): a point with at least `minimum` points within the radius, itself included, is a
 * core point; core points within the radius of each other are of one cluster; another point within the radius of core
 * points belongs to the cluster of the nearest one, the oldest of several.
 *
 * Who is whose neighbour is kept as one bit set a point, so that a new point costs one pass over the window. The result
 * depends on the points in the window and their order only.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLUSTER_WINDOW_MAX = 1000, CLUSTER_WORDS = (CLUSTER_WINDOW_MAX + 63) / 64 };

struct cluster_params {
    uint32_t window;    /* points, up to CLUSTER_WINDOW_MAX */
    uint32_t dimensions;
    double   radius;
    uint32_t minimum; /* points of a cluster */
};

/* One cluster: `points` of them in a box. */
struct cluster {
    uint32_t      points;
    double density; /* points / size of the box, where an extent of 0 counts as the radius */
    const double *min, *max; /* dimensions */
};

struct cluster_window;

/* NULL: memory refused. */
struct cluster_window *cluster_window_new(const struct cluster_params *params);
void                   cluster_window_free(struct cluster_window *w);
/* The newest point; the oldest goes when the window is full. False: the clusters are the same as before. */
bool cluster_window_add(struct cluster_window *w, const double *point);
/* The clusters, the densest first, equal ones by min in order of the dimensions; they hold until the next call. */
uint32_t cluster_window_find(struct cluster_window *w, const struct cluster **out);
uint32_t cluster_window_points(const struct cluster_window *w);
/* Point i, 0 the oldest, as `dimensions` numbers. */
void   cluster_window_point(const struct cluster_window *w, uint32_t i, double *out);
size_t cluster_window_bytes(const struct cluster_window *w);

#endif
