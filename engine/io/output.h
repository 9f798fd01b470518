#ifndef IO_OUTPUT_H
#define IO_OUTPUT_H

/*
 * output.h: what sink drivers are: places that encoded rows go to. sink.c encodes and counts; a driver takes bytes.
 */

#include "data/snap.h"
#include "io/attempts.h"
#include "io/encode.h"
#include "io/gz.h"
#include "io/url.h"

/* Encoded rows: bytes, and where each row ends in them. */
struct encoded {
    struct buf bytes;
    size_t *ends; /* behind row i of the live rows; NULL unless the driver asks for them */
    uint32_t n_rows;
};

struct output;

/*
 * open      a failure is ERR_UNREACHABLE with the path and the reason
 * write     takes all bytes or fails; `batch` tells the rowtimes (live row i ends at rows->ends[i])
 * advance   no row before `bound` will come
 * flush     everything so far gets to where it goes
 * save      everything so far is safe on the disk; writes the position that restore puts the output back to
 * restore   after an open with `resume` set, which leaves alone what is there; reads all of the position, and its
 *           end, before it touches anything
 * close     flushes; once, also after a failed open
 */
struct output_class {
    enum url_kind kind;
    bool needs_ends;
    bool takes_rows; /* as columns: nothing is encoded, write gets no bytes */
    struct status (*open)(struct output *o, const struct url *u);
    struct status (*write)(struct output *o, const struct encoded *rows, const struct batch *batch);
    struct status (*advance)(struct output *o, rowtime bound);
    struct status (*flush)(struct output *o);
    struct status (*save)(struct output *o, struct snap_writer *w);
    struct status (*restore)(struct output *o, struct snap_reader *r);
    struct status (*close)(struct output *o);
};

struct output {
    const struct output_class *class;
    struct arena *arena;
    const struct io_endpoint *endpoint;
    const struct encoder *encoder;
    struct attempts *attempts; /* the sink's */
    const char *format;
    const char *path; /* where things go, for messages and summaries */
    bool gzip;
    bool is_terminal; /* standard output, and it is one */
    bool told_removed; /* that the file is no longer there */
    bool resume; /* an earlier run's output is gone on with */
    int fd;
    int pid;
    struct gzip_maker *maker;
    struct buf pending; /* bytes that wait for a whole gzip member */
    struct buf packed;
    struct folder *folder;
    const struct schema *schema;
    struct table_sink *table;
    struct lambda *lambda;
    struct vault_sink *vault;
    const struct url *peer; /* of a connection that may have to be made again */
    struct courier *courier;
    struct mail *mail;
    struct throttle *throttle;
    struct mqtt_sink *mqtt;
    atomic_bool given_up; /* nobody waits for it any more */
};

extern const struct output_class output_stdout_class, output_file_class, output_dir_class,
    output_exec_class, output_null_class, output_sqlite_class, output_vault_class, output_tcp_class,
    output_unix_class, output_http_class, output_mail_class,
    output_lambda_class, output_mqtt_class;

/* Whether a folder's options mean something; touches nothing. */
struct status output_dir_check(struct arena *a, const struct io_endpoint *e) MUST_CHECK;

/* Of a folder, the endpoint of what failed; NULL: it shall have none. */
struct io_endpoint *output_dir_failed(struct arena *a, const struct io_endpoint *e);

/* ---- for the drivers ---- */

/* A failure to `verb` the path for the endpoint, from errno. */
struct status output_failed(const struct output *o, const char *verb, const char *path);
/* Makes the folders that the path lies in. */
struct status output_make_folders(struct output *o, const char *path);
/* Opens the path, emptied unless o->resume, in folders that are there; sets fd. */
struct status output_create(struct output *o, const char *path);
/* The same for a file that may be written anew elsewhere: it can be read, too. */
struct status output_create_kept(struct output *o, const char *path);
/* Whether the file that fd writes is the one that has this name. */
bool output_is_there(const struct output *o, const char *path);
/* The file lost its name, with its folder or alone: makes the folders and the file again, and copies what was written
 * into it. Nothing is lost; a message tells. */
struct status output_write_anew(struct output *o, const char *path);
struct status output_rename(struct output *o, const char *from, const char *to);
/* Closes fd, if it is open. */
struct status output_close_fd(struct output *o, const char *path);
/* Bytes to fd, all of them. A full disk is waited for, here and when files and folders are made and named: a message,
 * then another try every second, until it works or output_stop was called. */
struct status output_write_all(struct output *o, const char *p, size_t n);
/* The same through gzip when the output is packed: members of OUTPUT_MEMBER bytes, cut at line ends,
 * whatever the batches. */
struct status output_put(struct output *o, const char *p, size_t n);
/* What waits for its member goes out. */
struct status output_finish_member(struct output *o);
/* How far the open file was written, on the disk by now, and what waits for its gzip member. */
struct file_position {
    uint64_t size;
    struct str pending;
};
struct status output_save_file(struct output *o, const char *path, struct snap_writer *w);
struct file_position output_read_position(struct snap_reader *r);
/* Puts the open file back: what was written later is cut off. */
struct status output_restore_file(struct output *o, const char *path,
                                  struct file_position position);
/* For what cannot be taken back: delivered at least once. */
struct status output_save_nothing(struct output *o, struct snap_writer *w);
struct status output_restore_nothing(struct output *o, struct snap_reader *r);
/* After a failure that may pass (no room, a lock): says so, once if *told is not set, and waits a second. False: the
 * run is stopped. */
bool output_try_later(const struct output *o, const char *path, const char *why, bool *told);
/* Says so, unless it was said a moment ago: "cannot VERB PATH of NAME: WHY; trying again WHEN", and how many failed
 * since. Whether it did. After attempts_failed. */
bool output_tell_failure(const struct output *o, const char *verb, const char *path,
                         const char *why, const char *when);
/* Says that it works again, if the failure was told. */
void output_tell_success(const struct output *o, const char *path, bool told);
/* Waits, in pieces short enough for a stop. */
void output_pause(int64_t ms);
/* The same before another try of an output; whether to give up instead: all outputs are stopped, or this one. */
void output_rest(const struct output *o, int64_t ms);
bool output_gives_up(const struct output *o);
bool output_is_stopped(void);
/* Waiting for room ends; called from a signal handler. */
void output_stop(void);

#endif
