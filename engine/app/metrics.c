/*
 * metrics.c: families of metrics from tables, a row a family: what it is called, what it means, and where in a gauge
 * its number stands. Names follow those that the managed service gave (dialect, application, section 12) where it had
 * such a number; docs/guide/operating.md has both side by side.
 *
 * Labels are names that the application's author chose, and sizes of output are its size: no value of a row gets here.
 */

#include "app/metrics.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/utf8.h"

enum kind { COUNTER, GAUGE };
enum unit { ONE, MS, US }; /* seconds are printed for the latter two */

/* Of what a row of a table is. */
enum whose {
    ALL,
    WITH_PROCESSOR, /* sources and sinks with one */
    WITH_FUNCTION   /* sinks that are one */
};

struct family {
    const char *name, *help;
    enum kind   kind;
    enum unit   unit;
    size_t      offset; /* of a number of 64 bits */
    enum whose  whose;
};

/* Labelled gauges of one kind, and how one of them is named. */
struct subjects {
    const char *label;
    const void *items;
    size_t      n, width, name; /* offset of a struct str */
    bool (*has)(const void *item, enum whose whose);
};

/* ---- writing ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_label(struct buf *out, struct str s)
{
    const char *p = str_data(&s);
    for (size_t i = 0; i < s.len;) {
        size_t width = utf8_width((unsigned char)p[i]);
        bool   valid = width <= s.len - i && utf8_valid(p + i, width);
        if (p[i] == '\n') buf_append_c(out, "\\n");
        else if (p[i] == '\\' || p[i] == '"') buf_printf(out, "\\%c", p[i]);
        else if (valid) buf_append(out, p + i, width);
        else buf_append_c(out, "\xef\xbf\xbd");
        i += valid ? width : 1;
    }
}

static void put_number(struct buf *out, uint64_t n, enum unit unit)
{
    if (unit == ONE) buf_printf(out, " %llu\n", (unsigned long long)n);
    if (unit == MS)
        buf_printf(out, " %llu.%03u\n", (unsigned long long)(n / 1000), (unsigned)(n % 1000));
    if (unit == US)
        buf_printf(out, " %llu.%06u\n", (unsigned long long)(n / 1000000), (unsigned)(n % 1000000));
}

static const void *item_of(const struct subjects *s, size_t i)
{
    return (const char *)s->items + i * s->width;
}

static void put_sample(struct buf *out, const char *name, const char *suffix,
                       const struct subjects *s, size_t i)
{
    const struct str *subject = (const struct str *)((const char *)item_of(s, i) + s->name);
    buf_printf(out, "%s%s{%s=\"", name, suffix, s->label);
    put_label(out, *subject);
    buf_append_c(out, "\"}");
}

static uint64_t number_at(const void *item, size_t offset)
{
    return *(const uint64_t *)((const char *)item + offset);
}

/* A family without samples is left out. */
static bool has_any(const struct subjects *s, enum whose whose)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->has(item_of(s, i), whose)) return true;
    }
    return false;
}

static void put_family(struct buf *out, const struct family *f, const struct subjects *s)
{
    if (!has_any(s, f->whose)) return;
    head(out, f->name, f->kind == COUNTER ? "counter" : "gauge", f->help);
    for (size_t i = 0; i < s->n; i++) {
        if (!s->has(item_of(s, i), f->whose)) continue;
        put_sample(out, f->name, "", s, i);
        put_number(out, number_at(item_of(s, i), f->offset), f->unit);
    }
}

/* How long attempts took: their time and their number, as a summary without quantiles. */
static void put_durations(struct buf *out, const char *name, const char *help,
                          const struct subjects *s, size_t offset, enum whose whose)
{
    if (!has_any(s, whose)) return;
    head(out, name, "summary", help);
    for (size_t i = 0; i < s->n; i++) {
        const char *item = item_of(s, i);
        if (!s->has(item, whose)) continue;
        const struct attempts_seen *a = (const struct attempts_seen *)(item + offset);
        put_sample(out, name, "_sum", s, i);
        put_number(out, a->us, US);
        put_sample(out, name, "_count", s, i);
        put_number(out, a->good + a->failed, ONE);
    }
}

static void put_one(struct buf *out, const char *name, enum kind kind, const char *help, uint64_t n,
                    enum unit unit)
{
    head(out, name, kind == COUNTER ? "counter" : "gauge", help);
    buf_append_c(out, name);
    put_number(out, n, unit);
}

/* ---- sources and sinks ---- */

#define OF_SOURCE(field) offsetof(struct gauge_source, field)
#define OF_SINK(field)   offsetof(struct gauge_sink, field)

static const struct family source_families[] = {
    { "sluice_millis_behind_latest",
      "Milliseconds since all that the source had was read: nothing that waits is older.", GAUGE,
      ONE, OF_SOURCE(look.behind_ms), ALL },
    { "sluice_input_bytes_total", "Bytes read, as they come (packed, if they are).", COUNTER, ONE,
      OF_SOURCE(look.bytes), ALL },
    { "sluice_input_records_total", "Records read, also those that were refused.", COUNTER, ONE,
      OF_SOURCE(records), ALL },
    { "sluice_input_processing_ok_records_total", "Records that the processor gave back as Ok.",
      COUNTER, ONE, OF_SOURCE(look.function.ok), WITH_PROCESSOR },
    { "sluice_input_processing_ok_bytes_total", "Bytes that the processor gave back as Ok.",
      COUNTER, ONE, OF_SOURCE(look.function.ok_bytes), WITH_PROCESSOR },
    { "sluice_input_processing_dropped_records_total", "Records that the processor dropped.",
      COUNTER, ONE, OF_SOURCE(look.function.dropped), WITH_PROCESSOR },
    { "sluice_input_processing_failed_records_total",
      "Records that the processor gave back as ProcessingFailed.", COUNTER, ONE,
      OF_SOURCE(look.function.refused), WITH_PROCESSOR },
    { "sluice_input_processing_success_total", "Calls of the processor that succeeded.", COUNTER,
      ONE, OF_SOURCE(look.function.good), WITH_PROCESSOR },
    { "sluice_input_processing_failures_total", "Calls of the processor that failed.", COUNTER, ONE,
      OF_SOURCE(look.function.failed), WITH_PROCESSOR },
};

static const struct family sink_families[] = {
    { "sluice_output_bytes_total", "Bytes written, before packing; 0 of tables.", COUNTER, ONE,
      OF_SINK(look.bytes), ALL },
    { "sluice_output_records_total", "Rows written.", COUNTER, ONE, OF_SINK(look.rows), ALL },
    { "sluice_delivery_success_total", "Attempts to deliver that succeeded.", COUNTER, ONE,
      OF_SINK(look.deliveries.good), ALL },
    { "sluice_delivery_failures_total", "Attempts to deliver that failed; most are repeated.",
      COUNTER, ONE, OF_SINK(look.deliveries.failed), ALL },
    { "sluice_delivery_failing_seconds", "For how long no delivery has succeeded; 0: they do.",
      GAUGE, MS, OF_SINK(look.deliveries.failing_ms), ALL },
    { "sluice_delivery_busy_seconds", "For how long the delivery under way has lasted.", GAUGE, MS,
      OF_SINK(look.deliveries.busy_ms), ALL },
    { "sluice_output_processing_ok_records_total", "Rows that the processor gave back as Ok.",
      COUNTER, ONE, OF_SINK(look.function.ok), WITH_PROCESSOR },
    { "sluice_output_processing_dropped_records_total", "Rows that the processor dropped.", COUNTER,
      ONE, OF_SINK(look.function.dropped), WITH_PROCESSOR },
    { "sluice_output_processing_failed_records_total",
      "Rows that the processor failed or was not reached for.", COUNTER, ONE,
      OF_SINK(look.function.refused), WITH_PROCESSOR },
    { "sluice_lambda_delivery_ok_records_total", "Rows that the function took.", COUNTER, ONE,
      OF_SINK(look.function.ok), WITH_FUNCTION },
    { "sluice_lambda_delivery_failed_records_total",
      "Rows that the function answered with DeliveryFailed; they are sent again.", COUNTER, ONE,
      OF_SINK(look.function.refused), WITH_FUNCTION },
};

static bool source_has(const void *item, enum whose whose)
{
    const struct gauge_source *s = item;
    return whose == ALL || (whose == WITH_PROCESSOR && s->look.has_function);
}

static bool sink_has(const void *item, enum whose whose)
{
    const struct sink_look *s = &((const struct gauge_sink *)item)->look;
    if (whose == WITH_FUNCTION) return s->is_function;
    return whose == ALL || (s->has_function && !s->is_function);
}

static void put_sources(struct buf *out, const struct gauges *g)
{
    struct subjects s = { "source",
                          g->sources,
                          g->n_sources,
                          sizeof *g->sources,
                          OF_SOURCE(name),
                          source_has };
    for (size_t i = 0; i < sizeof source_families / sizeof source_families[0]; i++)
        put_family(out, &source_families[i], &s);
    put_durations(out, "sluice_input_processing_duration_seconds",
                  "Time of calls of the processor.", &s, OF_SOURCE(look.function), WITH_PROCESSOR);
}

static void put_sinks(struct buf *out, const struct gauges *g)
{
    struct subjects s = { "sink", g->sinks, g->n_sinks, sizeof *g->sinks, OF_SINK(name), sink_has };
    for (size_t i = 0; i < sizeof sink_families / sizeof sink_families[0]; i++)
        put_family(out, &sink_families[i], &s);
    put_durations(out, "sluice_lambda_delivery_duration_seconds", "Time of calls of the function.",
                  &s, OF_SINK(look.function), WITH_FUNCTION);
    put_durations(out, "sluice_output_processing_duration_seconds",
                  "Time of calls of the processor.", &s, OF_SINK(look.function), WITH_PROCESSOR);
}

/* ---- streams, pumps, operators ---- */

#define OF_STREAM(field) offsetof(struct gauge_stream, field)
#define OF_PUMP(field)   offsetof(struct gauge_pump, field)

static const struct family stream_families[] = {
    { "sluice_stream_rows_total", "Rows that have passed the stream.", COUNTER, ONE,
      OF_STREAM(rows), ALL },
};

static const struct family pump_families[] = {
    { "sluice_pump_rows_in_total", "Rows that the pump has read.", COUNTER, ONE, OF_PUMP(rows_in),
      ALL },
    { "sluice_pump_rows_out_total", "Rows that the pump has made.", COUNTER, ONE, OF_PUMP(rows_out),
      ALL },
    { "sluice_pump_errors_total", "Rows that failed in the pump.", COUNTER, ONE, OF_PUMP(faults),
      ALL },
    { "sluice_pump_state_bytes", "Bytes that its windows, joins and functions keep.", GAUGE, ONE,
      OF_PUMP(bytes), ALL },
    { "sluice_pump_open_windows", "Windows that are open.", GAUGE, ONE, OF_PUMP(windows), ALL },
};

static bool always(const void *item, enum whose whose)
{
    (void)item;
    return whose == ALL;
}

static bool is_time(rowtime t)
{
    return t != ROWTIME_MIN && t != ROWTIME_END;
}

/* Milliseconds since 1970 as seconds, also before it. */
static void put_time(struct buf *out, rowtime t)
{
    uint64_t size = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
    buf_printf(out, " %s%llu.%03u\n", t < 0 ? "-" : "", (unsigned long long)(size / 1000),
               (unsigned)(size % 1000));
}

static void put_stream_times(struct buf *out, const struct gauges *g, const struct subjects *s)
{
    static const char name[] = "sluice_stream_rowtime_seconds";
    bool any = false;
    for (uint32_t i = 0; i < g->n_streams; i++) {
        if (!is_time(g->streams[i].bound.time)) continue;
        if (!any)
            head(out, name, "gauge", "The stream's time: no row before it will come (since 1970).");
        any = true;
        put_sample(out, name, "", s, i);
        put_time(out, g->streams[i].bound.time);
    }
}

static void put_operators(struct buf *out, const struct gauges *g, const char *name,
                          const char *help, size_t offset)
{
    bool any = false;
    for (uint32_t i = 0; i < g->n_pumps; i++) {
        for (size_t k = 0; k < g->pumps[i].n_ops; k++) {
            const struct graph_op_state *o = &g->pumps[i].ops[k];
            if (!any) head(out, name, "counter", help);
            any = true;
            buf_printf(out, "%s{pump=\"", name);
            put_label(out, g->pumps[i].name);
            buf_printf(out, "\",operator=\"%zu ", k + 1);
            put_label(out, o->name);
            buf_append_c(out, "\"}");
            put_number(out, number_at(o, offset), ONE);
        }
    }
}

static void put_graph(struct buf *out, const struct gauges *g)
{
    struct subjects streams = { "stream",
                                g->streams,
                                g->n_streams,
                                sizeof *g->streams,
                                OF_STREAM(name),
                                always };
    struct subjects pumps = {
        "pump", g->pumps, g->n_pumps, sizeof *g->pumps, OF_PUMP(name), always
    };
    for (size_t i = 0; i < sizeof stream_families / sizeof stream_families[0]; i++)
        put_family(out, &stream_families[i], &streams);
    put_stream_times(out, g, &streams);
    for (size_t i = 0; i < sizeof pump_families / sizeof pump_families[0]; i++)
        put_family(out, &pump_families[i], &pumps);
    put_operators(out, g, "sluice_operator_rows_in_total", "Rows that the operator has got.",
                  offsetof(struct graph_op_state, rows_in));
    put_operators(out, g, "sluice_operator_rows_out_total", "Rows that the operator has given on.",
                  offsetof(struct graph_op_state, rows_out));
}

/* ---- reference tables ---- */

#define OF_TABLE(field) offsetof(struct gauge_table, field)

static const struct family table_families[] = {
    { "sluice_table_rows", "Rows of the reference table.", GAUGE, ONE, OF_TABLE(rows), ALL },
    { "sluice_table_age_seconds", "Since its rows were read, or found to be the newest.", GAUGE, MS,
      OF_TABLE(age_ms), ALL },
    { "sluice_table_failures_total", "Times that it could not be read, or looked up in.", COUNTER,
      ONE, OF_TABLE(readings.failed), ALL },
    { "sluice_table_failing_seconds", "For how long that has not succeeded; 0: it does.", GAUGE, MS,
      OF_TABLE(readings.failing_ms), ALL },
    { "sluice_table_busy_seconds", "For how long the one under way has lasted.", GAUGE, MS,
      OF_TABLE(readings.busy_ms), ALL },
};

static void put_tables(struct buf *out, const struct gauges *g)
{
    struct subjects s = {
        "table", g->tables, g->n_tables, sizeof *g->tables, OF_TABLE(name), always
    };
    for (size_t i = 0; i < sizeof table_families / sizeof table_families[0]; i++)
        put_family(out, &table_families[i], &s);
}

/* ---- the whole ---- */

static void put_run(struct buf *out, const struct gauges *g)
{
    put_one(out, "sluice_error_rows_total", COUNTER, "Rows of error_stream.", g->faults, ONE);
    put_one(out, "sluice_rejected_records_total", COUNTER,
            "Records with PERSONAL columns that did not fit.", g->rejects, ONE);
    put_one(out, "sluice_state_bytes", GAUGE, "Bytes that windows, joins and functions keep.",
            (uint64_t)g->state_bytes, ONE);
    put_one(out, "sluice_open_windows", GAUGE, "Windows that are open.", g->windows, ONE);
    put_one(out, "sluice_figures_age_seconds", GAUGE,
            "Age of the figures of streams and pumps: it grows while a piece of input takes long.",
            (uint64_t)g->age_ms, MS);
    if (!g->has_state) return;
    put_one(out, "sluice_checkpoints_total", COUNTER, "Checkpoints written.", g->checkpoints, ONE);
    put_one(out, "sluice_checkpoint_failures_total", COUNTER, "Checkpoints that failed.",
            g->checkpoint.failed, ONE);
    put_one(out, "sluice_checkpoint_duration_seconds", GAUGE, "Time that the last one took.",
            (uint64_t)g->checkpoint_us, US);
    if (!is_time(g->checkpoint_at)) return;
    head(out, "sluice_checkpoint_timestamp_seconds", "gauge", "When the last one was written.");
    buf_append_c(out, "sluice_checkpoint_timestamp_seconds");
    put_time(out, g->checkpoint_at);
}

static uint64_t cpu_us(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0) return 0;
    int64_t s = (int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec;
    return (uint64_t)(s * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* The second number of Linux' statm, in pages; 0: there is no such file. */
static uint64_t resident_bytes(void)
{
    unsigned long long all = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f) return 0;
    int n = fscanf(f, "%llu %llu", &all, &resident);
    fclose(f);
    return n == 2 ? resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void put_process(struct buf *out, const struct gauges *g)
{
    uint64_t resident = resident_bytes();
    put_one(out, "process_cpu_seconds_total", COUNTER, "CPU time of the process.", cpu_us(), US);
    if (resident)
        put_one(out, "process_resident_memory_bytes", GAUGE, "Memory that the process occupies.",
                resident, ONE);
    put_one(out, "sluice_run_seconds", GAUGE, "Since the run began.",
            (uint64_t)(g->seconds * 1000), MS);
}

void metrics_write(struct buf *out, const struct gauges *g)
{
    put_sources(out, g);
    put_sinks(out, g);
    put_graph(out, g);
    put_tables(out, g);
    put_run(out, g);
    put_process(out, g);
}
