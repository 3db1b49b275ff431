/* Units. See units.h. */
#include "config/units.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define DIGITS_MAX 15 /* fits an int64_t with every unit */

/* clang-format off */
static const struct unit { const char *name; int64_t worth; } durations[] = {
    { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 },
    { "ms", 1 },
};
static const struct unit sizes[] = {
    { "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 }, { "", 1 },
    { "G", 1 << 30 }, { "M", 1 << 20 }, { "K", 1 << 10 }, { "B", 1 },
};
/* clang-format on */

bool units_parse_size(const char *text, int64_t *bytes)
{
    size_t digits = strspn(text, "0123456789");
    char number[DIGITS_MAX + 1];
    int64_t value;

    if (digits < 1 || digits > DIGITS_MAX)
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!text_int(number, 0, INT64_MAX >> 31, &value))
        return false;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        if (text_equal_nocase(text + digits, sizes[i].name)) {
            *bytes = value * sizes[i].worth;
            return true;
        }
    return false;
}

/* 0 is written in the last, smallest unit of the list. */
static void format(int64_t number, const struct unit *units, struct buf *out)
{
    while (units->worth > 1 && (!number || number % units->worth))
        units++;
    buf_format(out, "%lld%s", (long long)(number / units->worth), units->name);
}

void units_format_duration(int64_t ms, struct buf *out)
{
    if (ms)
        format(ms, durations, out);
    else
        buf_text(out, "0s");
}

void units_format_size(int64_t bytes, struct buf *out)
{
    format(bytes, sizes, out);
}

void units_format_number(int64_t number, struct buf *out)
{
    buf_format(out, "%lld", (long long)number);
}
