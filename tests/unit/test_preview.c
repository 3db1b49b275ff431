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

#define NOW  INT64_C(1763800000000)
#define HOUR INT64_C(3600000)

static char support[] = "support", sales[] = "sales", chat[] = "a-chat";

static void add(struct preview *preview, char *error)
{
    const struct submission submission = {
        .error = error, .destination = support, .received_at = NOW};

    preview_add(preview, &submission);
}

static void reasons_are_counted(void **state)
{
    struct preview preview = {.now = NOW};
    char email[] = "the email is not one", broke[] = "Zendesk broke";

    (void)state;
    add(&preview, email);
    add(&preview, broke);
    add(&preview, email);
    add(&preview, NULL);
    assert_int_equal(preview.count, 4);
    assert_int_equal(preview.reasons.count, 3);
    assert_string_equal(preview.reasons.rows[0].text, email);
    assert_int_equal(preview.reasons.rows[0].count, 2);
    assert_string_equal(preview.reasons.rows[2].text, "no reason is known");
    assert_string_equal(preview.forms.rows[0].text, "no form");
    assert_int_equal(preview.forms.rows[0].count, 4);
    preview_clear(&preview);
    assert_int_equal(preview.count, 0);
}

static void of_very_many_reasons_the_last_are_counted_together(void **state)
{
    struct preview preview = {.now = NOW};
    char text[16];

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(text, sizeof(text), "reason %d", i);
        add(&preview, text);
    }
    assert_int_equal(preview.count, 30);
    assert_int_equal(preview.reasons.count, PREVIEW_ROWS_MAX);
    assert_string_equal(preview.reasons.rows[19].text, "other reasons");
    assert_int_equal(preview.reasons.rows[19].count, 11);
    preview_clear(&preview);
}

static void ages_have_their_bands(void **state)
{
    const int64_t ages[] = {-5,         HOUR - 1,      HOUR,
                            24 * HOUR,  72 * HOUR - 1, 72 * HOUR,
                            168 * HOUR, 9999 * HOUR};
    const size_t counts[PREVIEW_AGES] = {2, 1, 2, 1, 2};
    struct preview preview = {.now = NOW};

    (void)state;
    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++)
        preview_add(&preview,
                    &(struct submission){.destination = support,
                                         .received_at = NOW - ages[i]});
    for (size_t i = 0; i < PREVIEW_AGES; i++)
        assert_int_equal(preview.ages[i], counts[i]);
    assert_string_equal(preview_age_name(1), "less than a day");
    preview_clear(&preview);
}

/* count of each step, in that destination. */
static void add_steps(struct preview *preview, char *destination,
                      const size_t counts[PREVIEW_STEPS])
{
    const struct submission each[PREVIEW_STEPS] = {
        [PREVIEW_POST] = {.destination = destination},
        [PREVIEW_LOOK] = {.destination = destination, .intent_at = 1},
        [PREVIEW_TICKET] = {.destination = destination, .chat_id = chat},
        [PREVIEW_TELL] = {.destination = destination,
                          .kind = SUBMISSION_NEWS,
                          .chat_id = chat},
    };

    for (size_t i = 0; i < PREVIEW_STEPS; i++)
        for (size_t j = 0; j < counts[i]; j++)
            preview_add(preview, &each[i]);
}

static void the_slowest_of_rate_and_budgets_says_how_long_it_takes(void **state)
{
    struct settings_destination destinations[] = {
        {.name = support, .budget_per_minute = 0},
        {.name = sales, .budget_per_minute = 120},
    };
    struct settings settings = {.destinations = destinations,
                                .destination_count = 2};
    struct preview preview = {.now = NOW};

    (void)state;
    add_steps(&preview, support, (const size_t[]){100, 0, 0, 0});
    assert_int_equal(preview_seconds(&preview, &settings, 0), 0);
    assert_int_equal(preview_seconds(&preview, &settings, 60), 100);
    add_steps(&preview, sales, (const size_t[]){100, 0, 0, 0});
    /* 102 requests at 120 a minute; or 200 messages at the rate */
    assert_int_equal(preview_seconds(&preview, &settings, 0), 51);
    assert_int_equal(preview_seconds(&preview, &settings, 60), 200);
    assert_int_equal(preview_seconds(&preview, &settings, 600), 51);
    preview_clear(&preview);
}

static void what_must_be_looked_for_takes_longer(void **state)
{
    struct settings_destination destination = {
        .name = support, .budget_per_minute = 60, .search_patience_ms = 120000};
    struct settings settings = {.destinations = &destination,
                                .destination_count = 1};
    struct preview preview = {.now = NOW};

    (void)state;
    add_steps(&preview, support, (const size_t[]){0, 0, 50, 70});
    assert_int_equal(preview_seconds(&preview, &settings, 0), 1);
    add_steps(&preview, support, (const size_t[]){0, 50, 0, 0});
    assert_int_equal(preview_seconds(&preview, &settings, 0), 120 + 252);
    assert_int_equal(preview_steps(&preview, PREVIEW_LOOK), 50);
    assert_int_equal(preview_steps(&preview, PREVIEW_TELL), 70);
    assert_string_equal(preview_step_name(PREVIEW_LOOK), "look");
    preview_clear(&preview);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_counted),
        cmocka_unit_test(of_very_many_reasons_the_last_are_counted_together),
        cmocka_unit_test(ages_have_their_bands),
        cmocka_unit_test(
            the_slowest_of_rate_and_budgets_says_how_long_it_takes),
        cmocka_unit_test(what_must_be_looked_for_takes_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
