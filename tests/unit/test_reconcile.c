/* What fifty chats' answer means for each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "reconcile/reconcile.h"
#include "stage_kit.h"

#include "base/banned.h"

static void open_and_begin(struct kit *kit, size_t count)
{
    kit_open(kit, &reconcile_stage, count);
    for (size_t i = 0; i < count; i++)
        kit->items[i].submission.chat_id = alloc_format("2104.1.c%zu", i);
    kit_begin(kit);
}

static void fifty_are_asked_for_in_one_request(void **state)
{
    struct kit kit;
    size_t commas = 0;

    (void)state;
    open_and_begin(&kit, 50);
    assert_string_equal(kit.step.request.method, "GET");
    for (const char *c = strstr(kit.step.request.url, "?ids="); *c; c++)
        commas += *c == ',';
    assert_int_equal(commas, 49);
    assert_int_equal(reconcile_stage.batch, 50);
    kit_close(&kit);
}

static void each_is_told_by_its_own_row(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit, 4);
    kit_answer(&kit, 200,
               "{\"count\":9,\"docs\":{"
               "\"2104.1.c0\":{\"id\":\"2104.1.c0\",\"zendesk_ticket_id\":83},"
               "\"2104.1.c1\":{\"id\":\"2104.1.c1\","
               "\"zendesk_ticket_id\":null},"
               "\"2104.1.c2\":null}}");
    assert_int_equal(kit.items[0].outcome.kind, OUTCOME_DONE);
    assert_int_equal(kit.items[0].outcome.ticket_id, 83);
    assert_int_equal(kit.items[1].outcome.kind, OUTCOME_UNKNOWN);
    assert_string_equal(kit.items[1].outcome.reason, "no ticket yet");
    assert_int_equal(kit.items[2].outcome.kind, OUTCOME_UNKNOWN);
    assert_string_equal(kit.items[3].outcome.reason,
                        "the chat is not in the answer: deleted, or not "
                        "visible yet");
    assert_string_equal(kit.items[2].outcome.reason,
                        kit.items[3].outcome.reason);
    kit_close(&kit);
}

static void the_ticket_of_another_message_is_never_told(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit, 2);
    kit_answer(&kit, 200,
               "{\"docs\":{"
               "\"2104.1.c0\":{\"session\":"
               "{\"id\":\"support-01JABCDEF0123456789ABZZZZZ\"},"
               "\"zendesk_ticket_id\":83},"
               "\"2104.1.c1\":{\"session\":"
               "{\"id\":\"support-01JABCDEF0123456789ABCD001\"},"
               "\"zendesk_ticket_id\":84}}}");
    assert_int_equal(kit.items[0].outcome.kind, OUTCOME_UNKNOWN);
    assert_int_equal(kit.items[0].outcome.ticket_id, 0);
    assert_int_equal(kit.items[1].outcome.kind, OUTCOME_DONE);
    assert_int_equal(kit.items[1].outcome.ticket_id, 84);
    kit_close(&kit);
}

static void docs_may_be_a_list_and_ids_numbers(void **state)
{
    struct kit kit;

    (void)state;
    kit_open(&kit, &reconcile_stage, 1);
    kit.items[0].submission.chat_id = alloc_text("123");
    kit_begin(&kit);
    kit_answer(&kit, 200,
               "{\"docs\":[{\"id\":123,\"zendesk_ticket_id\":\"84\"}]}");
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_DONE);
    assert_int_equal(kit_outcome(&kit)->ticket_id, 84);
    kit_close(&kit);
}

static void a_request_that_failed_says_nothing_about_any(void **state)
{
    static const int statuses[] = {400, 404, 500, 503};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct kit kit;

        open_and_begin(&kit, 3);
        kit_answer(&kit, statuses[i], "<html>");
        for (size_t j = 0; j < 3; j++) {
            assert_int_equal(kit.items[j].outcome.kind, OUTCOME_BUSY);
            assert_int_equal(kit.items[j].outcome.hold, HOLD_NONE);
            assert_int_equal(kit.items[j].outcome.status, statuses[i]);
        }
        kit_close(&kit);
    }
}

static void an_answer_not_understood_says_nothing_about_any(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit, 2);
    kit_answer(&kit, 200, "{\"chats\":[]}");
    assert_int_equal(kit.items[1].outcome.kind, OUTCOME_BUSY);
    kit_close(&kit);
}

static void a_rate_limit_holds_the_destination(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit, 2);
    kit.retry_after = "30";
    kit_answer(&kit, 429, "slow down");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(kit.items[i].outcome.kind, OUTCOME_BUSY);
        assert_int_equal(kit.items[i].outcome.hold, HOLD_RATE_LIMIT);
        assert_int_equal(kit.items[i].outcome.retry_after_ms, 30000);
    }
    kit_close(&kit);
}

static void a_lost_answer_says_nothing_about_any(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit, 2);
    kit_no_answer(&kit, HTTP_LOST, 200);
    assert_int_equal(kit.items[0].outcome.kind, OUTCOME_BUSY);
    assert_string_equal(kit.items[0].outcome.reason,
                        "the look failed: the connection broke");
    kit_close(&kit);
}

static void one_without_a_chat_id_is_not_asked_for(void **state)
{
    struct kit kit;

    (void)state;
    kit_open(&kit, &reconcile_stage, 2);
    kit.items[1].submission.chat_id = alloc_text("2104.1.x");
    kit_begin(&kit);
    assert_string_equal(
        kit.step.request.url,
        "https://acme.zendesk.com/api/v2/chat/chats?ids=2104.1.x");
    kit_answer(&kit, 500, "");
    assert_int_equal(kit.items[0].outcome.kind, OUTCOME_UNKNOWN);
    assert_int_equal(kit.items[1].outcome.kind, OUTCOME_BUSY);
    kit_close(&kit);

    kit_open(&kit, &reconcile_stage, 1);
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifty_are_asked_for_in_one_request),
        cmocka_unit_test(each_is_told_by_its_own_row),
        cmocka_unit_test(the_ticket_of_another_message_is_never_told),
        cmocka_unit_test(docs_may_be_a_list_and_ids_numbers),
        cmocka_unit_test(a_request_that_failed_says_nothing_about_any),
        cmocka_unit_test(an_answer_not_understood_says_nothing_about_any),
        cmocka_unit_test(a_rate_limit_holds_the_destination),
        cmocka_unit_test(a_lost_answer_says_nothing_about_any),
        cmocka_unit_test(one_without_a_chat_id_is_not_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
