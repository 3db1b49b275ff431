/* Instants as they are found in chats. See chat_instant.h. */
#include "chat/chat_instant.h"

#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "chat/search_time.h"

#include "base/banned.h"

#define LATEST_SECONDS INT64_C(253402300799) /* the end of year 9999 */

/* "+00:00Z" is read as "+00:00". */
static size_t without_double_zone(const char *text, size_t len)
{
    if (len > 6 && text[len - 1] == 'Z' && text[len - 4] == ':' &&
        (text[len - 7] == '+' || text[len - 7] == '-'))
        return len - 1;
    return len;
}

static bool parse(const char *text, size_t len, int64_t *at)
{
    char copy[CLOCK_TEXT_SIZE + 16];
    int64_t last;

    if (len < 10 || len >= sizeof(copy) || text[4] != '-')
        return false;
    if (search_time_parse(text, len, at, &last))
        return true;
    len = without_double_zone(text, len);
    memcpy(copy, text, len);
    copy[len] = '\0';
    return strlen(copy) == len && clock_parse(copy, 0, at);
}

bool chat_instant_parse(const char *text, size_t len, int64_t *at)
{
    int64_t parsed;

    if (!parse(text, len, &parsed) || parsed < 0 ||
        parsed / 1000 > LATEST_SECONDS)
        return false;
    *at = parsed;
    return true;
}

bool chat_instant_seconds(int64_t seconds, int64_t *at)
{
    if (seconds < 0 || seconds > LATEST_SECONDS)
        return false;
    *at = seconds * 1000;
    return true;
}

bool chat_instant_read(const json_t *value, int64_t *at)
{
    if (json_is_string(value))
        return chat_instant_parse(json_string_value(value),
                                  json_string_length(value), at);
    return json_is_integer(value) &&
           chat_instant_seconds(json_integer_value(value), at);
}
