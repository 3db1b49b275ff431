/* The HTTP server over real sockets: requests, answers, one after another. */
#include "net/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http_scene.h"

#include "base/banned.h"

#define CLOSE "Host: x\r\nConnection: close\r\n\r\n"

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("there should be '%s' in: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("there should not be '%s' in: %s", part, text);
}

static void a_request_is_answered(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer =
        scene_ask(scene, "GET /a%20b?c=d HTTP/1.1\r\nX-Shown: 7\r\n" CLOSE);
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "\r\nDate: ");
    assert_has(answer, " GMT\r\n");
    assert_has(answer, "\r\nContent-Type: text/plain\r\n");
    assert_has(answer, "\r\nX-Made-By: the test\r\n");
    assert_has(answer, "\r\nConnection: close\r\n");
    assert_has(answer, "\r\nContent-Length: 29\r\n");
    assert_has(answer, "\r\n\r\nGET|/a%20b|c=d|7|127.0.0.1|0|");
}

static void a_connection_is_kept_for_the_next_request(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    for (int i = 0; i < 5; i++) {
        scene_send(scene, fd, "GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_lacks(scene_read(scene, fd, "|0|"), "Connection:");
    }
    assert_int_equal(scene->handled, 5);
    close(fd);
}

static void http_1_0_is_closed_unless_it_asks_otherwise(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    assert_has(scene_ask(scene, "GET / HTTP/1.0\r\n\r\n"),
               "Connection: close\r\n");
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_has(scene_read(scene, fd, "|0|"), "Connection: keep-alive\r\n");
    scene_send(scene, fd, "GET / HTTP/1.0\r\n\r\n");
    assert_has(scene_read_all(scene, fd), "Connection: close\r\n");
    close(fd);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
                              "POST /2 HTTP/1.1\r\nHost: x\r\n"
                              "Content-Length: 3\r\n\r\nabc"
                              "POST /3 HTTP/1.1\r\nHost: x\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n"
                              "2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
                              "GET /4 HTTP/1.1\r\n" CLOSE);
    assert_int_equal(scene_count(answer, "HTTP/1.1 200 OK"), 4);
    answer = strstr(answer, "GET|/1|");
    assert_non_null(answer);
    answer = strstr(answer, "POST|/2||(none)|127.0.0.1|3|abc");
    assert_non_null(answer);
    answer = strstr(answer, "POST|/3||(none)|127.0.0.1|3|def");
    assert_non_null(answer);
    assert_non_null(strstr(answer, "GET|/4|"));
}

static void pipelined_requests_wait_for_a_slow_answer(void **state)
{
    struct scene *scene = *state;
    const char *answer;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd,
               "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
               "GET /next HTTP/1.1\r\n" CLOSE);
    scene_await(scene, &scene->handled, 1);
    for (int i = 0; i < 5; i++)
        scene_turn(scene, -1, scene_give_up_at());
    assert_int_equal(scene->handled, 1);
    http_reply(scene->held, 200, "text/plain", "first", 5);
    assert_int_equal(scene->handled, 1); /* never from inside http_reply() */
    answer = strstr(scene_read_all(scene, fd), "first");
    assert_non_null(answer);
    assert_non_null(strstr(answer, "GET|/next|"));
    close(fd);
}

static void a_thousand_pipelined_requests_are_answered(void **state)
{
    static const char one[] = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    for (int i = 0; i < 1000; i++)
        scene_send_n(scene, fd, one, sizeof(one) - 1);
    scene_send(scene, fd, "GET /last HTTP/1.1\r\n" CLOSE);
    assert_int_equal(scene_count(scene_read_all(scene, fd), "GET|/1|"), 1000);
    assert_has(scene->text, "GET|/last|");
    close(fd);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    static const char request[] =
        "POST /slow?q HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n";
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    for (size_t i = 0; i < sizeof(request) - 1; i++)
        scene_send_n(scene, fd, request + i, 1);
    assert_has(scene_read_all(scene, fd),
               "POST|/slow|q|(none)|127.0.0.1|5|hello");
    close(fd);
}

static void a_large_body_arrives_whole(void **state)
{
    struct scene *scene = *state;
    char body[60001];
    int fd;

    memset(body, 'b', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, "POST / HTTP/1.1\r\nContent-Length: 60000\r\n" CLOSE);
    scene_send(scene, fd, body);
    assert_has(scene_read_all(scene, fd), "|60000|bbbb");
    assert_int_equal(strlen(strstr(scene->text, "|bbbb")), 60001);
    close(fd);
}

static void head_is_answered_without_a_body(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "HEAD /h HTTP/1.1\r\n" CLOSE);
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "Content-Length: ");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void no_content_has_no_length(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET /empty HTTP/1.1\r\n" CLOSE);
    assert_has(answer, "HTTP/1.1 204 No Content\r\n");
    assert_lacks(answer, "Content-Length");
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void repeated_headers_are_joined(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    assert_has(scene_ask(scene, "GET / HTTP/1.1\r\nX-Shown: a\r\nX-SHOWN:\r\n"
                                "x-shown: b\r\n" CLOSE),
               "|a, , b|");
}

static void who_waits_for_100_is_told_to_go_on(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd,
               "POST / HTTP/1.1\r\nExpect: 100-continue\r\n"
               "Content-Length: 2\r\n" CLOSE);
    scene_read(scene, fd, "HTTP/1.1 100 Continue\r\n\r\n");
    scene_send(scene, fd, "ok");
    assert_has(scene_read_all(scene, fd), "|2|ok");
    close(fd);
}

static void a_header_with_a_line_end_is_left_out(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET /inject HTTP/1.1\r\n" CLOSE);
    assert_has(answer, "X-Good: kept\r\n");
    assert_lacks(answer, "Injected");
    assert_lacks(answer, "X-Bad");
}

static void a_broken_request_is_told_what_is_wrong(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET / HTTP/1.1\nHost: x\n\n");
    assert_has(answer, "HTTP/1.1 400 Bad Request\r\n");
    assert_has(answer, "Content-Type: application/problem+json\r\n");
    assert_has(answer, "Connection: close\r\n");
    assert_has(answer, "\"type\":\"/problems/bad-request\"");
    assert_has(answer, "\"status\":400");
    assert_has(answer, "carriage return");
    assert_int_equal(scene->handled, 0);
}

static void a_problem_names_its_fields(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET /problem HTTP/1.1\r\n" CLOSE);
    assert_has(answer, "HTTP/1.1 422 Unprocessable Content\r\n");
    assert_has(answer, "Content-Type: application/problem+json\r\n");
    assert_string_equal(
        strstr(answer, "\r\n\r\n") + 4,
        "{\"type\":\"/problems/invalid-fields\","
        "\"title\":\"Two fields are wrong\",\"status\":422,"
        "\"errors\":[{\"field\":\"email\",\"code\":\"required\","
        "\"detail\":\"Give an address that can be answered\"},"
        "{\"field\":\"na\\\"me\\u000a\",\"code\":\"too_long\","
        "\"detail\":\"Shorten it\"}]}");
}

static void nothing_is_read_after_a_broken_request(void **state)
{
    struct scene *scene = *state;
    const char *answer;

    scene_start(scene);
    answer = scene_ask(scene, "GET / HTTP/1.1\r\n\r\n"
                              "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_has(answer, "HTTP/1.1 400 ");
    assert_int_equal(scene_count(answer, "HTTP/1.1 "), 1);
    assert_int_equal(scene->handled, 0);
}

static void a_half_closed_client_is_answered(void **state)
{
    struct scene *scene = *state;
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    scene_await(scene, &scene->handled, 1);
    for (int i = 0; i < 5; i++)
        scene_turn(scene, -1, scene_give_up_at());
    http_reply(scene->held, 200, "text/plain", "still", 5);
    assert_has(scene_read_all(scene, fd), "still");
    close(fd);
}

static void a_second_server_cannot_have_the_same_port(void **state)
{
    struct scene *scene = *state;
    struct http_server_options options;
    struct error err;
    char where[32];

    scene_start(scene);
    http_server_options_default(&options);
    snprintf(where, sizeof(where), "127.0.0.1:%u",
             http_server_port(scene->server));
    options.listen = where;
    assert_null(http_server_new(scene->loop, &options, NULL, NULL, &err));
    assert_has(err.text, "another program listens there");
}

static void several_servers_may_share_a_port(void **state)
{
    struct scene *scene = *state;
    struct http_server_options options;
    struct http_server *other;
    struct error err;
    char where[32];

    scene->options.reuse_port = true;
    scene_start(scene);
    options = scene->options;
    snprintf(where, sizeof(where), "127.0.0.1:%u",
             http_server_port(scene->server));
    options.listen = where;
    other = http_server_new(scene->loop, &options, NULL, NULL, &err);
    assert_non_null(other);
    http_server_free(other);
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_request_is_answered),
        SCENE_TEST(a_connection_is_kept_for_the_next_request),
        SCENE_TEST(http_1_0_is_closed_unless_it_asks_otherwise),
        SCENE_TEST(pipelined_requests_are_answered_in_order),
        SCENE_TEST(pipelined_requests_wait_for_a_slow_answer),
        SCENE_TEST(a_thousand_pipelined_requests_are_answered),
        SCENE_TEST(a_request_may_come_byte_by_byte),
        SCENE_TEST(a_large_body_arrives_whole),
        SCENE_TEST(head_is_answered_without_a_body),
        SCENE_TEST(no_content_has_no_length),
        SCENE_TEST(repeated_headers_are_joined),
        SCENE_TEST(who_waits_for_100_is_told_to_go_on),
        SCENE_TEST(a_header_with_a_line_end_is_left_out),
        SCENE_TEST(a_broken_request_is_told_what_is_wrong),
        SCENE_TEST(a_problem_names_its_fields),
        SCENE_TEST(nothing_is_read_after_a_broken_request),
        SCENE_TEST(a_half_closed_client_is_answered),
        SCENE_TEST(a_second_server_cannot_have_the_same_port),
        SCENE_TEST(several_servers_may_share_a_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
