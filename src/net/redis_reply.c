/* Reading replies: hiredis's objects behind our own names. See redis.h. */
#include "net/redis_private.h"

#include <string.h>

#include "base/text.h"

#include "base/banned.h"

static const redisReply *inside(const struct redis_reply *reply)
{
    return (const redisReply *)(const void *)reply;
}

enum redis_type redis_type(const struct redis_reply *reply)
{
    if (!reply)
        return REDIS_TYPE_NIL;
    switch (inside(reply)->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
        return REDIS_TYPE_TEXT;
    case REDIS_REPLY_INTEGER:
        return REDIS_TYPE_INTEGER;
    case REDIS_REPLY_ARRAY:
        return REDIS_TYPE_LIST;
    case REDIS_REPLY_ERROR:
        return REDIS_TYPE_ERROR;
    default:
        return REDIS_TYPE_NIL;
    }
}

const char *redis_text(const struct redis_reply *reply)
{
    enum redis_type type = redis_type(reply);

    if (type == REDIS_TYPE_TEXT || type == REDIS_TYPE_ERROR)
        return inside(reply)->str;
    return NULL;
}

size_t redis_text_len(const struct redis_reply *reply)
{
    return redis_text(reply) ? inside(reply)->len : 0;
}

int64_t redis_integer(const struct redis_reply *reply)
{
    int64_t number = 0;

    if (redis_type(reply) == REDIS_TYPE_INTEGER)
        return inside(reply)->integer;
    if (redis_type(reply) != REDIS_TYPE_TEXT ||
        !text_int(inside(reply)->str, INT64_MIN, INT64_MAX, &number))
        return 0;
    return number;
}

size_t redis_count(const struct redis_reply *reply)
{
    return redis_type(reply) == REDIS_TYPE_LIST ? inside(reply)->elements : 0;
}

const struct redis_reply *redis_at(const struct redis_reply *reply,
                                   size_t index)
{
    if (index >= redis_count(reply))
        return NULL;
    return (const struct redis_reply *)(const void *)inside(reply)
        ->element[index];
}

/* An error's first word is its code. */
bool redis_is_error(const struct redis_reply *reply, const char *code)
{
    size_t len = strlen(code);

    if (redis_type(reply) != REDIS_TYPE_ERROR)
        return false;
    return !strncmp(inside(reply)->str, code, len) &&
           (inside(reply)->str[len] == ' ' || inside(reply)->str[len] == '\0');
}
