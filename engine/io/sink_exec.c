/* sink_exec.c: exec:COMMAND: rows into the standard input of a program. It is waited for at the end; one
 * that failed is an error. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/output.h"

static struct status exec_open(struct output *o, const struct url *u)
{
    int ends[2];
    o->path = u->path;
    if (pipe(ends) != 0 || (o->pid = fork()) < 0) {
        return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                          "cannot start '%s' for %s: %s", u->path, o->endpoint->name,
                          strerror(errno));
    }
    if (o->pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        signal(SIGPIPE, SIG_DFL);
        execl("/bin/sh", "sh", "-c", u->path, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    o->fd = ends[1];
    struct buf head = { 0 };
    encoder_head(o->encoder, &head);
    struct status st = output_write_all(o, head.data, head.len);
    buf_free(&head);
    return st;
}

static struct status ended(struct output *o, int how)
{
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return OK;
    const char *what = WIFEXITED(how) ? "ended with exit code" : "was ended by signal";
    int         number = WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how);
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at, "program '%s' of %s %s %d",
                      o->path, o->endpoint->name, what, number);
}

static struct status exec_write(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    (void)batch;
    struct status st = output_write_all(o, rows->bytes.data, rows->bytes.len);
    if (st.err != ERR_INTERRUPTED) return st;
    /* the program has closed its input: rows would be lost from here on */
    int how = 0;
    if (waitpid(o->pid, &how, 0) > 0) {
        o->pid = 0;
        struct status why = ended(o, how);
        if (why.err != ERR_NONE) return why;
    }
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                      "program '%s' of %s has closed its input", o->path, o->endpoint->name);
}

static struct status exec_advance(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

static struct status exec_flush(struct output *o)
{
    (void)o;
    return OK;
}

static struct status exec_close(struct output *o)
{
    int how = 0;
    close(o->fd);
    o->fd = -1;
    if (o->pid <= 0 || waitpid(o->pid, &how, 0) < 0) return OK;
    o->pid = 0;
    return ended(o, how);
}

const struct output_class output_exec_class = {
    .kind = URL_EXEC,
    .open = exec_open,
    .write = exec_write,
    .advance = exec_advance,
    .flush = exec_flush,
    .close = exec_close,
};
