/*
 * Bringing: what was promised before Redis could take it comes from a journal,
 * perhaps late, and perhaps not for the first time. And what it is told apart
 * by: that it is known by another id, and that it was erased meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/accept.h"
#include "queue/erase.h"
#include "queue/state.h"

#include "base/banned.h"

/* The other id is known for as long as a journal may bring it again, and for as
 * long as the message is kept. */
#define ALIAS_MS (INT64_C(90) * 24 * 3600 * 1000)

struct bringing {
    struct queue *queue;
    queue_brought *brought;
    void *context;
    char id[ID_SIZE];
    char first[ID_SIZE]; /* the id that counts */
};

/* clang-format off */
static const struct {
    const char *word;
    enum bring_result result;
} results[] = {
    {"new",      BRING_NEW},
    {"known",    BRING_KNOWN},
    {"conflict", BRING_CONFLICT},
    {"erased",   BRING_ERASED},
    {"old",      BRING_OLD},
};
/* clang-format on */

static enum bring_result read_result(const struct redis_reply *row)
{
    const char *word = redis_text(redis_at(row, 0));

    for (size_t i = 0; word && i < sizeof(results) / sizeof(results[0]); i++)
        if (strcmp(results[i].word, word) == 0)
            return results[i].result;
    return BRING_LATER;
}

static void erased_first(void *context, size_t count, const struct error *err)
{
    struct bringing *one = context;

    (void)count;
    one->brought(one->context, err ? BRING_LATER : BRING_ERASED, one->first);
    free(one);
}

/* Its id was erased, and another one was promised for the same message, before
 * that: so the person meant this one, too. */
static bool must_erase_first(const struct bringing *one,
                             const struct redis_reply *row)
{
    const char *since = redis_text(redis_at(row, 2));
    int64_t made;

    return since && strcmp(one->first, one->id) != 0 &&
           id_made_at(one->first, &made) && made <= strtoll(since, NULL, 10);
}

static void answered(void *context, const struct redis_answer *answer,
                     const struct redis_reply *row)
{
    struct bringing *one = context;
    const char *first = redis_text(redis_at(row, 1));
    struct error err;
    enum bring_result result =
        call_failed(answer, &err) ? BRING_LATER : read_result(row);

    (void)full_answered(one->queue, answer); /* then it comes again, later */
    snprintf(one->first, sizeof(one->first), "%s", first ? first : one->id);
    if (result == BRING_ERASED && must_erase_first(one, row)) {
        queue_forget(one->queue, one->first, erased_first, one);
        return;
    }
    one->brought(one->context, result,
                 result == BRING_ERASED ? one->id : one->first);
    free(one);
}

static const struct batch_kind bringing_kind = {"ah3_bring", true, accept_begin,
                                                answered};

void queue_bring(struct queue *queue, const struct submission *submission,
                 const struct accept_options *options, bool doubtful,
                 queue_brought *brought, void *context)
{
    const char *name = submission->destination;
    const char *mail = options->email_hash ? options->email_hash : "";
    struct bringing *one = NEW(struct bringing);
    struct batch_place place;
    char key[ACCEPT_KEY_SIZE];

    one->queue = queue;
    one->brought = brought;
    one->context = context;
    snprintf(one->id, sizeof(one->id), "%s", submission->id);
    place = batch_join(&queue->batcher, &bringing_kind, name,
                       options->deadline_ms, one);
    command_int(place.arguments, doubtful);
    accept_add(queue, &place, submission, options, key);
    command_key(place.keys, name, "gone:", key);
    command_key(place.keys, name, "gone:", mail);
    command_key(place.keys, name, "as:", submission->id);
}

/* ---- known by another id ---- */

struct naming {
    struct queue *queue;
    char id[ID_SIZE];
    queue_count_done *done;
    void *context;
};

static void named(void *context, size_t gone, const struct error *err)
{
    struct naming *naming = context;

    if (gone && !err)
        queue_forget(naming->queue, naming->id, naming->done, naming->context);
    else
        naming->done(naming->context, 0, err);
    free(naming);
}

void queue_also(struct queue *queue, const char *id, const char *other,
                const char *form, queue_count_done *done, void *context)
{
    const struct settings_form *found = settings_form(queue->settings, form);
    struct naming *naming = NEW(struct naming);
    char name[ID_NAME_MAX + 1] = "";
    struct command command;

    naming->queue = queue;
    naming->done = done;
    naming->context = context;
    snprintf(naming->id, sizeof(naming->id), "%s", id);
    if (!queue_id_read(other, name))
        snprintf(name, sizeof(name), "-");
    command_function(&command, "ah3_also");
    command_key(&command, name, "as:", other);
    command_key(&command, name, "gone:", other);
    command_text(&command, id);
    command_int(&command, ALIAS_MS + (found ? found->keep_ms : ALIAS_MS));
    call_for_count(queue, &command, (struct call_plan){0, true}, named, naming);
}

/* ---- erased ---- */

void bring_never(struct queue *queue, const char *destination,
                 const struct gone *gone, redis_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah3_gone");
    command_key(&command, destination,
                "gone:", gone->id ? gone->id : gone->email);
    if (gone->id)
        command_key(&command, destination, "as:", gone->id);
    if (gone->id && gone->key && *gone->key) {
        command_key(&command, destination, "key:", gone->key);
        command_key(&command, destination, "gone:", gone->key);
    }
    command_text(&command, gone->id);
    call_start(queue, &command, (struct call_plan){0, true}, done, context);
}
