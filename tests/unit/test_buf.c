/* Buffers: what fits stays, what does not is told, once. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void an_empty_buf_is_an_empty_text(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 10);
    assert_string_equal(buf_str(&buf), "");
    assert_int_equal(buf.len, 0);
    assert_true(buf_ok(&buf));
    buf_clear(&buf);
}

static void pieces_are_joined(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    buf_text(&buf, "one");
    buf_char(&buf, ' ');
    buf_format(&buf, "%d %s", 2, "three");
    buf_add(&buf, "\0x", 2);
    buf_add(&buf, NULL, 0);
    assert_int_equal(buf.len, 13);
    assert_memory_equal(buf.data, "one 2 three\0x", 14);
    assert_true(buf_ok(&buf));
    buf_clear(&buf);
}

static void it_grows_up_to_its_limit_exactly(void **state)
{
    static const size_t limits[] = {0, 1, 63, 64, 65, 127, 128, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct buf buf;

        buf_init(&buf, limits[i]);
        for (size_t j = 0; j < limits[i]; j++)
            buf_char(&buf, 'x');
        assert_true(buf_ok(&buf));
        assert_int_equal(buf.len, limits[i]);
        assert_int_equal(strlen(buf_str(&buf)), limits[i]);
        buf_char(&buf, 'x');
        assert_false(buf_ok(&buf));
        assert_int_equal(buf.len, limits[i]);
        buf_clear(&buf);
    }
}

static void nothing_is_added_after_something_was_left_out(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    buf_text(&buf, "abc");
    buf_text(&buf, "defg");
    buf_text(&buf, "h");
    buf_format(&buf, "%d", 1);
    assert_string_equal(buf_str(&buf), "abc");
    assert_false(buf_ok(&buf));
    buf_clear(&buf);
}

static void a_format_that_does_not_fit_leaves_nothing_of_itself(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 5);
    buf_format(&buf, "%s", "abcdef");
    assert_string_equal(buf_str(&buf), "");
    assert_false(buf_ok(&buf));
    buf_clear(&buf);
}

static void reset_empties_and_forgives(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 3);
    buf_text(&buf, "abcd");
    buf_text(&buf, "x");
    buf_reset(&buf);
    assert_true(buf_ok(&buf));
    buf_text(&buf, "abc");
    assert_string_equal(buf_str(&buf), "abc");
    buf_clear(&buf);
    assert_int_equal(buf.limit, 3);
    assert_string_equal(buf_str(&buf), "");
}

static void what_is_taken_belongs_to_the_taker(void **state)
{
    struct buf buf;
    char *text;

    (void)state;
    buf_init(&buf, 10);
    text = buf_take(&buf);
    assert_string_equal(text, "");
    free(text);
    buf_text(&buf, "abc");
    text = buf_take(&buf);
    assert_string_equal(text, "abc");
    assert_int_equal(buf.len, 0);
    buf_text(&buf, "def");
    assert_string_equal(text, "abc");
    assert_string_equal(buf_str(&buf), "def");
    free(text);
    buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buf_is_an_empty_text),
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(it_grows_up_to_its_limit_exactly),
        cmocka_unit_test(nothing_is_added_after_something_was_left_out),
        cmocka_unit_test(a_format_that_does_not_fit_leaves_nothing_of_itself),
        cmocka_unit_test(reset_empties_and_forgives),
        cmocka_unit_test(what_is_taken_belongs_to_the_taker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
