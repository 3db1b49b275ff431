/* Answers in pieces, answers that are cut off, and clients that leave. */
#include "net/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "http_scene.h"

#include "base/banned.h"

#define KEEP "Host: x\r\n\r\n"

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("there should be '%s' in: %s", part, text);
}

/* A client whose stream has begun. */
static int open_stream(struct scene *scene, const char *request)
{
    int fd;

    scene_start(scene);
    fd = scene_connect(scene);
    scene_send(scene, fd, request);
    scene_await(scene, &scene->handled, 1);
    return fd;
}

static void a_stream_arrives_piece_by_piece(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    scene_read(scene, fd, "Transfer-Encoding: chunked\r\n\r\n");
    assert_has(scene->text, "Content-Type: text/event-stream\r\n");
    http_stream_write(scene->held, "data: 1\n\n", 9);
    scene_read(scene, fd, "9\r\ndata: 1\n\n\r\n");
    http_stream_write(scene->held, "", 0);
    http_stream_write(scene->held, "data: 2\n\n", 9);
    scene_read(scene, fd, "9\r\ndata: 2\n\n\r\n");
    http_stream_end(scene->held);
    scene_read(scene, fd, "0\r\n\r\n");
    assert_int_equal(scene->gone, 0);
    scene_send(scene, fd, "GET /next HTTP/1.1\r\n" KEEP);
    scene_read(scene, fd, "GET|/next|");
    close(fd);
}

static void http_1_0_reads_a_stream_to_its_end(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.0\r\n" KEEP);

    http_stream_write(scene->held, "one", 3);
    http_stream_write(scene->held, "two", 3);
    http_stream_end(scene->held);
    scene_read_all(scene, fd);
    assert_has(scene->text, "Connection: close\r\n");
    assert_has(scene->text, "\r\n\r\nonetwo");
    close(fd);
}

static void head_of_a_stream_has_no_pieces(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "HEAD /stream HTTP/1.1\r\n" KEEP);

    http_stream_write(scene->held, "piece", 5);
    http_stream_end(scene->held);
    scene_send(scene, fd, "GET /next HTTP/1.0\r\n" KEEP);
    scene_read_all(scene, fd);
    assert_null(strstr(scene->text, "piece"));
    assert_has(scene->text, "chunked\r\n\r\nHTTP/1.1 200 OK");
    close(fd);
}

static void what_the_client_does_not_take_can_be_asked(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);
    size_t len = 20000000;
    char *piece = alloc_zero(len, 1);
    int64_t give_up_at = scene_give_up_at();

    assert_int_equal(http_stream_unsent(scene->held), 0);
    http_stream_write(scene->held, piece, len);
    assert_true(http_stream_unsent(scene->held) > len / 2);
    while (http_stream_unsent(scene->held)) {
        while (recv(fd, piece, len, MSG_DONTWAIT) > 0)
            ;
        scene_turn(scene, -1, give_up_at);
    }
    http_stream_end(scene->held);
    free(piece);
    close(fd);
}

static void a_stream_whose_client_leaves_is_told(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    scene_read(scene, fd, "\r\n\r\n");
    close(fd);
    scene_await(scene, &scene->gone, 1);
    assert_int_equal(http_server_connections(scene->server), 0);
}

static void a_stream_written_to_a_closed_client_is_told_once(void **state)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    for (int i = 0; i < 3; i++)
        http_stream_write(scene->held, "data\n", 5);
    assert_int_equal(scene->gone, 0); /* never from inside the writing */
    scene_await(scene, &scene->gone, 1);
    for (int i = 0; i < 5; i++)
        scene_turn(scene, -1, scene_give_up_at());
    assert_int_equal(scene->gone, 1);
}

static void who_waits_for_an_answer_and_leaves_is_told_of(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /later/told HTTP/1.1\r\n" KEEP);

    close(fd);
    scene_await(scene, &scene->gone, 1);
}

static void note(void *context)
{
    unsigned *told = context;

    ++*told;
}

static void asking_late_tells_of_who_has_left_already(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /later HTTP/1.1\r\n" KEEP);
    unsigned told = 0;

    close(fd);
    for (int i = 0; i < 5; i++)
        scene_turn(scene, -1, scene_give_up_at());
    http_on_gone(scene->held, note, &told);
    assert_int_equal(told, 0); /* never from inside the asking */
    scene_await(scene, &told, 1);
    assert_int_equal(http_server_connections(scene->server), 0);
}

static void an_answer_to_nobody_is_harmless(void **state)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct scene *scene = *state;
    int fd = open_stream(scene, "POST /later HTTP/1.1\r\n"
                                "Content-Length: 2\r\n" KEEP "ok");

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    scene_await_connections(scene, 0);
    assert_string_equal(http_path(scene->held), "/later");
    assert_string_equal(http_body(scene->held), "ok");
    http_reply_header(scene->held, "X-Nobody", "reads this");
    http_reply(scene->held, 200, "text/plain", "nobody", 6);
}

static void an_exchange_outlives_its_server_until_it_is_answered(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /later HTTP/1.1\r\n" KEEP);

    http_server_free(scene->server);
    scene->server = NULL;
    assert_string_equal(http_path(scene->held), "/later");
    http_reply(scene->held, 200, "text/plain", "nobody", 6);
    assert_string_equal(scene_read_all(scene, fd), "");
    close(fd);
}

static void freeing_the_server_tells_who_asked_to_be_told(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    http_server_free(scene->server);
    scene->server = NULL;
    assert_int_equal(scene->gone, 1);
    close(fd);
}

static void an_abort_ends_without_an_answer(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    assert_string_equal(scene_ask(scene, "GET /abort HTTP/1.1\r\n" KEEP), "");
    scene_await_connections(scene, 0);
}

static void a_hard_abort_resets_the_connection(void **state)
{
    struct scene *scene = *state;

    scene_start(scene);
    assert_string_equal(scene_ask(scene, "GET /reset HTTP/1.1\r\n" KEEP),
                        "(reset)");
    scene_await_connections(scene, 0);
}

static void an_abort_later_is_possible_too(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /later HTTP/1.1\r\n" KEEP
                                "GET /next HTTP/1.1\r\n" KEEP);

    http_abort(scene->held, true);
    assert_string_equal(scene_read_all(scene, fd), "(reset)");
    assert_int_equal(scene->handled, 1);
    close(fd);
}

static void a_stream_can_be_cut_in_the_middle(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    http_stream_write(scene->held, "half", 4);
    http_abort(scene->held, false);
    scene_read_all(scene, fd);
    assert_has(scene->text, "4\r\nhalf\r\n");
    assert_null(strstr(scene->text, "0\r\n\r\n"));
    assert_int_equal(scene->gone, 0);
    close(fd);
}

static void a_stream_that_ends_while_draining_is_the_last(void **state)
{
    struct scene *scene = *state;
    int fd = open_stream(scene, "GET /stream HTTP/1.1\r\n" KEEP);

    http_server_drain(scene->server, NULL, NULL);
    http_stream_end(scene->held);
    assert_has(scene_read_all(scene, fd), "0\r\n\r\n");
    close(fd);
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_stream_arrives_piece_by_piece),
        SCENE_TEST(http_1_0_reads_a_stream_to_its_end),
        SCENE_TEST(head_of_a_stream_has_no_pieces),
        SCENE_TEST(what_the_client_does_not_take_can_be_asked),
        SCENE_TEST(a_stream_whose_client_leaves_is_told),
        SCENE_TEST(a_stream_written_to_a_closed_client_is_told_once),
        SCENE_TEST(who_waits_for_an_answer_and_leaves_is_told_of),
        SCENE_TEST(asking_late_tells_of_who_has_left_already),
        SCENE_TEST(an_answer_to_nobody_is_harmless),
        SCENE_TEST(an_exchange_outlives_its_server_until_it_is_answered),
        SCENE_TEST(freeing_the_server_tells_who_asked_to_be_told),
        SCENE_TEST(an_abort_ends_without_an_answer),
        SCENE_TEST(a_hard_abort_resets_the_connection),
        SCENE_TEST(an_abort_later_is_possible_too),
        SCENE_TEST(a_stream_can_be_cut_in_the_middle),
        SCENE_TEST(a_stream_that_ends_while_draining_is_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
