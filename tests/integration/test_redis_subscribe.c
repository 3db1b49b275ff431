/* Subscriptions of the Redis client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "redis_client.h"
#include "run.h"

#include "base/banned.h"

/* client listens; another one speaks. */
struct ears {
    struct redis_client *client;
    struct redis *speaker;
    unsigned messages, subscribed;
    char last[100]; /* "channel: text" */
};

static void message(void *context, const char *channel, const char *text,
                    size_t len)
{
    struct ears *ears = context;

    ears->messages++;
    snprintf(ears->last, sizeof(ears->last), "%s: %.*s", channel, (int)len,
             text);
}

static void subscribed(void *context, const char *channel)
{
    struct ears *ears = context;

    (void)channel;
    ears->subscribed++;
}

static void listen_up(struct ears *ears, struct redis_client *client)
{
    struct redis_options options = {0};

    memset(ears, 0, sizeof(*ears));
    ears->client = client;
    redis_client_up(client, 5000);
    redis_on_message(client->redis, message, ears);
    redis_on_subscribed(client->redis, subscribed, ears);
    options.url = client->server.url;
    ears->speaker = redis_new(client->loop, &options, NULL);
}

static void say(struct ears *ears, const char *channel, const char *text)
{
    redis_callv(ears->speaker, redis_client_note, ears->client, "PUBLISH",
                channel, text, NULL);
}

static void a_message_reaches_its_channel(void **state)
{
    struct redis_client *client = *state;
    struct ears ears;

    listen_up(&ears, client);
    redis_subscribe(client->redis, "news");
    run_until_count(client->loop, &ears.subscribed, 1);
    say(&ears, "other", "x");
    say(&ears, "news", "hello");
    run_until_count(client->loop, &ears.messages, 1);
    assert_string_equal(ears.last, "news: hello");
    redis_free(ears.speaker);
}

static void a_channel_given_up_is_silent(void **state)
{
    struct redis_client *client = *state;
    struct ears ears;

    listen_up(&ears, client);
    redis_subscribe(client->redis, "a");
    redis_subscribe(client->redis, "a");
    redis_subscribe(client->redis, "b");
    run_until_count(client->loop, &ears.subscribed, 2);
    redis_unsubscribe(client->redis, "a");
    redis_unsubscribe(client->redis, "never");
    say(&ears, "a", "1");
    say(&ears, "b", "2");
    run_until_count(client->loop, &ears.messages, 1);
    assert_string_equal(ears.last, "b: 2");
    redis_free(ears.speaker);
}

static void subscriptions_come_back_with_the_server(void **state)
{
    struct redis_client *client = *state;
    struct ears ears;
    char name[20];

    listen_up(&ears, client);
    for (unsigned i = 0; i < 1234; i++) {
        snprintf(name, sizeof(name), "channel-%u", i);
        redis_subscribe(client->redis, name);
    }
    run_until_count(client->loop, &ears.subscribed, 1234);
    redis_server_kill(&client->server);
    run_until_count(client->loop, &client->downs, 1);
    redis_subscribe(client->redis, "one more");
    redis_server_restart(&client->server);
    run_until_count(client->loop, &ears.subscribed, 1234 + 1235);
    say(&ears, "channel-777", "again");
    run_until_count(client->loop, &ears.messages, 1);
    assert_string_equal(ears.last, "channel-777: again");
    redis_free(ears.speaker);
}

static void a_subscription_that_is_not_allowed_says_so(void **state)
{
    static const char *const options[] = {
        "--user", "default", "on", "nopass", "resetchannels", "+ping", NULL};
    struct redis_client *client = *state;

    redis_server_start(&client->server, options);
    redis_client_connect(client, client->server.url, 5000);
    redis_subscribe(client->redis, "news");
    run_until_count(client->loop, &client->downs, 1);
    assert_non_null(strstr(redis_why(client->redis), "SUBSCRIBE was refused"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_test(a_message_reaches_its_channel),
        client_test(a_channel_given_up_is_silent),
        client_test(subscriptions_come_back_with_the_server),
        client_test(a_subscription_that_is_not_allowed_says_so),
    };

    return cmocka_run_group_tests_name("redis_subscribe", tests, NULL, NULL);
}
