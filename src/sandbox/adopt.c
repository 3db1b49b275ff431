/* Facts by the dialect's table, the text as it came. See adopt.h. */
#include "sandbox/adopt.h"

#include <string.h>

#include <jansson.h>

#include "chat/chat_document.h"
#include "chat/chat_json.h"

#include "base/banned.h"

#define REST_MAX ((size_t)4 * 1024 * 1024)

/* Without the braces. */
static void write_rest(const json_t *chat, struct buf *rest)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)chat);
    struct buf text;

    json_object_del(copy, "id");
    json_object_del(copy, "zendesk_ticket_id");
    buf_init(&text, REST_MAX);
    chat_json_print(copy, &text);
    if (buf_ok(&text))
        buf_add(rest, text.data + 1, text.len - 2);
    else
        rest->overflow = true;
    buf_clear(&text);
    json_decref(copy);
}

bool adopted_init(struct adopted *adopted, const json_t *chat,
                  struct error *err)
{
    if (!json_is_object(chat))
        return error_set(err, ERROR_INPUT, "a chat is a JSON object");
    adopted->shaped = json_deep_copy(chat);
    if (!json_object_get(chat, "id"))
        json_object_set_new(adopted->shaped, "id", json_string("none"));
    if (!chat_document_shape(adopted->shaped, err)) {
        json_decref(adopted->shaped);
        return false;
    }
    buf_init(&adopted->rest, REST_MAX);
    write_rest(chat, &adopted->rest);
    chat_facts_read(adopted->shaped, &adopted->facts);
    if (!json_object_get(chat, "id"))
        adopted->facts.id = "";
    if (buf_ok(&adopted->rest))
        return true;
    adopted_clear(adopted);
    return error_set(err, ERROR_INPUT, "the chat is too long");
}

void adopted_clear(struct adopted *adopted)
{
    chat_facts_clear(&adopted->facts);
    json_decref(adopted->shaped);
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
