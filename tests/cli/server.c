/*
 * server.c: a server for HTTP or mail on loopback that writes down what it gets:
 *
 *     server http|smtp FOLDER MESSAGES [ANSWER...]
 *
 * It goes on in the background once FOLDER/port holds its port, writes what was asked to FOLDER/log and the n-th body
 * to FOLDER/body.n, and ends after so many messages, or half a minute. Each message gets the next ANSWER, a status
 * code ("503"), "close" (the connection ends without an answer) or "slow" (nothing for two seconds); behind the last
 * one, and without any, success.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192, LIFE_SECONDS = 30 };

static const char *folder;
static char      **answers;
static int         messages, wanted;
static FILE       *in, *out, *notes;

static FILE *open_in_folder(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static FILE *open_body(void)
{
    char name[32];
    snprintf(name, sizeof name, "body.%d", ++messages);
    return open_in_folder(name);
}

static const char *next_answer(void)
{
    return *answers ? *answers++ : NULL;
}

/* A line without its end. */
static int read_line(char *line)
{
    if (!fgets(line, LINE_MAX_BYTES, in)) return 0;
    line[strcspn(line, "\r\n")] = 0;
    return 1;
}

/* What an answer other than a code does; whether the connection is over. */
static int misbehave(const char *answer)
{
    if (answer && strcmp(answer, "slow") == 0) sleep(2);
    return answer && (strcmp(answer, "slow") == 0 || strcmp(answer, "close") == 0);
}

/* ---- HTTP ---- */

static int one_request(void)
{
    static const char *const shown[] = { "Content-Type:", "Content-Encoding:", "Authorization:",
                                         "X-" };
    char line[LINE_MAX_BYTES];
    long size = 0;
    if (!read_line(line)) return 0;
    fprintf(notes, "%s\n", line);
    while (read_line(line) && *line) {
        if (strncasecmp(line, "Content-Length:", 15) == 0) size = atol(line + 15);
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
            if (strncasecmp(line, shown[i], strlen(shown[i])) == 0) fprintf(notes, "  %s\n", line);
        }
    }
    FILE *body = open_body();
    for (int c; size > 0 && (c = getc(in)) != EOF; size--) putc(c, body);
    fclose(body);
    const char *answer = next_answer();
    fflush(notes);
    if (misbehave(answer)) return 0;
    int code = answer ? atoi(answer) : 200;
    const char *body_text = code == 200 ? "ok\n" : "not today!\n";
    fprintf(out, "HTTP/1.1 %d It\r\nContent-Length: %zu\r\n%s\r\n%s", code, strlen(body_text),
            code / 100 == 3 ? "Location: /elsewhere\r\n" : "", body_text);
    fflush(out);
    return messages < wanted;
}

/* ---- mail ---- */

static void say(const char *line)
{
    fprintf(out, "%s\r\n", line);
    fflush(out);
}

/* The mail behind DATA; whether the connection goes on. */
static int one_mail(void)
{
    char line[LINE_MAX_BYTES];
    say("354 go on");
    FILE *body = open_body();
    while (read_line(line) && strcmp(line, ".") != 0) fprintf(body, "%s\n", line);
    fclose(body);
    const char *answer = next_answer();
    if (misbehave(answer)) return 0;
    if (answer) fprintf(out, "%s not today\r\n", answer);
    else fprintf(out, "250 taken\r\n");
    fflush(out);
    return 1;
}

static void one_session(void)
{
    char line[LINE_MAX_BYTES];
    int  going = 1;
    say("220 here");
    while (going && read_line(line)) {
        if (strncasecmp(line, "EHLO", 4) != 0) fprintf(notes, "%s\n", line);
        fflush(notes);
        if (strncasecmp(line, "EHLO", 4) == 0) {
            say("250-here");
            say("250 AUTH PLAIN");
        } else if (strncasecmp(line, "AUTH", 4) == 0) {
            if (strlen(line) < 11) {
                say("334 ");
                going = read_line(line);
            }
            say("235 welcome");
        } else if (strncasecmp(line, "DATA", 4) == 0) {
            going = one_mail();
        } else if (strncasecmp(line, "QUIT", 4) == 0) {
            say("221 bye");
            going = 0;
        } else {
            say("250 well");
        }
    }
}

/* ---- the server ---- */

static int listen_on_loopback(void)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t          size = sizeof place;
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&place, size) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&place, &size) != 0) {
        perror("listen");
        exit(1);
    }
    FILE *port = open_in_folder("port");
    fprintf(port, "%d", ntohs(place.sin_port));
    fclose(port);
    return fd;
}

static void serve(int fd, int http)
{
    while (messages < wanted) {
        int connection = accept(fd, NULL, NULL);
        if (connection < 0) return;
        in = fdopen(connection, "r");
        out = fdopen(dup(connection), "w");
        if (http) {
            while (one_request()) continue;
        } else {
            one_session();
        }
        fclose(in);
        fclose(out);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    folder = argv[2];
    wanted = atoi(argv[3]);
    answers = argv + 4;
    notes = open_in_folder("log");
    int fd = listen_on_loopback();
    if (fork() != 0) return 0;
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) return 1;
    alarm(LIFE_SECONDS);
    serve(fd, strcmp(argv[1], "http") == 0);
    return 0;
}
