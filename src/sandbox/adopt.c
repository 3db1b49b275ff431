/* Facts by the dialect's table, the text as it came. See adopt.h. */
#include "sandbox/adopt.h"

#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "chat/chat_document.h"
#include "chat/chat_json.h"

#include "base/banned.h"

#define REST_MAX ((size_t)4 * 1024 * 1024)

/* Without the braces. */
static void write_rest(json_t *chat, struct buf *rest)
{
    const char *name;
    json_t *value;

    buf_init(rest, REST_MAX);
    json_object_foreach(chat, name, value)
    {
        if (strcmp(name, "id") == 0 || strcmp(name, "zendesk_ticket_id") == 0)
            continue;
        if (rest->len)
            buf_char(rest, ',');
        text_json(rest, name);
        buf_char(rest, ':');
        chat_json_print(value, rest);
    }
}

bool adopted_init(struct adopted *adopted, json_t *chat, struct error *err)
{
    bool has_id = json_object_get(chat, "id");

    if (!json_is_object(chat))
        return error_set(err, ERROR_INPUT, "a chat is a JSON object");
    write_rest(chat, &adopted->rest);
    if (!has_id)
        json_object_set_new(chat, "id", json_string("none"));
    adopted->chat = json_incref(chat);
    adopted->facts = (struct chat_facts){.id = ""};
    if (!buf_ok(&adopted->rest))
        error_set(err, ERROR_INPUT, "the chat is too long");
    if (!buf_ok(&adopted->rest) || !chat_document_shape(chat, err)) {
        adopted_clear(adopted);
        return false;
    }
    chat_facts_read(chat, &adopted->facts);
    if (!has_id)
        adopted->facts.id = "";
    return true;
}

void adopted_clear(struct adopted *adopted)
{
    chat_facts_clear(&adopted->facts);
    json_decref(adopted->chat);
    buf_clear(&adopted->rest);
}

json_t *adopt_back(const struct stored *stored)
{
    struct buf text;
    json_t *chat;

    buf_init(&text, REST_MAX + 2);
    buf_char(&text, '{');
    buf_add(&text, stored->rest, stored->rest_len);
    buf_char(&text, '}');
    chat = json_loadb(buf_str(&text), text.len, JSON_ALLOW_NUL, NULL);
    buf_clear(&text);
    return chat;
}
