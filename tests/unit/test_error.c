/* Errors: set, put into context, turned into exit codes. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void an_error_grows_by_where_it_was(void **state)
{
    struct error err = {0};

    (void)state;
    assert_false(error_set(&err, ERROR_CONFIG, "'%s' is not a number", "four"));
    assert_false(error_prefix(&err, "line %u", 12));
    assert_false(error_prefix(&err, "%s", "afterhours.yaml"));
    assert_string_equal(err.text,
                        "afterhours.yaml: line 12: 'four' is not a number");
    assert_int_equal(err.kind, ERROR_CONFIG);
}

static void without_an_error_to_fill_nothing_happens(void **state)
{
    (void)state;
    assert_false(error_set(NULL, ERROR_FAILED, "x"));
    assert_false(error_prefix(NULL, "x"));
    error_clear(NULL);
}

static void a_long_error_keeps_its_beginning(void **state)
{
    char word[3 * ERROR_TEXT_SIZE];
    struct error err = {0};

    (void)state;
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    error_set(&err, ERROR_FAILED, "%s", word);
    assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
    error_prefix(&err, "where");
    assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
    assert_memory_equal(err.text, "where: xxx", 10);
    error_prefix(&err, "%s", word);
    assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
    assert_memory_equal(err.text, "xxx", 3);
}

static void what_fits_is_kept_whole(void **state)
{
    char word[ERROR_TEXT_SIZE - 10];
    struct error err = {0};

    (void)state;
    memset(word, 'x', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    error_set(&err, ERROR_FAILED, "%s", word);
    error_prefix(&err, "where");
    assert_string_equal(err.text + strlen("where: "), word);
}

static void an_error_may_be_made_of_itself(void **state)
{
    struct error err = {0};

    (void)state;
    error_set(&err, ERROR_INPUT, "inner");
    error_set(&err, ERROR_LATER, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
    assert_int_equal(err.kind, ERROR_LATER);
    error_prefix(&err, "%s", err.text);
    assert_string_equal(err.text, "outer (inner): outer (inner)");
}

static void each_kind_has_its_exit_code(void **state)
{
    /* clang-format off */
    static const struct { enum error_kind kind; int code; } rows[] = {
        { ERROR_NONE, 0 }, { ERROR_FAILED, 1 }, { ERROR_USAGE, 2 },
        { ERROR_INPUT, 1 }, { ERROR_UNAVAILABLE, 69 }, { ERROR_LATER, 75 },
        { ERROR_CONFIG, 78 },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error err = {0};

        error_set(&err, rows[i].kind, "x");
        assert_int_equal(error_exit_code(&err), rows[i].code);
        error_clear(&err);
        assert_int_equal(err.kind, ERROR_NONE);
        assert_string_equal(err.text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_grows_by_where_it_was),
        cmocka_unit_test(without_an_error_to_fill_nothing_happens),
        cmocka_unit_test(a_long_error_keeps_its_beginning),
        cmocka_unit_test(what_fits_is_kept_whole),
        cmocka_unit_test(an_error_may_be_made_of_itself),
        cmocka_unit_test(each_kind_has_its_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
