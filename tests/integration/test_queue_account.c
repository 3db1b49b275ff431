/* The account that the README says is enough does everything, and no more. */
#include "queue/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "held_scene.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

#define WORDS_MAX 64

/* The line of the README, word by word; the password is ours. */
static void make_account(struct queue_scene *scene)
{
    FILE *file = fopen("src/queue/README.md", "r");
    const char *argv[WORDS_MAX];
    struct redis_command command = {0, argv, NULL, 0};
    char line[2000], *rest = line, *word;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file))
        if (strncmp(line, "    ACL SETUSER ", 16) == 0)
            break;
    assert_int_equal(fclose(file), 0);
    while ((word = strsep(&rest, " \n")) && command.argc < WORDS_MAX)
        if (*word)
            argv[command.argc++] =
                strcmp(word, ">PASSWORD") == 0 ? ">secret" : word;
    assert_true(command.argc > 10);
    qscene_command(scene, &command);
    assert_string_equal(scene->text, "OK");
}

static void open_as_account(struct queue_scene *scene)
{
    make_account(scene);
    scene->settings->redis.username = alloc_text("afterhours");
    secret_set(&scene->settings->redis.password, "secret", 6);
    qscene_reopen(scene);
    qscene_wait_ready(scene);
}

static void count(void *context)
{
    unsigned *times = context;

    (*times)++;
}

static void a_small_account_does_all_the_work(void **state)
{
    const struct accept_options options = {
        .key = "order 7",
        .fingerprint = "abc",
        .key_ttl_ms = 60000,
        .email_hash = "0123456789abcdef",
        .deadline_ms = 5000,
    };
    struct queue_scene *scene = *state;
    struct walk_filter filter = {.destination = "support", .limit = 9};
    struct verdict verdict = qscene_verdict(STAGE_BURIED, 0);
    unsigned rings = 0, changes = 0;
    struct queue_watch *watching;

    open_as_account(scene);
    queue_on_bell(scene->queue, count, &rings);
    assert_int_equal(qscene_accept(scene, &options), ACCEPT_NEW);
    run_until_count(scene->loop, &rings, 1);
    watching = queue_watch(scene->queue, scene->id, count, &changes);
    run_until_count(scene->loop, &changes, 1);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(qscene_intend(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_beat(scene, 0), SETTLE_OK);
    verdict.event = "submission.failed";
    assert_int_equal(qscene_settle(scene, 0, verdict), SETTLE_OK);
    run_until_count(scene->loop, &changes, 2);
    queue_unwatch(watching);
    assert_int_equal(qscene_reserve(scene, STAGE_CALLBACK, 1), 1);
    assert_int_equal(qscene_settle(scene, 0, qscene_verdict(STAGE_FINISHED, 0)),
                     SETTLE_OK);
    assert_int_equal(qscene_replay(scene, scene->id, 0), 1);
    assert_int_equal(qscene_reserve(scene, STAGE_DELIVER, 1), 1);
    assert_int_equal(qscene_give_back(scene, 0), SETTLE_OK);
    assert_int_equal(qscene_walk(scene, &filter), 1);
    assert_int_equal(qscene_tally(scene)->accepted, 1);
    assert_non_null(qscene_find(scene, scene->id));
    assert_int_equal(qscene_count(scene, queue_forget, scene->id), 1);
    qscene_deliver(scene, "2104.1.x");
}

static void a_small_account_reads_all_there_is(void **state)
{
    const struct accept_options old = {.at = 1763800000000,
                                       .deadline_ms = 5000};
    struct queue_scene *scene = *state;

    open_as_account(scene);
    qscene_accept(scene, &old);
    assert_int_equal(held_find(scene, scene->id), 1);
    assert_int_equal(held_turn_page(scene, false, NULL, 9), 1);
    assert_int_equal(held_scan(scene, NULL, old.at, old.at), 1);
    assert_int_equal(held_mark(scene, scene->id, false), 1);
    held_pass_seconds(scene);
    assert_int_equal(held_changes(scene, 0, "", 9), 1);
}

static bool is_due(void *context)
{
    return qscene_tally(context)->due[STAGE_DELIVER] == 1;
}

static void a_small_account_is_enough_for_the_janitor(void **state)
{
    struct queue_scene *scene = *state;

    scene->settings->destinations[0].lease_ms = 200;
    open_as_account(scene);
    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    queue_start_janitor(scene->queue);
    assert_true(run_until(scene->loop, is_due, scene, RUN_PATIENCE_MS));
}

static void note_error(void *context, const struct error *err)
{
    assert_null(err);
    count(context);
}

static bool is_replayed(void *context)
{
    return qscene_tally(context)->dead == 0;
}

static void a_small_account_is_enough_for_a_replay_of_many(void **state)
{
    struct queue_scene *scene = *state;
    struct replay replay = {.by = "ada", .total = 1};
    struct replay_item item = {.generation = 0};
    unsigned started = 0;

    open_as_account(scene);
    qscene_accept(scene, NULL);
    qscene_reserve(scene, STAGE_DELIVER, 1);
    qscene_settle(scene, 0, qscene_verdict(STAGE_BURIED, 0));
    memcpy(item.id, scene->id, sizeof(item.id));
    id_make(replay.id, "replay", 1);
    queue_run_replays(scene->queue);
    queue_start_replay(scene->queue, &replay, &item, note_error, &started);
    run_until_count(scene->loop, &started, 1);
    assert_true(run_until(scene->loop, is_replayed, scene, RUN_PATIENCE_MS));
}

static void a_small_account_may_do_no_more(void **state)
{
    static const char *const forbidden[] = {
        "FLUSHALL", "FLUSHDB",  "KEYS",   "EVAL",      "SCRIPT",
        "CONFIG",   "FUNCTION", "DEBUG",  "SHUTDOWN",  "SAVE",
        "MONITOR",  "ACL",      "RENAME", "REPLICAOF", "SWAPDB",
    };
    struct queue_scene *scene = *state;
    char wanted[128];

    make_account(scene);
    qscene_redis(scene, "ACL", "GETUSER", "afterhours", NULL);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        snprintf(wanted, sizeof(wanted), "+%s", forbidden[i]);
        assert_null(strcasestr(scene->text, wanted));
    }
    qscene_redis(scene, "ACL", "DRYRUN", "afterhours", "GET", "other", NULL);
    assert_non_null(strstr(scene->text, "no permissions"));
    qscene_redis(scene, "ACL", "DRYRUN", "afterhours", "FLUSHALL", NULL);
    assert_non_null(strstr(scene->text, "no permissions"));
}

static void
an_account_that_may_not_read_the_configuration_is_not_sure(void **state)
{
    struct queue_scene *scene = *state;

    open_as_account(scene);
    assert_int_equal(queue_durability(scene->queue), DURABILITY_MEMORY);
}

static void a_missing_library_that_may_not_be_loaded_is_told(void **state)
{
    struct queue_scene *scene = *state;

    open_as_account(scene);
    qscene_redis(scene, "FUNCTION", "FLUSH", NULL);
    qscene_reopen(scene);
    qscene_wait_for_why(scene, "FUNCTION LOAD");
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, qscene_setup, qscene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_small_account_does_all_the_work),
        TEST(a_small_account_reads_all_there_is),
        TEST(a_small_account_is_enough_for_the_janitor),
        TEST(a_small_account_is_enough_for_a_replay_of_many),
        TEST(a_small_account_may_do_no_more),
        TEST(an_account_that_may_not_read_the_configuration_is_not_sure),
        TEST(a_missing_library_that_may_not_be_loaded_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
