/* `afterhours chats show ID`: one chat with all it has. */
#include "cmd/chats_out.h"

#include "base/banned.h"

bool chats_show_check(const struct chats_options *options, struct error *err)
{
    if (options->count != 1)
        return error_set(err, ERROR_USAGE, "give the id of one chat");
    return chats_some(options, err);
}

bool chats_show(struct chats_link *link, const struct chats_options *options,
                struct error *err)
{
    const char *id = options->arguments[0];
    struct http_request request;
    struct http_response answer;
    json_t *chat = NULL;
    bool ok;

    chat_request_show(&request, &link->endpoint, id);
    ok = chats_ask(link, &request, &answer, err);
    if (ok && answer.status == 404)
        ok = error_set(err, ERROR_FAILED, "%s: there is no such chat", id);
    else if (ok)
        chat = chat_one_read(answer.body, answer.body_len);
    if (ok && !chat)
        ok = error_set(err, ERROR_FAILED, "%s: the answer was not understood",
                       link->base_url);
    http_response_clear(&answer);
    if (!ok)
        return false;
    chats_progress_clear(&link->progress);
    if (options->json) {
        output_json(chat);
    } else {
        chats_out_whole(chat);
        json_decref(chat);
    }
    return true;
}
