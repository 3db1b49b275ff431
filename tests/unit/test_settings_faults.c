/* Settings: whatever is wrong in a file is told with line, path and advice. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

#define ACME "destinations: { d: { subdomain: acme, token: abc } }\n"

struct row {
    const char *yaml;
    const char *fault; /* begins with the file's name */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(fault_of(rows[i].yaml), rows[i].fault);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
static void an_unknown_name_is_told_with_the_nearest_right_one(void **state)
{
    static const struct row rows[] = {
        { "listn: 127.0.0.1:80\n",
          "afterhours.yaml: line 1: listn: unknown; did you mean \"listen\"?" },
        { "redis:\n  uri: redis://x\n",
          "afterhours.yaml: line 2: redis.uri: unknown; did you mean \"url\"?" },
        { "destinations:\n  support:\n    subdomain: acme\n    budjet: 3\n",
          "afterhours.yaml: line 4: destinations.support.budjet: unknown; "
          "did you mean \"budget_per_minute\"?" },
        { "destinations:\n  support: {retry: {bse: 3s}}\n",
          "afterhours.yaml: line 2: destinations.support.retry.bse: unknown; "
          "did you mean \"base\"?" },
        { "forms:\n  f:\n    callback:\n      secret_fiel: x\n",
          "afterhours.yaml: line 4: forms.f.callback.secret_fiel: unknown; "
          "did you mean \"secret_file\"?" },
        { "\n\nfroms: {}\n",
          "afterhours.yaml: line 3: froms: unknown; did you mean \"forms\"?" },
        { "wxyzwxyz: 1\n", "afterhours.yaml: line 1: wxyzwxyz: unknown" },
        { "listen_file: x\n",
          "afterhours.yaml: line 1: listen_file: unknown; "
          "did you mean \"listen\"?" },
        { "? [a, b]\n: 1\n", "afterhours.yaml: line 1: a name is missing, or is not text" },
        { "'': { listen: 127.0.0.1:81 }\n",
          "afterhours.yaml: line 1: a name is missing, or is not text" },
    };

    (void)state;
    CHECK(rows);
}

static void what_is_not_built_yet_is_refused_by_name(void **state)
{
    static const char *const names[] = {
        "seal", "alerts",
    };
    static const struct row rows[] = {
        { "redis: { sentinels: [] }\n",
          "afterhours.yaml: line 1: redis.sentinels: not supported yet by "
          "this version" },
        { "forms:\n  f:\n    challenge: true\n",
          "afterhours.yaml: line 3: forms.f.challenge: not supported yet by "
          "this version" },
        { "forms:\n  f:\n    min_fill_time: 3s\n",
          "afterhours.yaml: line 3: forms.f.min_fill_time: not supported yet "
          "by this version" },
        { "limits: { per_email: 3 }\n",
          "afterhours.yaml: line 1: limits.per_email: not supported yet by "
          "this version" },
    };

    (void)state;
    CHECK(rows);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char yaml[64];

        snprintf(yaml, sizeof(yaml), "%s: { x: 1 }\n", names[i]);
        assert_non_null(strstr(fault_of(yaml), "not supported yet"));
    }
}

static void a_value_of_the_wrong_shape_is_told(void **state)
{
    static const struct row rows[] = {
        { "listen: [a]\n", "afterhours.yaml: line 1: listen: must be one value" },
        { "listen: { a: b }\n",
          "afterhours.yaml: line 1: listen: must be one value" },
        { "hosts: { a: b }\n",
          "afterhours.yaml: line 1: hosts: must be a list of values" },
        { "hosts: [[a]]\n",
          "afterhours.yaml: line 1: hosts: must be a list of values" },
        { "hosts: [a, ~]\n",
          "afterhours.yaml: line 1: hosts: must be a list of values" },
        { "redis: redis://x\n",
          "afterhours.yaml: line 1: redis: must be a block of names and "
          "values" },
        { "forms: [a]\n",
          "afterhours.yaml: line 1: forms: must be a block of names and "
          "values" },
        { "- a\n",
          "afterhours.yaml: line 1: must be a block of names and values" },
        { "destinations: { d: { token_file: [a] } }\n",
          "afterhours.yaml: line 1: destinations.d.token_file: must be one "
          "value" },
    };

    (void)state;
    CHECK(rows);
}

static void a_file_that_is_not_yaml_is_told_with_the_line(void **state)
{
    static const struct row rows[] = {
        { "listen: [\n",
          "afterhours.yaml: line 2: is not YAML: did not find expected node "
          "content, while parsing a flow node" },
        { "log:\n\tlevel: info\n",
          "afterhours.yaml: line 2: is not YAML: found character that cannot "
          "start any token, while scanning for the next token" },
        { "listen: *nobody\n",
          "afterhours.yaml: line 1: is not YAML: found undefined alias" },
        { "log:\n  level: 'inf\xff'\n",
          "afterhours.yaml: line 2: is not YAML: invalid leading UTF-8 octet" },
        { "listen: 127.0.0.1:80\n---\nlisten: 127.0.0.1:81\n",
          "afterhours.yaml: line 3: a second document begins here; only one "
          "is read" },
    };

    (void)state;
    CHECK(rows);
}

static void a_name_that_stands_twice_is_told(void **state)
{
    static const struct row rows[] = {
        { "listen: 127.0.0.1:80\nhosts: []\nlisten: 127.0.0.1:81\n",
          "afterhours.yaml: line 3: listen: stands twice, first in line 1" },
        { "forms:\n  f: { public: true }\n  f: { public: false }\n",
          "afterhours.yaml: line 3: forms.f: stands twice, first in line 2" },
    };

    (void)state;
    CHECK(rows);
}

static void a_name_that_cannot_be_one_is_told(void **state)
{
    static const char *const yamls[] = {
        "destinations: { Support: {} }\n",
        "destinations: { 'a b': {} }\n",
        "destinations: { '': {} }\n",
        "destinations: { -a: {} }\n",
        "destinations: { aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {} }\n",
        "forms: { 'a{b}': {} }\n",
        "forms: { 'a.b': {} }\n",
        "forms: { f: { fields: { _x: {} } } }\n",
        "forms: { f: { fields: { 'a b': {} } } }\n",
        "forms: { f: { departments: { 'a.b': 1 } } }\n",
        "forms: { f: { departments: { '': 1 } } }\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(yamls) / sizeof(yamls[0]); i++)
        assert_non_null(strstr(fault_of(yamls[i]), "name has "));
}

static void a_number_out_of_range_is_told_with_the_range(void **state)
{
    static const struct row rows[] = {
        { "processes: { serve: 0 }\n",
          "afterhours.yaml: line 1: processes.serve: '0' is out of range; "
          "allowed is 1 to 64" },
        { "processes: { serve: four }\n",
          "afterhours.yaml: line 1: processes.serve: 'four' is not a whole "
          "number" },
        { "processes: { serve: 1.5 }\n",
          "afterhours.yaml: line 1: processes.serve: '1.5' is not a whole "
          "number" },
        { "limits: { connections: 99999999999999999999 }\n",
          "afterhours.yaml: line 1: limits.connections: "
          "'99999999999999999999' is not a whole number" },
        { "limits: { body: 17MiB }\n",
          "afterhours.yaml: line 1: limits.body: '17MiB' is out of range; "
          "allowed is 1KiB to 16MiB" },
        { "limits: { body: 64 KiB }\n",
          "afterhours.yaml: line 1: limits.body: '64 KiB' is not a size; "
          "write a number of bytes, or 64KiB, 1MiB" },
        { "limits: { head_timeout: 2h }\n",
          "afterhours.yaml: line 1: limits.head_timeout: '2h' is out of "
          "range; allowed is 100ms to 1h" },
        { "limits: { head_timeout: -2s }\n",
          "afterhours.yaml: line 1: limits.head_timeout: '-2s' is not a "
          "duration; write 500ms, 90s, 15m, 2h or 3d" },
        { "destinations: { d: { reserve: 20% } }\n",
          "afterhours.yaml: line 1: destinations.d.reserve: '20%' is not a "
          "share; write a number from 0 to 1" },
        { "destinations: { d: { reserve: nan } }\n",
          "afterhours.yaml: line 1: destinations.d.reserve: 'nan' is not a "
          "share; write a number from 0 to 1" },
        { "forms: { f: { public: maybe } }\n",
          "afterhours.yaml: line 1: forms.f.public: 'maybe' is neither true nor "
          "false" },
        { "log: { level: loud }\n",
          "afterhours.yaml: line 1: log.level: 'loud' is none of debug, info, "
          "warn, error" },
        { "forms: { f: { departments: { a: 0 } } }\n",
          "afterhours.yaml: line 1: forms.f.departments.a: '0' is out of "
          "range; allowed is 1 to 9223372036854775807" },
        { "forms: { f: { callback: { events: [linked, lost] } } }\n",
          "afterhours.yaml: line 1: forms.f.callback.events: 'lost' is none "
          "of delivered, linked, unlinked, failed" },
        { "forms: { f: { fields: { a: { type: date } } } }\n",
          "afterhours.yaml: line 1: forms.f.fields.a.type: 'date' is none of "
          "text, email, number, checkbox, select" },
    };

    (void)state;
    CHECK(rows);
}

static void an_address_that_cannot_be_one_is_told(void **state)
{
    static const char *const yamls[] = {
        "listen: nowhere\n", "listen: '127.0.0.1:'\n",
        "listen: 127.0.0.1:65536\n", "listen: '::1:80'\n",
        "listen: '127.0.0.1:-1'\n", "listen: ''\n", "listen: ' :80'\n",
        "public_url: relay.example\n", "public_url: ftp://relay.example\n",
        "public_url: https://\n", "public_url: https://a b\n",
        "public_url: https://u:p@relay.example\n",
        "public_url: https://relay.example/?x\n",
        "public_url: https://relay.example:99999\n",
        "public_url: \"https://relay.example/\\n\"\n",
        "redis: { url: localhost:6379 }\n", "redis: { url: http://x }\n",
        "redis: { url: 'unix://relative' }\n", "redis: { url: 'redis://' }\n",
        "trusted_proxies: [10.0.0.1/8]\n", "trusted_proxies: ['fd00::1/8']\n",
        "trusted_proxies: [0.0.0.1/0]\n", "trusted_proxies: [10.0.0.0/]\n",
        "trusted_proxies: [10.0.0.0/33]\n", "trusted_proxies: [10.0.0]\n",
        "trusted_proxies: [proxy.example]\n", "trusted_proxies: ['::/129']\n",
        "hosts: [https://relay.example]\n", "hosts: ['']\n",
        "destinations: { d: { subdomain: acme.zendesk.com } }\n",
        "destinations: { d: { subdomain: '-a' } }\n",
        "destinations: { d: { ticket_url: 'https://x/1' } }\n",
        "destinations: { d: { ticket_url: 'https://x/{id}/{what}' } }\n",
        "destinations: { d: { agent_url: 'javascript:{id}' } }\n",
        "forms: { f: { origins: ['*'] } }\n",
        "forms: { f: { origins: ['null'] } }\n",
        "forms: { f: { origins: ['https://www.example.com/'] } }\n",
        "forms: { f: { origins: ['https://*'] } }\n",
        "forms: { f: { origins: ['https://a.*.com'] } }\n",
        "forms: { f: { origins: ['www.example.com'] } }\n",
        "forms: { f: { thanks_url: '//evil.example' } }\n",
        "forms: { f: { thanks_url: '/\\evil.example' } }\n",
        "forms: { f: { thanks_url: 'javascript:1' } }\n",
        "forms: { f: { honeypot: 'a b' } }\n",
        "forms: { f: { callback: { url: 'ftp://x' } } }\n",
        "forms: { f: { callback: { url: 'https://u@x' } } }\n",
        "forms: { f: { callback: { allow_networks: [lan] } } }\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(yamls) / sizeof(yamls[0]); i++) {
        const char *fault = fault_of(yamls[i]);

        if (!strstr(fault, "afterhours.yaml: line 1: ") ||
            (!strstr(fault, "cannot be used: ") && !strchr(yamls[i], '@') &&
             !strstr(fault, "control characters")))
            fail_msg("%s gives: %s", yamls[i], fault);
    }
}

static void a_fault_never_repeats_a_secret(void **state)
{
    static const char *const yamls[] = {
        "destinations: { d: { subdomain: a, token: 'abc hunter2' } }\n",
        "forms: { f: { key: 'abc hunter2' } }\n",
        "forms: { f: { callback: { secret: hunter2 } } }\n",
        "forms: { f: { callback: { secrets: [hunter2] } } }\n",
        "forms: { f: { callback: { secret: whsec_hunter2 } } }\n",
        "secret: hunter2\n",
        "redis: { url: 'rediss:/u:hunter2@x' }\n",
        "redis: { password: \"hunter2\\x01\" }\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(yamls) / sizeof(yamls[0]); i++)
        if (strstr(fault_of(yamls[i]), "hunter2"))
            fail_msg("%s", fault_of(yamls[i]));
}

static void settings_that_do_not_fit_each_other_are_told(void **state)
{
    static const struct row rows[] = {
        { "destinations:\n  d: { subdomain: acme }\n",
          "afterhours.yaml: line 2: destinations.d: has no token; set "
          "token_file to a file with an OAuth token of Zendesk Chat with the "
          "scopes read, write and chat" },
        { "destinations:\n  d: { subdomain: a, token: b,\n"
          "       oauth: { client_id: c, client_secret: d,\n"
          "                refresh_token: e } }\n",
          "afterhours.yaml: line 2: destinations.d.oauth: and token are both "
          "set: tokens are either refreshed or given" },
        { "destinations:\n  d: { subdomain: a, oauth: { client_id: c } }\n",
          "afterhours.yaml: line 2: destinations.d.oauth: has no "
          "refresh_token; set refresh_token_file to a file with the one you "
          "got with the first access token" },
        { "destinations:\n  d: { subdomain: a, oauth: { refresh_token: c } }\n",
          "afterhours.yaml: line 2: destinations.d.oauth: needs client_id and "
          "client_secret_file beside refresh_token: those of the API client "
          "in Zendesk Chat's settings" },
        { "destinations:\n  d: { subdomain: a, token: b,\n"
          "       request_timeout: 30s }\n",
          "afterhours.yaml: line 3: destinations.d.request_timeout: must be "
          "less than half of lease, which is 1m" },
        { "destinations:\n  d: { subdomain: a, token: b, lease: 40s }\n",
          "afterhours.yaml: line 2: destinations.d.request_timeout: must be "
          "less than half of lease, which is 40s" },
        { "destinations:\n  d: { subdomain: a, token: b,\n"
          "       retry: { base: 2m, cap: 1m } }\n",
          "afterhours.yaml: line 3: destinations.d.retry.base: is longer than "
          "retry.cap" },
        { "destinations:\n  d: { base_url: 'http://a', token: b,\n"
          "       ticket_url: 'http://{subdomain}/{id}' }\n",
          "afterhours.yaml: line 3: destinations.d.ticket_url: and agent_url "
          "cannot use {subdomain}: none is set" },
        { "tls:\n  certificate: x\n",
          "afterhours.yaml: line 2: tls.certificate: needs tls.key beside it" },
        { "redis:\n  key: x\n",
          "afterhours.yaml: line 2: redis.key: needs redis.certificate beside "
          "it" },
    };

    (void)state;
    CHECK(rows);
}

static void a_form_that_cannot_work_is_told(void **state)
{
    static const struct row rows[] = {
        { ACME "forms:\n  f: { destination: e, public: true }\n",
          "afterhours.yaml: line 3: forms.f.destination: there is no "
          "destination 'e'; there are: d" },
        { "destinations:\n  support: { subdomain: a, token: b }\n"
          "  sales: { subdomain: a, token: b }\n"
          "forms:\n  f: { destination: suport, public: true }\n",
          "afterhours.yaml: line 5: forms.f.destination: there is no "
          "destination 'suport'; did you mean \"support\"?" },
        { "destinations:\n  a: { subdomain: a, token: b }\n"
          "  b: { subdomain: a, token: b }\n"
          "forms:\n  f: { public: true }\n",
          "afterhours.yaml: line 5: forms.f.destination: must be set to one "
          "of: a, b" },
        { ACME "forms:\n  f: {}\n",
          "afterhours.yaml: line 3: forms.f: nobody could post to it; set "
          "origins to the website's address, key for a server, or public: "
          "true for everybody" },
        { ACME "forms:\n  f:\n    public: true\n    callback:\n"
          "      url: https://a.example\n",
          "afterhours.yaml: line 6: forms.f.callback.url: needs "
          "callback.secret beside it, to sign with: whsec_ and what 'openssl "
          "rand -base64 32' prints" },
        { ACME "forms:\n  f:\n    public: true\n    callback:\n"
          "      secret: aaaaaaaaaaaaaaaaaaaaaaaa\n",
          "afterhours.yaml: line 3: forms.f.callback: has a secret, but no "
          "url" },
        { ACME "forms:\n  f:\n    public: true\n    fields:\n"
          "      email: { required: no }\n",
          "afterhours.yaml: line 6: forms.f.fields.email: every form has this "
          "field already; see email_required" },
        { ACME "forms:\n  f:\n    public: true\n    honeypot: trap\n"
          "    fields:\n      trap:\n",
          "afterhours.yaml: line 7: forms.f.fields.trap: is the honeypot's "
          "name" },
        { ACME "forms:\n  f:\n    public: true\n    departments:\n"
          "      sales:\n",
          "afterhours.yaml: line 6: forms.f.departments.sales: must be the "
          "department's id, a number" },
        { ACME "forms:\n  f:\n    public: true\n    callback:\n"
          "      url: https://a.example\n      events: []\n"
          "      secret: aaaaaaaaaaaaaaaaaaaaaaaa\n",
          "afterhours.yaml: line 7: forms.f.callback.events: must name at "
          "least one event" },
    };

    (void)state;
    CHECK(rows);
}
/* clang-format on */

static void
of_many_faults_the_first_is_told_and_the_rest_are_counted(void **state)
{
    (void)state;
    assert_string_equal(
        fault_of("listn: 1\nlog: { level: loud }\nhosts: [' ']\n"),
        "afterhours.yaml: line 1: listn: unknown; did you mean \"listen\"? "
        "(and 2 more: see 'afterhours config print')");
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    static const char *const rows[][2] = {
        {"missing.yaml", "missing.yaml: No such file or directory"},
        {"/", "/: is a directory"},
    };
    struct error err;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_null(settings_load(rows[i][0], &err));
        assert_int_equal(err.kind, ERROR_CONFIG);
        assert_string_equal(err.text, rows[i][1]);
    }
    assert_null(settings_load("missing.yaml", NULL));
}

static void wrong_settings_can_still_be_looked_at(void **state)
{
    struct error err = {0};
    struct settings *settings;

    (void)state;
    write_file("a.yaml", "listen: 127.0.0.1:99\nlog: { level: loud }\n");
    settings = settings_load_raw("a.yaml", &err);
    assert_int_equal(err.kind, ERROR_CONFIG);
    assert_string_equal(settings->listen, "127.0.0.1:99");
    assert_int_equal(settings->log_level, LOG_LEVEL_INFO);
    settings_release(settings);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(an_unknown_name_is_told_with_the_nearest_right_one),
        TEST(what_is_not_built_yet_is_refused_by_name),
        TEST(a_value_of_the_wrong_shape_is_told),
        TEST(a_file_that_is_not_yaml_is_told_with_the_line),
        TEST(a_name_that_stands_twice_is_told),
        TEST(a_name_that_cannot_be_one_is_told),
        TEST(a_number_out_of_range_is_told_with_the_range),
        TEST(an_address_that_cannot_be_one_is_told),
        TEST(a_fault_never_repeats_a_secret),
        TEST(settings_that_do_not_fit_each_other_are_told),
        TEST(a_form_that_cannot_work_is_told),
        TEST(of_many_faults_the_first_is_told_and_the_rest_are_counted),
        TEST(a_file_that_cannot_be_read_is_told),
        TEST(wrong_settings_can_still_be_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
