/* Requests to the Chats API, and the query that finds what we sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"

#include "base/banned.h"

#define BASE "https://acme.zendesk.com"
#define FROM INT64_C(1412832515000) /* 2014-10-09T05:28:35Z */
#define TO   INT64_C(1412832575001) /* 2014-10-09T05:29:35.001Z */

struct fixture {
    struct secret token;
    struct chat_endpoint endpoint;
    struct http_request request;
};

static int begin(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    secret_set(&fixture.token, "tok", 3);
    fixture.endpoint = (struct chat_endpoint){
        .base_url = BASE, .token = &fixture.token, .timeout_ms = 12000};
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    http_request_clear(&f->request);
    secret_clear(&f->token);
    return 0;
}

static const char *header(const struct fixture *f, const char *name)
{
    return http_headers_find(&f->request.headers, name);
}

static void create_posts_the_body_and_leaves_once(void **state)
{
    struct fixture *f = *state;

    chat_request_create(&f->request, &f->endpoint, "{\"message\":\"Hi\"}");
    assert_string_equal(f->request.method, "POST");
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats");
    assert_string_equal(f->request.body, "{\"message\":\"Hi\"}");
    assert_int_equal(f->request.body_len, 16);
    assert_true(f->request.once);
    assert_int_equal(f->request.timeout_ms, 12000);
    assert_true(f->request.max_answer > 65536);
    assert_string_equal(header(f, "Authorization"), "Bearer tok");
    assert_string_equal(header(f, "Content-Type"), "application/json");
    assert_string_equal(header(f, "Accept"), "application/json");
    assert_string_equal(header(f, "User-Agent"),
                        "afterhours/" AFTERHOURS_VERSION);
}

static void without_a_token_there_is_no_authorization(void **state)
{
    struct fixture *f = *state;

    secret_clear(&f->token);
    chat_request_show(&f->request, &f->endpoint, "1");
    assert_null(header(f, "Authorization"));
}

static void search_encodes_the_query_and_numbers_the_page(void **state)
{
    struct fixture *f = *state;

    chat_request_search(&f->request, &f->endpoint, "a b&c=\"d\"+:[* TO *]", 1);
    assert_string_equal(f->request.method, "GET");
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/chats/search?q="
                             "a%20b%26c%3D%22d%22%2B%3A%5B%2A%20TO%20%2A%5D");
    assert_false(f->request.once);
    http_request_clear(&f->request);
    chat_request_search(&f->request, &f->endpoint, "x", 250);
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/chats/search?q=x&page=250");
}

static void ids_are_joined_by_commas_and_encoded_one_by_one(void **state)
{
    static const char *const ids[] = {"2104.1.SW4", "a/b?c,d", "7"};
    struct fixture *f = *state;

    chat_request_ids(&f->request, &f->endpoint, ids, 3);
    assert_string_equal(f->request.url, BASE
                        "/api/v2/chat/chats?ids=2104.1.SW4,a%2Fb%3Fc%2Cd,7");
}

static void an_id_cannot_leave_its_place_in_the_path(void **state)
{
    struct fixture *f = *state;

    chat_request_show(&f->request, &f->endpoint, "../../x?y#z%");
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/chats/..%2F..%2Fx%3Fy%23z%25");
}

static void expect_query(const struct chat_sent *sent, const char *expected)
{
    struct buf out;

    buf_init(&out, 4096);
    chat_query_sent(&out, sent, FROM, TO);
    assert_string_equal(buf_str(&out), expected);
    buf_clear(&out);
}

#define WHEN " AND timestamp:[2014-10-09T05:28:35Z TO 2014-10-09T05:29:36Z]"

static void what_we_sent_is_searched_by_email_first(void **state)
{
    const struct chat_sent sent = {
        .email = "joe@example.com", .name = "Joe", .first_words = "Hi"};

    (void)state;
    expect_query(&sent,
                 "type:offline_msg AND visitor_email:joe@example.com" WHEN);
}

static void then_by_name_then_by_words_then_by_time(void **state)
{
    const struct chat_sent name = {.name = "Joe Doe", .first_words = "Hi"};
    const struct chat_sent words = {.first_words = "Hi there!"};
    const struct chat_sent nothing = {.first_words = "!!", .name = " "};

    (void)state;
    expect_query(&name, "type:offline_msg AND visitor_name:\"Joe Doe\"" WHEN);
    expect_query(&words, "type:offline_msg AND \"Hi there!\"" WHEN);
    expect_query(&nothing, "type:offline_msg" WHEN);
}

static void a_value_cannot_break_out_of_the_query(void **state)
{
    const struct chat_sent quotes = {.name = "\"a\" OR type:chat \\\" b"};
    const struct chat_sent word = {.name = "AND"};
    const struct chat_sent minus = {.name = "-joe"};
    const struct chat_sent range = {.name = "[* TO *]x"};
    const struct chat_sent control = {.first_words = "\n a\r\n\tb\x01"
                                                     "c "};

    (void)state;
    expect_query(&quotes, "type:offline_msg AND visitor_name:"
                          "\"a OR type:chat b\"" WHEN);
    expect_query(&word, "type:offline_msg AND visitor_name:\"AND\"" WHEN);
    expect_query(&minus, "type:offline_msg AND visitor_name:\"-joe\"" WHEN);
    expect_query(&range,
                 "type:offline_msg AND visitor_name:\"[* TO *]x\"" WHEN);
    expect_query(&control, "type:offline_msg AND \"a b c\"" WHEN);
}

static void an_address_that_cannot_be_quoted_is_not_searched_for(void **state)
{
    const struct chat_sent quoted = {.email = "\"a b\"@example.com",
                                     .name = "Joe"};
    const struct chat_sent odd = {.email = "o'neil+x@example.com"};

    (void)state;
    expect_query(&quoted, "type:offline_msg AND visitor_name:Joe" WHEN);
    expect_query(&odd, "type:offline_msg AND visitor_email:"
                       "\"o'neil+x@example.com\"" WHEN);
}

static void a_list_goes_on_where_it_was_told(void **state)
{
    static const struct chat_next cursor = {CHAT_NEXT_CURSOR, "a/b= c"};
    static const struct chat_next page = {CHAT_NEXT_PAGE, "3"};
    struct fixture *f = *state;

    chat_request_list(&f->request, &f->endpoint, NULL);
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats");
    http_request_clear(&f->request);
    chat_request_list(&f->request, &f->endpoint, &cursor);
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/chats?cursor=a%2Fb%3D%20c");
    http_request_clear(&f->request);
    chat_request_list(&f->request, &f->endpoint, &page);
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats?page=3");
}

static void update_puts_the_members(void **state)
{
    struct fixture *f = *state;

    chat_request_update(&f->request, &f->endpoint, "a/b", "{\"unread\":false}");
    assert_string_equal(f->request.method, "PUT");
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats/a%2Fb");
    assert_string_equal(f->request.body, "{\"unread\":false}");
    assert_string_equal(header(f, "Content-Type"), "application/json");
    assert_false(f->request.once);
}

static void delete_names_one_or_many(void **state)
{
    static const char *const ids[] = {"a b", "2"};
    struct fixture *f = *state;

    chat_request_delete(&f->request, &f->endpoint, "a?");
    assert_string_equal(f->request.method, "DELETE");
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats/a%3F");
    http_request_clear(&f->request);
    chat_request_delete_ids(&f->request, &f->endpoint, ids, 2);
    assert_string_equal(f->request.method, "DELETE");
    assert_string_equal(f->request.url, BASE "/api/v2/chat/chats?ids=a%20b,2");
}

static void changes_begin_at_a_position(void **state)
{
    static const struct chat_position from = {1412832515, ""};
    static const struct chat_position behind = {1412832515, "x&y"};
    struct fixture *f = *state;

    chat_request_changes(&f->request, &f->endpoint, &from, NULL, 1000);
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/incremental/chats?"
                             "start_time=1412832515&limit=1000");
    http_request_clear(&f->request);
    chat_request_changes(&f->request, &f->endpoint, &behind, "id,message", 5);
    assert_string_equal(f->request.url,
                        BASE "/api/v2/chat/incremental/chats?"
                             "start_time=1412832515&start_id=x%26y&"
                             "fields=id%2Cmessage&limit=5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(create_posts_the_body_and_leaves_once,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            without_a_token_there_is_no_authorization, begin, end),
        cmocka_unit_test_setup_teardown(
            search_encodes_the_query_and_numbers_the_page, begin, end),
        cmocka_unit_test_setup_teardown(
            ids_are_joined_by_commas_and_encoded_one_by_one, begin, end),
        cmocka_unit_test_setup_teardown(
            an_id_cannot_leave_its_place_in_the_path, begin, end),
        cmocka_unit_test(what_we_sent_is_searched_by_email_first),
        cmocka_unit_test(then_by_name_then_by_words_then_by_time),
        cmocka_unit_test(a_value_cannot_break_out_of_the_query),
        cmocka_unit_test(an_address_that_cannot_be_quoted_is_not_searched_for),
        cmocka_unit_test_setup_teardown(a_list_goes_on_where_it_was_told, begin,
                                        end),
        cmocka_unit_test_setup_teardown(update_puts_the_members, begin, end),
        cmocka_unit_test_setup_teardown(delete_names_one_or_many, begin, end),
        cmocka_unit_test_setup_teardown(changes_begin_at_a_position, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
