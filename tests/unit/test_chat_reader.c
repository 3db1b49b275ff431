/* Zendesk Chat's answers, with every oddity that has been seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "chat/chat_pages.h"
#include "chat/chat_reader.h"
#include "json_file.h"

#include "base/banned.h"

static bool created(const char *body, struct chat_row *row)
{
    return chat_read_created(body, strlen(body), row);
}

static void the_id_of_a_created_chat_is_text_or_number(void **state)
{
    struct chat_row row;

    (void)state;
    assert_true(created("{\"id\":\"2104.10414779.SW4WsbJTqVJsF\"}", &row));
    assert_string_equal(row.id, "2104.10414779.SW4WsbJTqVJsF");
    assert_string_equal(row.session_id, "");
    assert_true(
        created("{\"id\":7282618889231,\"session\":{\"id\":\"s\"}}", &row));
    assert_string_equal(row.id, "7282618889231");
    assert_string_equal(row.session_id, "s");
}

static void a_chat_is_known_by_the_id_its_session_bears(void **state)
{
    static const char ours[] = "support-01JABCDEF0123456789ABCD000";
    struct chat_row row = {.session_id = "support-01JABCDEF0123456789ABCD000"};

    (void)state;
    assert_true(chat_row_of(&row, ours));
    assert_false(chat_row_of_another(&row, ours));
    memcpy(row.session_id + strlen(ours) - 4,
           "\xff"
           "2 4",
           4);
    assert_true(chat_row_of(&row, ours));
    memcpy(row.session_id + strlen(ours) - 5, "12345", 5);
    assert_false(chat_row_of(&row, ours));
    assert_true(chat_row_of_another(&row, ours));
    memcpy(row.session_id, "10414779.13Ja", sizeof("10414779.13Ja"));
    assert_false(chat_row_of(&row, ours));
    assert_false(chat_row_of_another(&row, ours));
    row.session_id[0] = '\0';
    assert_false(chat_row_of_another(&row, ours));
}

static void a_created_answer_without_a_usable_id_is_told(void **state)
{
    /* clang-format off */
    static const char *const bodies[] = {
        "", "null", "[]", "{}", "{\"id\":null}", "{\"id\":\"\"}", "{\"id\":true}",
        "{\"id\":{}}", "{\"id\":-5}", "{\"id\":1.5}", "{\"id\":\"a b\"}",
        "{\"id\":\"a,b\"}", "{\"id\":\"a\\n\"}", "{\"id\":\"a\\u0000b\"}",
        "{\"id\":\"\xc3\xa9\"}", "{\"id\":\"1\"", "<html>502</html>",
        "{\"id\":99999999999999999999}", "{\"id\":\"..\"}",
    };
    /* clang-format on */
    struct chat_row row = {.id = "untouched"};
    char body[300];

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_false(created(bodies[i], &row));
    snprintf(body, sizeof(body), "{\"id\":\"%0*d\"}", CHAT_ID_MAX + 1, 1);
    assert_false(created(body, &row));
    assert_string_equal(row.id, "untouched");
    snprintf(body, sizeof(body), "{\"id\":\"%0*d\"}", CHAT_ID_MAX, 1);
    assert_true(created(body, &row));
    assert_int_equal(strlen(row.id), CHAT_ID_MAX);
}

static bool search(const char *body, struct chat_page *page)
{
    return chat_read_search(body, strlen(body), page);
}

static void a_page_of_results_gives_its_ids(void **state)
{
    struct chat_page page = {0};

    (void)state;
    assert_true(search("{\"count\":9,\"next_url\":null,\"prev_url\":null,"
                       "\"results\":[{\"id\":\"123\",\"preview\":\"Hi\","
                       "\"timestamp\":\"2014-10-15T16:31:25Z\","
                       "\"type\":\"chat\",\"url\":\"https://other/123\"},"
                       "null,{\"id\":456}]}",
                       &page));
    assert_int_equal(page.count, 2);
    assert_string_equal(page.ids[0], "123");
    assert_string_equal(page.ids[1], "456");
    assert_false(page.more);
    chat_page_clear(&page);
}

static void no_next_page_has_four_spellings(void **state)
{
    static const char *const last[] = {
        "{\"results\":[],\"next_url\":null}",
        "{\"results\":[],\"next_url\":\"null\"}",
        "{\"results\":[],\"next_url\":\"\"}",
        "{\"results\":[]}",
    };
    struct chat_page page = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++) {
        assert_true(search(last[i], &page));
        assert_false(page.more);
        chat_page_clear(&page);
    }
    assert_true(
        search("{\"results\":[],\"next_url\":\"https://x/?page=2\"}", &page));
    assert_true(page.more);
    chat_page_clear(&page);
}

static void an_answer_without_results_is_empty_only_if_it_says_so(void **state)
{
    struct chat_page page = {0};

    (void)state;
    assert_true(search("{\"count\":0,\"results\":null}", &page));
    assert_int_equal(page.count, 0);
    assert_true(search("{\"count\":0}", &page));
    assert_false(search("{\"count\":1,\"results\":null}", &page));
    assert_false(search("{}", &page));
    assert_false(search("{\"error\":\"try later\"}", &page));
    assert_false(search("{\"count\":0,\"results\":{}}", &page));
    assert_false(search("[]", &page));
    assert_false(search("<html></html>", &page));
    assert_false(search("", &page));
}

static void a_row_that_is_not_understood_spoils_the_page(void **state)
{
    struct chat_page page = {0};

    (void)state;
    assert_false(
        search("{\"results\":[{\"id\":\"1\"},{\"ID\":\"2\"}]}", &page));
    assert_false(search("{\"results\":[\"1\"]}", &page));
    assert_int_equal(page.count, 0);
    assert_null(page.ids);
}

/* Each "{}," would take a hundred bytes and more. */
static void an_answer_of_very_many_values_is_not_understood(void **state)
{
    struct chat_page page = {0};
    struct buf body;

    (void)state;
    buf_init(&body, 1 << 20);
    buf_text(&body, "{\"count\":0,\"more\":[\"a,{[\\\",{[\"");
    for (unsigned i = 0; i < 99990; i++)
        buf_text(&body, ",{}");
    buf_text(&body, "]}");
    assert_true(search(buf_str(&body), &page));
    body.len -= 2;
    for (unsigned i = 0; i < 10; i++)
        buf_text(&body, ",{}");
    buf_text(&body, "]}");
    assert_false(search(buf_str(&body), &page));
    buf_clear(&body);
}

static bool docs(const char *body, struct chat_rows *rows)
{
    return chat_read_docs(body, strlen(body), rows);
}

static void docs_come_as_a_map_by_id(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(
        docs("{\"count\":24,\"docs\":{\"100\":{\"zendesk_ticket_id\":83,"
             "\"session\":{\"id\":\"support-1\"},\"unread\":0},"
             "\"110\":{\"session\":{},\"webpath\":[[]]},"
             "\"120\":null}}",
             &rows));
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.list[0].id, "100");
    assert_string_equal(rows.list[0].session_id, "support-1");
    assert_int_equal(rows.list[0].ticket_id, 83);
    assert_string_equal(rows.list[1].id, "110");
    assert_string_equal(rows.list[1].session_id, "");
    assert_int_equal(rows.list[1].ticket_id, 0);
    chat_rows_clear(&rows);
}

static void a_chat_shown_under_the_id_of_another_is_left_out(void **state)
{
    struct chat_rows rows;

    (void)state;
    assert_true(docs("{\"docs\":{\"a\":{\"id\":\"b\"},\"c\":{\"id\":\"c\"},"
                     "\"7\":{\"id\":7},\"d\":{}}}",
                     &rows));
    assert_int_equal(rows.count, 3);
    assert_null(chat_rows_find(&rows, "a"));
    assert_null(chat_rows_find(&rows, "b"));
    assert_non_null(chat_rows_find(&rows, "c"));
    assert_non_null(chat_rows_find(&rows, "7"));
    assert_non_null(chat_rows_find(&rows, "d"));
    chat_rows_clear(&rows);
}

static void docs_come_as_an_array_too(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(docs("{\"docs\":[null,{\"id\":7,\"zendesk_ticket_id\":\"84\"},"
                     "{\"zendesk_ticket_id\":85},"
                     "{\"id\":\"8\",\"session\":{\"id\":141009}}]}",
                     &rows));
    assert_int_equal(rows.count, 2);
    assert_string_equal(rows.list[0].id, "7");
    assert_int_equal(rows.list[0].ticket_id, 84);
    assert_string_equal(rows.list[1].id, "8");
    assert_string_equal(rows.list[1].session_id, "141009");
    chat_rows_clear(&rows);
}

static void tickets_have_64_bits_and_nonsense_is_no_ticket(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(docs("{\"docs\":{"
                     "\"a\":{\"zendesk_ticket_id\":9007199254740993},"
                     "\"b\":{\"zendesk_ticket_id\":-1},"
                     "\"c\":{\"zendesk_ticket_id\":null},"
                     "\"d\":{\"zendesk_ticket_id\":\"none\"},"
                     "\"e\":{\"zendesk_ticket_id\":83.0},"
                     "\"f\":{\"zendesk_ticket_id\":83.5}}}",
                     &rows));
    assert_int_equal(rows.count, 6);
    assert_true(rows.list[0].ticket_id == INT64_C(9007199254740993));
    assert_int_equal(rows.list[1].ticket_id, 0);
    assert_int_equal(rows.list[2].ticket_id, 0);
    assert_int_equal(rows.list[3].ticket_id, 0);
    assert_int_equal(rows.list[4].ticket_id, 83);
    assert_int_equal(rows.list[5].ticket_id, 0);
    chat_rows_clear(&rows);
}

static void a_number_beyond_64_bits_elsewhere_does_no_harm(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(docs("{\"docs\":{\"a\":{\"zendesk_ticket_id\":83,"
                     "\"department_id\":18446744073709551616}}}",
                     &rows));
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.list[0].ticket_id, 83);
    chat_rows_clear(&rows);
}

static void oddities_in_other_members_do_no_harm(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(docs("{\"count\":3,\"docs\":{\"1\":{"
                     "\"unread\":0,\"tags\":null,\"webpath\":[[],{}],"
                     "\"timestamp\":\"2014-09-31T08:25:09Z\","
                     "\"message\":\"a\\u0000b\",\"never_heard_of\":{},"
                     "\"session\":null,\"zendesk_ticket_id\":84}}}",
                     &rows));
    assert_int_equal(rows.count, 1);
    assert_string_equal(rows.list[0].session_id, "");
    assert_int_equal(rows.list[0].ticket_id, 84);
    chat_rows_clear(&rows);
}

static void an_answer_without_docs_is_empty_only_if_it_says_so(void **state)
{
    struct chat_rows rows = {0};

    (void)state;
    assert_true(docs("{\"count\":0,\"docs\":{}}", &rows));
    chat_rows_clear(&rows);
    assert_true(docs("{\"count\":0,\"docs\":[]}", &rows));
    chat_rows_clear(&rows);
    assert_true(docs("{\"count\":0,\"docs\":null}", &rows));
    chat_rows_clear(&rows);
    assert_false(docs("{\"count\":2,\"docs\":null}", &rows));
    assert_false(docs("{\"docs\":\"\"}", &rows));
    assert_false(docs("{\"message\":\"no\"}", &rows));
    assert_false(docs("Too many requests", &rows));
}

static bool sent(const char *body, struct chat_sent *out)
{
    return chat_read_sent(body, strlen(body), out);
}

static void a_sent_body_tells_what_to_search_for(void **state)
{
    struct chat_sent out;

    (void)state;
    assert_true(sent("{\"visitor\":{\"name\":\"Joe Doe\","
                     "\"email\":\"joe@example.com\"},\"message\":\"Hi there!\","
                     "\"session\":{\"id\":\"support-1\"}}",
                     &out));
    assert_string_equal(out.email, "joe@example.com");
    assert_string_equal(out.name, "Joe Doe");
    assert_string_equal(out.first_words, "Hi there!");
    assert_string_equal(out.session_id, "support-1");
    assert_true(sent("{}", &out));
    assert_string_equal(out.email, "");
    assert_string_equal(out.session_id, "");
    assert_false(sent("[]", &out));
    assert_false(sent("{", &out));
}

static void a_long_message_is_cut_between_words(void **state)
{
    struct chat_sent out;
    struct buf body;

    (void)state;
    buf_init(&body, 4096);
    buf_text(&body, "{\"message\":\"");
    for (int i = 0; i < 40; i++)
        buf_text(&body, "12345 ");
    buf_text(&body, "\"}");
    assert_true(chat_read_sent(body.data, body.len, &out));
    assert_int_equal(strlen(out.first_words), 125); /* 21 words */
    buf_clear(&body);
}

static void a_long_word_is_cut_between_characters(void **state)
{
    struct chat_sent out;
    struct buf body;

    (void)state;
    buf_init(&body, 4096);
    buf_text(&body, "{\"message\":\"a");
    for (int i = 0; i < 100; i++)
        buf_text(&body, "\xe6\x97\xa5");
    buf_text(&body, "\"}");
    assert_true(chat_read_sent(body.data, body.len, &out));
    assert_int_equal(strlen(out.first_words), 127); /* 1 + 42 of 3 */
    assert_int_equal((unsigned char)out.first_words[126], 0xa5);
    buf_clear(&body);
}

static void an_address_too_long_is_no_address(void **state)
{
    struct chat_sent out;
    char body[512];

    (void)state;
    snprintf(body, sizeof(body), "{\"visitor\":{\"email\":\"%0*d@a.b\"}}", 320,
             1);
    assert_true(sent(body, &out));
    assert_string_equal(out.email, "");
}

/* An example of the reference as text; owned by the caller. */
static char *example(const char *name)
{
    json_t *root = json_file(name);
    char *text = json_dumps(root, 0);

    json_decref(root);
    return text;
}

static void the_example_answers_of_the_reference_are_read(void **state)
{
    char *search = example("search"), *docs = example("docs");
    char *list = example("list"), *chat = example("support_chat");
    struct chat_page page;
    struct chat_rows rows;
    struct chat_list chats;
    struct error err;
    struct chat_row row;

    (void)state;
    assert_true(chat_read_search(search, strlen(search), &page));
    assert_int_equal(page.count, 1);
    assert_string_equal(page.ids[0], "123");
    assert_false(page.more);
    assert_true(chat_read_docs(docs, strlen(docs), &rows));
    assert_int_equal(rows.count, 2);
    assert_non_null(chat_rows_find(&rows, "110"));
    assert_true(chat_list_read(list, strlen(list), &chats, &err));
    assert_int_equal(json_array_size(chats.items), 2);
    assert_int_equal(chats.next.kind, CHAT_NEXT_NONE);
    assert_true(chat_read_created(chat, strlen(chat), &row));
    assert_string_equal(row.id, "123");
    chat_page_clear(&page);
    chat_rows_clear(&rows);
    chat_list_clear(&chats);
    free(search);
    free(docs);
    free(list);
    free(chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_id_of_a_created_chat_is_text_or_number),
        cmocka_unit_test(a_created_answer_without_a_usable_id_is_told),
        cmocka_unit_test(a_chat_is_known_by_the_id_its_session_bears),
        cmocka_unit_test(a_chat_shown_under_the_id_of_another_is_left_out),
        cmocka_unit_test(a_page_of_results_gives_its_ids),
        cmocka_unit_test(no_next_page_has_four_spellings),
        cmocka_unit_test(an_answer_without_results_is_empty_only_if_it_says_so),
        cmocka_unit_test(a_row_that_is_not_understood_spoils_the_page),
        cmocka_unit_test(an_answer_of_very_many_values_is_not_understood),
        cmocka_unit_test(docs_come_as_a_map_by_id),
        cmocka_unit_test(docs_come_as_an_array_too),
        cmocka_unit_test(tickets_have_64_bits_and_nonsense_is_no_ticket),
        cmocka_unit_test(a_number_beyond_64_bits_elsewhere_does_no_harm),
        cmocka_unit_test(oddities_in_other_members_do_no_harm),
        cmocka_unit_test(an_answer_without_docs_is_empty_only_if_it_says_so),
        cmocka_unit_test(a_sent_body_tells_what_to_search_for),
        cmocka_unit_test(a_long_message_is_cut_between_words),
        cmocka_unit_test(a_long_word_is_cut_between_characters),
        cmocka_unit_test(an_address_too_long_is_no_address),
        cmocka_unit_test(the_example_answers_of_the_reference_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
