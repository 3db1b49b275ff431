/* The Redis client against a real redis-server. */
#include "net/redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "redis_server.h"
#include "run.h"

#include "base/banned.h"

struct scene {
    struct loop *loop;
    struct redis_server server;
    struct redis *redis;
    unsigned told, answered, not_sent, unknown; /* commands */
    unsigned ups, downs;
    unsigned said, subscribed;
    char last[256]; /* text of the last answer, or why there was none */
    int64_t number; /* of the last answer */
    bool error;     /* the last answer was one */
    bool free_inside;
};

static void note(void *context, const struct redis_answer *answer)
{
    struct scene *scene = context;
    const char *text = redis_text(answer->reply);

    scene->told++;
    scene->answered += answer->fate == REDIS_ANSWERED;
    scene->not_sent += answer->fate == REDIS_NOT_SENT;
    scene->unknown += answer->fate == REDIS_UNKNOWN;
    scene->number = redis_integer(answer->reply);
    scene->error = redis_type(answer->reply) == REDIS_TYPE_ERROR;
    if (answer->why)
        text = answer->why;
    snprintf(scene->last, sizeof(scene->last), "%s", text ? text : "");
    if (scene->free_inside) {
        struct redis *redis = scene->redis;

        scene->redis = NULL;
        redis_free(redis);
    }
}

static void changed(void *context, bool connected)
{
    struct scene *scene = context;

    if (connected)
        scene->ups++;
    else
        scene->downs++;
}

static void connect_to(struct scene *scene, const char *url, int64_t timeout_ms)
{
    struct redis_options options = {0};
    struct error err = {0};

    options.url = alloc_text(url);
    options.timeout_ms = timeout_ms;
    scene->redis = redis_new(scene->loop, &options, &err);
    redis_options_clear(&options);
    if (!scene->redis)
        fail_msg("%s", err.text);
    redis_on_change(scene->redis, changed, scene);
}

static void connect_up(struct scene *scene, int64_t timeout_ms)
{
    redis_server_start(&scene->server, NULL);
    connect_to(scene, scene->server.url, timeout_ms);
    run_until_count(scene->loop, &scene->ups, 1);
}

static int set_up(void **state)
{
    struct scene *scene = NEW(struct scene);

    scene->loop = loop_new();
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    redis_free(scene->redis);
    redis_server_stop(&scene->server);
    loop_free(scene->loop);
    free(scene);
    return 0;
}

static void a_command_is_answered(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 2000);
    redis_callv(scene->redis, note, scene, "SET", "a", "one", NULL);
    redis_callv(scene->redis, note, scene, "GET", "a", NULL);
    assert_int_equal(scene->told, 0);
    assert_int_equal(redis_waiting(scene->redis), 2);
    run_until_count(scene->loop, &scene->told, 2);
    assert_string_equal(scene->last, "one");
    assert_int_equal(redis_waiting(scene->redis), 0);
}

static void a_command_waits_for_the_connection(void **state)
{
    struct scene *scene = *state;

    redis_server_start(&scene->server, NULL);
    connect_to(scene, scene->server.url, 5000);
    redis_callv(scene->redis, note, scene, "PING", NULL);
    assert_false(redis_connected(scene->redis));
    run_until_count(scene->loop, &scene->answered, 1);
    assert_string_equal(scene->last, "PONG");
}

static void bytes_of_any_kind_travel_unchanged(void **state)
{
    static const char *const argv[] = {"ECHO", "a\0b\r\n\xff"};
    static const size_t lens[] = {4, 6};
    struct redis_command command = {2, argv, lens, 0};
    struct scene *scene = *state;

    connect_up(scene, 2000);
    redis_call(scene->redis, &command, note, scene);
    run_until_count(scene->loop, &scene->answered, 1);
    assert_memory_equal(scene->last, "a", 2);
}

static void an_error_reply_is_an_answer(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 2000);
    redis_callv(scene->redis, note, scene, "GET", NULL);
    run_until_count(scene->loop, &scene->answered, 1);
    assert_true(scene->error);
}

static void ten_thousand_in_one_turn_are_answered_in_order(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 20000);
    for (unsigned i = 0; i < 10000; i++)
        redis_callv(scene->redis, note, scene, "INCR", "count", NULL);
    run_until_count(scene->loop, &scene->answered, 10000);
    assert_int_equal(scene->number, 10000);
}

static void without_a_server_a_command_is_not_sent(void **state)
{
    struct scene *scene = *state;

    connect_to(scene, "unix:///nonexistent/redis.sock", 100);
    redis_callv(scene->redis, note, scene, "PING", NULL);
    run_until_count(scene->loop, &scene->told, 1);
    assert_int_equal(scene->not_sent, 1);
    assert_string_equal(scene->last,
                        "unix:///nonexistent/redis.sock: No such file or "
                        "directory");
}

static void a_hung_server_leaves_commands_unknown_in_time(void **state)
{
    struct scene *scene = *state;
    int64_t start_at;

    connect_up(scene, 300);
    redis_server_pause(&scene->server);
    start_at = clock_boot_ms();
    for (unsigned i = 0; i < 10; i++)
        redis_callv(scene->redis, note, scene, "INCR", "count", NULL);
    run_until_count(scene->loop, &scene->told, 10);
    assert_true(clock_boot_ms() - start_at >= 300);
    assert_int_equal(scene->unknown, 10);
    assert_false(redis_connected(scene->redis));
    redis_callv(scene->redis, note, scene, "PING", NULL);
    run_until_count(scene->loop, &scene->told, 11);
    assert_int_equal(scene->not_sent, 1);
    redis_server_resume(&scene->server);
    run_until_count(scene->loop, &scene->ups, 2);
}

static void a_short_deadline_ends_its_own_command_only(void **state)
{
    static const char *const blocking_argv[] = {"BLPOP", "nothing", "0.3"};
    static const char *const ping_argv[] = {"PING"};
    struct redis_command blocking = {3, blocking_argv, NULL, 0};
    struct redis_command ping = {1, ping_argv, NULL, 50};
    struct scene *scene = *state;

    connect_up(scene, 5000);
    redis_call(scene->redis, &blocking, note, scene);
    redis_call(scene->redis, &ping, note, scene);
    redis_callv(scene->redis, note, scene, "ECHO", "third", NULL);
    run_until_count(scene->loop, &scene->told, 1);
    assert_int_equal(scene->unknown, 1);
    run_until_count(scene->loop, &scene->told, 3);
    assert_int_equal(scene->answered, 2);
    assert_string_equal(scene->last, "third");
    assert_int_equal(scene->downs, 0);
}

static void what_was_sent_to_a_killed_server_is_unknown(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 5000);
    redis_server_pause(&scene->server);
    for (unsigned i = 0; i < 100; i++)
        redis_callv(scene->redis, note, scene, "INCR", "count", NULL);
    redis_server_kill(&scene->server);
    run_until_count(scene->loop, &scene->told, 100);
    assert_int_equal(scene->unknown, 100);
    assert_int_equal(scene->downs, 1);
}

static void a_restarted_server_is_found_again(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 5000);
    redis_server_kill(&scene->server);
    run_until_count(scene->loop, &scene->downs, 1);
    redis_callv(scene->redis, note, scene, "PING", NULL);
    redis_server_restart(&scene->server);
    run_until_count(scene->loop, &scene->answered, 1);
    assert_int_equal(scene->ups, 2);
}

static void the_client_may_be_freed_from_an_answer(void **state)
{
    struct scene *scene = *state;

    connect_up(scene, 2000);
    for (unsigned i = 0; i < 3; i++)
        redis_callv(scene->redis, note, scene, "PING", NULL);
    scene->free_inside = true;
    run_until_count(scene->loop, &scene->told, 3);
    assert_int_equal(scene->answered, 1);
    assert_int_equal(scene->unknown, 2);
}

static void freeing_tells_every_command(void **state)
{
    struct scene *scene = *state;

    connect_to(scene, "unix:///nonexistent/redis.sock", 10000);
    redis_callv(scene->redis, note, scene, "PING", NULL);
    redis_free(scene->redis);
    scene->redis = NULL;
    assert_int_equal(scene->not_sent, 1);
}

#define scene_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(a_command_is_answered),
        scene_test(a_command_waits_for_the_connection),
        scene_test(bytes_of_any_kind_travel_unchanged),
        scene_test(an_error_reply_is_an_answer),
        scene_test(ten_thousand_in_one_turn_are_answered_in_order),
        scene_test(without_a_server_a_command_is_not_sent),
        scene_test(a_hung_server_leaves_commands_unknown_in_time),
        scene_test(a_short_deadline_ends_its_own_command_only),
        scene_test(what_was_sent_to_a_killed_server_is_unknown),
        scene_test(a_restarted_server_is_found_again),
        scene_test(the_client_may_be_freed_from_an_answer),
        scene_test(freeing_tells_every_command),
    };

    return cmocka_run_group_tests_name("redis", tests, NULL, NULL);
}
