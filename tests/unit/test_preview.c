/* What a replay of many would do, before it does it. */
#include "describe/preview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void add(struct preview *preview, char *error)
{
    const struct submission submission = {.error = error};

    preview_add(preview, &submission);
}

static void reasons_are_counted(void **state)
{
    struct preview preview = {0};
    char email[] = "the email is not one", broke[] = "Zendesk broke";

    (void)state;
    add(&preview, email);
    add(&preview, broke);
    add(&preview, email);
    add(&preview, NULL);
    assert_int_equal(preview.count, 4);
    assert_int_equal(preview.reason_count, 3);
    assert_string_equal(preview.reasons[0].text, email);
    assert_int_equal(preview.reasons[0].count, 2);
    assert_string_equal(preview.reasons[2].text, "no reason is known");
    preview_clear(&preview);
    assert_int_equal(preview.count, 0);
}

static void of_very_many_reasons_the_last_are_counted_together(void **state)
{
    struct preview preview = {0};
    char text[16];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(text, sizeof(text), "reason %d", i);
        add(&preview, text);
    }
    assert_int_equal(preview.count, 30);
    assert_int_equal(preview.reason_count, PREVIEW_REASONS_MAX);
    assert_string_equal(preview.reasons[19].text, "other reasons");
    assert_int_equal(preview.reasons[19].count, 11);
    preview_clear(&preview);
}

static void the_slowest_of_rate_and_budgets_says_how_long_it_takes(void **state)
{
    struct settings_destination destinations[] = {
        {.budget_per_minute = 0},
        {.budget_per_minute = 120},
    };
    struct settings settings = {.destinations = destinations,
                                .destination_count = 2};
    const struct preview preview = {.count = 61};

    (void)state;
    assert_int_equal(preview_seconds(&preview, &settings, 0), 31);
    assert_int_equal(preview_seconds(&preview, &settings, 60), 61);
    assert_int_equal(preview_seconds(&preview, &settings, 600), 31);
    settings.destination_count = 1;
    assert_int_equal(preview_seconds(&preview, &settings, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_counted),
        cmocka_unit_test(of_very_many_reasons_the_last_are_counted_together),
        cmocka_unit_test(
            the_slowest_of_rate_and_budgets_says_how_long_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
