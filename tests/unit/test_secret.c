/* Secrets: kept, compared, wiped, never shown. */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void a_secret_is_itself_and_nothing_else(void **state)
{
    struct secret secret = {0};

    (void)state;
    assert_false(secret_present(&secret));
    assert_false(secret_equal(&secret, "", 0));
    secret_set(&secret, "hunter2", 7);
    assert_true(secret_present(&secret));
    assert_true(secret_equal(&secret, "hunter2", 7));
    assert_false(secret_equal(&secret, "hunter2", 6));
    assert_false(secret_equal(&secret, "hunter2\0", 8));
    assert_false(secret_equal(&secret, "Hunter2", 7));
    assert_false(secret_equal(&secret, "", 0));
    secret_clear(&secret);
    assert_false(secret_present(&secret));
    assert_null(secret.bytes);
    secret_clear(&secret);
}

static void an_empty_secret_is_none(void **state)
{
    struct secret secret = {0};

    (void)state;
    secret_set(&secret, "", 0);
    assert_false(secret_present(&secret));
    assert_false(secret_equal(&secret, "", 0));
    secret_clear(&secret);
}

static void a_secret_may_be_set_from_itself(void **state)
{
    struct secret secret = {0};

    (void)state;
    secret_set(&secret, "hunter2", 7);
    secret_set(&secret, secret.bytes + 1, 3);
    assert_true(secret_equal(&secret, "unt", 3));
    secret_copy(&secret, &secret);
    assert_true(secret_equal(&secret, "unt", 3));
    secret_clear(&secret);
}

static void a_copy_is_its_own(void **state)
{
    struct secret one = {0}, two = {0}, none = {0};

    (void)state;
    secret_set(&one, "a\0b", 3);
    secret_copy(&two, &one);
    secret_clear(&one);
    assert_true(secret_equal(&two, "a\0b", 3));
    secret_copy(&two, &none);
    assert_false(secret_present(&two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_itself_and_nothing_else),
        cmocka_unit_test(an_empty_secret_is_none),
        cmocka_unit_test(a_secret_may_be_set_from_itself),
        cmocka_unit_test(a_copy_is_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
