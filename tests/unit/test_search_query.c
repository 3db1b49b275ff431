/* The search language: what is understood, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "chat/search_query.h"

#include "base/banned.h"

/* A query written out again, clause by clause, for comparing. */
static void describe(const struct search_query *query, char *text, size_t size)
{
    static const char *const names[] = {"text", "agent", "name", "email",
                                        "at",   "end",   "type", "rating"};
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < query->count; i++) {
        const struct search_term *term = &query->terms[i];
        char from[CLOCK_TEXT_SIZE] = "*", to[CLOCK_TEXT_SIZE] = "*";

        len += (size_t)snprintf(text + len, size - len, "%s%s=", i ? "; " : "",
                                names[term->field]);
        if (term->from != INT64_MIN)
            clock_format_ms(term->from, from);
        if (term->to != INT64_MAX)
            clock_format_ms(term->to, to);
        if (term->any)
            len += (size_t)snprintf(text + len, size - len, "any");
        else if (term->words)
            len += (size_t)snprintf(text + len, size - len, "%s", term->words);
        else
            len += (size_t)snprintf(text + len, size - len, "%s..%s", from, to);
    }
}

/* clang-format off */
static const struct { const char *query, *expected; } understood[] = {
    /* The reference's own examples. */
    { "agent_names:Tom AND visitor_name:Harry", "agent=tom; name=harry" },
    { "type:chat AND chocolate", "type=chat; text=chocolate" },
    { "visitor_email:joe@example.com AND timestamp:[2014-10-10 TO 2014-12-12]",
      "email=joe@example.com; "
      "at=2014-10-10T00:00:00.000Z..2014-12-12T23:59:59.999Z" },
    { "timestamp:[2014-10-16 TO *] AND chocolate",
      "at=2014-10-16T00:00:00.000Z..*; text=chocolate" },
    { "end_timestamp:[2014-10-25 TO *] AND rating:good",
      "end=2014-10-25T00:00:00.000Z..*; rating=good" },
    { "timestamp:[2016-02-02T16:00:00 TO *] AND rating:good",
      "at=2016-02-02T16:00:00.000Z..*; rating=good" },
    { "timestamp:[2016-02-02T16:00:00+00:00 TO 2016-02-02T17:00:00.123456+00:00]",
      "at=2016-02-02T16:00:00.000Z..2016-02-02T17:00:00.123Z" },
    /* Both names of one field; joined by AND, or not. */
    { "chat_type:offline_msg", "type=offline_msg" },
    { "type:offline_msg rating:bad  hello", "type=offline_msg; rating=bad; text=hello" },
    { "  a\tAND\nb ", "text=a; text=b" },
    /* Phrases: words only, without case. */
    { "\"Hi there, Joe!\"", "text=hi there joe" },
    { "visitor_name:\"Joe  DOE\"", "name=joe doe" },
    { "visitor_email:\"o'neil+x@example.com\"", "email=o'neil+x@example.com" },
    { "\"AND\" \"-x (y)\"", "text=and; text=x y" },
    { "J\xc3\xbcrg", "text=j\xc3\xbcrg" },
    { "ANDREA AND ANDY", "text=andrea; text=andy" },
    /* Times. */
    { "timestamp:2014-10-10", "at=2014-10-10T00:00:00.000Z..2014-10-10T23:59:59.999Z" },
    { "timestamp:2014-10-10T08:30", "at=2014-10-10T08:30:00.000Z..2014-10-10T08:30:59.999Z" },
    { "timestamp:2014-10-10T08:30:01Z", "at=2014-10-10T08:30:01.000Z..2014-10-10T08:30:01.999Z" },
    { "timestamp:\"2014-10-10T08:30:01.5Z\"", "at=2014-10-10T08:30:01.500Z..2014-10-10T08:30:01.599Z" },
    { "timestamp:{2014-10-10 TO 2014-12-12}",
      "at=2014-10-11T00:00:00.000Z..2014-12-11T23:59:59.999Z" },
    { "timestamp:{2014-10-10T00:00:00Z TO 2014-10-10T00:00:02.000Z}",
      "at=2014-10-10T00:00:01.000Z..2014-10-10T00:00:01.999Z" },
    { "timestamp:[2014-10-10 TO 2014-12-12}",
      "at=2014-10-10T00:00:00.000Z..2014-12-11T23:59:59.999Z" },
    { "timestamp:[ * TO 2016-02-29 ]", "at=*..2016-02-29T23:59:59.999Z" },
    { "timestamp:[* TO *]", "at=*..*" },
    { "rating:* timestamp:*", "rating=any; at=any" },
};

static const struct { const char *query, *why; } refused[] = {
    { "", "q is empty" },
    { " \t", "q is empty" },
    { "AND", "character 1: AND needs a clause" },
    { "AND a", "character 1: AND needs a clause" },
    { "a AND", "character 3: AND needs a clause" },
    { "a AND AND b", "character 3: AND needs a clause" },
    { "a OR b", "character 3: OR cannot be used" },
    { "NOT a", "character 1: NOT cannot be used" },
    { "a && b", "&& cannot be used" },
    { "-chocolate", "character 1: - has no meaning" },
    { "(a b)", "( has no meaning" },
    { "[2014-10-10 TO *]", "[ has no meaning" },
    { "choc*", "character 1: * stands alone" },
    { "*", "* stands alone" },
    { "visitor_name:Har*", "character 14: * stands alone" },
    { "visitor_nam:Joe", "no field visitor_nam (did you mean visitor_name?)" },
    { "http://example.com", "quotation marks" },
    { "visitor_name:", "visitor_name: has no value" },
    { "visitor_name: Joe", "character 14: visitor_name: has no value" },
    { "visitor_name:\"Joe", "character 14: the quotation that begins here has no end" },
    { "\"\"", "an empty quotation" },
    { "\"a\"b", "character 4: leave a space after a quotation" },
    { "...", "\"...\" has no letter or digit" },
    { "type:ticket", "type is offline_msg or chat, not \"ticket\"" },
    { "type:Chat", "type is offline_msg or chat" },
    { "rating:great", "rating is good or bad, not \"great\"" },
    { "rating:[good TO bad]", "only timestamp and end_timestamp take a range" },
    { "visitor_email:[email protected]", "only timestamp and end_timestamp" },
    { "timestamp:yesterday", "character 11: \"yesterday\" is no date" },
    { "timestamp:[2014-10-16 TO", "character 11: a range is written" },
    { "timestamp:[2014-10-16 TO *", "a range is written" },
    { "timestamp:[2014-10-16]", "a range is written" },
    { "timestamp:[TO *]", "a range is written" },
    { "timestamp:[2014-10-16 to *]", "a range is written" },
    { "timestamp:[* TO *]x", "character 19: leave a space after a range" },
    { "timestamp:[2014-02-30 TO *]", "character 12: \"2014-02-30\" is no date" },
    { "timestamp:[2014-13-01 TO *]", "is no date" },
    { "timestamp:[2014-1-1 TO *]", "is no date" },
    { "timestamp:[2014-10-16T25:00:00 TO *]", "is no date" },
    { "timestamp:[2014-10-16T10:00:00+02:00 TO *]", "without an offset" },
    { "timestamp:[2014-10-16T10:00:00+00:00Z TO *]", "without an offset" },
    { "timestamp:[2014-10-16T10:00:00. TO *]", "is no date" },
    { "timestamp:[2014-10-16Z TO *]", "is no date" },
    { "timestamp:1412832515", "is no date" },
    { "timestamp:>2014-10-10", "character 11: \">2014-10-10\" is no date" },
    { "timestamp:[2014-10-10 TO 2014-10-11", "character 11: a range is written" },
    { "timestamp:{2014-10-10 TO 2014-10-11 x}", "character 11: a range is written" },
    { "end_timestamp:[* TO never]", "character 21: \"never\" is no date" },
    { "J\xc3\xbcrg rating:great", "character 13: rating is good or bad" },
    { "\xe6\x97\xa5\xe6\x9c\xac OR a", "character 4: OR cannot be used" },
};
/* clang-format on */

static void each_query_of_the_table_is_understood(void **state)
{
    struct search_query query;
    struct error err = {0};
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
        if (!search_query_parse(understood[i].query, &query, &err))
            fail_msg("%s: %s", understood[i].query, err.text);
        describe(&query, text, sizeof(text));
        assert_string_equal(text, understood[i].expected);
        search_query_clear(&query);
    }
}

static void each_bad_query_of_the_table_is_refused_with_its_place(void **state)
{
    struct search_query query = {0};
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        error_clear(&err);
        if (search_query_parse(refused[i].query, &query, &err))
            fail_msg("understood: %s", refused[i].query);
        if (!strstr(err.text, refused[i].why))
            fail_msg("%s: expected \"%s\", got \"%s\"", refused[i].query,
                     refused[i].why, err.text);
        assert_null(query.terms);
    }
}

static void too_many_clauses_are_refused(void **state)
{
    char text[2 * (SEARCH_TERMS_MAX + 1) + 1];
    struct search_query query;
    struct error err;

    (void)state;
    for (size_t i = 0; i <= SEARCH_TERMS_MAX; i++)
        memcpy(text + 2 * i, "a ", 3);
    assert_false(search_query_parse(text, &query, &err));
    text[2 * SEARCH_TERMS_MAX] = '\0';
    assert_true(search_query_parse(text, &query, &err));
    assert_int_equal(query.count, SEARCH_TERMS_MAX);
    search_query_clear(&query);
}

static void a_long_word_in_an_error_is_cut_between_characters(void **state)
{
    struct search_query query;
    struct error err;
    char text[256] = "type:x";
    size_t len = strlen(text);

    (void)state;
    for (size_t i = 0; i < 60; i++, len += 3)
        memcpy(text + len, "\xe6\x97\xa5", 4);
    assert_false(search_query_parse(text, &query, &err));
    assert_non_null(strstr(err.text, "\xe6\x97\xa5\""));
}

static void the_span_of_time_is_the_narrowest_of_all_clauses(void **state)
{
    struct search_query query;
    struct error err;
    int64_t from, to, expected;

    (void)state;
    assert_true(search_query_parse(
        "timestamp:[2014-10-10 TO *] timestamp:[* TO 2014-10-20] hello "
        "timestamp:[2014-10-12 TO 2014-10-30] end_timestamp:2001-01-01",
        &query, &err));
    search_query_span(&query, &from, &to);
    assert_true(clock_parse("2014-10-12", 0, &expected));
    assert_true(from == expected);
    assert_true(clock_parse("2014-10-21", 0, &expected));
    assert_true(to == expected - 1);
    search_query_clear(&query);
    assert_true(search_query_parse("hello", &query, &err));
    search_query_span(&query, &from, &to);
    assert_true(from == INT64_MIN && to == INT64_MAX);
    search_query_clear(&query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_query_of_the_table_is_understood),
        cmocka_unit_test(each_bad_query_of_the_table_is_refused_with_its_place),
        cmocka_unit_test(too_many_clauses_are_refused),
        cmocka_unit_test(a_long_word_in_an_error_is_cut_between_characters),
        cmocka_unit_test(the_span_of_time_is_the_narrowest_of_all_clauses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
