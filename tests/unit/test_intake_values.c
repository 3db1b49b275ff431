/* Idempotency keys, preferences, redirect targets, tokens, senders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "answer/problems.h"
#include "intake/idempotency.h"
#include "intake/links.h"
#include "intake/prefer.h"
#include "intake/sender.h"
#include "intake/state.h"
#include "intake/target.h"
#include "some_form.h"

#include "base/banned.h"

static void a_key_is_the_same_quoted_and_bare(void **state)
{
    char bare[IDEMPOTENCY_KEY_SIZE], quoted[IDEMPOTENCY_KEY_SIZE];

    (void)state;
    assert_true(idempotency_key("8e03978e-40d5", bare));
    assert_true(idempotency_key("\"8e03978e-40d5\"", quoted));
    assert_string_equal(bare, quoted);
    assert_true(idempotency_key("\"a\\\"b\\\\c\"", quoted));
    assert_true(idempotency_key("a\"b\\c", bare));
    assert_string_equal(bare, quoted);
}

static void a_key_is_short_visible_ascii(void **state)
{
    char key[IDEMPOTENCY_KEY_SIZE];
    char text[IDEMPOTENCY_KEY_MAX + 4] = "";

    (void)state;
    assert_false(idempotency_key("", key));
    assert_false(idempotency_key("\"\"", key));
    assert_false(idempotency_key("a b", key));
    assert_false(idempotency_key("\"a\"b", key));
    assert_false(idempotency_key("\"a", key));
    assert_false(idempotency_key("a, b", key));
    assert_false(idempotency_key("\xc3\xbc", key));
    memset(text, 'k', IDEMPOTENCY_KEY_MAX);
    assert_true(idempotency_key(text, key));
    text[IDEMPOTENCY_KEY_MAX] = 'k';
    assert_false(idempotency_key(text, key));
    memset(text, 'k', IDEMPOTENCY_KEY_MAX + 2);
    text[0] = text[IDEMPOTENCY_KEY_MAX + 1] = '"';
    assert_true(idempotency_key(text, key));
    text[IDEMPOTENCY_KEY_MAX + 1] = 'k';
    text[IDEMPOTENCY_KEY_MAX + 2] = '"';
    assert_false(idempotency_key(text, key));
}

static void a_double_click_makes_the_same_key(void **state)
{
    char one[IDEMPOTENCY_KEY_SIZE], two[IDEMPOTENCY_KEY_SIZE];

    (void)state;
    idempotency_key_of("contact", "a@b.example", "x\r\ny", one);
    idempotency_key_of("contact", "a@b.example", "x\ny", two);
    assert_string_equal(one, two);
    assert_memory_equal(one, "fp:", 3);
    idempotency_key_of("contac", "ta@b.example", "x\ny", two);
    assert_string_not_equal(one, two);
    idempotency_key_of("contact", "a@b.example", "x", two);
    assert_string_not_equal(one, two);
}

static void a_chosen_key_never_equals_a_made_one(void **state)
{
    char made[IDEMPOTENCY_KEY_SIZE], chosen[IDEMPOTENCY_KEY_SIZE];

    (void)state;
    idempotency_key_of("contact", "a@b.example", "x", made);
    assert_true(idempotency_key(made, chosen));
    assert_string_not_equal(made, chosen);
}

static void the_fingerprint_is_of_names_and_values(void **state)
{
    static const char *const others[] = {"a=1&b=3", "a=1b=2", "b=2&a=1", "a=1"};
    char one[CRYPTO_HEX_SIZE], other[CRYPTO_HEX_SIZE];
    struct fields fields;

    (void)state;
    fields_init(&fields);
    assert_int_equal(fields_read_urlencoded(&fields, "a=1&b=2", 7, NULL),
                     FIELDS_FINE);
    idempotency_fingerprint(&fields, one);
    fields_clear(&fields);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        assert_int_equal(
            fields_read_urlencoded(&fields, others[i], strlen(others[i]), NULL),
            FIELDS_FINE);
        idempotency_fingerprint(&fields, other);
        assert_string_not_equal(one, other);
        fields_clear(&fields);
    }
}

static void a_wait_is_read_and_cut(void **state)
{
    (void)state;
    assert_int_equal(prefer_wait_ms(NULL), 0);
    assert_int_equal(prefer_wait_ms("wait=10"), 10000);
    assert_int_equal(prefer_wait_ms("respond-async, Wait = \"5\"; x=1"), 5000);
    assert_int_equal(prefer_wait_ms("wait=99"), PREFER_WAIT_MAX_MS);
    assert_int_equal(prefer_wait_ms("wait=99999999999999999999"),
                     PREFER_WAIT_MAX_MS);
    assert_int_equal(prefer_wait_ms("wait"), 0);
    assert_int_equal(prefer_wait_ms("wait=-1"), 0);
    assert_int_equal(prefer_wait_ms("waiting=5"), 0);
}

static void accept_must_name_the_type_itself(void **state)
{
    (void)state;
    assert_true(accept_names("application/json", "application/json"));
    assert_true(
        accept_names("text/html, application/json;q=0.9", "application/json"));
    assert_false(accept_names("*/*", "application/json"));
    assert_false(accept_names("application/json5", "application/json"));
    assert_false(accept_names(NULL, "application/json"));
}

static void only_the_forms_own_pages_are_redirect_targets(void **state)
{
    static const char *const fine[] = {
        "/",
        "/thanks?from=form#top",
        "/a//b",
        "https://www.example.com",
        "https://www.example.com/thanks",
        "https://shop.example.org/x",
        "https://relay.example/s/1",
    };
    static const char *const wrong[] = {
        "",
        "thanks",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https://www.example.com@evil.example/",
        "https://www.example.com:443@evil.example/",
        "https://www.example.com.evil.example/",
        "https://example.org/",
        "http://www.example.com/",
        "https://www.example.com:8443/",
        "javascript:alert(1)",
        "data:text/html,x",
        "\\\\evil.example",
        "https://evil.example\\@www.example.com/",
        "https://evil.example/https://www.example.com/",
        "/x\r\nSet-Cookie: a=b",
        "/gr\303\274\303\237e",
        "HTTPS://evil.example/",
        "https://evil.example/.example.org",
        "https://a.example.org.evil.example",
        " https://www.example.com/",
    };
    struct settings *settings = some_settings();

    (void)state;
    for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
        if (!target_allowed(settings, some_form(settings), fine[i]))
            fail_msg("refused: %s", fine[i]);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        if (target_allowed(settings, some_form(settings), wrong[i]))
            fail_msg("taken: %s", wrong[i]);
}

static void a_path_is_meant_on_the_website(void **state)
{
    struct settings_form *form = some_form(some_settings());
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    target_write(&out, form, "https://shop.example.org", "/thanks");
    assert_string_equal(buf_str(&out), "https://shop.example.org/thanks");
    buf_reset(&out);
    target_write(&out, form, NULL, "/thanks");
    assert_string_equal(buf_str(&out), "https://www.example.com/thanks");
    buf_reset(&out);
    target_write(&out, form, NULL, "https://a.example.org/x");
    assert_string_equal(buf_str(&out), "https://a.example.org/x");
    buf_clear(&out);
}

#define ID "support-01JABCDEF0123456789ABCDEFG"

static void a_token_fits_one_id_and_one_secret(void **state)
{
    struct settings *settings = some_settings();
    char token[LINKS_TOKEN_SIZE], other[LINKS_TOKEN_SIZE];

    (void)state;
    links_token(settings, ID, token);
    assert_int_equal(strlen(token), LINKS_TOKEN_SIZE - 1);
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
                                   "nopqrstuvwxyz0123456789-_"),
                     LINKS_TOKEN_SIZE - 1);
    assert_true(links_token_matches(settings, ID, token));
    assert_false(links_token_matches(
        settings, "support-01JABCDEF0123456789ABCDEFH", token));
    assert_false(links_token_matches(settings, ID, ""));
    assert_false(links_token_matches(settings, ID, NULL));
    for (size_t i = 0; i < LINKS_TOKEN_SIZE - 1; i++) {
        memcpy(other, token, sizeof(other));
        other[i] = other[i] == 'A' ? 'B' : 'A';
        assert_false(links_token_matches(settings, ID, other));
    }
    settings->secret.bytes[0] ^= 1;
    assert_false(links_token_matches(settings, ID, token));
    settings->secret.bytes[0] ^= 1;
    settings->secret.len = 0;
    links_token(settings, ID, token);
    assert_false(links_token_matches(settings, ID, token));
}

static void the_prefix_is_the_path_of_the_public_url(void **state)
{
    struct settings *settings = some_settings();
    char url[] = "https://www.example.com/relay";

    (void)state;
    assert_string_equal(links_prefix(settings), "");
    settings->public_url = url;
    assert_string_equal(links_prefix(settings), "/relay");
}

static const char *sender(const char *peer, const char *forwarded)
{
    static char network[] = "10.0.0.0/8", other[] = "fd00::/8";
    static char *proxies[] = {network, other};
    static char text[ADDRESS_TEXT_SIZE];
    struct settings *settings = some_settings();

    settings->trusted_proxies = proxies;
    settings->trusted_proxy_count = 2;
    sender_address(settings, peer, forwarded, text);
    return text;
}

static void forwarded_addresses_count_only_from_trusted_proxies(void **state)
{
    (void)state;
    assert_string_equal(sender("192.0.2.1", NULL), "192.0.2.1");
    assert_string_equal(sender("192.0.2.1", "198.51.100.1"), "192.0.2.1");
    assert_string_equal(sender("10.1.1.1", "198.51.100.1"), "198.51.100.1");
    assert_string_equal(sender("10.1.1.1", "203.0.113.9, 198.51.100.1"),
                        "198.51.100.1");
    assert_string_equal(sender("10.1.1.1", "203.0.113.9 , 10.2.2.2"),
                        "203.0.113.9");
    assert_string_equal(sender("fd00::1", "2001:db8::7"), "2001:db8::7");
    assert_string_equal(sender("10.1.1.1", "nonsense"), "10.1.1.1");
    assert_string_equal(sender("10.1.1.1", "203.0.113.9,, 10.2.2.2"),
                        "10.2.2.2");
    assert_string_equal(sender("10.1.1.1", ""), "10.1.1.1");
    assert_string_equal(sender("10.1.1.1", "10.3.3.3"), "10.3.3.3");
}

static void a_tag_is_found_in_a_list(void **state)
{
    (void)state;
    assert_true(state_tag_in("\"1-queued-none\"", "\"1-queued-none\""));
    assert_true(
        state_tag_in("W/\"0\", \"1-queued-none\"", "\"1-queued-none\""));
    assert_true(state_tag_in("*", "\"1-queued-none\""));
    assert_false(state_tag_in("\"11-queued-none\"", "\"1-queued-none\""));
    assert_false(state_tag_in(NULL, "\"1-queued-none\""));
}

static void quarantine_looks_like_waiting(void **state)
{
    struct submission submission = {.place = PLACE_HELD};
    char tag[STATE_TAG_SIZE];

    (void)state;
    assert_int_equal(state_shown(&submission), STATE_QUEUED);
    assert_false(state_final(&submission));
    state_tag(&submission, tag);
    assert_null(strstr(tag, "quarantined"));
}

static void the_state_is_told_as_json(void **state)
{
    char destination[] = "support", form[] = "contact", chat[] = "c1";
    struct submission submission = {
        .id = ID,
        .destination = destination,
        .form = form,
        .received_at = 1795338000123,
        .updated_at = 1795338001000,
        .place = PLACE_DONE,
        .stage = STAGE_FINISHED,
        .chat_id = chat,
        .ticket_id = 0,
        .callback = CALLBACK_SENT,
    };
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    state_json(some_settings(), &submission, &out);
    assert_string_equal(buf_str(&out),
                        "{\"id\":\"" ID
                        "\",\"form\":\"contact\",\"state\":\"unlinked\","
                        "\"received_at\":\"2026-11-22T09:00:00.123Z\","
                        "\"updated_at\":\"2026-11-22T09:00:01.000Z\","
                        "\"zendesk_ticket_id\":null,\"ticket_url\":null,"
                        "\"callback\":\"sent\"}");
    buf_clear(&out);
}

static void every_problem_says_what_to_do(void **state)
{
    (void)state;
    for (const struct problem_type *type = problem_types; type->name; type++) {
        assert_true(type->status >= 400 && type->status < 600);
        assert_true(strlen(type->title) > 5);
        assert_true(strlen(type->advice) > 20);
        assert_ptr_equal(problem_type_find(type->name), type);
    }
    assert_null(problem_type_find("no-such-type"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_the_same_quoted_and_bare),
        cmocka_unit_test(a_key_is_short_visible_ascii),
        cmocka_unit_test(a_double_click_makes_the_same_key),
        cmocka_unit_test(a_chosen_key_never_equals_a_made_one),
        cmocka_unit_test(the_fingerprint_is_of_names_and_values),
        cmocka_unit_test(a_wait_is_read_and_cut),
        cmocka_unit_test(accept_must_name_the_type_itself),
        cmocka_unit_test(only_the_forms_own_pages_are_redirect_targets),
        cmocka_unit_test(a_path_is_meant_on_the_website),
        cmocka_unit_test(a_token_fits_one_id_and_one_secret),
        cmocka_unit_test(the_prefix_is_the_path_of_the_public_url),
        cmocka_unit_test(forwarded_addresses_count_only_from_trusted_proxies),
        cmocka_unit_test(a_tag_is_found_in_a_list),
        cmocka_unit_test(quarantine_looks_like_waiting),
        cmocka_unit_test(the_state_is_told_as_json),
        cmocka_unit_test(every_problem_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
