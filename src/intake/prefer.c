/* Prefer and Accept. See prefer.h. */
#include "intake/prefer.h"

#include <string.h>
#include <strings.h>

#include "base/banned.h"

#define DIGITS_MAX 6

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* text stands behind "wait": "=10", "= \"10\"". */
static int64_t read_wait(const char *text)
{
    int64_t seconds = 0;
    size_t digits;

    text = skip_space(text);
    if (*text != '=')
        return 0;
    text = skip_space(text + 1);
    text += *text == '"';
    digits = strspn(text, "0123456789");
    if (!digits)
        return 0;
    if (digits > DIGITS_MAX)
        return PREFER_WAIT_MAX_MS;
    for (size_t i = 0; i < digits; i++)
        seconds = seconds * 10 + (text[i] - '0');
    return seconds * 1000 < PREFER_WAIT_MAX_MS ? seconds * 1000
                                               : PREFER_WAIT_MAX_MS;
}

int64_t prefer_wait_ms(const char *header)
{
    while (header && *header) {
        header = skip_space(header);
        if (strncasecmp(header, "wait", 4) == 0 && strchr(" \t=", header[4]) &&
            header[4])
            return read_wait(header + 4);
        header += strcspn(header, ",");
        header += *header == ',';
    }
    return 0;
}

bool accept_names(const char *header, const char *type)
{
    size_t len = strlen(type);

    while (header && *header) {
        header = skip_space(header);
        if (strncasecmp(header, type, len) == 0 &&
            (!header[len] || strchr(" \t;,", header[len])))
            return true;
        header += strcspn(header, ",");
        header += *header == ',';
    }
    return false;
}
