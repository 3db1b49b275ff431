/* See rate.h. */
#include "cmd/rate.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define RATE_MAX 60000

bool rate_read(const char *text, unsigned *rate, struct error *err)
{
    size_t len = strcspn(text, "/");
    int64_t number;
    char digits[16];

    snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
    if (len < sizeof(digits) && text_int(digits, 1, RATE_MAX, &number) &&
        (!text[len] || strcmp(text + len, "/min") == 0 ||
         strcmp(text + len, "/m") == 0)) {
        *rate = (unsigned)number;
        return true;
    }
    return error_set(err, ERROR_USAGE,
                     "'%s' is no rate: write how many a minute, 1 to %d, as in "
                     "30/min",
                     text, RATE_MAX);
}

bool rate_read_or_none(const char *text, unsigned *rate, struct error *err)
{
    if (strcmp(text, "none") != 0)
        return rate_read(text, rate, err) ||
               error_set(err, ERROR_USAGE, "%s, or none", err->text);
    *rate = 0;
    return true;
}
