/* Where the HTTP client may go when it is to stay on the public internet. */
#include "net/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "caller.h"

#include "base/banned.h"

static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};

static void serve(struct caller *caller)
{
    caller_serve(caller, steps, COUNT(steps));
    caller->request.public_only = true;
}

static void an_address_of_the_own_house_is_not_called(void **state)
{
    static const char *const urls[] = {
        "http://127.0.0.1:%u/",
        "https://127.0.0.1:%u/",
        "http://localhost:%u/",
        "http://0x7f000001:%u/",
        "http://127.1:%u/",
        "http://0.0.0.0:%u/",
        "http://[::ffff:127.0.0.1]:%u/",
        "http://[::]:%u/",
        "http://2130706433:%u/",
    };
    struct caller *caller = *state;

    serve(caller);
    for (size_t i = 0; i < COUNT(urls); i++) {
        caller_aim(caller, urls[i]);
        caller_call(caller);
        assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    }
    assert_int_equal(scripted_server_connections(caller->server), 0);
}

static void private_and_metadata_addresses_are_not_called(void **state)
{
    static const char *const urls[] = {
        "https://10.0.0.1/",          "https://192.168.1.1/",
        "https://172.16.0.1/",        "https://169.254.169.254/latest",
        "https://100.64.0.1/",        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",   "https://[::1]/",
        "https://[64:ff9b::7f00:1]/",
    };
    struct caller *caller = *state;

    caller->request.public_only = true;
    for (size_t i = 0; i < COUNT(urls); i++) {
        alloc_replace(&caller->request.url, urls[i]);
        caller_call(caller);
        assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
        assert_non_null(strstr(caller->last.why, "not on the public internet"));
    }
}

static void a_public_address_is_called_by_https_only(void **state)
{
    struct caller *caller = *state;

    caller->request.public_only = true;
    caller->request.url = alloc_text("http://8.8.8.8:443/");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_string_equal(caller->last.why,
                        "8.8.8.8 may be reached by https:// only");
}

static void a_public_address_is_called_on_its_usual_ports_only(void **state)
{
    struct caller *caller = *state;

    caller->request.public_only = true;
    caller->request.url = alloc_text("https://8.8.8.8:22/");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_string_equal(caller->last.why,
                        "8.8.8.8 may be reached on 443 and 8443 only");
}

static void an_allowed_network_may_be_called_in_any_way(void **state)
{
    struct caller *caller = *state;

    serve(caller);
    caller->request.networks = "10.0.0.0/8, 127.0.0.0/8";
    caller_call(caller);
    assert_int_equal(caller->answered, 1);
}

static void a_connection_that_others_opened_is_judged_anew(void **state)
{
    struct caller *caller = *state;

    serve(caller);
    caller->request.public_only = false;
    caller_call(caller);
    caller->request.public_only = true;
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_int_equal(scripted_server_begun(caller->server), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        caller_test(an_address_of_the_own_house_is_not_called),
        caller_test(private_and_metadata_addresses_are_not_called),
        caller_test(a_public_address_is_called_by_https_only),
        caller_test(a_public_address_is_called_on_its_usual_ports_only),
        caller_test(an_allowed_network_may_be_called_in_any_way),
        caller_test(a_connection_that_others_opened_is_judged_anew),
    };

    return cmocka_run_group_tests_name("http_client_guard", tests, NULL, NULL);
}
