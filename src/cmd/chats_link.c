/* Requests to a Chats API. See chats_link.h. */
#include "cmd/chats_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "cmd/chats_target.h"

#include "base/banned.h"

#define SECOND_MS 1000

/* Chats with a long history are large, and there are forty on a page. */
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

bool chats_link_open(struct chats_link *link,
                     const struct chats_options *options, struct error *err)
{
    memset(link, 0, sizeof(*link));
    link->options = options;
    if (!chats_target_find(link, err))
        return false;
    link->client = http_client_new(link->session.loop, 1);
    chats_progress_begin(&link->progress);
    return true;
}

void chats_link_close(struct chats_link *link)
{
    chats_progress_clear(&link->progress);
    http_client_free(link->client);
    session_close(&link->session);
    secret_clear(&link->token);
    free(link->base_url);
    free(link->token_file);
    memset(link, 0, sizeof(*link));
}

struct exchange {
    struct chats_link *link;
    struct http_response *answer;
    bool done;
};

static void on_answer(void *context, const struct http_response *answer)
{
    struct exchange *exchange = context;
    struct http_response *copy = exchange->answer;

    *copy = *answer;
    memset(&copy->headers, 0, sizeof(copy->headers));
    for (size_t i = 0; i < answer->headers.count; i++)
        http_headers_add(&copy->headers, answer->headers.list[i].name,
                         answer->headers.list[i].value);
    copy->body = alloc_text_n(answer->body, answer->body_len);
    exchange->done = true;
    session_wake(&exchange->link->session);
}

/* Waits, and says so to whoever looks on. */
static void wait_for(struct chats_link *link, int64_t ms, const char *why)
{
    int64_t until = clock_boot_ms() + ms, left;
    char note[96];

    while ((left = until - clock_boot_ms()) > 0) {
        snprintf(note, sizeof(note), "waiting %lld s, %s",
                 (long long)((left + SECOND_MS - 1) / SECOND_MS), why);
        chats_progress_draw(&link->progress,
                            left >= SECOND_MS / 2 ? note : NULL);
        session_pause(&link->session, left < SECOND_MS ? left : SECOND_MS);
    }
}

static void exchange_once(struct chats_link *link,
                          const struct http_request *request,
                          struct http_response *answer)
{
    struct exchange exchange = {.link = link, .answer = answer};
    int64_t wait = chats_pace_wait_ms(&link->pace, clock_boot_ms());

    if (wait > 0)
        wait_for(link, wait, "to stay within the limit");
    chats_progress_draw(&link->progress, NULL);
    chats_pace_sent(&link->pace, clock_boot_ms());
    http_client_send(link->client, request, on_answer, &exchange);
    session_wait(&link->session, &exchange.done);
    if (answer->fate == HTTP_ANSWERED)
        chats_pace_told(&link->pace, &answer->headers, clock_boot_ms(),
                        clock_wall_ms());
}

static bool is_final(const struct http_response *answer)
{
    return answer->fate == HTTP_ANSWERED &&
           ((answer->status >= 200 && answer->status <= 299) ||
            answer->status == 404);
}

/* ms until it may be sent again; -1: it must not, or it is of no use. */
static int64_t again_ms(const struct http_request *request,
                        const struct http_response *answer, unsigned failed)
{
    uint32_t dice;

    if (request->once &&
        (answer->fate != HTTP_ANSWERED || answer->status != 429))
        return -1;
    crypto_random(&dice, sizeof(dice));
    return chats_pace_again_ms(answer, failed, clock_wall_ms(), dice);
}

static void note_failure(const struct http_response *answer, char *note,
                         size_t size)
{
    if (answer->fate != HTTP_ANSWERED)
        snprintf(note, size, "then again (no answer)");
    else if (answer->status == 429)
        snprintf(note, size, "as the server asked (429)");
    else
        snprintf(note, size, "then again (%d)", answer->status);
}

bool chats_ask(struct chats_link *link, struct http_request *request,
               struct http_response *answer, struct error *err)
{
    bool renewed = false;
    char note[64];

    memset(answer, 0, sizeof(*answer));
    request->max_answer = ANSWER_MAX;
    for (unsigned failed = 1;; failed++) {
        int64_t wait = 0;

        exchange_once(link, request, answer);
        if (is_final(answer))
            break;
        /* Tokens may live for minutes only; their file has the next one. */
        if (answer->status == 401 && !renewed &&
            chats_target_renew(link, request))
            renewed = true;
        else
            wait = again_ms(request, answer, failed);
        if (wait < 0)
            break;
        note_failure(answer, note, sizeof(note));
        wait_for(link, wait, note);
        http_response_clear(answer);
    }
    http_request_clear(request);
    return is_final(answer) || chats_explain(link, answer, err);
}

bool chats_ask_list(struct chats_link *link, struct http_request *request,
                    chats_reader *reader, struct chat_list *list,
                    struct error *err)
{
    struct http_response answer;
    bool ok = chats_ask(link, request, &answer, err);

    if (ok && answer.status == 404)
        ok = chats_explain(link, &answer, err);
    else if (ok && answer.cut)
        ok = error_set(err, ERROR_FAILED, "the answer was too long");
    else if (ok && !reader(answer.body, answer.body_len, list, err))
        ok = error_prefix(err, "%s", link->base_url);
    http_response_clear(&answer);
    return ok;
}
