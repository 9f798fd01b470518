/*
 * log.c: a line is put together first and written by one call, so that lines of several threads do not mix.
 *
 * While there is a status line, a message takes its place and it is drawn again below, in the same write. Rows on the
 * terminal hold the lock from the moment the line is gone until it may be drawn again.
 */

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

enum {
    MESSAGE_BYTES = 2048,
    STATUS_BYTES = 1024,
    TIME_BYTES = 96
};

static enum log_level most_shown = LOG_INFO;
static bool           as_json;

static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;
static char            status[STATUS_BYTES]; /* empty: there is no status line */
static bool            prompt_shown, prompt_taken; /* under the same lock */

/* The cursor waits at the begin of the status line, so that it is there, too, when the terminal has become narrower and
 * wrapped the line: all rows from there on are cleared. What is wider than the terminal is cut, not wrapped. */
static const char clear_line[] = "\r\033[J";
static const char no_wrap[] = "\033[?7l", wrap[] = "\033[?7h\r";
static const char clear_prompt[] = "\r\033[K";

static const char *const prefixes[] = {
    [LOG_ERROR] = "sluice: error: ",
    [LOG_WARNING] = "sluice: warning: ",
    [LOG_INFO] = "sluice: ",
    [LOG_DEBUG] = "sluice: debug: ",
};
static const char *const names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARNING] = "warning",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

void log_set_level(enum log_level most)
{
    most_shown = most;
}

void log_set_json(void)
{
    as_json = true;
}

bool log_is_json(void)
{
    return as_json;
}

static void write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, p, n);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; /* there is nowhere left to say so */
        p += written;
        n -= (size_t)written;
    }
}

/* ---- the status line ---- */

static void append_status(struct buf *out)
{
    if (!status[0]) return;
    buf_append_c(out, no_wrap);
    buf_append_c(out, status);
    buf_append_c(out, wrap);
}

void log_set_status(const char *text)
{
    struct buf out = { 0 };
    pthread_mutex_lock(&status_lock);
    if (text || status[0]) buf_append_c(&out, clear_line);
    snprintf(status, sizeof status, "%s", text ? text : "");
    append_status(&out);
    write_all(out.data, out.len);
    pthread_mutex_unlock(&status_lock);
    buf_free(&out);
}

void log_pause_status(void)
{
    pthread_mutex_lock(&status_lock);
    if (status[0]) write_all(clear_line, sizeof clear_line - 1);
}

void log_resume_status(void)
{
    struct buf out = { 0 };
    append_status(&out);
    write_all(out.data, out.len);
    pthread_mutex_unlock(&status_lock);
    buf_free(&out);
}

void log_set_prompt(bool shown)
{
    pthread_mutex_lock(&status_lock);
    prompt_shown = shown;
    prompt_taken = false;
    pthread_mutex_unlock(&status_lock);
}

bool log_took_prompt(void)
{
    pthread_mutex_lock(&status_lock);
    bool taken = prompt_taken;
    prompt_taken = false;
    pthread_mutex_unlock(&status_lock);
    return taken;
}

static void write_line(const char *p, size_t n)
{
    struct buf out = { 0 };
    pthread_mutex_lock(&status_lock);
    if (status[0] || prompt_shown) {
        prompt_taken = prompt_shown;
        buf_append_c(&out, status[0] ? clear_line : clear_prompt);
        buf_append(&out, p, n);
        append_status(&out);
        write_all(out.data, out.len);
    } else {
        write_all(p, n);
    }
    pthread_mutex_unlock(&status_lock);
    buf_free(&out);
}

/* ---- JSON ---- */

static void put_text(struct buf *out, struct str s)
{
    const char *p = str_data(&s);
    buf_append_char(out, '"');
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)p[i];
        size_t width = utf8_width(c);
        if (c == '"' || c == '\\') buf_printf(out, "\\%c", c);
        else if (c < ' ' || c == 0x7f) buf_printf(out, "\\u%04x", c);
        else if (width > s.len - i || !utf8_valid(p + i, width)) {
            buf_append_c(out, "\\ufffd");
            width = 1;
        } else buf_append(out, p + i, width);
        i += width;
    }
    buf_append_char(out, '"');
}

static void format_time(char out[TIME_BYTES], int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm t;
    if (!gmtime_r(&seconds, &t)) t = (struct tm){ .tm_year = 70, .tm_mday = 1 };
    snprintf(out, TIME_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900, t.tm_mon + 1,
             t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)(ms % 1000));
}

void log_write_json(struct buf *out, int64_t time_ms, enum log_level level, struct str message,
                    const struct log_field *fields, size_t n_fields)
{
    char time[TIME_BYTES];
    format_time(time, time_ms);
    buf_printf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", time, names[level]);
    put_text(out, message);
    for (size_t i = 0; i < n_fields; i++) {
        const struct log_field *f = &fields[i];
        buf_printf(out, ",\"%s\":", f->name);
        if (f->is_number) buf_printf(out, "%lld", (long long)f->number);
        else put_text(out, f->text);
    }
    buf_append_c(out, "}\n");
}

/* ---- messages ---- */

static int64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(enum log_level level, const struct log_field *fields, size_t n_fields,
                const char *format, va_list args)
{
    char line[MESSAGE_BYTES];
    size_t at = as_json ? 0 : strlen(prefixes[level]);
    memcpy(line, prefixes[level], at);
    int n = vsnprintf(line + at, sizeof line - at - 1, format, args);
    size_t room = sizeof line - at - 2;
    size_t end = n < 0 ? at : at + ((size_t)n < room ? (size_t)n : room);
    for (size_t i = at; i < end; i++) {
        if (line[i] == '\n' || line[i] == '\r') line[i] = ' ';
    }
    if (!as_json) {
        line[end++] = '\n';
        write_line(line, end);
        return;
    }
    struct buf object = { 0 };
    log_write_json(&object, wall_ms(), level, str_view(line, end), fields, n_fields);
    write_line(object.data, object.len);
    buf_free(&object);
}

void log_message(enum log_level level, const char *format, ...)
{
    if (level > most_shown) return;
    va_list args;
    va_start(args, format);
    say(level, NULL, 0, format, args);
    va_end(args);
}

void log_event(enum log_level level, const struct log_field *fields, size_t n_fields,
               const char *format, ...)
{
    if (level > most_shown) return;
    va_list args;
    va_start(args, format);
    say(level, fields, n_fields, format, args);
    va_end(args);
}

void log_last_words(const char *message)
{
    char line[256], time[TIME_BYTES];
    format_time(time, wall_ms());
    const char *clear = status[0] ? clear_line : "";
    int n = as_json ? snprintf(line, sizeof line,
                               "%s{\"time\":\"%s\",\"level\":\"error\",\"message\":\"%s\"}\n",
                               clear, time, message)
                    : snprintf(line, sizeof line, "%ssluice: %s\n", clear, message);
    write_all(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}
