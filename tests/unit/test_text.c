/* Texts: questions, escapes, and the nearest right word. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static void case_is_ignored_in_ascii_only(void **state)
{
    (void)state;
    assert_true(text_equal_nocase("Retry-After", "rETRY-aFTER"));
    assert_true(text_equal_nocase("", ""));
    assert_false(text_equal_nocase("a", "ab"));
    assert_false(text_equal_nocase("ab", "a"));
    assert_false(text_equal_nocase("\xc3\x84", "\xc3\xa4")); /* Ae, ae */
    assert_false(text_equal_nocase("[", "{")); /* 32 apart, no letters */
    assert_false(text_equal_nocase("@", "`"));
}

static void a_start_is_a_start(void **state)
{
    (void)state;
    assert_true(text_starts("abc", "ab"));
    assert_true(text_starts("abc", ""));
    assert_true(text_starts("abc", "abc"));
    assert_false(text_starts("ab", "abc"));
    assert_false(text_starts("", "a"));
}

static void a_whole_number_is_digits_within_its_range(void **state)
{
    static const struct { const char *text; bool ok; int64_t number; } rows[] = {
        { "0", true, 0 }, { "-0", true, 0 }, { "007", true, 7 },
        { "-10", true, -10 }, { "10", true, 10 }, { "11", false, 0 },
        { "-11", false, 0 }, { "", false, 0 }, { "-", false, 0 },
        { "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
        { "1x", false, 0 }, { "0x1", false, 0 }, { "1.0", false, 0 },
        { "--1", false, 0 }, { "99999999999999999999", false, 0 },
        { "-99999999999999999999", false, 0 },
    };
    int64_t number;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        number = 42;
        if (text_int(rows[i].text, -10, 10, &number) != rows[i].ok)
            fail_msg("'%s' is judged wrongly", rows[i].text);
        assert_int_equal(number, rows[i].ok ? rows[i].number : 42);
    }
    assert_true(text_int("9223372036854775807", 0, INT64_MAX, &number));
    assert_int_equal(number, INT64_MAX);
    assert_true(text_int("-9223372036854775808", INT64_MIN, 0, &number));
    assert_int_equal(number, INT64_MIN);
    assert_false(text_int("9223372036854775808", 0, INT64_MAX, &number));
}

static void utf8_is_told_from_what_looks_like_it(void **state)
{
    static const struct { const char *text; bool ok; size_t count; } rows[] = {
        { "", true, 0 }, { "abc", true, 3 }, { "Gr\xc3\xbc\xc3\x9f", true, 4 },
        { "\xe2\x82\xac", true, 1 }, { "\xf0\x9f\x98\x80", true, 1 },
        { "e\xcc\x81", true, 2 },
        { "\xff", false, 0 }, { "\xc3", false, 0 }, { "\x80", false, 0 },
        { "\xc0\x80", false, 0 },         /* NUL, overlong */
        { "\xc0\xaf", false, 0 },         /* a slash, overlong */
        { "\xe0\x80\xaf", false, 0 },
        { "\xed\xa0\x80", false, 0 },     /* half of a surrogate pair */
        { "\xf4\x90\x80\x80", false, 0 }, /* above U+10FFFF */
        { "\xf8\x88\x80\x80\x80", false, 0 },
        { "ok\xe2\x82", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = strlen(rows[i].text);

        assert_int_equal(text_utf8_ok(rows[i].text, len), rows[i].ok);
        if (rows[i].ok)
            assert_int_equal(text_characters(rows[i].text, len),
                             rows[i].count);
    }
    assert_true(text_utf8_ok("a\0b", 3));
}

static void control_characters_are_not_clean(void **state)
{
    static const struct { const char *text; bool ok; } rows[] = {
        { "a b\tc\r\nd", true }, { "Gr\xc3\xbc\xc3\x9f", true },
        { "\x01", false }, { "\x1b[31m", false }, { "\x7f", false },
        { "\x0b", false }, { "\xff", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(text_clean(rows[i].text, strlen(rows[i].text)),
                         rows[i].ok);
    assert_false(text_clean("a\0b", 3));
}

static void check(void (*escape)(struct buf *, const char *), const char *text,
                  const char *expected)
{
    struct buf out;

    buf_init(&out, 1000);
    escape(&out, text);
    assert_string_equal(buf_str(&out), expected);
    buf_clear(&out);
}

static void html_has_five_escapes(void **state)
{
    (void)state;
    check(text_html, "", "");
    check(text_html, "a<b>&\"c'd", "a&lt;b&gt;&amp;&quot;c&#39;d");
    check(text_html, "&amp;\xc3\xbc", "&amp;amp;\xc3\xbc");
}

static void json_is_always_valid(void **state)
{
    static const struct { const char *text, *json; } rows[] = {
        { "", "\"\"" },
        { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
        { "\x01\n\x1f\x7f", "\"\\u0001\\u000a\\u001f\\u007f\"" },
        { "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80",
          "\"Gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"" },
        { "a\xff" "b", "\"a\\ufffd" "b\"" },
        { "a\xc3", "\"a\\ufffd\"" },
        { "\xc3\"", "\"\\ufffd\\\"\"" },
        { "\xed\xa0\x80", "\"\\ufffd\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check(text_json, rows[i].text, rows[i].json);
}

/* As many bytes as a body may have, and more; in one pass. */
static void json_of_nothing_but_broken_bytes_takes_one_pass(void **state)
{
    size_t len = (size_t)1 << 20;
    char *text = alloc_bytes(len + 1);
    struct buf out;

    (void)state;
    memset(text, 0x80, len);
    text[len] = '\0';
    buf_init(&out, 8 * len);
    text_json(&out, text);
    assert_true(buf_ok(&out));
    assert_int_equal(out.len, 6 * len + 2);
    buf_clear(&out);
    free(text);
}

static void percent_leaves_only_unreserved_characters(void **state)
{
    (void)state;
    check(text_percent, "", "");
    check(text_percent, "aZ09-._~", "aZ09-._~");
    check(text_percent, "a b/c?d=e&f+%#:@", "a%20b%2Fc%3Fd%3De%26f%2B%25%23%3A%40");
    check(text_percent, "\xc3\xbc\x01\x7f", "%C3%BC%01%7F");
}

static void percent_reads_back(void **state)
{
    static const struct { const char *text; bool plus; const char *out; } rows[] = {
        { "", true, "" }, { "abc", true, "abc" }, { "a+b", true, "a b" },
        { "a+b", false, "a+b" }, { "%41%7a%7A", true, "Azz" },
        { "%2B", true, "+" }, { "%25%32%35", true, "%25" },
        { "%c3%BC", false, "\xc3\xbc" }, { "%C0%80", false, "\xc0\x80" },
    };
    static const char *const wrong[] = {
        "%", "a%", "%4", "%4g", "%g4", "% 4", "%+4", "%00", "a%00b", "%-1",
        "%0x",
    };
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_reset(&out);
        assert_true(text_percent_decode(rows[i].text, strlen(rows[i].text),
                                        rows[i].plus, &out));
        assert_string_equal(buf_str(&out), rows[i].out);
    }
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (text_percent_decode(wrong[i], strlen(wrong[i]), true, &out))
            fail_msg("'%s' was read", wrong[i]);
    assert_false(text_percent_decode("a\0b", 3, true, &out));
    assert_false(text_percent_decode("%41", 2, true, &out));
    buf_clear(&out);
}

static void the_nearest_word_is_found(void **state)
{
    static const char *const words[] = {
        "listen", "public_url", "budget_per_minute", "request_timeout", "url",
        "token", "token_file", "lease", NULL,
    };
    static const struct { const char *text, *word; } rows[] = {
        { "listen", "listen" }, { "LISTEN", "listen" }, { "listn", "listen" },
        { "lisetn", "listen" }, { "public-url", "public_url" },
        { "budjet", "budget_per_minute" }, { "timeout", NULL },
        { "requst_timeout", "request_timeout" }, { "uri", "url" },
        { "tokn", "token" }, { "tokenfile", "token_file" },
        { "leese", "lease" }, { "xyz", NULL }, { "", NULL }, { "q", NULL },
        { "wholly different", NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *nearest = text_nearest(rows[i].text, words);

        if (!rows[i].word != !nearest ||
            (nearest && strcmp(nearest, rows[i].word) != 0))
            fail_msg("'%s' gives %s", rows[i].text, nearest ? nearest : "none");
    }
}
/* clang-format on */

static void endless_words_are_near_nothing(void **state)
{
    char endless[1000];
    const char *const words[] = {endless, "short", NULL};

    (void)state;
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_null(text_nearest(endless, words));
    assert_string_equal(text_nearest("shorts", words), "short");
    assert_null(text_nearest("x", (const char *const[]){NULL}));
}

static void
every_hexadecimal_digit_has_its_value_and_nothing_else_has_one(void **state)
{
    static const char digits[] = "0123456789abcdef", large[] = "ABCDEF";
    int found = 0;

    (void)state;
    for (int i = 0; i < 16; i++)
        assert_int_equal(text_hex_value(digits[i]), i);
    for (int i = 0; i < 6; i++)
        assert_int_equal(text_hex_value(large[i]), 10 + i);
    for (int c = 0; c < 256; c++)
        found += text_hex_value((char)c) >= 0;
    assert_int_equal(found, 22);
}

static void ascii_ends_at_seven_bits(void **state)
{
    (void)state;
    assert_true(text_is_ascii(""));
    assert_true(text_is_ascii("joe\x7f"));
    assert_false(text_is_ascii("jo\xc3\xa9"));
    assert_false(text_is_ascii("\x80"));
}

static void a_cut_spares_characters(void **state)
{
    (void)state;
    assert_int_equal(text_cut("abc", 3, 5), 3);
    assert_int_equal(text_cut("abc", 3, 3), 3);
    assert_int_equal(text_cut("abc", 3, 2), 2);
    assert_int_equal(text_cut("a\xc3\xa4", 3, 2), 1);
    assert_int_equal(text_cut("\xf0\x9f\x8d\x8e", 4, 3), 0);
    assert_int_equal(text_cut("\xf0\x9f\x8d\x8ex", 5, 4), 4);
    assert_int_equal(text_cut("", 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_spares_characters),
        cmocka_unit_test(case_is_ignored_in_ascii_only),
        cmocka_unit_test(a_start_is_a_start),
        cmocka_unit_test(a_whole_number_is_digits_within_its_range),
        cmocka_unit_test(utf8_is_told_from_what_looks_like_it),
        cmocka_unit_test(control_characters_are_not_clean),
        cmocka_unit_test(html_has_five_escapes),
        cmocka_unit_test(json_is_always_valid),
        cmocka_unit_test(json_of_nothing_but_broken_bytes_takes_one_pass),
        cmocka_unit_test(percent_leaves_only_unreserved_characters),
        cmocka_unit_test(percent_reads_back),
        cmocka_unit_test(the_nearest_word_is_found),
        cmocka_unit_test(endless_words_are_near_nothing),
        cmocka_unit_test(
            every_hexadecimal_digit_has_its_value_and_nothing_else_has_one),
        cmocka_unit_test(ascii_ends_at_seven_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
