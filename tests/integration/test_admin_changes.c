/* The operators' API: what is changed by it, once, and what is refused. */
#include "admin/admin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "desk.h"

#include "base/banned.h"

static void one_submission_is_erased(void **state)
{
    struct desk *desk = *state;
    char id[ID_SIZE];

    desk_accept_number(desk, 1, id);
    assert_int_equal(
        desk_ask(desk, "DELETE", desk_path(LIST, id, ""), BEN, NULL), 204);
    assert_int_equal(desk_ask(desk, "GET", desk_path(LIST, id, ""), ADA, NULL),
                     404);
    assert_int_equal(
        desk_ask(desk, "DELETE", desk_path(LIST, id, ""), BEN, NULL), 404);
    assert_int_equal(desk_listed(desk, ""), 0);
}

static void a_person_is_erased_by_the_address(void **state)
{
    struct desk *desk = *state;
    char id[ID_SIZE];

    desk_accept_number(desk, 1, id);
    desk_accept_number(desk, 2, id);
    desk_accept(desk, "order",
                "{\"message\": \"an order\", \"email\": \"N2@example.org\"}",
                id);
    desk_post(desk, "/v1/admin/erasures", "{\"email\": \"n2@EXAMPLE.org\"}",
              200);
    assert_int_equal(desk_number(desk->answer, "erased"), 2);
    desk_post(desk, "/v1/admin/erasures", "{\"email\": \"n2@example.org\"}",
              200);
    assert_int_equal(desk_number(desk->answer, "erased"), 0);
    assert_int_equal(desk_listed(desk, ""), 1);
}

static void what_was_quarantined_is_released_or_discarded(void **state)
{
    static const char *const spam[] = {
        "{\"message\": \"a\", \"email\": \"a@a.example\", \"_gotcha\": \"x\"}",
        "{\"message\": \"b\", \"email\": \"b@a.example\", \"_gotcha\": \"x\"}"};
    struct desk *desk = *state;
    char first[ID_SIZE], second[ID_SIZE];

    desk_accept(desk, "contact", spam[0], first);
    desk_accept(desk, "contact", spam[1], second);
    assert_int_equal(
        desk_ask(desk, "POST", desk_path(LIST, first, "/release"), BEN, NULL),
        204);
    assert_int_equal(
        desk_ask(desk, "POST", desk_path(LIST, first, "/release"), BEN, NULL),
        404);
    assert_int_equal(
        desk_ask(desk, "POST", desk_path(LIST, second, "/discard"), BEN, NULL),
        204);
    assert_int_equal(desk_listed(desk, "?state=queued"), 1);
    assert_int_equal(desk_listed(desk, ""), 1);
}

static void a_destination_is_paused_and_resumed(void **state)
{
    struct desk *desk = *state;

    desk_post(desk, "/v1/admin/destinations/support/pause", NULL, 200);
    assert_string_equal(
        desk_text(json_object_get(desk->answer, "hold"), "reason"), "operator");
    desk_post(desk, "/v1/admin/destinations/support/resume", "", 200);
    assert_true(json_is_null(json_object_get(desk->answer, "hold")));
    desk_post(desk, "/v1/admin/destinations/suport/pause", NULL, 404);
    assert_string_equal(desk_text(desk->answer, "type"),
                        "/problems/unknown-destination");
}

static void every_bad_body_is_told(void **state)
{
    static const struct {
        const char *target, *body;
        int status;
        const char *part;
    } rows[] = {
        {"erasures", "{", 400, "/problems/bad-json"},
        {"erasures", "[]", 400, "/problems/bad-json"},
        {"erasures", "{\"email\": 1, \"email\": 2}", 400, "/problems/bad-json"},
        {"erasures", "{\"a\": [[[[[[[[[[1]]]]]]]]]]}", 400,
         "/problems/bad-json"},
        {"erasures", "{}", 422, "\"field\":\"email\",\"code\":\"required\""},
        {"erasures", "{\"email\": 1}", 422,
         "\"field\":\"email\",\"code\":\"invalid\""},
        {"erasures", "{\"email\": \"nobody\"}", 422,
         "\"field\":\"email\",\"code\":\"invalid\""},
        {"erasures", "{\"email\": \"a@b.example\", \"id\": 1}", 422,
         "\"field\":\"id\",\"code\":\"unknown\""},
        {"erasures", "{\"\\u0001\": 1, \"email\": \"a@b.example\"}", 422,
         "\"field\":\"?\",\"code\":\"unknown\""},
        {"replays", "{}", 422, "\"field\":\"ids\",\"code\":\"required\""},
        {"replays", "{\"ids\": [\"support-x\"]}", 422, "Number 1 is not"},
        {"replays", "{\"ids\": []}", 422, "\"field\":\"ids\""},
        {"replays", "{\"ids\": \"x\"}", 422, "\"field\":\"ids\""},
        {"replays", "{\"ids\": [1]}", 422, "\"field\":\"ids\""},
        {"replays", "{\"rate\": 5}", 422, "or both"},
        {"replays", "{\"filter\": {}}", 422, "\"field\":\"filter\""},
        {"replays", "{\"filter\": 1}", 422, "\"field\":\"filter\""},
        {"replays", "{\"filter\": {\"state\": \"linked\"}}", 422,
         "\"field\":\"filter.state\""},
        {"replays", "{\"filter\": {\"state\": \"faild\"}}", 422,
         "did you mean 'failed'"},
        {"replays", "{\"filter\": {\"form\": 1}}", 422,
         "\"field\":\"filter.form\",\"code\":\"invalid\""},
        {"replays", "{\"filter\": {\"limit\": \"5\"}}", 422,
         "\"field\":\"filter.limit\",\"code\":\"unknown\""},
        {"replays", "{\"filter\": {\"since\": \"x\"}}", 422,
         "\"field\":\"filter.since\""},
        {"replays", "{\"filter\": {\"since\": \"1h\"}, \"rate\": 0}", 422,
         "\"field\":\"rate\""},
        {"replays", "{\"filter\": {\"since\": \"1h\"}, \"rate\": \"9\"}", 422,
         "\"field\":\"rate\""},
        {"replays", "{\"filter\": {\"since\": \"1h\"}, \"dry_run\": 1}", 422,
         "\"field\":\"dry_run\""},
        {"replays", "{\"filter\": {\"since\": \"1h\"}, \"dryrun\": true}", 422,
         "\"field\":\"dryrun\",\"code\":\"unknown\""},
    };
    struct desk *desk = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        desk_ask(desk, "POST", desk_path("/v1/admin", rows[i].target, ""),
                 BEN JSON, rows[i].body);
        front_expect(desk->front, rows[i].status, rows[i].part);
    }
    assert_int_equal(desk_ask(desk, "POST", "/v1/admin/erasures", BEN, "{}"),
                     415);
}

/* ---- replays ---- */

static void await_end(struct desk *desk, const char *id)
{
    int64_t give_up_at = scene_give_up_at();

    while (
        strcmp(desk_text(desk_get(desk, desk_path(REPLAYS, id, "")), "state"),
               "running") == 0)
        scene_turn(desk->front->scene, -1, give_up_at);
}

static void a_dry_run_says_what_would_be_done(void **state)
{
    struct desk *desk = *state;
    const json_t *reasons;
    char id[ID_SIZE];

    for (int i = 0; i < 3; i++) {
        desk_accept_number(desk, i, id);
        desk_bury(desk, i ? "the email is not one" : "too long");
    }
    desk_post(desk, REPLAYS,
              "{\"filter\": {\"state\": \"failed\"}, \"dry_run\": true, "
              "\"rate\": 60}",
              200);
    assert_int_equal(desk_number(desk->answer, "total"), 3);
    assert_int_equal(desk_number(desk->answer, "expected_seconds"), 3);
    assert_true(json_is_true(json_object_get(desk->answer, "dry_run")));
    reasons = json_object_get(desk->answer, "reasons");
    assert_int_equal(json_array_size(reasons), 2);
    assert_int_equal(desk_listed(desk, "?state=failed"), 3);
}

static void a_replay_can_be_watched_to_its_end(void **state)
{
    struct desk *desk = *state;
    char id[ID_SIZE], replay[ID_SIZE];

    for (int i = 0; i < 3; i++) {
        desk_accept_number(desk, i, id);
        desk_bury(desk, i ? "the email is not one" : "too long");
    }
    desk_post(desk, REPLAYS, "{\"filter\": {\"reason\": \"email\"}}", 202);
    assert_string_equal(desk_text(desk->answer, "by"), "ben");
    assert_int_equal(desk_number(desk->answer, "total"), 2);
    snprintf(replay, sizeof(replay), "%s", desk_text(desk->answer, "id"));
    assert_string_equal(front_header(desk->front, "Location"),
                        desk_path(REPLAYS, replay, ""));
    await_end(desk, replay);
    assert_string_equal(desk_text(desk->answer, "state"), "finished");
    assert_int_equal(desk_number(desk->answer, "done"), 2);
    assert_int_equal(desk_number(desk->answer, "replayed"), 2);
    assert_int_equal(desk_number(desk->answer, "skipped"), 0);
    assert_int_equal(desk_listed(desk, "?state=failed"), 1);
    assert_int_equal(
        desk_ask(desk, "DELETE", desk_path(REPLAYS, replay, ""), BEN, NULL),
        200);
    assert_string_equal(desk_text(desk->answer, "state"), "finished");
}

static void ids_that_cannot_be_replayed_are_left_out_and_told(void **state)
{
    struct desk *desk = *state;
    const json_t *left;
    char failed[ID_SIZE], waiting[ID_SIZE], body[512];

    desk_accept_number(desk, 1, failed);
    desk_bury(desk, "no");
    desk_accept_number(desk, 2, waiting);
    snprintf(body, sizeof(body),
             "{\"ids\": [\"%s\", \"%s\", \"%s\", "
             "\"support-01JABCDEF0123456789ABCDEFG\"]}",
             failed, waiting, failed);
    desk_post(desk, REPLAYS, body, 202);
    assert_int_equal(desk_number(desk->answer, "total"), 1);
    left = json_object_get(desk->answer, "left_out");
    assert_int_equal(json_array_size(left), 2);
    assert_string_equal(desk_text(json_array_get(left, 0), "id"), waiting);
    assert_string_equal(desk_text(json_array_get(left, 0), "why"),
                        "not_failed");
    assert_string_equal(desk_text(json_array_get(left, 1), "why"), "unknown");
}

/* The first one waits for its rate while the others come and go. */
static void three_operators_make_one_replay_of_each(void **state)
{
    static const char *const bodies[] = {
        "{\"filter\": {\"state\": \"failed\"}, \"rate\": 1}",
        "{\"filter\": {\"since\": \"1h\"}}",
        "{\"filter\": {\"reason\": \"no\"}}",
    };
    struct desk *desk = *state;
    char id[ID_SIZE], replays[3][ID_SIZE];
    json_int_t replayed;

    for (int i = 0; i < 5; i++) {
        desk_accept_number(desk, i, id);
        desk_bury(desk, "no");
    }
    for (int i = 0; i < 3; i++) {
        desk_post(desk, REPLAYS, bodies[i], 202);
        snprintf(replays[i], ID_SIZE, "%s", desk_text(desk->answer, "id"));
    }
    await_end(desk, replays[1]);
    replayed = desk_number(desk->answer, "replayed");
    await_end(desk, replays[2]);
    replayed += desk_number(desk->answer, "replayed");
    desk_ask(desk, "DELETE", desk_path(REPLAYS, replays[0], ""), BEN, NULL);
    replayed += desk_number(desk_get(desk, desk_path(REPLAYS, replays[0], "")),
                            "replayed");
    assert_int_equal(replayed, 5);
    assert_int_equal(desk_listed(desk, "?state=failed"), 0);
    desk_get(desk, desk_path(LIST, id, ""));
    assert_int_equal(desk_number(desk->answer, "generation"), 1);
}

static void a_slow_replay_can_be_stopped(void **state)
{
    struct desk *desk = *state;
    char id[ID_SIZE], replay[ID_SIZE];

    for (int i = 0; i < 3; i++) {
        desk_accept_number(desk, i, id);
        desk_bury(desk, "no");
    }
    desk_post(desk, REPLAYS,
              "{\"filter\": {\"state\": \"failed\"}, \"rate\": 1}", 202);
    assert_int_equal(desk_number(desk->answer, "rate"), 1);
    snprintf(replay, sizeof(replay), "%s", desk_text(desk->answer, "id"));
    assert_int_equal(
        desk_ask(desk, "DELETE", desk_path(REPLAYS, replay, ""), BEN, NULL),
        200);
    assert_string_equal(desk_text(desk->answer, "state"), "stopped");
    assert_true(desk_listed(desk, "?state=failed") >= 2);
    assert_int_equal(desk_ask(desk, "GET", REPLAYS "/replay-x", ADA, NULL),
                     404);
    assert_string_equal(desk_text(desk->answer, "type"),
                        "/problems/unknown-replay");
    assert_int_equal(desk_ask(desk, "DELETE", REPLAYS "/replay-x", BEN, NULL),
                     404);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_submission_is_erased),
        TEST(a_person_is_erased_by_the_address),
        TEST(what_was_quarantined_is_released_or_discarded),
        TEST(a_destination_is_paused_and_resumed),
        TEST(every_bad_body_is_told),
        TEST(a_dry_run_says_what_would_be_done),
        TEST(a_replay_can_be_watched_to_its_end),
        TEST(ids_that_cannot_be_replayed_are_left_out_and_told),
        TEST(three_operators_make_one_replay_of_each),
        TEST(a_slow_replay_can_be_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
