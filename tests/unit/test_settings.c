/* Settings: what is right without a word, what a file says, and asking. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

static struct settings *defaults(void)
{
    struct error err = {0};
    struct settings *settings = settings_load(NULL, &err);

    if (!settings)
        fail_msg("%s", err.text);
    return settings;
}

static void without_any_file_a_form_goes_to_a_destination(void **state)
{
    struct settings *settings = defaults();
    const struct settings_form *form = settings_form(settings, "contact");

    (void)state;
    assert_null(settings->path);
    assert_int_equal(settings->form_count, 1);
    assert_int_equal(settings->destination_count, 1);
    assert_non_null(form);
    assert_string_equal(form->destination, "default");
    assert_false(form->public);
    assert_int_equal(form->origin_count, 2);
    assert_string_equal(form->origins[0], "http://127.0.0.1:8080");
    assert_string_equal(form->origins[1], "http://localhost:8080");
    assert_null(settings_destination(settings, "default")->base_url);
    settings_release(settings);
}

static void the_relay_itself_has_its_defaults(void **state)
{
    struct settings *settings = defaults();

    (void)state;
    assert_string_equal(settings->listen, "127.0.0.1:8080");
    assert_string_equal(settings->public_url, "http://127.0.0.1:8080");
    assert_string_equal(settings->data_dir, ".afterhours");
    assert_int_equal(settings->serve_processes, 1);
    assert_int_equal(settings->work_processes, 1);
    assert_null(settings->redis.url);
    assert_int_equal(settings->redis.timeout_ms, 5000);
    assert_int_equal(settings->log_level, LOG_LEVEL_INFO);
    assert_int_equal(settings->log_format, LOG_FORMAT_LOGFMT);
    assert_int_equal(settings->limits.body, 65536);
    assert_int_equal(settings->limits.message, 10000);
    assert_int_equal(settings->limits.field, 500);
    assert_int_equal(settings->limits.fields, 40);
    assert_int_equal(settings->limits.connections, 4000);
    assert_int_equal(settings->limits.head_timeout_ms, 10000);
    assert_int_equal(settings->limits.body_timeout_ms, 20000);
    assert_false(secret_present(&settings->secret));
    settings_release(settings);
}

static void a_destination_has_its_defaults(void **state)
{
    struct settings *settings = defaults();
    const struct settings_destination *d = &settings->destinations[0];

    (void)state;
    assert_int_equal(d->budget_per_minute, 200);
    assert_true(d->reserve > 0.199 && d->reserve < 0.201);
    assert_false(d->send_department);
    assert_int_equal(d->request_timeout_ms, 20000);
    assert_int_equal(d->lease_ms, 60000);
    assert_int_equal(d->retry_base_ms, 2000);
    assert_int_equal(d->retry_cap_ms, 3600000);
    assert_int_equal(d->retry_give_up_ms, 3 * 86400000LL);
    assert_int_equal(d->search_patience_ms, 60000);
    assert_int_equal(d->backlog_alarm_ms, 3600000);
    assert_int_equal(d->look_interval_ms, 60000);
    assert_int_equal(d->ticket_first_ms, 5000);
    assert_int_equal(d->ticket_patience_ms, 86400000);
    assert_int_equal(d->on_doubt, ON_DOUBT_SEND);
    settings_release(settings);
}

static void a_form_has_its_defaults(void **state)
{
    struct settings *settings = defaults();
    const struct settings_form *form = &settings->forms[0];

    (void)state;
    assert_true(form->email_required);
    assert_int_equal(form->unknown_fields, UNKNOWN_REFUSE);
    assert_string_equal(form->honeypot, "_gotcha");
    assert_int_equal(form->dedupe_window_ms, 60000);
    assert_int_equal(form->durability, DURABILITY_ANY);
    assert_int_equal(form->keep_ms, 30 * 86400000LL);
    assert_null(form->callback.url);
    assert_false(form->callback.on_delivered);
    assert_true(form->callback.on_linked);
    assert_true(form->callback.on_unlinked);
    assert_true(form->callback.on_failed);
    settings_release(settings);
}

static const char whole_file[] =
    "public_url: https://relay.example/\n"
    "listen: '[::1]:9000'\n"
    "trusted_proxies: [10.0.0.0/8, '2001:db8::1']\n"
    "log: { format: json, level: debug }\n"
    "redis: { url: 'redis://redis:6379/0', timeout: 250ms }\n"
    "limits: { body: 1MiB, depth: 0 }\n"
    "destinations:\n"
    "  support:\n"
    "    subdomain: acme\n"
    "    token: abc\n"
    "    reserve: 0.5\n"
    "    retry: { base: 1s, cap: 15m, give_up: 2h }\n"
    "    on_doubt: hold\n"
    "  sales: { base_url: 'https://chat.example/x/', token: def }\n"
    "forms:\n"
    "  contact:\n"
    "    destination: support\n"
    "    origins: [https://www.example.com, 'https://*.example.org:8443']\n"
    "    email_required: no\n"
    "    unknown_fields: keep\n"
    "    durability: disk\n"
    "    erase_after: 7d\n"
    "    departments: { billing: 7282618889231, Sales & Co: 5 }\n"
    "    fields:\n"
    "      company: { label: Your company, required: yes, limit: 80 }\n"
    "      size: { type: number }\n"
    "    callback:\n"
    "      url: https://www.example.com/hooks/tickets?x=1\n"
    "      secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
    "      events: [delivered, failed]\n"
    "      allow_networks: [10.0.0.0/8, 192.168.0.0/16]\n"
    "  other: { destination: sales, public: true, thanks_url: /thanks }\n";

static void everything_in_a_file_is_taken(void **state)
{
    struct settings *settings = settings_of(whole_file);
    const struct settings_destination *d =
        settings_destination(settings, "support");

    (void)state;
    assert_string_equal(settings->public_url, "https://relay.example");
    assert_string_equal(settings->listen, "[::1]:9000");
    assert_int_equal(settings->trusted_proxy_count, 2);
    assert_string_equal(settings->trusted_proxies[1], "2001:db8::1");
    assert_int_equal(settings->log_format, LOG_FORMAT_JSON);
    assert_int_equal(settings->log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(settings->redis.timeout_ms, 250);
    assert_int_equal(settings->limits.body, 1048576);
    assert_int_equal(settings->limits.depth, 0);
    assert_string_equal(d->base_url, "https://acme.zendesk.com");
    assert_true(secret_equal(&d->token, "abc", 3));
    assert_null(d->token_file);
    assert_int_equal(d->retry_base_ms, 1000);
    assert_int_equal(d->retry_cap_ms, 900000);
    assert_int_equal(d->retry_give_up_ms, 7200000);
    assert_int_equal(d->on_doubt, ON_DOUBT_HOLD);
    assert_string_equal(settings_destination(settings, "sales")->base_url,
                        "https://chat.example/x");
    assert_null(settings_destination(settings, "nobody"));
    settings_release(settings);
}

static void a_form_in_a_file_is_taken(void **state)
{
    struct settings *settings = settings_of(whole_file);
    const struct settings_form *form = settings_form(settings, "contact");

    (void)state;
    assert_int_equal(form->origin_count, 2);
    assert_string_equal(form->origins[1], "https://*.example.org:8443");
    assert_false(form->email_required);
    assert_int_equal(form->unknown_fields, UNKNOWN_KEEP);
    assert_int_equal(form->durability, DURABILITY_DISK);
    assert_int_equal(form->keep_ms, 7 * 86400000LL);
    assert_int_equal(form->department_count, 2);
    assert_int_equal(form->departments[0].id, 7282618889231);
    assert_string_equal(form->departments[1].name, "Sales & Co");
    assert_int_equal(form->field_count, 2);
    assert_string_equal(form->fields[0].label, "Your company");
    assert_true(form->fields[0].required);
    assert_int_equal(form->fields[0].limit, 80);
    assert_string_equal(form->fields[1].type, "number");
    assert_string_equal(form->fields[1].label, "size");
    assert_int_equal(form->fields[1].limit, 500);
    assert_true(settings_form(settings, "other")->public);
    settings_release(settings);
}

static void a_callback_in_a_file_is_taken(void **state)
{
    struct settings *settings = settings_of(whole_file);
    const struct settings_callback *callback = &settings->forms[0].callback;

    (void)state;
    assert_string_equal(callback->url,
                        "https://www.example.com/hooks/tickets?x=1");
    assert_int_equal(callback->secret_count, 1);
    assert_true(secret_equal(&callback->secrets[0],
                             "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38));
    assert_true(callback->on_delivered);
    assert_false(callback->on_linked);
    assert_false(callback->on_unlinked);
    assert_true(callback->on_failed);
    assert_string_equal(callback->allow_networks, "10.0.0.0/8,192.168.0.0/16");
    settings_release(settings);
}

static void json_is_read_as_well(void **state)
{
    struct settings *settings =
        settings_of("{\"listen\": \"127.0.0.1:9\", \"hosts\": [\"a.b\"],\n"
                    " \"log\": {\"level\": \"warn\"}}\n");

    (void)state;
    assert_string_equal(settings->listen, "127.0.0.1:9");
    assert_string_equal(settings->hosts[0], "a.b");
    assert_int_equal(settings->log_level, LOG_LEVEL_WARN);
    settings_release(settings);
}

static void an_alias_stands_for_what_it_names(void **state)
{
    struct settings *settings =
        settings_of("limits: { head_timeout: &t 7s, body_timeout: *t }\n"
                    "destinations:\n"
                    "  a: &d { subdomain: acme, token: abc }\n"
                    "  b: *d\n"
                    "forms: { contact: { destination: b, public: true } }\n");

    (void)state;
    assert_int_equal(settings->limits.body_timeout_ms, 7000);
    assert_string_equal(settings_destination(settings, "b")->subdomain, "acme");
    settings_release(settings);
}

static void what_is_left_empty_has_its_default(void **state)
{
    struct settings *settings = settings_of("listen:\n"
                                            "hosts: ~\n"
                                            "redis:\n"
                                            "limits: { body: null }\n"
                                            "forms:\n");

    (void)state;
    assert_string_equal(settings->listen, "127.0.0.1:8080");
    assert_int_equal(settings->limits.body, 65536);
    assert_int_equal(settings->form_count, 1);
    settings_release(settings);
}

static void an_empty_list_is_empty(void **state)
{
    struct settings *settings =
        settings_of("hosts: []\n"
                    "destinations: { d: { subdomain: acme, token: abc } }\n"
                    "forms: { f: { origins: [], public: yes, callback: {\n"
                    "  url: 'https://a.example', secrets: [], events: linked,\n"
                    "  secret: aaaaaaaaaaaaaaaaaaaaaaaa,\n"
                    "  allow_networks: [] } } }\n");

    (void)state;
    assert_int_equal(settings->host_count, 0);
    assert_int_equal(settings->forms[0].origin_count, 0);
    assert_int_equal(settings->forms[0].callback.secret_count, 1);
    assert_null(settings->forms[0].callback.allow_networks);
    settings_release(settings);
}

static void an_empty_file_is_as_good_as_none(void **state)
{
    (void)state;
    settings_release(settings_of(""));
    settings_release(settings_of("# only words\n"));
}

static void the_only_destination_need_not_be_named(void **state)
{
    struct settings *settings =
        settings_of("destinations: { x: { subdomain: acme, token: abc } }\n"
                    "forms: { contact: { public: true } }\n");

    (void)state;
    assert_string_equal(settings->forms[0].destination, "x");
    settings_release(settings);
}

static void the_public_address_follows_listen(void **state)
{
    /* clang-format off */
    static const struct { const char *yaml, *url; } rows[] = {
        { "listen: 127.0.0.1:80\n",      "http://127.0.0.1" },
        { "listen: '[::1]:81'\n",        "http://[::1]:81" },
        { "listen: 8082\n",              "http://localhost:8082" },
        { "listen: ':8082'\n",           "http://localhost:8082" },
        { "listen: '*:8082'\n",          "http://localhost:8082" },
        { "listen: 0.0.0.0:8082\n",      "http://localhost:8082" },
        { "listen: 10.0.0.1:443\ntls: { certificate: c, key: k }\n",
          "https://10.0.0.1" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct settings *settings = settings_of(rows[i].yaml);

        assert_string_equal(settings->public_url, rows[i].url);
        settings_release(settings);
    }
}

static void
this_machine_asks_by_loopback_or_by_the_certificates_name(void **state)
{
    /* clang-format off */
    static const struct { const char *yaml, *url; } rows[] = {
        { "listen: 127.0.0.1:8082\n", "http://127.0.0.1:8082/readyz" },
        { "listen: 127.0.0.1:80\n",   "http://127.0.0.1/readyz" },
        { "listen: '[::1]:81'\n",     "http://[::1]:81/readyz" },
        { "listen: 8082\n",           "http://127.0.0.1:8082/readyz" },
        { "listen: ':8082'\n",        "http://127.0.0.1:8082/readyz" },
        { "listen: '[::]:8082'\n",    "http://127.0.0.1:8082/readyz" },
        { "listen: 0.0.0.0:8443\npublic_url: https://relay.example\n"
          "tls: { certificate: c, key: k }\n",
          "https://relay.example/readyz" },
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct settings *settings = settings_of(rows[i].yaml);
        char *url = settings_ready_url(settings);

        assert_string_equal(url, rows[i].url);
        free(url);
        settings_release(settings);
    }
}

static void settings_live_until_the_last_holder_lets_go(void **state)
{
    struct settings *settings = defaults();

    (void)state;
    assert_ptr_equal(settings_hold(settings), settings);
    settings_release(settings);
    assert_string_equal(settings->listen, "127.0.0.1:8080");
    settings_release(settings);
    settings_release(NULL);
}

static void a_demo_may_post_from_the_relays_own_pages(void **state)
{
    struct settings *settings =
        settings_of("public_url: https://relay.example/in\n"
                    "destinations: { x: { subdomain: acme, token: abc } }\n"
                    "forms: { f: { origins: [https://www.example.com] } }\n");

    (void)state;
    settings_demo(settings);
    settings_demo(settings);
    assert_int_equal(settings->forms[0].origin_count, 4);
    assert_string_equal(settings->forms[0].origins[1], "http://127.0.0.1:8080");
    assert_string_equal(settings->forms[0].origins[3], "https://relay.example");
    settings_release(settings);
}

static void a_demo_shows_contact_before_the_first_form(void **state)
{
    struct settings *settings =
        settings_of("destinations: { x: { subdomain: acme, token: abc } }\n"
                    "forms: { a: { public: true }, contact: { public: true } }"
                    "\n");

    (void)state;
    assert_string_equal(settings_demo_form(settings)->name, "contact");
    settings_demo(settings);
    assert_int_equal(settings->forms[0].origin_count, 0);
    assert_true(settings->forms[1].origin_count > 0);
    settings_release(settings);
}

static void check_link(const struct settings_destination *destination,
                       const char *template, const char *expected)
{
    struct buf out;

    buf_init(&out, 200);
    settings_ticket_url(destination, template, 83, &out);
    assert_string_equal(buf_str(&out), expected);
    buf_clear(&out);
}

static void a_ticket_has_a_link_for_each_reader(void **state)
{
    struct settings *settings = settings_of(whole_file);
    const struct settings_destination *support = &settings->destinations[0];
    const struct settings_destination *sales = &settings->destinations[1];

    (void)state;
    check_link(support, support->ticket_url,
               "https://acme.zendesk.com/hc/requests/83");
    check_link(support, support->agent_url,
               "https://acme.zendesk.com/agent/tickets/83");
    check_link(sales, sales->ticket_url,
               "https://chat.example/x/hc/requests/83");
    check_link(sales, "http://{subdomain}/{id}{id}/{x}", "http:///8383/{x}");
    settings_release(settings);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(without_any_file_a_form_goes_to_a_destination),
        TEST(the_relay_itself_has_its_defaults),
        TEST(a_destination_has_its_defaults),
        TEST(a_form_has_its_defaults),
        TEST(everything_in_a_file_is_taken),
        TEST(a_form_in_a_file_is_taken),
        TEST(a_callback_in_a_file_is_taken),
        TEST(json_is_read_as_well),
        TEST(an_alias_stands_for_what_it_names),
        TEST(what_is_left_empty_has_its_default),
        TEST(an_empty_list_is_empty),
        TEST(an_empty_file_is_as_good_as_none),
        TEST(the_only_destination_need_not_be_named),
        TEST(the_public_address_follows_listen),
        TEST(this_machine_asks_by_loopback_or_by_the_certificates_name),
        TEST(settings_live_until_the_last_holder_lets_go),
        TEST(a_demo_may_post_from_the_relays_own_pages),
        TEST(a_demo_shows_contact_before_the_first_form),
        TEST(a_ticket_has_a_link_for_each_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
