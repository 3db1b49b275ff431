/* See stage_kit.h. */
#include "stage_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"

#include "base/banned.h"

#define MESSAGE                                                                \
    "{\"visitor\":{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\"},"  \
    "\"message\":\"Where is my order?\",\"session\":{\"id\":\"%s\"}}"

static void fill_item(struct submission *submission, size_t number)
{
    snprintf(submission->id, sizeof(submission->id),
             "support-01JABCDEF0123456789ABCD%03zu", number);
    submission->destination = alloc_text("support");
    submission->form = alloc_text("contact");
    submission->message = alloc_format(MESSAGE, submission->id);
    submission->received_at = KIT_NOW - 60000;
    submission->stage_since = KIT_NOW - 60000;
}

void kit_open(struct kit *kit, const struct stage_ops *ops, size_t count)
{
    memset(kit, 0, sizeof(*kit));
    kit->ops = ops;
    kit->destination.name = alloc_text("support");
    kit->destination.subdomain = alloc_text("acme");
    kit->destination.base_url = alloc_text("https://acme.zendesk.com");
    kit->destination.request_timeout_ms = 20000;
    kit->destination.look_interval_ms = 60000;
    kit->destination.search_patience_ms = 60000;
    secret_set(&kit->destination.token, "s3cret-token", 12);
    kit->form.name = alloc_text("contact");
    for (size_t i = 0; i < count; i++) {
        fill_item(&kit->items[i].submission, i);
        kit->items[i].submission.place = PLACE_RUN;
        kit->items[i].submission.stage = ops->stage;
    }
    kit->turn.destination = &kit->destination;
    kit->turn.token = &kit->destination.token;
    kit->turn.form = &kit->form;
    kit->turn.items = kit->items;
    kit->turn.count = count;
    kit->turn.now = KIT_NOW;
    kit->took_ms = 10;
}

static void free_all(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        alloc_replace(&texts[i], NULL);
}

void kit_close(struct kit *kit)
{
    struct settings_destination *d = &kit->destination;
    struct settings_callback *callback = &kit->form.callback;
    char *texts[] = {d->name,        d->subdomain,  d->base_url,
                     d->ticket_url,  d->agent_url,  d->ca,
                     kit->form.name, callback->url, callback->allow_networks};

    kit->ops->end(&kit->turn);
    http_request_clear(&kit->step.request);
    for (size_t i = 0; i < kit->turn.count; i++)
        submission_clear(&kit->items[i].submission);
    secret_clear(&d->token);
    free_all(texts, sizeof(texts) / sizeof(texts[0]));
}

void kit_begin(struct kit *kit)
{
    kit->ops->begin(&kit->turn, &kit->step);
}

static void resume(struct kit *kit, struct http_response *answer)
{
    assert_false(kit->step.finished);
    assert_non_null(kit->step.request.url);
    http_request_clear(&kit->step.request);
    memset(&kit->step, 0, sizeof(kit->step));
    answer->took_ms = kit->took_ms;
    kit->ops->resume(&kit->turn, answer, &kit->step);
    http_response_clear(answer);
    kit->retry_after = NULL;
}

void kit_answer(struct kit *kit, int status, const char *body)
{
    struct http_response answer = {
        .fate = HTTP_ANSWERED,
        .status = status,
        .body = alloc_text(body),
        .body_len = strlen(body),
    };

    if (kit->retry_after)
        http_headers_add(&answer.headers, "Retry-After", kit->retry_after);
    resume(kit, &answer);
}

void kit_no_answer(struct kit *kit, enum http_fate fate, int status)
{
    struct http_response answer = {
        .fate = fate,
        .status = status,
        .body = alloc_text(""),
        .why = "the connection broke",
    };

    resume(kit, &answer);
}

const struct outcome *kit_outcome(const struct kit *kit)
{
    assert_true(kit->step.finished);
    return &kit->items[0].outcome;
}

const char *kit_header(const struct kit *kit, const char *name)
{
    return http_headers_find(&kit->step.request.headers, name);
}
