/*
 * Stage reconcile: one question about up to fifty chats. A chat that is missing
 * in the answer (deleted, or not visible yet) is told apart from one that has
 * no ticket so far. See reconcile.h.
 */
#include "reconcile/reconcile.h"

#include <string.h>

#include "chat/chat_answer.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "config/settings.h"

#include "base/banned.h"

_Static_assert(TURN_ITEMS_MAX <= CHAT_IDS_MAX,
               "one request for the whole turn");

static void begin(struct turn *turn, struct step *step)
{
    const struct settings_destination *destination = turn->destination;
    struct chat_endpoint endpoint = {
        .base_url = destination->base_url,
        .token = turn->token,
        .ca = destination->ca,
        .timeout_ms = destination->request_timeout_ms,
    };
    const char *ids[TURN_ITEMS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < turn->count; i++) {
        struct turn_item *item = &turn->items[i];

        outcome_set(&item->outcome, OUTCOME_UNKNOWN,
                    "no chat id is known: nothing to ask for");
        if (item->submission.chat_id)
            ids[count++] = item->submission.chat_id;
    }
    step->finished = count == 0;
    if (count)
        chat_request_ids(&step->request, &endpoint, ids, count);
}

static void read_item(struct turn_item *item, const struct chat_rows *rows,
                      const struct http_response *answer, int64_t now)
{
    const struct chat_row *row = chat_rows_find(rows, item->submission.chat_id);
    enum outcome_kind kind = OUTCOME_UNKNOWN;
    const char *reason = "no ticket yet";

    if (!row) {
        reason = "the chat is not in the answer: deleted, or not visible yet";
    } else if (chat_row_of_another(row, item->submission.id)) {
        reason = "the chat with its id is that of another message";
        row = NULL;
    } else if (row->ticket_id) {
        kind = OUTCOME_DONE;
        reason = NULL;
    }
    chat_answer_outcome(answer, now, kind, reason, &item->outcome);
    if (row)
        item->outcome.ticket_id = row->ticket_id;
}

/* Nobody knows more than before: the same for every item. */
static void read_nothing(struct turn *turn, const struct outcome *outcome)
{
    for (size_t i = 0; i < turn->count; i++)
        if (turn->items[i].submission.chat_id)
            turn->items[i].outcome = *outcome;
}

static void resume(struct turn *turn, const struct http_response *answer,
                   struct step *step)
{
    struct chat_rows rows;
    struct outcome failed;

    step->finished = true;
    if (!chat_answer_looked(answer, turn->now, OUTCOME_BUSY, &failed)) {
        read_nothing(turn, &failed);
        return;
    }
    if (!chat_read_docs(answer->body, answer->body_len, &rows)) {
        chat_answer_outcome(answer, turn->now, OUTCOME_BUSY,
                            "the look failed: the answer is not understood",
                            &failed);
        read_nothing(turn, &failed);
        return;
    }
    for (size_t i = 0; i < turn->count; i++)
        if (turn->items[i].submission.chat_id)
            read_item(&turn->items[i], &rows, answer, turn->now);
    chat_rows_clear(&rows);
}

static void end(struct turn *turn)
{
    (void)turn;
}

const struct stage_ops reconcile_stage = {
    .stage = STAGE_RECONCILE,
    .batch = TURN_ITEMS_MAX,
    .intends = false,
    .begin = begin,
    .resume = resume,
    .end = end,
};
