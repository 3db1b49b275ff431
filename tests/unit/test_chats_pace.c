/* How fast the client asks, and what it asks again. */
#include "cmd/chats_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define NOW  INT64_C(1000000)
#define WALL INT64_C(1700000000000)

/* Requests that leave from NOW on, within that time. */
static unsigned count_within(struct chats_pace *pace, int64_t ms)
{
    unsigned count = 0;

    for (int64_t now = NOW; now < NOW + ms; count++) {
        now += chats_pace_wait_ms(pace, now);
        if (now >= NOW + ms)
            break;
        chats_pace_sent(pace, now);
    }
    return count;
}

static void no_minute_has_more_than_the_budget(void **state)
{
    static const unsigned rates[] = {1, 20, 200, 6000, 60000};

    (void)state;
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct chats_pace pace;
        unsigned count;

        chats_pace_init(&pace, rates[i]);
        count = count_within(&pace, 60000);
        assert_in_range(count, rates[i] - rates[i] / 50, rates[i] + 1);
    }
}

static void a_tenth_of_the_budget_leaves_at_once(void **state)
{
    struct chats_pace pace;

    (void)state;
    chats_pace_init(&pace, 200);
    assert_in_range(count_within(&pace, 1), 18, 20);
}

static void without_a_budget_nothing_waits(void **state)
{
    struct chats_pace pace;

    (void)state;
    chats_pace_init(&pace, 0);
    for (int i = 0; i < 100; i++)
        chats_pace_sent(&pace, NOW);
    assert_int_equal(chats_pace_wait_ms(&pace, NOW), 0);
}

/* What the next request waits after an answer with these headers. */
static int64_t wait_after(const char *const headers[][2], size_t count)
{
    struct http_headers list = {0};
    struct chats_pace pace;

    chats_pace_init(&pace, 0);
    for (size_t i = 0; i < count; i++)
        http_headers_add(&list, headers[i][0], headers[i][1]);
    chats_pace_told(&pace, &list, NOW, WALL);
    http_headers_clear(&list);
    return chats_pace_wait_ms(&pace, NOW);
}
#define WAIT_AFTER(...)                                                        \
    wait_after((const char *const[][2]){__VA_ARGS__},                          \
               sizeof((const char *const[][2]){__VA_ARGS__}) /                 \
                   sizeof(const char *const[2]))

static void the_last_requests_are_spread_until_there_are_more(void **state)
{
    (void)state;
    assert_int_equal(WAIT_AFTER({"ratelimit-limit", "200"},
                                {"ratelimit-remaining", "20"},
                                {"ratelimit-reset", "42"}),
                     2000);
    assert_int_equal(WAIT_AFTER({"X-Rate-Limit", "200"},
                                {"X-Rate-Limit-Remaining", "0"},
                                {"X-Rate-Limit-Reset", "30"}),
                     30000);
    assert_int_equal(WAIT_AFTER({"X-Rate-Limit", "200"},
                                {"X-Rate-Limit-Remaining", "100"},
                                {"ratelimit-reset", "42"}),
                     0);
}

static void without_a_reset_the_mean_of_the_limit_is_kept(void **state)
{
    (void)state;
    assert_int_equal(
        WAIT_AFTER({"X-Rate-Limit", "200"}, {"X-Rate-Limit-Remaining", "3"}),
        300);
    assert_int_equal(WAIT_AFTER({"X-Rate-Limit-Remaining", "3"}), 1000);
}

static void an_instant_as_reset_is_understood(void **state)
{
    (void)state;
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "0"},
                                {"ratelimit-reset", "1700000007"}),
                     7000);
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "0"},
                                {"ratelimit-reset", "1600000000"}),
                     1000);
}

static void nonsense_in_headers_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "-1"}), 0);
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "none"}), 0);
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "0"},
                                {"ratelimit-limit", "0"},
                                {"ratelimit-reset", "soon"}),
                     1000);
    assert_int_equal(WAIT_AFTER({"ratelimit-remaining", "0"},
                                {"ratelimit-reset", "999999999"}),
                     3600000);
}

static void a_guess_is_given_up_for_what_the_server_allows(void **state)
{
    struct http_headers more = {0}, less = {0};
    struct chats_pace pace;

    (void)state;
    http_headers_add(&more, "X-Rate-Limit", "6000");
    http_headers_add(&less, "X-Rate-Limit", "10");
    chats_pace_init(&pace, 200);
    chats_pace_told(&pace, &more, NOW, WALL);
    assert_in_range(count_within(&pace, 60000), 196, 201);
    chats_pace_init(&pace, 200);
    pace.guessed = true;
    chats_pace_told(&pace, &less, NOW, WALL);
    chats_pace_told(&pace, &more, NOW, WALL);
    assert_in_range(count_within(&pace, 60000), 5880, 6001);
    http_headers_clear(&more);
    http_headers_clear(&less);
}

/* status 0: no answer. */
static int64_t again(int status, const char *retry_after, unsigned failed,
                     uint32_t dice)
{
    struct http_response answer = {.fate = status ? HTTP_ANSWERED : HTTP_LOST,
                                   .status = status};
    int64_t ms;

    if (retry_after)
        http_headers_add(&answer.headers, "Retry-After", retry_after);
    ms = chats_pace_again_ms(&answer, failed, WALL, dice);
    http_headers_clear(&answer.headers);
    return ms;
}

static void retry_after_is_the_least(void **state)
{
    (void)state;
    assert_int_equal(again(429, "7", 1, 0), 7000);
    assert_in_range(again(429, "7", 1, UINT32_MAX), 7000, 8200);
    assert_int_equal(again(503, "2", 5, 0), 2000);
    assert_int_equal(again(429, "0", 1, 0), 0);
}

static void without_it_the_wait_doubles(void **state)
{
    (void)state;
    assert_int_equal(again(429, NULL, 1, 0), 500);
    assert_int_equal(again(429, NULL, 2, 0), 1000);
    assert_int_equal(again(500, NULL, 3, 0), 2000);
    assert_int_equal(again(0, NULL, 3, 0), 2000);
    assert_int_equal(again(429, NULL, 10, 0), 64000);
}

static void it_ends(void **state)
{
    (void)state;
    assert_int_equal(again(429, "1", 11, 0), -1);
    assert_int_equal(again(503, "1", 6, 0), -1);
    assert_int_equal(again(500, NULL, 4, 0), -1);
    assert_int_equal(again(0, NULL, 4, 0), -1);
    assert_int_equal(again(429, "901", 1, 0), -1);
}

static void what_was_refused_is_not_asked_again(void **state)
{
    static const int statuses[] = {301, 400, 401, 403, 405, 409, 422};

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        assert_int_equal(again(statuses[i], "1", 1, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_minute_has_more_than_the_budget),
        cmocka_unit_test(a_tenth_of_the_budget_leaves_at_once),
        cmocka_unit_test(without_a_budget_nothing_waits),
        cmocka_unit_test(the_last_requests_are_spread_until_there_are_more),
        cmocka_unit_test(without_a_reset_the_mean_of_the_limit_is_kept),
        cmocka_unit_test(an_instant_as_reset_is_understood),
        cmocka_unit_test(nonsense_in_headers_is_nothing),
        cmocka_unit_test(a_guess_is_given_up_for_what_the_server_allows),
        cmocka_unit_test(retry_after_is_the_least),
        cmocka_unit_test(without_it_the_wait_doubles),
        cmocka_unit_test(it_ends),
        cmocka_unit_test(what_was_refused_is_not_asked_again),
    };

    return cmocka_run_group_tests_name("chats_pace", tests, NULL, NULL);
}
