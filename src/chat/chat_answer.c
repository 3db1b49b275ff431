/* Answers as outcomes. See chat_answer.h. */
#include "chat/chat_answer.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"

#include "base/banned.h"

#define WORDS_MAX     ((size_t)120)   /* of Zendesk's own explanation */
#define RESET_MAX     INT64_C(86400)  /* seconds */
#define EXPLAINED_MAX ((size_t)16384) /* a longer answer explains nothing */

/* A 429 that says "at once", or names a time that is past, means it no less. */
#define RATE_LIMIT_LEAST_MS 1000

/* clang-format off */
static const struct chat_reading looks[] = {
    { 401, 401, OUTCOME_UNKNOWN, HOLD_CREDENTIALS,
      "Zendesk does not accept the token" },
    { 403, 403, OUTCOME_UNKNOWN, HOLD_FORBIDDEN,
      "the token may not look for chats: check its scopes and role" },
    { 429, 429, OUTCOME_UNKNOWN, HOLD_RATE_LIMIT,
      "too many requests a minute for this account" },
};
/* clang-format on */

const struct chat_reading *chat_reading_of(const struct chat_reading *readings,
                                           size_t count, int status)
{
    for (size_t i = 0; i < count; i++)
        if (status >= readings[i].first && status <= readings[i].last)
            return &readings[i];
    return NULL;
}

void chat_answer_outcome(const struct http_response *answer, int64_t now,
                         enum outcome_kind kind, const char *reason,
                         struct outcome *outcome)
{
    outcome_set(outcome, kind, reason);
    outcome->status = answer->status;
    outcome->took_ms = answer->took_ms;
    if (answer->status)
        outcome->retry_after_ms = http_retry_after_ms(&answer->headers, now);
    if (answer->status == 429 && outcome->retry_after_ms >= 0 &&
        outcome->retry_after_ms < RATE_LIMIT_LEAST_MS)
        outcome->retry_after_ms = RATE_LIMIT_LEAST_MS;
}

/* The first of these headers that is a number up to most. */
static bool find_number(const struct http_headers *headers,
                        const char *const *names, int64_t most, int64_t *number)
{
    for (; *names; names++) {
        const char *text = http_headers_find(headers, *names);

        if (text && text_int(text, 0, most, number))
            return true;
    }
    return false;
}

bool chat_answer_left(const struct http_response *answer,
                      struct chat_left *left)
{
    static const char *const remaining[] = {"X-Rate-Limit-Remaining",
                                            "RateLimit-Remaining",
                                            "X-RateLimit-Remaining", NULL};
    static const char *const reset[] = {"RateLimit-Reset", "X-RateLimit-Reset",
                                        NULL};
    int64_t seconds;

    if (!answer->status ||
        !find_number(&answer->headers, remaining, INT32_MAX, &left->requests))
        return false;
    /* Some write an instant there: it is no number of seconds to wait. */
    left->for_ms = find_number(&answer->headers, reset, RESET_MAX, &seconds)
                       ? seconds * 1000
                       : 0;
    return true;
}

bool chat_answer_looked(const struct http_response *answer, int64_t now,
                        enum outcome_kind otherwise, struct outcome *outcome)
{
    const struct chat_reading *reading = chat_reading_of(
        looks, sizeof(looks) / sizeof(looks[0]), answer->status);
    char reason[SUBMISSION_REASON_SIZE];

    if (answer->fate == HTTP_ANSWERED && !answer->cut &&
        answer->status >= 200 && answer->status <= 299)
        return true;
    if (reading)
        snprintf(reason, sizeof(reason), "the look failed: %s",
                 reading->reason);
    else if (answer->fate != HTTP_ANSWERED)
        snprintf(reason, sizeof(reason), "the look failed: %s", answer->why);
    else if (answer->cut)
        snprintf(reason, sizeof(reason),
                 "the look failed: the answer was too long");
    else
        snprintf(reason, sizeof(reason), "the look failed: answer %d",
                 answer->status);
    chat_answer_outcome(answer, now, otherwise, reason, outcome);
    outcome->hold = reading ? reading->hold : HOLD_NONE;
    return false;
}

/* Names its errors by one of these, as text. */
static const char *find_words(const json_t *root)
{
    static const char *const names[] = {"message", "description", "error"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *words = json_string_value(json_object_get(root, names[i]));

        if (words && *words)
            return words;
    }
    return NULL;
}

static bool repeats(const char *words, const char *field)
{
    return field[0] && strstr(words, field);
}

/* As in a telephone number. */
static bool many_digits(const char *words)
{
    unsigned digits = 0;

    for (; *words; words++)
        digits += *words >= '0' && *words <= '9';
    return digits > 5;
}

/* No line ends, and no C1 either: to a terminal U+009B begins a command. */
static bool is_line(const char *words)
{
    for (; *words; words++)
        if (strchr("\t\r\n", *words) ||
            (words[0] == '\xc2' && (unsigned char)words[1] < 0xa0))
            return false;
    return true;
}

static bool may_be_shown(const char *words, const struct chat_sent *sent)
{
    return strlen(words) <= WORDS_MAX && text_clean(words, strlen(words)) &&
           is_line(words) && !strchr(words, '@') && !many_digits(words) &&
           !repeats(words, sent->email) && !repeats(words, sent->name) &&
           !repeats(words, sent->first_words);
}

void chat_answer_explain(const struct http_response *answer,
                         const struct chat_sent *sent, struct outcome *outcome)
{
    size_t body_len = answer->body_len < EXPLAINED_MAX ? answer->body_len : 0;
    json_t *root = json_loadb(answer->body, body_len, 0, NULL);
    const char *words = find_words(root);
    size_t len = strlen(outcome->reason);

    if (words && may_be_shown(words, sent))
        snprintf(outcome->reason + len, sizeof(outcome->reason) - len,
                 "; it says: %s", words);
    json_decref(root);
}
