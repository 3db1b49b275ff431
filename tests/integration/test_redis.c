/* The Redis client against a real redis-server. */
#include "net/redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "redis_client.h"
#include "run.h"

#include "base/banned.h"

static void a_command_is_answered(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 2000);
    redis_callv(client->redis, redis_client_note, client, "SET", "a", "one",
                NULL);
    redis_callv(client->redis, redis_client_note, client, "GET", "a", NULL);
    assert_int_equal(client->told, 0);
    assert_int_equal(redis_waiting(client->redis), 2);
    run_until_count(client->loop, &client->told, 2);
    assert_string_equal(client->last, "one");
    assert_int_equal(redis_waiting(client->redis), 0);
}

static void a_command_waits_for_the_connection(void **state)
{
    struct redis_client *client = *state;

    redis_server_start(&client->server, NULL);
    redis_client_connect(client, client->server.url, 5000);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    assert_false(redis_connected(client->redis));
    run_until_count(client->loop, &client->answered, 1);
    assert_string_equal(client->last, "PONG");
}

static void bytes_of_any_kind_travel_unchanged(void **state)
{
    static const char *const argv[] = {"ECHO", "a\0b\r\n\xff"};
    static const size_t lens[] = {4, 6};
    struct redis_command command = {2, argv, lens, 0};
    struct redis_client *client = *state;

    redis_client_up(client, 2000);
    redis_call(client->redis, &command, redis_client_note, client);
    run_until_count(client->loop, &client->answered, 1);
    assert_memory_equal(client->last, "a", 2);
}

static void an_error_reply_is_an_answer(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 2000);
    redis_callv(client->redis, redis_client_note, client, "GET", NULL);
    run_until_count(client->loop, &client->answered, 1);
    assert_true(client->error);
}

static void ten_thousand_in_one_turn_are_answered_in_order(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 20000);
    for (unsigned i = 0; i < 10000; i++)
        redis_callv(client->redis, redis_client_note, client, "INCR", "count",
                    NULL);
    run_until_count(client->loop, &client->answered, 10000);
    assert_int_equal(client->number, 10000);
}

static void without_a_server_a_command_is_not_sent(void **state)
{
    struct redis_client *client = *state;

    redis_client_connect(client, "unix:///nonexistent/redis.sock", 100);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->not_sent, 1);
    assert_string_equal(client->last,
                        "unix:///nonexistent/redis.sock: No such file or "
                        "directory");
}

static void a_hung_server_leaves_commands_unknown_in_time(void **state)
{
    struct redis_client *client = *state;
    int64_t start_at;

    redis_client_up(client, 300);
    redis_server_pause(&client->server);
    start_at = clock_boot_ms();
    for (unsigned i = 0; i < 10; i++)
        redis_callv(client->redis, redis_client_note, client, "INCR", "count",
                    NULL);
    run_until_count(client->loop, &client->told, 10);
    run_lasted(start_at, 300);
    assert_int_equal(client->unknown, 10);
    assert_false(redis_connected(client->redis));
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    run_until_count(client->loop, &client->told, 11);
    assert_int_equal(client->not_sent, 1);
    redis_server_resume(&client->server);
    run_until_count(client->loop, &client->ups, 2);
}

static void a_short_deadline_ends_its_own_command_only(void **state)
{
    static const char *const blocking_argv[] = {"BLPOP", "nothing", "0.3"};
    static const char *const ping_argv[] = {"PING"};
    struct redis_command blocking = {3, blocking_argv, NULL, 0};
    struct redis_command ping = {1, ping_argv, NULL, 50};
    struct redis_client *client = *state;

    redis_client_up(client, 5000);
    redis_call(client->redis, &blocking, redis_client_note, client);
    redis_call(client->redis, &ping, redis_client_note, client);
    redis_callv(client->redis, redis_client_note, client, "ECHO", "third",
                NULL);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->unknown, 1);
    run_until_count(client->loop, &client->told, 3);
    assert_int_equal(client->answered, 2);
    assert_string_equal(client->last, "third");
    assert_int_equal(client->downs, 0);
}

static void what_was_sent_to_a_killed_server_is_unknown(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 5000);
    redis_server_pause(&client->server);
    for (unsigned i = 0; i < 100; i++)
        redis_callv(client->redis, redis_client_note, client, "INCR", "count",
                    NULL);
    redis_server_kill(&client->server);
    run_until_count(client->loop, &client->told, 100);
    assert_int_equal(client->unknown, 100);
    assert_int_equal(client->downs, 1);
}

static void
no_more_was_done_than_was_sent_and_no_less_than_answered(void **state)
{
    static const char *const options[] = {"--appendonly", "yes",
                                          "--appendfsync", "always", NULL};
    struct redis_client *client = *state;
    unsigned answered, unknown;

    redis_server_start(&client->server, options);
    redis_client_connect(client, client->server.url, 5000);
    for (unsigned i = 0; i < 20; i++) {
        for (unsigned k = 0; k < 100; k++)
            redis_callv(client->redis, redis_client_note, client, "INCR",
                        "count", NULL);
        run_until_count(client->loop, &client->answered, 50 * (i + 1));
    }
    redis_server_kill(&client->server);
    run_until_count(client->loop, &client->told, 2000);
    answered = client->answered;
    unknown = client->unknown;
    assert_int_equal(answered + unknown, 2000);
    redis_server_restart(&client->server);
    redis_callv(client->redis, redis_client_note, client, "GET", "count", NULL);
    run_until_count(client->loop, &client->told, 2001);
    assert_in_range(client->number, answered, answered + unknown);
}

static void a_restarted_server_is_found_again(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 5000);
    redis_server_kill(&client->server);
    run_until_count(client->loop, &client->downs, 1);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    redis_server_restart(&client->server);
    run_until_count(client->loop, &client->answered, 1);
    assert_int_equal(client->ups, 2);
}

static void the_client_may_be_freed_from_an_answer(void **state)
{
    struct redis_client *client = *state;

    redis_client_up(client, 2000);
    for (unsigned i = 0; i < 3; i++)
        redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    client->free_inside = true;
    run_until_count(client->loop, &client->told, 3);
    assert_int_equal(client->answered, 1);
    assert_int_equal(client->unknown, 2);
}

static void freeing_tells_every_command(void **state)
{
    struct redis_client *client = *state;

    redis_client_connect(client, "unix:///nonexistent/redis.sock", 10000);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    redis_free(client->redis);
    client->redis = NULL;
    assert_int_equal(client->not_sent, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_test(a_command_is_answered),
        client_test(a_command_waits_for_the_connection),
        client_test(bytes_of_any_kind_travel_unchanged),
        client_test(an_error_reply_is_an_answer),
        client_test(ten_thousand_in_one_turn_are_answered_in_order),
        client_test(without_a_server_a_command_is_not_sent),
        client_test(a_hung_server_leaves_commands_unknown_in_time),
        client_test(a_short_deadline_ends_its_own_command_only),
        client_test(what_was_sent_to_a_killed_server_is_unknown),
        client_test(no_more_was_done_than_was_sent_and_no_less_than_answered),
        client_test(a_restarted_server_is_found_again),
        client_test(the_client_may_be_freed_from_an_answer),
        client_test(freeing_tells_every_command),
    };

    return cmocka_run_group_tests_name("redis", tests, NULL, NULL);
}
