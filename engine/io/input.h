#ifndef IO_INPUT_H
#define IO_INPUT_H

/*
 * input.h: what source drivers are: places that bytes come from, one open file after the other. source.c asks
 * them for bytes, undoes gzip, and cuts what comes into blocks of whole records.
 */

#include "io/url.h"

enum input_result { INPUT_BYTES, INPUT_IDLE, INPUT_END, INPUT_FAILED };

struct input;

/*
 * open      finds the input and opens its first file; a failure is ERR_UNREACHABLE with the path and the reason
 * read      at most cap bytes, what is there, waiting at most wait_ms (-1: as long as it takes); INPUT_IDLE: nothing
 *           within the time, or the source is to stop; INPUT_END: this file has ended
 * next      goes on with the next file; false: there is none, or *st says why it cannot be read
 * close     once, also after a failed open
 *
 * What only some have (NULL elsewhere):
 *
 * holds     bytes are there that nobody else has any more: they are read even when the source is to stop; then asked
 *           only, and nothing more is taken in
 * label     names the topics of a block that was cut from what read gave
 * seek      goes on from a place of an earlier run, before the first read; false: it is gone. *begins: a file begins
 *           there
 * find      goes on in the file that a place names, behind byte *offset, which it may change; false: it is not there
 * cover     a checkpoint goes on from this place; any thread
 */
struct input_class {
    enum url_kind kind;
    struct status (*open)(struct input *in, struct arena *a, const struct io_endpoint *e,
                          const struct url *u);
    enum input_result (*read)(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                              struct status *st);
    bool (*next)(struct input *in, struct status *st);
    void (*close)(struct input *in);
    bool (*holds)(const struct input *in);
    void (*label)(struct input *in, struct block *b);
    bool (*seek)(struct input *in, uint64_t place, bool *begins);
    bool (*find)(struct input *in, struct str path, uint64_t *offset);
    void (*cover)(struct input *in, uint64_t place);
};

struct input {
    const struct input_class *class;
    struct arena             *arena;
    const struct io_endpoint *endpoint;
    const char               *path;     /* of the file that is open, for messages */
    int                       fd;       /* -1: none */
    int                       stop_fd;  /* becomes readable when the source is to stop */
    bool                      live;     /* may pause */
    bool                      seekable; /* a regular file: zero bytes are its end */
    bool                      follow;
    bool                      rotated; /* the followed file is another one, or begun anew */
    struct follower          *follower; /* NULL: no regular file is followed */
    struct attempts           connection; /* of a driver that makes a lost one anew */
    uint64_t                  size;    /* of all files, 0: unknown */
    bool                      plain;   /* bytes are never gzip */
    bool                      placed;  /* places are counted from `base`, by the driver */
    uint64_t                  base;    /* the place where this file begins */
    /* dir */
    char **paths;
    size_t n_paths, at;
    /* exec */
    int pid;
    /* tcp, unix */
    struct clients *clients; /* NULL: one connection of our own */
    struct mqtt_source *mqtt;
    /* http */
    struct http_source *http;
};

/* Of http: URLs, without touching anything. */
struct status input_http_check(struct arena *a, const struct io_endpoint *e,
                               const struct url *u) MUST_CHECK;

extern const struct input_class input_file_class, input_dir_class, input_stdin_class,
    input_exec_class, input_tcp_class, input_unix_class, input_mqtt_class, input_http_class;

/* ---- for the drivers ---- */

/* Waits until the source is to stop; false: time is over. */
bool input_stopped(const struct input *in, int wait_ms);
/* The same, or until the descriptor can be read: *ready. */
bool input_wait(const struct input *in, int fd, int wait_ms, bool *ready);
/* read() of the open descriptor, after a wait where that makes sense. */
enum input_result input_read_fd(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                struct status *st);
/* Opens a path for reading; sets fd, path, live and seekable, adds to size. */
struct status input_open_path(struct input *in, const char *path);

#endif
