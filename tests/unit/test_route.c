/* Paths against patterns, and what an Allow header says. */
#include "answer/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void a_path_fits_with_one_segment_where_any_may_stand(void **state)
{
    /* clang-format off */
    static const struct { const char *pattern, *path, *segment; } rows[] = {
        { "/",             "/",              "" },
        { "/livez",        "/livez",         "" },
        { "/f/{}",         "/f/contact",     "contact" },
        { "/a/{}/pause",   "/a/b/pause",     "b" },
        { "/a/{}/pause",   "/a/pause/pause", "pause" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct route_segment segment;
        char text[32];

        assert_true(route_fits(rows[i].pattern, rows[i].path, &segment));
        snprintf(text, sizeof(text), "%.*s", (int)segment.len, segment.text);
        assert_string_equal(text, rows[i].segment);
    }
}

static void a_path_that_is_longer_or_shorter_does_not_fit(void **state)
{
    static const char *const rows[][2] = {
        {"/livez", "/live"},
        {"/livez", "/livez/"},
        {"/livez", "/livezz"},
        {"/f/{}", "/f/"},
        {"/f/{}", "/f"},
        {"/f/{}", "/f/a/b"},
        {"/f/{}", "/f/a/"},
        {"/a/{}/pause", "/a/b"},
        {"/a/{}/pause", "/a//pause"},
        {"/a/{}/pause", "/a/b/pauses"},
        {"/a/{}/pause", "/a/b/c/pause"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct route_segment segment;

        if (route_fits(rows[i][0], rows[i][1], &segment))
            fail_msg("%s fits %s", rows[i][1], rows[i][0]);
    }
}

static void head_is_taken_as_get(void **state)
{
    (void)state;
    assert_true(route_takes("GET", "GET"));
    assert_true(route_takes("GET", "HEAD"));
    assert_false(route_takes("POST", "HEAD"));
    assert_false(route_takes("GET", "get"));
}

static void allow_names_every_method(void **state)
{
    struct buf allow;

    (void)state;
    buf_init(&allow, ROUTE_ALLOW_MAX);
    route_allow(&allow, "GET");
    route_allow(&allow, "DELETE");
    assert_string_equal(buf_str(&allow), "GET, HEAD, DELETE");
    buf_clear(&allow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_fits_with_one_segment_where_any_may_stand),
        cmocka_unit_test(a_path_that_is_longer_or_shorter_does_not_fit),
        cmocka_unit_test(head_is_taken_as_get),
        cmocka_unit_test(allow_names_every_method),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
