/*
 * One event per line on standard error: a fixed name, then key=value.
 *
 *     struct log_line line;
 *     log_begin(&line, LOG_LEVEL_INFO, "settled");
 *     log_text(&line, "sub", id);
 *     log_int(&line, "in_ms", 4000);
 *     log_end(&line);
 *
 * Values are escaped and cut at LOG_VALUE_MAX bytes; a value that has no room
 * left is dropped with its key, so that a line can always be read by a program.
 * Never log a field's value, a secret or a body.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_SIZE 2048
#define LOG_VALUE_MAX 400

enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR,
};

enum log_format { LOG_FORMAT_LOGFMT, LOG_FORMAT_JSON };

struct log_line {
    char text[LOG_LINE_SIZE];
    size_t len;
    bool on;   /* false: below the level, nothing is written */
    bool full; /* the last thing did not fit */
};

/* Set once at start and at reload, by daemon/ and cmd/. */
void log_setup(enum log_level level, enum log_format format,
               const char *process);

void log_begin(struct log_line *line, enum log_level level, const char *event);
void log_text(struct log_line *line, const char *key, const char *value);
void log_int(struct log_line *line, const char *key, int64_t value);
void log_end(struct log_line *line);

/* An event with one text: log_event(LOG_LEVEL_WARN, "reload", "error", text).
 */
void log_event(enum log_level level, const char *event, const char *key,
               const char *value);

#endif
