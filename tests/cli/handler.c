/*
 * handler.c: a function as processors and lambda: sinks call it, for transcripts: `handler MODE [PORT_FILE]`.
 *
 * It reads an event a line and prints an answer a line; with PORT_FILE it serves HTTP on a free port of the loopback
 * address instead, whose number it writes there, for a call and a minute at most. A record that holds "drop" is
 * dropped, one that holds
 * "poison" fails (as an output only the first time), others come back by MODE: "same", or "twice" as two documents. In
 * the mode "moody" the first answer in a folder is none. What came, decoded, is appended to seen.txt.
 */

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 1 << 20 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t decode(const char *p, size_t n, char *out)
{
    size_t   size = 0;
    unsigned v = 0;
    for (size_t i = 0; i < n && p[i] != '='; i++) {
        v = v << 6 | (unsigned)(strchr(digits, p[i]) - digits);
        if (i % 4) out[size++] = (char)(v >> (6 - 2 * (i % 4)));
    }
    out[size] = 0;
    return size;
}

static size_t encode(const char *text, size_t n, char *out)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t               size = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t   left = n - i;
        unsigned v = p[i] * 65536u + (left > 1 ? p[i + 1] * 256u : 0) + (left > 2 ? p[i + 2] : 0);
        out[size++] = digits[v >> 18];
        out[size++] = digits[v >> 12 & 63];
        out[size++] = left > 1 ? digits[v >> 6 & 63] : '=';
        out[size++] = left > 2 ? digits[v & 63] : '=';
    }
    return size;
}

/* The text member behind `at`, or NULL. */
static const char *member(const char *at, const char *name, size_t *n)
{
    const char *p = strstr(at, name);
    if (!p) return NULL;
    p += strlen(name);
    *n = strcspn(p, "\"");
    return p;
}

static const char *result_of(const char *text, bool output, bool again)
{
    if (strstr(text, "drop")) return output ? "Ok" : "Dropped";
    if (strstr(text, "poison") && !(output && again))
        return output ? "DeliveryFailed" : "ProcessingFailed";
    return "Ok";
}

/* One event's answer. */
static void answer(const char *mode, const char *event, FILE *out)
{
    static char text[SIZE], twice[2 * SIZE], data[4 * SIZE];
    bool        output = strstr(event, "lambdaDeliveryRecordMetadata") != NULL, first = true;
    FILE       *seen = fopen("seen.txt", "a");
    if (strcmp(mode, "moody") == 0 && access("asked", F_OK) != 0) {
        FILE *asked = fopen("asked", "w");
        if (asked) fclose(asked);
        fputs("not now\n", out);
        if (seen) fclose(seen);
        return;
    }
    fputs("{\"records\":[", out);
    for (const char *at = event;;) {
        size_t      n_id, n_data = 0;
        const char *id = member(at, "\"recordId\":\"", &n_id);
        if (!id) break;
        const char *again = strstr(id, "\"retryHint\":");
        const char *encoded = member(id, "\"data\":\"", &n_data);
        if (!encoded) break;
        size_t      n = decode(encoded, n_data, text);
        const char *result = result_of(text, output, again && again[12] != '0');
        if (seen) fprintf(seen, "%s %s\n", result, text);
        if (strcmp(mode, "twice") == 0) n = (size_t)sprintf(twice, "%s\n%s", text, text);
        else memcpy(twice, text, n);
        fprintf(out, "%s{\"recordId\":\"%.*s\",\"result\":\"%s\",", first ? "" : ",", (int)n_id, id,
                result);
        fprintf(out, "\"data\":\"%.*s\"}", (int)encode(twice, n, data), data);
        first = false;
        at = encoded;
    }
    fputs("]}\n", out);
    if (seen) fclose(seen);
}

static void serve_one(const char *mode, int listener)
{
    static char request[4 * SIZE];
    int         fd = accept(listener, NULL, NULL);
    size_t      size = 0;
    ssize_t     n;
    while ((n = read(fd, request + size, sizeof request - size - 1)) > 0) {
        size += (size_t)n;
        request[size] = 0;
        if (size > 3 && strcmp(request + size - 3, "]}\n") == 0) break;
    }
    FILE *out = fdopen(fd, "w");
    if (!out) exit(1);
    fputs("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", out);
    answer(mode, strstr(request, "\r\n\r\n"), out);
    fclose(out);
}

static void serve(const char *mode, const char *port_file)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t          size = sizeof at;
    int                listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 8) ||
        getsockname(listener, (struct sockaddr *)&at, &size))
        exit(1);
    FILE *f = fopen(port_file, "w");
    if (!f) exit(1);
    fprintf(f, "%d\n", ntohs(at.sin_port));
    fclose(f);
    alarm(60);
    serve_one(mode, listener);
    exit(0);
}

int main(int argc, char **argv)
{
    static char line[4 * SIZE];
    const char *mode = argc > 1 ? argv[1] : "same";
    if (argc > 2) serve(mode, argv[2]);
    while (argc <= 2 && fgets(line, sizeof line, stdin)) {
        answer(mode, line, stdout);
        fflush(stdout);
    }
    return 0;
}
