/*
 * cmd_test.c: `sluice test`: finds .test files, runs their cases on all processors, and prints what failed in
 * the order of the files. `--update` writes what came out into the files.
 *
 * Workers take cases in turn and hand their reports over in the same order (base/thread.h), so that the output
 * is always the same.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/secret.h"
#include "base/thread.h"
#include "cli/cli.h"
#include "cli/pending.h"
#include "cli/testcase.h"

enum { BATCH_ROWS_MAX = 1 << 20, FOLDER_DEPTH_MAX = 64 };

struct path_list {
    const char **items;
    size_t       count, cap;
};

/* A case, and what became of it. */
struct job {
    struct test_file          *file;
    const struct test_case    *test;
    struct pending_line       *pending; /* the line of the list that names it, or NULL */
    struct arena              *arena;   /* of the edits */
    struct test_result         result;
};

struct tester {
    struct arena      *arena;
    struct test_config config;
    const char        *filter;
    bool               update;
    struct path_list   paths;
    struct pending     pending;
    ARRAY(struct test_file *) files;
    ARRAY(struct job) jobs;
    struct turnstile   taking, handing;
    size_t             passed, failed, still_pending;
    bool               broken;
};

/* ---- finding files ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool unreadable(struct tester *t, const char *path)
{
    cli_say("cannot read %s: %s", path, strerror(errno));
    t->broken = true;
    return false;
}

/* All .test files below a folder, in order of their names. */
static bool add_folder(struct tester *t, const char *path, int depth)
{
    DIR *dir = depth < FOLDER_DEPTH_MAX ? opendir(path) : NULL;
    if (!dir) return unreadable(t, path);
    struct path_list entries = { 0 };
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        const char *slash = ends_with(path, "/") ? "" : "/";
        *array_push(t->arena, &entries) = str_format_c(t->arena, "%s%s%s", path, slash, e->d_name);
    }
    closedir(dir);
    if (entries.count > 1)
        qsort(entries.items, entries.count, sizeof *entries.items, compare_paths);
    for (size_t i = 0; i < entries.count; i++) {
        struct stat st;
        if (stat(entries.items[i], &st) != 0) continue;
        if (S_ISDIR(st.st_mode)) add_folder(t, entries.items[i], depth + 1);
        else if (ends_with(entries.items[i], ".test"))
            *array_push(t->arena, &t->paths) = entries.items[i];
    }
    return true;
}

static bool add_path(struct tester *t, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) return unreadable(t, path);
    if (S_ISDIR(st.st_mode)) return add_folder(t, path, 0);
    *array_push(t->arena, &t->paths) = path;
    return true;
}

/* ---- reading ---- */

static bool is_wanted(const struct tester *t, const struct test_file *f, const struct test_case *c)
{
    return !t->filter || strcasestr(c->title, t->filter) || strcasestr(f->text.name, t->filter);
}

static void print_broken(struct tester *t, const struct status *st)
{
    struct buf text = { 0 };
    status_print(&text, st);
    cli_write(stderr, &text);
    buf_free(&text);
    t->broken = true;
}

static void read_files(struct tester *t)
{
    for (size_t i = 0; i < t->paths.count; i++) {
        struct test_file *f;
        struct status     st = test_file_read(t->arena, t->paths.items[i], &f);
        if (st.err != ERR_NONE) {
            print_broken(t, &st);
            t->failed++;
            continue;
        }
        *array_push(t->arena, &t->files) = f;
        for (size_t k = 0; k < f->cases.count; k++) {
            const struct test_case *c = &f->cases.items[k];
            if (!is_wanted(t, f, c)) continue;
            struct job *job = array_push(t->arena, &t->jobs);
            *job = (struct job){ .file = f, .test = c };
            job->pending = pending_find(&t->pending, f->text.name, c->title);
        }
    }
}

/* ---- running ---- */

static void print_heading(const struct job *job, const char *word)
{
    printf("%s:%u: %s%s%s\n", job->file->text.name, job->test->at.line, word,
           *job->test->title ? ": " : "", job->test->title);
}

/* --update will mend it. */
static bool is_mended(const struct tester *t, const struct job *job)
{
    return t->update && !job->pending && job->result.edits.count > 0 && !job->result.stays_failed;
}

static void report(struct tester *t, struct job *job)
{
    const struct test_result *r = &job->result;
    if (job->pending && r->outcome == TEST_PASSED) {
        t->failed++;
        print_heading(job, "passes, but the list of pending cases names it");
        printf("  %s:%u: take this line out\n", t->pending.name, job->pending->number);
    } else if (job->pending) {
        t->still_pending++;
    } else if (r->outcome == TEST_PASSED || is_mended(t, job)) {
        t->passed++;
    } else {
        t->failed++;
        t->broken |= r->outcome == TEST_BROKEN;
        print_heading(job, r->outcome == TEST_BROKEN ? "broken" : "failed");
        cli_write(stdout, &r->report);
    }
    buf_free(&job->result.report);
}

static void work(void *arg)
{
    struct tester *t = arg;
    for (;;) {
        uint64_t ticket = turnstile_ticket(&t->taking);
        if (ticket >= t->jobs.count) return;
        struct job *job = &t->jobs.items[ticket];
        job->arena = arena_new();
        test_case_run(job->arena, job->file, job->test, &t->config, &job->result);
        if (!turnstile_wait(&t->handing, ticket)) return;
        report(t, job);
        turnstile_done(&t->handing, ticket);
    }
}

static void run_jobs(struct tester *t)
{
    struct thread threads[LIMIT_THREADS] = { 0 };
    uint32_t      n = thread_cpus() < LIMIT_THREADS ? thread_cpus() : LIMIT_THREADS;
    turnstile_init(&t->taking);
    turnstile_init(&t->handing);
    for (uint32_t i = 1; i < n && i < t->jobs.count; i++) thread_start(&threads[i], work, t);
    work(t);
    for (uint32_t i = 1; i < n; i++) thread_join(&threads[i]);
    turnstile_fini(&t->taking);
    turnstile_fini(&t->handing);
}

/* ---- the list of pending cases ---- */

static bool is_read(const struct tester *t, const struct pending_line *line)
{
    for (size_t i = 0; i < t->files.count; i++) {
        if (pending_is_file(&t->pending, line, t->files.items[i]->text.name)) return true;
    }
    return false;
}

/* Lines about files that were read, whose case is not there. */
static void check_list(struct tester *t)
{
    for (size_t i = 0; i < t->pending.lines.count && !t->filter; i++) {
        const struct pending_line *line = &t->pending.lines.items[i];
        if (line->found || !is_read(t, line)) continue;
        t->failed++;
        printf("%s:%u: %s has no case \"%s\"\n", t->pending.name, line->number, line->path,
               line->title);
    }
}

/* ---- updating ---- */

static int compare_edits(const void *a, const void *b)
{
    size_t x = ((const struct test_edit *)a)->at, y = ((const struct test_edit *)b)->at;
    return x < y ? -1 : x > y;
}

static bool write_file(const char *path, const struct buf *text)
{
    FILE *f = fopen(path, "wb");
    bool  done = f && fwrite(text->data, 1, text->len, f) == text->len;
    if (f && fclose(f) != 0) done = false;
    if (!done) cli_say("cannot write %s: %s", path, strerror(errno));
    return done;
}

/* Puts the edits of one file in; they do not overlap. */
static bool update_file(const struct tester *t, const struct test_file *f)
{
    ARRAY(struct test_edit) edits = { 0 };
    for (size_t i = 0; i < t->jobs.count; i++) {
        const struct job *job = &t->jobs.items[i];
        if (job->file != f || job->pending) continue;
        for (size_t k = 0; k < job->result.edits.count; k++) {
            *array_push(t->arena, &edits) = job->result.edits.items[k];
        }
    }
    if (edits.count == 0) return true;
    qsort(edits.items, edits.count, sizeof *edits.items, compare_edits);
    struct buf text = { 0 };
    size_t     at = 0;
    for (size_t i = 0; i < edits.count; i++) {
        const struct test_edit *e = &edits.items[i];
        buf_append(&text, f->text.data + at, e->at - at);
        buf_append_str(&text, e->text);
        at = e->at + e->size;
    }
    buf_append(&text, f->text.data + at, f->text.size - at);
    bool done = write_file(f->text.name, &text);
    buf_free(&text);
    if (done) printf("%s: %zu expectations rewritten\n", f->text.name, edits.count);
    return done;
}

static void update_files(struct tester *t)
{
    for (size_t i = 0; t->update && i < t->files.count; i++) {
        if (!update_file(t, t->files.items[i])) t->failed++;
    }
}

/* ---- the command ---- */

static bool read_arguments(const struct cli_args *args, struct tester *t)
{
    t->config.functions = args->functions;
    t->filter = cli_value(args, "filter");
    t->update = cli_has(args, "update");
    if (!cli_number(args, "threads", LIMIT_THREADS, 1, &t->config.threads)) return false;
    if (!cli_number(args, "batch-rows", BATCH_ROWS_MAX, 0, &t->config.batch_rows)) return false;
    if (cli_value(args, "pending")) {
        struct status st = pending_read(t->arena, cli_value(args, "pending"), &t->pending);
        if (st.err != ERR_NONE) {
            print_broken(t, &st);
            return false;
        }
    }
    for (size_t i = 0; i < args->n_operands; i++) {
        size_t before = t->paths.count;
        if (!add_path(t, args->operands[i])) return false;
        if (t->paths.count > before || t->broken) continue;
        cli_say("no .test file lies below %s", args->operands[i]);
        t->broken = true;
    }
    return true;
}

static void free_jobs(struct tester *t)
{
    for (size_t i = 0; i < t->jobs.count; i++) arena_free(t->jobs.items[i].arena);
}

static enum exit_code test(const struct cli_args *args)
{
    secret_use_test_keys(); /* so that results stay the same everywhere */
    struct tester t = { .arena = args->arena };
    if (!read_arguments(args, &t)) return EXIT_USAGE;
    read_files(&t);
    run_jobs(&t);
    check_list(&t);
    update_files(&t);
    free_jobs(&t);
    if (t.still_pending > 0) printf("%zu pending\n", t.still_pending);
    printf("%zu passed, %zu failed\n", t.passed, t.failed);
    if (t.broken) return EXIT_USAGE;
    return t.failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct cli_option options[] = {
    { "filter", "TEXT", false, "only cases whose title or file contains TEXT" },
    { "update", NULL, false, "writes what came out into the expectations that failed" },
    { "pending", "FILE", false,
      "a list of cases that may fail, lines PATH: TITLE; one\n"
      "that passes is a failure of the list" },
    { "threads", "N", false,
      "threads of each case's engine, 1 by default; cases run\n"
      "side by side in any case" },
    { "batch-rows", "N", false, "rows worked on at once; never changes what comes out" },
    { 0 },
};

const struct command cmd_test = {
    .name = "test",
    .operands = "PATH...",
    .summary = "runs .test files, under controlled time",
    .text = "Runs every .test file below the paths; the last line is \"N passed, N failed\".\n"
            "Exit code 1 when a case failed, 2 when a file is not a proper test file. No\n"
            "source or sink is opened, and no clock is looked at.\n"
            "\n"
            "A case, as it stands in a file (a line ==== parts it from the next one):\n"
            "\n"
            "  # two rows in a minute make one result\n"
            "  schema S\n"
            "  V INTEGER\n"
            "  ----\n"
            "  sql\n"
            "  CREATE STREAM T (N BIGINT);\n"
            "  CREATE PUMP P AS INSERT INTO T\n"
            "  SELECT STREAM COUNT(*) FROM S GROUP BY FLOOR(S.ROWTIME TO MINUTE);\n"
            "  ----\n"
            "  input S\n"
            "  @00:00:10 {\"V\": 1}\n"
            "  @00:00:20 {\"V\": 2}\n"
            "  @00:01:00\n"
            "  ----\n"
            "  expect T\n"
            "  {\"N\": 2}\n"
            "  ----\n"
            "\n"
            "  schema NAME [(OPTIONS)]  columns of a source, or of a table that has rows\n"
            "  rows NAME                a reference table, one JSON object a line\n"
            "  sql, include PATH        the application's code, here or in a file\n"
            "  input NAME               records, one a line; @hh:mm:ss or @YYYY-MM-DD hh:mm:ss\n"
            "                           before it is its time; alone it moves the clock\n"
            "  expect NAME [unordered]  exactly these rows; error_stream: any columns of it\n"
            "  expect-count NAME N      as many rows\n"
            "  eval                     lines EXPRESSION => JSON or => error TEXT\n"
            "  error TEXT               the code is refused, and a message contains TEXT\n",
    .options = options,
    .operands_min = 1,
    .operands_max = UINT32_MAX,
    .run = test,
};
