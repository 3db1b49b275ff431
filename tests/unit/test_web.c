/* Pages: whole, escaped, in the visitor's language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "web/fill.h"
#include "web/texts.h"
#include "web/web.h"

#include "base/banned.h"

static void the_liked_language_is_spoken(void **state)
{
    (void)state;
    assert_string_equal(texts_language(NULL), "en");
    assert_string_equal(texts_language(""), "en");
    assert_string_equal(texts_language("de"), "de");
    assert_string_equal(texts_language("de-AT,de;q=0.8,en;q=0.5"), "de");
    assert_string_equal(texts_language("en-GB, de;q=0.9"), "en");
    assert_string_equal(texts_language("en;q=0.3, de;q=0.9"), "de");
    assert_string_equal(texts_language("fr, de;q=0.1"), "de");
    assert_string_equal(texts_language("fr, *"), "en");
    assert_string_equal(texts_language("den"), "en");
    assert_string_equal(texts_language("de;q=0, en"), "en");
    assert_string_equal(texts_language(",,;q="), "en");
}

static void values_are_escaped_and_never_looked_through_again(void **state)
{
    const struct fill list[] = {
        {"a", "<b>&\"'{{b}}", false},
        {"b", "<i>", true},
        {"c", NULL, false},
        {NULL, NULL, false},
    };
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    fill_text(&out, "1{{a}}2{{b}}3{{c}}4{{d}}5", "en", list);
    assert_string_equal(buf_str(&out),
                        "1&lt;b&gt;&amp;&quot;&#39;{{b}}2<i>345");
    buf_clear(&out);
}

static void show(struct buf *out, const struct web_status *status)
{
    buf_reset(out);
    web_status_page(out, status);
    assert_true(buf_ok(out));
    assert_null(strstr(buf_str(out), "{{"));
    assert_null(strstr(buf_str(out), "style="));
    assert_null(strstr(buf_str(out), "onclick"));
}

static void the_status_page_waits_with_and_without_scripts(void **state)
{
    struct web_status status = {
        .id = "support-1",
        .state = "queued",
        .received_at = 1795338000123,
        .poll_url = "../v1/submissions/support-1?token=a&b=\"c",
    };
    struct buf out;

    (void)state;
    buf_init(&out, 100000);
    show(&out, &status);
    assert_non_null(strstr(buf_str(&out), "http-equiv=\"refresh\""));
    assert_non_null(strstr(buf_str(&out), "aria-live=\"polite\""));
    assert_non_null(strstr(buf_str(&out), "token=a&amp;b=&quot;c\""));
    assert_non_null(strstr(buf_str(&out), "lang=\"en\""));
    assert_non_null(strstr(buf_str(&out), "2026-11-22T09:00:00Z"));
    assert_non_null(strstr(buf_str(&out), "class=\"ticket\" hidden"));
    buf_clear(&out);
}

static void the_status_page_shows_the_ticket(void **state)
{
    struct web_status status = {
        .id = "support-1",
        .state = "linked",
        .ticket_id = 83,
        .ticket_url = "https://acme.zendesk.com/hc/requests/83?a=1&b=2",
        .poll_url = "..",
        .language = "de",
    };
    struct buf out;

    (void)state;
    buf_init(&out, 100000);
    show(&out, &status);
    assert_null(strstr(buf_str(&out), "http-equiv=\"refresh\""));
    assert_non_null(strstr(buf_str(&out), ">#83</a>"));
    assert_non_null(strstr(buf_str(&out), "requests/83?a=1&amp;b=2"));
    assert_non_null(strstr(buf_str(&out), "lang=\"de\""));
    assert_non_null(strstr(buf_str(&out), "Das ist Ihr Ticket"));
    status.ticket_url = NULL;
    show(&out, &status);
    assert_non_null(
        strstr(buf_str(&out), "<strong id=\"number\">#83</strong>"));
    buf_clear(&out);
}

static void every_state_has_its_sentence_in_every_language(void **state)
{
    static const char *const states[] = {"queued", "delivering", "delivered",
                                         "linked", "unlinked",   "failed"};

    (void)state;
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
        assert_string_not_equal(texts_state("en", states[i]),
                                texts_state("de", states[i]));
}

static void other_pages_are_whole(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100000);
    web_error_page(&out, 422, "T<", "D\"", "O&", "de");
    assert_non_null(strstr(buf_str(&out), "T&lt;."));
    assert_non_null(strstr(buf_str(&out), "D&quot;"));
    assert_non_null(strstr(buf_str(&out), "O&amp;"));
    assert_non_null(strstr(buf_str(&out), "Ihre Nachricht wurde nicht"));
    buf_reset(&out);
    web_error_page(&out, 404, "T", "D", NULL, NULL);
    assert_non_null(strstr(buf_str(&out), "Nothing found"));
    buf_reset(&out);
    web_problem_page(&out, "bad-json", 400, "T", "A<");
    assert_non_null(strstr(buf_str(&out), "/problems/bad-json"));
    assert_non_null(strstr(buf_str(&out), "A&lt;"));
    buf_reset(&out);
    web_demo_page(&out, "contact");
    assert_non_null(strstr(buf_str(&out), "action=\"f/contact\""));
    buf_reset(&out);
    web_home_page(&out);
    assert_non_null(strstr(buf_str(&out), "</html>"));
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_liked_language_is_spoken),
        cmocka_unit_test(values_are_escaped_and_never_looked_through_again),
        cmocka_unit_test(the_status_page_waits_with_and_without_scripts),
        cmocka_unit_test(the_status_page_shows_the_ticket),
        cmocka_unit_test(every_state_has_its_sentence_in_every_language),
        cmocka_unit_test(other_pages_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
