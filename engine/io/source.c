/*
 * source.c: an endpoint's bytes as blocks of whole records.
 *
 * A read takes what is there and never waits to fill a block. A driver (src_*.c) brings bytes of
 * one file after the other, gzip is undone, and lines.c cuts. Gzip is known by its first bytes, in
 * every file anew.
 */

#include "io/source.h"

#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/gz.h"
#include "io/follow.h"
#include "io/json_flat.h"
#include "io/lines.h"
#include "io/mqtt_url.h"
#include "io/processor.h"
#include "time/clock.h"

enum {
    PACKED_SIZE = 64 << 10
};

#define AT_TIP INT64_MAX

struct source {
    struct input in;
    struct arena *messages; /* apart, because the endpoint's arena may be in use by other threads */
    const char *format;
    int stop_fd;
    struct lines lines;
    bool sniffed; /* the file's first bytes were looked at */
    atomic_bool ended;
    struct status failure; /* of the input's end, told after its last block */
    struct processor *processor; /* NULL: records enter as they are */
    struct json_flat *flat;      /* NULL: a record a line */
    const struct decode_config *flat_config;
    struct gunzip *gunzip; /* NULL: the file is not packed */
    char *packed;          /* PACKED_SIZE bytes or more of a packed file ... */
    const char *packed_at; /* ... of which these */
    size_t packed_left;    /* are still to be taken */
    atomic_ullong done;    /* bytes read from the input */
    atomic_llong
        at_tip; /* steady ms when all that was there had been read; AT_TIP: it has, and more is waited for */
    uint64_t file_offset;  /* lines.offset at which the file at hand began */
    uint64_t
        skip; /* bytes of the (unpacked) file that are still to be left out: it is gone on with */
};

static const struct option_def source_options[] = {
    { "format", OPTION_FORMAT },
    { "row_path", OPTION_TEXT },
    { "column_delimiter", OPTION_TEXT },
    { "row_delimiter", OPTION_TEXT },
    { "header", OPTION_BOOLEAN },
    { "parallelism", OPTION_COUNT },
    { "rowtime", OPTION_TEXT },
    { "lateness", OPTION_INTERVAL },
    { "idle_after", OPTION_INTERVAL },
    { "follow", OPTION_BOOLEAN },
    { "listen", OPTION_BOOLEAN },
    { "processor", OPTION_TEXT },
    { "personal", OPTION_BOOLEAN },
    /* of mqtt: */
    { "qos", OPTION_COUNT },
    { "client_id", OPTION_TEXT },
    { "clean_session", OPTION_BOOLEAN },
    { "user", OPTION_TEXT },
    { "password_env", OPTION_TEXT },
    { "password_file", OPTION_TEXT },
    { "ca", OPTION_TEXT },
    { "cert", OPTION_TEXT },
    { "cert_key", OPTION_TEXT },
    { "keep_alive", OPTION_PERIOD },
    { "will", OPTION_TEXT },
    { "will_topic", OPTION_TEXT },
    { "message_size", OPTION_SIZE },
    /* of http: */
    { "remote", OPTION_BOOLEAN },
    { "token_env", OPTION_TEXT },
    { "token_file", OPTION_TEXT },
    { "max_body", OPTION_SIZE },
    { "queue", OPTION_SIZE },
    { "connections", OPTION_COUNT },
    { "timeout", OPTION_PERIOD },
};

static const struct input_class *class_of(enum url_kind kind)
{
    static const struct input_class *const classes[] = { &input_file_class, &input_dir_class,
                                                         &input_stdin_class, &input_exec_class,
                                                         &input_tcp_class, &input_unix_class,
                                                         &input_mqtt_class, &input_http_class };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i]->kind == kind) return classes[i];
    }
    return NULL;
}

/* Options that mean nothing to this kind of source are refused rather than forgotten. */
static struct status check_places(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    enum {
        MQTT = 1,
        HTTP = 2
    };
    static const struct {
        const char *name;
        unsigned kinds;
    } places[] = {
        { "qos", MQTT },          { "client_id", MQTT },     { "clean_session", MQTT },
        { "user", MQTT },         { "password_env", MQTT },  { "password_file", MQTT },
        { "ca", MQTT },           { "cert", MQTT | HTTP },   { "cert_key", MQTT | HTTP },
        { "keep_alive", MQTT },   { "will", MQTT },          { "will_topic", MQTT },
        { "message_size", MQTT }, { "remote", HTTP },        { "token_file", HTTP },
        { "max_body", HTTP },     { "queue", HTTP },         { "connections", HTTP },
        { "timeout", HTTP },      { "token_env", HTTP },
    };
    static const char *const kinds[] = { [MQTT] = "mqtt: and mqtts:",
                                         [HTTP] = "http: and https:",
                                         [MQTT | HTTP] = "mqtts: and https:" };
    unsigned kind = u->kind == URL_MQTT ? MQTT : u->kind == URL_HTTP ? HTTP : 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (places[i].kinds & kind || !option_there(e, places[i].name)) continue;
        return status_new(a, ERR_BAD_OPTION, e->at, "option \"%s\" is for %s, not for '%.*s' of %s",
                          places[i].name, kinds[places[i].kinds], STR_ARG(e->url), e->name);
    }
    return OK;
}

struct status source_check_options(struct arena *a, const struct io_endpoint *e)
{
    return options_check(a, e, "source", source_options,
                         sizeof source_options / sizeof source_options[0]);
}

struct status source_check(struct arena *a, const struct io_endpoint *e)
{
    struct url u;
    TRY(source_check_options(a, e));
    TRY(url_parse(a, e, &u));
    TRY(check_places(a, e, &u));
    if (u.kind == URL_MQTT) TRY(mqtt_check_source(a, e, &u));
    if (u.kind == URL_HTTP) TRY(input_http_check(a, e, &u));
    struct str processor = option_text(e, "processor", "");
    if (processor.len) TRY(lambda_check(a, e, processor));
    if (class_of(u.kind) || u.kind == URL_SQLITE) return OK;
    return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a source", STR_ARG(e->url),
                      e->name);
}

struct status source_check_place(struct arena *a, const struct io_endpoint *e)
{
    struct url u;
    TRY(url_parse(a, e, &u));
    if (class_of(u.kind)) return OK;
    struct status st =
        status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a stream's source",
                   STR_ARG(e->url), e->name);
    return u.kind == URL_SQLITE
               ? status_with_hint(st, "SQLite tables are for CREATE REFERENCE TABLE")
               : st;
}

struct status source_check_stream(struct arena *a, const struct io_endpoint *e)
{
    TRY(source_check(a, e));
    return source_check_place(a, e);
}

uint64_t source_stamp(const struct io_endpoint *e)
{
    struct arena *a = arena_new();
    struct url u;
    struct stat about;
    uint64_t stamp = 0;
    bool file = url_parse(a, e, &u).err == ERR_NONE && class_of(u.kind) == &input_file_class;
    if (file && stat(u.path, &about) == 0 && S_ISREG(about.st_mode)) {
        const int64_t parts[] = { (int64_t)about.st_ino, about.st_size, about.st_mtim.tv_sec,
                                  about.st_mtim.tv_nsec };
        stamp = hash_bytes(parts, sizeof parts, 0) | 1;
    }
    arena_free(a);
    return stamp;
}

static void note_tip(struct source *s, int64_t when)
{
    atomic_store_explicit(&s->at_tip, when, memory_order_relaxed);
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

static struct status open_checked(struct arena *a, const struct io_endpoint *e, struct source **out)
{
    struct url u;
    TRY(url_parse(a, e, &u));
    const struct input_class *class = class_of(u.kind);
    struct source *s = mem_calloc(1, sizeof *s);
    s->messages = arena_new();
    note_tip(s, clock_steady_ms());
    arena_on_free(a, free_arena, s->messages);
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->in = (struct input){
        .class = class, .arena = s->messages, .endpoint = e, .fd = -1, .stop_fd = s->stop_fd
    };
    struct status st = class->open(&s->in, a, e, &u);
    if (s->in.n_paths) u.path = s->in.paths[0];
    s->format = url_format(e, &u);
    lines_init(&s->lines, s->format, option_text(e, "column_delimiter", ""),
               option_text(e, "row_delimiter", ""));
    s->sniffed = s->in.plain || u.kind == URL_MQTT; /* messages are looked at one by one */
    if (st.err == ERR_NONE) st = processor_open(a, e, LAMBDA_INPUT, &s->processor);
    if (st.err == ERR_NONE) *out = s;
    else source_close(s);
    return st;
}

struct status source_open(struct arena *a, const struct io_endpoint *e, struct source **out)
{
    TRY(source_check_stream(a, e));
    return open_checked(a, e, out);
}

struct status source_open_table(struct arena *a, const struct io_endpoint *e,
                                const struct decode_config *config, struct source **out)
{
    struct source *s;
    TRY(open_checked(a, e, &s));
    if (strcmp(s->format, "json") == 0) {
        s->flat = ARENA_NEW(s->messages, struct json_flat);
        s->flat_config = config;
        json_flat_init(s->flat, config);
    }
    *out = s;
    return OK;
}

/* ---- bytes ---- */

static struct status gzip_failed(const struct source *s, const char *why)
{
    return status_new(s->messages, ERR_IO, s->in.endpoint->at,
                      "%s of %s is damaged gzip data, about byte %llu: %s", s->in.path,
                      s->in.endpoint->name, (unsigned long long)tally_read(&s->done), why);
}

/* First without waiting, to see whether something was there. */
static enum input_result read_plain(struct source *s, char *out, size_t cap, int wait_ms, size_t *n,
                                    struct status *st)
{
    enum input_result result = s->in.class->read(&s->in, out, cap, 0, n, st);
    if (result == INPUT_IDLE) {
        note_tip(s, AT_TIP);
        if (wait_ms != 0) result = s->in.class->read(&s->in, out, cap, wait_ms, n, st);
        note_tip(s, clock_steady_ms());
    }
    if (result == INPUT_BYTES) tally_add(&s->done, *n);
    return result;
}

static enum input_result read_packed(struct source *s, char *out, size_t cap, int wait_ms,
                                     size_t *n, struct status *st)
{
    for (;;) {
        const char *why = "";
        if (!gunzip_run(s->gunzip, &s->packed_at, &s->packed_left, out, cap, n, &why)) {
            *st = gzip_failed(s, why);
            return INPUT_FAILED;
        }
        if (*n) return INPUT_BYTES;
        size_t got = 0;
        enum input_result result = read_plain(s, s->packed, PACKED_SIZE, wait_ms, &got, st);
        if (result == INPUT_END && !gunzip_at_end(s->gunzip)) {
            *st = gzip_failed(s, "it ends too early");
            return INPUT_FAILED;
        }
        if (result != INPUT_BYTES) return result;
        s->packed_at = s->packed;
        s->packed_left = got;
    }
}

/* Two bytes of a file decide whether it is packed; if so, what came moves to where packed bytes are taken from. */
static void sniff(struct source *s)
{
    struct lines *l = &s->lines;
    if (l->filled < 2) return;
    s->sniffed = true;
    if (!gz_magic((const unsigned char *)l->block->data, l->filled)) return;
    s->gunzip = gunzip_new();
    s->packed = mem_realloc(s->packed, l->filled > PACKED_SIZE ? l->filled : PACKED_SIZE);
    memcpy(s->packed, l->block->data, l->filled);
    s->packed_at = s->packed;
    s->packed_left = l->filled;
    lines_forget(l);
}

/* Leaves out bytes that were read in an earlier run. */
static void skip_read(struct source *s)
{
    struct lines *l = &s->lines;
    size_t n = s->skip < l->filled ? (size_t)s->skip : l->filled;
    s->skip -= n;
    memmove(l->block->data, l->block->data + n, l->filled - n);
    l->filled -= n;
}

/* One read into the block under construction. */
static enum input_result read_some(struct source *s, size_t want, int wait_ms, struct status *st)
{
    size_t room, n = 0;
    char *out = lines_room(&s->lines, want, &room);
    enum input_result result = s->gunzip ? read_packed(s, out, room, wait_ms, &n, st)
                                         : read_plain(s, out, room, wait_ms, &n, st);
    if (result != INPUT_BYTES) return result;
    if (s->flat && s->sniffed) json_flat_run(s->flat, out, n);
    lines_add(&s->lines, n);
    if (s->sniffed) return INPUT_BYTES;
    sniff(s);
    if (s->flat && s->sniffed && s->lines.filled)
        json_flat_run(s->flat, s->lines.block->data, s->lines.filled);
    return INPUT_BYTES;
}

/* The end of a file that holds documents. */
static void end_document(struct source *s)
{
    const char *why = s->flat ? json_flat_end(s->flat) : NULL;
    if (s->flat) json_flat_init(s->flat, s->flat_config);
    if (!why) return;
    s->failure = status_new(s->messages, ERR_PARSE, s->in.endpoint->at, "%s of %s: %s", s->in.path,
                            s->in.endpoint->name, why);
    s->ended = true;
}

/* False: there is no further file, or it cannot be read. */
static bool next_file(struct source *s)
{
    s->file_offset = s->lines.offset;
    s->skip = 0;
    gunzip_free(s->gunzip);
    s->gunzip = NULL;
    s->sniffed = s->in.plain;
    s->packed_left = 0;
    return s->in.class->next(&s->in, &s->failure);
}

/* ---- places ---- */

/* Only files, and what keeps what it gave, can be gone back to. */
static void name_place(const struct source *s, struct block *b)
{
    bool file = s->in.class->kind == URL_FILE || s->in.class->kind == URL_DIR;
    if (!file && !s->in.placed) return;
    b->path = s->in.path;
    b->in_file = s->in.base + (b->offset - s->file_offset);
}

void source_place(const struct block *b, size_t at, struct buf *out)
{
    uint64_t offset = b->in_file + block_map_back(b, at);
    if (b->path) buf_printf(out, "%llu %s", (unsigned long long)offset, b->path);
}

void source_start(const struct source *s, struct buf *out)
{
    const char *path = s->in.follower ? follower_mark(s->in.follower) : NULL;
    if (path) buf_printf(out, "0 %s", path);
}

static struct status bad_place(const struct source *s, const char *path, uint64_t offset)
{
    struct status st = status_new(s->messages, ERR_UNREACHABLE, s->in.endpoint->at,
                                  "%s of %s has no byte %llu, where the state file wants to go on",
                                  path, s->in.endpoint->name, (unsigned long long)offset);
    return status_with_hint(
        st, "give back the file that was read before, or begin anew with another state file");
}

/* The folder's file with this path is the one at hand. */
static bool find_file(struct source *s, struct str path, struct status *st)
{
    while (!str_equal_c(path, s->in.path)) {
        if (!s->in.class->next(&s->in, st)) return false;
    }
    return true;
}

/* The parts of what source_place wrote; false: it is none. */
static bool split_place(const struct str *place, uint64_t *offset, struct str *path)
{
    const char *text = str_data(place);
    uint32_t n = 0;
    *offset = 0;
    while (n < place->len && text[n] >= '0' && text[n] <= '9')
        *offset = *offset * 10 + (uint64_t)(text[n++] - '0');
    if (n == 0 || n + 1 >= place->len) return false;
    *path = str_view(text + n + 1, place->len - n - 1);
    return true;
}

void source_cover(struct source *s, struct str place)
{
    uint64_t offset;
    struct str path;
    if (s->in.class->cover && split_place(&place, &offset, &path))
        s->in.class->cover(&s->in, offset);
}

struct status source_seek(struct source *s, struct str place)
{
    uint64_t offset;
    struct str path;
    struct status st = OK;
    if (!split_place(&place, &offset, &path)) return OK;
    if (s->in.class->seek) {
        bool begins = s->in.class->seek(&s->in, offset, &s->lines.file_start);
        return begins ? OK : bad_place(s, s->in.path, offset);
    }
    bool found = s->in.class->find ? s->in.class->find(&s->in, path, &offset)
                                   : s->in.fd >= 0 && find_file(s, path, &st);
    if (!found) {
        return st.err ? st : bad_place(s, str_to_c(s->messages, path), offset);
    }
    s->skip = offset;
    s->lines.offset = offset;
    s->lines.file_start = offset == 0;
    return OK;
}

/* What the function makes of the block; NULL: nothing, or the source is to stop. */
static struct block *process(struct source *s, struct block *b)
{
    struct lines *l = &s->lines;
    b = processor_block(s->processor, b, l->csv, &l->delimiters, s->stop_fd);
    if (!b) s->ended = true;
    if (!b || b->size) return b;
    block_release(b);
    return NULL;
}

enum source_result source_read(struct source *s, size_t want, int wait_ms, struct block **out,
                               bool *first, struct status *st)
{
    *st = OK;
    while (!s->ended || source_holds(s)) {
        enum input_result result = read_some(s, want, wait_ms, st);
        if (s->skip && (s->sniffed || result == INPUT_END)) skip_read(s);
        if (result == INPUT_FAILED) {
            s->failure = *st;
            s->ended = true;
        } else if (result == INPUT_IDLE) {
            if (!s->ended) return SOURCE_IDLE;
        } else if (s->skip && result == INPUT_END) {
            s->failure = bad_place(s, s->in.path, s->lines.offset);
            s->ended = true;
        } else if (!s->skip && (s->sniffed || result == INPUT_END)) {
            *out = lines_take(&s->lines, result == INPUT_END, first);
            if (*out) name_place(s, *out);
            if (*out && s->in.class->label) s->in.class->label(&s->in, *out);
            if (*out && s->processor) *out = process(s, *out);
            if (result == INPUT_END) end_document(s);
            bool goes_on = !s->ended || source_holds(s); /* behind what is read to its end now */
            if (result == INPUT_END && goes_on && !next_file(s)) s->ended = true;
            if (*out) return SOURCE_BLOCK;
        }
    }
    *st = s->failure;
    return st->err == ERR_NONE ? SOURCE_END : SOURCE_FAILED;
}

bool source_holds(const struct source *s)
{
    return s->in.class->holds && s->in.class->holds(&s->in);
}

void source_stop(struct source *s)
{
    uint64_t one = 1;
    s->ended = true;
    ssize_t ignored = write(s->stop_fd, &one, sizeof one);
    (void)ignored;
}

bool source_is_live(const struct source *s)
{
    return s->in.live;
}

const char *source_format(const struct source *s)
{
    return s->format;
}

void source_progress(const struct source *s, uint64_t *done, uint64_t *all)
{
    *done = tally_read(&s->done);
    *all = s->in.live ? 0 : s->in.size;
}

struct source_look source_look(const struct source *s)
{
    struct source_look look = { .bytes = tally_read(&s->done),
                                .bytes_all = s->in.live ? 0 : s->in.size,
                                .live = s->in.live,
                                .connection = attempts_look(&s->in.connection) };
    int64_t behind = clock_steady_ms() - atomic_load_explicit(&s->at_tip, memory_order_relaxed);
    if (!s->ended && behind > 0) look.behind_ms = behind;
    if (s->processor) look.function = attempts_look(processor_attempts(s->processor));
    look.has_function = s->processor != NULL;
    return look;
}

void source_close(struct source *s)
{
    s->in.class->close(&s->in);
    processor_close(s->processor);
    gunzip_free(s->gunzip);
    mem_free(s->packed);
    lines_fini(&s->lines);
    if (s->stop_fd >= 0) close(s->stop_fd);
    mem_free(s);
}
