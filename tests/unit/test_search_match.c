/* Which chats match which queries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/clock.h"
#include "chat/chat_facts.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "chat/search_match.h"
#include "json_file.h"

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
    { "visitor_name:J\xc3\x9cRGENS", true }, { "visitor_name:jurgens", false }, { "visitor_name:chocolate", false },
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

/* Capitals with their small letters, of the alphabets that have them. */
/* clang-format off */
static const char *const letters[][2] = {
    { "\xc3\x84\xc3\x96\xc3\x9c\xc3\x89\xc3\x87\xc3\x98", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa9\xc3\xa7\xc3\xb8" },
    { "\xc5\x81\xc3\x93\xc4\x8c\xc5\x98\xc5\xbd\xc5\xb8", "\xc5\x82\xc3\xb3\xc4\x8d\xc5\x99\xc5\xbe\xc3\xbf" },
    { "\xce\x91\xce\xa9\xce\x86\xce\xa3", "\xce\xb1\xcf\x89\xce\xac\xcf\x82" },
    { "\xd0\x9c\xd0\x90\xd0\xa0\xd0\x81", "\xd0\xbc\xd0\xb0\xd1\x80\xd1\x91" },
};
/* clang-format on */

static void letters_match_whatever_their_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        const struct search_subject large = {.visitor_name = letters[i][0]};
        const struct search_subject small = {.visitor_name = letters[i][1]};

        if (!matches(letters[i][1], &large) || !matches(letters[i][0], &small))
            fail_msg("%s %s", letters[i][0], letters[i][1]);
        assert_false(matches("oe", &large));
    }
    /* \xc3\x97 and \xc3\xb7 are no letters, and no pair. */
    assert_false(matches("\xc3\xb7", &(const struct search_subject){
                                         .visitor_name = "\xc3\x97"}));
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

/* Looked at from each of its words this text would take a minute. */
static void
a_text_that_repeats_the_phrase_without_its_end_is_quick(void **state)
{
    struct search_subject subject = {.type = "chat"};
    const char *both[] = {NULL, NULL};
    struct buf text, good, bad;

    (void)state;
    buf_init(&text, 4 * 1024 * 1024);
    buf_init(&good, 4096);
    buf_init(&bad, 4096);
    for (size_t i = 0; i < 1000000; i++)
        buf_text(&text, i % 2 ? "B, " : "a ");
    buf_text(&text, "\xc3\x84nd");
    buf_char(&good, '"');
    for (size_t i = 0; i < 900; i++)
        buf_text(&good, "a b ");
    buf_text(&bad, buf_str(&good));
    buf_text(&good, "\xc3\xa4nd\"");
    buf_text(&bad, "\xc3\xa4n\"");
    both[0] = buf_str(&text);
    subject.texts = both;
    assert_true(matches(buf_str(&good), &subject));
    assert_false(matches(buf_str(&bad), &subject));
    buf_clear(&bad);
    buf_clear(&good);
    buf_clear(&text);
}

/* Whether a chat of the reference's examples is found. */
/* clang-format off */
static const struct { const char *example, *query; bool found; } examples[] = {
    /* Its example queries, with this chat's agent, visitor, words and days. */
    { "support_chat", "agent_names:John AND visitor_name:Visitor", true },
    { "support_chat", "agent_names:Tom AND visitor_name:Harry", false },
    { "support_chat", "type:chat AND hello", true },
    { "support_chat", "type:chat AND chocolate", false },
    { "support_chat", "visitor_email:\"[email\xc2\xa0protected]\" AND timestamp:[2014-10-09 TO 2014-12-12]", true },
    { "support_chat", "visitor_email:joe@example.com AND timestamp:[2014-10-10 TO 2014-12-12]", false },
    { "support_chat", "timestamp:[2014-10-09 TO *] AND hello", true },
    { "support_chat", "timestamp:[2014-10-16 TO *] AND hello", false },
    { "support_chat", "end_timestamp:[2014-10-09 TO *] AND rating:good", true },
    { "support_chat", "end_timestamp:[2014-10-25 TO *] AND rating:good", false },
    { "support_chat", "timestamp:[2016-02-02T16:00:00 TO *] AND rating:good", false },
    /* What was said, by whom, and what the visitor thought of it. */
    { "support_chat", "\"great customer experience\"", true },
    { "support_chat", "john", true },
    { "support_chat", "\"visitor 7\"", true },
    { "support_chat", "chat_type:chat rating:bad", false },
    { "support_chat", "end_timestamp:2014-10-09T05:46:47Z", true },
    { "support_chat", "end_timestamp:{2014-10-09T05:46:47Z TO *}", false },
    { "support_chat", "billing", false },
    { "offline_message", "type:offline_msg \"hi there\"", true },
    { "offline_message", "chat_type:chat", false },
    { "offline_message", "agent_names:*", false },
    { "offline_message", "rating:*", false },
    { "offline_message", "visitor_name:john timestamp:2014-10-09", true },
    { "offline_message", "end_timestamp:[2014-10-09T05:46 TO 2014-10-09T05:46]", true },
};
/* clang-format on */

static void
the_examples_of_the_reference_are_found_by_what_they_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        json_t *example = json_file(examples[i].example);
        struct chat_facts facts;

        chat_facts_read(example, &facts);
        if (matches(examples[i].query, &facts.subject) != examples[i].found)
            fail_msg("%s: %s", examples[i].example, examples[i].query);
        chat_facts_clear(&facts);
        json_decref(example);
    }
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
        cmocka_unit_test(letters_match_whatever_their_case),
        cmocka_unit_test(what_a_chat_has_not_is_not_found),
        cmocka_unit_test(
            the_examples_of_the_reference_are_found_by_what_they_hold),
        cmocka_unit_test(
            a_text_that_repeats_the_phrase_without_its_end_is_quick),
        cmocka_unit_test(the_query_for_a_sent_message_finds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
