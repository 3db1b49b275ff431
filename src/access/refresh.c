/*
 * A refresh: the one token is spent, the next one stored, and only then used.
 * Whoever dies in between has lost both: nobody can get the answer again.
 */
#include "access/desk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"

#include "base/banned.h"

#define WAIT_MS      1000 /* after the first failure; doubled each time */
#define WAIT_LONGEST 60000
#define HOLD_MS      300000 /* for what may mend itself */
#define AGAIN_MS     1000   /* after Redis could not store it */
#define START_MS     1000   /* beyond half of the request's time */
#define WHY_SIZE     200

/* What an answer without a token means. The first match counts. */
/* clang-format off */
static const struct reading {
    int first, last;
    enum access_failure failure;
    const char *text;
} readings[] = {
    { 200, 299, ACCESS_UNKNOWN, "the answer has no token that can be read" },
    { 408, 408, ACCESS_UNKNOWN, "the token endpoint stopped waiting" },
    { 429, 429, ACCESS_UNSENT,  "too many requests for the token endpoint" },
    { 300, 399, ACCESS_DENIED,  "the token endpoint sends us elsewhere" },
    { 401, 401, ACCESS_DENIED,  "the client_id or client_secret is refused" },
    { 400, 499, ACCESS_DENIED,  "the refresh token is refused" },
    { 0,   999, ACCESS_UNKNOWN, "the token endpoint is out of order" },
};
/* clang-format on */

struct failing {
    enum access_failure kind;
    int64_t ms;
    char why[WHY_SIZE];
};

static void failed(void *context, size_t count, const struct error *err)
{
    struct desk *desk = context;

    /* Said or not: the lock ends by itself. */
    (void)count;
    (void)err;
    if (desk_still_open(desk))
        desk_look_in(desk, 0);
}

static void fail(struct desk *desk, const struct failing *failing)
{
    const struct access_failed told = {
        .number = desk->spending,
        .kind = failing->kind,
        .ms = failing->ms,
        .why = failing->why,
    };
    struct access_wish wish;

    desk->refused = failing->kind == ACCESS_DENIED;
    desk_tell(desk, desk->refused ? ACCESS_EVENT_REFUSED : ACCESS_EVENT_DELAYED,
              failing->why);
    desk_wish(desk, &wish);
    desk->open++;
    queue_access_fail(desk->options->queue, &wish, &told, failed, desk);
}

static void stored(void *context, size_t count, const struct error *err)
{
    struct desk *desk = context;

    if (!desk_still_open(desk))
        return;
    if (err) {
        desk_look_in(desk, AGAIN_MS);
        return;
    }
    failpoint_pass("access.stored", NULL);
    desk->storing = false;
    chat_token_clear(&desk->fresh);
    secret_clear(&desk->refresh);
    if (count)
        desk_tell(desk, ACCESS_EVENT_RENEWED, NULL);
    desk_look_in(desk, 0);
}

void refresh_store(struct desk *desk)
{
    const struct access_fresh fresh = {
        .number = desk->spending,
        .token = &desk->fresh.access,
        .refresh = secret_present(&desk->fresh.refresh) ? &desk->fresh.refresh
                                                        : &desk->refresh,
        .lifetime_ms = desk->fresh.lifetime_ms,
    };
    struct access_wish wish;

    desk->storing = true;
    desk_wish(desk, &wish);
    desk->open++;
    queue_access_store(desk->options->queue, &wish, &fresh, stored, desk);
}

/* Twice as long each time, and not before what was asked for. */
static int64_t wait_of(const struct desk *desk,
                       const struct http_response *answer)
{
    int64_t asked = http_retry_after_ms(&answer->headers, clock_wall_ms());
    int64_t ms = WAIT_MS;

    for (unsigned i = 1; i < desk->tries && ms < WAIT_LONGEST; i++)
        ms *= 2;
    if (ms > WAIT_LONGEST)
        ms = WAIT_LONGEST;
    ms += crypto_random_below((unsigned)ms / 4);
    return asked > ms ? asked : ms;
}

/* invalid_grant, and nothing else, cannot mend itself. */
static void judge_denied(const struct desk *desk, const char *text,
                         const struct http_response *answer,
                         struct failing *failing)
{
    char error[CHAT_TOKEN_ERROR_SIZE];
    bool over;

    chat_read_token_error(answer->body, answer->body_len, error);
    over = strcmp(error, "invalid_grant") == 0;
    failing->ms = over ? 0 : HOLD_MS;
    if (over && desk->tries > 1)
        text = "the answer to an earlier refresh was lost, and the refresh "
               "token is spent";
    snprintf(failing->why, sizeof(failing->why), "%s (%d%s%s)", text,
             answer->status, *error ? " " : "", error);
}

static void judge(const struct desk *desk, const struct http_response *answer,
                  struct failing *failing)
{
    const struct reading *reading = readings;

    failing->ms = wait_of(desk, answer);
    if (answer->fate != HTTP_ANSWERED) {
        failing->kind =
            answer->fate == HTTP_NOT_SENT ? ACCESS_UNSENT : ACCESS_UNKNOWN;
        snprintf(failing->why, sizeof(failing->why), "%s", answer->why);
        return;
    }
    while (answer->status < reading->first || answer->status > reading->last)
        reading++;
    failing->kind = reading->failure;
    if (reading->failure == ACCESS_DENIED)
        judge_denied(desk, reading->text, answer, failing);
    else
        snprintf(failing->why, sizeof(failing->why), "%s (%d)", reading->text,
                 answer->status);
}

static void answered(void *context, const struct http_response *answer)
{
    struct desk *desk = context;
    struct failing failing;

    desk->call = NULL;
    failpoint_pass("access.spent", NULL);
    if (answer->fate == HTTP_ANSWERED && !answer->cut &&
        answer->status >= 200 && answer->status <= 299 &&
        chat_read_token(answer->body, answer->body_len, &desk->fresh)) {
        refresh_store(desk);
        return;
    }
    judge(desk, answer, &failing);
    fail(desk, &failing);
}

void refresh_begin(struct desk *desk, const char *refresh)
{
    const struct settings_destination *destination = desk->destination;
    const struct settings_oauth *oauth = &destination->oauth;
    struct http_request request;
    struct chat_refresh wanted = {
        .base_url = destination->base_url,
        .client_id = oauth->client_id,
        .client_secret = &oauth->client_secret,
        .refresh_token = &desk->refresh,
        .scope = oauth->scope,
        .ca = destination->ca,
        .timeout_ms = destination->request_timeout_ms,
    };

    if (refresh)
        secret_set(&desk->refresh, refresh, strlen(refresh));
    else
        secret_copy(&desk->refresh, &oauth->refresh_token);
    chat_request_token(&request, &wanted);
    /* Whoever was stopped meanwhile must not spend what another one has. */
    request.not_after_at =
        desk->asked_at + destination->request_timeout_ms / 2 + START_MS;
    failpoint_pass("access.spend", NULL);
    desk->call =
        http_client_send(desk->options->client, &request, answered, desk);
    http_request_clear(&request);
}
