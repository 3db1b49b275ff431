/* The operators' API: who is let in, and what is seen. */
#include "admin/admin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "desk.h"

#include "base/banned.h"

/* ---- who is let in ---- */

static void nobody_is_let_in_without_a_token(void **state)
{
    struct desk *desk = *state;

    assert_int_equal(desk_ask(desk, "GET", LIST, "", NULL), 401);
    assert_string_equal(desk_text(desk->answer, "type"),
                        "/problems/admin-token-required");
    assert_string_equal(front_header(desk->front, "WWW-Authenticate"),
                        "Bearer");
    assert_int_equal(desk_ask(desk, "GET", LIST, BEARER("wrong"), NULL), 401);
    assert_string_equal(desk_text(desk->answer, "type"),
                        "/problems/admin-token-wrong");
    assert_int_equal(
        desk_ask(desk, "GET", LIST, "Authorization: Basic YTpi\r\n", NULL),
        401);
    assert_int_equal(desk_ask(desk, "GET", "/v1/admin/nowhere", "", NULL), 401);
    /* The hash is not the token. */
    assert_int_equal(
        desk_ask(desk, "GET", LIST, BEARER("c9f4b1e0f0f2f2f2"), NULL), 401);
}

static void roles_say_what_a_token_may(void **state)
{
    static const struct {
        const char *method, *target;
    } changes[] = {
        {"DELETE", LIST "/support-01JABCDEF0123456789ABCDEFG"},
        {"POST", LIST "/support-01JABCDEF0123456789ABCDEFG/release"},
        {"POST", REPLAYS},
        {"DELETE", REPLAYS "/x"},
        {"POST", "/v1/admin/erasures"},
        {"POST", "/v1/admin/destinations/support/pause"},
        {"POST", "/v1/admin/destinations/support/resume"},
    };
    struct desk *desk = *state;

    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
        assert_int_equal(desk_ask(desk, changes[i].method, changes[i].target,
                                  ADA JSON, "{}"),
                         403);
        assert_string_equal(desk_text(desk->answer, "type"),
                            "/problems/role-missing");
    }
    assert_int_equal(desk_ask(desk, "GET", LIST, BEN, NULL), 200);
    assert_int_equal(desk_ask(desk, "GET", LIST, ALL, NULL), 200);
    assert_int_equal(desk_ask(desk, "HEAD", LIST, ADA, NULL), 200);
}

static void other_websites_get_no_leave_to_read(void **state)
{
    static const char origin[] = ADA "Origin: https://www.example.com\r\n";
    struct desk *desk = *state;

    assert_int_equal(desk_ask(desk, "GET", LIST, origin, NULL), 200);
    assert_null(front_header(desk->front, "Access-Control-Allow-Origin"));
    assert_string_equal(front_header(desk->front, "Cache-Control"), "no-store");
    assert_int_equal(desk_ask(desk, "OPTIONS", LIST, origin, NULL), 405);
    assert_null(front_header(desk->front, "Access-Control-Allow-Origin"));
}

static void paths_and_methods_that_are_not_there_are_told_apart(void **state)
{
    struct desk *desk = *state;

    assert_int_equal(desk_ask(desk, "GET", "/v1/admin/nowhere", ADA, NULL),
                     404);
    assert_int_equal(desk_ask(desk, "GET", "/nowhere", "", NULL), 404);
    assert_int_equal(desk_ask(desk, "PUT", LIST, ADA, "{}"), 405);
    assert_string_equal(front_header(desk->front, "Allow"), "GET, HEAD");
    assert_int_equal(desk_ask(desk, "GET", "/v1/admin/erasures", ADA, NULL),
                     405);
    assert_string_equal(front_header(desk->front, "Allow"), "POST");
}

static void probes_need_no_token(void **state)
{
    struct desk *desk = *state;

    assert_int_equal(desk_ask(desk, "GET", "/livez", "", NULL), 200);
    assert_int_equal(desk_ask(desk, "GET", "/readyz", "", NULL), 200);
    assert_int_equal(desk_ask(desk, "GET", "/healthz?verbose", "", NULL), 200);
    admin_drain(desk->admin);
    assert_int_equal(desk_ask(desk, "GET", "/readyz", "", NULL), 503);
}

/* ---- looking ---- */

static void lists_go_page_by_page_over_all_destinations(void **state)
{
    struct desk *desk = *state;
    char ids[7][ID_SIZE], target[128];
    size_t seen = 0;

    for (int i = 0; i < 7; i++) {
        int64_t now = 0, made = 0;

        desk_accept(desk, i % 2 ? "order" : "contact",
               i == 6 ? "{\"message\": \"last\", \"email\": \"z@a.example\"}"
                      : (const char *[]){
                            "{\"message\": \"0\", \"email\": \"a@a.example\"}",
                            "{\"message\": \"1\", \"email\": \"b@a.example\"}",
                            "{\"message\": \"2\", \"email\": \"c@a.example\"}",
                            "{\"message\": \"3\", \"email\": \"d@a.example\"}",
                            "{\"message\": \"4\", \"email\": \"e@a.example\"}",
                            "{\"message\": \"5\", \"email\": \"f@a.example\"}",
                        }[i],
               ids[i]);
        /* Ids of one millisecond have no order. */
        assert_true(id_made_at(ids[i], &made));
        for (now = made; now == made; now = clock_wall_ms())
            continue;
    }
    snprintf(target, sizeof(target), LIST "?limit=2");
    for (;;) {
        const json_t *list =
            json_object_get(desk_get(desk, target), "submissions");

        for (size_t i = 0; i < json_array_size(list); i++)
            assert_string_equal(desk_id_at(desk->answer, i), ids[6 - seen++]);
        if (json_is_null(json_object_get(desk->answer, "next")))
            break;
        snprintf(target, sizeof(target), LIST "?limit=2&cursor=%s",
                 desk_text(desk->answer, "next"));
    }
    assert_int_equal(seen, 7);
    assert_int_equal(desk_listed(desk, "?destination=shop"), 3);
    assert_int_equal(desk_listed(desk, ""), 7);
}

static void filters_find_what_is_meant(void **state)
{
    struct desk *desk = *state;
    char ids[3][ID_SIZE], held[ID_SIZE];

    for (int i = 0; i < 3; i++)
        desk_accept_number(desk, i, ids[i]);
    desk_accept(
        desk, "contact",
        "{\"message\": \"buy\", \"email\": \"s@a.example\", \"_gotcha\": "
        "\"x\"}",
        held);
    desk_bury(desk, "422: the email is not one");
    assert_int_equal(desk_listed(desk, "?state=failed"), 1);
    assert_string_equal(desk_id_at(desk->answer, 0), ids[0]);
    assert_int_equal(desk_listed(desk, "?state=queued"), 2);
    assert_int_equal(desk_listed(desk, "?state=quarantined"), 1);
    assert_string_equal(desk_id_at(desk->answer, 0), held);
    assert_int_equal(desk_listed(desk, "?reason=the%20EMAIL"), 1);
    assert_int_equal(desk_listed(desk, "?q=number+2"), 1);
    assert_string_equal(desk_id_at(desk->answer, 0), ids[2]);
    assert_int_equal(desk_listed(desk, "?form=contact&since=1h&until="), 4);
    assert_int_equal(desk_listed(desk, "?until=1h"), 0);
    assert_int_equal(desk_listed(desk, "?form=open"), 0);
}

static void every_bad_parameter_is_named(void **state)
{
    static const char *const rows[][3] = {
        {"state=faild", "state", "unknown"},
        {"form=contct", "form", "unknown"},
        {"destination=x", "destination", "unknown"},
        {"since=yesterday", "since", "invalid"},
        {"until=2026-13-01T00:00:00Z", "until", "invalid"},
        {"since=1h&until=2h", "until", "invalid"},
        {"reason=%00", "reason", "invalid"},
        {"reason=%07", "reason", "invalid"},
        {"q=%ff", "q", "invalid"},
        {"cursor=abc", "cursor", "invalid"},
        {"cursor=support-01JABCDEF0123456789ABCDEFG", "cursor", "invalid"},
        {"limit=0", "limit", "invalid"},
        {"limit=201", "limit", "invalid"},
        {"limit=many", "limit", "invalid"},
        {"limit=5&limit=6", "limit", "repeated"},
        {"stat=failed", "stat", "unknown"},
        {"%ff=1", "?", "unknown"},
    };
    struct desk *desk = *state;
    char target[256], part[128];

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        snprintf(target, sizeof(target), LIST "?%s", rows[i][0]);
        desk_ask(desk, "GET", target, ADA, NULL);
        snprintf(part, sizeof(part), "\"field\":\"%s\",\"code\":\"%s\"",
                 rows[i][1], rows[i][2]);
        front_expect(desk->front, 400, part);
        front_expect(desk->front, 400, "/problems/bad-parameter");
    }
    desk_ask(desk, "GET", LIST "?state=faild", ADA, NULL);
    front_expect(desk->front, 400, "did you mean 'failed'");
}

static void one_submission_tells_everything(void **state)
{
    struct desk *desk = *state;
    const json_t *attempt;
    char id[ID_SIZE];

    desk_accept(
        desk, "contact",
        "{\"message\": \"Good evening\", \"email\": \"ada@example.org\", "
        "\"name\": \"Ada\"}",
        id);
    desk_bury(desk, "422: the email is not one");
    desk_get(desk, desk_path(LIST, id, ""));
    assert_string_equal(desk_text(desk->answer, "state"), "failed");
    assert_string_equal(desk_text(desk->answer, "form"), "contact");
    assert_non_null(strstr(desk_text(desk->answer, "next"), "replay"));
    assert_non_null(strstr(front_body(desk->front), "Good evening"));
    assert_non_null(strstr(front_body(desk->front), "ada@example.org"));
    attempt = json_array_get(json_object_get(desk->answer, "timeline"), 0);
    assert_string_equal(desk_text(attempt, "stage"), "deliver");
    assert_string_equal(desk_text(attempt, "outcome"), "refused");
    assert_string_equal(desk_text(attempt, "next"), "buried");
    assert_string_equal(desk_text(attempt, "reason"),
                        "422: the email is not one");
    assert_int_equal(desk_number(attempt, "status"), 422);
    assert_int_equal(desk_number(attempt, "took_ms"), 12);
    assert_true(json_is_null(json_object_get(attempt, "event")));
    assert_int_equal(desk_ask(desk, "GET", LIST "/support-x", ADA, NULL), 404);
    assert_string_equal(desk_text(desk->answer, "type"),
                        "/problems/no-such-submission");
}

static void stats_count_what_is_where(void **state)
{
    struct desk *desk = *state;
    const json_t *list, *support;
    char id[ID_SIZE];

    desk_accept_number(desk, 1, id);
    desk_accept_number(desk, 2, id);
    desk_bury(desk, "no");
    list = json_object_get(desk_get(desk, "/v1/admin/stats"), "destinations");
    assert_int_equal(json_array_size(list), 2);
    support = json_array_get(list, 0);
    assert_string_equal(desk_text(support, "destination"), "support");
    assert_int_equal(desk_number(support, "failed"), 1);
    assert_int_equal(desk_number(support, "accepted_total"), 2);
    assert_int_equal(
        desk_number(json_object_get(support, "waiting"), "deliver"), 1);
}

static void no_answer_holds_a_secret(void **state)
{
    static const char *const targets[] = {LIST, "/v1/admin/stats"};
    static const char *const secrets[] = {
        "secret-of-the-shop", "a-token-for-everything", "form-key-of-contact",
        "0123456789abcdef0123456789abcdef", "redis.sock"};
    struct desk *desk = *state;
    char id[ID_SIZE];

    desk_accept_number(desk, 1, id);
    for (size_t i = 0; i < 3; i++) {
        desk_get(desk, i < 2 ? targets[i] : desk_path(LIST, id, ""));
        for (size_t j = 0; j < sizeof(secrets) / sizeof(*secrets); j++)
            assert_null(strstr(desk->front->answer, secrets[j]));
    }
    redis_server_kill(&desk->front->redis);
    assert_int_equal(desk_ask(desk, "GET", LIST, ADA, NULL), 503);
    assert_non_null(front_header(desk->front, "Retry-After"));
    assert_null(strstr(desk->front->answer, "redis.sock"));
}

static void new_settings_bring_new_tokens(void **state)
{
    struct desk *desk = *state;
    struct settings *settings = settings_hold(desk->front->settings);
    struct secret *token = &settings->admin.token;

    assert_int_equal(desk_ask(desk, "GET", LIST, ALL, NULL), 200);
    secret_clear(token);
    secret_set(token, "another-token-for-all", 21);
    admin_use_settings(desk->admin, settings);
    settings_release(settings);
    assert_int_equal(desk_ask(desk, "GET", LIST, ALL, NULL), 401);
    assert_int_equal(
        desk_ask(desk, "GET", LIST, BEARER("another-token-for-all"), NULL),
        200);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nobody_is_let_in_without_a_token),
        TEST(roles_say_what_a_token_may),
        TEST(other_websites_get_no_leave_to_read),
        TEST(paths_and_methods_that_are_not_there_are_told_apart),
        TEST(probes_need_no_token),
        TEST(lists_go_page_by_page_over_all_destinations),
        TEST(filters_find_what_is_meant),
        TEST(every_bad_parameter_is_named),
        TEST(one_submission_tells_everything),
        TEST(stats_count_what_is_where),
        TEST(no_answer_holds_a_secret),
        TEST(new_settings_bring_new_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
