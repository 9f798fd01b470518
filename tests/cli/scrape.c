/*
 * scrape.c: what reads metrics: asks for pages over HTTP, and checks the exposition format of Prometheus (text, 0.0.4).
 *
 *     scrape get HOST:PORT PATH     the status line, then the body
 *     scrape check                  standard input; what is wrong, or how many families and samples there are
 *
 * Checked: each family has HELP and TYPE once, before its samples, which stand together; names and labels are
 * well-formed and escaped; values are numbers; counters end in _total and never fall below zero; no sample comes twice.
 */

#include <ctype.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 256, SAMPLES = 10000, FAMILIES = 1000 };

static char families[FAMILIES][NAME_MAX_BYTES];
static char *samples[SAMPLES];
static size_t n_families, n_samples;
static char type[32];
static bool helped, typed; /* the family at hand */
static int line_number, bad;

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("line %d: ", line_number);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    bad++;
}

/* ---- HTTP ---- */

static int connect_to(const char *address)
{
    char host[256];
    snprintf(host, sizeof host, "%s", address);
    char *port = strrchr(host, ':');
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found;
    if (!port) return -1;
    *port++ = 0;
    if (getaddrinfo(host, port, &wanted, &found) != 0) return -1;
    int fd = socket(found->ai_family, found->ai_socktype, 0);
    int result = fd < 0 ? -1 : connect(fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return result == 0 ? fd : -1;
}

static int get(const char *address, const char *path)
{
    static char answer[1 << 20];
    size_t n = 0;
    ssize_t got;
    int fd = connect_to(address);
    if (fd < 0) {
        puts("nobody listens");
        return 1;
    }
    char request[512];
    int size =
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, address);
    if (write(fd, request, (size_t)size) != size) return 1;
    while (n < sizeof answer - 1 && (got = read(fd, answer + n, sizeof answer - 1 - n)) > 0)
        n += (size_t)got;
    close(fd);
    char *end = strstr(answer, "\r\n"), *body = strstr(answer, "\r\n\r\n");
    if (!body) return 1;
    printf("%.*s\n%s", (int)(end - answer), answer, body + 4);
    return 0;
}

/* ---- the format ---- */

static bool is_name(const char *p, size_t n)
{
    if (n == 0 || n >= NAME_MAX_BYTES || isdigit((unsigned char)p[0])) return false;
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)p[i]) && p[i] != '_' && p[i] != ':') return false;
    }
    return true;
}

static void begin_family(const char *name)
{
    for (size_t i = 0; i < n_families; i++) {
        if (strcmp(families[i], name) == 0) complain("family %s comes again", name);
    }
    if (n_families < FAMILIES)
        snprintf(families[n_families++], sizeof families[0], "%.*s", NAME_MAX_BYTES - 1, name);
    helped = typed = false;
    type[0] = 0;
}

static const char *family(void)
{
    return n_families ? families[n_families - 1] : "";
}

static void take_comment(char *line)
{
    char kind[8] = "", name[NAME_MAX_BYTES] = "";
    int at = 0;
    if (sscanf(line, "# %7s %255s %n", kind, name, &at) < 2) return;
    bool help = strcmp(kind, "HELP") == 0, types = strcmp(kind, "TYPE") == 0;
    if (!help && !types) return;
    if (!is_name(name, strlen(name))) complain("%s is no name", name);
    if (strcmp(family(), name) != 0) begin_family(name);
    if ((help && helped) || (types && typed)) complain("%s of %s twice", kind, name);
    helped |= help;
    typed |= types;
    if (!types) return;
    snprintf(type, sizeof type, "%.31s", line + at);
    if (strcmp(type, "counter") && strcmp(type, "gauge") && strcmp(type, "summary"))
        complain("type %s of %s", type, name);
    if (strcmp(type, "counter") == 0 &&
        (strlen(name) < 6 || strcmp(name + strlen(name) - 6, "_total")))
        complain("counter %s does not end in _total", name);
}

/* Behind the labels. */
static const char *take_labels(const char *p)
{
    while (*p != '}') {
        size_t n = strcspn(p, "=");
        if (!is_name(p, n) || p[n + 1] != '"') {
            complain("a label without name or value");
            return NULL;
        }
        for (p += n + 2; *p != '"'; p++) {
            if (*p == '\\' && !strchr("\\\"n", *++p)) complain("\\%c in a label", *p);
            if (!*p) {
                complain("a label does not end");
                return NULL;
            }
        }
        p++;
        if (*p == ',') p++;
    }
    return p + 1;
}

static bool belongs(const char *name, size_t n)
{
    size_t f = strlen(family());
    if (n >= f && strncmp(name, family(), f) != 0) return false;
    if (n == f) return true;
    return strcmp(type, "summary") == 0 && n > f &&
           (strncmp(name + f, "_sum", n - f) == 0 || strncmp(name + f, "_count", n - f) == 0);
}

static void remember(const char *line, size_t n)
{
    char *sample = strndup(line, n);
    for (size_t i = 0; i < n_samples; i++) {
        if (strcmp(samples[i], sample) == 0) complain("%s comes twice", sample);
    }
    if (n_samples < SAMPLES) samples[n_samples++] = sample;
}

static void take_sample(const char *line)
{
    size_t n = strcspn(line, "{ ");
    const char *p = line + n;
    if (!is_name(line, n)) complain("%.*s is no name", (int)n, line);
    if (!belongs(line, n)) complain("%.*s does not stand with its family", (int)n, line);
    if (!helped || !typed) complain("%.*s has no HELP or no TYPE", (int)n, line);
    if (*p == '{') p = take_labels(p + 1);
    if (!p) return;
    remember(line, (size_t)(p - line));
    char *end;
    double value = strtod(p, &end);
    if (*p != ' ' || end == p || *end) complain("%s is no number", p);
    if (strcmp(type, "counter") == 0 && value < 0) complain("a counter below zero");
}

static int check(void)
{
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        line_number++;
        size_t n = strlen(line);
        if (n == 0 || line[n - 1] != '\n') complain("a line does not end");
        else line[n - 1] = 0;
        if (line[0] == '#') take_comment(line);
        else if (line[0]) take_sample(line);
    }
    printf("%zu families, %zu samples\n", n_families, n_samples);
    return bad > 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "get") == 0) return get(argv[2], argv[3]);
    if (argc == 2 && strcmp(argv[1], "check") == 0) return check();
    fputs("usage: scrape get HOST:PORT PATH | scrape check\n", stderr);
    return 2;
}
