/* The parameters of a query. See param.h. */
#include "chat_api/param.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "base/banned.h"

#define NAME_MAX_LEN 32 /* of a parameter; longer ones are none of ours */

void param_refuse(struct call *call, const char *name, const char *format, ...)
{
    char text[256];
    va_list args;
    int len = snprintf(text, sizeof(text), "%s: ", name);

    va_start(args, format);
    vsnprintf(text + len, sizeof(text) - (size_t)len, format, args);
    va_end(args);
    call_error(call, 400, "InvalidValue", text);
}

static bool is_called(const char *text, size_t len, const char *name)
{
    struct buf decoded;
    bool same;

    if (!memchr(text, '%', len))
        return strlen(name) == len && memcmp(text, name, len) == 0;
    buf_init(&decoded, NAME_MAX_LEN);
    same = text_percent_decode(text, len, true, &decoded) && buf_ok(&decoded) &&
           strcmp(buf_str(&decoded), name) == 0;
    buf_clear(&decoded);
    return same;
}

/* Its value, not decoded; NULL when there is none of that name. */
static const char *find(const struct http_exchange *exchange, const char *name,
                        size_t *len)
{
    const char *pair = http_query(exchange);

    while (*pair) {
        size_t pair_len = strcspn(pair, "&");
        const char *equals = memchr(pair, '=', pair_len);
        size_t name_len = equals ? (size_t)(equals - pair) : pair_len;

        if (is_called(pair, name_len, name)) {
            const char *value = pair + name_len + (equals ? 1 : 0);

            *len = (size_t)(pair + pair_len - value);
            return value;
        }
        pair += pair_len + (pair[pair_len] == '&');
    }
    return NULL;
}

bool param_given(const struct http_exchange *exchange, const char *name)
{
    size_t len;

    return find(exchange, name, &len) != NULL;
}

bool param_text(struct call *call, const char *name, size_t max, char **value)
{
    size_t len;
    const char *encoded = find(call->exchange, name, &len);
    bool decoded, clean;
    struct buf text;

    *value = NULL;
    if (!encoded)
        return true;
    buf_init(&text, max);
    decoded = text_percent_decode(encoded, len, true, &text);
    clean = buf_ok(&text) && text_clean(buf_str(&text), text.len);
    if (decoded && clean) {
        *value = buf_take(&text);
        return true;
    }
    if (!decoded)
        param_refuse(call, name, "broken %%-encoding");
    else if (!buf_ok(&text))
        param_refuse(call, name, "longer than %zu bytes", max);
    else
        param_refuse(call, name,
                     "UTF-8 text without control characters is expected");
    buf_clear(&text);
    return false;
}

bool param_number(struct call *call, const char *name, int64_t min, int64_t max,
                  int64_t *number)
{
    char *text;
    bool ok;

    if (!param_text(call, name, NAME_MAX_LEN, &text))
        return false;
    ok = !text || text_int(text, min, max, number);
    free(text);
    if (!ok)
        param_refuse(call, name,
                     "a whole number from %" PRId64 " to %" PRId64
                     " is expected",
                     min, max);
    return ok;
}
