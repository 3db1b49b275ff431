/* See ask.h. */
#include "cmd/ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

/* One question under way. */
struct question {
    struct session *session;
    struct error *err; /* borrowed from who asks */
    bool done, ok;
    void *into; /* where the answer goes; each callback knows its type */
};

static struct question question_of(struct session *session, void *into,
                                   struct error *err)
{
    struct question question = {.session = session, .err = err, .into = into};

    return question;
}

/* The answer is in. True: it is one. */
static bool answered(struct question *question, const struct error *err)
{
    question->done = true;
    question->ok = !err;
    if (err)
        error_set(question->err, err->kind, "%s", err->text);
    session_wake(question->session);
    return !err;
}

static bool wait_for(struct question *question)
{
    session_wait(question->session, &question->done);
    return question->ok;
}

static void on_found(void *context, const struct submission *found,
                     const struct error *err)
{
    struct question *question = context;

    if (answered(question, err) && found)
        submission_copy(question->into, found);
}

bool ask_find(struct session *session, const char *id, bool with_message,
              struct submission *found, struct error *err)
{
    struct question question = question_of(session, found, err);

    memset(found, 0, sizeof(*found));
    queue_find(session->queue, id, with_message, on_found, &question);
    return wait_for(&question);
}

static void on_walked(void *context, const struct submission *list,
                      size_t count, const char *stopped,
                      const struct error *err)
{
    struct question *question = context;
    struct submissions *into = question->into;

    (void)stopped;
    if (!answered(question, err))
        return;
    into->list =
        alloc_resize(into->list, into->count + count, sizeof(*into->list));
    for (size_t i = 0; i < count; i++)
        submission_copy(&into->list[into->count++], &list[i]);
}

bool ask_walk(struct session *session, const struct walk_filter *filter,
              struct submissions *list, struct error *err)
{
    struct question question = question_of(session, list, err);

    queue_walk(session->queue, filter, on_walked, &question);
    return wait_for(&question);
}

void submissions_clear(struct submissions *list)
{
    for (size_t i = 0; i < list->count; i++)
        submission_clear(&list->list[i]);
    free(list->list);
    memset(list, 0, sizeof(*list));
}

static void on_history(void *context, const struct attempt *list, size_t count,
                       const struct error *err)
{
    struct question *question = context;
    struct history *into = question->into;

    if (!answered(question, err))
        return;
    into->list = NEW_ARRAY(count, struct attempt);
    into->count = count;
    for (size_t i = 0; i < count; i++) {
        into->list[i].at = list[i].at;
        into->list[i].text = alloc_text(list[i].text);
    }
}

bool ask_history(struct session *session, const char *id,
                 struct history *history, struct error *err)
{
    struct question question = question_of(session, history, err);

    memset(history, 0, sizeof(*history));
    queue_attempts(session->queue, id, on_history, &question);
    return wait_for(&question);
}

void history_clear(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->list[i].text);
    free(history->list);
    memset(history, 0, sizeof(*history));
}

static void on_tally(void *context, const struct tally *tally,
                     const struct error *err)
{
    struct question *question = context;

    if (answered(question, err))
        *(struct tally *)question->into = *tally;
}

bool ask_tally(struct session *session, const char *destination,
               struct tally *tally, struct error *err)
{
    struct question question = question_of(session, tally, err);

    queue_tally(session->queue, destination, on_tally, &question);
    return wait_for(&question);
}

static void on_left(void *context, const struct left *list, size_t count,
                    const struct error *err)
{
    struct question *question = context;
    struct lefts *into = question->into;

    if (!answered(question, err))
        return;
    into->list = NEW_ARRAY(count + 1, struct left);
    into->count = count;
    for (size_t i = 0; i < count; i++)
        into->list[i] = list[i];
}

bool ask_left(struct session *session, struct lefts *found, struct error *err)
{
    struct question question = question_of(session, found, err);

    memset(found, 0, sizeof(*found));
    queue_left(session->queue, on_left, &question);
    return wait_for(&question);
}

void lefts_clear(struct lefts *found)
{
    free(found->list);
    memset(found, 0, sizeof(*found));
}

static void on_count(void *context, size_t count, const struct error *err)
{
    struct question *question = context;

    if (answered(question, err))
        *(size_t *)question->into = count;
}

bool ask_to_move(struct session *session, queue_move *move, const char *id,
                 size_t *count, struct error *err)
{
    struct question question = question_of(session, count, err);

    move(session->queue, id, on_count, &question);
    return wait_for(&question);
}

static void on_done(void *context, const struct error *err)
{
    answered(context, err);
}

bool ask_to_pause(struct session *session, const char *destination,
                  struct error *err)
{
    struct question question = question_of(session, NULL, err);

    queue_hold(session->queue, destination, HOLD_OPERATOR, 0, on_done,
               &question);
    return wait_for(&question);
}

bool ask_to_resume(struct session *session, const char *destination,
                   struct error *err)
{
    struct question question = question_of(session, NULL, err);

    queue_resume(session->queue, destination, on_done, &question);
    return wait_for(&question);
}

bool ask_to_start_callbacks(struct session *session,
                            const struct settings_form *form, struct error *err)
{
    size_t count = 0;
    struct question question = question_of(session, &count, err);

    queue_start_callbacks(session->queue, form, on_count, &question);
    return wait_for(&question);
}

bool ask_to_start(struct session *session, const struct replay *replay,
                  const struct replay_item *items, struct error *err)
{
    struct question question = question_of(session, NULL, err);

    queue_start_replay(session->queue, replay, items, on_done, &question);
    return wait_for(&question);
}

static void on_replay(void *context, const struct replay *found,
                      const struct error *err)
{
    struct question *question = context;

    if (answered(question, err) && found)
        *(struct replay *)question->into = *found;
}

bool ask_replay(struct session *session, const char *id, struct replay *found,
                struct error *err)
{
    struct question question = question_of(session, found, err);

    memset(found, 0, sizeof(*found));
    queue_find_replay(session->queue, id, on_replay, &question);
    return wait_for(&question);
}

static void on_replays(void *context, const struct replay *list, size_t count,
                       const struct error *err)
{
    struct question *question = context;
    struct replays *into = question->into;

    if (!answered(question, err))
        return;
    into->count = count;
    memcpy(into->list, list, count * sizeof(*list));
}

bool ask_replays(struct session *session, struct replays *found,
                 struct error *err)
{
    struct question question = question_of(session, found, err);
    size_t most = sizeof(found->list) / sizeof(found->list[0]);

    found->count = 0;
    queue_list_replays(session->queue, most, on_replays, &question);
    return wait_for(&question);
}

bool ask_to_rate(struct session *session, const char *id, unsigned rate,
                 size_t *count, struct error *err)
{
    struct question question = question_of(session, count, err);

    queue_rate_replay(session->queue, id, rate, on_count, &question);
    return wait_for(&question);
}

static void on_fates(void *context, const struct replay_fates *fates,
                     const struct error *err)
{
    struct question *question = context;

    if (answered(question, err))
        *(struct replay_fates *)question->into = *fates;
}

bool ask_fates(struct session *session, struct replay_follow *follow,
               int64_t done, struct replay_fates *fates, struct error *err)
{
    struct question question = question_of(session, fates, err);

    replay_follow_look(follow, done, on_fates, &question);
    return wait_for(&question);
}
