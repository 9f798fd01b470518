#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * log.h: messages of the process itself, to standard error, a line each: `sluice: warning: ...`. Not for what a
 * command was asked for (that goes to its output), nor for errors of an application's text (those are diags).
 */

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Messages above this level are dropped; at first LOG_WARNING. Set before threads start. */
void log_set_level(enum log_level most);
/* As printf; one line, whole even when threads write at once. Line ends inside become blanks. */
void log_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
