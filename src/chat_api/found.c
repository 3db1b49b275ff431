/* What the store found, as the end of its call. See call.h. */
#include "chat_api/call.h"

#include "chat_api/param.h"

#include "base/banned.h"

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

/* What each fate but OK means for the client. */
static const struct failure failures[] = {
    [CHAT_STORE_NO_CURSOR] = {400,
                              "InvalidValue",
                              "cursor: follow next_url or prev_url of an "
                              "answer",
                              {NULL, NULL}},
    [CHAT_STORE_AWAY] = {503,
                         "ServiceUnavailable",
                         "Nothing was promised, though it may be done: ask "
                         "again later; create with the same Idempotency-Key",
                         {"Retry-After", "5"}},
    [CHAT_STORE_BUSY] = {503,
                         "ServiceUnavailable",
                         "Too much is asked at once; try again in a moment",
                         {"Retry-After", "2"}},
    [CHAT_STORE_NARROW] = {400,
                           "InvalidQuery",
                           "q: this search would take too long; give a shorter "
                           "range of timestamps, as in timestamp:[2014-10-01 "
                           "TO 2014-10-31]",
                           {NULL, NULL}},
    [CHAT_STORE_CONFLICT] = {422,
                             "IdempotencyKeyReused",
                             "Idempotency-Key: this key came with another body "
                             "before; send a new key with a new message",
                             {NULL, NULL}},
};

/* Whether a call that names one chat has found none. */
static bool is_missing(const struct call *call, const struct chat_found *found)
{
    switch (call->kind) {
    case CHAT_CALL_CREATE:
    case CHAT_CALL_SHOW:
    case CHAT_CALL_UPDATE:
        return found->count == 0;
    case CHAT_CALL_DELETE:
        return found->total == 0;
    default:
        return false;
    }
}

/* Only a page of changes can be asked to be smaller; shortening it here would
 * look like the last one. */
static void refuse_size(struct call *call)
{
    if (call->kind == CHAT_CALL_CHANGES)
        param_refuse(call, "limit",
                     "the answer would be too large; ask for fewer chats, or "
                     "for fewer fields");
    else
        call_error(call, 500, "TooLarge", "The answer would be too large");
}

/* False: the store's answer was no success, and that was said. */
static bool succeeded(struct call *call, const struct chat_found *found)
{
    if (found->fate == CHAT_STORE_REFUSED)
        call_complain(call, found->complaints);
    else if (found->fate == CHAT_STORE_LARGE)
        refuse_size(call);
    else if (found->fate != CHAT_STORE_OK)
        call_fail(call, &failures[found->fate]);
    else if (is_missing(call, found))
        call_error(call, 404, "RecordNotFound", "There is no chat of that id");
    else
        return true;
    return false;
}

static int status_of(const struct call *call)
{
    const struct chat_manner *manner = call->api->options.manner;

    if (call->kind == CHAT_CALL_DELETE || call->kind == CHAT_CALL_DELETE_IDS)
        return 204;
    if (call->kind != CHAT_CALL_CREATE)
        return 200;
    return manner && manner->created_status ? manner->created_status : 201;
}

void call_found(void *context, const struct chat_found *found)
{
    struct call *call = context;
    struct chat_answer answer = {0};
    struct buf body;

    if (!succeeded(call, found))
        return;
    answer.status = status_of(call);
    if (found->replayed)
        answer.headers[answer.header_count++] =
            (struct chat_header){"Idempotency-Replayed", "true"};
    buf_init(&body, ANSWER_MAX);
    if (answer.status != 204)
        call_write(call, found, &body);
    answer.body = buf_str(&body);
    answer.len = body.len;
    if (buf_ok(&body))
        call_answer(call, &answer);
    else
        refuse_size(call);
    buf_clear(&body);
}
