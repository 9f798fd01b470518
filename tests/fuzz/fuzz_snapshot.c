/*
 * Snapshots of a running graph, damaged: each three bytes of the input replace one byte of a good snapshot, a last
 * odd byte cuts it. Restoring gives a status or a graph, and that graph takes rows, checkpoints and the end of input.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "app/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char sql[] =
    "CREATE SOURCE S (K VARCHAR(20), V INTEGER, ET BIGINT)\n"
    "  WITH (rowtime = 'ET', lateness = INTERVAL '9' SECOND);\n"
    "CREATE SOURCE R (K VARCHAR(20), V INTEGER, ET BIGINT) WITH (rowtime = 'ET');\n"
    "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
    "CREATE STREAM W (K VARCHAR(20), N INTEGER);\n"
    "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S\n"
    "  UNION ALL SELECT STREAM K, V FROM R;\n"
    "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, 100 / V FROM R;\n"
    "CREATE PUMP P3 AS INSERT INTO W SELECT STREAM K, SUM(N) FROM T\n"
    "  GROUP BY K, FLOOR(T.ROWTIME TO MINUTE);\n"
    "CREATE PUMP P4 AS INSERT INTO W SELECT STREAM MIN(K), COUNT(*) FROM R GROUP BY MONOTONIC(V);\n"
    "CREATE PUMP P5 AS INSERT INTO W SELECT STREAM K, MAX(V) FROM R\n"
    "  WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '10' SECOND);\n"
    "CREATE PUMP P6 AS INSERT INTO W SELECT STREAM a.K, 100 / b.V FROM\n"
    "  S OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS a FULL JOIN\n"
    "  R OVER (ROWS 3 PRECEDING) AS b ON a.K = b.K AND a.V <= b.V;\n";

static const char rows[] = "{\"K\": \"a\", \"V\": 3, \"ET\": 1000}\n"
                           "{\"K\": \"a key of some length\", \"V\": 0, \"ET\": 3000}\n"
                           "{\"K\": null, \"V\": 5, \"ET\": 2500}\n"
                           "{\"K\": \"a \", \"V\": 5, \"ET\": 70000}\n";

static struct fn_catalog     *functions;
static struct app            *app;
static const struct app_plan *plan;
static struct feed            feeds[2];
static struct decoder        *decoders[2];
static struct snap_writer     good;

static void must(struct status st)
{
    if (st.err == ERR_NONE) return;
    fprintf(stderr, "%s\n", st.message);
    abort();
}

static struct graph *open_graph(struct arena *a)
{
    static const int64_t lateness[] = { 9000, 0 };
    static const int32_t column[] = { 2, 2 };
    const struct graph_config config = {
        .plan = plan, .lateness_ms = lateness, .rowtime_column = column
    };
    const struct graph_sink sink = { .arg = NULL };
    struct graph *g;
    must(graph_new(a, &config, &g));
    graph_add_sink(g, PLAN_ERROR_STREAM, 0, &sink);
    return g;
}

/* The rows into both sources; numbers go on from `seq`. What fails then is the damage's doing. */
static bool push_rows(struct graph *g, uint64_t seq)
{
    bool ok = true;
    for (uint32_t i = 0; i < 2 && ok; i++) {
        struct block *block = block_new(sizeof rows);
        memcpy(block->data, rows, sizeof rows - 1);
        block->size = sizeof rows - 1;
        struct decoded decoded;
        struct source_rows in;
        decoder_run(decoders[i], block, 0, 100, true, &decoded);
        feed_rows(&feeds[i], &decoded, 0, &seq, &in);
        ok = graph_push(g, plan->sources[i].streams[0], &in).err == ERR_NONE;
        batch_release(in.batch);
        block_release(block);
    }
    return ok;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    functions = fn_catalog_new();
    fn_catalog_seal(functions);
    app = app_new(functions);
    app_add_text(app, "fuzz", sql, sizeof sql - 1, ".");
    plan = app_compile(app);
    if (!plan) abort();
    for (uint32_t i = 0; i < 2; i++) {
        must(feed_init(app_arena(app), plan, i, plan->sources[i].streams[0], "json", &feeds[i]));
        must(decoder_new(app_arena(app), "json", &feeds[i].config, &decoders[i]));
    }
    struct arena *a = arena_new();
    struct graph *g = open_graph(a);
    must(graph_start(g));
    if (!push_rows(g, 1)) abort();
    must(graph_checkpoint(g, &good));
    graph_free(g);
    arena_free(a);
    return 0;
}

static size_t damage(char *bytes, const uint8_t *data, size_t size)
{
    for (; size >= 3; data += 3, size -= 3) {
        bytes[(data[0] | (size_t)data[1] << 8) % good.out.len] = (char)data[2];
    }
    return size == 1 ? good.out.len * data[0] / 256 : good.out.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(good.out.len);
    if (!bytes) return 0;
    memcpy(bytes, good.out.data, good.out.len);
    struct snap_reader r = { .p = bytes, .end = bytes + damage(bytes, data, size) };
    struct arena *a = arena_new();
    struct graph *g = open_graph(a);
    bool ok = graph_restore(g, &r).err == ERR_NONE && push_rows(g, 1000);
    if (ok) {
        struct snap_writer again = { 0 };
        must(graph_checkpoint(g, &again));
        buf_free(&again.out);
    }
    for (uint32_t i = 0; i < 2 && ok; i++) {
        ok = graph_advance(g, plan->sources[i].streams[0], BOUND_END).err == ERR_NONE;
    }
    graph_free(g);
    arena_free(a);
    free(bytes);
    return 0;
}
