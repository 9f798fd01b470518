/*
 * server.c: a server for HTTP or mail on loopback that writes down what it gets:
 *
 *     server http|smtp FOLDER MESSAGES [ANSWER...]
 *
 * It goes on in the background once FOLDER/port holds its port, writes what was asked to FOLDER/log and the n-th body
 * to FOLDER/body.n, and ends after so many messages, or half a minute. Each message gets the next ANSWER, a status
 * code ("503"), "close" (the connection ends without an answer) or "slow" (nothing for two seconds); behind the last
 * one, and without any, success. With a certificate and its key in the file SERVER_CERT it speaks TLS: HTTP from the
 * start, mail after STARTTLS. HTTP answers with SERVER_BODY, if there is one.
 */

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
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

/* ---- TLS ---- */

static ssize_t tls_read(void *session, char *to, size_t n)
{
    ssize_t got = gnutls_record_recv(session, to, n);
    return got < 0 ? 0 : got; /* a client that just leaves is an end too */
}

static ssize_t tls_write(void *session, const char *from, size_t n)
{
    ssize_t put = gnutls_record_send(session, from, n);
    return put < 0 ? 0 : put;
}

/* Puts TLS below `in` and `out`; 0: the client did not want it. */
static int start_tls(int connection)
{
    static gnutls_certificate_credentials_t own;
    const char *file = getenv("SERVER_CERT");
    gnutls_session_t session;
    if (!own) {
        gnutls_certificate_allocate_credentials(&own);
        if (gnutls_certificate_set_x509_key_file(own, file, file, GNUTLS_X509_FMT_PEM) < 0) exit(1);
    }
    gnutls_init(&session, GNUTLS_SERVER);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, own);
    gnutls_transport_set_int(session, connection);
    int done = gnutls_handshake(session);
    while (done < 0 && !gnutls_error_is_fatal(done)) done = gnutls_handshake(session);
    fprintf(notes, done == 0 ? "(TLS)\n" : "(no TLS)\n");
    fflush(notes);
    in = fopencookie(session, "r", (cookie_io_functions_t){ .read = tls_read });
    out = fopencookie(session, "w", (cookie_io_functions_t){ .write = tls_write });
    return done == 0;
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
    const char *given = getenv("SERVER_BODY");
    const char *body_text = code != 200 ? "not today!\n" : given ? given : "ok\n";
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

static void one_session(int connection)
{
    char line[LINE_MAX_BYTES];
    int  going = 1, tls = getenv("SERVER_CERT") != NULL;
    say("220 here");
    while (going && read_line(line)) {
        if (strncasecmp(line, "EHLO", 4) != 0) fprintf(notes, "%s\n", line);
        fflush(notes);
        if (strncasecmp(line, "EHLO", 4) == 0) {
            say("250-here");
            if (tls) say("250-STARTTLS");
            say("250 AUTH PLAIN");
        } else if (tls && strcasecmp(line, "STARTTLS") == 0) {
            say("220 go on");
            going = start_tls(connection);
            tls = 0;
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
        int usable = !http || !getenv("SERVER_CERT") || start_tls(connection);
        if (usable && http) {
            while (one_request()) continue;
        } else if (usable) {
            one_session(connection);
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
