/* What an answer's head says of the account's limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chat/chat_answer.h"

#include "base/banned.h"

struct row {
    const char *names[2], *values[2];
    int64_t requests, for_ms; /* requests -1: it says nothing */
};

static void check(const struct row *row)
{
    struct http_response answer = {.status = 200};
    struct chat_left left = {-1, -1};
    bool said;

    for (int i = 0; i < 2 && row->names[i]; i++)
        http_headers_add(&answer.headers, row->names[i], row->values[i]);
    said = chat_answer_left(&answer, &left);
    assert_int_equal(said, row->requests >= 0);
    assert_int_equal(left.requests, row->requests);
    if (said)
        assert_int_equal(left.for_ms, row->for_ms);
    http_headers_clear(&answer.headers);
}

static void what_is_left_is_read_in_every_spelling(void **state)
{
    /* clang-format off */
    static const struct row rows[] = {
        { { "X-Rate-Limit-Remaining" }, { "199" }, 199, 0 },
        { { "x-rate-limit-remaining" }, { "0" }, 0, 0 },
        { { "ratelimit-remaining", "ratelimit-reset" }, { "7", "42" }, 7, 42000 },
        { { "X-RateLimit-Remaining", "X-RateLimit-Reset" }, { "7", "1" }, 7, 1000 },
        { { "ratelimit-remaining", "ratelimit-reset" }, { "7", "1764000000" }, 7, 0 },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check(&rows[i]);
}

static void what_is_no_number_says_nothing(void **state)
{
    static const char *const values[] = {"", "-1", "1.5", "all", "99999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        check(&(struct row){{"X-Rate-Limit-Remaining"}, {values[i]}, -1, 0});
    check(&(struct row){{"Retry-After"}, {"3"}, -1, 0});
}

static void no_answer_says_nothing(void **state)
{
    struct http_response lost = {.fate = HTTP_LOST};
    struct chat_left left;

    (void)state;
    assert_false(chat_answer_left(&lost, &left));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_read_in_every_spelling),
        cmocka_unit_test(what_is_no_number_says_nothing),
        cmocka_unit_test(no_answer_says_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
