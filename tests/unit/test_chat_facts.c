/* What a store learns of a chat: from its object, and skimmed from its JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "chat/chat_document.h"
#include "chat/chat_skim.h"
#include "json_file.h"

#include "base/banned.h"

static int64_t at(const char *text)
{
    int64_t at;

    assert_true(clock_parse(text, 0, &at));
    return at;
}

/* Both ways; checked by the same questions. */
static void both_ways(json_t *chat, void (*check)(const struct chat_facts *f))
{
    char *text = json_dumps(chat, JSON_ENSURE_ASCII);
    struct chat_skim skim = {0};
    struct chat_facts facts;
    struct error err;

    assert_true(chat_skim_read(&skim, text, strlen(text), &facts));
    check(&facts);
    assert_true(chat_document_shape(chat, &err));
    chat_facts_read(chat, &facts);
    check(&facts);
    chat_facts_clear(&facts);
    chat_skim_clear(&skim);
    free(text);
    json_decref(chat);
}

static void check_offline(const struct chat_facts *facts)
{
    assert_string_equal(facts->id, "123");
    assert_string_equal(facts->type, "offline_msg");
    assert_int_equal(facts->kind, CHAT_KIND_OFFLINE_MSG);
    assert_string_equal(facts->session_id, "141009.655464.1KhqS0Nw");
    assert_string_equal(facts->name, "John");
    assert_string_equal(facts->preview, "Hi there!");
    assert_true(facts->at == at("2014-10-09T05:28:35Z"));
    assert_true(facts->end_at == at("2014-10-09T05:46:47Z"));
    assert_true(facts->updated_at == facts->end_at);
    assert_true(facts->ticket_id == 83);
    assert_false(facts->unread);
    assert_string_equal(facts->subject.texts[0], "Hi there!");
    assert_null(facts->subject.texts[1]);
    assert_null(facts->subject.agent_names[0]);
}

static void an_offline_message_tells_its_facts(void **state)
{
    (void)state;
    both_ways(json_file("offline_message"), check_offline);
}

static void check_support(const struct chat_facts *facts)
{
    assert_int_equal(facts->kind, CHAT_KIND_CHAT);
    assert_string_equal(facts->preview, "hello");
    assert_string_equal(facts->subject.type, "chat");
    assert_string_equal(facts->subject.rating, "good");
    assert_string_equal(facts->subject.visitor_name, "Visitor 7");
    assert_string_equal(facts->subject.texts[0], "hello");
    assert_string_equal(facts->subject.texts[1], "Great customer experience!");
    assert_null(facts->subject.texts[2]);
    assert_string_equal(facts->subject.agent_names[0], "John");
    assert_null(facts->subject.agent_names[1]);
    assert_true(facts->subject.end_at == at("2014-10-09T05:46:47Z"));
}

static void a_support_chat_tells_what_was_said_and_by_whom(void **state)
{
    (void)state;
    both_ways(json_file("support_chat"), check_support);
}

static void check_ended(const struct chat_facts *facts)
{
    assert_true(facts->at == at("2014-10-09T05:28:35Z"));
    assert_true(facts->end_at == facts->at + 913000);
    assert_true(facts->updated_at == at("2014-10-10T00:00:00Z"));
    assert_string_equal(facts->id, "77");
    assert_true(facts->unread);
}

static void
without_an_end_of_the_session_its_duration_tells_the_end(void **state)
{
    (void)state;
    both_ways(json_pack("{s:i, s:s, s:s, s:s, s:{s:s}, s:i}", "id", 77,
                        "timestamp", "2014-10-09T05:28:35+00:00Z", "duration",
                        "913", "update_timestamp", "2014-10-10 02:00:00+02:00",
                        "session", "end_date", "2014-09-31T00:00:00Z", "unread",
                        1),
              check_ended);
}

static void check_bare(const struct chat_facts *facts)
{
    assert_string_equal(facts->id, "x");
    assert_string_equal(facts->type, "");
    assert_string_equal(facts->email, "");
    assert_string_equal(facts->preview, "");
    assert_int_equal(facts->kind, CHAT_KIND_CHAT);
    assert_true(facts->at == SEARCH_NEVER && facts->end_at == SEARCH_NEVER &&
                facts->updated_at == SEARCH_NEVER);
    assert_true(facts->ticket_id == 0);
    assert_null(facts->subject.texts[0]);
}

static void a_bare_chat_tells_nothing_and_breaks_nothing(void **state)
{
    (void)state;
    both_ways(json_pack("{s:s}", "id", "x"), check_bare);
    both_ways(json_pack("{s:s, s:[], s:n, s:s, s:[s, n, {}], s:{s:s}}", "id",
                        "x", "visitor", "session", "timestamp", "yesterday",
                        "history", "a", "agent_names", "0", "Tom"),
              check_bare);
}

static void check_escaped(const struct chat_facts *facts)
{
    assert_string_equal(facts->preview, "\"\\/\b\f\n\r\t \xc3\xbc \xe6\x97\xa5 "
                                        "\xf0\x9f\x98\x80");
    assert_string_equal(facts->name, "J\xc3\xbcrgen");
    assert_int_equal(facts->kind, CHAT_KIND_OFFLINE_MSG);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    both_ways(json_pack("{s:s, s:s, s:{s:s}}", "id", "1", "message",
                        "\"\\/\b\f\n\r\t \xc3\xbc \xe6\x97\xa5 "
                        "\xf0\x9f\x98\x80",
                        "visitor", "name", "J\xc3\xbcrgen"),
              check_escaped);
}

/* clang-format off */
static const char *const broken[] = {
    "", " ", "[]", "1", "{", "{}x", "{} {}", "{\"id\"", "{\"id\":", "{\"id\":}",
    "{\"id\":\"x\"", "{\"id\":\"x\",}", "{\"id\" \"x\"}", "{id:1}",
    "{\"id\":\"\\x\"}", "{\"id\":\"\\u12\"}", "{\"id\":\"\\ud800\"}",
    "{\"id\":\"\\ud800\\u0041\"}", "{\"id\":\"\\udc00\"}", "{\"id\":\"\\",
    "{\"a\":[1,2}", "{\"a\":]}", "{\"a\":,}", "{\"history\":[{\"msg\":1]}",
    "{\"history\":[1", "{\"visitor\":{\"name\":\"x\"", "{\"a\":\"\\",
};
/* clang-format on */

static void broken_json_is_never_skimmed_beyond_its_end(void **state)
{
    struct chat_skim skim = {0};
    struct chat_facts facts;

    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        size_t len = strlen(broken[i]);
        char *copy = malloc(len + 1); /* one too many: for malloc(0) */

        memcpy(copy + 1, broken[i], len);
        if (chat_skim_read(&skim, copy + 1, len, &facts) &&
            strchr(broken[i], ']') == NULL)
            fail_msg("%s", broken[i]);
        free(copy);
    }
    chat_skim_clear(&skim);
}

static void one_memory_serves_many_chats(void **state)
{
    struct chat_skim skim = {0};
    struct chat_facts facts;
    char body[4096];
    const char *shorter = "{\"message\":\"short\",\"visitor\":{}}";

    (void)state;
    memset(body, 'x', sizeof(body));
    memcpy(body, "{\"message\":\"", 12);
    memcpy(body + sizeof(body) - 3, "\"}", 3);
    assert_true(chat_skim_read(&skim, body, sizeof(body) - 1, &facts));
    assert_int_equal(strlen(facts.preview), sizeof(body) - 15);
    assert_true(chat_skim_read(&skim, shorter, strlen(shorter), &facts));
    assert_string_equal(facts.preview, "short");
    assert_string_equal(facts.id, "");
    chat_skim_clear(&skim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offline_message_tells_its_facts),
        cmocka_unit_test(a_support_chat_tells_what_was_said_and_by_whom),
        cmocka_unit_test(
            without_an_end_of_the_session_its_duration_tells_the_end),
        cmocka_unit_test(a_bare_chat_tells_nothing_and_breaks_nothing),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(broken_json_is_never_skimmed_beyond_its_end),
        cmocka_unit_test(one_memory_serves_many_chats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
