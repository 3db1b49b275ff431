/*
 * What `afterhours check` looks at in Zendesk: one cheap search with each
 * destination's token tells whether host, token and scopes are right. A token
 * that must be got with a refresh token is got first.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "chat/chat_reader.h"
#include "chat/chat_request.h"
#include "cmd/findings.h"
#include "cmd/shared_token.h"
#include "net/http_client.h"

#include "base/banned.h"

#define AREA       "zendesk"
#define TIMEOUT_MS INT64_C(8000)

struct question {
    struct session *session;
    struct findings *findings;
    const struct settings_destination *destination;
    bool done;
};

/* What the answer to a search tells of a destination. */
/* clang-format off */
static const struct reading {
    int first, last;
    enum finding_level level;
    const char *text, *advice;
} readings[] = {
    { 401, 401, FINDING_WRONG, "does not accept the token",
      "renew the destination's token; it must be one of Chat, not of Support" },
    { 403, 403, FINDING_WRONG, "forbids the search to this token",
      "give it the scopes read and write, and an administrator's role" },
    { 404, 404, FINDING_WRONG, "has no Chats API there",
      "correct the destination's subdomain or base_url" },
    { 300, 399, FINDING_WRONG, "sends us elsewhere",
      "correct the destination's subdomain or base_url" },
    { 429, 429, FINDING_NOTE,  "has had too many requests this minute",
      "try again in a minute; lower budget_per_minute if others use the API" },
    { 500, 599, FINDING_AWAY,  "is out of order", "try again later" },
    { 0,   999, FINDING_WRONG, "answers oddly",
      "correct the destination's subdomain or base_url" },
};
/* clang-format on */

static bool is_sandbox(const struct question *question)
{
    const char *sandbox = question->session->sandbox;

    return sandbox && strcmp(sandbox, question->destination->base_url) == 0;
}

static void judge_found(struct question *question,
                        const struct http_response *answer)
{
    const struct settings_destination *destination = question->destination;
    struct chat_page page;

    if (!chat_read_search(answer->body, answer->body_len, &page)) {
        findings_add(question->findings, FINDING_WRONG, AREA,
                     "correct the destination's subdomain or base_url",
                     "%s: %s answers, but not as the Chats API does",
                     destination->name, destination->base_url);
        return;
    }
    chat_page_clear(&page);
    findings_add(question->findings, FINDING_GOOD, AREA, NULL,
                 "%s: %s accepts the token%s", destination->name,
                 destination->base_url,
                 is_sandbox(question) ? " (the sandbox, not Zendesk)" : "");
}

static void judge_status(struct question *question, int status)
{
    const struct settings_destination *destination = question->destination;
    const struct reading *reading = readings;

    while (status < reading->first || status > reading->last)
        reading++;
    findings_add(question->findings, reading->level, AREA, reading->advice,
                 "%s: %s %s (%d)", destination->name, destination->base_url,
                 reading->text, status);
}

static void on_answer(void *context, const struct http_response *answer)
{
    struct question *question = context;

    question->done = true;
    session_wake(question->session);
    if (answer->fate != HTTP_ANSWERED)
        findings_add(question->findings, FINDING_AWAY, AREA,
                     "see whether this machine reaches that host", "%s: %s: %s",
                     question->destination->name,
                     question->destination->base_url, answer->why);
    else if (answer->status >= 200 && answer->status <= 299)
        judge_found(question, answer);
    else
        judge_status(question, answer->status);
}

static void judge_getting(struct question *question,
                          const struct shared_trouble *trouble)
{
    const char *name = question->destination->name;

    if (trouble->refused)
        findings_add(question->findings, FINDING_WRONG, AREA,
                     "correct the destination's oauth; a refresh token is good "
                     "once, so it may need a new one",
                     "%s: no access token: %s", name, trouble->why);
    else
        findings_add(question->findings, FINDING_AWAY, AREA,
                     "see whether this machine reaches that host",
                     "%s: no access token: %s", name, trouble->why);
}

static bool get_token(struct question *question, struct http_client *client,
                      struct secret *token)
{
    struct shared_trouble trouble;
    const struct secret none = {0};

    if (shared_token_get(question->session, client, question->destination,
                         &none, token, &trouble))
        return true;
    judge_getting(question, &trouble);
    return false;
}

static bool find_token(struct question *question, struct http_client *client,
                       struct secret *token)
{
    if (!settings_uses_oauth(question->destination)) {
        secret_copy(token, &question->destination->token);
        return true;
    }
    if (question->session->queue)
        return get_token(question, client, token);
    findings_add(question->findings, FINDING_AWAY, AREA,
                 "mend what is said of Redis first",
                 "%s: its access token is kept in Redis: not tried",
                 question->destination->name);
    return false;
}

static void ask(struct question *question, struct http_client *client,
                const struct secret *token)
{
    const struct settings_destination *destination = question->destination;
    struct chat_endpoint endpoint = {
        .base_url = destination->base_url,
        .token = token,
        .ca = destination->ca,
        .timeout_ms = destination->request_timeout_ms < TIMEOUT_MS
                          ? destination->request_timeout_ms
                          : TIMEOUT_MS,
    };
    struct chat_sent nobody = {0};
    struct http_request request;
    struct buf query;
    int64_t now = clock_wall_ms();

    buf_init(&query, 1024);
    chat_query_sent(&query, &nobody, now - 1000, now);
    chat_request_search(&request, &endpoint, buf_str(&query), 1);
    buf_clear(&query);
    http_client_send(client, &request, on_answer, question);
    http_request_clear(&request);
    session_wait(question->session, &question->done);
}

void check_zendesk(struct session *session, struct findings *findings)
{
    const struct settings *settings = session->settings;
    struct http_client *client = http_client_new(session->loop, 1);

    for (size_t i = 0; i < settings->destination_count; i++) {
        struct lacking unread;
        struct secret token = {0};
        struct question question = {
            .session = session,
            .findings = findings,
            .destination = &settings->destinations[i],
        };

        /* That it lacks its secrets was told. */
        if (settings_unread(settings, question.destination->name, 0, &unread))
            continue;
        if (question.destination->base_url &&
            find_token(&question, client, &token))
            ask(&question, client, &token);
        if (!question.destination->base_url)
            findings_add(findings, FINDING_WRONG, AREA,
                         "set its subdomain and token_file (or "
                         "AFTERHOURS_ZENDESK_SUBDOMAIN and "
                         "AFTERHOURS_ZENDESK_TOKEN), or run 'afterhours up "
                         "--sandbox'",
                         "%s: it has no address", question.destination->name);
        secret_clear(&token);
    }
    http_client_free(client);
}
