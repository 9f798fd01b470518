/* url.c: schemes, paths and options of endpoints. */

#include "io/url.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct scheme {
    const char   *name;
    enum url_kind kind;
    bool          later; /* known, not in this version */
};

static const struct scheme schemes[] = {
    { "file", URL_FILE, false },
    { "dir", URL_DIR, false },
    { "sqlite", URL_SQLITE, false },
    { "exec", URL_EXEC, false },
    { "null", URL_NULL, false },
    { "lambda", URL_LAMBDA, false },
    { "tcp", URL_TCP, false },
    { "unix", URL_UNIX, false },
    { "http", URL_HTTP, false },
    { "https", URL_HTTP, false },
    { "mqtt", URL_MQTT, false },
    { "mqtts", URL_MQTT, false },
    { "smtp", URL_MAIL, false },
    { "smtps", URL_MAIL, false },
    { "vault", URL_VAULT, false },
    { "kafka", URL_FILE, true },
    { "kinesis", URL_FILE, true },
};
enum {
    N_SCHEMES = sizeof schemes / sizeof schemes[0]
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of "scheme" in "scheme:rest", 0 for a bare path. One letter is no scheme, and one with the signs that RFC 3986
 * allows besides needs "//" behind it: they are common in names of files. */
static size_t scheme_length(const char *url)
{
    size_t n = 0;
    bool signs = false;
    while (is_letter(url[n]) || (n && url[n] && strchr("0123456789+-.", url[n]))) {
        signs |= strchr("+-.", url[n]) != NULL;
        n++;
    }
    return n > 1 && url[n] == ':' && (!signs || strncmp(url + n, "://", 3) == 0) ? n : 0;
}

static struct status unknown_scheme(struct arena *a, const struct io_endpoint *e, struct str name)
{
    const char *nearest = NULL;
    int         best = 3;
    for (size_t i = 0; i < N_SCHEMES; i++) {
        int distance = str_distance(name, str_c(schemes[i].name), 2);
        if (distance < best) {
            best = distance;
            nearest = schemes[i].name;
        }
    }
    struct status st =
        status_new(a, ERR_BAD_URL, e->at, "no kind of endpoint \"%.*s:\" in '%.*s' of %s",
                   STR_ARG(name), STR_ARG(e->url), e->name);
    return status_with_hint(st, nearest ? str_format_c(a, "did you mean \"%s:\"?", nearest)
                                        : "known are -, file:, dir:, sqlite:, vault:, exec:, tcp:, "
                                          "unix:, http:, https:, mqtt:, mqtts:, smtp: and null:");
}

/* Takes the last name off a folder; not a ".." or a link, where ".." leads elsewhere. False: the folder stays. */
static bool climb(char *folder)
{
    struct stat about;
    char       *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    if (slash == folder || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    if (lstat(folder, &about) != 0 || !S_ISDIR(about.st_mode)) return false;
    *(slash ? slash : folder) = 0;
    return true;
}

static const char *resolve_path(struct arena *a, const struct io_endpoint *e, const char *path)
{
    if (path[0] == '/' || !e->base_dir || strcmp(e->base_dir, ".") == 0) return path;
    char *folder = arena_dup(a, e->base_dir, strlen(e->base_dir) + 1);
    while (strncmp(path, "../", 3) == 0 && climb(folder)) path += 3;
    if (*folder) return str_format_c(a, "%s/%s", folder, path);
    return *path ? path : ".";
}

static bool has_table(enum url_kind kind)
{
    return kind == URL_SQLITE || kind == URL_VAULT;
}

/* sqlite:PATH?table=T, vault:PATH?table=T */
static struct status parse_table(struct arena *a, const struct io_endpoint *e, char *path,
                                 struct url *out)
{
    char *mark = strstr(path, "?table=");
    if (mark && mark[7]) {
        out->table = mark + 7;
        *mark = 0;
        return OK;
    }
    return status_new(a, ERR_BAD_URL, e->at,
                      "'%.*s' of %s names no table: write %s:PATH?table=NAME", STR_ARG(e->url),
                      e->name, out->kind == URL_VAULT ? "vault" : "sqlite");
}

/* scheme://HOST...: libcurl, or mqtt_address, reads the rest. */
static struct status parse_network(struct arena *a, const struct io_endpoint *e, const char *url,
                                   struct url *out)
{
    out->path = url;
    const char *rest = strchr(url, ':') + 1;
    if (strncmp(rest, "//", 2) == 0 && rest[2] && rest[2] != '/') return OK;
    return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s names no server: write %.*s://HOST",
                      STR_ARG(e->url), e->name, (int)(rest - 1 - url), url);
}

static struct status parse_scheme(struct arena *a, const struct io_endpoint *e, const char *url,
                                  size_t n, struct url *out)
{
    struct str name = str_view(url, n);
    for (size_t i = 0; i < N_SCHEMES; i++) {
        if (!str_equal_nocase_c(name, schemes[i].name)) continue;
        if (schemes[i].later) {
            return status_new(a, ERR_NOT_SUPPORTED, e->at,
                              "\"%.*s:\" in '%.*s' of %s is not supported by this version",
                              STR_ARG(name), STR_ARG(e->url), e->name);
        }
        out->kind = schemes[i].kind;
        out->path = url + n + 1;
        return OK;
    }
    return unknown_scheme(a, e, name);
}

struct status url_parse(struct arena *a, const struct io_endpoint *e, struct url *out)
{
    const char *url = str_to_c(a, e->url);
    *out = (struct url){ .kind = URL_FILE, .path = url };
    if (strcmp(url, "-") == 0) {
        out->kind = URL_STDIO;
        return OK;
    }
    size_t n = scheme_length(url);
    if (n) TRY(parse_scheme(a, e, url, n, out));
    if (out->kind == URL_NULL) return OK;
    if (url[0] == 0) return status_new(a, ERR_BAD_URL, e->at, "the URL of %s is empty", e->name);
    if (out->path[0] == 0 || (has_table(out->kind) && out->path[0] == '?')) {
        return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s has nothing behind its scheme",
                          STR_ARG(e->url), e->name);
    }
    if (out->kind == URL_HTTP || out->kind == URL_MAIL || out->kind == URL_MQTT)
        return parse_network(a, e, url, out);
    bool is_path =
        out->kind != URL_EXEC && out->kind != URL_TCP && out->kind != URL_LAMBDA;
    if (is_path) out->path = resolve_path(a, e, out->path);
    if (!has_table(out->kind)) return OK;
    char *path = arena_dup(a, out->path, strlen(out->path) + 1);
    out->path = path;
    return parse_table(a, e, path, out);
}

/* ---- options ---- */

static const struct io_option *find(const struct io_endpoint *e, const char *name)
{
    for (uint32_t i = 0; i < e->n_options; i++) {
        if (str_equal_nocase_c(e->options[i].name, name)) return &e->options[i];
    }
    return NULL;
}

bool option_there(const struct io_endpoint *e, const char *name)
{
    return find(e, name) != NULL;
}

static bool parse_count(struct str s, int64_t *out)
{
    const char *p = str_data(&s);
    if (s.len == 0 || s.len > 18) return false;
    int64_t v = 0;
    for (uint32_t i = 0; i < s.len; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        v = v * 10 + (p[i] - '0');
    }
    *out = v;
    return true;
}

/* Digits, blanks, then nothing, B, KB, MB or GB (of 1,024 each). */
static bool parse_size(struct str s, int64_t *out)
{
    static const char *const units[] = { "", "KB", "MB", "GB" };
    const char              *p = str_data(&s);
    uint32_t                 digits = 0;
    while (digits < s.len && p[digits] >= '0' && p[digits] <= '9') digits++;
    if (!parse_count(str_view(p, digits), out)) return false;
    while (digits < s.len && p[digits] == ' ') digits++;
    struct str unit = str_view(p + digits, s.len - digits);
    if (str_equal_nocase_c(unit, "B")) return true;
    for (int i = 0; i < 4; i++) {
        if (str_equal_nocase_c(unit, units[i])) return i64_mul(out, *out, (int64_t)1 << (10 * i));
    }
    return false;
}

/* An interval, or a number of seconds that fits as milliseconds. */
static bool parse_interval(const struct io_option *o, int64_t *out)
{
    *out = o->ms;
    if (o->ms >= 0) return true;
    return parse_count(o->text, out) && i64_mul(out, *out, 1000);
}

static bool is_boolean(struct str s)
{
    return str_equal_nocase_c(s, "true") || str_equal_nocase_c(s, "false");
}

static bool is_format(struct str s)
{
    return str_equal_nocase_c(s, "json") || str_equal_nocase_c(s, "csv") ||
           str_equal_nocase_c(s, "tsv");
}

static const char *expected_value(enum option_kind kind)
{
    static const char *const words[] = {
        [OPTION_TEXT] = "a text",
        [OPTION_BOOLEAN] = "TRUE or FALSE",
        [OPTION_COUNT] = "a whole number",
        [OPTION_INTERVAL] = "an interval such as INTERVAL '5' MINUTE, or seconds",
        [OPTION_PERIOD] = "an interval such as INTERVAL '5' MINUTE, or seconds, and more than 0",
        [OPTION_SIZE] = "a size such as '5 MB', or bytes, and more than 0",
        [OPTION_FORMAT] = "'json', 'csv' or 'tsv'",
        [OPTION_SINK_FORMAT] = "'json', 'csv', 'tsv', 'text' or 'processing-failed'",
    };
    return words[kind];
}

static bool value_fits(const struct io_option *o, enum option_kind kind)
{
    int64_t number;
    switch (kind) {
    case OPTION_BOOLEAN:  return is_boolean(o->text);
    case OPTION_COUNT:    return parse_count(o->text, &number);
    case OPTION_INTERVAL: return parse_interval(o, &number);
    case OPTION_PERIOD:   return parse_interval(o, &number) && number > 0;
    case OPTION_SIZE:     return parse_size(o->text, &number) && number > 0;
    case OPTION_FORMAT:   return is_format(o->text);
    case OPTION_SINK_FORMAT:
        return is_format(o->text) || str_equal_nocase_c(o->text, "text") ||
               str_equal_nocase_c(o->text, "processing-failed");
    case OPTION_TEXT: break;
    }
    return true;
}

static struct status unknown_option(struct arena *a, const struct io_endpoint *e,
                                    const struct io_option *o, const char *what,
                                    const struct option_def *defs, size_t n_defs)
{
    const char *nearest = NULL;
    int         best = 4;
    struct buf  all = { 0 };
    for (size_t i = 0; i < n_defs; i++) {
        int distance = str_distance(o->name, str_c(defs[i].name), 3);
        if (distance < best) {
            best = distance;
            nearest = defs[i].name;
        }
        buf_printf(&all, "%s%s", i ? ", " : "", defs[i].name);
    }
    const char   *hint = nearest   ? str_format_c(a, "did you mean \"%s\"?", nearest)
                         : all.len ? str_format_c(a, "known are: %s", buf_c(&all))
                                   : NULL;
    struct status st = status_new(a, ERR_BAD_OPTION, o->at, "%s %s has no option \"%.*s\"", what,
                                  e->name, STR_ARG(o->name));
    buf_free(&all);
    return status_with_hint(st, hint);
}

struct status options_check(struct arena *a, const struct io_endpoint *e, const char *what,
                            const struct option_def *defs, size_t n_defs)
{
    for (uint32_t i = 0; i < e->n_options; i++) {
        const struct io_option  *o = &e->options[i];
        const struct option_def *def = NULL;
        for (size_t k = 0; k < n_defs && !def; k++) {
            if (str_equal_nocase_c(o->name, defs[k].name)) def = &defs[k];
        }
        if (!def) return unknown_option(a, e, o, what, defs, n_defs);
        if (find(e, def->name) != o) {
            return status_new(a, ERR_BAD_OPTION, o->at, "option \"%s\" of %s stands there twice",
                              def->name, e->name);
        }
        if (!value_fits(o, def->kind)) {
            return status_new(a, ERR_BAD_OPTION, o->at, "option \"%s\" of %s is '%.*s', not %s",
                              def->name, e->name, STR_ARG(o->text), expected_value(def->kind));
        }
    }
    return OK;
}

struct str option_text(const struct io_endpoint *e, const char *name, const char *otherwise)
{
    const struct io_option *o = find(e, name);
    return o ? o->text : str_c(otherwise);
}

struct status option_file(struct arena *a, const struct io_endpoint *e, const char *name,
                          const char **out)
{
    const struct io_option *o = find(e, name);
    *out = NULL;
    if (!o || o->text.len == 0) return OK;
    *out = resolve_path(a, e, str_to_c(a, o->text));
    if (access(*out, R_OK) == 0) return OK;
    return status_new(a, ERR_BAD_OPTION, o->at, "cannot read %s, the %s of %s: %s", *out, name,
                      e->name, strerror(errno));
}

struct status option_beside(struct arena *a, const struct io_endpoint *e, const char *name,
                            const char *other)
{
    if (!option_there(e, name) || option_there(e, other)) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at, "option \"%s\" of %s wants \"%s\" beside it", name,
                      e->name, other);
}

bool option_is(const struct io_endpoint *e, const char *name, bool otherwise)
{
    const struct io_option *o = find(e, name);
    return o ? str_equal_nocase_c(o->text, "true") : otherwise;
}

int64_t option_count(const struct io_endpoint *e, const char *name, int64_t otherwise)
{
    const struct io_option *o = find(e, name);
    int64_t                 v;
    return o && parse_count(o->text, &v) ? v : otherwise;
}

int64_t option_size(const struct io_endpoint *e, const char *name, int64_t otherwise)
{
    const struct io_option *o = find(e, name);
    int64_t                 v;
    return o && parse_size(o->text, &v) ? v : otherwise;
}

int64_t option_interval(const struct io_endpoint *e, const char *name, int64_t otherwise)
{
    const struct io_option *o = find(e, name);
    int64_t                 v;
    return o && parse_interval(o, &v) ? v : otherwise;
}

/* ---- formats ---- */

static bool ends_with(const char *s, size_t n, const char *ending)
{
    size_t k = strlen(ending);
    return n >= k && memcmp(s + n - k, ending, k) == 0;
}

bool url_is_gzip(const char *path)
{
    return ends_with(path, strlen(path), ".gz");
}

const char *url_format(const struct io_endpoint *e, const struct url *u)
{
    struct str format = option_text(e, "format", "");
    if (str_equal_nocase_c(format, "csv")) return "csv";
    if (str_equal_nocase_c(format, "tsv")) return "tsv";
    if (str_equal_nocase_c(format, "text")) return "text";
    if (str_equal_nocase_c(format, "processing-failed")) return "processing-failed";
    bool is_file = u->kind == URL_FILE || u->kind == URL_DIR || u->kind == URL_SQLITE;
    bool has_ending = u->path && is_file;
    if (format.len || !has_ending) return "json";
    size_t n = strlen(u->path) - (url_is_gzip(u->path) ? 3 : 0);
    return ends_with(u->path, n, ".csv") ? "csv" : ends_with(u->path, n, ".tsv") ? "tsv" : "json";
}
