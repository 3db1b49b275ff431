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
    queue_brought *brought;
    void *context;
    char id[ID_SIZE];
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

static void answered(void *context, const struct redis_answer *answer,
                     const struct redis_reply *row)
{
    struct bringing *one = context;
    const char *id = redis_text(redis_at(row, 1));
    struct error err;
    bool failed = call_failed(answer, &err);

    one->brought(one->context, failed ? BRING_LATER : read_result(row),
                 !failed && id ? id : one->id);
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

    one->brought = brought;
    one->context = context;
    snprintf(one->id, sizeof(one->id), "%s", submission->id);
    place = batch_join(&queue->batcher, &bringing_kind, name,
                       options->deadline_ms, one);
    command_int(place.arguments, doubtful);
    accept_add(queue, &place, submission, options, key);
    command_key(place.keys, name, "gone:", submission->id);
    command_key(place.keys, name, "gone:", key);
    command_key(place.keys, name, "gone:", mail);
    command_key(place.keys, name, "as:", submission->id);
}

/* ---- known by another id ---- */

void queue_also(struct queue *queue, const char *id, const char *other,
                const char *form, queue_done *done, void *context)
{
    const struct settings_form *found = settings_form(queue->settings, form);
    char name[ID_NAME_MAX + 1] = "";
    struct command command;

    if (!queue_id_read(other, name))
        snprintf(name, sizeof(name), "-");
    command_plain(&command, "SET");
    command_key(&command, name, "as:", other);
    command_text(&command, id);
    command_text(&command, "PX");
    command_int(&command, ALIAS_MS + (found ? found->keep_ms : ALIAS_MS));
    call_for_done(queue, &command, (struct call_plan){0, true}, done, context);
}

/* ---- erased ---- */

void bring_never(struct queue *queue, const char *destination,
                 const struct gone *gone, queue_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah3_gone");
    command_key(&command, destination, "gone:", gone->what);
    if (gone->key && *gone->key) {
        command_key(&command, destination, "key:", gone->key);
        command_key(&command, destination, "gone:", gone->key);
    }
    command_text(&command, gone->what);
    call_for_done(queue, &command, (struct call_plan){0, true}, done, context);
}
