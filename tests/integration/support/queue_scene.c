/* A queue and its calls, one at a time. See queue_scene.h. */
#include "queue_scene.h"

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
#include "run.h"

#include "base/banned.h"

static const char *const always[] = {"--appendonly", "yes", "--appendfsync",
                                     "always", NULL};

static void load_settings(struct queue_scene *scene)
{
    struct error err = {0};
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/afterhours.yaml", scene->server.dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "redis: { url: '%s', timeout: 5s }\n"
            "destinations:\n"
            "  support: { subdomain: acme, token: t, budget_per_minute: 0 }\n"
            "forms:\n"
            "  contact:\n"
            "    destination: support\n"
            "    public: true\n"
            "    callback: { url: 'https://site.example/hook',\n"
            "      secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= }"
            "\n",
            scene->server.url);
    assert_int_equal(fclose(file), 0);
    scene->settings = settings_load(path, &err);
    if (!scene->settings)
        fail_msg("%s", err.text);
}

void qscene_start(struct queue_scene *scene, const char *const *options)
{
    struct redis_options redis = {0};
    struct error err = {0};

    memset(scene, 0, sizeof(*scene));
    redis_server_start(&scene->server, options ? options : always);
    scene->loop = loop_new();
    load_settings(scene);
    redis.url = alloc_text(scene->server.url);
    redis.timeout_ms = 5000;
    scene->redis = redis_new(scene->loop, &redis, &err);
    redis_options_clear(&redis);
    assert_non_null(scene->redis);
}

static bool is_ready(void *context)
{
    return queue_ready(context, NULL);
}

void qscene_wait_ready(struct queue_scene *scene)
{
    const char *why = "";

    if (run_until(scene->loop, is_ready, scene->queue, RUN_PATIENCE_MS))
        return;
    (void)queue_ready(scene->queue, &why);
    fail_msg("the queue is not ready: %s", why);
}

void qscene_reopen(struct queue_scene *scene)
{
    struct error err = {0};

    queue_free(scene->queue);
    scene->queue = queue_new(scene->loop, scene->settings, &err);
    if (!scene->queue)
        fail_msg("%s", err.text);
}

void qscene_open(struct queue_scene *scene)
{
    qscene_reopen(scene);
    qscene_wait_ready(scene);
}

struct why_wait {
    struct queue *queue;
    const char *text;
};

static bool says_why(void *context)
{
    struct why_wait *wait = context;
    const char *why;

    return !queue_ready(wait->queue, &why) && strstr(why, wait->text);
}

void qscene_wait_for_why(struct queue_scene *scene, const char *text)
{
    struct why_wait wait = {scene->queue, text};
    const char *why;

    if (run_until(scene->loop, says_why, &wait, RUN_PATIENCE_MS))
        return;
    (void)queue_ready(scene->queue, &why);
    fail_msg("the queue says \"%s\", not \"%s\"", why, text);
}

static void drop_list(struct queue_scene *scene)
{
    for (size_t i = 0; i < scene->list_count; i++)
        submission_clear(&scene->list[i]);
    free(scene->list);
    scene->list = NULL;
    scene->list_count = 0;
}

void qscene_stop(struct queue_scene *scene)
{
    queue_free(scene->queue);
    redis_free(scene->redis);
    qscene_drop(scene);
    drop_list(scene);
    submission_clear(&scene->found);
    settings_release(scene->settings);
    loop_free(scene->loop);
    redis_server_stop(&scene->server);
    memset(scene, 0, sizeof(*scene));
}

int qscene_setup(void **state)
{
    struct queue_scene *scene = NEW(struct queue_scene);

    *state = scene;
    qscene_start(scene, NULL);
    qscene_open(scene);
    return 0;
}

int qscene_teardown(void **state)
{
    qscene_stop(*state);
    free(*state);
    return 0;
}

/* Remembers how many answers there were, to wait for one more. */
static void wait_for(struct queue_scene *scene, unsigned before)
{
    run_until_count(scene->loop, &scene->answers, before + 1);
}

static void note_error(struct queue_scene *scene, const struct error *err)
{
    scene->answers++;
    scene->failed = err != NULL;
    snprintf(scene->text, sizeof(scene->text), "%s", err ? err->text : "");
}

static void on_accepted(void *context, enum accept_result result,
                        const char *id, const char *why)
{
    struct queue_scene *scene = context;

    scene->answers++;
    scene->result = result;
    snprintf(scene->id, sizeof(scene->id), "%s", id);
    snprintf(scene->why, sizeof(scene->why), "%s", why);
}

enum accept_result qscene_accept_id(struct queue_scene *scene, const char *id,
                                    const struct accept_options *options)
{
    const struct accept_options usual = {.fingerprint = "",
                                         .deadline_ms = 5000};
    struct submission submission = {
        .destination = (char *)(uintptr_t) "support",
        .form = (char *)(uintptr_t) "contact",
        .message = (char *)(uintptr_t) "{\"message\": \"hello\"}",
        .reference = (char *)(uintptr_t) "order 7",
        .received_at = clock_wall_ms(),
    };
    unsigned before = scene->answers;

    (void)!id_made_at(id, &submission.received_at);
    snprintf(submission.id, sizeof(submission.id), "%s", id);
    queue_accept(scene->queue, &submission, options ? options : &usual,
                 on_accepted, scene);
    wait_for(scene, before);
    return scene->result;
}

enum accept_result qscene_accept(struct queue_scene *scene,
                                 const struct accept_options *options)
{
    char id[ID_SIZE];

    id_make(id, "support", clock_wall_ms());
    return qscene_accept_id(scene, id, options);
}

static void on_reserved(void *context, struct reservation *reservation,
                        const struct error *err)
{
    struct queue_scene *scene = context;

    note_error(scene, err);
    qscene_drop(scene);
    scene->reservation = *reservation;
}

bool qscene_reserve_fails(struct queue_scene *scene, enum stage stage, size_t n)
{
    unsigned before = scene->answers;

    queue_reserve(scene->queue, "support", stage, n, on_reserved, scene);
    wait_for(scene, before);
    return scene->failed;
}

size_t qscene_reserve(struct queue_scene *scene, enum stage stage, size_t n)
{
    if (qscene_reserve_fails(scene, stage, n))
        fail_msg("%s", scene->text);
    return scene->reservation.count;
}

void qscene_drop(struct queue_scene *scene)
{
    for (size_t i = 0; i < scene->reservation.count; i++)
        submission_clear(&scene->reservation.items[i].submission);
    free(scene->reservation.items);
    scene->reservation = (struct reservation){0};
}

static void on_settled(void *context, enum settle_result result,
                       const struct error *err)
{
    struct queue_scene *scene = context;

    note_error(scene, err);
    scene->settled = result;
}

typedef void holding(struct queue *queue, const struct turn_item *item,
                     queue_settled *settled, void *context);

static enum settle_result hold_call(struct queue_scene *scene, holding *call,
                                    size_t item)
{
    unsigned before = scene->answers;

    call(scene->queue, &scene->reservation.items[item], on_settled, scene);
    wait_for(scene, before);
    if (scene->failed)
        fail_msg("%s", scene->text);
    return scene->settled;
}

enum settle_result qscene_intend(struct queue_scene *scene, size_t item)
{
    return hold_call(scene, queue_intend, item);
}

enum settle_result qscene_beat(struct queue_scene *scene, size_t item)
{
    return hold_call(scene, queue_beat, item);
}

enum settle_result qscene_give_back(struct queue_scene *scene, size_t item)
{
    return hold_call(scene, queue_give_back, item);
}

bool qscene_settle_fails(struct queue_scene *scene, size_t item,
                         struct verdict verdict)
{
    unsigned before = scene->answers;

    queue_settle(scene->queue, &scene->reservation.items[item], &verdict,
                 on_settled, scene);
    wait_for(scene, before);
    return scene->failed;
}

enum settle_result qscene_settle(struct queue_scene *scene, size_t item,
                                 struct verdict verdict)
{
    if (qscene_settle_fails(scene, item, verdict))
        fail_msg("%s", scene->text);
    return scene->settled;
}

struct verdict qscene_verdict(enum stage next, int64_t ms)
{
    return (struct verdict){
        .outcome = OUTCOME_BUSY,
        .next = next,
        .due_at = clock_wall_ms() + ms,
        .count_attempt = true,
    };
}

static void on_found(void *context, const struct submission *found,
                     const struct error *err)
{
    struct queue_scene *scene = context;

    note_error(scene, err);
    submission_clear(&scene->found);
    if (found)
        submission_copy(&scene->found, found);
}

const struct submission *qscene_find(struct queue_scene *scene, const char *id)
{
    unsigned before = scene->answers;

    queue_find(scene->queue, id, true, on_found, scene);
    wait_for(scene, before);
    assert_false(scene->failed);
    return scene->found.id[0] ? &scene->found : NULL;
}

static void on_count(void *context, size_t count, const struct error *err)
{
    struct queue_scene *scene = context;

    note_error(scene, err);
    scene->number = (int64_t)count;
}

size_t qscene_count(struct queue_scene *scene, qscene_counting *call,
                    const char *id)
{
    unsigned before = scene->answers;

    call(scene->queue, id, on_count, scene);
    wait_for(scene, before);
    if (scene->failed)
        fail_msg("%s", scene->text);
    return (size_t)scene->number;
}

size_t qscene_replay(struct queue_scene *scene, const char *id,
                     unsigned generation)
{
    unsigned before = scene->answers;
    char replay[ID_SIZE];

    id_make(replay, "replay", clock_wall_ms()); /* another one each time */
    queue_replay(scene->queue, id, generation, replay, on_count, scene);
    wait_for(scene, before);
    assert_false(scene->failed);
    return (size_t)scene->number;
}

static void on_walked(void *context, const struct submission *list,
                      size_t count, const char *stopped,
                      const struct error *err)
{
    struct queue_scene *scene = context;

    (void)stopped;
    note_error(scene, err);
    drop_list(scene);
    scene->list = NEW_ARRAY(count + 1, struct submission);
    scene->list_count = count;
    for (size_t i = 0; i < count; i++)
        submission_copy(&scene->list[i], &list[i]);
}

size_t qscene_walk(struct queue_scene *scene, const struct walk_filter *filter)
{
    unsigned before = scene->answers;

    queue_walk(scene->queue, filter, on_walked, scene);
    wait_for(scene, before);
    assert_false(scene->failed);
    return scene->list_count;
}

static void on_tallied(void *context, const struct tally *tally,
                       const struct error *err)
{
    struct queue_scene *scene = context;

    note_error(scene, err);
    if (tally)
        scene->tally = *tally;
}

const struct tally *qscene_tally(struct queue_scene *scene)
{
    unsigned before = scene->answers;

    queue_tally(scene->queue, "support", on_tallied, scene);
    wait_for(scene, before);
    assert_false(scene->failed);
    return &scene->tally;
}

static void on_redis(void *context, const struct redis_answer *answer)
{
    struct queue_scene *scene = context;
    const struct redis_reply *reply = answer->reply;
    const char *text = redis_text(reply);
    size_t len = 0;

    scene->answers++;
    scene->number = redis_integer(reply);
    snprintf(scene->text, sizeof(scene->text), "%s", text ? text : "");
    for (size_t i = 0; i < redis_count(reply) && len < 4000; i++) {
        text = redis_text(redis_at(reply, i));
        len += (size_t)snprintf(scene->text + len, sizeof(scene->text) - len,
                                "%s%s", i ? " " : "", text ? text : "");
    }
    if (redis_type(reply) == REDIS_TYPE_LIST)
        scene->number = (int64_t)redis_count(reply);
}

const char *qscene_command(struct queue_scene *scene,
                           const struct redis_command *command)
{
    unsigned before = scene->answers;

    redis_call(scene->redis, command, on_redis, scene);
    wait_for(scene, before);
    return scene->text;
}

const char *qscene_redis(struct queue_scene *scene, ...)
{
    const char *argv[32];
    struct redis_command command = {0, argv, NULL, 0};
    va_list texts;

    va_start(texts, scene);
    while ((argv[command.argc] = va_arg(texts, const char *)))
        command.argc++;
    va_end(texts);
    return qscene_command(scene, &command);
}

const char *qscene_key(struct queue_scene *scene, const char *kind,
                       const char *tail)
{
    snprintf(scene->key, sizeof(scene->key), "{support}%s%s%s", kind, scene->id,
             tail);
    return scene->key;
}

const char *qscene_field(struct queue_scene *scene, const char *id,
                         const char *field)
{
    char key[128];

    snprintf(key, sizeof(key), "{support}item:%s", id);
    return qscene_redis(scene, "HGET", key, field, NULL);
}

void qscene_deliver(struct queue_scene *scene, const char *chat)
{
    struct verdict verdict = qscene_verdict(STAGE_RECONCILE, 0);

    assert_int_equal(qscene_accept(scene, NULL), ACCEPT_NEW);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    outcome_set(&scene->reservation.items[0].outcome, OUTCOME_DONE, NULL);
    snprintf(scene->reservation.items[0].outcome.chat_id,
             SUBMISSION_CHAT_ID_MAX, "%s", chat);
    verdict.outcome = OUTCOME_DONE;
    verdict.event = "submission.delivered";
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
}
