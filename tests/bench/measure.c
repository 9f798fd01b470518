/*
 * measure.c: runs a command and prints what it took, on one line:
 *
 *     measure [-o FILE] COMMAND...          cpu_seconds wall_seconds peak_kib first_ms
 *     measure -l                            milliseconds of CPU that a million dependent multiplications take
 *
 * cpu is user and system time of the command and its children; first_ms, with -o, is the time from
 * the start until FILE is not empty, -1 without it. The command's own output goes where it goes,
 * its failure is this program's.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

/* Sleeps between looks: a look costs a microsecond, and 0.1 ms is exact enough. */
static double wait_for_output(const char *path, double start, pid_t child, int *status, int *ended)
{
    struct stat about;
    struct timespec pause = { .tv_nsec = 100000 };
    for (;;) {
        if (stat(path, &about) == 0 && about.st_size > 0) return (now() - start) * 1e3;
        if (waitpid(child, status, WNOHANG) == child) {
            *ended = 1;
            return stat(path, &about) == 0 && about.st_size > 0 ? (now() - start) * 1e3 : -1;
        }
        nanosleep(&pause, NULL);
    }
}

/* The processor's speed of the minute: figures that stand beside the same one can be compared. */
static double fixed_loop(void)
{
    struct rusage before, after;
    volatile uint64_t out;
    uint64_t x = 1;
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < 100000000; i++) x = x * 6364136223846793005u + 1442695040888963407u;
    out = x;
    (void)out;
    getrusage(RUSAGE_SELF, &after);
    return (seconds(after.ru_utime) - seconds(before.ru_utime)) * 10;
}

int main(int argc, char **argv)
{
    const char *output = NULL;
    if (argc == 2 && strcmp(argv[1], "-l") == 0) {
        printf("%.3f\n", fixed_loop());
        return 0;
    }
    int at = 1;
    if (argc > 2 && strcmp(argv[1], "-o") == 0) {
        output = argv[2];
        unlink(output);
        at = 3;
    }
    if (at >= argc) {
        fputs("usage: measure [-o FILE] COMMAND...\n", stderr);
        return 2;
    }
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[at], argv + at);
        perror(argv[at]);
        _exit(127);
    }
    int status = 0, ended = 0;
    double first = output ? wait_for_output(output, start, child, &status, &ended) : -1;
    if (!ended && waitpid(child, &status, 0) != child) return 1;
    double wall = now() - start;
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    printf("%.4f %.4f %ld %.1f\n", seconds(used.ru_utime) + seconds(used.ru_stime), wall,
           used.ru_maxrss, first);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
