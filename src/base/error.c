/* Errors as values. See error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    va_list list;

    if (!err)
        return false;
    err->kind = kind;
    va_start(list, format);
    vsnprintf(err->text, sizeof(err->text), format, list);
    va_end(list);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    char where[ERROR_TEXT_SIZE / 2];
    char what[ERROR_TEXT_SIZE / 2];
    va_list list;

    if (!err)
        return false;
    va_start(list, format);
    vsnprintf(where, sizeof(where), format, list);
    va_end(list);
    snprintf(what, sizeof(what), "%.*s", (int)sizeof(what) - 1, err->text);
    snprintf(err->text, sizeof(err->text), "%.*s: %.*s", (int)sizeof(where) - 3,
             where, (int)sizeof(what) - 1, what);
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
