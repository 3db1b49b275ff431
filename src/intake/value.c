/* Single values of a form. See value.h. */
#include "intake/value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#include "base/banned.h"

#define WEB_ADDRESS_MAX 2048

/* Kinds of octets; what a text has of them is added up. */
enum { PLAIN = 1, SPACE = 2, LINE = 4, CONTROL = 8, HIGH = 16 };

static unsigned kind_of(unsigned char c)
{
    if (c >= 0x80)
        return HIGH;
    if (c > ' ')
        return c == 0x7f ? CONTROL : PLAIN;
    if (c == ' ')
        return SPACE;
    return c == '\t' || c == '\n' || c == '\r' ? LINE : CONTROL;
}

/* U+0080 to U+009F: the control characters beyond ASCII. */
static bool has_high_control(const char *text, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if ((unsigned char)text[i] == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
            return true;
    return false;
}

static size_t count_pairs(const char *text, size_t len)
{
    size_t pairs = 0;

    for (size_t i = 1; i < len; i++)
        pairs += text[i] == '\n' && text[i - 1] == '\r';
    return pairs;
}

void value_scan(const char *text, size_t len, struct value_scan *scan)
{
    unsigned seen = 0;
    size_t pairs;

    for (size_t i = 0; i < len; i++)
        seen |= kind_of((unsigned char)text[i]);
    pairs = seen & LINE ? count_pairs(text, len) : 0;
    *scan = (struct value_scan){
        .characters = len - pairs,
        .well_formed = true,
        .control = seen & CONTROL,
        .lines = seen & LINE,
        .blank = !(seen & (PLAIN | HIGH | CONTROL)),
    };
    if (!(seen & HIGH))
        return;
    scan->well_formed = text_utf8_ok(text, len);
    if (!scan->well_formed)
        return;
    scan->characters = text_characters(text, len) - pairs;
    scan->control = scan->control || has_high_control(text, len);
}

bool value_web_address(const char *text)
{
    size_t len = strlen(text);
    size_t start;

    if (len > WEB_ADDRESS_MAX)
        return false;
    if (strncasecmp(text, "https://", 8) == 0)
        start = 8;
    else if (strncasecmp(text, "http://", 7) == 0)
        start = 7;
    else
        return false;
    if (!text[start] || strchr("/?#:@", text[start]))
        return false;
    for (size_t i = start; i < len; i++)
        if ((unsigned char)text[i] <= 0x20 || text[i] == 0x7f ||
            strchr("\"<>\\", text[i]))
            return false;
    return true;
}

bool value_number(const char *text)
{
    char *end;
    double number;

    /* strtod() also takes "inf", "nan" and hexadecimal. */
    if (!*text || strspn(text, "0123456789.+-eE") != strlen(text))
        return false;
    errno = 0;
    number = strtod(text, &end);
    return !*end && !errno && isfinite(number);
}

bool value_truth(const char *text, bool *truth)
{
    static const char *const yes[] = {"true", "on", "yes", "1"};
    static const char *const no[] = {"false", "off", "no", "0"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
        *truth = text_equal_nocase(text, yes[i]);
        if (*truth || text_equal_nocase(text, no[i]))
            return true;
    }
    return false;
}

void value_add_lines(struct buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\r");

        buf_add(out, text, len);
        text += len;
        if (!*text)
            break;
        buf_char(out, '\n');
        text += text[1] == '\n' ? 2 : 1;
    }
}
