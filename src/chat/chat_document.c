/* A chat as a server keeps and shows it. See chat_document.h. */
#include "chat/chat_document.h"

#include <jansson.h>

#include "chat/chat_json.h"
#include "chat/chat_value.h"

#include "base/banned.h"

static void shape_value(json_t *chat, const struct chat_property *property)
{
    json_t *value = chat_value_get(chat, property);
    json_t *shaped = value ? chat_value_shape(property, value) : NULL;

    if (shaped && shaped != value)
        chat_value_put(chat, property, shaped);
    else
        json_decref(shaped);
}

bool chat_document_shape(json_t *chat, struct error *err)
{
    const struct chat_property *property;
    char id[CHAT_ID_MAX + 1];

    if (!json_is_object(chat))
        return error_set(err, ERROR_INPUT, "a chat is a JSON object");
    if (!chat_json_id(json_object_get(chat, "id"), id))
        return error_set(err, ERROR_INPUT,
                         "a chat needs an id: a text of up to %d characters "
                         "without spaces and commas, or a number",
                         CHAT_ID_MAX);
    json_object_set_new(chat, "id", json_string(id));
    for (property = chat_properties; property->name; property++)
        shape_value(chat, property);
    return true;
}
