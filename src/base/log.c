/* The log. See log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <unistr.h>

#include "base/attributes.h"
#include "base/clock.h"

#include "base/banned.h"

#define LINE_END      4  /* kept free for the end of the line */
#define VALUE_END     16 /* one escape, dots and a quote fit in it */
#define CHARACTER_MAX 6  /* bytes of one character, as an escape */

static struct {
    enum log_level level;
    enum log_format format;
    char process[32];
} setup = {LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT, "afterhours"};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(enum log_level level, enum log_format format,
               const char *process)
{
    setup.level = level;
    setup.format = format;
    snprintf(setup.process, sizeof(setup.process), "%s", process);
}

/* Leaves room for the end of the line, whatever comes. */
static void add(struct log_line *line, const char *text, size_t len)
{
    if (line->full || len > LOG_LINE_SIZE - LINE_END - line->len) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static like_printf(2, 3) void add_format(struct log_line *line,
                                         const char *format, ...)
{
    char text[128];
    va_list list;
    int len;

    va_start(list, format);
    len = vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    if (len > 0)
        add(line, text,
            (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

/*
 * What could end the line, forge a field, or turn the text round on a terminal
 * (C0, C1, U+2028/9, bidi marks) is written as an escape.
 */
static bool is_unsafe(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e ||
           c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* One character of a value; the number of bytes it took. */
static size_t add_character(struct log_line *line, const uint8_t *at,
                            size_t left)
{
    ucs4_t c;
    size_t len = (size_t)u8_mbtouc(&c, at, left);

    if (u8_check(at, len))
        add_format(line, "\\ufffd");
    else if (is_unsafe(c))
        add_format(line, "\\u%04x", (unsigned)c);
    else if (c == '"' || c == '\\')
        add_format(line, "\\%c", (char)c);
    else
        add(line, (const char *)at, len);
    return len;
}

static void add_quoted(struct log_line *line, const char *value)
{
    const uint8_t *at = (const uint8_t *)value;
    size_t left = strlen(value);
    size_t end = line->len + LOG_VALUE_MAX; /* escapes count as long as written:
                                               the fields behind need room */

    add(line, "\"", 1);
    while (left && line->len + CHARACTER_MAX <= end &&
           line->len < LOG_LINE_SIZE - LINE_END - VALUE_END) {
        size_t len = add_character(line, at, left);

        at += len;
        left -= len;
    }
    if (left)
        add(line, "...", 3);
    add(line, "\"", 1);
}

static bool is_plain(const char *value)
{
    size_t len = strspn(value, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-_.:/+@,{}()*%");

    return len > 0 && len < LOG_VALUE_MAX && value[len] == '\0';
}

static void add_key(struct log_line *line, const char *key)
{
    bool json = setup.format == LOG_FORMAT_JSON;

    add(line, json ? ",\"" : " ", json ? 2 : 1);
    add(line, key, strlen(key));
    add(line, json ? "\":" : "=", json ? 2 : 1);
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
    char now[CLOCK_TEXT_SIZE];
    bool json = setup.format == LOG_FORMAT_JSON;

    line->len = 0;
    line->full = false;
    line->on = level >= setup.level;
    if (!line->on)
        return;
    clock_format_ms(clock_wall_ms(), now);
    add_format(line,
               json ? "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\""
                    : "%s %s %s",
               now, level_names[level], event);
    log_text(line, "process", setup.process);
    log_int(line, "pid", getpid());
}

/* A field that did not fit is taken back, with its key. */
static void settle(struct log_line *line, size_t start)
{
    if (line->full)
        line->len = start;
    line->full = false;
}

void log_text(struct log_line *line, const char *key, const char *value)
{
    size_t start = line->len;

    if (!line->on || !value)
        return;
    add_key(line, key);
    if (setup.format == LOG_FORMAT_LOGFMT && is_plain(value))
        add(line, value, strlen(value));
    else
        add_quoted(line, value);
    settle(line, start);
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
    size_t start = line->len;

    if (!line->on)
        return;
    add_key(line, key);
    add_format(line, "%lld", (long long)value);
    settle(line, start);
}

void log_end(struct log_line *line)
{
    if (!line->on)
        return;
    if (setup.format == LOG_FORMAT_JSON)
        line->text[line->len++] = '}';
    line->text[line->len++] = '\n';
    /* A log that cannot be written must not stop the work. */
    if (write(STDERR_FILENO, line->text, line->len) < 0)
        return;
}

void log_event(enum log_level level, const char *event, const char *key,
               const char *value)
{
    struct log_line line;

    log_begin(&line, level, event);
    log_text(&line, key, value);
    log_end(&line);
}
