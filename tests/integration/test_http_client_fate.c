/*
 * What the HTTP client knows of a request that was not answered, and that one
 * which must leave once does so whatever libcurl would like to do.
 */
#include "net/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "caller.h"
#include "certs.h"
#include "free_port.h"
#include "run.h"

#include "base/banned.h"

#define KEPT                                                                   \
    {                                                                          \
        OK_ANSWER, SCRIPT_KEEP, false                                          \
    }

/* The ways to lose an answer. */
/* clang-format off */
static const struct script_step losses[] = {
    { NULL, SCRIPT_CLOSE, false },
    { NULL, SCRIPT_RESET, false },
    { NULL, SCRIPT_CLOSE, true },
    { NULL, SCRIPT_RESET, true },
    { "HTTP/1.1 2", SCRIPT_CLOSE, false },
    { "HTTP/1.1 200 OK\r\nContent-Le", SCRIPT_CLOSE, false },
    { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", SCRIPT_CLOSE, false },
    { "HTTP/1.1 100 Continue\r\n\r\n", SCRIPT_CLOSE, false },
    { "nonsense\r\n\r\n", SCRIPT_CLOSE, false },
};
/* clang-format on */

/* One request on this connection, fresh or kept, and the answer is lost. */
static void lose(struct caller *caller, const struct script_step *loss,
                 bool kept)
{
    const struct script_step steps[] = {KEPT, *loss, KEPT};
    size_t skipped = kept ? 0 : 1;
    unsigned before = kept;

    caller_serve(caller, steps + skipped, COUNT(steps) - skipped);
    if (kept)
        caller_call(caller);
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_int_equal(caller->last.status, 0);
    assert_true(strlen(caller->last.why) > 0);
    assert_int_equal(scripted_server_begun(caller->server), before + 1);
    assert_true(scripted_server_connections(caller->server) <= 1);
    scripted_server_free(caller->server);
    caller->server = NULL;
}

static void lose_in_every_way(struct caller *caller, bool kept)
{
    for (size_t i = 0; i < COUNT(losses); i++)
        lose(caller, &losses[i], kept);
}

static void a_post_lost_on_a_fresh_connection_left_once(void **state)
{
    caller_post_once(*state, "{\"message\":\"hello\"}");
    lose_in_every_way(*state, false);
}

static void a_post_lost_on_a_kept_connection_left_once(void **state)
{
    caller_post_once(*state, "{\"message\":\"hello\"}");
    lose_in_every_way(*state, true);
}

static void a_post_without_a_body_leaves_once(void **state)
{
    caller_post_once(*state, "");
    lose_in_every_way(*state, true);
}

static void a_large_post_leaves_once(void **state)
{
    size_t len = 300000;
    char *body = NEW_ARRAY(len + 1, char);

    memset(body, 'x', len);
    caller_post_once(*state, body);
    free(body);
    lose_in_every_way(*state, true);
}

static void a_get_that_must_leave_once_does(void **state)
{
    struct caller *caller = *state;

    caller->request.once = true;
    lose_in_every_way(caller, true);
}

/* libcurl would take another kept one, and open none. */
static void a_post_lost_on_one_of_many_kept_connections_left_once(void **state)
{
    static const struct script_step steps[] = {
        KEPT, KEPT, KEPT, {NULL, SCRIPT_CLOSE, false}, KEPT};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "{\"message\":\"hello\"}");
    for (unsigned i = 0; i < 3; i++)
        caller_send(caller);
    caller_wait(caller, 3);
    assert_int_equal(scripted_server_connections(caller->server), 3);
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_int_equal(scripted_server_begun(caller->server), 4);
}

static void a_get_is_repeated_on_a_kept_connection_that_died(void **state)
{
    static const struct script_step steps[] = {
        KEPT, {NULL, SCRIPT_CLOSE, false}, KEPT};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    caller_call(caller);
    assert_int_equal(caller->answered, 2);
    assert_int_equal(scripted_server_whole(caller->server), 3);
}

static void a_connection_closed_while_kept_costs_nothing(void **state)
{
    static const struct script_step steps[] = {KEPT};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    caller_call(caller);
    scripted_server_close_idle(caller->server);
    caller_call(caller);
    assert_int_equal(caller->answered, 2);
    assert_int_equal(scripted_server_connections(caller->server), 2);
}

static void an_answer_that_breaks_off_in_its_body_tells_its_status(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\"",
         SCRIPT_CLOSE, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_int_equal(caller->last.status, 201);
}

static void an_early_refusal_is_an_answer(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n"
         "Connection: close\r\n\r\n",
         SCRIPT_KEEP, true}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_ANSWERED);
    assert_int_equal(caller->last.status, 413);
}

static void an_answer_that_never_comes_is_lost_in_time(void **state)
{
    static const struct script_step steps[] = {{"", SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    caller->request.timeout_ms = 200;
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_string_equal(caller->last.why, "no whole answer within 200 ms");
    assert_true(caller->last.took_ms >= 200);
}

static void a_call_that_waits_for_a_connection_was_not_sent(void **state)
{
    static const struct script_step steps[] = {{"", SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    http_client_free(caller->client);
    caller->client = http_client_new(caller->loop, 1);
    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    caller_send(caller);
    caller->request.timeout_ms = 200;
    caller_call(caller);
    assert_int_equal(caller->not_sent, 1);
    assert_int_equal(scripted_server_begun(caller->server), 1);
}

/* A process that slept past its lease wakes up with the connection open. */
static void nothing_leaves_after_its_time(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller->request.method = "POST";
    caller->request.body = alloc_text("{}");
    caller->request.body_len = 2;
    caller->request.once = true;
    caller->request.not_after_at = 1;
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_non_null(strstr(caller->last.why, "time was over"));
    assert_int_equal(scripted_server_begun(caller->server), 0);
}

static void nobody_listening_means_not_sent(void **state)
{
    struct caller *caller = *state;
    char url[64];

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", free_port());
    alloc_replace(&caller->request.url, url);
    caller_post_once(caller, "body");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
}

static void an_unknown_host_means_not_sent(void **state)
{
    struct caller *caller = *state;

    caller_aim(caller, "http://no-such-host.invalid/");
    caller_post_once(caller, "body");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_non_null(strstr(caller->last.why, "no-such-host.invalid"));
}

static void what_is_no_http_url_means_not_sent(void **state)
{
    static const char *const urls[] = {
        "",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://",
        "http://a b/",
        "http://user:password@127.0.0.1/",
        "http://\xff/",
        "unix:///\xc3\xbc",
        "redis://\xc3\xbc.example/",
    };
    struct caller *caller = *state;

    for (size_t i = 0; i < COUNT(urls); i++) {
        alloc_replace(&caller->request.url, urls[i]);
        caller_call(caller);
        assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    }
}

static void a_host_in_another_script_is_looked_up_in_punycode(void **state)
{
    struct caller *caller = *state;

    caller_aim(caller, "http://b\xc3\xbc"
                       "cher.invalid/");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_non_null(strstr(caller->last.why, "xn--bcher-kva.invalid"));
}

static void serve_tls(struct caller *caller, const struct certs *certs,
                      const char *certificate)
{
    static const struct script_step steps[] = {KEPT};

    scripted_server_free(caller->server);
    caller->server = scripted_server_new_tls(caller->loop, steps, COUNT(steps),
                                             certificate, certs->key);
    caller_aim(caller, "https://localhost:%u/");
}

static void a_trusted_certificate_is_accepted(void **state)
{
    struct caller *caller = *state;
    struct certs certs;

    certs_make(&certs);
    serve_tls(caller, &certs, certs.server);
    caller->request.ca = certs.ca;
    caller_post_once(caller, "body");
    caller_call(caller);
    certs_remove(&certs);
    assert_int_equal(caller->answered, 1);
}

static void a_bad_certificate_means_not_sent(void **state)
{
    struct caller *caller = *state;
    struct certs certs;

    certs_make(&certs);
    caller_post_once(caller, "body");
    caller->request.ca = certs.ca;
    serve_tls(caller, &certs, certs.wrong);
    caller_call(caller);
    serve_tls(caller, &certs, certs.expired);
    caller_call(caller);
    serve_tls(caller, &certs, certs.stranger);
    caller_call(caller);
    caller->request.ca = NULL; /* the system knows none of them */
    serve_tls(caller, &certs, certs.server);
    caller_call(caller);
    certs_remove(&certs);
    assert_int_equal(caller->not_sent, 4);
    assert_int_equal(scripted_server_begun(caller->server), 0);
}

static void a_tls_handshake_that_hangs_means_not_sent(void **state)
{
    static const struct script_step steps[] = {{"", SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_aim(caller, "https://localhost:%u/");
    caller_post_once(caller, "body");
    caller->request.timeout_ms = 200;
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        caller_test(a_post_lost_on_a_fresh_connection_left_once),
        caller_test(a_post_lost_on_a_kept_connection_left_once),
        caller_test(a_post_without_a_body_leaves_once),
        caller_test(a_large_post_leaves_once),
        caller_test(a_get_that_must_leave_once_does),
        caller_test(a_post_lost_on_one_of_many_kept_connections_left_once),
        caller_test(a_get_is_repeated_on_a_kept_connection_that_died),
        caller_test(a_connection_closed_while_kept_costs_nothing),
        caller_test(an_answer_that_breaks_off_in_its_body_tells_its_status),
        caller_test(an_early_refusal_is_an_answer),
        caller_test(an_answer_that_never_comes_is_lost_in_time),
        caller_test(a_call_that_waits_for_a_connection_was_not_sent),
        caller_test(nothing_leaves_after_its_time),
        caller_test(nobody_listening_means_not_sent),
        caller_test(an_unknown_host_means_not_sent),
        caller_test(what_is_no_http_url_means_not_sent),
        caller_test(a_host_in_another_script_is_looked_up_in_punycode),
        caller_test(a_trusted_certificate_is_accepted),
        caller_test(a_bad_certificate_means_not_sent),
        caller_test(a_tls_handshake_that_hangs_means_not_sent),
    };

    return cmocka_run_group_tests_name("http_client_fate", tests, NULL, NULL);
}
