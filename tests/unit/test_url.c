/* URLs and origins. */
#include "net/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static struct url parsed(const char *text)
{
    struct url url = {0};
    struct error err = {0};

    if (!url_parse(text, &url, &err))
        fail_msg("%s: %s", text, err.text);
    return url;
}

static void refused(const char *text)
{
    struct url url = {0};
    struct error err = {0};

    if (url_parse(text, &url, &err))
        fail_msg("%s was taken", text);
    assert_true(strlen(err.text) > 0);
    assert_null(url.scheme);
}

static void a_url_is_taken_apart(void **state)
{
    struct url url = parsed("https://Example.COM:8443/a/b?c=d&e#f");

    (void)state;
    assert_string_equal(url.scheme, "https");
    assert_string_equal(url.host, "example.com");
    assert_int_equal(url.port, 8443);
    assert_string_equal(url.path, "/a/b");
    assert_string_equal(url.query, "c=d&e");
    assert_null(url.user);
    assert_null(url.password);
    url_clear(&url);
}

static void each_scheme_has_its_usual_port(void **state)
{
    static const struct {
        const char *text;
        unsigned port;
    } cases[] = {
        {"http://h", 80},     {"https://h", 443}, {"redis://h", 6379},
        {"rediss://h", 6379}, {"unix:///a/b", 0}, {"HTTPS://h:1", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct url url = parsed(cases[i].text);

        assert_int_equal(url.port, cases[i].port);
        url_clear(&url);
    }
}

static void user_and_password_are_decoded(void **state)
{
    struct url url = parsed("redis://relay:p%40ss%3aword@h/2");

    (void)state;
    assert_string_equal(url.user, "relay");
    assert_string_equal(url.password, "p@ss:word");
    assert_string_equal(url.path, "/2");
    url_clear(&url);
}

static void a_socket_has_a_path_and_no_host(void **state)
{
    struct url url = parsed("unix:///run/redis.sock?db=3");

    (void)state;
    assert_null(url.host);
    assert_string_equal(url.path, "/run/redis.sock");
    assert_string_equal(url.query, "db=3");
    url_clear(&url);
    refused("unix://run/redis.sock");
}

static void an_ipv6_address_stands_without_brackets(void **state)
{
    struct url url = parsed("http://[2001:DB8::1]:81/");

    (void)state;
    assert_string_equal(url.host, "2001:db8::1");
    assert_int_equal(url.port, 81);
    url_clear(&url);
}

static void an_address_in_another_spelling_is_read_as_libcurl_does(void **state)
{
    struct url url = parsed("http://0x7f.1/");

    (void)state;
    assert_string_equal(url.host, "127.0.0.1");
    url_clear(&url);
}

static void a_host_in_any_script_becomes_punycode(void **state)
{
    struct url url = parsed("https://B\xc3\xbc"
                            "cher.example/");

    (void)state;
    assert_string_equal(url.host, "xn--bcher-kva.example");
    url_clear(&url);
    refused("https://\xff\xfe.example/");
}

static void a_url_is_written_again_in_ascii(void **state)
{
    struct url url = parsed("https://u:p@B\xc3\xbc"
                            "cher.example:8443/\xc3\xbc?a=%20&b");
    struct buf out;

    (void)state;
    buf_init(&out, 300);
    assert_true(url_write(&url, &out));
    assert_string_equal(buf_str(&out),
                        "https://xn--bcher-kva.example:8443/%C3%BC?a=%20&b");
    buf_clear(&out);
    url_clear(&url);
}

static void a_url_that_is_not_of_the_web_is_not_written(void **state)
{
    struct url url = parsed("unix:///run/redis.sock");
    struct buf out;

    (void)state;
    buf_init(&out, 300);
    assert_false(url_write(&url, &out));
    url_clear(&url);
    url = parsed("redis://localhost");
    assert_false(url_write(&url, &out));
    url_clear(&url);
    buf_clear(&out);
}

static void what_is_no_url_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "example.com",
        "/path",
        "https:/h",
        "https:///h",
        "https://",
        "https://h:0/",
        "https://h:65536/",
        "https://h:x/",
        "https://a b/",
        "https://h/\r\nX: y",
        "https://h/\x01",
        "ftp://h/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        " https://h/",
        "unix://",
    };
    char text[10000];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        refused(texts[i]);
    memset(text, 'a', sizeof(text) - 1);
    memcpy(text, "https://h/", 10);
    text[sizeof(text) - 1] = '\0';
    refused(text);
}

static void origin_is(const char *text, const char *origin)
{
    struct buf out;

    buf_init(&out, 300);
    if (!origin) {
        assert_false(url_origin(text, &out));
    } else {
        assert_true(url_origin(text, &out));
        assert_string_equal(buf_str(&out), origin);
    }
    buf_clear(&out);
}

static void an_origin_is_scheme_host_and_unusual_port(void **state)
{
    (void)state;
    origin_is("https://Example.com:443/path?x#y", "https://example.com");
    origin_is("https://example.com:8443", "https://example.com:8443");
    origin_is("http://example.com:80", "http://example.com");
    origin_is("http://example.com:443", "http://example.com:443");
    origin_is("https://[2001:db8::1]:444/", "https://[2001:db8::1]:444");
}

static void what_has_no_origin_is_refused(void **state)
{
    (void)state;
    origin_is("null", NULL);
    origin_is("", NULL);
    origin_is("redis://h", NULL);
    origin_is("unix:///a", NULL);
    origin_is("https://user@example.com", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_taken_apart),
        cmocka_unit_test(each_scheme_has_its_usual_port),
        cmocka_unit_test(user_and_password_are_decoded),
        cmocka_unit_test(a_socket_has_a_path_and_no_host),
        cmocka_unit_test(an_ipv6_address_stands_without_brackets),
        cmocka_unit_test(
            an_address_in_another_spelling_is_read_as_libcurl_does),
        cmocka_unit_test(a_host_in_any_script_becomes_punycode),
        cmocka_unit_test(a_url_is_written_again_in_ascii),
        cmocka_unit_test(a_url_that_is_not_of_the_web_is_not_written),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(an_origin_is_scheme_host_and_unusual_port),
        cmocka_unit_test(what_has_no_origin_is_refused),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
