/*
 * Stage callback: one news, one POST to the website's server. The id stays the
 * same on every try, so that a receiver can tell a repetition; the timestamp
 * and the signature are made afresh. See callback.h.
 */
#include "callback/callback.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "callback/signature.h"
#include "config/settings.h"

#include "base/banned.h"

#define TIMEOUT_MS 15000
#define BODY_MAX   ((size_t)20000)
#define URL_MAX    ((size_t)2048)
#define ANSWER_MAX ((size_t)4096) /* its body is not looked at */
#define SIGNED_MAX ((size_t)4096)

#define UNWANTED                                                               \
    "the receiver wants no more callbacks (410): 'afterhours status' says "    \
    "how "                                                                     \
    "to start them again"

/* What the receiver's answer means. The first match counts. */
/* clang-format off */
static const struct reading {
    int first, last;
    enum outcome_kind kind;
    const char *reason;
} readings[] = {
    { 200, 299, OUTCOME_DONE,    NULL },
    { 300, 399, OUTCOME_BUSY,   
      "the receiver redirects, which is not followed: correct the URL" },
    { 410, 410, OUTCOME_REFUSED, UNWANTED },
    { 429, 429, OUTCOME_BUSY,    "the receiver asks to slow down" },
    { 503, 503, OUTCOME_BUSY,    "the receiver is not available" },
    { INT_MIN, INT_MAX, OUTCOME_BUSY, "the receiver did not take it" },
};
/* clang-format on */

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text && *text)
        json_object_set_new(object, name, json_string(text));
}

static void set_ticket_url(json_t *object, const char *name,
                           const struct settings_destination *destination,
                           const char *template, int64_t ticket_id)
{
    struct buf url;

    if (!template || !*template)
        return;
    buf_init(&url, URL_MAX);
    settings_ticket_url(destination, template, ticket_id, &url);
    if (buf_ok(&url))
        set_text(object, name, buf_str(&url));
    buf_clear(&url);
}

/* "support-01J....3": the third change of support-01J... */
static int64_t sequence_of(const struct submission *news)
{
    const char *dot = strrchr(news->id, '.');
    int64_t number;

    if (dot && text_int(dot + 1, 0, INT64_MAX, &number))
        return number;
    return news->sequence;
}

static json_t *make_data(const struct turn *turn)
{
    const struct submission *news = &turn->items[0].submission;
    const struct settings_destination *destination = turn->destination;
    json_t *data = json_object();

    set_text(data, "id", news->of);
    set_text(data, "form", news->form);
    set_text(data, "state", state_name(news->news_state));
    json_object_set_new(data, "sequence", json_integer(sequence_of(news)));
    set_text(data, "chat_id", news->chat_id);
    if (news->ticket_id) {
        json_object_set_new(data, "zendesk_ticket_id",
                            json_integer(news->ticket_id));
        set_ticket_url(data, "ticket_url", destination, destination->ticket_url,
                       news->ticket_id);
        set_ticket_url(data, "agent_url", destination, destination->agent_url,
                       news->ticket_id);
    }
    set_text(data, "reference", news->reference);
    return data;
}

/* NULL when it is longer than a callback may be. Owned by the caller. */
static char *make_body(const struct turn *turn, size_t *len)
{
    const struct submission *news = &turn->items[0].submission;
    char at[CLOCK_TEXT_SIZE];
    json_t *root = json_object();
    char *text;

    clock_format_ms(news->news_at, at);
    set_text(root, "type", news->event);
    set_text(root, "timestamp", at);
    json_object_set_new(root, "data", make_data(turn));
    text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    *len = text ? strlen(text) : 0;
    if (*len <= BODY_MAX)
        return text;
    free(text);
    return NULL;
}

/* The id signed may not contain a full stop, which ends it there. */
static void make_webhook_id(const struct submission *news, char id[ID_SIZE])
{
    snprintf(id, ID_SIZE, "%s", news->id);
    for (char *c = id; *c; c++)
        if (*c == '.')
            *c = '_';
}

static bool sign_all(const struct settings_callback *callback,
                     const struct signed_message *message, struct buf *out)
{
    for (size_t i = 0; i < callback->secret_count; i++)
        if (!signature_add(out, &callback->secrets[i], message))
            return false;
    return callback->secret_count > 0 && buf_ok(out);
}

static bool add_headers(const struct turn *turn, struct http_request *request)
{
    char id[ID_SIZE], timestamp[24];
    struct signed_message message = {
        .id = id,
        .timestamp = turn->now / 1000,
        .body = request->body,
        .body_len = request->body_len,
    };
    struct buf signatures;
    bool ok;

    make_webhook_id(&turn->items[0].submission, id);
    snprintf(timestamp, sizeof(timestamp), "%" PRId64, message.timestamp);
    buf_init(&signatures, SIGNED_MAX);
    ok = sign_all(&turn->form->callback, &message, &signatures);
    http_headers_add(&request->headers, "Content-Type", "application/json");
    http_headers_add(&request->headers, "User-Agent",
                     "afterhours/" AFTERHOURS_VERSION);
    http_headers_add(&request->headers, "webhook-id", id);
    http_headers_add(&request->headers, "webhook-timestamp", timestamp);
    http_headers_add(&request->headers, "webhook-signature",
                     buf_str(&signatures));
    buf_clear(&signatures);
    return ok;
}

/* Never longer than what leaves time to give the lease back. */
static int64_t timeout_ms(const struct settings_destination *destination)
{
    int64_t half = destination ? destination->lease_ms / 2 : TIMEOUT_MS;

    return half < TIMEOUT_MS ? half : TIMEOUT_MS;
}

static void refuse(struct turn *turn, const char *reason, struct step *step)
{
    outcome_set(&turn->items[0].outcome, OUTCOME_REFUSED, reason);
    step->finished = true;
}

static void begin(struct turn *turn, struct step *step)
{
    struct http_request *request = &step->request;

    if (!turn->form || !turn->form->callback.url) {
        refuse(turn, "the form has no callback any more", step);
        return;
    }
    if (turn->unwanted) {
        refuse(turn, UNWANTED, step);
        return;
    }
    request->body = make_body(turn, &request->body_len);
    if (!request->body) {
        refuse(turn, "longer than a callback may be: shorten _reference", step);
        return;
    }
    request->method = "POST";
    request->url = alloc_text(turn->form->callback.url);
    request->timeout_ms = timeout_ms(turn->destination);
    request->max_answer = ANSWER_MAX;
    request->public_only = true;
    request->networks = turn->form->callback.allow_networks;
    if (!add_headers(turn, request))
        refuse(turn, "no secret to sign with: set callback.secret", step);
}

/* What was not heard is told again: the receiver knows it by its id. */
static void read_unanswered(const struct http_response *answer,
                            struct outcome *outcome)
{
    bool nothing_sent = answer->fate == HTTP_NOT_SENT;

    outcome_set(outcome, nothing_sent ? OUTCOME_BUSY : OUTCOME_UNKNOWN,
                answer->why);
    outcome->nothing_sent = nothing_sent;
    outcome->took_ms = answer->took_ms;
}

static void resume(struct turn *turn, const struct http_response *answer,
                   struct step *step)
{
    struct outcome *outcome = &turn->items[0].outcome;
    const struct reading *reading = readings;

    step->finished = true;
    if (answer->status == 0) {
        read_unanswered(answer, outcome);
        return;
    }
    while (answer->status < reading->first || answer->status > reading->last)
        reading++;
    outcome_set(outcome, reading->kind, reading->reason);
    outcome->status = answer->status;
    outcome->took_ms = answer->took_ms;
    outcome->retry_after_ms = http_retry_after_ms(&answer->headers, turn->now);
}

static void end(struct turn *turn)
{
    (void)turn;
}

const struct stage_ops callback_stage = {
    .stage = STAGE_CALLBACK,
    .batch = 1,
    .intends = false,
    .begin = begin,
    .resume = resume,
    .end = end,
};
