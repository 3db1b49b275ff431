/*
 * Subscriptions: a sorted set of channels, made known to each new connection.
 * See redis.h.
 */
#include "net/redis_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

/* How many channels one SUBSCRIBE names when all of them are renewed. */
#define BATCH 500

/* Where channel is, or where it would have to be put. */
static size_t find(const struct redis *redis, const char *channel, bool *there)
{
    size_t low = 0;
    size_t high = redis->channel_count;
    int order = 1;

    while (low < high && order) {
        size_t middle = low + (high - low) / 2;

        order = strcmp(redis->channels[middle], channel);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = order == 0;
    return high;
}

static void say(struct redis *redis, const char *verb, const char *channel)
{
    const char *argv[] = {verb, channel};
    struct redis_command command = {2, argv, NULL, 0};

    if (redis->state == REDIS_UP)
        redis_write(redis, &command);
}

void redis_subscribe(struct redis *redis, const char *channel)
{
    bool there;
    size_t place = find(redis, channel, &there);

    assert(!redis->waiting_count && !redis->sent_count);
    redis->subscriber = true;
    if (there || redis->closing)
        return;
    if (redis->channel_count == redis->channel_size) {
        redis->channel_size = redis->channel_size ? 2 * redis->channel_size : 8;
        redis->channels =
            alloc_resize(redis->channels, redis->channel_size, sizeof(char *));
    }
    memmove(redis->channels + place + 1, redis->channels + place,
            (redis->channel_count - place) * sizeof(char *));
    redis->channels[place] = alloc_text(channel);
    redis->channel_count++;
    say(redis, "SUBSCRIBE", channel);
}

void redis_unsubscribe(struct redis *redis, const char *channel)
{
    bool there;
    size_t place = find(redis, channel, &there);
    char *owned;

    if (!there)
        return;
    owned = redis->channels[place]; /* channel may point into it */
    say(redis, "UNSUBSCRIBE", owned);
    redis->channel_count--;
    memmove(redis->channels + place, redis->channels + place + 1,
            (redis->channel_count - place) * sizeof(char *));
    free(owned);
}

void redis_on_message(struct redis *redis, redis_message *message,
                      void *context)
{
    redis->message = message;
    redis->message_context = context;
}

void redis_on_subscribed(struct redis *redis, redis_subscribed *subscribed,
                         void *context)
{
    redis->subscribed = subscribed;
    redis->subscribed_context = context;
}

void redis_resubscribe(struct redis *redis)
{
    const char *argv[BATCH + 1] = {"SUBSCRIBE"};
    struct redis_command command = {1, argv, NULL, 0};

    for (size_t i = 0; i < redis->channel_count; i++) {
        argv[command.argc++] = redis->channels[i];
        if (command.argc <= BATCH && i + 1 < redis->channel_count)
            continue;
        redis_write(redis, &command);
        command.argc = 1;
    }
}

/* What is still on its way for a channel that was given up is not told. */
static bool is_wanted(const struct redis *redis, const char *channel)
{
    bool there;

    find(redis, channel, &there);
    return there;
}

static bool is_text(const redisReply *reply)
{
    return reply->type == REDIS_REPLY_STRING;
}

/* ["message", channel, text] or ["subscribe", channel, how many] */
bool redis_hear(struct redis *redis, const redisReply *reply)
{
    const redisReply *kind, *channel, *last;

    if (reply->type == REDIS_REPLY_ERROR) {
        redis_set_why(redis, "SUBSCRIBE was refused: %s", reply->str);
        return false;
    }
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 ||
        !is_text(reply->element[0])) {
        redis_set_why(redis, "it said something that is no message");
        return false;
    }
    kind = reply->element[0];
    channel = reply->element[1];
    last = reply->element[2];
    if (!is_text(channel) || !is_wanted(redis, channel->str))
        return true;
    if (!strcmp(kind->str, "message") && is_text(last) && redis->message)
        redis->message(redis->message_context, channel->str, last->str,
                       last->len);
    else if (!strcmp(kind->str, "subscribe") && redis->subscribed)
        redis->subscribed(redis->subscribed_context, channel->str);
    return true;
}

void redis_channels_clear(struct redis *redis)
{
    for (size_t i = 0; i < redis->channel_count; i++)
        free(redis->channels[i]);
    free(redis->channels);
    redis->channels = NULL;
    redis->channel_count = redis->channel_size = 0;
}
