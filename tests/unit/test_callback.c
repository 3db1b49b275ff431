/* What a website's server is told, how it is signed, what its answers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/alloc.h"
#include "callback/callback.h"
#include "callback/signature.h"
#include "stage_kit.h"

#include "base/banned.h"

#define NEWS_ID    "support-01JABCDEF0123456789ABCDEFG.3"
#define WEBHOOK_ID "support-01JABCDEF0123456789ABCDEFG_3"

static struct secret secrets[2];

static void open_news(struct kit *kit, const char *event, enum state told)
{
    struct submission *news;

    kit_open(kit, &callback_stage, 1);
    news = &kit->items[0].submission;
    news->kind = SUBMISSION_NEWS;
    snprintf(news->id, sizeof(news->id), "%s", NEWS_ID);
    snprintf(news->of, sizeof(news->of), "support-01JABCDEF0123456789ABCDEFG");
    news->event = alloc_text(event);
    news->news_state = told;
    news->news_at = KIT_NOW - 1234;
    alloc_replace(&news->message, NULL);
    kit->form.callback.url = alloc_text("https://www.example.com/hooks");
    kit->form.callback.secrets = secrets;
    kit->form.callback.secret_count = 1;
    kit->destination.ticket_url =
        alloc_text("https://{subdomain}.zendesk.com/hc/requests/{id}");
    kit->destination.agent_url =
        alloc_text("https://{subdomain}.zendesk.com/agent/tickets/{id}");
}

static void open_linked(struct kit *kit)
{
    struct submission *news = &kit->items[0].submission;

    open_news(kit, "submission.linked", STATE_LINKED);
    news->chat_id = alloc_text("2104.1.x");
    news->ticket_id = 83;
    news->reference = alloc_text("order \"12\"");
}

static int set_up(void **state)
{
    (void)state;
    secret_set(&secrets[0], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38);
    secret_set(&secrets[1], "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4", 38);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    secret_clear(&secrets[0]);
    secret_clear(&secrets[1]);
    return 0;
}

static void a_linked_message_is_told_with_all_that_is_known(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    kit_begin(&kit);
    assert_string_equal(
        kit.step.request.body,
        "{\"type\":\"submission.linked\","
        "\"timestamp\":\"2026-11-22T08:59:58.766Z\",\"data\":{"
        "\"id\":\"support-01JABCDEF0123456789ABCDEFG\",\"form\":\"contact\","
        "\"state\":\"linked\",\"sequence\":3,\"chat_id\":\"2104.1.x\","
        "\"zendesk_ticket_id\":83,"
        "\"ticket_url\":\"https://acme.zendesk.com/hc/requests/83\","
        "\"agent_url\":\"https://acme.zendesk.com/agent/tickets/83\","
        "\"reference\":\"order \\\"12\\\"\"}}");
    assert_int_equal(kit.step.request.body_len, strlen(kit.step.request.body));
    kit_close(&kit);
}

static void a_failed_message_is_told_without_what_it_has_not(void **state)
{
    struct kit kit;
    json_t *root;

    (void)state;
    open_news(&kit, "submission.failed", STATE_FAILED);
    kit_begin(&kit);
    root = json_loads(kit.step.request.body, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(root, "type")),
                        "submission.failed");
    assert_int_equal(json_object_size(json_object_get(root, "data")), 4);
    json_decref(root);
    kit_close(&kit);
}

static void it_goes_to_public_addresses_only_unless_allowed(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    kit.form.callback.allow_networks = alloc_text("10.0.0.0/8");
    kit_begin(&kit);
    assert_string_equal(kit.step.request.method, "POST");
    assert_string_equal(kit.step.request.url, "https://www.example.com/hooks");
    assert_true(kit.step.request.public_only);
    assert_string_equal(kit.step.request.networks, "10.0.0.0/8");
    kit_close(&kit);
}

static void its_time_is_fifteen_seconds_or_half_the_lease(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    kit.destination.lease_ms = 60000;
    kit_begin(&kit);
    assert_int_equal(kit.step.request.timeout_ms, 15000);
    kit_close(&kit);

    open_linked(&kit);
    kit.destination.lease_ms = 4000;
    kit_begin(&kit);
    assert_int_equal(kit.step.request.timeout_ms, 2000);
    kit_close(&kit);
}

static void the_headers_are_those_of_standard_webhooks(void **state)
{
    struct signed_message message = {
        .id = WEBHOOK_ID,
        .timestamp = KIT_NOW / 1000,
    };
    struct kit kit;
    struct buf expected;

    (void)state;
    open_linked(&kit);
    kit.form.callback.secret_count = 2;
    kit.turn.now = KIT_NOW + 999;
    kit_begin(&kit);
    message.body = kit.step.request.body;
    message.body_len = kit.step.request.body_len;
    buf_init(&expected, 1000);
    assert_true(signature_add(&expected, &secrets[0], &message));
    assert_true(signature_add(&expected, &secrets[1], &message));
    assert_string_equal(kit_header(&kit, "webhook-id"), WEBHOOK_ID);
    assert_string_equal(kit_header(&kit, "webhook-timestamp"), "1795338000");
    assert_string_equal(kit_header(&kit, "webhook-signature"),
                        buf_str(&expected));
    assert_string_equal(kit_header(&kit, "content-type"), "application/json");
    buf_clear(&expected);
    kit_close(&kit);
}

static void each_try_has_the_same_id_and_a_time_of_its_own(void **state)
{
    struct kit kit;
    int64_t at;

    (void)state;
    for (at = KIT_NOW; at <= KIT_NOW + 60000; at += 60000) {
        char seconds[24];

        open_linked(&kit);
        kit.turn.now = at;
        kit_begin(&kit);
        snprintf(seconds, sizeof(seconds), "%lld", (long long)(at / 1000));
        assert_string_equal(kit_header(&kit, "webhook-id"), WEBHOOK_ID);
        assert_string_equal(kit_header(&kit, "webhook-timestamp"), seconds);
        kit_close(&kit);
    }
}

static void each_status_means_what_the_table_says(void **state)
{
    /* clang-format off */
    static const struct {
        int status; enum outcome_kind kind;
    } rows[] = {
        { 200, OUTCOME_DONE },
        { 204, OUTCOME_DONE },
        { 301, OUTCOME_BUSY },
        { 400, OUTCOME_BUSY },
        { 401, OUTCOME_BUSY },
        { 404, OUTCOME_BUSY },
        { 410, OUTCOME_REFUSED },
        { 429, OUTCOME_BUSY },
        { 500, OUTCOME_BUSY },
        { 503, OUTCOME_BUSY },
        { 777, OUTCOME_BUSY },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit kit;

        open_linked(&kit);
        kit_begin(&kit);
        kit_answer(&kit, rows[i].status, "whatever");
        assert_int_equal(kit_outcome(&kit)->kind, rows[i].kind);
        assert_int_equal(kit_outcome(&kit)->status, rows[i].status);
        assert_int_equal(kit_outcome(&kit)->hold, HOLD_NONE);
        kit_close(&kit);
    }
}

static void a_receiver_may_ask_for_time(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    kit_begin(&kit);
    kit.retry_after = "120";
    kit_answer(&kit, 503, "");
    assert_int_equal(kit_outcome(&kit)->retry_after_ms, 120000);
    kit_close(&kit);
}

static void what_was_not_heard_is_told_again(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    kit_begin(&kit);
    kit_no_answer(&kit, HTTP_LOST, 0);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_UNKNOWN);
    kit_close(&kit);

    open_linked(&kit);
    kit_begin(&kit);
    kit_no_answer(&kit, HTTP_NOT_SENT, 0);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_BUSY);
    kit_close(&kit);
}

static void without_a_callback_any_more_it_is_refused(void **state)
{
    struct kit kit;

    (void)state;
    open_linked(&kit);
    alloc_replace(&kit.form.callback.url, NULL);
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_REFUSED);
    kit_close(&kit);

    open_linked(&kit);
    kit.turn.form = NULL;
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_REFUSED);
    kit_close(&kit);
}

static void nothing_unsigned_or_too_long_leaves(void **state)
{
    struct kit kit;
    struct buf longest;

    (void)state;
    open_linked(&kit);
    kit.form.callback.secret_count = 0;
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_REFUSED);
    kit_close(&kit);

    buf_init(&longest, 30000);
    while (longest.len < 20000)
        buf_char(&longest, 'x');
    open_linked(&kit);
    alloc_replace(&kit.items[0].submission.reference, buf_str(&longest));
    kit_begin(&kit);
    assert_int_equal(kit_outcome(&kit)->kind, OUTCOME_REFUSED);
    kit_close(&kit);
    buf_clear(&longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linked_message_is_told_with_all_that_is_known),
        cmocka_unit_test(a_failed_message_is_told_without_what_it_has_not),
        cmocka_unit_test(it_goes_to_public_addresses_only_unless_allowed),
        cmocka_unit_test(its_time_is_fifteen_seconds_or_half_the_lease),
        cmocka_unit_test(the_headers_are_those_of_standard_webhooks),
        cmocka_unit_test(each_try_has_the_same_id_and_a_time_of_its_own),
        cmocka_unit_test(each_status_means_what_the_table_says),
        cmocka_unit_test(a_receiver_may_ask_for_time),
        cmocka_unit_test(what_was_not_heard_is_told_again),
        cmocka_unit_test(without_a_callback_any_more_it_is_refused),
        cmocka_unit_test(nothing_unsigned_or_too_long_leaves),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
