/*
 * The journal between its senders and a queue that comes and goes, with two of
 * them where two processes are meant.
 */
#include "journal/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue_scene.h"
#include "run.h"

#include "base/banned.h"

#define MINUTE INT64_C(60000)

struct scene {
    struct queue_scene queue;
    struct journal *journal;
    char folder[128];
};

/* What became of one message. */
struct sent {
    char id[ID_SIZE];    /* as it was made */
    char known[ID_SIZE]; /* as it was answered */
    char why[256];
    enum accept_result result;
    bool told, journalled;
};

static struct journal *open_journal(struct scene *scene)
{
    struct error err = {0};
    struct journal *journal = journal_new(
        scene->queue.loop, scene->queue.settings, scene->queue.queue, &err);

    if (!journal)
        fail_msg("%s", err.text);
    return journal;
}

static int set_up(void **state)
{
    struct scene *scene = NEW(struct scene);

    qscene_start(&scene->queue, NULL);
    snprintf(scene->folder, sizeof(scene->folder), "%s/journal",
             scene->queue.server.dir);
    scene->queue.settings->journal.enabled = true;
    alloc_replace(&scene->queue.settings->journal.path, scene->folder);
    qscene_open(&scene->queue);
    scene->journal = open_journal(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    journal_free(scene->journal);
    rmdir(scene->folder);
    qscene_stop(&scene->queue);
    free(scene);
    return 0;
}

static void told(void *context, enum accept_result result, const char *id,
                 const char *why, bool journalled)
{
    struct sent *sent = context;

    sent->told = true;
    sent->result = result;
    sent->journalled = journalled;
    snprintf(sent->known, sizeof(sent->known), "%s", id);
    snprintf(sent->why, sizeof(sent->why), "%s", why ? why : "");
}

/* Hands it in; the answer is not waited for. */
static void begin(struct journal *journal, struct sent *sent, const char *key,
                  const char *fingerprint)
{
    static char message[] = "{\"message\":\"hello\"}";
    static char form[] = "contact", to[] = "support";
    struct submission submission = {
        .destination = to,
        .form = form,
        .message = message,
        .received_at = clock_wall_ms(),
    };
    const struct accept_options options = {
        .key = key,
        .fingerprint = fingerprint,
        .key_ttl_ms = MINUTE,
        .deadline_ms = MINUTE,
    };

    memset(sent, 0, sizeof(*sent));
    id_make(submission.id, "support", submission.received_at);
    snprintf(sent->id, sizeof(sent->id), "%s", submission.id);
    journal_accept(journal, &submission, &options, told, sent);
    assert_false(sent->told);
}

static bool is_told(void *context)
{
    return ((struct sent *)context)->told;
}

static void await(struct scene *scene, struct sent *sent)
{
    assert_true(run_until(scene->queue.loop, is_told, sent, RUN_PATIENCE_MS));
}

static struct sent hand_in(struct scene *scene, struct journal *journal,
                           const char *key, const char *fingerprint)
{
    struct sent sent;

    begin(journal, &sent, key, fingerprint);
    await(scene, &sent);
    return sent;
}

static bool is_empty(void *context)
{
    return journal_waiting(context) == 0;
}

static void await_empty(struct scene *scene, struct journal *journal)
{
    assert_true(
        run_until(scene->queue.loop, is_empty, journal, RUN_PATIENCE_MS));
}

static bool is_away(void *context)
{
    return !queue_ready(context, NULL);
}

static void lose_redis(struct scene *scene)
{
    redis_server_kill(&scene->queue.server);
    assert_true(run_until(scene->queue.loop, is_away, scene->queue.queue,
                          RUN_PATIENCE_MS));
}

static void bring_redis_back(struct scene *scene)
{
    redis_server_restart(&scene->queue.server);
    qscene_wait_ready(&scene->queue);
}

static size_t files(struct scene *scene)
{
    struct journal_census census;
    struct error err = {0};

    if (!journal_count(scene->queue.settings, &census, &err))
        fail_msg("%s", err.text);
    return census.files;
}

static void with_redis_there_nothing_touches_the_disk(void **state)
{
    struct scene *scene = *state;
    struct sent sent = hand_in(scene, scene->journal, "key", "-");

    assert_int_equal(sent.result, ACCEPT_NEW);
    assert_false(sent.journalled);
    assert_int_equal(files(scene), 0);
}

static void without_redis_it_waits_and_then_goes_there(void **state)
{
    struct scene *scene = *state;
    const struct submission *found;
    struct sent sent;

    lose_redis(scene);
    sent = hand_in(scene, scene->journal, "key", "-");
    assert_int_equal(sent.result, ACCEPT_NEW);
    assert_true(sent.journalled);
    assert_string_equal(sent.known, sent.id);
    assert_int_equal(journal_waiting(scene->journal), 1);
    assert_int_equal(files(scene), 1);
    bring_redis_back(scene);
    await_empty(scene, scene->journal);
    assert_int_equal(files(scene), 0);
    found = qscene_find(&scene->queue, sent.id);
    assert_non_null(found);
    assert_string_equal(found->form, "contact");
    assert_string_equal(found->message, "{\"message\":\"hello\"}");
}

static void a_double_click_makes_one_of_it(void **state)
{
    struct scene *scene = *state;
    struct sent sent[3];

    lose_redis(scene);
    for (size_t i = 0; i < 3; i++)
        begin(scene->journal, &sent[i], "key", i < 2 ? "a" : "b");
    for (size_t i = 0; i < 3; i++)
        await(scene, &sent[i]);
    assert_int_equal(sent[0].result, ACCEPT_NEW);
    assert_int_equal(sent[1].result, ACCEPT_KNOWN);
    assert_string_equal(sent[1].known, sent[0].id);
    assert_int_equal(sent[2].result, ACCEPT_CONFLICT);
    assert_int_equal(journal_waiting(scene->journal), 1);
}

static void full_memory_is_away_and_a_full_queue_is_not(void **state)
{
    struct scene *scene = *state;
    struct sent sent;

    qscene_redis(&scene->queue, "CONFIG", "SET", "maxmemory", "1", NULL);
    sent = hand_in(scene, scene->journal, "one", "-");
    assert_int_equal(sent.result, ACCEPT_NEW);
    assert_true(sent.journalled);
    qscene_redis(&scene->queue, "CONFIG", "SET", "maxmemory", "0", NULL);
    await_empty(scene, scene->journal);
    assert_non_null(qscene_find(&scene->queue, sent.id));

    scene->queue.settings->limits.depth = 1;
    sent = hand_in(scene, scene->journal, "two", "-");
    assert_int_equal(sent.result, ACCEPT_FULL);
    assert_int_equal(files(scene), 0);
}

static void what_was_stored_without_an_answer_is_there_once(void **state)
{
    struct scene *scene = *state;
    struct sent sent;

    redis_server_pause(&scene->queue.server);
    sent = hand_in(scene, scene->journal, NULL, NULL);
    assert_true(sent.journalled);
    redis_server_resume(&scene->queue.server);
    await_empty(scene, scene->journal);
    qscene_redis(&scene->queue, "ZCARD", "{support}all", NULL);
    assert_int_equal(scene->queue.number, 1);
    assert_non_null(qscene_find(&scene->queue, sent.id));
}

static void of_two_that_took_one_key_both_keep_their_word(void **state)
{
    struct scene *scene = *state;
    struct journal *other = open_journal(scene);
    struct sent mine, same, another;

    lose_redis(scene);
    mine = hand_in(scene, scene->journal, "key", "a");
    same = hand_in(scene, other, "key", "a");
    another = hand_in(scene, other, "second", "b");
    assert_int_equal(mine.result, ACCEPT_NEW);
    assert_int_equal(same.result, ACCEPT_NEW);
    begin(scene->journal, &mine, "second", "c");
    await(scene, &mine);
    assert_int_equal(another.result, ACCEPT_NEW);
    assert_int_equal(mine.result, ACCEPT_NEW);
    bring_redis_back(scene);
    await_empty(scene, scene->journal);
    await_empty(scene, other);
    /* The same message once; two messages of one key, both. */
    qscene_redis(&scene->queue, "ZCARD", "{support}all", NULL);
    assert_int_equal(scene->queue.number, 3);
    assert_non_null(qscene_find(&scene->queue, another.id));
    assert_non_null(qscene_find(&scene->queue, mine.id));
    journal_free(other);
}

static void the_next_process_knows_keys_and_ids_of_the_last(void **state)
{
    struct scene *scene = *state;
    struct sent first, again;

    lose_redis(scene);
    first = hand_in(scene, scene->journal, "key", "-");
    journal_free(scene->journal);
    scene->journal = open_journal(scene);
    again = hand_in(scene, scene->journal, "key", "-");
    assert_int_equal(journal_waiting(scene->journal), 1);
    assert_int_equal(again.result, ACCEPT_KNOWN);
    assert_string_equal(again.known, first.id);
}

#define MANY 700

static bool is_in_part(void *context)
{
    return journal_waiting(context) > 0;
}

static bool are_all_there(void *context)
{
    return journal_waiting(context) == MANY;
}

static void a_large_file_becomes_ours_a_piece_at_a_time(void **state)
{
    struct scene *scene = *state;
    struct sent *sent = NEW_ARRAY(MANY, struct sent);

    lose_redis(scene);
    hand_in(scene, scene->journal, NULL, NULL); /* it is known to be away */
    for (size_t i = 1; i < MANY; i++)
        begin(scene->journal, &sent[i], NULL, NULL);
    await(scene, &sent[MANY - 1]);
    journal_free(scene->journal);
    scene->journal = open_journal(scene);
    assert_false(journal_empty(scene->journal));
    assert_true(run_until(scene->queue.loop, is_in_part, scene->journal,
                          RUN_PATIENCE_MS));
    assert_in_range(journal_waiting(scene->journal), 1, MANY - 1);
    assert_true(run_until(scene->queue.loop, are_all_there, scene->journal,
                          RUN_PATIENCE_MS));
    free(sent);
}

static void an_end_while_a_file_becomes_ours_leaves_it_there(void **state)
{
    struct scene *scene = *state;
    struct sent first, meanwhile;

    lose_redis(scene);
    first = hand_in(scene, scene->journal, "key", "-");
    journal_free(scene->journal);
    scene->journal = open_journal(scene);
    begin(scene->journal, &meanwhile, "key", "-");
    journal_free(scene->journal);
    scene->journal = open_journal(scene);
    if (!meanwhile.told) /* the queue was asked */
        await(scene, &meanwhile);
    assert_int_equal(meanwhile.result, ACCEPT_AWAY);
    assert_string_equal(hand_in(scene, scene->journal, "key", "-").known,
                        first.id);
}

static void an_end_in_the_middle_tells_everybody(void **state)
{
    struct scene *scene = *state;
    struct sent sent[2];

    lose_redis(scene);
    hand_in(scene, scene->journal, NULL, NULL); /* it is known to be away */
    begin(scene->journal, &sent[0], "one", "-");
    begin(scene->journal, &sent[1], "two", "-");
    journal_free(scene->journal);
    for (size_t i = 0; i < 2; i++) {
        /* Either it was asked for of the queue, or never promised. */
        if (sent[i].told)
            assert_int_equal(sent[i].result, ACCEPT_AWAY);
    }
    queue_free(scene->queue.queue);
    scene->queue.queue = NULL;
    assert_true(sent[0].told && sent[1].told);
    scene->journal = NULL;
}

static void a_full_journal_promises_nothing(void **state)
{
    struct scene *scene = *state;
    struct sent sent;

    scene->queue.settings->journal.max_size = 100;
    assert_false(journal_takes(scene->journal));
    lose_redis(scene);
    sent = hand_in(scene, scene->journal, NULL, NULL);
    assert_int_equal(sent.result, ACCEPT_AWAY);
    assert_non_null(strstr(sent.why, "journal.max_size"));
    assert_int_equal(files(scene), 0);
}

struct look {
    bool told;
    struct submission found;
};

static void found(void *context, const struct submission *submission,
                  const struct error *err)
{
    struct look *look = context;

    assert_null(err);
    look->told = true;
    submission_copy(&look->found, submission);
}

static bool is_found(void *context)
{
    return ((struct look *)context)->told;
}

static void what_waits_can_be_looked_at(void **state)
{
    struct scene *scene = *state;
    struct look look = {.told = false};
    struct sent sent;

    lose_redis(scene);
    sent = hand_in(scene, scene->journal, NULL, NULL);
    assert_false(journal_find(
        scene->journal, "support-01JABCDEF0123456789ABCDEFG", found, &look));
    assert_true(journal_find(scene->journal, sent.id, found, &look));
    assert_false(look.told);
    assert_true(run_until(scene->queue.loop, is_found, &look, RUN_PATIENCE_MS));
    assert_string_equal(look.found.id, sent.id);
    assert_int_equal(submission_state(&look.found), STATE_QUEUED);
    submission_clear(&look.found);
}

/* Whatever a test leaves there is drained or removed with its folder. */
static int empty_and_tear_down(void **state)
{
    struct scene *scene = *state;

    if (scene->journal && !scene->queue.server.pid)
        bring_redis_back(scene);
    if (scene->journal)
        await_empty(scene, scene->journal);
    return tear_down(state);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, set_up, empty_and_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(with_redis_there_nothing_touches_the_disk),
        TEST(without_redis_it_waits_and_then_goes_there),
        TEST(a_double_click_makes_one_of_it),
        TEST(full_memory_is_away_and_a_full_queue_is_not),
        TEST(what_was_stored_without_an_answer_is_there_once),
        TEST(of_two_that_took_one_key_both_keep_their_word),
        TEST(the_next_process_knows_keys_and_ids_of_the_last),
        TEST(a_large_file_becomes_ours_a_piece_at_a_time),
        TEST(an_end_while_a_file_becomes_ours_leaves_it_there),
        TEST(an_end_in_the_middle_tells_everybody),
        TEST(a_full_journal_promises_nothing),
        TEST(what_waits_can_be_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
