/* The front end as websites meet it: posts and their answers, pages, health. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "answer/problems.h"
#include "front.h"

#include "base/banned.h"

#define JSON    "Content-Type: application/json\r\n"
#define FORM    "Content-Type: application/x-www-form-urlencoded\r\n"
#define SITE    "Origin: https://www.example.com\r\n"
#define MESSAGE "{\"message\": \"Hello\", \"email\": \"ada@example.org\"}"

static void a_json_post_is_accepted_with_all_that_was_promised(void **state)
{
    struct front *front = *state;
    char part[256];

    front_accept(front, "", MESSAGE);
    assert_true(id_ok(front->id));
    assert_string_equal(front_header(front, "Retry-After"), "2");
    assert_string_equal(front_header(front, "Content-Type"),
                        "application/json");
    assert_string_equal(front_header(front, "Location"),
                        front_status_path(front));
    assert_string_equal(front_header(front, "Access-Control-Allow-Origin"),
                        "https://www.example.com");
    snprintf(part, sizeof(part), "\"page_url\":\"https://relay.example/s/%s?",
             front->id);
    front_expect(front, 202, part);
    front_expect(front, 202, "\"durability\":\"disk\"");
}

static void a_browsers_post_ends_on_a_page(void **state)
{
    struct front *front = *state;

    front_ask(front, "POST", "/f/contact", SITE FORM "Accept: text/html\r\n",
              "message=Gr%C3%BC%C3%9Fe%0D%0Aan+alle&email=a%40b.example");
    assert_int_equal(front_status(front), 303);
    assert_memory_equal(front_header(front, "Location"), "/s/support-", 11);
    front_ask(front, "GET", front_header(front, "Location"),
              "Accept-Language: de\r\n", NULL);
    front_expect(front, 200, "Ihre Nachricht ist bei uns");
    assert_string_equal(front_header(front, "Referrer-Policy"), "no-referrer");
    assert_string_equal(front_header(front, "Cache-Control"), "no-store");
    assert_string_equal(front_header(front, "X-Content-Type-Options"),
                        "nosniff");
    assert_memory_equal(front_header(front, "Content-Security-Policy"),
                        "default-src 'none'", 18);
}

static void a_browser_goes_where_the_form_says(void **state)
{
    struct front *front = *state;

    front_ask(front, "POST", "/f/contact", SITE FORM,
              "message=1&email=a%40b.example&_next=%2Fthanks");
    assert_int_equal(front_status(front), 303);
    assert_string_equal(front_header(front, "Location"),
                        "https://www.example.com/thanks");
    front_ask(front, "POST", "/f/open", FORM, "message=1&email=a%40b.example");
    assert_string_equal(front_header(front, "Location"),
                        "https://shop.example.org/thanks");
    front_ask(front, "POST", "/f/contact", SITE FORM,
              "message=&email=a%40b.example&_error=%2Fsorry");
    assert_int_equal(front_status(front), 303);
    assert_string_equal(front_header(front, "Location"),
                        "https://www.example.com/sorry");
    front_ask(front, "POST", "/f/contact", SITE FORM, "email=%3Cb%3E");
    front_expect(front, 422, "Your message was not sent");
    front_expect(front, 422, "message: This field must be filled in.");
}

static void an_urlencoded_post_that_wants_json_gets_it(void **state)
{
    struct front *front = *state;

    front_ask(front, "POST", "/f/contact",
              SITE FORM "Accept: application/json\r\n",
              "message=1&email=a%40b.example");
    front_expect(front, 202, "\"status_url\"");
}

struct refusal {
    const char *target, *headers, *body;
    int status;
    const char *type;
};

static void every_bad_post_has_its_problem(void **state)
{
    static const struct refusal list[] = {
        {"/f/nothing", SITE JSON, MESSAGE, 404, "unknown-form"},
        {"/f/contact", SITE JSON, "{", 400, "bad-json"},
        {"/f/contact", SITE JSON, "", 400, "bad-json"},
        {"/f/contact", SITE JSON, "[[[[[[[[[1]]]]]]]]]", 400, "too-complex"},
        {"/f/contact", SITE JSON, "{\"message\": 1}", 422, "invalid-fields"},
        {"/f/contact", SITE FORM "Accept: application/json\r\n", "a=%", 400,
         "bad-form"},
        {"/f/contact", SITE "Content-Type: text/plain\r\n", MESSAGE, 415,
         "unsupported-type"},
        {"/f/contact", SITE "Content-Type: multipart/form-data; boundary=x\r\n",
         "--x--", 415, "unsupported-type"},
        {"/f/contact",
         SITE "Content-Type: application/json; charset=iso-8859-1\r\n", MESSAGE,
         415, "unsupported-type"},
        {"/f/contact", SITE, MESSAGE, 415, "unsupported-type"},
        {"/f/contact", "Origin: https://evil.example\r\n" JSON, MESSAGE, 403,
         "origin-refused"},
        {"/f/contact", "Origin: null\r\n" JSON, MESSAGE, 403, "origin-refused"},
        {"/f/contact", JSON, MESSAGE, 401, "credentials-required"},
        {"/f/contact", JSON "Authorization: Bearer wrong\r\n", MESSAGE, 401,
         "credentials-wrong"},
        {"/f/contact", SITE JSON "Idempotency-Key: a b\r\n", MESSAGE, 400,
         "bad-idempotency-key"},
    };
    struct front *front = *state;
    char type[128];

    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        front_ask(front, "POST", list[i].target, list[i].headers, list[i].body);
        snprintf(type, sizeof(type), "\"type\":\"/problems/%s\"", list[i].type);
        front_expect(front, list[i].status, type);
        assert_string_equal(front_header(front, "Content-Type"),
                            "application/problem+json");
        assert_non_null(problem_type_find(list[i].type));
    }
}

static void wrong_fields_are_all_named_in_one_answer(void **state)
{
    struct front *front = *state;

    front_ask(front, "POST", "/f/contact", SITE JSON,
              "{\"email\": \"nobody\", \"emial\": \"x\", \"order\": \"x\"}");
    front_expect(front, 422, "\"errors\":[");
    front_expect(front, 422, "\"field\":\"message\",\"code\":\"required\"");
    front_expect(front, 422, "\"field\":\"email\",\"code\":\"invalid\"");
    front_expect(front, 422, "\"field\":\"emial\",\"code\":\"unknown\"");
    front_expect(front, 422, "\"field\":\"order\",\"code\":\"invalid\"");
}

static void programs_post_with_the_forms_key(void **state)
{
    struct front *front = *state;

    front_ask(front, "POST", "/f/contact",
              JSON "Authorization: Bearer form-key-of-contact\r\n", MESSAGE);
    assert_int_equal(front_status(front), 202);
    front_ask(front, "POST", "/f/open", JSON, MESSAGE);
    assert_int_equal(front_status(front), 202);
}

static void a_key_gives_the_first_answer_again(void **state)
{
    struct front *front = *state;
    char first[ID_SIZE];

    front_accept(front, "Idempotency-Key: \"k-1\"\r\n", MESSAGE);
    assert_null(front_header(front, "Idempotency-Replayed"));
    memcpy(first, front->id, sizeof(first));
    front_accept(front, "Idempotency-Key: k-1\r\n", MESSAGE);
    assert_string_equal(front_header(front, "Idempotency-Replayed"), "true");
    assert_string_equal(front->id, first);
    front_ask(front, "POST", "/f/contact", SITE JSON "Idempotency-Key: k-1\r\n",
              "{\"message\": \"Other\", \"email\": \"ada@example.org\"}");
    front_expect(front, 422, "/problems/idempotency-conflict");
}

static void a_double_click_is_one_submission(void **state)
{
    struct front *front = *state;
    char first[ID_SIZE];

    front_accept(front, "", MESSAGE);
    memcpy(first, front->id, sizeof(first));
    front_accept(front, "", MESSAGE);
    assert_string_equal(front->id, first);
    front_accept(front, "",
                 "{\"message\": \"Hello!\", \"email\": \"ada@example.org\"}");
    assert_string_not_equal(front->id, first);
}

/* The id of what form "call" takes from somebody who gives no address. */
static void call(struct front *front, const char *json, char id[ID_SIZE])
{
    front_ask(front, "POST", "/f/call", JSON, json);
    assert_int_equal(front_status(front), 202);
    snprintf(id, ID_SIZE, "%s", strstr(front_body(front), "support-"));
    id[strcspn(id, "\"")] = '\0';
}

static void two_who_give_no_address_are_not_taken_for_one(void **state)
{
    struct front *front = *state;
    char first[ID_SIZE], other[ID_SIZE], again[ID_SIZE];

    call(front, "{\"message\": \"Call me\", \"phone\": \"1\"}", first);
    call(front, "{\"message\": \"Call me\", \"phone\": \"2\"}", other);
    call(front, "{\"message\": \"Call me\", \"phone\": \"1\"}", again);
    assert_string_not_equal(first, other);
    assert_string_equal(first, again);
}

static void a_referer_that_is_no_text_is_left_out(void **state)
{
    struct front *front = *state;

    front_accept(front, "Referer: https://www.example.com/\xff\r\n", MESSAGE);
    front_accept(front, "Referer: https://www.example.com/\xc2\x9b\r\n",
                 MESSAGE);
}

static void
no_cache_keeps_a_problem_and_no_browser_guesses_its_type(void **state)
{
    static const char *const targets[] = {
        "/v1/submissions/support-01JABCDEF0123456789ABCDEFG?token=x",
        "/f/nothing", "/nowhere"};
    struct front *front = *state;

    for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
        front_ask(front, "GET", targets[i], "", NULL);
        assert_int_equal(front_status(front), 404);
        assert_string_equal(front_header(front, "Cache-Control"), "no-store");
        assert_string_equal(front_header(front, "X-Content-Type-Options"),
                            "nosniff");
    }
}

static void a_filled_honeypot_gets_the_usual_answer(void **state)
{
    struct front *front = *state;

    front_accept(front, "",
                 "{\"message\": \"Buy\", \"email\": "
                 "\"a@b.example\", \"_gotcha\": \"x\"}");
    front_ask(front, "GET", front_status_path(front), "", NULL);
    front_expect(front, 200, "\"state\":\"queued\"");
    assert_null(strstr(front->answer, "quarantined"));
}

static void what_a_trap_caught_hides_no_honest_message(void **state)
{
    struct front *front = *state;
    char trapped[sizeof(front->id)];

    front_accept(front, "",
                 "{\"message\": \"Call me\", \"email\": "
                 "\"a@b.example\", \"_gotcha\": \"x\"}");
    snprintf(trapped, sizeof(trapped), "%s", front->id);
    front_accept(front, "",
                 "{\"message\": \"Call me\", \"email\": "
                 "\"a@b.example\"}");
    assert_string_not_equal(front->id, trapped);
}

static void without_redis_nothing_is_promised(void **state)
{
    struct front *front = *state;

    redis_server_kill(&front->redis);
    front_ask(front, "POST", "/f/contact", SITE JSON, MESSAGE);
    front_expect(front, 503, "/problems/queue-away");
    assert_non_null(front_header(front, "Retry-After"));
    front_ask(front, "POST", "/f/contact", SITE FORM,
              "message=1&email=a%40b.example");
    front_expect(front, 503, "Your message was not sent");
    redis_server_restart(&front->redis);
    front_await_ready(front, true);
    front_accept(front, "", MESSAGE);
}

static void preflights_say_who_may_post(void **state)
{
    struct front *front = *state;

    front_ask(front, "OPTIONS", "/f/contact",
              SITE "Access-Control-Request-Method: POST\r\n", NULL);
    assert_int_equal(front_status(front), 204);
    assert_string_equal(front_header(front, "Access-Control-Allow-Origin"),
                        "https://www.example.com");
    assert_string_equal(front_header(front, "Vary"), "Origin");
    assert_non_null(strstr(front_header(front, "Access-Control-Allow-Headers"),
                           "Idempotency-Key"));
    front_ask(front, "OPTIONS", "/f/contact",
              "Origin: https://shop.example.org\r\n", NULL);
    assert_int_equal(front_status(front), 403);
    assert_null(front_header(front, "Access-Control-Allow-Origin"));
    front_ask(front, "OPTIONS", "/v1/submissions/x",
              "Origin: https://shop.example.org\r\n", NULL);
    assert_int_equal(front_status(front), 204);
}

static void paths_and_methods_that_are_not_there_are_told_apart(void **state)
{
    struct front *front = *state;

    front_ask(front, "GET", "/nothing", "", NULL);
    front_expect(front, 404, "/problems/not-found");
    front_ask(front, "GET", "/f/contact/more", "", NULL);
    front_expect(front, 404, "/problems/not-found");
    front_ask(front, "DELETE", "/f/contact", "", NULL);
    front_expect(front, 405, "/problems/method-not-allowed");
    assert_string_equal(front_header(front, "Allow"),
                        "POST, OPTIONS, GET, HEAD");
    front_ask(front, "GET", "/assets/queue_2_accept.lua", "", NULL);
    assert_int_equal(front_status(front), 404);
}

static void a_form_describes_itself(void **state)
{
    struct front *front = *state;

    front_ask(front, "GET", "/f/contact", SITE, NULL);
    front_expect(front, 200, "{\"form\":\"contact\"");
    front_expect(front, 200, "\"departments\":[\"billing\"]");
    front_expect(front, 200, "\"name\":\"order\"");
}

static void health_is_told_with_and_without_redis(void **state)
{
    struct front *front = *state;

    front_ask(front, "GET", "/livez", "", NULL);
    front_expect(front, 200, "ok");
    front_ask(front, "GET", "/readyz", "", NULL);
    front_expect(front, 200, "ok");
    front_ask(front, "GET", "/healthz?verbose", "", NULL);
    front_expect(front, 200, "[+] queue: ok");
    redis_server_kill(&front->redis);
    front_await_ready(front, false);
    front_ask(front, "GET", "/livez", "", NULL);
    assert_int_equal(front_status(front), 200);
    front_ask(front, "GET", "/readyz", "", NULL);
    front_expect(front, 503, "/problems/not-ready");
    front_ask(front, "GET", "/readyz?verbose", "", NULL);
    front_expect(front, 503, "[-] queue: ");
}

static void pages_and_files_are_built_in(void **state)
{
    static const struct {
        const char *path, *part;
    } list[] = {
        {"/", "Afterhours"},
        {"/assets/page.css", ":focus-visible"},
        {"/assets/status.js", "EventSource"},
        {"/assets/demo.js", "Idempotency-Key"},
        {"/assets/icon.svg", "<svg"},
        {"/openapi.yaml", "openapi: 3.1"},
        {"/problems/bad-json", "bad-json"},
    };
    struct front *front = *state;
    char header[128];

    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        front_ask(front, "GET", list[i].path, "", NULL);
        front_expect(front, 200, list[i].part);
    }
    front_ask(front, "GET", "/assets/page.css", "", NULL);
    snprintf(header, sizeof(header), "If-None-Match: %s\r\n",
             front_header(front, "ETag"));
    front_ask(front, "GET", "/assets/page.css", header, NULL);
    assert_int_equal(front_status(front), 304);
    intake_show_demo(front->intake, true);
    front_ask(front, "GET", "/", "", NULL);
    front_expect(front, 200, "action=\"f/contact\"");
    front_ask(front, "POST", "/f/contact",
              "Origin: http://relay.example\r\n" JSON, MESSAGE);
    assert_int_equal(front_status(front), 202);
}

struct handed {
    unsigned told;
    char id[ID_SIZE], text[512];
};

static void note_handed(void *context, const struct intake_handed *told)
{
    struct handed *handed = context;

    handed->told++;
    snprintf(handed->id, sizeof(handed->id), "%s", told->id ? told->id : "");
    snprintf(handed->text, sizeof(handed->text), "%s",
             told->problem ? told->problem : told->status_url);
}

static void messages_are_handed_in_without_http(void **state)
{
    struct front *front = *state;
    struct handed handed = {0};

    intake_submit(front->intake, "contact", MESSAGE, note_handed, &handed);
    scene_await(front->scene, &handed.told, 1);
    assert_true(id_ok(handed.id));
    assert_memory_equal(handed.text, "https://relay.example/v1/submissions/",
                        37);
    intake_submit(front->intake, "contact", "{\"message\": \"\"}", note_handed,
                  &handed);
    assert_int_equal(handed.told, 1);
    scene_await(front->scene, &handed.told, 2);
    assert_non_null(strstr(handed.text, "email: "));
    intake_submit(front->intake, "nothing", MESSAGE, note_handed, &handed);
    intake_submit(front->intake, "contact", "{", note_handed, &handed);
    scene_await(front->scene, &handed.told, 4);
    intake_submit(front->intake, "nothing", MESSAGE, note_handed, &handed);
    assert_int_equal(handed.told, 4);
}

#define WITH_FRONT(test)                                                       \
    cmocka_unit_test_setup_teardown(test, front_set_up, front_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FRONT(a_json_post_is_accepted_with_all_that_was_promised),
        WITH_FRONT(a_browsers_post_ends_on_a_page),
        WITH_FRONT(a_browser_goes_where_the_form_says),
        WITH_FRONT(an_urlencoded_post_that_wants_json_gets_it),
        WITH_FRONT(every_bad_post_has_its_problem),
        WITH_FRONT(wrong_fields_are_all_named_in_one_answer),
        WITH_FRONT(programs_post_with_the_forms_key),
        WITH_FRONT(a_key_gives_the_first_answer_again),
        WITH_FRONT(a_double_click_is_one_submission),
        WITH_FRONT(two_who_give_no_address_are_not_taken_for_one),
        WITH_FRONT(a_referer_that_is_no_text_is_left_out),
        WITH_FRONT(no_cache_keeps_a_problem_and_no_browser_guesses_its_type),
        WITH_FRONT(a_filled_honeypot_gets_the_usual_answer),
        WITH_FRONT(what_a_trap_caught_hides_no_honest_message),
        WITH_FRONT(without_redis_nothing_is_promised),
        WITH_FRONT(preflights_say_who_may_post),
        WITH_FRONT(paths_and_methods_that_are_not_there_are_told_apart),
        WITH_FRONT(a_form_describes_itself),
        WITH_FRONT(health_is_told_with_and_without_redis),
        WITH_FRONT(pages_and_files_are_built_in),
        WITH_FRONT(messages_are_handed_in_without_http),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
