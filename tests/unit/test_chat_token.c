/* The refresh of a token: the question, and what an answer is worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chat/chat_token.h"

#include "base/banned.h"

#define BASE "https://acme.zendesk.com"

static void the_question_is_a_form_that_leaves_once(void **state)
{
    struct secret client = {0}, refresh = {0};
    struct chat_refresh wanted = {
        .base_url = BASE,
        .client_id = "me & co",
        .scope = "read chat",
        .client_secret = &client,
        .refresh_token = &refresh,
        .timeout_ms = 12000,
    };
    struct http_request request;

    (void)state;
    secret_set(&client, "s/1", 3);
    secret_set(&refresh, "r+1", 3);
    chat_request_token(&request, &wanted);
    assert_string_equal(request.method, "POST");
    assert_string_equal(request.url, BASE "/oauth2/chat/token");
    assert_string_equal(
        request.body, "grant_type=refresh_token&refresh_token=r%2B1&client_id="
                      "me%20%26%20co&client_secret=s%2F1&scope=read%20chat");
    assert_int_equal(request.body_len, strlen(request.body));
    assert_string_equal(http_headers_find(&request.headers, "Content-Type"),
                        "application/x-www-form-urlencoded");
    assert_null(http_headers_find(&request.headers, "Authorization"));
    assert_int_equal(request.timeout_ms, 12000);
    assert_true(request.once);
    http_request_clear(&request);
    secret_clear(&client);
    secret_clear(&refresh);
}

static bool read_text(const char *body, struct chat_token *token)
{
    return chat_read_token(body, strlen(body), token);
}

static void an_answer_has_the_token_and_its_successor(void **state)
{
    struct chat_token token;

    (void)state;
    assert_true(read_text("{\"access_token\":\"a\",\"token_type\":\"Bearer\","
                          "\"refresh_token\":\"r\",\"expires_in\":7200}",
                          &token));
    assert_string_equal(token.access.bytes, "a");
    assert_string_equal(token.refresh.bytes, "r");
    assert_int_equal(token.lifetime_ms, 7200000);
    chat_token_clear(&token);
}

static void what_an_answer_leaves_out_is_not_made_up(void **state)
{
    struct chat_token token;

    (void)state;
    assert_true(read_text("{\"access_token\":\"a\"}", &token));
    assert_false(secret_present(&token.refresh));
    assert_int_equal(token.lifetime_ms, 0);
    chat_token_clear(&token);
}

static void a_lifetime_is_believed_for_a_year_at_most(void **state)
{
    struct chat_token token;

    (void)state;
    assert_true(read_text("{\"access_token\":\"a\","
                          "\"expires_in\":9223372036854775807}",
                          &token));
    assert_int_equal(token.lifetime_ms, INT64_C(366) * 86400000);
    chat_token_clear(&token);
}

static void what_cannot_be_a_token_is_none(void **state)
{
    static const char *const bodies[] = {
        "",
        "[]",
        "<html>",
        "{}",
        "{\"access_token\":\"\"}",
        "{\"access_token\":7}",
        "{\"access_token\":\"a b\"}",
        "{\"access_token\":\"a\\r\\nX: y\"}",
        "{\"access_token\":\"\\u00e4\"}",
        "{\"access_token\":\"a\",\"refresh_token\":\"b\\n\"}",
    };
    struct chat_token token;

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        if (read_text(bodies[i], &token))
            fail_msg("%s", bodies[i]);
}

static void a_refusal_is_called_by_its_code_and_by_nothing_else(void **state)
{
    static const char *const rows[][2] = {
        {"{\"error\":\"invalid_grant\",\"error_description\":\"x\"}",
         "invalid_grant"},
        {"{\"error\":\"token abc123 is unknown\"}", ""},
        {"{\"error\":{\"a\":1}}", ""},
        {"{\"error\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", ""},
        {"not JSON", ""},
    };
    char error[CHAT_TOKEN_ERROR_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        chat_read_token_error(rows[i][0], strlen(rows[i][0]), error);
        assert_string_equal(error, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_a_form_that_leaves_once),
        cmocka_unit_test(an_answer_has_the_token_and_its_successor),
        cmocka_unit_test(what_an_answer_leaves_out_is_not_made_up),
        cmocka_unit_test(a_lifetime_is_believed_for_a_year_at_most),
        cmocka_unit_test(what_cannot_be_a_token_is_none),
        cmocka_unit_test(a_refusal_is_called_by_its_code_and_by_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
