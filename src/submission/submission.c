/* The thing that travels, as a value. See submission.h. */
#include "submission/submission.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

/* clang-format off */
static const char *const state_names[STATE_COUNT] = {
    [STATE_QUEUED]      = "queued",
    [STATE_DELIVERING]  = "delivering",
    [STATE_DELIVERED]   = "delivered",
    [STATE_LINKED]      = "linked",
    [STATE_UNLINKED]    = "unlinked",
    [STATE_FAILED]      = "failed",
    [STATE_QUARANTINED] = "quarantined",
};

static const char *const place_names[] = {
    [PLACE_DUE]  = "due",
    [PLACE_RUN]  = "run",
    [PLACE_DEAD] = "dead",
    [PLACE_DONE] = "done",
    [PLACE_HELD] = "held",
};

static const char *const callback_names[] = {
    [CALLBACK_NONE]    = "none",
    [CALLBACK_PENDING] = "pending",
    [CALLBACK_SENT]    = "sent",
    [CALLBACK_FAILED]  = "failed",
};
/* clang-format on */

void submission_clear(struct submission *submission)
{
    if (!submission)
        return;
    free(submission->destination);
    free(submission->form);
    free(submission->message);
    free(submission->reference);
    free(submission->gone);
    free(submission->event);
    free(submission->chat_id);
    free(submission->error);
    memset(submission, 0, sizeof(*submission));
}

void submission_copy(struct submission *to, const struct submission *from)
{
    *to = *from;
    to->destination = alloc_text(from->destination);
    to->form = alloc_text(from->form);
    to->message = alloc_text(from->message);
    to->reference = alloc_text(from->reference);
    to->gone = alloc_text(from->gone);
    to->event = alloc_text(from->event);
    to->chat_id = alloc_text(from->chat_id);
    to->error = alloc_text(from->error);
}

/* Zendesk has it, and nothing more will be asked: was there a ticket? */
static enum state at_rest(const struct submission *submission)
{
    return submission->ticket_id ? STATE_LINKED : STATE_UNLINKED;
}

static enum state on_its_way(const struct submission *submission)
{
    if (submission->stage == STAGE_RECONCILE || submission->chat_id)
        return STATE_DELIVERED;
    if (submission->stage == STAGE_RESOLVE || submission->intent_at)
        return STATE_DELIVERING;
    return STATE_QUEUED;
}

enum state submission_state(const struct submission *submission)
{
    switch (submission->place) {
    case PLACE_HELD:
        return STATE_QUARANTINED;
    case PLACE_DONE:
        return at_rest(submission);
    case PLACE_DEAD:
        /* Nobody is told "failed" of a message that Zendesk has. */
        return submission->chat_id ? at_rest(submission) : STATE_FAILED;
    case PLACE_DUE:
    case PLACE_RUN:
        break;
    }
    return on_its_way(submission);
}

const char *state_name(enum state state)
{
    assert(state < STATE_COUNT);
    return state_names[state];
}

bool state_by_name(const char *name, enum state *state)
{
    for (size_t i = 0; i < STATE_COUNT; i++) {
        if (strcmp(name, state_names[i]) != 0)
            continue;
        *state = (enum state)i;
        return true;
    }
    return false;
}

const char *place_name(enum place place)
{
    assert((size_t)place < sizeof(place_names) / sizeof(place_names[0]));
    return place_names[place];
}

const char *callback_state_name(enum callback_state state)
{
    assert((size_t)state < sizeof(callback_names) / sizeof(callback_names[0]));
    return callback_names[state];
}
