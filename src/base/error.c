/* Errors as values. See error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

/* By way of a copy: the arguments may lie in err itself. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list list;

    if (!err)
        return false;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    err->kind = kind;
    memcpy(err->text, text, sizeof(text));
    return false;
}

/* What there is too much of is lost at the end of the line, never in front. */
bool error_prefix(struct error *err, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list list;
    size_t len, room;

    if (!err)
        return false;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    len = strlen(text);
    room = sizeof(text) - len;
    snprintf(text + len, room, ": %.*s", (int)room, err->text);
    memcpy(err->text, text, sizeof(text));
    return false;
}

void error_clear(struct error *err)
{
    if (err)
        memset(err, 0, sizeof(*err));
}

int error_exit_code(const struct error *err)
{
    /* clang-format off */
    static const int codes[] = {
        [ERROR_NONE]        = 0,
        [ERROR_FAILED]      = 1,
        [ERROR_USAGE]       = 2,
        [ERROR_INPUT]       = 1,
        [ERROR_UNAVAILABLE] = 69,
        [ERROR_LATER]       = 75,
        [ERROR_CONFIG]      = 78,
    };
    /* clang-format on */

    return codes[err->kind];
}
