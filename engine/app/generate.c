/*
 * generate.c: records of a template into a sink: as fast as they can be made, at a rate, or at a rate of simulated
 * time.
 */

#include "app/generate.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>

#include "data/builder.h"
#include "io/output.h"
#include "io/pace.h"
#include "io/sink.h"
#include "io/template.h"
#include "time/clock.h"

enum {
    ROWS_AT_ONCE = 256,
    TICKS = 20 /* a second of a rate comes in so many parts */
};

static atomic_bool stopped;

void generate_stop(void)
{
    atomic_store(&stopped, true);
    output_stop();
}

/* One run. */
struct generating {
    struct arena    *arena;
    struct template *template;
    struct sink     *sink;
    struct builder  *rows;
    struct buf       record;
    struct clock     clock;
    struct pace      pace;
    bool             paced;
    int64_t          start_ms; /* the simulated clock's start, -1: the real one */
    uint64_t         count;    /* of records, UINT64_MAX: no end */
    uint64_t         made;
};

static struct status deliver(struct generating *g)
{
    struct batch *rows = builder_take(g->rows);
    if (!rows) return OK;
    struct status st = sink_deliver(g->sink, rows, NULL);
    batch_release(rows);
    return st;
}

static struct status make_record(struct generating *g, int64_t ms)
{
    g->record.len = 0;
    template_record(g->template, ms, ms, &g->record);
    g->made++;
    builder_row(g->rows, ms, ms, g->made, NULL, 0);
    struct value v = { .type = type_varchar(0), .str = str_view(g->record.data, g->record.len) };
    builder_value(g->rows, 0, &v);
    return builder_rows(g->rows) == ROWS_AT_ONCE ? deliver(g) : OK;
}

static bool goes_on(const struct generating *g)
{
    return !atomic_load(&stopped) && g->made < g->count;
}

/* Without a rate. */
static struct status make_all(struct generating *g)
{
    while (goes_on(g)) {
        int64_t now = clock_now(&g->clock);
        for (int i = 0; i < ROWS_AT_ONCE && goes_on(g); i++) TRY(make_record(g, now));
    }
    return OK;
}

/* One second's records, spread over it; in real time each part waits until it is due. */
static struct status make_second(struct generating *g, int64_t second_ms, int64_t begin)
{
    uint64_t n = pace_second(&g->pace, second_ms), done = 0;
    for (uint64_t tick = 0; tick < TICKS && goes_on(g); tick++) {
        if (g->start_ms < 0) clock_wait_until(begin + (int64_t)tick * (1000 / TICKS), &stopped);
        for (uint64_t until = n * (tick + 1) / TICKS; done < until && goes_on(g); done++)
            TRY(make_record(g, second_ms + (int64_t)(1000 * done / n)));
        if (g->start_ms >= 0) continue;
        TRY(deliver(g));
        TRY(sink_flush(g->sink));
    }
    return OK;
}

static struct status make_paced(struct generating *g)
{
    int64_t begin = clock_steady_ms();
    int64_t ms = g->start_ms >= 0 ? g->start_ms : clock_now(&g->clock);
    for (; goes_on(g); ms += 1000, begin += 1000) TRY(make_second(g, ms, begin));
    return OK;
}

static struct status generate_all(struct generating *g)
{
    TRY(g->paced ? make_paced(g) : make_all(g));
    TRY(deliver(g));
    return sink_flush(g->sink);
}

/* ---- the sink ---- */

static struct status open_sink(struct generating *g, const char *url)
{
    struct io_option   *format = ARENA_NEW(g->arena, struct io_option);
    struct io_endpoint *e = ARENA_NEW(g->arena, struct io_endpoint);
    struct column      *column = ARENA_NEW(g->arena, struct column);
    struct schema      *schema = ARENA_NEW(g->arena, struct schema);
    *format = (struct io_option){ str_c("format"), str_c("text"), -1, SPAN_NONE };
    *e = (struct io_endpoint){
        .url = str_c(url), .base_dir = ".", .options = format, .n_options = 1, .name = "generate"
    };
    column->name = str_c("record");
    column->type = type_varchar(0);
    schema->columns = column;
    schema->n_columns = 1;
    g->rows = builder_new(&column->type, 1);
    return sink_open(g->arena, e, schema, &g->sink);
}

struct status generate_run(struct arena *a, const struct generate_config *config, uint64_t seed)
{
    struct generating g = { .arena = a, .start_ms = config->start_ms, .count = config->count };
    TRY(template_compile(a, &config->template, seed, &g.template));
    if (config->week.data) TRY(pace_read_week(a, &config->week, config->smooth, seed + 1, &g.pace));
    else pace_constant(&g.pace, config->rate);
    g.paced = config->week.data || config->rate > 0;
    clock_init_wall(&g.clock);
    struct status st = open_sink(&g, config->to);
    if (st.err == ERR_NONE) st = generate_all(&g);
    if (g.sink) {
        const char *where;
        struct status end = sink_close(g.sink, a, &where);
        if (st.err == ERR_NONE) st = end;
    }
    builder_free(g.rows);
    buf_free(&g.record);
    return st;
}

const char *generate_helper(size_t i)
{
    return template_helper(i);
}

uint64_t generate_new_seed(void)
{
    uint32_t seed;
    if (getrandom(&seed, sizeof seed, 0) == sizeof seed) return seed;
    struct clock clock;
    clock_init_wall(&clock);
    return (uint64_t)clock_now(&clock);
}
