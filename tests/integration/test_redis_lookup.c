/*
 * What the Redis client does when the name server is late: with a resolver of
 * the test's own in the place of the system's, that answers when it is told to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>

#include "redis_client.h"
#include "run.h"

#include "base/banned.h"

#define NAME       "redis.example"
#define TIMEOUT_MS 100

enum answer { WAIT, ADDRESS, UNKNOWN_NAME };

/* The questions in the order in which they came; any further one waits too. */
#define QUESTIONS_MAX 64
static struct resolver {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum answer answers[QUESTIONS_MAX];
    unsigned asked, open;
} resolver = {.lock = PTHREAD_MUTEX_INITIALIZER,
              .changed = PTHREAD_COND_INITIALIZER};

typedef int system_resolver(const char *host, const char *port,
                            const struct addrinfo *hints,
                            struct addrinfo **found);

static enum answer wait_for_answer(void)
{
    enum answer answer;
    unsigned mine;

    pthread_mutex_lock(&resolver.lock);
    mine = resolver.asked++ % QUESTIONS_MAX;
    resolver.open++;
    while ((answer = resolver.answers[mine]) == WAIT)
        pthread_cond_wait(&resolver.changed, &resolver.lock);
    resolver.open--;
    pthread_cond_broadcast(&resolver.changed);
    pthread_mutex_unlock(&resolver.lock);
    return answer;
}

/* Stands before the system's for the whole program. */
int getaddrinfo(const char *restrict host, const char *restrict port,
                const struct addrinfo *restrict hints,
                struct addrinfo **restrict found)
{
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    system_resolver *original;

    memcpy(&original, &symbol, sizeof(original));
    if (strcmp(host, NAME) != 0 || hints->ai_flags & AI_NUMERICHOST)
        return original(host, port, hints, found);
    if (wait_for_answer() == UNKNOWN_NAME)
        return EAI_NONAME;
    return original("127.0.0.1", port, hints, found);
}

static void answer(unsigned question, enum answer answer)
{
    pthread_mutex_lock(&resolver.lock);
    resolver.answers[question] = answer;
    pthread_cond_broadcast(&resolver.changed);
    pthread_mutex_unlock(&resolver.lock);
}

/* The question number first, and all after it. */
static void answer_from(unsigned first, enum answer answer)
{
    pthread_mutex_lock(&resolver.lock);
    for (unsigned i = first; i < QUESTIONS_MAX; i++)
        resolver.answers[i] = answer;
    pthread_cond_broadcast(&resolver.changed);
    pthread_mutex_unlock(&resolver.lock);
}

static bool were_asked(void *context)
{
    const unsigned *wanted = context;
    bool so;

    pthread_mutex_lock(&resolver.lock);
    so = resolver.asked >= *wanted;
    pthread_mutex_unlock(&resolver.lock);
    return so;
}

static void wait_until_asked(struct redis_client *client, unsigned times)
{
    assert_true(run_until(client->loop, were_asked, &times, RUN_PATIENCE_MS));
}

/* With a time of its own, longer than the client's. */
static void ping(struct redis_client *client)
{
    static const char *const words[] = {"PING"};
    const struct redis_command command = {
        .argc = 1, .argv = words, .timeout_ms = 5000};

    redis_call(client->redis, &command, redis_client_note, client);
    run_until_count(client->loop, &client->answered, 1);
}

/* A client of a living server, whose name it has just asked for. */
static struct redis_client *start(void **state)
{
    struct redis_client *client = *state;
    char url[64];

    redis_server_start_tcp(&client->server, NULL);
    snprintf(url, sizeof(url), "redis://" NAME ":%u", client->server.port);
    redis_client_connect(client, url, TIMEOUT_MS);
    wait_until_asked(client, 1);
    return client;
}

static int set_up(void **state)
{
    memset(resolver.answers, 0, sizeof(resolver.answers));
    resolver.asked = 0;
    return redis_client_set_up(state);
}

static int tear_down(void **state)
{
    int code = redis_client_tear_down(state);

    answer_from(0, UNKNOWN_NAME);
    pthread_mutex_lock(&resolver.lock);
    while (resolver.open)
        pthread_cond_wait(&resolver.changed, &resolver.lock);
    pthread_mutex_unlock(&resolver.lock);
    return code;
}

static void an_answer_after_the_time_is_still_taken(void **state)
{
    struct redis_client *client = start(state);

    wait_until_asked(client, 4);
    assert_int_equal(client->ups, 0);
    answer(0, ADDRESS);
    run_until_count(client->loop, &client->ups, 1);
}

static void a_fresh_question_need_not_wait_for_an_old_one(void **state)
{
    struct redis_client *client = start(state);

    answer_from(1, ADDRESS);
    run_until_count(client->loop, &client->ups, 1);
    answer(0, ADDRESS);
    ping(client);
    assert_int_equal(client->ups, 1);
    assert_int_equal(client->downs, 0);
}

static void a_late_refusal_ends_nothing(void **state)
{
    struct redis_client *client = start(state);

    wait_until_asked(client, 2);
    answer(0, UNKNOWN_NAME);
    wait_until_asked(client, 3);
    answer_from(1, ADDRESS);
    run_until_count(client->loop, &client->ups, 1);
}

static bool was_refused(void *context)
{
    const struct redis_client *client = context;

    return strstr(redis_why(client->redis), "Connection refused");
}

static void a_late_answer_leads_only_to_one_attempt(void **state)
{
    struct redis_client *client = start(state);

    wait_until_asked(client, 2);
    redis_server_kill(&client->server);
    answer(0, ADDRESS);
    answer(1, ADDRESS);
    assert_true(run_until(client->loop, was_refused, client, RUN_PATIENCE_MS));
    redis_server_restart(&client->server);
    answer_from(2, ADDRESS);
    run_until_count(client->loop, &client->ups, 1);
}

static void the_wait_is_said(void **state)
{
    struct redis_client *client = start(state);

    wait_until_asked(client, 2);
    assert_non_null(
        strstr(redis_why(client->redis),
               "the look-up of its name had no answer within 100 ms"));
}

static void the_client_may_be_freed_with_both_questions_open(void **state)
{
    struct redis_client *client = start(state);

    wait_until_asked(client, 2);
    redis_free(client->redis);
    client->redis = NULL;
}

#define lookup_test(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        lookup_test(an_answer_after_the_time_is_still_taken),
        lookup_test(a_fresh_question_need_not_wait_for_an_old_one),
        lookup_test(a_late_refusal_ends_nothing),
        lookup_test(a_late_answer_leads_only_to_one_attempt),
        lookup_test(the_wait_is_said),
        lookup_test(the_client_may_be_freed_with_both_questions_open),
    };

    return cmocka_run_group_tests_name("redis_lookup", tests, NULL, NULL);
}
