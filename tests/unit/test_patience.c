/* Which news a form wants, and how long each stage tries. */
#include "daemon/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char url[] = "https://www.example.com/hook";

static void a_form_without_a_callback_wants_no_news(void **state)
{
    struct settings_form form = {.callback = {.on_linked = true}};

    (void)state;
    assert_false(settings_wants_news(&form, "submission.linked"));
    assert_false(settings_wants_news(NULL, "submission.linked"));
}

static void a_form_hears_of_the_events_it_asked_for_only(void **state)
{
    struct settings_form form = {.callback = {.url = url, .on_failed = true}};

    (void)state;
    assert_true(settings_wants_news(&form, "submission.failed"));
    assert_false(settings_wants_news(&form, "submission.linked"));
    assert_false(settings_wants_news(&form, "submission.delivered"));
    assert_false(settings_wants_news(&form, NULL));
}

static void the_first_look_comes_no_later_than_the_interval(void **state)
{
    struct settings_destination destination = {.look_interval_ms = 500};
    struct patience patience;

    (void)state;
    patience_for(&destination, STAGE_DELIVER, &patience);
    assert_int_equal(patience.resolve_soon_ms, 500);
    destination.look_interval_ms = 60000;
    patience_for(&destination, STAGE_DELIVER, &patience);
    assert_int_equal(patience.resolve_soon_ms, 2000);
}

static void callbacks_have_a_patience_of_their_own(void **state)
{
    struct settings_destination destination = {.retry_base_ms = 1,
                                               .retry_give_up_ms = 2};
    struct patience patience;

    (void)state;
    patience_for(&destination, STAGE_DELIVER, &patience);
    assert_int_equal(patience.give_up_ms, 2);
    patience_for(&destination, STAGE_CALLBACK, &patience);
    assert_true(patience.give_up_ms > 86400000);
    assert_true(patience.retry_base_ms >= 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_without_a_callback_wants_no_news),
        cmocka_unit_test(a_form_hears_of_the_events_it_asked_for_only),
        cmocka_unit_test(the_first_look_comes_no_later_than_the_interval),
        cmocka_unit_test(callbacks_have_a_patience_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
