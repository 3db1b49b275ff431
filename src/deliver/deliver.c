/*
 * Stage deliver: one post to Create Chat, and what its answer means. Nothing
 * here is idempotent on the other side, so whatever may have arrived is
 * unknown, and unknown is looked for, never sent again. See deliver.h.
 */
#include "deliver/deliver.h"

#include <stdio.h>
#include <string.h>

#include "chat/chat_answer.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "config/settings.h"

#include "base/banned.h"

/* What the answer to a post means. The first match counts. */
/* clang-format off */
static const struct chat_reading readings[] = {
    { 200, 299, OUTCOME_DONE,    HOLD_NONE, "created" },
    { 300, 399, OUTCOME_REFUSED, HOLD_NONE,
      "Zendesk sent us elsewhere: check the destination's subdomain" },
    { 401, 401, OUTCOME_BUSY,    HOLD_CREDENTIALS,
      "Zendesk does not accept the token: renew it" },
    { 403, 403, OUTCOME_BUSY,    HOLD_FORBIDDEN,
      "the token may not create chats: check its scopes, the role, the plan" },
    { 408, 408, OUTCOME_UNKNOWN, HOLD_NONE,
      "Zendesk stopped waiting, perhaps too late" },
    { 409, 409, OUTCOME_UNKNOWN, HOLD_NONE,
      "Zendesk speaks of a conflict: it may have the message" },
    { 429, 429, OUTCOME_BUSY,    HOLD_RATE_LIMIT,
      "too many requests a minute for this account" },
    { 400, 499, OUTCOME_REFUSED, HOLD_NONE, "Zendesk refuses the message" },
    { 500, 599, OUTCOME_UNKNOWN, HOLD_NONE,
      "Zendesk broke, before or after it took the message" },
};
/* clang-format on */

static void begin(struct turn *turn, struct step *step)
{
    const struct submission *submission = &turn->items[0].submission;
    const struct settings_destination *destination = turn->destination;
    struct chat_endpoint endpoint = {
        .base_url = destination->base_url,
        .token = turn->token,
        .ca = destination->ca,
        .timeout_ms = destination->request_timeout_ms,
    };

    if (!submission->message) {
        struct outcome *outcome = &turn->items[0].outcome;

        outcome_set(outcome, OUTCOME_REFUSED,
                    "its text was erased: there is nothing to send");
        outcome->nothing_sent = true;
        step->finished = true;
        return;
    }
    chat_request_create(&step->request, &endpoint, submission->message);
}

/* Created; but only an id that can be read, and is its own, makes it done. */
static void read_created(const struct http_response *answer, int64_t now,
                         struct turn_item *item)
{
    struct outcome *outcome = &item->outcome;
    struct chat_row created;

    if (answer->cut ||
        !chat_read_created(answer->body, answer->body_len, &created)) {
        chat_answer_outcome(answer, now, OUTCOME_UNKNOWN,
                            "created, but no id could be read in the answer",
                            outcome);
        return;
    }
    if (chat_row_of_another(&created, item->submission.id)) {
        chat_answer_outcome(answer, now, OUTCOME_UNKNOWN,
                            "the answer shows the chat of another message",
                            outcome);
        return;
    }
    chat_answer_outcome(answer, now, OUTCOME_DONE, NULL, outcome);
    snprintf(outcome->chat_id, sizeof(outcome->chat_id), "%s", created.id);
}

/*
 * A refusal that shows the message as a chat was none: somebody between us and
 * Zendesk changed the status. Believed, it would be sent again.
 */
static bool shows_ours(const struct http_response *answer,
                       const struct submission *submission)
{
    struct chat_row created;

    return chat_read_created(answer->body, answer->body_len, &created) &&
           chat_row_of(&created, submission->id);
}

static void read_unanswered(const struct http_response *answer, int64_t now,
                            struct outcome *outcome)
{
    bool nothing_sent = answer->fate == HTTP_NOT_SENT;

    chat_answer_outcome(answer, now,
                        nothing_sent ? OUTCOME_BUSY : OUTCOME_UNKNOWN,
                        answer->why, outcome);
    outcome->nothing_sent = nothing_sent;
}

static void read_refused(const struct submission *submission,
                         const struct http_response *answer,
                         struct outcome *outcome)
{
    struct chat_sent sent;

    if (chat_read_sent(submission->message, strlen(submission->message), &sent))
        chat_answer_explain(answer, &sent, outcome);
}

/* A 4xx is a decision, even if the connection broke inside its body. */
static bool decided(const struct http_response *answer)
{
    return answer->fate == HTTP_ANSWERED ||
           (answer->fate == HTTP_LOST && answer->status >= 400 &&
            answer->status <= 499);
}

static void resume(struct turn *turn, const struct http_response *answer,
                   struct step *step)
{
    struct turn_item *item = &turn->items[0];
    const struct chat_reading *reading = chat_reading_of(
        readings, sizeof(readings) / sizeof(readings[0]), answer->status);

    step->finished = true;
    if (!decided(answer)) {
        read_unanswered(answer, turn->now, &item->outcome);
        return;
    }
    if (!reading) {
        chat_answer_outcome(answer, turn->now, OUTCOME_UNKNOWN,
                            "an answer that HTTP does not know",
                            &item->outcome);
        return;
    }
    if (reading->kind == OUTCOME_DONE) {
        read_created(answer, turn->now, item);
        return;
    }
    if (shows_ours(answer, &item->submission)) {
        chat_answer_outcome(answer, turn->now, OUTCOME_UNKNOWN,
                            "the status is not that of a created chat, but the "
                            "answer shows it",
                            &item->outcome);
        return;
    }
    chat_answer_outcome(answer, turn->now, reading->kind, reading->reason,
                        &item->outcome);
    item->outcome.hold = reading->hold;
    if (reading->kind == OUTCOME_REFUSED)
        read_refused(&item->submission, answer, &item->outcome);
}

static void end(struct turn *turn)
{
    (void)turn;
}

const struct stage_ops deliver_stage = {
    .stage = STAGE_DELIVER,
    .batch = 1,
    .intends = true,
    .begin = begin,
    .resume = resume,
    .end = end,
};
