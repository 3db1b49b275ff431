/* How the Redis client comes to a connection: TCP, TLS, names, logins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "certs.h"
#include "free_port.h"
#include "redis_client.h"
#include "run.h"

#include "base/banned.h"

/* Connects, and asks for a PONG. */
static void reach(struct redis_client *client, const char *scheme_and_host,
                  unsigned port, const char *path)
{
    char url[200];

    snprintf(url, sizeof(url), "%s:%u%s", scheme_and_host, port, path);
    redis_client_connect(client, url, 5000);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    run_until_count(client->loop, &client->answered, 1);
    assert_string_equal(client->last, "PONG");
}

/* Connects for as long as it takes to know why that fails. */
static void reach_not(struct redis_client *client, const char *scheme_and_host,
                      unsigned port, const char *why)
{
    char url[200];

    snprintf(url, sizeof(url), "%s:%u", scheme_and_host, port);
    redis_client_connect(client, url, 1000);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->not_sent, 1);
    if (!strstr(client->last, why))
        fail_msg("'%s' does not say '%s'", client->last, why);
    assert_non_null(strstr(redis_why(client->redis), why));
}

static void an_address_is_reached_by_tcp(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, NULL);
    reach(client, "redis://127.0.0.1", client->server.port, "");
}

static void a_name_is_looked_up(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, NULL);
    reach(client, "redis://localhost", client->server.port, "/3");
}

static void an_unknown_name_is_named(void **state)
{
    reach_not(*state, "redis://no-such-host.invalid", 6379,
              "no address for no-such-host.invalid");
}

static void the_client_may_be_freed_during_a_look_up(void **state)
{
    struct redis_client *client = *state;

    redis_client_connect(client, "redis://no-such-host.invalid", 1000);
    redis_free(client->redis);
    client->redis = NULL;
}

static void nobody_listening_is_refused(void **state)
{
    reach_not(*state, "redis://127.0.0.1", free_port(), "Connection refused");
}

static void the_database_is_selected(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, NULL);
    reach(client, "redis://127.0.0.1", client->server.port, "/7");
    redis_callv(client->redis, redis_client_note, client, "SET", "a", "b",
                NULL);
    redis_callv(client->redis, redis_client_note, client, "MOVE", "a", "7",
                NULL);
    run_until_count(client->loop, &client->told, 3);
    assert_string_equal(client->last,
                        "ERR source and destination objects are the same");
}

static void a_database_that_is_not_there_is_said(void **state)
{
    struct redis_client *client = *state;
    char url[160];

    redis_server_start(&client->server, NULL);
    snprintf(url, sizeof(url), "%s?db=99", client->server.url);
    redis_client_connect(client, url, 500);
    redis_callv(client->redis, redis_client_note, client, "PING", NULL);
    run_until_count(client->loop, &client->told, 1);
    assert_int_equal(client->not_sent, 1);
    assert_non_null(strstr(client->last, "SELECT was refused: ERR DB index"));
}

static const char *const with_password[] = {"--requirepass", "open sesame",
                                            NULL};

static void a_password_opens(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, with_password);
    secret_set(&client->options.password, "open sesame", 11);
    reach(client, "redis://127.0.0.1", client->server.port, "");
}

static void a_password_in_the_url_opens(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, with_password);
    reach(client, "redis://:open%20sesame@127.0.0.1", client->server.port, "");
}

static void a_wrong_password_is_said_and_the_right_one_not(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, with_password);
    secret_set(&client->options.password, "close sesame", 12);
    reach_not(client, "redis://127.0.0.1", client->server.port,
              "AUTH was refused: WRONGPASS");
    assert_null(strstr(client->last, "sesame"));
}

static void a_missing_password_is_said(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, with_password);
    reach_not(client, "redis://127.0.0.1", client->server.port, "NOAUTH");
}

static void an_account_with_few_rights_is_enough(void **state)
{
    static const char *const options[] = {
        "--user", "relay",   "on", ">secret", "~*",    "+get",
        "--user", "default", "on", "nopass",  "+ping", NULL};
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, options);
    client->options.username = alloc_text("relay");
    secret_set(&client->options.password, "secret", 6);
    redis_client_connect(client, client->server.url, 5000);
    redis_callv(client->redis, redis_client_note, client, "GET", "a", NULL);
    run_until_count(client->loop, &client->answered, 1);
    assert_false(client->error);
}

static void a_server_that_hangs_from_the_start_leaves_all_unsent(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, NULL);
    redis_server_pause(&client->server);
    reach_not(client, "redis://127.0.0.1", client->server.port,
              "did not answer within");
    redis_server_resume(&client->server);
    run_until_count(client->loop, &client->ups, 1);
}

/* A server with TLS on the port that is returned. */
static unsigned start_tls(struct redis_server *server,
                          const struct certs *certs, const char *certificate)
{
    unsigned number = free_port();
    char port[16];
    const char *options[] = {"--tls-port",
                             port,
                             "--tls-cert-file",
                             certificate,
                             "--tls-key-file",
                             certs->key,
                             "--tls-ca-cert-file",
                             certs->ca,
                             NULL};

    snprintf(port, sizeof(port), "%u", number);
    redis_server_start(server, options);
    return number;
}

static void tls_with_a_certificate_of_our_own_connects(void **state)
{
    struct redis_client *client = *state;
    struct certs certs;
    unsigned port;

    certs_make(&certs);
    port = start_tls(&client->server, &certs, certs.server);
    client->options.ca = alloc_text(certs.ca);
    client->options.certificate = alloc_text(certs.client);
    client->options.key = alloc_text(certs.key);
    reach(client, "rediss://localhost", port, "");
    for (unsigned i = 0; i < 10000; i++)
        redis_callv(client->redis, redis_client_note, client, "INCR", "count",
                    NULL);
    run_until_count(client->loop, &client->answered, 10001);
    assert_int_equal(client->number, 10000);
    certs_remove(&certs);
}

static void a_certificate_for_another_name_is_refused(void **state)
{
    struct redis_client *client = *state;
    struct certs certs;

    certs_make(&certs);
    client->options.ca = alloc_text(certs.ca);
    reach_not(client, "rediss://localhost",
              start_tls(&client->server, &certs, certs.wrong),
              "certificate is not trusted: hostname mismatch");
    certs_remove(&certs);
}

static void an_expired_certificate_is_refused(void **state)
{
    struct redis_client *client = *state;
    struct certs certs;

    certs_make(&certs);
    client->options.ca = alloc_text(certs.ca);
    reach_not(client, "rediss://localhost",
              start_tls(&client->server, &certs, certs.expired),
              "certificate is not trusted: certificate has expired");
    certs_remove(&certs);
}

static void a_certificate_of_a_stranger_is_refused(void **state)
{
    struct redis_client *client = *state;
    struct certs certs;

    certs_make(&certs);
    reach_not(client, "rediss://127.0.0.1",
              start_tls(&client->server, &certs, certs.server),
              "certificate is not trusted");
    certs_remove(&certs);
}

static void tls_to_a_server_without_it_is_refused(void **state)
{
    struct redis_client *client = *state;

    redis_server_start_tcp(&client->server, NULL);
    reach_not(client, "rediss://127.0.0.1", client->server.port,
              "no TLS handshake within");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_test(an_address_is_reached_by_tcp),
        client_test(a_name_is_looked_up),
        client_test(an_unknown_name_is_named),
        client_test(the_client_may_be_freed_during_a_look_up),
        client_test(nobody_listening_is_refused),
        client_test(the_database_is_selected),
        client_test(a_database_that_is_not_there_is_said),
        client_test(a_password_opens),
        client_test(a_password_in_the_url_opens),
        client_test(a_wrong_password_is_said_and_the_right_one_not),
        client_test(a_missing_password_is_said),
        client_test(an_account_with_few_rights_is_enough),
        client_test(a_server_that_hangs_from_the_start_leaves_all_unsent),
        client_test(tls_with_a_certificate_of_our_own_connects),
        client_test(a_certificate_for_another_name_is_refused),
        client_test(an_expired_certificate_is_refused),
        client_test(a_certificate_of_a_stranger_is_refused),
        client_test(tls_to_a_server_without_it_is_refused),
    };

    return cmocka_run_group_tests_name("redis_connect", tests, NULL, NULL);
}
