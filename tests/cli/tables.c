/*
 * tables.c: a server on loopback that has reference tables:
 *
 *     tables FOLDER REQUESTS [ANSWER...]
 *
 *     GET /NAME[?...]        the file FOLDER/www/NAME, with an ETag of its bytes; 304 to who has that one
 *     GET /key/NAME/KEY      of its lines the one that holds "KEY", or 404
 *     GET /keys/NAME?k=A,B   an array of those lines that hold one of the keys
 *     POST /NAME             the same, of the keys in the body, an array of texts
 *
 * It goes on in the background, as process FOLDER/pid, once FOLDER/port holds its port, writes what was asked to
 * FOLDER/log, and ends after so many requests, or half a minute. Each request gets the next ANSWER, a status code
 * ("503"), "close" (the connection ends without an answer), "slow" (nothing for two seconds), "hang" (nothing until
 * the client goes away), "page" (a page for people) or "ok"; behind the last one, and without any, what it asks for.
 */

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 16, LIFE_SECONDS = 30 };

static const char *folder;
static FILE       *in, *out, *notes;
static char        known[100]; /* If-None-Match */
static char        body[TEXT_MAX];

static FILE *open_in_folder(const char *name, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, mode);
}

static size_t read_file(const char *name, char *text)
{
    char path[600];
    snprintf(path, sizeof path, "www/%.500s", name);
    FILE  *f = open_in_folder(path, "r");
    size_t n = f ? fread(text, 1, TEXT_MAX - 1, f) : 0;
    text[n] = 0;
    if (!f) return SIZE_MAX;
    fclose(f);
    return n;
}

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    if (ending && strcmp(ending, ".gz") == 0) return "application/gzip";
    return ending && strcmp(ending, ".csv") == 0 ? "text/csv; charset=utf-8" : "application/json";
}

static void answer(int code, const char *type, const char *more, const char *text, size_t n)
{
    fprintf(out, "HTTP/1.1 %d It\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n"
                 "Connection: close\r\n\r\n",
            code, type, more, n);
    fwrite(text, 1, n, out);
}

static void not_found(void)
{
    answer(404, "text/plain", "", "nothing here\n", 13);
}

static void give_file(const char *name)
{
    static char text[TEXT_MAX];
    char        tag[60], header[100];
    size_t      n = read_file(name, text);
    if (n == SIZE_MAX) {
        not_found();
        return;
    }
    uint64_t hash = 1469598103934665603u;
    for (size_t i = 0; i < n; i++) hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    snprintf(tag, sizeof tag, "\"%016llx\"", (unsigned long long)hash);
    snprintf(header, sizeof header, "ETag: %s\r\n", tag);
    if (strcmp(tag, known) == 0) answer(304, type_of(name), header, "", 0);
    else answer(200, type_of(name), header, text, n);
}

/* Lines of the file that hold one of the keys, each in quotes; `many` as an array. */
static void give_lines(const char *name, char *const *keys, size_t n_keys, int many)
{
    static char text[TEXT_MAX], found[TEXT_MAX];
    size_t      n = 0, count = 0;
    if (read_file(name, text) == SIZE_MAX) text[0] = 0;
    char *place;
    for (char *line = strtok_r(text, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
        int good = 0;
        for (size_t i = 0; i < n_keys; i++) {
            char quoted[300];
            snprintf(quoted, sizeof quoted, "\"%s\"", keys[i]);
            good |= strstr(line, quoted) != NULL;
        }
        if (good) n += (size_t)snprintf(found + n, sizeof found - n, "%s%s", count++ ? ",\n" : "",
                                        line);
    }
    if (!many && !count) {
        not_found();
        return;
    }
    static char whole[TEXT_MAX + 4];
    n = (size_t)snprintf(whole, sizeof whole, many ? "[%s]\n" : "%s\n", count ? found : "");
    answer(200, "application/json", "", whole, n);
}

/* "%41" to "A", where it lies. */
static char *decode(char *text)
{
    char *to = text;
    for (char *p = text; *p; p++) {
        unsigned code;
        if (*p == '%' && sscanf(p + 1, "%2x", &code) == 1) {
            *to++ = (char)code;
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = 0;
    return text;
}

static size_t split(char *text, const char *between, char **parts, size_t most)
{
    size_t n = 0;
    char *place, *p = strtok_r(text, between, &place);
    for (; p && n < most; p = strtok_r(NULL, between, &place)) parts[n++] = p;
    for (size_t i = 0; i < n; i++) decode(parts[i]);
    return n;
}

static void give(char *method, char *path)
{
    char *keys[1000];
    char *slash = strrchr(path, '/'), *mark = strchr(path, '?');
    if (strcmp(method, "POST") == 0) {
        size_t n = split(body, "[\",]", keys, 1000);
        give_lines(path + 1, keys, n, 1);
    } else if (strncmp(path, "/key/", 5) == 0 && slash > path + 5) {
        char *key = decode(slash + 1);
        *slash = 0;
        give_lines(path + 5, &key, 1, 0);
    } else if (strncmp(path, "/keys/", 6) == 0 && mark) {
        *mark = 0;
        size_t n = split(strchr(mark + 1, '=') + 1, ",", keys, 1000);
        give_lines(path + 6, keys, n, 1);
    } else {
        if (mark) *mark = 0;
        give_file(path + 1);
    }
}

static void read_request(char *method, char *path)
{
    static const char *const shown[] = { "Authorization:", "X-", "If-None-Match:" };
    static char line[TEXT_MAX];
    long size = 0;
    *method = *path = *known = 0;
    if (!fgets(line, sizeof line, in)) return;
    line[strcspn(line, "\r\n")] = 0;
    fprintf(notes, "%s\n", line);
    sscanf(line, "%9s %8000s", method, path);
    while (fgets(line, sizeof line, in) && line[strcspn(line, "\r\n")] && strcspn(line, "\r\n")) {
        line[strcspn(line, "\r\n")] = 0;
        if (strncasecmp(line, "Content-Length:", 15) == 0) size = atol(line + 15);
        if (strncasecmp(line, "If-None-Match:", 14) == 0)
            snprintf(known, sizeof known, "%.90s", line + 15);
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
            if (strncasecmp(line, shown[i], strlen(shown[i])) == 0) fprintf(notes, "  %s\n", line);
        }
    }
    size_t n = size > 0 && size < TEXT_MAX ? fread(body, 1, (size_t)size, in) : 0;
    body[n] = 0;
    if (n) fprintf(notes, "  %s\n", body);
    fflush(notes);
}

static void one_request(const char *how)
{
    static const char page[] = "<html>Please log in</html>\n";
    static char path[8100];
    char        method[10];
    read_request(method, path);
    if (how && strcmp(how, "hang") == 0) (void)fgetc(in);
    if (how && strcmp(how, "slow") == 0) sleep(2);
    if (how && strstr("slow close hang", how)) return;
    if (how && strcmp(how, "page") == 0) answer(200, "text/html", "", page, sizeof page - 1);
    else if (how && atoi(how)) answer(atoi(how), "text/plain", "", "not today!\n", 11);
    else if (*method) give(method, path);
}

static int write_number(const char *name, long number)
{
    FILE *f = open_in_folder(name, "w");
    if (!f) return 1;
    fprintf(f, "%ld", number);
    return fclose(f);
}

static int listen_on_loopback(void)
{
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t          size = sizeof place;
    int                fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&place, size) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&place, &size) != 0) {
        perror("listen");
        exit(1);
    }
    if (write_number("port", ntohs(place.sin_port)) != 0) exit(1);
    return fd;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    folder = argv[1];
    char **answers = argv + 3;
    notes = open_in_folder("log", "w");
    if (!notes) return 1;
    int fd = listen_on_loopback();
    pid_t id = fork();
    if (id != 0) return write_number("pid", id);
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) return 1;
    alarm(LIFE_SECONDS);
    for (int left = atoi(argv[2]); left > 0; left--) {
        int connection = accept(fd, NULL, NULL);
        if (connection < 0) break;
        in = fdopen(connection, "r");
        out = fdopen(dup(connection), "w");
        one_request(*answers ? *answers++ : NULL);
        fclose(in);
        fclose(out);
    }
    return 0;
}
