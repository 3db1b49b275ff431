/* The body of Update Chat, laid over a chat of either kind. */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "chat/chat_document.h"
#include "chat/chat_update.h"
#include "chat/chat_value.h"

#include "base/banned.h"

#define NOW INT64_C(1412832515000)

static void must(bool ok)
{
    if (!ok)
        __builtin_trap();
}

static void each_complaint_is_whole(const struct chat_complaints *complaints)
{
    must(complaints->count || complaints->json[0]);
    for (size_t i = 0; i < complaints->count; i++) {
        const struct chat_complaint *complaint = &complaints->list[i];

        must(text_utf8_ok(complaint->member, strlen(complaint->member)));
        must(complaint->code && complaint->detail[0]);
    }
}

/* Nothing else than what is writable has changed. */
static void compare(const json_t *before, const json_t *after,
                    enum chat_kind kind)
{
    const struct chat_property *property;

    for (property = chat_properties; property->name; property++) {
        json_t *was = chat_value_get(before, property);
        json_t *is = chat_value_get(after, property);

        if (!(property->writable & 1u << kind) &&
            property->type != PROPERTY_OBJECT &&
            strcmp(property->name, "update_timestamp") != 0)
            must(was == is || json_equal(was, is));
    }
}

static void lay_over(const struct chat_update *update, const char *json,
                     enum chat_kind kind)
{
    struct chat_complaints complaints;
    struct error err;
    json_t *chat, *before;

    if (!chat_update_fits(update, kind, &complaints)) {
        each_complaint_is_whole(&complaints);
        return;
    }
    chat = json_loads(json, 0, NULL);
    must(chat_document_shape(chat, &err));
    before = json_deep_copy(chat);
    chat_update_apply(update, chat, NOW);
    compare(before, chat, kind);
    json_decref(before);
    before = json_deep_copy(chat);
    must(chat_document_shape(chat, &err) && json_equal(chat, before));
    json_decref(before);
    json_decref(chat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chat_complaints complaints;
    struct chat_update update;

    if (!chat_update_read((const char *)data, size, &update, &complaints)) {
        each_complaint_is_whole(&complaints);
        return 0;
    }
    must(json_object_size(update.members) > 0);
    lay_over(&update, "{\"id\":1,\"type\":\"offline_msg\",\"visitor\":[]}",
             CHAT_KIND_OFFLINE_MSG);
    lay_over(&update,
             "{\"id\":1,\"type\":\"chat\",\"visitor\":{\"name\":\"Ann\"},"
             "\"tags\":[\"a\"],\"rating\":null,\"missed\":false}",
             CHAT_KIND_CHAT);
    chat_update_clear(&update);
    return 0;
}
