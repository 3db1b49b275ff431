/* What the Redis client does not take: too much, and what is no reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "redis_client.h"
#include "run.h"
#include "scripted_server.h"

#include "base/banned.h"

#define PONG                                                                   \
    {                                                                          \
        "+PONG\r\n", SCRIPT_KEEP, true                                         \
    }

/* To a command, a server that can greet says this. */
static void hear(struct redis_client *client, const char *reply,
                 const char *why)
{
    const struct script_step steps[] = {
        PONG, {reply, SCRIPT_KEEP, true}, {NULL, SCRIPT_CLOSE, true}};
    struct scripted_server *server =
        scripted_server_new(client->loop, steps, 3);
    char url[64];

    snprintf(url, sizeof(url), "redis://127.0.0.1:%u",
             scripted_server_port(server));
    redis_client_connect(client, url, 15000);
    run_until_count(client->loop, &client->ups, 1);
    redis_callv(client->redis, redis_client_note, client, "GET", "a", NULL);
    run_until_count(client->loop, &client->told, 1);
    if (!strstr(client->last, why))
        fail_msg("'%s' does not say '%s'", client->last, why);
    assert_int_equal(client->unknown, 1);
    redis_free(client->redis);
    client->redis = NULL;
    scripted_server_free(server);
}

static void what_is_no_reply_ends_the_connection(void **state)
{
    hear(*state, "HTTP/1.1 400 Bad Request\r\n\r\n", "Redis's protocol");
}

static void a_reply_without_end_ends_the_connection(void **state)
{
    hear(*state, "@67200000$99999999\r\n", "a reply of over 67108864 bytes");
}

static void a_list_without_end_ends_the_connection(void **state)
{
    hear(*state, "*1000001\r\n", "a reply of over 1000000 elements");
}

static void lists_in_lists_are_counted_together(void **state)
{
    hear(*state, "*900000\r\n*100001\r\n", "a reply of over 1000000 elements");
}

static void lists_nested_too_deep_end_the_connection(void **state)
{
    hear(*state,
         "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
         "Redis's protocol");
}

static void a_length_that_is_no_length_ends_the_connection(void **state)
{
    hear(*state, "$99999999999999999999\r\n", "Redis's protocol");
}

static void a_reply_that_nobody_asked_for_ends_the_connection(void **state)
{
    static const struct script_step steps[] = {
        {"+PONG\r\n+OK\r\n", SCRIPT_KEEP, true}, PONG};
    struct redis_client *client = *state;
    struct scripted_server *server =
        scripted_server_new(client->loop, steps, 2);
    char url[64];

    snprintf(url, sizeof(url), "redis://127.0.0.1:%u",
             scripted_server_port(server));
    redis_client_connect(client, url, 5000);
    run_until_count(client->loop, &client->downs, 1);
    assert_non_null(strstr(redis_why(client->redis), "nobody asked for"));
    run_until_count(client->loop, &client->ups, 2);
    redis_free(client->redis);
    client->redis = NULL;
    scripted_server_free(server);
}

static void a_reply_of_many_megabytes_is_read(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 15000);
    redis_callv(client->redis, redis_client_note, client, "SETRANGE", "a",
                "30000000", "x", NULL);
    redis_callv(client->redis, redis_client_note, client, "GET", "a", NULL);
    redis_callv(client->redis, redis_client_note, client, "ECHO", "after",
                NULL);
    run_until_count(client->loop, &client->answered, 3);
    assert_string_equal(client->last, "after");
}

static void more_than_may_wait_is_not_sent(void **state)
{
    struct redis_client *client = *state;

    redis_client_connect(client, "unix:///nonexistent/redis.sock", 15000);
    for (unsigned i = 0; i < 100000; i++)
        redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    assert_int_equal(client->told, 0);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->not_sent, 1);
    assert_string_equal(client->last,
                        "too many commands are waiting for Redis");
    assert_int_equal(redis_waiting(client->redis), 100000);
}

static void more_bytes_than_may_wait_are_not_sent(void **state)
{
    struct redis_client *client = *state;
    size_t len = 40u * 1024 * 1024;
    char *big = NEW_ARRAY(len + 1, char);

    memset(big, 'x', len);
    redis_client_connect(client, "unix:///nonexistent/redis.sock", 15000);
    redis_callv(client->redis, redis_client_note, client, "ECHO", big, NULL);
    redis_callv(client->redis, redis_client_note, client, "ECHO", big, NULL);
    free(big);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->not_sent, 1);
    assert_int_equal(redis_waiting(client->redis), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_test(what_is_no_reply_ends_the_connection),
        client_test(a_reply_without_end_ends_the_connection),
        client_test(a_list_without_end_ends_the_connection),
        client_test(lists_in_lists_are_counted_together),
        client_test(lists_nested_too_deep_end_the_connection),
        client_test(a_length_that_is_no_length_ends_the_connection),
        client_test(a_reply_that_nobody_asked_for_ends_the_connection),
        client_test(a_reply_of_many_megabytes_is_read),
        client_test(more_than_may_wait_is_not_sent),
        client_test(more_bytes_than_may_wait_are_not_sent),
    };

    return cmocka_run_group_tests_name("redis_limits", tests, NULL, NULL);
}
