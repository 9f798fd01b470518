/*
 * remote.c: a session that is a connection to a run's control socket: requests out, answers in.
 *
 * Requests are answered in their order, and between an accepted query and its end only messages of the query come; so
 * reading waits for one kind of message at a time. Rows come as JSON objects by the numbers of their columns and are
 * decoded as those of a source are. What the run sends is believed no more than any other input.
 */

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/session_impl.h"
#include "base/limits.h"
#include "io/control.h"

enum {
    ANSWER_MS = 60000, /* a run that says nothing for so long is gone */
    READ_BYTES = 64 << 10,
    ROWS_MAX = 1 << 20 /* of one message */
};

struct remote {
    int                  fd;
    struct control_lines lines;
    bool                 lost;
};

struct remote_query {
    struct session      *session;
    struct arena        *arena;
    struct schema        columns, wire;
    struct decode_config config;
    struct decoder      *decoder;
    bool                 standing, ended;
    uint64_t             left_out, faults;
    struct status        failure;
};

/* ---- lines ---- */

static struct status gone(const struct session *s, const char *why)
{
    s->remote->lost = true;
    return status_new(s->arena, ERR_UNREACHABLE, SPAN_NONE, "the run is gone: %s", why);
}

static struct status send_text(struct session *s, const struct buf *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t n = send(s->remote->fd, text->data + at, text->len - at, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) return gone(s, strerror(errno));
        if (n > 0) at += (size_t)n;
    }
    return OK;
}

/* Waits for more bytes, at most wait_ms; *came false: none. */
static struct status receive(struct session *s, int wait_ms, bool *came)
{
    struct pollfd p = { .fd = s->remote->fd, .events = POLLIN };
    char bytes[READ_BYTES];
    *came = false;
    if (poll(&p, 1, wait_ms) <= 0) return OK; /* a signal ends waiting, too */
    ssize_t n = recv(s->remote->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return OK;
    if (n < 0) return gone(s, strerror(errno));
    if (n == 0) return gone(s, "it has ended");
    control_add(&s->remote->lines, bytes, (size_t)n);
    *came = true;
    return OK;
}

/* The next line; *there false: none within the time. Valid until the next one. */
static struct status read_line(struct session *s, int wait_ms, struct str *line, bool *there)
{
    *there = false;
    for (;;) {
        enum control_line got = control_next(&s->remote->lines, line);
        if (got == CONTROL_TOO_LONG) return gone(s, "it sends a line without end");
        *there = got == CONTROL_LINE;
        if (*there) return OK;
        bool came;
        TRY(receive(s, wait_ms, &came));
        if (!came) return OK;
    }
}

/* A message, whatever it says. */
static struct status read_message(struct session *s, struct arena *a, struct doc_node **out)
{
    struct str line;
    bool there = false;
    for (int waited = 0; !there && waited < ANSWER_MS; waited += 100)
        TRY(read_line(s, 100, &line, &there));
    if (!there) return gone(s, "it does not answer");
    struct status st = control_parse(a, line, out);
    return st.err == ERR_NONE ? OK : gone(s, "it sends what is no message");
}

static enum err err_of(struct str name)
{
    int err = ERR_COUNT - 1;
    while (err > ERR_NONE + 1 && !str_equal_c(name, err_name((enum err)err))) err--;
    return (enum err)err;
}

static const char *text_in(struct session *s, struct str text)
{
    return str_to_c(s->arena, text);
}

/* What a refusal says; messages, if given, get its long form. */
static struct status refusal(struct session *s, const struct doc_node *m, struct buf *messages)
{
    struct status st = { .err = err_of(control_text(m, "code")),
                         .message = text_in(s, control_text(m, "message")) };
    struct str hint = control_text(m, "hint"), all = control_text(m, "messages");
    if (hint.len) st.hint = text_in(s, hint);
    if (messages && all.len) buf_append_str(messages, all);
    else if (messages) status_print(messages, &st);
    return st;
}

/* Sends a request, ended here, and reads its answer. */
static struct status request(struct session *s, struct buf *text, struct arena *a,
                             struct doc_node **out, struct buf *messages)
{
    buf_append_c(text, "}\n");
    struct status st = send_text(s, text);
    if (st.err == ERR_NONE) st = read_message(s, a, out);
    if (st.err != ERR_NONE && messages) status_print(messages, &st);
    if (st.err != ERR_NONE) return st;
    return control_true(*out, "ok") ? OK : refusal(s, *out, messages);
}

/* ---- life ---- */

struct status session_connect(const struct session_config *config, const char *path,
                              struct arena *a, struct session **out)
{
    int fd;
    TRY(control_connect(a, path, &fd));
    struct session *s = session_bare(config);
    s->closed = true; /* there is nothing of its own to end */
    s->remote = ARENA_NEW(s->arena, struct remote);
    s->remote->fd = fd;
    s->remote->lines.limit = (size_t)LIMIT_RECORD_BYTES * 2;
    struct buf text = { 0 };
    struct doc_node *answer;
    control_put_text(&text, "do", str_c("hello"));
    control_put_number(&text, "version", CONTROL_VERSION);
    struct status st = request(s, &text, s->arena, &answer, NULL);
    buf_free(&text);
    if (st.err == ERR_NONE) {
        *out = s;
        return OK;
    }
    st = status_new(a, st.err, SPAN_NONE, "%s: %s", path, st.message ? st.message : "");
    session_free(s);
    return st;
}

bool remote_is_lost(const struct remote *r)
{
    return r->lost;
}

void remote_close(struct remote *r)
{
    close(r->fd);
    control_lines_free(&r->lines);
}

/* ---- what there is ---- */

static void read_columns(struct arena *a, const struct doc_node *m, struct schema *out)
{
    const struct doc_node *list = doc_get(m, "columns");
    uint32_t n = list && list->kind == DOC_LIST ? list->count : 0;
    if (n > LIMIT_COLUMNS) n = LIMIT_COLUMNS;
    out->columns = arena_calloc(a, (n + 1) * sizeof *out->columns);
    out->n_columns = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct column *c = &out->columns[out->n_columns];
        if (control_column(list->items[i], c)) out->n_columns++;
    }
}

static void read_object(struct arena *a, const struct doc_node *m, struct session_object *o)
{
    struct schema columns;
    read_columns(a, m, &columns);
    *o = (struct session_object){
        .kind = (enum session_object_kind)control_number(m, "kind", OBJECT_FUNCTION),
        .name = control_text(m, "name"),
        .columns = columns.columns,
        .n_columns = columns.n_columns,
        .detail = str_to_c(a, control_text(m, "detail")),
        .state = str_to_c(a, control_text(m, "state")),
        .rows = control_number(m, "rows", UINT64_MAX)
    };
    struct str text = control_text(m, "text");
    if (text.len) o->text = str_to_c(a, text);
}

size_t remote_objects(struct session *s, struct arena *a, struct session_object **out)
{
    struct buf text = { 0 };
    struct doc_node *answer;
    control_put_text(&text, "do", str_c("list"));
    struct status st = request(s, &text, a, &answer, NULL);
    buf_free(&text);
    const struct doc_node *list = st.err == ERR_NONE ? doc_get(answer, "objects") : NULL;
    uint32_t n = list && list->kind == DOC_LIST ? list->count : 0;
    *out = ARENA_ARRAY(a, struct session_object, n + 1);
    for (uint32_t i = 0; i < n; i++) read_object(a, list->items[i], &(*out)[i]);
    return n;
}

/* A request whose answer is a text. */
static struct status request_text(struct session *s, const char *what, const struct str *stream,
                                  struct buf *out)
{
    struct arena *a = arena_new();
    struct buf text = { 0 };
    struct doc_node *answer;
    control_put_text(&text, "do", str_c(what));
    if (stream) control_put_text(&text, "stream", *stream);
    struct status st = request(s, &text, a, &answer, NULL);
    if (st.err == ERR_NONE) buf_append_str(out, control_text(answer, "text"));
    buf_free(&text);
    arena_free(a);
    return st;
}

struct status remote_why(struct session *s, struct str stream, struct buf *out)
{
    return request_text(s, "why", &stream, out);
}

struct status remote_errors(struct session *s, struct buf *out)
{
    return request_text(s, "errors", NULL, out);
}

/* ---- definitions ---- */

static void put_statement(struct buf *out, const struct session_text *t)
{
    if (t->name) control_put_text(out, "name", str_c(t->name));
    control_put_text(out, "text", str_view(t->data, t->size));
    control_put_number(out, "line", t->line);
    control_put_number(out, "column", t->column);
}

static void add_warnings(const struct doc_node *answer, struct buf *messages)
{
    buf_append_str(messages, control_text(answer, "messages"));
}

struct status remote_define(struct session *s, const struct session_text *texts, size_t n,
                            struct buf *messages)
{
    struct arena *a = arena_new();
    struct buf text = { 0 };
    struct doc_node *answer;
    control_put_text(&text, "do", str_c("define"));
    control_member(&text, "texts");
    buf_append_char(&text, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_append_char(&text, ',');
        put_statement(&text, &texts[i]);
        buf_append_char(&text, '}');
    }
    buf_append_char(&text, ']');
    struct status st = request(s, &text, a, &answer, messages);
    if (st.err == ERR_NONE) add_warnings(answer, messages);
    buf_free(&text);
    arena_free(a);
    return st;
}

/* ---- queries ---- */

static struct status open_decoder(struct remote_query *q)
{
    struct arena *a = q->arena;
    q->wire.n_columns = q->columns.n_columns;
    q->wire.columns = ARENA_ARRAY(a, struct column, q->wire.n_columns + 1);
    bool *needed = ARENA_ARRAY(a, bool, q->wire.n_columns + 1);
    for (uint32_t c = 0; c < q->wire.n_columns; c++) {
        struct str name = str_format(a, "%u", c);
        q->wire.columns[c] = (struct column){ .name = name, .type = q->columns.columns[c].type,
                                              .path = path_of_name(a, name) };
        needed[c] = true;
    }
    q->config = (struct decode_config){ .schema = &q->wire, .needed = needed };
    return decoder_new(a, "json", &q->config, &q->decoder);
}

struct status remote_ask(struct session *s, const struct session_text *text, struct arena *a,
                         struct remote_query **out, struct buf *messages)
{
    struct buf message = { 0 };
    struct doc_node *answer;
    control_put_text(&message, "do", str_c("ask"));
    put_statement(&message, text);
    struct status st = request(s, &message, a, &answer, messages);
    buf_free(&message);
    if (st.err != ERR_NONE) return st;
    struct remote_query *q = ARENA_NEW(a, struct remote_query);
    q->session = s;
    q->arena = a;
    q->standing = control_true(answer, "standing");
    read_columns(a, answer, &q->columns);
    add_warnings(answer, messages);
    TRY(open_decoder(q));
    *out = q;
    return OK;
}

const struct schema *remote_columns(const struct remote_query *q)
{
    return &q->columns;
}

bool remote_is_standing(const struct remote_query *q)
{
    return q->standing;
}

uint64_t remote_left_out(const struct remote_query *q)
{
    return q->left_out;
}

uint64_t remote_faults(const struct remote_query *q)
{
    return q->faults;
}

/* The lines behind a message of rows. */
static struct status read_block(struct remote_query *q, uint64_t n, struct block **out)
{
    struct buf text = { 0 };
    struct status st = OK;
    for (uint64_t i = 0; i < n && st.err == ERR_NONE; i++) {
        struct str line;
        bool there = false;
        for (int waited = 0; !there && st.err == ERR_NONE && waited < ANSWER_MS; waited += 100)
            st = read_line(q->session, 100, &line, &there);
        if (st.err == ERR_NONE && !there) st = gone(q->session, "it stops within its rows");
        if (st.err != ERR_NONE) break;
        buf_append_str(&text, line);
        buf_append_char(&text, '\n');
    }
    if (st.err == ERR_NONE) {
        *out = block_new(text.len);
        memcpy((*out)->data, text.data ? text.data : "", text.len);
        (*out)->size = text.len;
    }
    buf_free(&text);
    return st;
}

static struct status read_rows(struct remote_query *q, uint64_t n, struct batch **out)
{
    struct block *block;
    struct decoded decoded;
    TRY(read_block(q, n, &block));
    size_t at = decoder_run(q->decoder, block, 0, (uint32_t)n + 1, false, &decoded);
    bool whole = at == block->size && decoded.n_faults == 0 && decoded.batch->n_rows == n;
    block_release(block);
    if (whole) {
        *out = decoded.batch;
        return OK;
    }
    batch_release(decoded.batch);
    return gone(q->session, "it sends rows that are none");
}

static void read_end(struct remote_query *q, const struct doc_node *m)
{
    q->ended = true;
    q->faults = control_number(m, "faults", UINT64_MAX);
    if (doc_get(m, "code")) q->failure = refusal(q->session, m, NULL);
}

/* One message of the query. */
static struct status take_message(struct remote_query *q, struct str line, struct batch **rows)
{
    struct arena *a = arena_new();
    struct doc_node *m;
    struct status st = control_parse(a, line, &m);
    if (st.err != ERR_NONE) {
        st = gone(q->session, "it sends what is no message");
    } else if (control_true(m, "end")) {
        read_end(q, m);
    } else if (doc_get(m, "left_out")) {
        q->left_out = control_number(m, "left_out", UINT64_MAX);
    } else {
        uint64_t n = control_number(m, "rows", ROWS_MAX);
        if (n > 0) st = read_rows(q, n, rows);
    }
    arena_free(a);
    return st;
}

enum session_rows remote_next(struct remote_query *q, int wait_ms, struct batch **rows,
                              struct status *st)
{
    struct str line;
    bool there = false;
    *rows = NULL;
    if (!q->ended && q->failure.err == ERR_NONE)
        q->failure = read_line(q->session, wait_ms, &line, &there);
    if (there) q->failure = take_message(q, line, rows);
    if (q->failure.err != ERR_NONE) {
        q->ended = true;
        *st = q->failure;
        return SESSION_FAILED;
    }
    if (*rows) return SESSION_ROWS;
    return q->ended ? SESSION_END : SESSION_WAIT;
}

/* What is on its way is read over up to the answer to `stop`, which comes in any case. */
void remote_done(struct remote_query *q)
{
    struct session *s = q->session;
    struct buf text = { 0 };
    control_put_text(&text, "do", str_c("stop"));
    buf_append_c(&text, "}\n");
    struct status st = q->failure.err == ERR_UNREACHABLE ? q->failure : send_text(s, &text);
    buf_free(&text);
    for (bool answered = false; st.err == ERR_NONE && !answered;) {
        struct arena *a = arena_new();
        struct doc_node *m;
        st = read_message(s, a, &m);
        answered = st.err == ERR_NONE && control_true(m, "ok");
        uint64_t n = st.err == ERR_NONE ? control_number(m, "rows", ROWS_MAX) : 0;
        if (st.err == ERR_NONE && doc_get(m, "left_out"))
            q->left_out = control_number(m, "left_out", UINT64_MAX);
        struct block *block;
        if (n > 0) st = read_block(q, n, &block);
        if (n > 0 && st.err == ERR_NONE) block_release(block);
        arena_free(a);
    }
}

/* ---- numbers ---- */

static void tell_sums(const struct doc_node *m, struct buf *out)
{
    static const struct {
        const char *name, *text;
    } sums[] = { { "records", "records in" },         { "rows_out", "rows out" },
                 { "errors", "rows of errors" },      { "windows", "windows open" },
                 { "state_bytes", "bytes of state" }, { "behind_ms", "ms behind the input" } };
    uint64_t ms = control_number(m, "ms", UINT64_MAX);
    uint64_t records = control_number(m, "records", UINT64_MAX);
    buf_printf(out, "running for %.1f s, %.0f records a second\n", (double)ms * 1e-3,
               ms ? (double)records * 1e3 / (double)ms : 0.0);
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        buf_printf(out, "%12llu %s\n",
                   (unsigned long long)control_number(m, sums[i].name, UINT64_MAX), sums[i].text);
    }
    buf_append_str(out, control_text(m, "ill"));
}

static void tell_streams(const struct doc_node *list, struct buf *out)
{
    uint32_t n = list && list->kind == DOC_LIST ? list->count : 0;
    for (uint32_t i = 0; i < n; i++) {
        struct str name = control_text(list->items[i], "name");
        buf_printf(out, "%12llu rows of stream %.*s\n",
                   (unsigned long long)control_number(list->items[i], "rows", UINT64_MAX),
                   STR_ARG(name));
    }
}

struct status session_metrics(struct session *s, struct buf *out)
{
    if (!s->remote)
        return status_new(s->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE,
                          "a session of its own has no numbers but those of \\d");
    struct arena *a = arena_new();
    struct buf text = { 0 };
    struct doc_node *m;
    control_put_text(&text, "do", str_c("metrics"));
    struct status st = request(s, &text, a, &m, NULL);
    if (st.err == ERR_NONE) {
        tell_sums(m, out);
        tell_streams(doc_get(m, "streams"), out);
    }
    buf_free(&text);
    arena_free(a);
    return st;
}
