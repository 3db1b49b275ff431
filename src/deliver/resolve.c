/*
 * Stage resolve: nobody answered a post, so is the message there? Searches for
 * what was sent, a page at a time, and compares session ids, which come back as
 * they were sent; timestamps may not, so they only bound the search, widely: to
 * the days around the post and, when what was sent says it is of another time,
 * to the days around that.
 *
 * "It did not land" lets the message be posted again. It is said only when
 * every chat that could be ours was compared, when the search has had the time
 * to catch up, and when an earlier look had found nothing either.
 */
#include "deliver/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "chat/chat_answer.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "config/settings.h"

#include "base/banned.h"

#define DAY_MS INT64_C(86400000)

/* Of 40 chats each. Who has more with one email in these days needs a person.
 */
#define PAGES_MAX 25

#define QUERY_MAX ((size_t)8192)

/* What the turn remembers between its requests. */
struct look {
    struct chat_sent sent;
    struct chat_page page; /* found, and being compared */
    size_t compared;       /* of the page */
    size_t asked;          /* of the page, in the request under way */
    unsigned pages;        /* asked for so far, of these days */
    bool own_time;         /* the days are those around what it says */
    bool searching;        /* the request under way is a search */
    bool doubtful;         /* a chat could not be compared */
    int64_t took_ms;       /* of the requests so far */
};

static void endpoint_of(const struct turn *turn, struct chat_endpoint *endpoint)
{
    const struct settings_destination *destination = turn->destination;

    endpoint->base_url = destination->base_url;
    endpoint->token = turn->token;
    endpoint->ca = destination->ca;
    endpoint->timeout_ms = destination->request_timeout_ms;
}

static void finish(struct turn *turn, enum outcome_kind kind,
                   const char *reason, struct step *step)
{
    struct outcome *outcome = &turn->items[0].outcome;
    const struct look *look = turn->memory;

    outcome_set(outcome, kind, reason);
    outcome->took_ms = look ? look->took_ms : 0;
    step->finished = true;
}

/* When a chat of the post may say it is of, if it does not say its own. */
static int64_t first_of_post(const struct turn *turn)
{
    return turn->items[0].submission.received_at - DAY_MS;
}

static int64_t last_of_post(const struct turn *turn)
{
    return turn->now + DAY_MS;
}

/* Whether the chat may also lie in other days: those of its own timestamp. */
static bool elsewhere(const struct turn *turn)
{
    const struct look *look = turn->memory;
    int64_t at = look->sent.at;

    return !look->own_time && at &&
           (at < first_of_post(turn) || at > last_of_post(turn));
}

static void ask_for_page(struct turn *turn, struct step *step)
{
    struct look *look = turn->memory;
    struct chat_endpoint endpoint;
    struct buf query;

    endpoint_of(turn, &endpoint);
    buf_init(&query, QUERY_MAX);
    if (look->own_time)
        chat_query_sent(&query, &look->sent,
                        look->sent.at > DAY_MS ? look->sent.at - DAY_MS : 0,
                        look->sent.at + DAY_MS);
    else
        chat_query_sent(&query, &look->sent, first_of_post(turn),
                        last_of_post(turn));
    look->searching = true;
    look->pages++;
    chat_request_search(&step->request, &endpoint, buf_str(&query),
                        look->pages);
    buf_clear(&query);
}

static void ask_for_chats(struct turn *turn, struct step *step)
{
    struct look *look = turn->memory;
    size_t left = look->page.count - look->compared;
    const char *ids[CHAT_IDS_MAX];
    struct chat_endpoint endpoint;

    endpoint_of(turn, &endpoint);
    look->searching = false;
    look->asked = left < CHAT_IDS_MAX ? left : CHAT_IDS_MAX;
    for (size_t i = 0; i < look->asked; i++)
        ids[i] = look->page.ids[look->compared + i];
    chat_request_ids(&step->request, &endpoint, ids, look->asked);
}

static void begin(struct turn *turn, struct step *step)
{
    const struct submission *submission = &turn->items[0].submission;
    const char *message = submission->message;
    struct look *look;

    if (!message) {
        finish(turn, OUTCOME_REFUSED,
               "its text was erased: it cannot be looked for", step);
        return;
    }
    look = turn->memory = NEW(struct look);
    if (!chat_read_sent(message, strlen(message), &look->sent)) {
        finish(turn, OUTCOME_REFUSED,
               "the stored message is not JSON: it cannot be looked for", step);
        return;
    }
    if (!look->sent.session_id[0])
        snprintf(look->sent.session_id, sizeof(look->sent.session_id), "%s",
                 submission->id);
    ask_for_page(turn, step);
}

/*
 * The search may lag behind: it is given search_patience since the post may
 * have left, and two looks. Where no intent is on record (a Redis that lost its
 * last writes), the post left before the first look.
 */
static bool looked_enough(const struct turn *turn)
{
    const struct submission *submission = &turn->items[0].submission;
    const struct settings_destination *destination = turn->destination;
    int64_t interval = destination->look_interval_ms;
    int64_t posted_at = submission->intent_at;

    /* It came back when it was due by Redis's clock, and now is by ours: a
     * quarter of grace. */
    if (submission->looks == 0 ||
        turn->now - submission->looked_at < interval - interval / 4)
        return false;
    if (!posted_at)
        posted_at =
            submission->looked_at - (int64_t)(submission->looks - 1) * interval;
    return turn->now - posted_at >= destination->search_patience_ms;
}

/*
 * The post counts as an attempt, and so does every look; a replay starts both
 * counts again, without a post. So with no more attempts than looks, a person
 * has said "send it again" since the post.
 */
static bool person_decided(const struct submission *submission)
{
    return submission->generation > 0 &&
           submission->attempts <= submission->looks;
}

/* Every page was read and ours was not among them. */
static void conclude_absent(struct turn *turn, struct step *step)
{
    const struct submission *submission = &turn->items[0].submission;
    const struct look *look = turn->memory;
    struct outcome *outcome = &turn->items[0].outcome;
    bool decided = person_decided(submission);

    if (!looked_enough(turn)) {
        finish(turn, OUTCOME_UNKNOWN,
               "not found yet; the search may still be behind", step);
    } else if (look->doubtful && !decided) {
        finish(turn, OUTCOME_UNKNOWN,
               "not found, but a chat that may be it could not be read", step);
    } else if (turn->destination->on_doubt == ON_DOUBT_HOLD && !decided) {
        finish(turn, OUTCOME_REFUSED,
               "the post was not answered and is not found; look in Zendesk, "
               "then replay it to send it again",
               step);
    } else {
        finish(turn, OUTCOME_BUSY, "it did not land: it is sent again", step);
        outcome->nothing_sent = true;
    }
    outcome->looked = true;
}

/* The next request, when this page has been dealt with. */
static void go_on(struct turn *turn, struct step *step)
{
    struct look *look = turn->memory;

    if (look->compared < look->page.count) {
        ask_for_chats(turn, step);
        return;
    }
    if (!look->page.more && elsewhere(turn)) {
        look->own_time = true;
        look->pages = 0;
    } else if (!look->page.more) {
        conclude_absent(turn, step);
        return;
    }
    if (look->pages >= PAGES_MAX) {
        finish(turn, OUTCOME_UNKNOWN,
               "too many chats match: it cannot be found among them", step);
        return;
    }
    chat_page_clear(&look->page);
    look->compared = 0;
    ask_for_page(turn, step);
}

static void read_page(struct turn *turn, const struct http_response *answer,
                      struct step *step)
{
    struct look *look = turn->memory;

    if (!chat_read_search(answer->body, answer->body_len, &look->page)) {
        finish(turn, OUTCOME_UNKNOWN,
               "the look failed: the search's answer is not understood", step);
        return;
    }
    go_on(turn, step);
}

static void found(struct turn *turn, const struct chat_row *row,
                  struct step *step)
{
    struct outcome *outcome = &turn->items[0].outcome;

    finish(turn, OUTCOME_DONE, "found: it had landed", step);
    outcome->looked = true;
    outcome->ticket_id = row->ticket_id;
    snprintf(outcome->chat_id, sizeof(outcome->chat_id), "%s", row->id);
}

/* What was told of one of those that were asked for, or NULL. */
static const struct chat_row *told(const struct look *look,
                                   const struct chat_rows *rows, size_t i)
{
    return chat_rows_find(rows, look->page.ids[look->compared + i]);
}

static const struct chat_row *ours(const struct look *look,
                                   const struct chat_rows *rows)
{
    for (size_t i = 0; i < look->asked; i++) {
        const struct chat_row *row = told(look, rows, i);

        if (row && chat_row_of(row, look->sent.session_id))
            return row;
    }
    return NULL;
}

/* One that was asked for and is not there, or has no session, may be ours. */
static bool all_compared(const struct look *look, const struct chat_rows *rows)
{
    for (size_t i = 0; i < look->asked; i++) {
        const struct chat_row *row = told(look, rows, i);

        if (!row || !row->session_id[0])
            return false;
    }
    return true;
}

static void read_chats(struct turn *turn, const struct http_response *answer,
                       struct step *step)
{
    struct look *look = turn->memory;
    const struct chat_row *row;
    struct chat_rows rows;

    if (!chat_read_docs(answer->body, answer->body_len, &rows)) {
        finish(turn, OUTCOME_UNKNOWN,
               "the look failed: the chats' answer is not understood", step);
        return;
    }
    row = ours(look, &rows);
    if (row) {
        found(turn, row, step);
    } else {
        look->doubtful = look->doubtful || !all_compared(look, &rows);
        look->compared += look->asked;
        go_on(turn, step);
    }
    chat_rows_clear(&rows);
}

static void resume(struct turn *turn, const struct http_response *answer,
                   struct step *step)
{
    struct look *look = turn->memory;
    struct outcome *outcome = &turn->items[0].outcome;

    look->took_ms += answer->took_ms;
    if (!chat_answer_looked(answer, turn->now, OUTCOME_UNKNOWN, outcome)) {
        outcome->took_ms = look->took_ms;
        step->finished = true;
        return;
    }
    if (look->searching)
        read_page(turn, answer, step);
    else
        read_chats(turn, answer, step);
    if (step->finished)
        outcome->status = answer->status;
}

static void end(struct turn *turn)
{
    struct look *look = turn->memory;

    if (!look)
        return;
    chat_page_clear(&look->page);
    free(look);
    turn->memory = NULL;
}

const struct stage_ops resolve_stage = {
    .stage = STAGE_RESOLVE,
    .batch = 1,
    .intends = false,
    .begin = begin,
    .resume = resume,
    .end = end,
};
