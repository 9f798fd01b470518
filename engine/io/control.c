/*
 * control.c: the control socket: its file, lines and messages.
 *
 * Requests come from whoever may open the socket, in any pieces and with anything in them: a line is bounded, JSON is
 * read by io/doc, which bounds depth and number of values, and members of another kind than is asked for are not there.
 */

#include "io/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "data/text.h"

enum { BACKLOG = 16 };

/* ---- the socket ---- */

static struct status place_failed(struct arena *a, const char *path, const char *why)
{
    return status_new(a, ERR_UNREACHABLE, SPAN_NONE, "no control socket at '%s': %s", path, why);
}

static struct status address_of(struct arena *a, const char *path, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof out->sun_path)
        return place_failed(a, path, "the path of a Unix socket has 1 to 107 bytes");
    memcpy(out->sun_path, path, n);
    return OK;
}

/* A connection, or -1 with errno. */
static int connect_to(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int result;
    do result = connect(fd, (const struct sockaddr *)address, sizeof *address);
    while (result != 0 && errno == EINTR);
    if (result == 0) return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* A socket that a killed run has left behind is nobody's; what else lies there stays. */
static struct status clear_place(struct arena *a, const char *path,
                                 const struct sockaddr_un *address)
{
    struct stat about;
    if (lstat(path, &about) != 0) return OK;
    if (!S_ISSOCK(about.st_mode)) return place_failed(a, path, "a file that is no socket is there");
    int fd = connect_to(address);
    if (fd >= 0) {
        close(fd);
        return status_with_hint(place_failed(a, path, "another run holds it"),
                                "each run has a socket of its own");
    }
    if (errno != ECONNREFUSED) return place_failed(a, path, strerror(errno));
    if (unlink(path) != 0) return place_failed(a, path, strerror(errno));
    return OK;
}

static int bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t mask = umask(0177);
    int result = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int why = errno;
    umask(mask);
    errno = why;
    return result == 0 ? listen(fd, BACKLOG) : result;
}

/* The file gets its name once somebody listens: who finds it can connect, and another run that starts does not take it
 * for one that was left behind. Where a longer name has no room it is bound as it is. */
static int listen_at(int fd, const struct sockaddr_un *address)
{
    struct sockaddr_un early = *address;
    size_t n = strlen(early.sun_path), room = sizeof early.sun_path - n;
    int added = snprintf(early.sun_path + n, room, ".%d", (int)getpid());
    if (added < 0 || (size_t)added >= room) return bind_private(fd, address);
    unlink(early.sun_path);
    int result = bind_private(fd, &early);
    if (result == 0) result = link(early.sun_path, address->sun_path);
    int why = errno;
    unlink(early.sun_path);
    errno = why;
    return result;
}

struct status control_listen(struct arena *a, const char *path, int *fd,
                             struct control_place *place)
{
    struct sockaddr_un address;
    struct stat about;
    TRY(address_of(a, path, &address));
    TRY(clear_place(a, path, &address));
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return place_failed(a, path, strerror(errno));
    if (listen_at(made, &address) != 0 || lstat(path, &about) != 0) {
        struct status st = place_failed(a, path, strerror(errno));
        close(made);
        return st;
    }
    *fd = made;
    *place = (struct control_place){ path, about.st_dev, about.st_ino };
    return OK;
}

void control_unlisten(int fd, const struct control_place *place)
{
    struct stat about;
    bool same = lstat(place->path, &about) == 0 && about.st_dev == place->device &&
                about.st_ino == place->inode;
    if (same) unlink(place->path);
    close(fd);
}

struct status control_connect(struct arena *a, const char *path, int *fd)
{
    struct sockaddr_un address;
    TRY(address_of(a, path, &address));
    int made = connect_to(&address);
    if (made >= 0) {
        *fd = made;
        return OK;
    }
    int why = errno;
    struct status st = status_new(a, ERR_UNREACHABLE, SPAN_NONE, "cannot connect to '%s': %s", path,
                                  strerror(why));
    return status_with_hint(st, why == EACCES
                                    ? "it is open to the user alone who started the run"
                                    : "sluice run --control SOCKET opens one, while it runs");
}

/* ---- lines ---- */

void control_add(struct control_lines *l, const char *bytes, size_t n)
{
    if (l->at > 0) {
        l->bytes.len -= l->at;
        memmove(l->bytes.data, l->bytes.data + l->at, l->bytes.len);
        l->at = 0;
    }
    buf_append(&l->bytes, bytes, n);
}

enum control_line control_next(struct control_lines *l, struct str *line)
{
    size_t n = l->bytes.len - l->at;
    if (n == 0) return CONTROL_PART;
    const char *from = l->bytes.data + l->at;
    const char *stop = memchr(from + l->looked, '\n', n - l->looked);
    size_t size = stop ? (size_t)(stop - from) + 1 : n;
    if (size > l->limit) return CONTROL_TOO_LONG;
    l->looked = stop ? 0 : n;
    if (!stop) return CONTROL_PART;
    l->at += size;
    *line = str_view(from, size - 1);
    return CONTROL_LINE;
}

void control_lines_free(struct control_lines *l)
{
    buf_free(&l->bytes);
    l->at = l->looked = 0;
}

/* ---- reading messages ---- */

struct status control_parse(struct arena *a, struct str line, struct doc_node **out)
{
    struct text_file *file = ARENA_NEW(a, struct text_file);
    file->name = "request";
    file->data = str_to_c(a, line);
    file->size = line.len;
    struct doc_node *message = NULL, *more = NULL;
    size_t at = 0;
    TRY(doc_json_next(a, file, &at, &message));
    if (message) TRY(doc_json_next(a, file, &at, &more));
    if (!message || more || message->kind != DOC_MAP)
        return status_new(a, ERR_SYNTAX, SPAN_NONE, "a message is one JSON object on one line");
    *out = message;
    return OK;
}

struct str control_text(const struct doc_node *message, const char *name)
{
    const struct doc_node *n = doc_get(message, name);
    return n && n->kind == DOC_TEXT ? n->text : STR_EMPTY;
}

uint64_t control_number(const struct doc_node *message, const char *name, uint64_t max)
{
    const struct doc_node *n = doc_get(message, name);
    uint64_t value = 0;
    if (!n || n->kind != DOC_NUMBER || n->text.len == 0) return 0;
    for (uint32_t i = 0; i < n->text.len; i++) {
        char c = str_data(&n->text)[i];
        if (c < '0' || c > '9' || value > (UINT64_MAX - 9) / 10) return 0;
        value = value * 10 + (uint64_t)(c - '0');
    }
    return value <= max ? value : 0;
}

bool control_true(const struct doc_node *message, const char *name)
{
    const struct doc_node *n = doc_get(message, name);
    return n && n->kind == DOC_BOOLEAN && str_equal_c(n->text, "true");
}

/* ---- writing messages ---- */

void control_member(struct buf *out, const char *name)
{
    bool first = out->len == 0 || strchr("[,\n", out->data[out->len - 1]) != NULL;
    buf_append_char(out, first ? '{' : ',');
    text_json_string(out, name, strlen(name));
    buf_append_char(out, ':');
}

void control_put_text(struct buf *out, const char *name, struct str text)
{
    control_member(out, name);
    text_json_string(out, str_data(&text), text.len);
}

void control_put_number(struct buf *out, const char *name, uint64_t n)
{
    control_member(out, name);
    buf_printf(out, "%llu", (unsigned long long)n);
}

void control_put_true(struct buf *out, const char *name, bool value)
{
    control_member(out, name);
    buf_append_c(out, value ? "true" : "false");
}

void control_put_column(struct buf *out, const struct column *c)
{
    control_put_text(out, "name", c->name);
    control_put_number(out, "kind", c->type.kind);
    control_put_number(out, "precision", c->type.precision);
    control_put_number(out, "scale", c->type.scale);
    control_put_number(out, "from", c->type.from);
    control_put_number(out, "to", c->type.to);
    control_put_number(out, "length", c->type.length);
    if (c->not_null) control_put_true(out, "not_null", true);
    if (c->personal) control_put_true(out, "personal", true);
}

bool control_column(const struct doc_node *message, struct column *out)
{
    struct type t = { .kind = (uint8_t)control_number(message, "kind", TYPE_KIND_COUNT - 1),
                      .precision = (uint8_t)control_number(message, "precision", UINT8_MAX),
                      .scale = (uint8_t)control_number(message, "scale", UINT8_MAX),
                      .from = (uint8_t)control_number(message, "from", UNIT_SECOND),
                      .to = (uint8_t)control_number(message, "to", UNIT_SECOND),
                      .length = (uint32_t)control_number(message, "length", UINT32_MAX) };
    *out = (struct column){ .name = control_text(message, "name"), .type = t,
                            .not_null = control_true(message, "not_null"),
                            .personal = control_true(message, "personal") };
    if (t.kind == TYPE_NULL) return false;
    if (t.kind == TYPE_DECIMAL)
        return t.precision <= LIMIT_DECIMAL_PRECISION && t.scale <= t.precision;
    return !type_is_interval(t) || (t.from >= UNIT_YEAR && t.from <= t.to);
}
