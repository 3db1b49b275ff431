/* What is wrong with a Redis client's options is found before it connects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "net/redis.h"

#include "base/banned.h"

/* Whether a client can be made of it; *err says why not. */
static bool makes(struct redis_options *options, const char *url,
                  struct error *err)
{
    struct loop *loop = loop_new();
    struct redis *redis;

    options->url = alloc_text(url);
    redis = redis_new(loop, options, err);
    redis_free(redis);
    redis_options_clear(options);
    loop_free(loop);
    return redis != NULL;
}

static void refused(struct redis_options *options, const char *url,
                    const char *why)
{
    struct error err = {0};

    assert_false(makes(options, url, &err));
    if (!strstr(err.text, why))
        fail_msg("'%s' does not say '%s'", err.text, why);
}

static void every_form_of_url_is_taken(void **state)
{
    static const char *const urls[] = {
        "redis://127.0.0.1",
        "redis://127.0.0.1/",
        "redis://127.0.0.1:6380/15",
        "redis://user:pass@127.0.0.1/0",
        "redis://:pass@[::1]:6380",
        "rediss://127.0.0.1",
        "unix:///nowhere/redis.sock",
        "unix:///nowhere/redis.sock?db=3",
        "unix:///no%20where/redis.sock",
    };
    struct redis_options options = {0};
    struct error err = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++)
        if (!makes(&options, urls[i], &err))
            fail_msg("%s: %s", urls[i], err.text);
}

static void what_is_wrong_with_a_url_is_said(void **state)
{
    /* clang-format off */
    static const struct {
        const char *url, *why;
    } cases[] = {
        { NULL, "no URL" },
        { "", "no URL" },
        { "localhost:6379", "begins with a scheme" },
        { "http://localhost", "must begin with redis://" },
        { "redis://localhost/one", "'one' is not the number of a database" },
        { "redis://localhost/-1", "not the number of a database" },
        { "redis://localhost/1/2", "not the number of a database" },
        { "redis://localhost/?db=1", "write the database as redis://host/" },
        { "redis://user@localhost", "no password" },
        { "unix:///", "unix:///path" },
        { "unix:///run/r.sock?x=1", "only ?db=NUMBER" },
        { "unix:///run/r.sock?db=x", "'x' is not the number" },
        { "unix:///run/%zz", "broken" },
    };
    /* clang-format on */
    struct redis_options options = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        refused(&options, cases[i].url, cases[i].why);
}

static void a_socket_path_that_is_too_long_is_refused(void **state)
{
    struct redis_options options = {0};
    char url[200];

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "unix:///", 8);
    url[sizeof(url) - 1] = '\0';
    refused(&options, url, "over 107 bytes");
}

static void certificate_files_without_tls_are_refused(void **state)
{
    struct redis_options options = {0};

    (void)state;
    options.ca = alloc_text("/etc/ssl/certs/ca-certificates.crt");
    refused(&options, "redis://localhost", "rediss://");
}

static void certificate_files_that_cannot_be_used_are_named(void **state)
{
    struct redis_options options = {0};

    (void)state;
    options.ca = alloc_text("/nowhere/ca.pem");
    refused(&options, "rediss://localhost", "CA file /nowhere/ca.pem");
    options.certificate = alloc_text("/nowhere/own.pem");
    refused(&options, "rediss://localhost", "both or neither");
    options.certificate = alloc_text("/nowhere/own.pem");
    options.key = alloc_text("/nowhere/own.key");
    refused(&options, "rediss://localhost", "certificate file /nowhere/own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_url_is_taken),
        cmocka_unit_test(what_is_wrong_with_a_url_is_said),
        cmocka_unit_test(a_socket_path_that_is_too_long_is_refused),
        cmocka_unit_test(certificate_files_without_tls_are_refused),
        cmocka_unit_test(certificate_files_that_cannot_be_used_are_named),
    };

    return cmocka_run_group_tests_name("redis_options", tests, NULL, NULL);
}
