/* What bounds a client of the HTTP server: time, size, number; and its end. */
#include "net/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "http_scene.h"

#include "base/banned.h"

#define SHORT_MS 60
#define CLOSE    "Host: x\r\nConnection: close\r\n\r\n"
#define KEEP     "Host: x\r\n\r\n"

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("there should be '%s' in: %s", part, text);
}

/* Sends one more byte at every turn, so that no time between two is long. */
static const char *trickle(struct scene *scene, const char *start)
{
    int64_t give_up_at = scene_give_up_at();
    int fd = scene_connect(scene);

    scene_send(scene, fd, start);
    while (http_server_connections(scene->server) == 0)
        scene_turn(scene, -1, give_up_at);
    while (recv(fd, scene->text, 1, MSG_PEEK | MSG_DONTWAIT) < 0) {
        scene_send(scene, fd, "a");
        scene_turn(scene, fd, give_up_at);
    }
    scene_read_all(scene, fd);
    close(fd);
    return scene->text;
}

static void a_head_that_trickles_is_cut_off(void **state)
{
    struct scene *scene = *state;

    scene->options.head_timeout_ms = SHORT_MS;
    scene_start(scene);
    assert_has(trickle(scene, "GET / HTTP/1.1\r\nX-Slow: "),
               "HTTP/1.1 408 Request Timeout\r\n");
    assert_has(scene->text, "/problems/too-slow");
    assert_has(scene->text, "Connection: close\r\n");
}

static void a_second_head_that_trickles_is_cut_off(void **state)
{
    struct scene *scene = *state;

    scene->options.head_timeout_ms = SHORT_MS;
    scene_start(scene);
    assert_has(trickle(scene, "GET /1 HTTP/1.1\r\n" KEEP
                              "GET /2 HTTP/1.1\r\nX-Slow: "),
               "HTTP/1.1 408 ");
    assert_int_equal(scene->handled, 1);
}

static void a_body_that_trickles_is_cut_off(void **state)
{
    struct scene *scene = *state;

    scene->options.body_timeout_ms = SHORT_MS;
    scene_start(scene);
    assert_has(
        trickle(scene, "POST / HTTP/1.1\r\nContent-Length: 60000\r\n" KEEP),
        "HTTP/1.1 408 ");
    assert_int_equal(scene->handled, 0);
}

static void chunks_that_trickle_are_cut_off(void **state)
{
    struct scene *scene = *state;

    scene->options.body_timeout_ms = SHORT_MS;
    scene_start(scene);
    assert_has(trickle(scene, "POST / HTTP/1.1\r\n"
                              "Transfer-Encoding: chunked\r\n" KEEP "ff00\r\n"),
               "HTTP/1.1 408 ");
}

static void who_never_says_anything_is_closed_without_a_word(void **state)
{
    struct scene *scene = *state;

    scene->options.head_timeout_ms = SHORT_MS;
    scene_start(scene);
    assert_string_equal(scene_ask(scene, ""), "");
}

static void an_idle_connection_is_closed_without_a_word(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene->options.idle_timeout_ms = SHORT_MS;
    scene_start(scene);
    answer = scene_ask(scene, "GET / HTTP/1.1\r\n" KEEP);
    assert_has(answer, "HTTP/1.1 200 ");
    assert_int_equal(scene_count(answer, "HTTP/1.1"), 1);
}

static void an_answer_that_nobody_takes_is_dropped(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene->options.write_timeout_ms = SHORT_MS;
    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET /long HTTP/1.1\r\n" KEEP);
    scene_await(scene, &scene->handled, 1);
    assert_int_equal(http_server_connections(scene->server), 1);
    scene_await_connections(scene, 0);
    close(fd);
}

static void who_takes_no_answers_is_asked_for_no_more_requests(void **state)
{
    static char taken[1000000];
    struct scene *scene = *state;
    int64_t give_up_at = scene_give_up_at();
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd,
               "GET /long HTTP/1.1\r\n" KEEP "GET /long HTTP/1.1\r\n" CLOSE);
    for (int i = 0; i < 10; i++)
        scene_turn(scene, -1, give_up_at);
    assert_int_equal(scene->handled, 1);
    while (scene->handled < 2) {
        scene_turn(scene, fd, give_up_at);
        (void)!recv(fd, taken, sizeof(taken), MSG_DONTWAIT);
    }
    close(fd);
}

static void a_long_answer_reaches_a_half_closed_client_whole(void **state)
{
    static char taken[1000000];
    struct scene *scene = *state;
    int64_t give_up_at = scene_give_up_at();
    size_t total = 0;
    ssize_t len = 1;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET /long HTTP/1.1\r\n" KEEP);
    shutdown(fd, SHUT_WR);
    while (len) {
        scene_turn(scene, fd, give_up_at);
        len = recv(fd, taken, sizeof(taken), MSG_DONTWAIT);
        total += len > 0 ? (size_t)len : 0;
    }
    assert_true(total > 40000000);
    close(fd);
}

static void a_slow_handler_is_given_its_time(void **state)
{
    struct scene *scene = *state;
    int64_t until;
    int fd;

    scene->options.head_timeout_ms = scene->options.body_timeout_ms =
        scene->options.idle_timeout_ms = SHORT_MS;
    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET /later HTTP/1.1\r\n" CLOSE);
    until = clock_boot_ms() + 3 * SHORT_MS;
    while (clock_boot_ms() < until)
        scene_turn(scene, fd, scene_give_up_at());
    http_reply(scene->held, 200, "text/plain", "late", 4);
    assert_has(scene_read_all(scene, fd), "late");
    close(fd);
}

static void a_body_that_will_be_too_large_is_not_read(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "POST / HTTP/1.1\r\nExpect: 100-continue\r\n"
                              "Content-Length: 65537\r\n" KEEP);
    assert_has(answer, "HTTP/1.1 413 Content Too Large\r\n");
    assert_has(answer, "/problems/too-large");
    assert_int_equal(scene_count(answer, "HTTP/1.1"), 1);
    assert_int_equal(scene->handled, 0);
}

static void who_sends_too_much_can_still_read_why(void **state)
{
    static char body[1000000];
    struct scene *scene = *state;
    int fd;

    memset(body, 'b', sizeof(body));
    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd,
               "POST / HTTP/1.1\r\nContent-Length: 1000000\r\n" KEEP);
    scene_send_n(scene, fd, body, sizeof(body));
    assert_has(scene_read_all(scene, fd), "HTTP/1.1 413 ");
    assert_null(strstr(scene->text, "(reset)"));
    close(fd);
}

static void chunks_that_grow_too_large_are_refused(void **state)
{
    struct scene *scene = *state;

    scene->options.max_body = 10;
    scene_start(scene);
    assert_has(scene_ask(scene, "POST / HTTP/1.1\r\n"
                                "Transfer-Encoding: chunked\r\n" KEEP
                                "6\r\nabcdef\r\n6\r\n"),
               "HTTP/1.1 413 ");
}

static void headers_that_are_too_large_are_refused(void **state)
{
    struct scene *scene = *state;
    char request[1000];

    scene->options.max_head = 500;
    scene_start(scene);
    snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nX: %0600d\r\n" KEEP,
             0);
    assert_has(scene_ask(scene, request), "HTTP/1.1 431 ");
    snprintf(request, sizeof(request), "GET /%0600d HTTP/1.1\r\n" KEEP, 0);
    assert_has(scene_ask(scene, request), "HTTP/1.1 414 ");
}

static void beyond_the_cap_one_is_told_to_come_back(void **state)
{
    struct scene *scene = *state;
    int first, second;

    scene->options.max_connections = 2;
    scene_start(scene);
    first = scene_connect(scene);
    second = scene_connect(scene);
    scene_await_connections(scene, 2);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\n" KEEP),
               "HTTP/1.1 503 Service Unavailable\r\n");
    assert_has(scene->text, "Retry-After: ");
    assert_has(scene->text, "/problems/no-room");
    close(first);
    scene_await_connections(scene, 1);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\n" CLOSE), " 200 OK");
    close(second);
}

static void one_address_has_its_share_only(void **state)
{
    struct scene *scene = *state;
    int first;

    scene->options.max_per_address = 1;
    scene_start(scene);
    first = scene_connect(scene);
    scene_await_connections(scene, 1);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\n" KEEP), "HTTP/1.1 503 ");
    close(first);
    scene_await_connections(scene, 0);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\n" CLOSE), " 200 OK");
}

/* Takes descriptors until there are none left, and gives some back. */
static void leave_descriptors(int *taken, size_t *count, size_t spare)
{
    while ((taken[*count] = dup(0)) >= 0)
        ++*count;
    while (spare--)
        close(taken[--*count]);
}

static void without_descriptors_the_door_opens_again_later(void **state)
{
    struct scene *scene = *state;
    struct rlimit old, low;
    int taken[256], fd;
    size_t count = 0;

    scene_start(scene);
    getrlimit(RLIMIT_NOFILE, &old);
    low = old;
    low.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &low);
    leave_descriptors(taken, &count, 1);
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET / HTTP/1.1\r\n" CLOSE);
    assert_has(scene_read_all(scene, fd), "HTTP/1.1 503 ");
    close(fd);
    while (count)
        close(taken[--count]);
    setrlimit(RLIMIT_NOFILE, &old);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\n" CLOSE), " 200 OK");
}

static void note_drained(void *context)
{
    struct scene *scene = context;

    scene->drained++;
}

static void draining_closes_the_idle_and_answers_the_busy(void **state)
{
    struct scene *scene = *state;
    int idle, busy;

    scene_start(scene);
    idle = scene_connect(scene);
    scene_send(scene, idle, "GET / HTTP/1.1\r\n" KEEP);
    scene_read(scene, idle, "|0|");
    busy = scene_connect(scene);
    scene_send(scene, busy, "GET /later HTTP/1.1\r\n" KEEP);
    scene_await(scene, &scene->handled, 2);

    http_server_drain(scene->server, note_drained, scene);
    assert_int_equal(scene->drained, 0);
    assert_string_equal(scene_read_all(scene, idle), "");
    assert_int_equal(scene->drained, 0);
    http_reply(scene->held, 200, "text/plain", "last", 4);
    assert_has(scene_read_all(scene, busy), "Connection: close\r\n");
    assert_has(scene->text, "last");
    scene_await(scene, &scene->drained, 1);
    close(idle);
    close(busy);
}

static void draining_lets_in_who_stood_at_the_door(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene); /* the loop has not seen it yet */
    http_server_drain(scene->server, note_drained, scene);
    scene_send(scene, fd, "GET / HTTP/1.1\r\n" KEEP);
    assert_has(scene_read_all(scene, fd), "Connection: close\r\n");
    scene_await(scene, &scene->drained, 1);
    close(fd);
}

static void
draining_a_server_without_clients_is_told_from_the_loop(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    http_server_drain(scene->server, note_drained, scene);
    assert_int_equal(scene->drained, 0);
    scene_await(scene, &scene->drained, 1);
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_head_that_trickles_is_cut_off),
        SCENE_TEST(a_second_head_that_trickles_is_cut_off),
        SCENE_TEST(a_body_that_trickles_is_cut_off),
        SCENE_TEST(chunks_that_trickle_are_cut_off),
        SCENE_TEST(who_never_says_anything_is_closed_without_a_word),
        SCENE_TEST(an_idle_connection_is_closed_without_a_word),
        SCENE_TEST(an_answer_that_nobody_takes_is_dropped),
        SCENE_TEST(who_takes_no_answers_is_asked_for_no_more_requests),
        SCENE_TEST(a_long_answer_reaches_a_half_closed_client_whole),
        SCENE_TEST(a_slow_handler_is_given_its_time),
        SCENE_TEST(a_body_that_will_be_too_large_is_not_read),
        SCENE_TEST(who_sends_too_much_can_still_read_why),
        SCENE_TEST(chunks_that_grow_too_large_are_refused),
        SCENE_TEST(headers_that_are_too_large_are_refused),
        SCENE_TEST(beyond_the_cap_one_is_told_to_come_back),
        SCENE_TEST(one_address_has_its_share_only),
        SCENE_TEST(without_descriptors_the_door_opens_again_later),
        SCENE_TEST(draining_closes_the_idle_and_answers_the_busy),
        SCENE_TEST(draining_lets_in_who_stood_at_the_door),
        SCENE_TEST(draining_a_server_without_clients_is_told_from_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
