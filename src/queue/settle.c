/*
 * What the holder of a lease says: I am about to post; I am still at it; this
 * is what became of it. The token decides whether it is heard. Intents and
 * verdicts are many, and go together: see batch.h.
 */
#include "queue/queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "queue/state.h"

#include "base/banned.h"

/*
 * A hash whose values are all short is kept small by Redis; a longer reason
 * goes into the item only when it is buried. The log has it in any case.
 */
#define SHORT_REASON 64
#define TEXT_MAX     600

/* What settling may be answered with. */
static const char *const words[] = {
    [SETTLE_OK] = "ok",
    [SETTLE_HELD] = "held",
    [SETTLE_OPEN] = "open",
    [SETTLE_LOST] = "lost",
};

/* What an answer says of our token, if anything. The first match counts. */
/* clang-format off */
static const struct hearing {
    int first, last;
    const char *heard;
} hearings[] = {
    { 200, 299, "passed" },
    { 401, 401, "denied" },
    { 403, 403, "denied" },
    { 408, 408, "" },
    { 429, 429, "" },
    { 400, 499, "passed" },
};
/* clang-format on */

struct settling {
    queue_settled *settled;
    void *context;
};

static void hear(struct settling *settling, const struct redis_answer *answer,
                 const struct redis_reply *reply)
{
    const char *said = redis_text(reply);
    struct error err = {0};
    bool ok = !call_failed(answer, &err);
    size_t result = SETTLE_OK;

    while (ok && said && result <= SETTLE_LOST &&
           strcmp(said, words[result]) != 0)
        result++;
    if (ok && (!said || result > SETTLE_LOST))
        ok = error_set(&err, ERROR_FAILED, "Redis: %s", said ? said : "?");
    settling->settled(settling->context,
                      ok ? (enum settle_result)result : SETTLE_LOST,
                      ok ? NULL : &err);
    free(settling);
}

static void answered(void *context, const struct redis_answer *answer)
{
    hear(context, answer, answer->reply);
}

static void batch_answered(void *context, const struct redis_answer *answer,
                           const struct redis_reply *row)
{
    hear(context, answer, row);
}

static struct settling *settling_new(queue_settled *settled, void *context)
{
    struct settling *settling = NEW(struct settling);

    settling->settled = settled;
    settling->context = context;
    return settling;
}

static void begin_intending(const struct queue *queue, const char *name,
                            struct command *keys, struct command *arguments)
{
    (void)queue;
    (void)arguments;
    command_key(keys, name, "run", "");
}

static const struct batch_kind intending = {"ah3_intend", false,
                                            begin_intending, batch_answered};

void queue_intend(struct queue *queue, const struct turn_item *item,
                  queue_settled *settled, void *context)
{
    const struct submission *submission = &item->submission;
    struct batch_place place =
        batch_join(&queue->batcher, &intending, submission->destination, 0,
                   settling_new(settled, context));

    command_key(place.keys, submission->destination, "item:", submission->id);
    command_text(place.arguments, submission->id);
    command_text(place.arguments, item->token);
    command_int(place.arguments, item->lease_ms);
}

void queue_beat(struct queue *queue, const struct turn_item *item,
                queue_settled *settled, void *context)
{
    const struct submission *submission = &item->submission;
    struct command command;

    command_function(&command, "ah3_beat");
    command_key(&command, submission->destination, "item:", submission->id);
    command_key(&command, submission->destination, "run", "");
    command_text(&command, submission->id);
    command_text(&command, item->token);
    command_int(&command, item->lease_ms);
    call_start(queue, &command, (struct call_plan){0}, answered,
               settling_new(settled, context));
}

/* One line of the item's life, for `show`. */
static void describe(struct buf *text, const struct submission *submission,
                     const struct outcome *outcome,
                     const struct verdict *verdict)
{
    buf_text(text, stage_name(submission->stage));
    if (submission->event)
        buf_format(text, " %s", submission->event);
    buf_format(text, " %s status=%d took_ms=%" PRId64 " next=%s",
               outcome_name(verdict->outcome), outcome->status,
               outcome->took_ms, stage_name(verdict->next));
    if (outcome->reason[0])
        buf_format(text, ": %s", outcome->reason);
}

static void begin_settling(const struct queue *queue, const char *name,
                           struct command *keys, struct command *arguments)
{
    static const char *const places[] = {
        "run",  "due:deliver", "due:reconcile", "due:callback", "dead",
        "done", "budget",      "meta",          "bell",         "upd",
    };

    (void)queue;
    (void)arguments;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        command_key(keys, name, places[i], "");
}

static const struct batch_kind settling_kind = {"ah3_settle", true,
                                                begin_settling, batch_answered};

static void add_keys(struct command *command,
                     const struct submission *submission)
{
    const char *name = submission->destination;
    bool news = submission->kind == SUBMISSION_NEWS;
    char next[ID_SIZE + 12];

    snprintf(next, sizeof(next), "%s.%u", submission->id,
             submission->sequence + 1);
    command_key(command, name, "item:", submission->id);
    command_key(command, name, "body:", submission->id);
    command_key(command, name, "log:", news ? submission->of : submission->id);
    command_key(command, name, "item:", news ? submission->of : next);
}

static void add_outcome(struct command *command, const struct outcome *outcome,
                        const struct verdict *verdict)
{
    size_t reason_len =
        verdict->next == STAGE_BURIED ? SUBMISSION_REASON_SIZE : SHORT_REASON;
    const char *reason = outcome->kind == OUTCOME_DONE ? "" : outcome->reason;

    command_int(command, outcome->looked);
    command_text(command, outcome->chat_id);
    command_int(command, outcome->ticket_id);
    command_bytes(command, reason,
                  text_cut(reason, strlen(reason), reason_len));
    command_text(command, hold_reason_name(outcome->hold));
    command_int(command, outcome->hold == HOLD_NONE ? 0 : verdict->hold_ms);
}

static void add_hearing(struct command *command, const struct turn_item *item)
{
    const char *heard = "";

    for (size_t i = 0; i < sizeof(hearings) / sizeof(hearings[0]); i++) {
        if (item->outcome.status < hearings[i].first ||
            item->outcome.status > hearings[i].last)
            continue;
        heard = hearings[i].heard;
        break;
    }
    command_text(command, heard);
    command_text(command, item->with);
}

void queue_settle(struct queue *queue, const struct turn_item *item,
                  const struct verdict *verdict, queue_settled *settled,
                  void *context)
{
    const struct submission *submission = &item->submission;
    int64_t delay = verdict->due_at - clock_wall_ms();
    struct batch_place place =
        batch_join(&queue->batcher, &settling_kind, submission->destination,
                   item->lease_ms, settling_new(settled, context));
    struct command *arguments = place.arguments;
    struct buf text;

    buf_init(&text, TEXT_MAX);
    describe(&text, submission, &item->outcome, verdict);
    add_keys(place.keys, submission);
    command_text(arguments, submission->id);
    command_text(arguments, item->token);
    command_text(arguments, stage_name(verdict->next));
    command_int(arguments, delay > 0 ? delay : 0);
    command_int(arguments, verdict->count_attempt);
    command_int(arguments, verdict->clear_intent);
    add_outcome(arguments, &item->outcome, verdict);
    command_text(arguments, verdict->event);
    command_int(arguments, (int64_t)submission->sequence + 1);
    command_text(arguments, buf_str(&text));
    add_hearing(arguments, item);
    buf_clear(&text);
}

void queue_put_off(struct queue *queue, const struct turn_item *item,
                   int64_t ms, queue_settled *settled, void *context)
{
    const struct submission *submission = &item->submission;
    const char *name = submission->destination;
    enum stage line =
        submission->stage == STAGE_RESOLVE ? STAGE_DELIVER : submission->stage;
    struct call_plan plan = {item->lease_ms, true};
    struct command command;

    command_function(&command, "ah3_give_back");
    command_key(&command, name, "item:", submission->id);
    command_key(&command, name, "run", "");
    command_key(&command, name, "due:", stage_name(line));
    command_key(&command, name, "bell", "");
    command_text(&command, submission->id);
    command_text(&command, item->token);
    command_int(&command, ms);
    call_start(queue, &command, plan, answered, settling_new(settled, context));
}

void queue_give_back(struct queue *queue, const struct turn_item *item,
                     queue_settled *settled, void *context)
{
    queue_put_off(queue, item, 0, settled, context);
}
