/* What others have written, on a line of a terminal. */
#include "cmd/chats_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void expect_line(const char *text, size_t most, const char *expected)
{
    struct buf out;

    buf_init(&out, 256);
    chats_line(&out, text, most);
    assert_string_equal(buf_str(&out), expected);
    buf_clear(&out);
}

static void a_text_becomes_one_line(void **state)
{
    (void)state;
    expect_line("Hello", 20, "Hello");
    expect_line("  two\r\n\n lines\t ", 20, "two lines");
    expect_line("", 20, "");
}

static void nothing_commands_the_terminal(void **state)
{
    (void)state;
    expect_line("a\033[31mb\177c", 20, "a [31mb c");
    expect_line("a\xc2\x9b"
                "31mb",
                20, "a 31mb");
    expect_line("a\xe2\x80\xae"
                "b",
                20, "a b");
    expect_line("a\xe2\x81\xa6"
                "b\xe2\x81\xa9",
                20, "a b");
    expect_line("2\xe2\x81\x84"
                "3",
                20,
                "2\xe2\x81\x84"
                "3");
    expect_line("\xff\xfe", 20, "(not UTF-8)");
}

static void a_long_one_is_cut_between_characters(void **state)
{
    (void)state;
    expect_line("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", 3,
                "\xc3\xa4\xc3\xa4\xc3\xa4...");
    expect_line("abc", 3, "abc");
    expect_line("abc  ", 3, "abc");
}

static void a_word_of_the_shell_stays_one(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 64);
    chats_quote(&out, "it's $x \"y\"");
    assert_string_equal(buf_str(&out), "'it'\\''s $x \"y\"'");
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_becomes_one_line),
        cmocka_unit_test(nothing_commands_the_terminal),
        cmocka_unit_test(a_long_one_is_cut_between_characters),
        cmocka_unit_test(a_word_of_the_shell_stays_one),
    };

    return cmocka_run_group_tests_name("chats_text", tests, NULL, NULL);
}
