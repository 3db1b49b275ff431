/* Whom callbacks go to: one that is silent leaves the others their room. */
#include "daemon/targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/banned.h"

#define NOW INT64_C(1000000)

static size_t fill(struct target *target)
{
    size_t count = 0;

    while (target_admit(target))
        count++;
    return count;
}

static void urls_of_one_server_are_one_target(void **state)
{
    struct targets targets = {0};
    struct target *first = targets_find(&targets, "https://a.example/hook");

    (void)state;
    assert_non_null(first);
    assert_ptr_equal(targets_find(&targets, "https://a.example:443/other"),
                     first);
    assert_ptr_not_equal(targets_find(&targets, "https://a.example:8443/hook"),
                         first);
    assert_ptr_not_equal(targets_find(&targets, "https://b.example/hook"),
                         first);
    assert_null(targets_find(&targets, "what is this"));
    assert_null(targets_find(&targets, NULL));
    targets_clear(&targets);
}

static void one_that_does_not_answer_gets_few_at_a_time(void **state)
{
    struct targets targets = {0};
    struct target *target = targets_find(&targets, "https://a.example/hook");

    (void)state;
    assert_int_equal(fill(target), TARGET_MOST);
    for (size_t i = 0; i < TARGET_MOST; i++)
        target_landed(target, false, 15000);
    assert_int_equal(fill(target), TARGET_SILENT);
    target_landed(target, true, 20);
    assert_int_equal(fill(target), TARGET_MOST - TARGET_SILENT + 1);
    targets_clear(&targets);
}

static void what_is_put_off_comes_back_one_after_the_other(void **state)
{
    struct targets targets = {0};
    struct target *target = targets_find(&targets, "https://a.example/hook");
    int64_t before = 0, ms;

    (void)state;
    target_admit(target);
    target_landed(target, false, 2000);
    for (size_t i = 0; i < 5; i++) {
        ms = target_put_off_ms(target, NOW);
        assert_true(ms >= before + 1000);
        before = ms;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_true(target_put_off_ms(target, NOW) <= 62000);
    target_admit(target);
    target_landed(target, true, 20);
    assert_true(target_put_off_ms(target, NOW) < 1000);
    targets_clear(&targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_one_server_are_one_target),
        cmocka_unit_test(one_that_does_not_answer_gets_few_at_a_time),
        cmocka_unit_test(what_is_put_off_comes_back_one_after_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
