/* The heap of deadlines. */
#include "net/deadlines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crypto.h"

#include "base/banned.h"

#define MANY 1000

static void the_earliest_comes_first(void **state)
{
    struct deadlines deadlines = {0};
    struct deadline many[MANY] = {0};
    int64_t before = 0;

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        deadlines_set(&deadlines, &many[i], crypto_random_below(500));
    for (unsigned i = 0; i < MANY; i++) {
        struct deadline *first = deadlines_first(&deadlines);

        assert_true(first->at >= before);
        before = first->at;
        deadlines_remove(&deadlines, first);
    }
    assert_null(deadlines_first(&deadlines));
    deadlines_clear(&deadlines);
}

static void any_of_them_can_be_removed(void **state)
{
    struct deadlines deadlines = {0};
    struct deadline many[MANY] = {0};
    int64_t before = 0;

    (void)state;
    for (unsigned i = 0; i < MANY; i++)
        deadlines_set(&deadlines, &many[i], crypto_random_below(500));
    for (unsigned i = 0; i < MANY; i += 2)
        deadlines_remove(&deadlines, &many[i]);
    for (unsigned left = MANY / 2; left; left--) {
        struct deadline *first = deadlines_first(&deadlines);

        assert_int_equal((first - many) % 2, 1);
        assert_true(first->at >= before);
        before = first->at;
        deadlines_remove(&deadlines, first);
    }
    deadlines_clear(&deadlines);
}

static void one_that_is_set_again_is_moved(void **state)
{
    struct deadlines deadlines = {0};
    struct deadline a = {0}, b = {0};

    (void)state;
    deadlines_set(&deadlines, &a, 10);
    deadlines_set(&deadlines, &b, 20);
    deadlines_set(&deadlines, &a, 30);
    assert_ptr_equal(deadlines_first(&deadlines), &b);
    deadlines_set(&deadlines, &a, 5);
    assert_ptr_equal(deadlines_first(&deadlines), &a);
    deadlines_clear(&deadlines);
}

static void removing_what_is_not_set_changes_nothing(void **state)
{
    struct deadlines deadlines = {0};
    struct deadline a = {0}, b = {0};

    (void)state;
    deadlines_set(&deadlines, &a, 10);
    deadlines_remove(&deadlines, &b);
    deadlines_remove(&deadlines, &a);
    deadlines_remove(&deadlines, &a);
    assert_null(deadlines_first(&deadlines));
    deadlines_clear(&deadlines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(any_of_them_can_be_removed),
        cmocka_unit_test(one_that_is_set_again_is_moved),
        cmocka_unit_test(removing_what_is_not_set_changes_nothing),
    };

    return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
