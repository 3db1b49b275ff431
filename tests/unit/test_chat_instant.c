/* Instants as they are found in chats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "chat/chat_instant.h"

#include "base/banned.h"

#define AT INT64_C(1412832515000) /* 2014-10-09T05:28:35Z */

/* clang-format off */
static const struct { const char *text; int64_t at; } known[] = {
    { "2014-10-09T05:28:35Z",          AT },
    { "2014-10-09T05:28:35",           AT },
    { "2014-10-09T05:28:35.250Z",      AT + 250 },
    { "2014-10-09T05:28:35.250000Z",   AT + 250 },
    { "2014-10-09 05:28:35",           AT },
    { "2014-10-09T07:28:35+02:00",     AT },
    { "2014-10-09T05:28:35+00:00Z",    AT },
    { "2014-10-09T00:28:35-05:00Z",    AT },
    { "2014-10-09T05:28Z",             AT - 35000 },
    { "2014-10-09",                    AT - 19715000 },
    { "1970-01-01T00:00:00Z",          0 },
    { "9999-12-31T23:59:59Z",          INT64_C(253402300799000) },
};
/* clang-format on */

static const char *const unknown[] = {
    "",
    "yesterday",
    "2h",
    "1412832515",
    "2014-09-31T08:25:09Z",
    "2014-10-09T25:00:00Z",
    "2014-10-09T05:28:35ZZ",
    "2014-10-09T05:28:35+2",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2014-10-09T05:28:35Z and much more than that",
};

static void dates_are_known_in_all_the_ways_they_were_seen(void **state)
{
    int64_t at;

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (!chat_instant_parse(known[i].text, strlen(known[i].text), &at) ||
            at != known[i].at)
            fail_msg("%s", known[i].text);
}

static void what_is_no_date_of_our_time_is_told(void **state)
{
    int64_t at = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        if (chat_instant_parse(unknown[i], strlen(unknown[i]), &at))
            fail_msg("%s", unknown[i]);
    assert_false(chat_instant_parse("2014-10-09\0", 11, &at));
    assert_true(at == 7);
}

static void seconds_are_instants_too(void **state)
{
    json_t *seconds = json_integer(AT / 1000), *before = json_integer(-1);
    json_t *later = json_integer(INT64_C(253402300800));
    json_t *text = json_string("2014-10-09T05:28:35Z");
    int64_t at = 0;

    (void)state;
    assert_true(chat_instant_read(seconds, &at) && at == AT);
    assert_true(chat_instant_read(text, &at) && at == AT);
    assert_false(chat_instant_read(before, &at));
    assert_false(chat_instant_read(later, &at));
    assert_false(chat_instant_read(NULL, &at));
    json_decref(seconds);
    json_decref(before);
    json_decref(later);
    json_decref(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_known_in_all_the_ways_they_were_seen),
        cmocka_unit_test(what_is_no_date_of_our_time_is_told),
        cmocka_unit_test(seconds_are_instants_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
