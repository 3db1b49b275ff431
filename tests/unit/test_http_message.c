/* Requests and answers as values: headers, and how long to wait. */
#include "base/http_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW          INT64_C(1795338000000) /* Sun, 22 Nov 2026 09:00:00 GMT */
#define DAY          INT64_C(86400000)

static void the_first_header_of_a_name_is_found(void **state)
{
    struct http_headers headers = {0};

    (void)state;
    assert_null(http_headers_find(&headers, "A"));
    http_headers_add(&headers, "Content-Type", "text/html");
    http_headers_add(&headers, "x-a", "1");
    http_headers_add(&headers, "X-A", "2");
    assert_string_equal(http_headers_find(&headers, "content-type"),
                        "text/html");
    assert_string_equal(http_headers_find(&headers, "X-a"), "1");
    assert_null(http_headers_find(&headers, "X-"));
    http_headers_clear(&headers);
    assert_int_equal(headers.count, 0);
    assert_null(http_headers_find(&headers, "X-A"));
    http_headers_clear(&headers);
}

static void clearing_takes_halves_and_zeroes(void **state)
{
    struct http_request request = {0};
    struct http_response response = {0};

    (void)state;
    http_request_clear(&request);
    http_response_clear(&response);
    request.url = alloc_text("http://x");
    response.body = alloc_text("body");
    http_headers_add(&response.headers, "A", "b");
    http_request_clear(&request);
    http_response_clear(&response);
    assert_null(request.url);
    assert_null(response.body);
    assert_int_equal(response.headers.count, 0);
}

static void how_long_to_wait_is_read_from_any_spelling(void **state)
{
    /* clang-format off */
    static const struct { const char *value; int64_t wait; } rows[] = {
        { "0", 0 }, { "1", 1000 }, { "120", 120000 }, { "007", 7000 },
        { "86400", DAY }, { "86401", DAY }, { "9223372036854775807", DAY },
        { "99999999999999999999999999", DAY },
        { "Sun, 22 Nov 2026 09:00:30 GMT", 30000 },
        { "Sun, 22 Nov 2026 09:00:00 GMT", 0 },
        { "Sun, 22 Nov 2026 08:00:00 GMT", 0 },
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Sun, 22 Nov 2099 09:00:00 GMT", DAY },
        { "Sunday, 22-Nov-26 09:00:30 GMT", 30000 },
        { "Sun Nov 22 09:00:30 2026", 30000 },
        { "", -1 }, { "-1", -1 }, { "+1", -1 }, { "1.5", -1 }, { "1s", -1 },
        { " 1", -1 }, { "soon", -1 }, { "2026-11-22T09:00:30Z", -1 },
        { "Sun, 22 Nov 2026 09:00:30", -1 },
        { "Sun, 22 Nov 2026 09:00:30 GMT+1", -1 },
        { "Sun, 22 Nov 2026 09:00:30 CET", -1 },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_headers headers = {0};
        int64_t wait;

        http_headers_add(&headers, "retry-after", rows[i].value);
        wait = http_retry_after_ms(&headers, NOW);
        if (wait != rows[i].wait)
            fail_msg("'%s' gives %lld", rows[i].value, (long long)wait);
        http_headers_clear(&headers);
    }
}

static void without_the_header_there_is_nothing_to_wait_for(void **state)
{
    struct http_headers headers = {0};

    (void)state;
    assert_int_equal(http_retry_after_ms(&headers, NOW), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_header_of_a_name_is_found),
        cmocka_unit_test(clearing_takes_halves_and_zeroes),
        cmocka_unit_test(how_long_to_wait_is_read_from_any_spelling),
        cmocka_unit_test(without_the_header_there_is_nothing_to_wait_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
