/* The HTTP client: what it sends, what it reads, and its limits. */
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
#include "base/buf.h"
#include "caller.h"

#include "base/banned.h"

static void a_request_leaves_as_it_was_given(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;
    char expected[400];

    caller_serve(caller, steps, COUNT(steps));
    caller->request.method = "POST";
    caller->request.body = alloc_text("{}");
    caller->request.body_len = 2;
    http_headers_add(&caller->request.headers, "Content-Type",
                     "application/json");
    http_headers_add(&caller->request.headers, "X-Empty", "");
    caller_call(caller);
    snprintf(expected, sizeof(expected),
             "POST /path?query HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
             "User-Agent: afterhours/" AFTERHOURS_VERSION "\r\n"
             "Accept: */*\r\nContent-Type: application/json\r\nX-Empty:\r\n"
             "Content-Length: 2\r\n\r\n{}",
             scripted_server_port(caller->server));
    assert_string_equal(scripted_server_last(caller->server), expected);
}

static void an_answer_is_read_whole(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 201 Created\r\nX-One:  a b \r\nContent-Length: "
         "5\r\n\r\nhello",
         SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_ANSWERED);
    assert_int_equal(caller->last.status, 201);
    assert_string_equal(http_headers_find(&caller->last.headers, "x-one"),
                        "a b");
    assert_int_equal(caller->last.body_len, 5);
    assert_string_equal(caller->body, "hello");
    assert_false(caller->last.cut);
}

static void every_method_is_sent_by_its_name(void **state)
{
    static const char *const methods[] = {"GET", "PUT", "DELETE", "POST"};
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    for (size_t i = 0; i < COUNT(methods); i++) {
        caller->request.method = methods[i];
        caller_call(caller);
        assert_memory_equal(scripted_server_last(caller->server), methods[i],
                            strlen(methods[i]));
    }
    assert_int_equal(caller->answered, COUNT(methods));
    assert_int_equal(scripted_server_connections(caller->server), 1);
}

static void a_get_with_a_body_leaves_as_a_get(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller->request.method = "GET";
    caller->request.body = alloc_text("{}");
    caller->request.body_len = 2;
    caller_call(caller);
    assert_memory_equal(scripted_server_last(caller->server), "GET ", 4);
    assert_non_null(strstr(scripted_server_last(caller->server), "\r\n\r\n{}"));
}

static void a_head_request_expects_no_body(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", SCRIPT_KEEP, false},
        {OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller->request.method = "HEAD";
    caller_call(caller);
    caller->request.method = "GET";
    caller_call(caller);
    assert_int_equal(caller->answered, 2);
    assert_string_equal(caller->body, "hello");
}

static void a_large_body_leaves_without_asking_first(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;
    size_t len = 2u * 1024 * 1024;
    char *body = NEW_ARRAY(len + 1, char);

    memset(body, 'x', len);
    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, body);
    free(body);
    caller_call(caller);
    assert_int_equal(caller->answered, 1);
    assert_null(strstr(scripted_server_last(caller->server), "Expect"));
}

static void many_calls_share_few_connections(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    http_client_free(caller->client);
    caller->client = http_client_new(caller->loop, 3);
    caller_serve(caller, steps, COUNT(steps));
    for (unsigned i = 0; i < 100; i++)
        caller_send(caller);
    assert_int_equal(http_client_active(caller->client), 100);
    caller_wait(caller, 100);
    assert_int_equal(caller->answered, 100);
    assert_int_equal(scripted_server_connections(caller->server), 3);
    assert_int_equal(http_client_active(caller->client), 0);
}

static void hundreds_are_in_flight_at_once(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_post_once(caller, "body");
    for (unsigned i = 0; i < 400; i++)
        caller_send(caller);
    caller_wait(caller, 400);
    assert_int_equal(caller->answered, 400);
    assert_int_equal(scripted_server_whole(caller->server), 400);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
         SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    assert_int_equal(caller->last.status, 302);
    assert_int_equal(scripted_server_begun(caller->server), 1);
}

static void a_proxy_of_the_environment_is_not_used(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(caller->answered, 1);
}

static void a_body_over_the_limit_is_cut(void **state)
{
    static const struct script_step steps[] = {
        {"@100000HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
         SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller->request.max_answer = 10;
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_ANSWERED);
    assert_int_equal(caller->last.status, 200);
    assert_true(caller->last.cut);
    assert_int_equal(caller->last.body_len, 10);
    assert_string_equal(caller->body, "xxxxxxxxxx");
}

static void headers_without_end_are_not_read_for_ever(void **state)
{
    static const struct script_step steps[] = {
        {"@10000000HTTP/1.1 200 OK\r\nX: ", SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_int_equal(caller->last.status, 0);
}

static void too_many_headers_are_refused(void **state)
{
    struct script_step step = {NULL, SCRIPT_KEEP, false};
    struct caller *caller = *state;
    struct buf answer;

    buf_init(&answer, 10000);
    buf_text(&answer, "HTTP/1.1 200 OK\r\n");
    for (unsigned i = 0; i < 200; i++)
        buf_format(&answer, "X-%u: y\r\n", i);
    buf_text(&answer, "Content-Length: 0\r\n\r\n");
    step.answer = buf_str(&answer);
    caller_serve(caller, &step, 1);
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_LOST);
    assert_string_equal(caller->last.why,
                        "the headers of its answer are too large");
    buf_clear(&answer);
}

static void as_many_headers_as_are_allowed_are_read(void **state)
{
    struct script_step step = {NULL, SCRIPT_KEEP, false};
    struct caller *caller = *state;
    struct buf answer;

    buf_init(&answer, 10000);
    buf_text(&answer, "HTTP/1.1 201 Created\r\n");
    for (unsigned i = 0; i < 99; i++)
        buf_format(&answer, "X-%u: y\r\n", i);
    buf_text(&answer, "Content-Length: 0\r\n\r\n");
    step.answer = buf_str(&answer);
    caller_serve(caller, &step, 1);
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_ANSWERED);
    assert_int_equal(caller->last.status, 201);
    assert_int_equal(caller->last.headers.count, 100);
    buf_clear(&answer);
}

static void an_interim_answer_is_not_the_answer(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_ANSWER, SCRIPT_KEEP,
         false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    assert_int_equal(caller->last.status, 200);
    assert_null(http_headers_find(&caller->last.headers, "Link"));
}

static void trailers_are_not_headers(void **state)
{
    static const struct script_step steps[] = {
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         "5\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n",
         SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_call(caller);
    assert_string_equal(caller->body, "hello");
    assert_null(http_headers_find(&caller->last.headers, "X-Late"));
}

static void a_header_that_would_end_its_line_is_never_sent(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    http_headers_add(&caller->request.headers, "X", "a\r\nY: b");
    caller_call(caller);
    assert_int_equal(caller->last.fate, HTTP_NOT_SENT);
    assert_int_equal(scripted_server_connections(caller->server), 0);
}

static void a_cancelled_call_is_never_told(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;
    struct http_call *first;

    caller_serve(caller, steps, COUNT(steps));
    first = caller_send(caller);
    caller_send(caller);
    http_call_cancel(first);
    caller_wait(caller, 1);
    assert_int_equal(http_client_active(caller->client), 0);
    assert_int_equal(caller->told, 1);
}

static void the_client_may_be_freed_from_an_answer(void **state)
{
    static const struct script_step steps[] = {{OK_ANSWER, SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller->free_inside = true;
    for (unsigned i = 0; i < 5; i++)
        caller_send(caller);
    caller_wait(caller, 1);
    assert_int_equal(caller->told, 1);
    assert_null(caller->client);
}

static void the_client_may_be_freed_with_calls_under_way(void **state)
{
    static const struct script_step steps[] = {{"", SCRIPT_KEEP, false}};
    struct caller *caller = *state;

    caller_serve(caller, steps, COUNT(steps));
    caller_send(caller);
    caller_send(caller);
    http_client_free(caller->client);
    caller->client = NULL;
    assert_int_equal(caller->told, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        caller_test(a_request_leaves_as_it_was_given),
        caller_test(an_answer_is_read_whole),
        caller_test(every_method_is_sent_by_its_name),
        caller_test(a_get_with_a_body_leaves_as_a_get),
        caller_test(a_head_request_expects_no_body),
        caller_test(a_large_body_leaves_without_asking_first),
        caller_test(many_calls_share_few_connections),
        caller_test(hundreds_are_in_flight_at_once),
        caller_test(a_redirect_is_an_answer_and_not_followed),
        caller_test(a_proxy_of_the_environment_is_not_used),
        caller_test(a_body_over_the_limit_is_cut),
        caller_test(headers_without_end_are_not_read_for_ever),
        caller_test(too_many_headers_are_refused),
        caller_test(as_many_headers_as_are_allowed_are_read),
        caller_test(an_interim_answer_is_not_the_answer),
        caller_test(trailers_are_not_headers),
        caller_test(a_header_that_would_end_its_line_is_never_sent),
        caller_test(a_cancelled_call_is_never_told),
        caller_test(the_client_may_be_freed_from_an_answer),
        caller_test(the_client_may_be_freed_with_calls_under_way),
    };

    return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
