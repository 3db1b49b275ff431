/* What each answer to a post means, and what the post is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "deliver/deliver.h"
#include "stage_kit.h"

#include "base/banned.h"

static void open_and_begin(struct kit *kit)
{
    kit_open(kit, &deliver_stage, 1);
    kit_begin(kit);
}

static void the_post_is_the_stored_message_and_leaves_once(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    assert_false(kit.step.finished);
    assert_string_equal(kit.step.request.method, "POST");
    assert_string_equal(kit.step.request.url,
                        "https://acme.zendesk.com/api/v2/chat/chats");
    assert_string_equal(kit.step.request.body, kit.items[0].submission.message);
    assert_true(kit.step.request.once);
    assert_int_equal(kit.step.request.timeout_ms, 20000);
    assert_string_equal(kit_header(&kit, "Authorization"),
                        "Bearer s3cret-token");
    assert_true(deliver_stage.intends);
    kit_close(&kit);
}

static void each_status_means_what_the_table_says(void **state)
{
    /* clang-format off */
    static const struct {
        int status; enum outcome_kind kind; enum hold_reason hold;
    } rows[] = {
        { 204, OUTCOME_UNKNOWN, HOLD_NONE },
        { 301, OUTCOME_REFUSED, HOLD_NONE },
        { 400, OUTCOME_REFUSED, HOLD_NONE },
        { 401, OUTCOME_BUSY,    HOLD_CREDENTIALS },
        { 403, OUTCOME_BUSY,    HOLD_FORBIDDEN },
        { 404, OUTCOME_REFUSED, HOLD_NONE },
        { 408, OUTCOME_UNKNOWN, HOLD_NONE },
        { 409, OUTCOME_UNKNOWN, HOLD_NONE },
        { 413, OUTCOME_REFUSED, HOLD_NONE },
        { 422, OUTCOME_REFUSED, HOLD_NONE },
        { 429, OUTCOME_BUSY,    HOLD_RATE_LIMIT },
        { 500, OUTCOME_UNKNOWN, HOLD_NONE },
        { 502, OUTCOME_UNKNOWN, HOLD_NONE },
        { 503, OUTCOME_UNKNOWN, HOLD_NONE },
        { 504, OUTCOME_UNKNOWN, HOLD_NONE },
        { 777, OUTCOME_UNKNOWN, HOLD_NONE },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_answer(&kit, rows[i].status, "<html>Sorry</html>");
        assert_int_equal(kit_outcome(&kit)->kind, rows[i].kind);
        assert_int_equal(kit_outcome(&kit)->hold, rows[i].hold);
        assert_int_equal(kit_outcome(&kit)->status, rows[i].status);
        assert_false(kit_outcome(&kit)->nothing_sent);
        assert_string_not_equal(kit_outcome(&kit)->reason, "");
        kit_close(&kit);
    }
}

static void a_created_chat_is_done_with_its_id_as_text_or_number(void **state)
{
    static const char *const bodies[][2] = {
        {"{\"id\":\"2104.10414779.SW4WsbJTqVJsF\"}",
         "2104.10414779.SW4WsbJTqVJsF"},
        {"{\"id\":7282618889231,\"type\":\"offline_msg\"}", "7282618889231"},
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_answer(&kit, 201, bodies[i][0]);
        assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_DONE);
        assert_string_equal(kit_outcome(&kit)->chat_id, bodies[i][1]);
        assert_int_equal(kit_outcome(&kit)->took_ms, 10);
        kit_close(&kit);
    }
}

static void
created_without_a_readable_id_is_unknown_never_sent_again(void **state)
{
    static const char *const bodies[] = {
        "",
        "{}",
        "{\"id\":null}",
        "{\"id\":\"\"}",
        "{\"id\":{}}",
        "{\"id\":\"21",
        "<html>",
        "[]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_answer(&kit, 200, bodies[i]);
        assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
        assert_string_equal(kit_outcome(&kit)->chat_id, "");
        kit_close(&kit);
    }
}

static void the_chat_of_another_message_is_not_taken_for_its_own(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    kit_answer(&kit, 201,
               "{\"id\":\"2104.1.a\",\"session\":"
               "{\"id\":\"support-01JABCDEF0123456789ABZZZZZ\"}}");
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
    assert_string_equal(kit_outcome(&kit)->chat_id, "");
    kit_close(&kit);

    open_and_begin(&kit);
    kit_answer(&kit, 201,
               "{\"id\":\"2104.1.a\",\"session\":{\"id\":\"theirs\"}}");
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_DONE);
    kit_close(&kit);
}

static void a_refusal_that_shows_the_created_chat_is_not_believed(void **state)
{
    static const int statuses[] = {301, 400, 401, 403, 404, 429};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_answer(&kit, statuses[i],
                   "{\"id\":\"2104.1.a\",\"session\":"
                   "{\"id\":\"support-01JABCDEF0123456789ABCD000\"}}");
        assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
        assert_int_equal(kit_outcome(&kit)->hold, HOLD_NONE);
        assert_string_equal(kit_outcome(&kit)->chat_id, "");
        kit_close(&kit);
    }
}

static void what_was_not_sent_is_busy_and_proves_it(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    kit_no_answer(&kit, HTTP_NOT_SENT, 0);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_BUSY);
    assert_true(kit_outcome(&kit)->nothing_sent);
    assert_string_equal(kit_outcome(&kit)->reason, "the connection broke");
    kit_close(&kit);
}

static void a_lost_answer_is_unknown_even_after_its_first_line(void **state)
{
    static const int statuses[] = {0, 200, 201, 500};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_no_answer(&kit, HTTP_LOST, statuses[i]);
        assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
        assert_false(kit_outcome(&kit)->nothing_sent);
        kit_close(&kit);
    }
}

static void a_refusal_counts_though_its_body_broke_off(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    kit_no_answer(&kit, HTTP_LOST, 429);
    assert_int_equal(kit_outcome(&kit)->hold, HOLD_RATE_LIMIT);
    kit_close(&kit);
}

static void retry_after_is_read_in_seconds_and_as_a_date(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    kit.retry_after = "17";
    kit_answer(&kit, 429, "slow down");
    assert_int_equal(kit_outcome(&kit)->retry_after_ms, 17000);
    kit_close(&kit);

    open_and_begin(&kit);
    kit.retry_after = "Sun, 22 Nov 2026 09:01:00 GMT";
    kit_answer(&kit, 429, "slow down");
    assert_int_equal(kit_outcome(&kit)->retry_after_ms, 60000);
    kit_close(&kit);

    open_and_begin(&kit);
    kit.retry_after = "0";
    kit_answer(&kit, 429, "slow down");
    assert_int_equal(kit_outcome(&kit)->retry_after_ms, 1000);
    kit_close(&kit);
}

static void a_refusal_says_what_zendesk_says(void **state)
{
    struct kit kit;

    (void)state;
    open_and_begin(&kit);
    kit_answer(&kit, 422, "{\"message\":\"Missing required field: type\"}");
    assert_string_equal(kit_outcome(&kit)->reason,
                        "Zendesk refuses the message; it says: Missing "
                        "required field: type");
    kit_close(&kit);
}

static void a_refusal_never_repeats_what_the_sender_wrote(void **state)
{
    static const char *const bodies[] = {
        "{\"message\":\"ada@example.com is not valid\"}",
        "{\"error\":\"bad name Ada Lovelace\"}",
        "{\"description\":\"Where is my order? is too short\"}",
        "{\"message\":\"phone +49 30 123456 is not valid\"}",
        "{\"message\":\"two\\nlines\"}",
        "{\"message\":\"red \\u001b[31m\"}",
        "{\"message\":\"red \\u009b31m\"}",
        "{\"message\":[\"a list\"]}",
        "not JSON",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct kit kit;

        open_and_begin(&kit);
        kit_answer(&kit, 400, bodies[i]);
        assert_null(strstr(kit_outcome(&kit)->reason, "it says"));
        kit_close(&kit);
    }
}

static void an_erased_message_is_refused_without_a_post(void **state)
{
    struct kit kit;

    (void)state;
    kit_open(&kit, &deliver_stage, 1);
    alloc_replace(&kit.items[0].submission.message, NULL);
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_REFUSED);
    assert_true(kit_outcome(&kit)->nothing_sent);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_post_is_the_stored_message_and_leaves_once),
        cmocka_unit_test(each_status_means_what_the_table_says),
        cmocka_unit_test(a_created_chat_is_done_with_its_id_as_text_or_number),
        cmocka_unit_test(
            created_without_a_readable_id_is_unknown_never_sent_again),
        cmocka_unit_test(the_chat_of_another_message_is_not_taken_for_its_own),
        cmocka_unit_test(a_refusal_that_shows_the_created_chat_is_not_believed),
        cmocka_unit_test(what_was_not_sent_is_busy_and_proves_it),
        cmocka_unit_test(a_lost_answer_is_unknown_even_after_its_first_line),
        cmocka_unit_test(a_refusal_counts_though_its_body_broke_off),
        cmocka_unit_test(retry_after_is_read_in_seconds_and_as_a_date),
        cmocka_unit_test(a_refusal_says_what_zendesk_says),
        cmocka_unit_test(a_refusal_never_repeats_what_the_sender_wrote),
        cmocka_unit_test(an_erased_message_is_refused_without_a_post),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
