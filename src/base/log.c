/* The log. See log.h. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/clock.h"

#include "base/banned.h"

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
    size_t room = LOG_LINE_SIZE - 4 - line->len;

    if (len > room)
        len = room;
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
 * Bytes that could end the line, forge a field, or turn the text round on a
 * terminal (C0, C1, U+2028/9, bidi marks) are written as escapes.
 */
static size_t unsafe_bytes(const unsigned char *at)
{
    if (*at < 0x20 || *at == 0x7f)
        return 1;
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
        return 2;
    if (at[0] == 0xe2 && at[1] == 0x80 &&
        ((at[2] >= 0xa8 && at[2] <= 0xae) || at[2] == 0x8e || at[2] == 0x8f))
        return 3;
    if (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
        return 3;
    return 0;
}

static void add_quoted(struct log_line *line, const char *value)
{
    const unsigned char *at = (const unsigned char *)value;
    size_t used = 0;

    add(line, "\"", 1);
    while (*at && used < LOG_VALUE_MAX && line->len < LOG_LINE_SIZE - 32) {
        size_t unsafe = unsafe_bytes(at);

        if (unsafe) {
            for (size_t i = 0; i < unsafe; i++)
                add_format(line, "\\u00%02x", at[i]);
            at += unsafe;
            used += unsafe;
            continue;
        }
        if (*at == '"' || *at == '\\')
            add(line, "\\", 1);
        add(line, (const char *)at, 1);
        at++;
        used++;
    }
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

    add_format(line, json ? ",\"%s\":" : " %s=", key);
}

void log_begin(struct log_line *line, enum log_level level, const char *event)
{
    char now[CLOCK_TEXT_SIZE];
    bool json = setup.format == LOG_FORMAT_JSON;

    line->len = 0;
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

void log_text(struct log_line *line, const char *key, const char *value)
{
    if (!line->on || !value)
        return;
    add_key(line, key);
    if (setup.format == LOG_FORMAT_LOGFMT && is_plain(value))
        add(line, value, strlen(value));
    else
        add_quoted(line, value);
}

void log_int(struct log_line *line, const char *key, int64_t value)
{
    if (!line->on)
        return;
    add_key(line, key);
    add_format(line, "%lld", (long long)value);
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
