/* How calls end: the headers, the complaints. See call.h. */
#include "chat_api/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#include "base/banned.h"

#define COMPLAINT_MAX 32768
#define JSON_TYPE     "application/json; charset=utf-8"

static void put_header(struct chat_answer *answer, const char *name,
                       const char *value)
{
    answer->headers[answer->header_count++] = (struct chat_header){name, value};
}

/* Numbers as headers show them. */
struct limit_texts {
    char limit[16], left[16], reset[24];
};

static void put_limit(struct chat_answer *answer,
                      const struct limit_stand *stand,
                      struct limit_texts *texts)
{
    if (stand->per_minute == 0)
        return;
    snprintf(texts->limit, sizeof(texts->limit), "%u", stand->per_minute);
    snprintf(texts->left, sizeof(texts->left), "%u", stand->left);
    snprintf(texts->reset, sizeof(texts->reset), "%" PRId64, stand->reset_s);
    put_header(answer, "X-Rate-Limit", texts->limit);
    put_header(answer, "X-Rate-Limit-Remaining", texts->left);
    put_header(answer, "ratelimit-limit", texts->limit);
    put_header(answer, "ratelimit-remaining", texts->left);
    put_header(answer, "ratelimit-reset", texts->reset);
}

static void reply(struct http_exchange *exchange,
                  const struct chat_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++)
        http_reply_header(exchange, answer->headers[i].name,
                          answer->headers[i].value);
    /* Personal data, and true of this moment only. */
    http_reply_header(exchange, "Cache-Control", "no-store");
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply(exchange, answer->status, answer->content_type, answer->body,
               answer->len);
}

static void free_call(struct call *call)
{
    buf_clear(&call->taken);
    pick_clear(&call->pick);
    free(call->fields_text);
    free(call->start_id);
    free(call->query);
    free(call->base_url);
    free(call);
}

void call_answer(struct call *call, const struct chat_answer *answer)
{
    const struct chat_api_options *options = &call->api->options;
    struct chat_answer whole = *answer;
    struct limit_texts texts;

    if (!whole.content_type && whole.len)
        whole.content_type = JSON_TYPE;
    put_limit(&whole, &call->stand, &texts);
    if (call->exchange)
        http_on_gone(call->exchange, NULL, NULL);
    if (options->reply)
        options->reply(options->context, call->tag, call->exchange, &whole);
    else if (call->exchange)
        reply(call->exchange, &whole);
    free_call(call);
}

void chat_api_error_body(struct buf *out, const char *code,
                         const char *description)
{
    buf_text(out, "{\"error\":");
    text_json(out, code);
    buf_text(out, ",\"description\":");
    text_json(out, description);
    buf_char(out, '}');
}

/* Ends the call with a body of our own. */
static void answer_with(struct call *call, struct chat_answer *answer,
                        struct buf *body)
{
    answer->body = buf_str(body);
    answer->len = body->len;
    call_answer(call, answer);
    buf_clear(body);
}

void call_fail(struct call *call, const struct failure *failure)
{
    struct chat_answer answer = {.status = failure->status};
    struct buf body;

    buf_init(&body, COMPLAINT_MAX);
    chat_api_error_body(&body, failure->code, failure->description);
    if (failure->header.name)
        put_header(&answer, failure->header.name, failure->header.value);
    answer_with(call, &answer, &body);
}

void call_error(struct call *call, int status, const char *code,
                const char *description)
{
    call_fail(call, &(struct failure){
                        .status = status,
                        .code = code,
                        .description = description,
                    });
}

void call_complain(struct call *call, const struct chat_complaints *complaints)
{
    struct chat_answer answer = {.status = 422};
    struct buf body;

    if (complaints->count == 0) {
        call_error(call, 400, "InvalidJson", complaints->json);
        return;
    }
    buf_init(&body, COMPLAINT_MAX);
    buf_text(&body, "{\"error\":\"RecordInvalid\",\"description\":"
                    "\"Members are missing or wrong\",\"details\":{");
    for (size_t i = 0; i < complaints->count; i++) {
        const struct chat_complaint *complaint = &complaints->list[i];

        if (i)
            buf_char(&body, ',');
        text_json(&body, complaint->member);
        buf_text(&body, ":[{\"error\":");
        text_json(&body, complaint->code);
        buf_text(&body, ",\"description\":");
        text_json(&body, complaint->detail);
        buf_text(&body, "}]");
    }
    buf_text(&body, "}}");
    answer_with(call, &answer, &body);
}

void call_too_many(struct call *call)
{
    struct chat_answer answer = {.status = 429,
                                 .content_type = "text/plain; charset=utf-8"};
    char wait[24];
    struct buf body;

    snprintf(wait, sizeof(wait), "%" PRId64, call->stand.reset_s);
    put_header(&answer, "Retry-After", wait);
    buf_init(&body, COMPLAINT_MAX);
    buf_text(&body, "Number of allowed API requests per minute exceeded\n");
    answer_with(call, &answer, &body);
}
