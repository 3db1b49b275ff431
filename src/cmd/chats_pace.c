/* The pace of requests. See chats_pace.h. */
#include "cmd/chats_pace.h"

#include <stddef.h>

#include "base/text.h"

#include "base/banned.h"

#define MINUTE_MS INT64_C(60000)

/*
 * A tenth of the budget may leave at once; the rest is a little slower for it,
 * so that no minute has more than the budget.
 */
#define BURST_US  INT64_C(6000000)
#define SPREAD_US (MINUTE_MS * 1000 + BURST_US)

#define WINDOW_MAX_MS  INT64_C(3600000)
#define EPOCH_SECONDS  INT64_C(1000000000) /* larger ones are no durations */
#define FIRST_WAIT_MS  500
#define JITTER_LEAST   250
#define LONGEST_OWN_MS 60000

void chats_pace_init(struct chats_pace *pace, unsigned rate)
{
    *pace = (struct chats_pace){.gap_us = rate ? SPREAD_US / rate : 0};
}

int64_t chats_pace_wait_ms(const struct chats_pace *pace, int64_t now)
{
    int64_t ours = (pace->due_us - BURST_US - now * 1000 + 999) / 1000;
    int64_t theirs = pace->after_at - now;
    int64_t wait = ours > theirs ? ours : theirs;

    if (!pace->gap_us)
        wait = theirs;
    return wait > 0 ? wait : 0;
}

void chats_pace_sent(struct chats_pace *pace, int64_t now)
{
    if (pace->due_us < now * 1000)
        pace->due_us = now * 1000;
    pace->due_us += pace->gap_us;
}

/* The first of the names that is there and a number. */
static bool read_header(const struct http_headers *headers,
                        const char *const *names, int64_t *number)
{
    for (; *names; names++) {
        const char *text = http_headers_find(headers, *names);

        if (text && text_int(text, 0, INT64_MAX, number))
            return true;
    }
    return false;
}

/* ms until there are more requests; 0: the server does not say. */
static int64_t read_reset(const struct http_headers *headers, int64_t wall)
{
    static const char *const names[] = {"ratelimit-reset", "X-Rate-Limit-Reset",
                                        NULL};
    int64_t seconds;

    if (!read_header(headers, names, &seconds))
        return 0;
    if (seconds > EPOCH_SECONDS)
        seconds -= wall / 1000;
    if (seconds < 0)
        return 0;
    return seconds < WINDOW_MAX_MS / 1000 ? seconds * 1000 : WINDOW_MAX_MS;
}

void chats_pace_told(struct chats_pace *pace,
                     const struct http_headers *headers, int64_t now,
                     int64_t wall)
{
    static const char *const left_names[] = {"ratelimit-remaining",
                                             "X-Rate-Limit-Remaining", NULL};
    static const char *const limit_names[] = {"ratelimit-limit", "X-Rate-Limit",
                                              NULL};
    int64_t left, limit = 0, reset = read_reset(headers, wall);

    if (!read_header(headers, limit_names, &limit) || limit == 0)
        limit = MINUTE_MS / 1000;
    if (pace->guessed && SPREAD_US / limit < pace->gap_us)
        pace->gap_us = SPREAD_US / limit;
    if (!read_header(headers, left_names, &left))
        return;
    if (left > limit / 10)
        return;
    /* Without a time of more we go on as fast as the limit is in the mean. */
    pace->after_at = now + (reset ? reset / (left + 1) : MINUTE_MS / limit);
}

/* clang-format off */
static const struct again {
    int first, last; /* statuses */
    unsigned times;  /* that it is sent again */
} agains[] = {
    { 429, 429, 10 },
    { 503, 503, 5 },
    { 408, 408, 3 },
    { 500, 599, 3 },
};
static const struct again unanswered = { 0, 0, 3 };
/* clang-format on */

static unsigned times_again(const struct http_response *answer)
{
    if (answer->fate != HTTP_ANSWERED)
        return unanswered.times;
    for (size_t i = 0; i < sizeof(agains) / sizeof(agains[0]); i++)
        if (answer->status >= agains[i].first &&
            answer->status <= agains[i].last)
            return agains[i].times;
    return 0;
}

int64_t chats_pace_again_ms(const struct http_response *answer, unsigned failed,
                            int64_t wall, uint32_t dice)
{
    int64_t asked = answer->fate == HTTP_ANSWERED
                        ? http_retry_after_ms(&answer->headers, wall)
                        : -1;
    int64_t wait = FIRST_WAIT_MS;

    if (failed > times_again(answer))
        return -1;
    for (unsigned i = 1; i < failed && wait < LONGEST_OWN_MS; i++)
        wait *= 2;
    if (asked >= 0)
        wait = asked;
    if (wait > CHATS_WAIT_MAX_MS)
        return -1;
    return wait + (int64_t)(dice % (uint32_t)(wait / 8 + JITTER_LEAST));
}
