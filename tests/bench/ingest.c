/*
 * ingest.c: a client that posts bodies of numbered rows to 127.0.0.1 and sends each again until it is taken.
 *
 *     ingest [-n BODIES] [-f FIRST] [-r ROWS] [-k] [-q] PORT PATH
 *
 * Row i of body b is {"B":b,"N":i,...}, filled up to 100 bytes. -k gives each body a key of its own. It prints the
 * numbers of the bodies that were answered with 200, a line each (-q: none), and in the end on standard error how many
 * there were, how often one was sent again, how many of those had been taken before, and the rate. When nothing is
 * taken for a minute it gives up. SIGTERM ends it when the body at hand is taken.
 */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    ROW_BYTES = 100,
    ANSWER_BYTES = 4096,
    NAP_US = 5000,
    PATIENCE_S = 60
};

static int port, keyed, fd = -1;
static const char *path;

static volatile sig_atomic_t enough;

static void on_term(int number)
{
    (void)number;
    enough = 1;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int open_connection(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int on = 1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return 1;
    close(fd);
    fd = -1;
    return 0;
}

static int send_all(const char *p, size_t n)
{
    while (n) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0) return 0;
        p += put;
        n -= (size_t)put;
    }
    return 1;
}

/* The answer's code, 0: none came. *repeated: the body had been taken before. */
static int read_answer(int *repeated)
{
    static char answer[ANSWER_BYTES];
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
        if (got <= 0) return 0;
        n += (size_t)got;
        answer[n] = 0;
        char *body = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "content-length: ");
        if (!body || !length) continue;
        if (strlen(body + 4) < (size_t)atol(length + 16)) continue;
        *repeated = strstr(body, "repeated") != NULL;
        return atoi(answer + 9);
    }
}

/* One try. */
static int post(long b, const char *body, size_t size, int *repeated)
{
    char head[512], key[64] = "";
    if (keyed) snprintf(key, sizeof key, "Idempotency-Key: body-%ld\r\n", b);
    snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n",
             path, key, size);
    if (fd < 0 && !open_connection()) return 0;
    int code = send_all(head, strlen(head)) && send_all(body, size) ? read_answer(repeated) : 0;
    if (code == 200) return code;
    close(fd);
    fd = -1;
    return code;
}

static size_t make_body(char *out, long b, long rows)
{
    char *p = out;
    for (long i = 0; i < rows; i++) {
        int n = sprintf(p, "{\"B\":%ld,\"N\":%ld,\"T\":\"", b, i);
        memset(p + n, 'x', ROW_BYTES);
        memcpy(p + ROW_BYTES - 3, "\"}\n", 3);
        p += ROW_BYTES;
    }
    return (size_t)(p - out);
}

int main(int argc, char **argv)
{
    long bodies = 1000, first = 0, rows = 655, again = 0, repeats = 0, bytes = 0;
    int option, quiet = 0;
    while ((option = getopt(argc, argv, "n:f:r:kq")) != -1) {
        if (option == 'n') bodies = atol(optarg);
        else if (option == 'f') first = atol(optarg);
        else if (option == 'r') rows = atol(optarg);
        else if (option == 'k') keyed = 1;
        else if (option == 'q') quiet = 1;
        else return 2;
    }
    if (argc - optind != 2) return 2;
    port = atoi(argv[optind]);
    path = argv[optind + 1];
    signal(SIGTERM, on_term);
    char *body = malloc((size_t)(rows + 2) * ROW_BYTES);
    double began = now(), last = began;
    long done = 0;
    for (long b = first; done < bodies && !enough; b++, done++) {
        size_t size = make_body(body, b, rows);
        int repeated = 0;
        for (int code; (code = post(b, body, size, &repeated)) != 200; again++) {
            if (now() > last + PATIENCE_S) {
                fprintf(stderr, "ingest: body %ld is not taken, the last answer is %d\n", b, code);
                return 1;
            }
            usleep(NAP_US);
        }
        last = now();
        repeats += repeated;
        bytes += (long)size;
        if (!quiet) printf("%ld\n", b);
    }
    double seconds = now() - began;
    fprintf(stderr,
            "%ld bodies of %ld rows in %.2f s: %.0f records/s, %.1f MB/s; "
            "%ld sent again, %ld of them taken before\n",
            done, rows, seconds, (double)(done * rows) / seconds, 1e-6 * (double)bytes / seconds,
            again, repeats);
    free(body);
    return 0;
}
