#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * log.h: messages of the process itself, to standard error, a line each: `sluice: warning: ...`, or a JSON object. Not
 * for what a command was asked for (that goes to its output), nor for errors of an application's text (those are
 * diags).
 *
 * It also keeps the status line of a terminal: the last line there, which gives way to messages and to rows that are
 * written to the same terminal.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Messages above this level are dropped; at first LOG_INFO. Set before threads start. */
void log_set_level(enum log_level most);
/* From now on each message is a JSON object on a line: time (RFC 3339, UTC), level, message, then its fields. Set
 * before threads start. */
void log_set_json(void);
bool log_is_json(void);

/* As printf; one line, whole even when threads write at once. Line ends inside become blanks. */
void log_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a message is about, for programs that read it: shown in JSON alone, so the message says it, too. The usual
 * names: source, sink, stream, pump, table, where (a path, an address), code (an SQLSTATE), line, column. */
struct log_field {
    const char *name;
    struct str  text;
    int64_t     number;
    bool        is_number;
};
#define LOG_C(key, c_string) ((struct log_field){ .name = (key), .text = str_c(c_string) })
#define LOG_S(key, string)   ((struct log_field){ .name = (key), .text = (string) })
#define LOG_N(key, value) \
    ((struct log_field){ .name = (key), .number = (int64_t)(value), .is_number = true })
/* The fields of a log_event, and their number. */
#define LOG_FIELDS(...)                      \
    ((const struct log_field[]){ __VA_ARGS__ }), \
        sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field)

/* log_event(LOG_WARNING, LOG_FIELDS(LOG_C("sink", name), LOG_N("rows", n)), "%s lost rows", name); */
void log_event(enum log_level level, const struct log_field *fields, size_t n_fields,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The JSON object of a message, with its line end, at a time in milliseconds since 1970. */
void log_write_json(struct buf *out, int64_t time_ms, enum log_level level, struct str message,
                    const struct log_field *fields, size_t n_fields);

/* A plain message, without quotation marks, of a process that ends at once: asks for no memory and no lock. */
void log_last_words(const char *message);

/* Draws the status line anew in the place of the one before; NULL: takes it away. It fits the terminal's width and has
 * no line end. */
void log_set_status(const char *text);
/* Around rows that go to the terminal where the status line is: it is gone between the two. */
void log_pause_status(void);
void log_resume_status(void);

/* Whether a prompt stands on the terminal's last line: a message takes its place. log_took_prompt() tells, once, that
 * one has, so that the prompt must be drawn again. */
void log_set_prompt(bool shown);
bool log_took_prompt(void);

#endif
