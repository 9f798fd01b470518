/*
 * latency.c: sends records one by one to a filter at a fixed rate and measures how long each answer
 * takes.
 *
 *     latency RATE SECONDS RECORDS.ndjson COMMAND...     p50_us p90_us p99_us max_us answers
 *
 * The command reads records on standard input and writes a line for each of them that it lets
 * through. Only records that make an answer are sent: those with a temperature above 98, as P1
 * asks. A record's latency is from its write to the arrival of its line.
 */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 8192,
    READ_BYTES = 65536
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static pid_t start(char **command, int *to, int *from)
{
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) exit(1);
    pid_t child = fork();
    if (child == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
    return child;
}

/* The next record that will be answered; NULL at the end of the file. */
static char *next_record(FILE *f, char *line)
{
    while (fgets(line, LINE_MAX_BYTES, f)) {
        const char *t = strstr(line, "\"temperature\":");
        if (t && strtod(t + 14, NULL) > 98) return line;
    }
    return NULL;
}

struct run {
    int64_t *sent, *took;
    size_t n_sent, n_back, n;
};

/* Answers that are there within wait_ns. */
static void take_answers(struct run *r, int from, int64_t wait_ns)
{
    static char buffer[READ_BYTES];
    struct pollfd fd = { .fd = from, .events = POLLIN };
    struct timespec wait = { .tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000 };
    if (ppoll(&fd, 1, &wait, NULL) <= 0) return;
    ssize_t n = read(from, buffer, sizeof buffer);
    int64_t at = now_ns();
    for (ssize_t i = 0; i < n; i++) {
        if (buffer[i] != '\n' || r->n_back == r->n_sent) continue;
        r->took[r->n_back] = at - r->sent[r->n_back];
        r->n_back++;
    }
}

static void drive(struct run *r, FILE *f, int to, int from, int64_t gap_ns)
{
    char line[LINE_MAX_BYTES];
    int64_t due = now_ns();
    while (r->n_sent < r->n && next_record(f, line)) {
        int64_t left;
        while ((left = due - now_ns()) > 0) take_answers(r, from, left);
        r->sent[r->n_sent++] = now_ns();
        if (write(to, line, strlen(line)) < 0) return;
        due += gap_ns;
        take_answers(r, from, 0);
    }
    int64_t end = now_ns() + 1000000000;
    while (r->n_back < r->n_sent && now_ns() < end) take_answers(r, from, 50000000);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fputs("usage: latency RATE SECONDS RECORDS.ndjson COMMAND...\n", stderr);
        return 2;
    }
    double rate = strtod(argv[1], NULL);
    struct run r = { .n = (size_t)(rate * strtod(argv[2], NULL)) };
    FILE *f = fopen(argv[3], "r");
    r.sent = calloc(r.n + 1, sizeof *r.sent);
    r.took = calloc(r.n + 1, sizeof *r.took);
    if (!f || !r.sent || !r.took) return 1;
    signal(SIGPIPE, SIG_IGN);
    int to, from;
    pid_t child = start(argv + 4, &to, &from);
    sleep(1); /* the command starts up: that is another figure */
    drive(&r, f, to, from, (int64_t)(1e9 / rate));
    close(to);
    close(from);
    waitpid(child, NULL, 0);
    if (r.n_back == 0) return 1;
    qsort(r.took, r.n_back, sizeof *r.took, compare);
    printf("%.0f %.0f %.0f %.0f %zu\n", (double)r.took[r.n_back / 2] / 1e3,
           (double)r.took[r.n_back * 9 / 10] / 1e3, (double)r.took[r.n_back * 99 / 100] / 1e3,
           (double)r.took[r.n_back - 1] / 1e3, r.n_back);
    return 0;
}
