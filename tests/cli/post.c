/*
 * post.c: one request to 127.0.0.1, and what came back: the code, Retry-After if there is one, and the body.
 *
 *     post [-m METHOD] [-h 'NAME: VALUE']... [-a ADDRESS] [-w] [-c] PORT PATH [TEXT|@FILE]
 *
 * -w waits until somebody listens there, at most ten seconds; -c sends the body in chunks. Without a TEXT there is no
 * body.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST_BYTES = 64 << 10,
    ANSWER_BYTES = 64 << 10,
    TRIES = 500,
    NAP_US = 20000,
    CHUNK_BYTES = 1000
};

static char head[REQUEST_BYTES];
static size_t head_size;

static void add(const char *text)
{
    head_size += (size_t)snprintf(head + head_size, sizeof head - head_size, "%s", text);
}

static int connect_to(const char *address, int port, int patient)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    inet_pton(AF_INET, address, &to.sin_addr);
    for (int i = 0; i < (patient ? TRIES : 1); i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
        close(fd);
        if (patient) usleep(NAP_US);
    }
    return -1;
}

static char *read_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    char *p = NULL;
    if (!f) {
        perror(path);
        exit(2);
    }
    for (size_t cap = 0, n = 1; n; *size += n) {
        if (*size + REQUEST_BYTES > cap) p = realloc(p, cap = 2 * (*size + REQUEST_BYTES));
        n = fread(p + *size, 1, REQUEST_BYTES, f);
    }
    fclose(f);
    return p;
}

/* The other side may close before all is sent: its answer is there all the same. */
static void send_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0) return;
        p += put;
        n -= (size_t)put;
    }
}

static void send_chunks(int fd, const char *p, size_t n)
{
    char size[16];
    for (size_t now; n; p += now, n -= now) {
        now = n < CHUNK_BYTES ? n : CHUNK_BYTES;
        snprintf(size, sizeof size, "%zx\r\n", now);
        send_all(fd, size, strlen(size));
        send_all(fd, p, now);
        send_all(fd, "\r\n", 2);
    }
    send_all(fd, "0\r\n\r\n", 5);
}

static int show_answer(int fd)
{
    static char answer[ANSWER_BYTES];
    size_t n = 0;
    for (ssize_t got; (got = recv(fd, answer + n, sizeof answer - 1 - n, 0)) > 0;) n += (size_t)got;
    answer[n] = 0;
    char *body = strstr(answer, "\r\n\r\n");
    if (!body) {
        puts("no answer");
        return 1;
    }
    *body = 0;
    char *retry = strcasestr(answer, "\r\nretry-after: ");
    printf("%.3s ", answer + 9);
    if (retry) printf("(again in %d s) ", atoi(retry + 15));
    fputs(body + 4, stdout);
    return 0;
}

int main(int argc, char **argv)
{
    const char *method = "POST", *address = "127.0.0.1";
    char headers[REQUEST_BYTES / 2] = "", line[256];
    int option, patient = 0, chunked = 0;
    while ((option = getopt(argc, argv, "m:h:a:wc")) != -1) {
        if (option == 'm') method = optarg;
        else if (option == 'a') address = optarg;
        else if (option == 'w') patient = 1;
        else if (option == 'c') chunked = 1;
        else if (option == 'h')
            snprintf(headers + strlen(headers), sizeof headers - strlen(headers), "%s\r\n", optarg);
        else return 2;
    }
    if (argc - optind < 2) return 2;
    const char *text = argv[optind + 2];
    size_t size = 0;
    char *file = text && *text == '@' ? read_file(text + 1, &size) : NULL;
    if (file) text = file;
    else if (text) size = strlen(text);

    snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", method,
             argv[optind + 1], headers);
    head_size = strlen(head);
    if (chunked) add("Transfer-Encoding: chunked\r\n");
    snprintf(line, sizeof line, "Content-Length: %zu\r\n", size);
    if (text && !chunked) add(line);
    add("\r\n");

    int fd = connect_to(address, atoi(argv[optind]), patient);
    if (fd < 0) {
        puts("nobody listens");
        return 1;
    }
    send_all(fd, head, head_size);
    if (chunked) send_chunks(fd, text ? text : "", size);
    else if (text) send_all(fd, text, size);
    int code = show_answer(fd);
    close(fd);
    free(file);
    return code;
}
