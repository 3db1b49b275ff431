/* The body of Create Chat, as a server reads it. See chat_draft.h. */
#include "chat/chat_draft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"
#include "chat/search_time.h"

#include "base/banned.h"

#define LATEST_SECONDS INT64_C(253402300799) /* the end of year 9999 */

static void complain(struct chat_complaints *complaints, const char *member,
                     const json_t *value, const char *detail)
{
    if (complaints->count == CHAT_COMPLAINTS_MAX)
        return;
    complaints->list[complaints->count++] = (struct chat_complaint){
        .member = member,
        .code = value ? "InvalidValue" : "BlankValue",
        .detail = detail,
    };
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

/* Whole Unix seconds; or, as chats are shown, a date-time of UTC. */
static bool read_instant(const json_t *value, int64_t *at)
{
    int64_t last;

    if (json_is_string(value))
        return search_time_parse(json_string_value(value),
                                 json_string_length(value), at, &last);
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        json_integer_value(value) > LATEST_SECONDS)
        return false;
    *at = (int64_t)json_integer_value(value) * 1000;
    return true;
}

static void check(const json_t *body, struct chat_complaints *complaints)
{
    const json_t *visitor = json_object_get(body, "visitor");
    const json_t *message = json_object_get(body, "message");
    const json_t *type = json_object_get(body, "type");
    const json_t *session = json_object_get(body, "session");
    const json_t *timestamp = json_object_get(body, "timestamp");
    int64_t at;

    if (!json_is_object(visitor))
        complain(complaints, "visitor", visitor,
                 "send an object with id, name, email, phone and notes");
    if (!json_is_string(message) || json_string_length(message) == 0)
        complain(complaints, "message", message,
                 "send the text of the message");
    if (!json_is_string(type) ||
        strcmp(json_string_value(type), "offline_msg") != 0)
        complain(complaints, "type", type,
                 "send \"offline_msg\": no other type can be created");
    if (!json_is_object(session))
        complain(complaints, "session", session,
                 "send an object with id, start_date and end_date");
    if (!read_instant(timestamp, &at))
        complain(complaints, "timestamp", timestamp,
                 "send whole seconds since 1970 as a number");
}

bool chat_draft_adopt(json_t *body, struct chat_draft *draft,
                      struct chat_complaints *complaints)
{
    const json_t *visitor = json_object_get(body, "visitor");
    const json_t *session = json_object_get(body, "session");

    complaints->count = 0;
    check(body, complaints);
    if (complaints->count)
        return false;
    *draft = (struct chat_draft){
        .body = json_incref(body),
        .message = text_of(body, "message"),
        .name = text_of(visitor, "name"),
        .email = text_of(visitor, "email"),
        .session_id = text_of(session, "id"),
    };
    if (!read_instant(json_object_get(body, "timestamp"), &draft->at) ||
        !read_instant(json_object_get(session, "end_date"), &draft->end_at))
        draft->end_at = draft->at;
    return true;
}

bool chat_draft_read(const char *body, size_t len, struct chat_draft *draft,
                     struct chat_complaints *complaints)
{
    json_error_t error = {0};
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    bool ok = false;

    complaints->count = 0;
    if (!root)
        snprintf(complaints->json, sizeof(complaints->json),
                 "line %d, column %d: %.100s", error.line, error.column,
                 error.text);
    else if (!json_is_object(root))
        snprintf(complaints->json, sizeof(complaints->json),
                 "a JSON object is expected");
    else
        ok = chat_draft_adopt(root, draft, complaints);
    json_decref(root);
    return ok;
}

void chat_draft_clear(struct chat_draft *draft)
{
    json_decref(draft->body);
    memset(draft, 0, sizeof(*draft));
}

static int add_piece(const char *bytes, size_t len, void *out)
{
    buf_add(out, bytes, len);
    return 0;
}

static void add_json(struct buf *out, const json_t *value)
{
    json_dump_callback(value, add_piece, out, JSON_COMPACT | JSON_ENCODE_ANY);
}

void chat_draft_write(const struct chat_draft *draft, struct buf *out)
{
    add_json(out, draft->body);
}

static void add_array(struct buf *out, const char *name, const json_t *value)
{
    buf_format(out, ",\"%s\":", name);
    if (json_is_array(value))
        add_json(out, value);
    else
        buf_text(out, "[]");
}

void chat_draft_rest(const struct chat_draft *draft, int64_t kept_at,
                     struct buf *out)
{
    const json_t *body = draft->body;
    const json_t *department = json_object_get(body, "department_id");
    char at[CLOCK_TEXT_SIZE], updated[CLOCK_TEXT_SIZE];

    clock_format_seconds(draft->at, at);
    clock_format_seconds(kept_at, updated);
    buf_format(out,
               "\"type\":\"offline_msg\",\"timestamp\":\"%s\","
               "\"update_timestamp\":\"%s\",\"unread\":true,\"deleted\":false,"
               "\"started_by\":\"visitor\"",
               at, updated);
    add_array(out, "tags", json_object_get(body, "tags"));
    add_array(out, "webpath", json_object_get(body, "webpath"));
    buf_text(out, ",\"visitor\":");
    add_json(out, json_object_get(body, "visitor"));
    buf_text(out, ",\"session\":");
    add_json(out, json_object_get(body, "session"));
    buf_text(out, ",\"department_id\":");
    if (json_is_integer(department))
        add_json(out, department);
    else
        buf_text(out, "null");
    buf_text(out, ",\"department_name\":null");
}

void chat_document_write(const struct chat_document *document, struct buf *out)
{
    buf_text(out, "{\"id\":");
    text_json(out, document->id);
    buf_text(out, ",\"message\":");
    text_json(out, document->message);
    buf_char(out, ',');
    buf_add(out, document->rest, document->rest_len);
    if (document->ticket_id)
        buf_format(out, ",\"zendesk_ticket_id\":%" PRId64 "}",
                   document->ticket_id);
    else
        buf_text(out, ",\"zendesk_ticket_id\":null}");
}
