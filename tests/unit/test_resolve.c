/* Did it land? What each look shows, and when "no" may be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "deliver/deliver.h"
#include "stage_kit.h"

#include "base/banned.h"

#define NONE "{\"count\":0,\"results\":[],\"next_url\":null}"
#define TWO  "{\"results\":[{\"id\":\"a\"},{\"id\":\"b\"}]}"
#define TWO_MORE                                                               \
    "{\"results\":[{\"id\":\"a\"},{\"id\":\"b\"}],"                            \
    "\"next_url\":\"https://elsewhere.example/page\"}"
#define A_OTHER "\"a\":{\"id\":\"a\",\"session\":{\"id\":\"s1\"}}"
#define B_OTHER "\"b\":{\"id\":\"b\",\"session\":{\"id\":\"s2\"}}"
#define OTHERS  "{\"docs\":{" A_OTHER "," B_OTHER "}}"
#define B_OURS                                                                 \
    "\"b\":{\"id\":\"b\",\"session\":{\"id\":"                                 \
    "\"support-01JABCDEF0123456789ABCD000\"},\"zendesk_ticket_id\":83}"
#define OURS "{\"docs\":{" A_OTHER "," B_OURS "}}"

/* Posted two minutes ago, looked for a minute ago: a "no" may be believed. */
static void open_late(struct kit *kit)
{
    struct submission *submission = &kit->items[0].submission;

    kit_open(kit, &resolve_stage, 1);
    submission->intent_at = KIT_NOW - 120000;
    submission->looked_at = KIT_NOW - 60000;
    submission->looks = 1;
    submission->attempts = 2;
}

static enum outcome_kind kind(const struct kit *kit)
{
    return kit_outcome(kit)->kind;
}

static void it_searches_by_email_in_a_wide_window(void **state)
{
    struct kit kit;
    struct buf query;
    const char *q;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    assert_string_equal(kit.step.request.method, "GET");
    q = strstr(kit.step.request.url, "/search?q=");
    assert_non_null(q);
    buf_init(&query, 4096);
    assert_true(text_percent_decode(q + 10, strlen(q + 10), false, &query));
    assert_string_equal(
        buf_str(&query),
        "type:offline_msg AND visitor_email:ada@example.com AND timestamp:["
        "2026-11-21T08:59:00Z TO 2026-11-23T09:00:00Z]");
    buf_clear(&query);
    assert_false(resolve_stage.intends);
    kit_close(&kit);
}

static void ours_is_known_by_its_session(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, TWO);
    assert_string_equal(kit.step.request.url,
                        "https://acme.zendesk.com/api/v2/chat/chats?ids=a,b");
    kit_answer(&kit, 200, OURS);
    assert_int_equal(kind(&kit), OUTCOME_DONE);
    assert_string_equal(kit_outcome(&kit)->chat_id, "b");
    assert_int_equal(kit_outcome(&kit)->ticket_id, 83);
    assert_true(kit_outcome(&kit)->looked);
    assert_int_equal(kit_outcome(&kit)->took_ms, 20);
    kit_close(&kit);
}

static void it_is_found_though_its_session_came_back_damaged(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, TWO);
    kit_answer(&kit, 200,
               "{\"docs\":{" A_OTHER ",\"b\":{\"session\":{\"id\":"
               "\"support-01JABCDEF01234x6789ABCD000\"}}}}");
    assert_int_equal(kind(&kit), OUTCOME_DONE);
    assert_string_equal(kit_outcome(&kit)->chat_id, "b");
    kit_close(&kit);
}

static void it_is_found_on_a_later_page_of_our_own_host(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, TWO_MORE);
    kit_answer(&kit, 200, OTHERS);
    assert_non_null(strstr(kit.step.request.url, "acme.zendesk.com"));
    assert_non_null(strstr(kit.step.request.url, "&page=2"));
    kit_answer(&kit, 200, TWO);
    kit_answer(&kit, 200, OURS);
    assert_int_equal(kind(&kit), OUTCOME_DONE);
    kit_close(&kit);
}

/* As the Chats API takes it from a program: of a year ago. */
static void open_old(struct kit *kit)
{
    open_late(kit);
    alloc_replace(&kit->items[0].submission.message,
                  "{\"visitor\":{\"email\":\"ada@example.com\"},"
                  "\"message\":\"Hi\",\"timestamp\":1763802000,\"session\":"
                  "{\"id\":\"support-01JABCDEF0123456789ABCD000\"}}");
}

static void what_says_to_be_of_another_day_is_looked_for_there_too(void **state)
{
    struct kit kit;

    (void)state;
    open_old(&kit);
    kit_begin(&kit);
    assert_non_null(strstr(kit.step.request.url, "2026-11-21T08%3A59%3A00Z"));
    kit_answer(&kit, 200, TWO);
    kit_answer(&kit, 200, OTHERS);
    assert_non_null(strstr(kit.step.request.url, "2025-11-21T09%3A00%3A00Z"));
    assert_non_null(strstr(kit.step.request.url, "2025-11-23T09%3A00%3A00Z"));
    assert_null(strstr(kit.step.request.url, "page="));
    kit_answer(&kit, 200, TWO);
    kit_answer(&kit, 200, OURS);
    assert_int_equal(kind(&kit), OUTCOME_DONE);
    kit_close(&kit);
}

static void it_did_not_land_only_when_it_is_nowhere(void **state)
{
    struct kit kit;

    (void)state;
    open_old(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, NONE);
    assert_false(kit.step.finished);
    kit_answer(&kit, 200, NONE);
    assert_int_equal(kind(&kit), OUTCOME_BUSY);
    assert_true(kit_outcome(&kit)->nothing_sent);
    kit_close(&kit);
}

static void more_than_fifty_are_asked_for_in_two_requests(void **state)
{
    struct kit kit;
    struct buf page;
    size_t commas = 0;

    (void)state;
    buf_init(&page, 4096);
    buf_text(&page, "{\"results\":[{\"id\":\"x\"}");
    for (int i = 0; i < 50; i++)
        buf_format(&page, ",{\"id\":%d}", i);
    buf_text(&page, "]}");
    open_late(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, buf_str(&page));
    for (const char *c = kit.step.request.url; *c; c++)
        commas += *c == ',';
    assert_int_equal(commas, 49);
    kit_answer(&kit, 200, "{\"docs\":{}}");
    assert_non_null(strstr(kit.step.request.url, "?ids=49"));
    kit_close(&kit);
    buf_clear(&page);
}

static void two_looks_that_find_nothing_mean_it_did_not_land(void **state)
{
    static const char *const searches[] = {NONE, "{\"count\":0}",
                                           "{\"results\":[]}"};

    (void)state;
    for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
        struct kit kit;

        open_late(&kit);
        kit_begin(&kit);
        kit_answer(&kit, 200, searches[i]);
        assert_int_equal(kind(&kit), OUTCOME_BUSY);
        assert_true(kit_outcome(&kit)->nothing_sent);
        assert_true(kit_outcome(&kit)->looked);
        kit_close(&kit);
    }
}

/* Absent in this look; is it believed? */
static enum outcome_kind absent(struct kit *kit)
{
    enum outcome_kind said;

    kit_begin(kit);
    kit_answer(kit, 200, TWO);
    kit_answer(kit, 200, OTHERS);
    said = kind(kit);
    assert_true(kit_outcome(kit)->looked);
    assert_int_equal(kit_outcome(kit)->nothing_sent, said == OUTCOME_BUSY);
    kit_close(kit);
    return said;
}

static void the_first_look_never_means_it_did_not_land(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.items[0].submission.looks = 0;
    kit.items[0].submission.intent_at = 1;
    assert_int_equal(absent(&kit), OUTCOME_UNKNOWN);
}

static void two_looks_too_close_do_not_mean_it_did_not_land(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.items[0].submission.looked_at = KIT_NOW - 44000;
    assert_int_equal(absent(&kit), OUTCOME_UNKNOWN);
    open_late(&kit);
    kit.items[0].submission.looked_at = KIT_NOW - 45000;
    assert_int_equal(absent(&kit), OUTCOME_BUSY);
}

static void the_search_is_given_its_patience(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.destination.search_patience_ms = 120001;
    assert_int_equal(absent(&kit), OUTCOME_UNKNOWN);
    open_late(&kit);
    kit.destination.search_patience_ms = 120000;
    assert_int_equal(absent(&kit), OUTCOME_BUSY);
}

static void without_an_intent_patience_runs_from_the_first_look(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.items[0].submission.intent_at = 0;
    kit.destination.search_patience_ms = 120000;
    assert_int_equal(absent(&kit), OUTCOME_UNKNOWN);
    open_late(&kit);
    kit.items[0].submission.intent_at = 0;
    kit.items[0].submission.looks = 2;
    kit.destination.search_patience_ms = 120000;
    assert_int_equal(absent(&kit), OUTCOME_BUSY);
}

static void a_chat_that_could_not_be_compared_may_be_ours(void **state)
{
    static const char *const docs[] = {
        "{\"docs\":{" A_OTHER "}}",
        "{\"docs\":{" A_OTHER ",\"b\":null}}",
        "{\"docs\":{" A_OTHER ",\"b\":{\"id\":\"b\"}}}",
        "{\"docs\":{" A_OTHER ",\"b\":{\"id\":\"b\",\"session\":{}}}}",
        "{\"docs\":{" A_OTHER ",\"c\":{\"id\":\"b\",\"session\":{\"id\":"
        "\"support-01JABCDEF0123456789ABCD000\"}}}}",
        "{\"docs\":[{\"id\":\"a\",\"session\":{\"id\":\"s1\"}},"
        "{\"id\":\"c\",\"session\":{\"id\":"
        "\"support-01JABCDEF0123456789ABCD000\"}}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++) {
        struct kit kit;

        open_late(&kit);
        kit_begin(&kit);
        kit_answer(&kit, 200, TWO);
        kit_answer(&kit, 200, docs[i]);
        assert_int_equal(kind(&kit), OUTCOME_UNKNOWN);
        kit_close(&kit);
    }
}

static void a_look_that_failed_proves_nothing(void **state)
{
    /* clang-format off */
    static const struct {
        int status; const char *body; enum hold_reason hold;
    } rows[] = {
        { 200, "<html>",                    HOLD_NONE },
        { 200, "{\"results\":[{}]}",        HOLD_NONE },
        { 200, "{}",                        HOLD_NONE },
        { 400, "{\"error\":\"bad query\"}", HOLD_NONE },
        { 401, "",                          HOLD_CREDENTIALS },
        { 403, "",                          HOLD_FORBIDDEN },
        { 404, "",                          HOLD_NONE },
        { 429, "",                          HOLD_RATE_LIMIT },
        { 500, "",                          HOLD_NONE },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit;

        open_late(&kit);
        kit_begin(&kit);
        kit_answer(&kit, rows[i].status, rows[i].body);
        assert_int_equal(kind(&kit), OUTCOME_UNKNOWN);
        assert_int_equal(kit_outcome(&kit)->hold, rows[i].hold);
        assert_false(kit_outcome(&kit)->looked);
        assert_false(kit_outcome(&kit)->nothing_sent);
        kit_close(&kit);
    }
}

static void a_look_without_an_answer_proves_nothing(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    kit_no_answer(&kit, HTTP_NOT_SENT, 0);
    assert_int_equal(kind(&kit), OUTCOME_UNKNOWN);
    assert_false(kit_outcome(&kit)->nothing_sent);
    kit_close(&kit);

    open_late(&kit);
    kit_begin(&kit);
    kit_answer(&kit, 200, TWO);
    kit_no_answer(&kit, HTTP_LOST, 200);
    assert_int_equal(kind(&kit), OUTCOME_UNKNOWN);
    assert_false(kit_outcome(&kit)->looked);
    kit_close(&kit);
}

static void pages_end_after_a_thousand_chats_without_a_conclusion(void **state)
{
    struct kit kit;
    int pages = 0;

    (void)state;
    open_late(&kit);
    kit_begin(&kit);
    for (; !kit.step.finished; pages++) {
        kit_answer(&kit, 200, TWO_MORE);
        kit_answer(&kit, 200, OTHERS);
        assert_true(pages < 100);
    }
    assert_int_equal(pages, 25);
    assert_int_equal(kind(&kit), OUTCOME_UNKNOWN);
    assert_false(kit_outcome(&kit)->looked);
    kit_close(&kit);
}

static void in_doubt_it_can_be_left_to_a_person(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.destination.on_doubt = ON_DOUBT_HOLD;
    assert_int_equal(absent(&kit), OUTCOME_REFUSED);
}

static void a_person_who_replays_has_decided(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.destination.on_doubt = ON_DOUBT_HOLD;
    kit.items[0].submission.generation = 1;
    kit.items[0].submission.attempts = 1;
    assert_int_equal(absent(&kit), OUTCOME_BUSY);
}

static void a_replay_before_the_post_decided_nothing_about_it(void **state)
{
    struct kit kit;

    (void)state;
    open_late(&kit);
    kit.destination.on_doubt = ON_DOUBT_HOLD;
    kit.items[0].submission.generation = 1;
    kit.items[0].submission.attempts = 2;
    assert_int_equal(absent(&kit), OUTCOME_REFUSED);
}

static void an_erased_message_is_left_to_a_person(void **state)
{
    static const char *const messages[] = {NULL, "not JSON"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct kit kit;

        open_late(&kit);
        alloc_replace(&kit.items[0].submission.message, messages[i]);
        kit_begin(&kit);
        assert_int_equal(kind(&kit), OUTCOME_REFUSED);
        assert_false(kit_outcome(&kit)->nothing_sent);
        kit_close(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_searches_by_email_in_a_wide_window),
        cmocka_unit_test(ours_is_known_by_its_session),
        cmocka_unit_test(it_is_found_though_its_session_came_back_damaged),
        cmocka_unit_test(it_is_found_on_a_later_page_of_our_own_host),
        cmocka_unit_test(
            what_says_to_be_of_another_day_is_looked_for_there_too),
        cmocka_unit_test(it_did_not_land_only_when_it_is_nowhere),
        cmocka_unit_test(more_than_fifty_are_asked_for_in_two_requests),
        cmocka_unit_test(two_looks_that_find_nothing_mean_it_did_not_land),
        cmocka_unit_test(the_first_look_never_means_it_did_not_land),
        cmocka_unit_test(two_looks_too_close_do_not_mean_it_did_not_land),
        cmocka_unit_test(the_search_is_given_its_patience),
        cmocka_unit_test(without_an_intent_patience_runs_from_the_first_look),
        cmocka_unit_test(a_chat_that_could_not_be_compared_may_be_ours),
        cmocka_unit_test(a_look_that_failed_proves_nothing),
        cmocka_unit_test(a_look_without_an_answer_proves_nothing),
        cmocka_unit_test(pages_end_after_a_thousand_chats_without_a_conclusion),
        cmocka_unit_test(in_doubt_it_can_be_left_to_a_person),
        cmocka_unit_test(a_person_who_replays_has_decided),
        cmocka_unit_test(a_replay_before_the_post_decided_nothing_about_it),
        cmocka_unit_test(an_erased_message_is_left_to_a_person),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
