/* log.c: a line is put together first and written by one call, so that lines of several threads do not mix. */

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

static enum log_level most_shown = LOG_WARNING;

static const char *const prefixes[] = {
    [LOG_ERROR] = "sluice: error: ",
    [LOG_WARNING] = "sluice: warning: ",
    [LOG_INFO] = "sluice: ",
    [LOG_DEBUG] = "sluice: debug: ",
};

void log_set_level(enum log_level most)
{
    most_shown = most;
}

static void write_all(const char *p, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, p, n);
        if (written <= 0) return; /* there is nowhere left to say so */
        p += written;
        n -= (size_t)written;
    }
}

void log_message(enum log_level level, const char *format, ...)
{
    if (level > most_shown) return;
    char line[LINE_BYTES];
    size_t at = strlen(prefixes[level]);
    memcpy(line, prefixes[level], at);

    va_list args;
    va_start(args, format);
    int n = vsnprintf(line + at, sizeof line - at - 1, format, args);
    va_end(args);
    size_t room = sizeof line - at - 2;
    size_t end = n < 0 ? at : at + ((size_t)n < room ? (size_t)n : room);
    for (size_t i = at; i < end; i++) {
        if (line[i] == '\n' || line[i] == '\r') line[i] = ' ';
    }
    line[end++] = '\n';
    write_all(line, end);
}
