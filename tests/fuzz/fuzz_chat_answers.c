/* Answers of what calls itself Zendesk Chat. */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "chat/chat_answer.h"
#include "chat/chat_pages.h"
#include "chat/chat_reader.h"

#include "base/banned.h"

/* What operators are shown of it is one line of text. */
static void explain(const char *body, size_t size, const struct chat_sent *sent)
{
    const struct http_response answer = {
        .status = 422, .body = (char *)(uintptr_t)body, .body_len = size};
    struct outcome outcome;

    outcome_set(&outcome, OUTCOME_REFUSED, "Zendesk refuses the message");
    chat_answer_explain(&answer, sent, &outcome);
    if (!text_utf8_ok(outcome.reason, strlen(outcome.reason)))
        __builtin_trap();
    for (const char *c = outcome.reason; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '@')
            __builtin_trap();
}

/* A page of chats, whichever it may be. */
static void read_lists(const char *body, size_t size)
{
    static bool (*const readers[])(const char *body, size_t len,
                                   struct chat_list *list,
                                   struct error *err) = {
        chat_list_read, chat_list_read_search, chat_list_read_docs};
    struct chat_position end = {0};
    struct chat_list list = {0};
    struct error err = {0};

    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (readers[i](body, size, &list, &err))
            chat_list_clear(&list);
        else if (!err.text[0])
            __builtin_trap(); /* refused, and nothing said */
    }
    if (chat_list_read_changes(body, size, &list, &end, &err))
        chat_list_clear(&list);
    if (end.start_time < 0 || strlen(end.start_id) > CHAT_ID_MAX)
        __builtin_trap();
    json_decref(chat_one_read(body, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    struct chat_row created;
    struct chat_page page = {0};
    struct chat_rows rows = {0};
    struct chat_sent sent = {0};

    if (chat_read_created(body, size, &created) &&
        (strlen(created.id) == 0 ||
         chat_row_of_another(&created, created.session_id)))
        __builtin_trap(); /* created, and has no id; or not its own */
    if (chat_read_search(body, size, &page))
        chat_page_clear(&page);
    if (chat_read_docs(body, size, &rows))
        chat_rows_clear(&rows);
    if (chat_read_sent(body, size, &sent) &&
        strlen(sent.session_id) > CHAT_ID_MAX)
        __builtin_trap();
    explain(body, size, &sent);
    read_lists(body, size);
    return 0;
}
