/* Messages that are held, as the chats that the API shows. */
#include "relay_chats/inside.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "chat/chat_draft.h"
#include "chat/chat_instant.h"
#include "chat/chat_json.h"
#include "chat/chat_property.h"

#include "base/banned.h"

#define TEXT_MAX ((size_t)256 * 1024 * 1024)

void sheet_begin(struct sheet *sheet)
{
    *sheet = (struct sheet){0};
    buf_init(&sheet->text, TEXT_MAX);
}

static struct chat_item *add(struct sheet *sheet, const struct held *held)
{
    struct chat_item *item;

    if (sheet->count == sheet->size) {
        sheet->size = sheet->size ? 2 * sheet->size : CHAT_API_PAGE;
        sheet->items =
            alloc_resize(sheet->items, sheet->size, sizeof(*sheet->items));
        sheet->starts =
            alloc_resize(sheet->starts, sheet->size, sizeof(*sheet->starts));
    }
    sheet->starts[sheet->count] = sheet->text.len;
    item = &sheet->items[sheet->count++];
    *item = (struct chat_item){
        .id = held->id,
        .type = chat_kind_name(CHAT_KIND_OFFLINE_MSG),
        .at = held->at,
        .updated_at = held->updated_at,
    };
    return item;
}

/* What was posted; of what was erased, an object without members. Owned. */
static json_t *body_of(const struct held *held)
{
    json_t *body =
        held->body ? json_loadb(held->body, held->body_len, 0, NULL) : NULL;

    if (json_is_object(body))
        return body;
    json_decref(body);
    return json_object();
}

/* Zendesk gets our id there; the sender's own comes back to him. */
static void give_back_session(json_t *body, const struct held *held)
{
    json_t *session = json_object_get(body, "session");

    if (held->session_id && json_is_object(session))
        json_object_set_new(session, "id", json_string(held->session_id));
}

void sheet_add_chat(struct sheet *sheet, const struct held *held)
{
    json_t *body = body_of(held);
    struct chat_draft draft = {
        .body = body,
        .message = chat_json_text(body, "message"),
    };
    const struct chat_keeping keeping = {
        .id = held->id,
        .updated_at = held->updated_at,
        .ticket_id = held->ticket_id,
        .unread = held->unread,
    };

    if (!chat_instant_read(json_object_get(body, "timestamp"), &draft.at))
        draft.at = held->at;
    give_back_session(body, held);
    add(sheet, held);
    chat_draft_show(&draft, &keeping, &sheet->text);
    json_decref(body);
}

void sheet_add_result(struct sheet *sheet, const struct held *held)
{
    json_t *body = body_of(held);
    const char *message = chat_json_text(body, "message");
    struct chat_item *item = add(sheet, held);

    if (!chat_instant_read(json_object_get(body, "timestamp"), &item->at))
        item->at = held->at;
    buf_add(&sheet->text, message, strlen(message) + 1);
    json_decref(body);
}

/* The text moves as it grows: only now do the pointers hold. */
bool sheet_end(struct sheet *sheet)
{
    size_t end = sheet->text.len;

    for (size_t i = sheet->count; i-- > 0; end = sheet->starts[i]) {
        struct chat_item *item = &sheet->items[i];

        item->json = buf_str(&sheet->text) + sheet->starts[i];
        item->json_len = end - sheet->starts[i];
        item->text = item->json;
    }
    return buf_ok(&sheet->text);
}

void sheet_clear(struct sheet *sheet)
{
    buf_clear(&sheet->text);
    free(sheet->items);
    free(sheet->starts);
}

void job_show(struct job *job, const struct held *list, size_t count)
{
    struct chat_found found = {.total = count};
    struct sheet sheet;

    sheet_begin(&sheet);
    for (size_t i = 0; i < count; i++)
        sheet_add_chat(&sheet, &list[i]);
    if (!sheet_end(&sheet))
        found.fate = CHAT_STORE_LARGE;
    found.items = sheet.items;
    found.count = sheet.count;
    job_end(job, &found);
    sheet_clear(&sheet);
}
