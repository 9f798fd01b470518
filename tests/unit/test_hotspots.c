/* test_hotspots.c: the moving window of points against DBSCAN from scratch, on points of a grid, where ties abound. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/chance.h"
#include "udf/hotspots/cluster.h"

enum { WINDOW = 100, D = 2 };

/* The plain way: clusters of all points, oldest first. Returns how many; cluster[i] of each point, -1: none. */
static int plain(double points[][D], int n, double radius, int minimum, int *cluster)
{
    static bool near[WINDOW][WINDOW], core[WINDOW];
    for (int i = 0; i < n; i++) {
        int degree = 0;
        for (int k = 0; k < n; k++) {
            double x = points[i][0] - points[k][0], y = points[i][1] - points[k][1];
            degree += near[i][k] = x * x + y * y <= radius * radius;
        }
        core[i] = degree >= minimum;
        cluster[i] = core[i] ? i : -1;
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                if (!core[i] || !core[k] || !near[i][k] || cluster[k] >= cluster[i]) continue;
                cluster[i] = cluster[k];
                moved = true;
            }
        }
    }
    int count = 0;
    for (int i = 0; i < n; i++) count += core[i] && cluster[i] == i;
    for (int i = 0; i < n; i++) {
        double least = 0;
        int best = -1;
        for (int k = 0; !core[i] && k < n; k++) {
            double x = points[i][0] - points[k][0], y = points[i][1] - points[k][1],
                   far = x * x + y * y;
            if (!core[k] || !near[i][k] || (best >= 0 && far >= least)) continue;
            best = k;
            least = far;
        }
        if (best >= 0) cluster[i] = cluster[best];
    }
    return count;
}

static void expect_clusters(struct cluster_window *w, double points[][D], int n, double radius,
                            int minimum)
{
    int cluster[WINDOW];
    const struct cluster *found;
    int count = plain(points, n, radius, minimum, cluster);
    assert_int_equal(cluster_window_find(w, &found), count);
    for (int c = 0; c < n; c++) {
        double min[D] = { 1e9, 1e9 }, max[D] = { -1e9, -1e9 };
        uint32_t members = 0;
        for (int i = 0; i < n; i++) {
            if (cluster[i] != c) continue;
            members++;
            for (int d = 0; d < D; d++) {
                if (points[i][d] < min[d]) min[d] = points[i][d];
                if (points[i][d] > max[d]) max[d] = points[i][d];
            }
        }
        bool there = members == 0;
        for (int k = 0; k < count && !there; k++)
            there = found[k].points == members && memcmp(found[k].min, min, sizeof min) == 0 &&
                    memcmp(found[k].max, max, sizeof max) == 0;
        assert_true(there);
    }
    for (int k = 1; k < count; k++) assert_true(found[k - 1].density >= found[k].density);
}

static void moving_window_is_dbscan(void **state)
{
    (void)state;
    static const double radii[] = { 1, 1.5, 2.3 };
    struct chance chance;
    chance_seed(&chance, 11);
    for (int round = 0; round < 6; round++) {
        struct cluster_params params = { WINDOW, D, radii[round % 3], (uint32_t)(2 + round) };
        struct cluster_window *w = cluster_window_new(&params);
        assert_non_null(w);
        double points[WINDOW][D];
        int n = 0;
        for (int i = 0; i < 400; i++) {
            double p[D] = { chance_below(&chance, 20), chance_below(&chance, 20) };
            if (n == WINDOW) memmove(points, points + 1, (size_t)--n * sizeof *points);
            memcpy(points[n++], p, sizeof p);
            cluster_window_add(w, p);
            expect_clusters(w, points, n, params.radius, (int)params.minimum);
            double newest[D];
            cluster_window_point(w, (uint32_t)n - 1, newest);
            assert_memory_equal(newest, p, sizeof p);
        }
        cluster_window_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(moving_window_is_dbscan) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
