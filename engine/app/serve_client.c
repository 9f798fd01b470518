/*
 * serve_client.c: a conversation with one client: requests in, answers and rows out.
 *
 * Nothing here waits for the client: what it does not read stays in a buffer, and while that is full no request of it
 * is read and no row taken for it. A line that is no message is answered with an error; one without end, or a client
 * that goes away, ends the conversation.
 */

#include "app/serve_impl.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    OUT_BYTES = 64 << 10, /* that wait for the client: more is not made */
    READ_BYTES = 16 << 10,
    TEXTS_MAX = 1000 /* of one request */
};

struct talk {
    struct serve        *serve;
    int                  fd;
    struct control_lines lines;
    struct buf           out;
    size_t               sent; /* of out */
    struct live_query   *query;
    uint64_t             left_out; /* as the client knows it */
    bool                 over;     /* nothing more is read */
    bool                 held;     /* a request waits until there is time for it */
};

/* ---- answers ---- */

static void end_line(struct talk *t)
{
    buf_append_c(&t->out, "}\n");
}

/* messages: the whole text with the caret, or NULL. */
static void refuse(struct talk *t, struct status st, struct buf *messages)
{
    control_put_true(&t->out, "ok", false);
    control_put_text(&t->out, "code", str_c(err_name(st.err)));
    control_put_text(&t->out, "message", str_c(st.message ? st.message : err_text(st.err)));
    if (st.hint) control_put_text(&t->out, "hint", str_c(st.hint));
    if (messages && messages->len)
        control_put_text(&t->out, "messages", str_view(messages->data, messages->len));
    end_line(t);
}

static void refuse_as(struct talk *t, enum err err, const char *message)
{
    refuse(t, (struct status){ .err = err, .message = message }, NULL);
}

/* ---- requests ---- */

static void hello(struct talk *t, const struct doc_node *m)
{
    const struct run_config *config = t->serve->run->config;
    if (control_number(m, "version", UINT32_MAX) != CONTROL_VERSION) {
        refuse_as(t, ERR_NOT_SUPPORTED, "the run speaks version 1 of the protocol");
        return;
    }
    control_put_true(&t->out, "ok", true);
    control_put_number(&t->out, "version", CONTROL_VERSION);
    control_put_number(&t->out, "pid", (uint64_t)getpid());
    control_put_true(&t->out, "write", config->control_write);
    control_put_true(&t->out, "personal", config->control_personal);
    end_line(t);
}

static void put_object(struct buf *out, const struct session_object *o)
{
    control_put_number(out, "kind", o->kind);
    control_put_text(out, "name", o->name);
    control_put_text(out, "detail", str_c(o->detail));
    control_put_text(out, "state", str_c(o->state));
    control_put_number(out, "rows", o->rows);
    if (o->text) control_put_text(out, "text", str_c(o->text));
    control_member(out, "columns");
    buf_append_char(out, '[');
    for (uint32_t i = 0; i < o->n_columns; i++) {
        if (i > 0) buf_append_char(out, ',');
        control_put_column(out, &o->columns[i]);
        buf_append_char(out, '}');
    }
    buf_append_c(out, "]}");
}

static void list(struct talk *t, const struct doc_node *m)
{
    (void)m;
    struct arena *a = arena_new();
    struct session_object *objects;
    size_t n = session_objects(host_view(t->serve, a), a, &objects);
    control_put_true(&t->out, "ok", true);
    control_member(&t->out, "objects");
    buf_append_char(&t->out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_append_char(&t->out, ',');
        put_object(&t->out, &objects[i]);
    }
    buf_append_char(&t->out, ']');
    host_done(t->serve);
    end_line(t);
    arena_free(a);
}

static void why(struct talk *t, const struct doc_node *m)
{
    struct buf text = { 0 };
    struct arena *a = arena_new();
    struct status st = session_why(host_view(t->serve, a), control_text(m, "stream"), &text);
    host_done(t->serve);
    if (st.err != ERR_NONE) {
        refuse(t, st, NULL);
    } else {
        host_tell_errors(t->serve, false, &text);
        control_put_true(&t->out, "ok", true);
        control_put_text(&t->out, "text", str_view(text.data ? text.data : "", text.len));
        end_line(t);
    }
    buf_free(&text);
    arena_free(a);
}

static void errors(struct talk *t, const struct doc_node *m)
{
    (void)m;
    struct buf text = { 0 };
    host_tell_errors(t->serve, true, &text);
    control_put_true(&t->out, "ok", true);
    control_put_text(&t->out, "text", str_view(buf_c(&text), text.len));
    end_line(t);
    buf_free(&text);
}

static void metrics(struct talk *t, const struct doc_node *m)
{
    (void)m;
    control_put_true(&t->out, "ok", true);
    host_put_metrics(t->serve, &t->out);
    end_line(t);
}

/* The text members of a statement; they live as long as the message. */
static struct session_text text_of(struct arena *a, const struct doc_node *m)
{
    struct str name = control_text(m, "name"), base = control_text(m, "base_dir");
    struct str text = control_text(m, "text");
    struct session_text out = { .data = str_to_c(a, text), .size = text.len, .base_dir = "." };
    if (name.len) out.name = str_to_c(a, name);
    if (base.len) out.base_dir = str_to_c(a, base);
    /* a place beyond what a text may have is none */
    out.line = (uint32_t)control_number(m, "line", CONTROL_REQUEST_MAX);
    out.column = (uint32_t)control_number(m, "column", CONTROL_REQUEST_MAX);
    return out;
}

static void ask(struct talk *t, const struct doc_node *m)
{
    if (t->query) {
        refuse_as(t, ERR_USAGE, "a query runs; stop ends it");
        return;
    }
    struct arena *a = arena_new();
    struct session_text text = text_of(a, m);
    struct buf messages = { 0 };
    host_view(t->serve, a); /* nothing changes between compiling and tapping */
    struct status st = live_ask(t->serve, &text, &t->query, &messages);
    host_done(t->serve);
    if (st.err != ERR_NONE) {
        refuse(t, st, &messages);
    } else {
        t->left_out = 0;
        control_put_true(&t->out, "ok", true);
        live_put_columns(t->query, &t->out);
        if (messages.len)
            control_put_text(&t->out, "messages", str_view(messages.data, messages.len));
        end_line(t);
    }
    buf_free(&messages);
    arena_free(a);
}

static void tell_left_out(struct talk *t)
{
    uint64_t n = live_left_out(t->query);
    if (n == t->left_out) return;
    t->left_out = n;
    control_put_number(&t->out, "left_out", n);
    end_line(t);
}

static void end_query(struct talk *t)
{
    tell_left_out(t);
    live_put_end(t->query, &t->out);
    end_line(t);
    live_free(t->query);
    t->query = NULL;
}

/* Its answer is the end of the query, which may have come by itself meanwhile. */
static void stop(struct talk *t, const struct doc_node *m)
{
    (void)m;
    if (t->query) end_query(t);
    control_put_true(&t->out, "ok", true);
    end_line(t);
}

static void define(struct talk *t, const struct doc_node *m)
{
    const struct doc_node *list = doc_get(m, "texts");
    if (!t->serve->run->config->control_write) {
        refuse(t,
               (struct status){ .err = ERR_NOT_ALLOWED_HERE,
                                .message = "the pipeline takes no changes through its socket",
                                .hint = "sluice run --control-write lets it" },
               NULL);
        return;
    }
    if (!list || list->kind != DOC_LIST || list->count == 0 || list->count > TEXTS_MAX) {
        refuse_as(t, ERR_USAGE, "define takes from 1 to 1000 texts");
        return;
    }
    struct arena *a = arena_new();
    struct session_text *texts = ARENA_ARRAY(a, struct session_text, list->count);
    for (uint32_t i = 0; i < list->count; i++) texts[i] = text_of(a, list->items[i]);
    struct buf messages = { 0 };
    struct status st =
        session_define(host_view(t->serve, NULL), texts, list->count, &messages);
    host_done(t->serve);
    if (st.err != ERR_NONE) {
        refuse(t, st, &messages);
    } else {
        control_put_true(&t->out, "ok", true);
        if (messages.len)
            control_put_text(&t->out, "messages", str_view(messages.data, messages.len));
        end_line(t);
    }
    buf_free(&messages);
    arena_free(a);
}

static const struct request {
    const char *name;
    void (*run)(struct talk *t, const struct doc_node *m);
} requests[] = {
    { "hello", hello }, { "list", list }, { "why", why },   { "errors", errors },
    { "metrics", metrics }, { "ask", ask }, { "stop", stop }, { "define", define },
};

static void take_request(struct talk *t, struct str line)
{
    struct arena *a = arena_new();
    struct doc_node *m = NULL;
    struct status st = control_parse(a, line, &m);
    const struct request *found = NULL;
    struct str name = st.err == ERR_NONE ? control_text(m, "do") : STR_EMPTY;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (str_equal_c(name, requests[i].name)) found = &requests[i];
    }
    if (st.err != ERR_NONE) {
        refuse(t, st, NULL);
    } else if (!found) {
        refuse_as(t, ERR_USAGE,
                  "there is no such request: hello, list, why, errors, metrics, ask, stop, define");
    } else {
        found->run(t, m);
    }
    arena_free(a);
}

/* ---- the conversation ---- */

static size_t waiting(const struct talk *t)
{
    return t->out.len - t->sent;
}

static void send_waiting(struct talk *t)
{
    while (waiting(t) > 0) {
        ssize_t n = send(t->fd, t->out.data + t->sent, waiting(t), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) t->over = true;
        if (n <= 0) return;
        t->sent += (size_t)n;
    }
    if (t->out.cap > 4 * OUT_BYTES) buf_free(&t->out);
    t->out.len = t->sent = 0;
}

/* Requests are paid for, too: one who asks without end waits. */
static void take_lines(struct talk *t)
{
    struct budget *budget = &t->serve->budget;
    t->held = false;
    while (!t->over && waiting(t) < OUT_BYTES) {
        struct str line;
        if (t->lines.bytes.len == t->lines.at) return;
        t->held = !budget_has_time(budget);
        if (t->held) return;
        double began = serve_cpu_seconds();
        enum control_line got = control_next(&t->lines, &line);
        if (got == CONTROL_LINE) take_request(t, line);
        budget_take(budget, serve_cpu_seconds() - began, 0);
        if (got == CONTROL_PART) return;
        if (got == CONTROL_LINE) continue;
        refuse_as(t, ERR_LIMIT_EXCEEDED, "a request has at most 1 MB on its line");
        send_waiting(t);
        t->over = true;
    }
}

static void receive(struct talk *t)
{
    char bytes[READ_BYTES];
    ssize_t n = recv(t->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0) control_add(&t->lines, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR)) t->over = true;
}

/* Rows for the query as long as there are some, the client reads them, and the budget lasts; at the end of the run all
 * that are left. */
static void work(struct talk *t, bool ending)
{
    bool busy = true;
    while (t->query && busy && waiting(t) < OUT_BYTES && !atomic_load(&t->serve->closing) &&
           (ending || budget_has_rows(&t->serve->budget))) {
        uint32_t rows = 0;
        double began = serve_cpu_seconds();
        busy = live_step(t->query, &t->out, &rows);
        if (live_has_ended(t->query)) end_query(t);
        send_waiting(t);
        budget_take(&t->serve->budget, serve_cpu_seconds() - began, rows);
    }
    if (!t->query || waiting(t) >= OUT_BYTES) return;
    tell_left_out(t);
    if (ending && !busy) end_query(t);
}

static void wait_for_something(struct talk *t)
{
    bool full = waiting(t) >= OUT_BYTES || t->held;
    struct pollfd polls[] = { { .fd = t->fd }, { .fd = t->serve->wake, .events = POLLIN } };
    if (!full) polls[0].events |= POLLIN;
    if (waiting(t) > 0) polls[0].events |= POLLOUT;
    bool ending = atomic_load(&t->serve->ending);
    if (poll(polls, ending ? 1 : 2, t->query || ending || t->held ? SERVE_LOOK_MS : -1) < 0) return;
    if (polls[0].revents & (POLLERR | POLLNVAL)) t->over = true;
    else if (polls[0].revents & (POLLIN | POLLHUP)) receive(t);
}

void client_run(void *arg)
{
    struct client *c = arg;
    struct talk t = { .serve = c->serve, .fd = c->fd, .lines = { .limit = CONTROL_REQUEST_MAX } };
    while (!t.over && !atomic_load(&t.serve->closing)) {
        bool ending = atomic_load(&t.serve->ending);
        take_lines(&t);
        work(&t, ending);
        send_waiting(&t);
        if (ending && !t.query && waiting(&t) == 0) break;
        if (!t.over) wait_for_something(&t);
    }
    if (t.query) live_free(t.query);
    control_lines_free(&t.lines);
    buf_free(&t.out);
    shutdown(c->fd, SHUT_RDWR);
    atomic_store(&c->done, true);
}
