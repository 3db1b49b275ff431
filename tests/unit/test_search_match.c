/* Which chats match which queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "chat/search_match.h"

#include "base/banned.h"

#define AT INT64_C(1412832515000) /* 2014-10-09T05:28:35Z */

static const char *const agents[] = {"Thomas", "Ann Lee", NULL};
static const char *const texts[] = {"Hi there! How are you?",
                                    "I like\nchocolate, really.", NULL};
static const struct search_subject chat = {
    .type = "chat",
    .rating = "good",
    .visitor_name = "Harry J\xc3\xbcrgens",
    .visitor_email = "harry@example.com",
    .agent_names = agents,
    .texts = texts,
    .at = AT,
    .end_at = AT + 60000,
};

static bool matches(const char *text, const struct search_subject *subject)
{
    struct search_query query;
    struct error err;
    bool found;

    if (!search_query_parse(text, &query, &err))
        fail_msg("%s: %s", text, err.text);
    found = search_matches(&query, subject);
    search_query_clear(&query);
    return found;
}

/* clang-format off */
static const struct { const char *query; bool found; } rows[] = {
    { "chocolate", true }, { "CHOCOLATE", true }, { "choco", false },
    { "\"how are you\"", true }, { "\"how you\"", false },
    { "\"like chocolate\"", true }, { "\"chocolate really\"", true },
    { "\"there how\"", true }, { "\"you i\"", false },
    { "you?", true }, { "harry", true }, { "ann", true },
    { "visitor_name:harry", true }, { "visitor_name:j\xc3\xbcrgens", true },
    { "visitor_name:\"harry j\xc3\xbcrgens\"", true },
    { "visitor_name:jurgens", false }, { "visitor_name:chocolate", false },
    { "visitor_email:Harry@Example.com", true },
    { "visitor_email:arry@example.com", false },
    { "visitor_email:example.com", false },
    { "agent_names:lee", true }, { "agent_names:Thomas", true },
    { "agent_names:Tom", false }, { "agent_names:\"thomas ann\"", false },
    { "type:chat", true }, { "type:offline_msg", false },
    { "rating:good", true }, { "rating:bad", false },
    { "rating:* visitor_name:* visitor_email:* agent_names:* type:*", true },
    { "timestamp:2014-10-09", true }, { "timestamp:2014-10-10", false },
    { "timestamp:2014-10-09T05:28:35Z", true },
    { "timestamp:{2014-10-09T05:28:35Z TO *]", false },
    { "timestamp:[2014-10-09T05:28:35Z TO 2014-10-09T05:28:35Z]", true },
    { "timestamp:[* TO 2014-10-09T05:28:35Z}", false },
    { "end_timestamp:[2014-10-09T05:29:35 TO *]", true },
    { "end_timestamp:[2014-10-09T05:29:36 TO *]", false },
    { "type:chat AND chocolate AND agent_names:lee", true },
    { "type:chat chocolate agent_names:joe", false },
};
/* clang-format on */

static void each_row_of_the_table_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (matches(rows[i].query, &chat) != rows[i].found)
            fail_msg("%s", rows[i].query);
}

static void what_a_chat_has_not_is_not_found(void **state)
{
    const struct search_subject bare = {.at = SEARCH_NEVER,
                                        .end_at = SEARCH_NEVER};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(matches(rows[i].query, &bare));
    assert_false(matches("timestamp:[* TO *]", &bare));
    assert_false(matches("timestamp:*", &bare));
    assert_false(matches("end_timestamp:*", &bare));
}

static void the_query_for_a_sent_message_finds_it(void **state)
{
    static const struct chat_sent sent[] = {
        {.email = "o'neil+\"x\"@example.com"},
        {.name = "\"Joe\" \\ OR (x)"},
        {.first_words = "- AND [a TO b] \"quoted\"\nline:"},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    for (size_t i = 0; i < 3; i++) {
        const char *const said[] = {sent[i].first_words, NULL};
        const struct search_subject subject = {.type = "offline_msg",
                                               .visitor_name = sent[i].name,
                                               .visitor_email = sent[i].email,
                                               .texts = said,
                                               .at = AT,
                                               .end_at = AT};

        buf_reset(&out);
        chat_query_sent(&out, &sent[i], AT - 1000, AT);
        assert_true(matches(buf_str(&out), &subject));
    }
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_of_the_table_holds),
        cmocka_unit_test(what_a_chat_has_not_is_not_found),
        cmocka_unit_test(the_query_for_a_sent_message_finds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
