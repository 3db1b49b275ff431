/* What senders see of their submissions: states, waits, streams, the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "front.h"
#include "run.h"

#include "base/banned.h"

#define JSON    "Content-Type: application/json\r\n"
#define SITE    "Origin: https://www.example.com\r\n"
#define MESSAGE "{\"message\": \"Hello\", \"email\": \"ada@example.org\"}"

/* What became of a message, as a worker would say it. */
static void deliver(struct front *front)
{
    const struct verdict verdict = {.outcome = OUTCOME_DONE,
                                    .next = STAGE_RECONCILE,
                                    .due_at = clock_wall_ms()};

    front_settle(front, STAGE_DELIVER, &verdict, "2104.1.x", 0);
}

static void link_ticket(struct front *front)
{
    const struct verdict verdict = {.outcome = OUTCOME_DONE,
                                    .next = STAGE_FINISHED};

    front_settle(front, STAGE_RECONCILE, &verdict, "2104.1.x", 83);
}

static void the_state_follows_the_message(void **state)
{
    struct front *front = *state;

    front_accept(front, "", MESSAGE);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    front_expect(front, 200, "\"state\":\"queued\"");
    front_expect(front, 200, "\"zendesk_ticket_id\":null");
    deliver(front);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    front_expect(front, 200, "\"state\":\"delivered\"");
    link_ticket(front);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    front_expect(front, 200, "\"state\":\"linked\"");
    front_expect(front, 200, "\"zendesk_ticket_id\":83");
    front_expect(front, 200, "https://acme.zendesk.com/hc/requests/83");
}

static void every_miss_is_the_same_404(void **state)
{
    struct front *front = *state;
    char path[256], wrong_token[2048], *body;
    static const char *const ids[] = {"support-01JABCDEF0123456789ABCDEFG",
                                      "nothing",
                                      "x-01JABCDEF0123456789ABCDEFG"};

    front_accept(front, "", MESSAGE);
    snprintf(path, sizeof(path), "/v1/submissions/%s?token=wrong", front->id);
    front_ask(front, "GET", path, "", NULL);
    front_expect(front, 404, "/problems/unknown-submission");
    snprintf(wrong_token, sizeof(wrong_token), "%s", front_body(front));
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        snprintf(path, sizeof(path), "/v1/submissions/%s?token=%s", ids[i],
                 front->token);
        body = strdup(wrong_token);
        front_ask(front, "GET", path, "", NULL);
        assert_int_equal(front_status(front), 404);
        assert_string_equal(front_body(front), body);
        free(body);
    }
    snprintf(path, sizeof(path), "/s/%s", front->id);
    front_ask(front, "GET", path, "", NULL);
    front_expect(front, 404, "Nothing found");
}

static void a_token_may_come_in_a_header(void **state)
{
    struct front *front = *state;
    char path[128], header[128];

    front_accept(front, "", MESSAGE);
    snprintf(path, sizeof(path), "/v1/submissions/%s", front->id);
    snprintf(header, sizeof(header), "Authorization: Bearer %s\r\n",
             front->token);
    front_ask(front, "GET", path, header, NULL);
    front_expect(front, 200, "\"form\":\"contact\"");
}

static void a_known_tag_is_answered_304(void **state)
{
    struct front *front = *state;
    char header[128];

    front_accept(front, "", MESSAGE);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    snprintf(header, sizeof(header), "If-None-Match: %s\r\n",
             front_header(front, "ETag"));
    front_ask(front, "GET", front_status_path(front), header, NULL);
    assert_int_equal(front_status(front), 304);
    deliver(front);
    front_ask(front, "GET", front_status_path(front), header, NULL);
    front_expect(front, 200, "\"state\":\"delivered\"");
}

static void a_waiting_look_is_answered_by_the_change(void **state)
{
    struct front *front = *state;
    char header[128];
    int fd;

    front_accept(front, "", MESSAGE);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    snprintf(header, sizeof(header), "Prefer: wait=20\r\nIf-None-Match: %s\r\n",
             front_header(front, "ETag"));
    fd = front_send(front, "GET", front_status_path(front), header, NULL);
    deliver(front);
    scene_read(front->scene, fd, "\"state\":\"");
    assert_non_null(strstr(front->scene->text, "\"callback\":\""));
    close(fd);
}

static void a_wait_in_vain_ends_with_what_there_is(void **state)
{
    struct front *front = *state;
    int64_t began_at = clock_boot_ms();

    front_accept(front, "", MESSAGE);
    front_ask(front, "GET", front_status_path(front), "Prefer: wait=1\r\n",
              NULL);
    front_expect(front, 200, "\"state\":\"queued\"");
    assert_string_equal(front_header(front, "Preference-Applied"), "wait");
    run_lasted(began_at, 1000);
}

static void a_client_that_leaves_while_waiting_is_forgotten(void **state)
{
    struct front *front = *state;
    int fd;

    front_accept(front, "", MESSAGE);
    fd = front_send(front, "GET", front_status_path(front),
                    "Prefer: wait=20\r\n", NULL);
    close(fd);
    scene_await_connections(front->scene, 0);
    deliver(front);
    front_ask(front, "GET", front_status_path(front), "", NULL);
    front_expect(front, 200, "\"state\":\"delivered\"");
}

static void a_post_that_waits_gets_the_final_state(void **state)
{
    struct front *front = *state;
    int fd;

    fd = front_send(front, "POST", "/f/contact",
                    SITE JSON "Prefer: wait=20\r\n", MESSAGE);
    while (http_server_connections(front->scene->server) == 0)
        scene_turn(front->scene, -1, scene_give_up_at());
    /* Kept in the queue only when its acceptance is through. */
    front_accept(front, "", MESSAGE);
    deliver(front);
    link_ticket(front);
    scene_read(front->scene, fd, "\"callback\"");
    assert_memory_equal(front->scene->text, "HTTP/1.1 200 ", 13);
    assert_non_null(strstr(front->scene->text, "\"state\":\"linked\""));
    close(fd);
}

static void a_post_that_waits_in_vain_gets_the_usual_answer(void **state)
{
    struct front *front = *state;

    front_accept(front, "Prefer: wait=1\r\n", MESSAGE);
    assert_non_null(front_header(front, "Location"));
}

static void a_stream_tells_every_change_and_ends(void **state)
{
    struct front *front = *state;
    int fd;

    front_accept(front, "", MESSAGE);
    fd = front_send(front, "GET", front_status_path(front),
                    "Accept: text/event-stream\r\n", NULL);
    scene_read(front->scene, fd, "\"state\":\"queued\"");
    assert_non_null(strstr(front->scene->text, "text/event-stream"));
    assert_non_null(strstr(front->scene->text, "event: state\nid: "));
    deliver(front);
    scene_read(front->scene, fd, "\"state\":\"delivered\"");
    link_ticket(front);
    scene_read_all(front->scene, fd);
    assert_non_null(strstr(front->scene->text, "\"zendesk_ticket_id\":83"));
    assert_non_null(strstr(front->scene->text, "\r\n0\r\n\r\n"));
    close(fd);
}

static void a_stream_of_a_settled_message_is_not_asked_for_again(void **state)
{
    struct front *front = *state;
    char header[128];
    const char *event;

    front_accept(front, "", MESSAGE);
    deliver(front);
    link_ticket(front);
    front_ask(front, "GET", front_status_path(front),
              "Accept: text/event-stream\r\n", NULL);
    front_expect(front, 200, "\"state\":\"linked\"");
    event = strstr(front->answer, "\nid: ");
    assert_non_null(event);
    snprintf(header, sizeof(header),
             "Accept: text/event-stream\r\nLast-Event-ID: %d\r\n",
             (int)strtol(event + 5, NULL, 10));
    front_ask(front, "GET", front_status_path(front), header, NULL);
    assert_int_equal(front_status(front), 204);
}

static void a_drain_answers_all_who_wait(void **state)
{
    struct front *front = *state;
    int look, stream;

    front_accept(front, "", MESSAGE);
    look = front_send(front, "GET", front_status_path(front),
                      "Prefer: wait=20\r\n", NULL);
    stream = front_send(front, "GET", front_status_path(front),
                        "Accept: text/event-stream\r\n", NULL);
    scene_read(front->scene, stream, "\"state\":\"queued\"");
    intake_drain(front->intake);
    scene_read(front->scene, look, "\"state\":\"queued\"");
    scene_read_all(front->scene, stream);
    front_ask(front, "GET", "/readyz?verbose", "", NULL);
    front_expect(front, 503, "[-] running: draining");
    close(look);
    close(stream);
}

static void the_end_leaves_nobody_waiting(void **state)
{
    struct front *front = *state;
    int look, stream;

    front_accept(front, "", MESSAGE);
    look = front_send(front, "GET", front_status_path(front),
                      "Prefer: wait=20\r\n", NULL);
    stream = front_send(front, "GET", front_status_path(front),
                        "Accept: text/event-stream\r\n", NULL);
    scene_read(front->scene, stream, "\"state\":\"queued\"");
    /* The tear-down frees everything under them. */
    close(look);
    close(stream);
}

static void a_head_of_the_stream_ends_at_once(void **state)
{
    struct front *front = *state;

    front_accept(front, "", MESSAGE);
    front_ask(front, "HEAD", front_status_path(front),
              "Accept: text/event-stream\r\n", NULL);
    assert_int_equal(front_status(front), 200);
    assert_string_equal(front_header(front, "Content-Type"),
                        "application/json");
}

#define WITH_FRONT(test)                                                       \
    cmocka_unit_test_setup_teardown(test, front_set_up, front_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FRONT(the_state_follows_the_message),
        WITH_FRONT(every_miss_is_the_same_404),
        WITH_FRONT(a_token_may_come_in_a_header),
        WITH_FRONT(a_known_tag_is_answered_304),
        WITH_FRONT(a_waiting_look_is_answered_by_the_change),
        WITH_FRONT(a_wait_in_vain_ends_with_what_there_is),
        WITH_FRONT(a_client_that_leaves_while_waiting_is_forgotten),
        WITH_FRONT(a_post_that_waits_gets_the_final_state),
        WITH_FRONT(a_post_that_waits_in_vain_gets_the_usual_answer),
        WITH_FRONT(a_stream_tells_every_change_and_ends),
        WITH_FRONT(a_stream_of_a_settled_message_is_not_asked_for_again),
        WITH_FRONT(a_head_of_the_stream_ends_at_once),
        WITH_FRONT(a_drain_answers_all_who_wait),
        WITH_FRONT(the_end_leaves_nobody_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
