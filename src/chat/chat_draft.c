/* The body of Create Chat, as a server reads it. See chat_draft.h. */
#include "chat/chat_draft.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"
#include "chat/chat_instant.h"
#include "chat/chat_json.h"
#include "chat/chat_value.h"

#include "base/banned.h"

static bool is_part(const struct chat_property *property)
{
    return strchr(property->name, '.') != NULL;
}

/* Strings are more than empty; what the table decides is its first choice. */
static bool is_good(const struct chat_property *property, const json_t *value)
{
    if (property->type != PROPERTY_STRING)
        return true;
    if (property->origin == FROM_TABLE)
        return strcmp(json_string_value(value), property->choices[0]) == 0;
    return json_string_length(value) > 0;
}

static void check_required(const struct chat_property *property,
                           const json_t *value,
                           struct chat_complaints *complaints)
{
    if (chat_value_check(property, value, complaints) &&
        !is_good(property, value))
        chat_value_complain(property, value, complaints);
}

/*
 * What is not required may be null, and dates of a session need not exist: the
 * message is worth more than they are.
 */
static void check_optional(const struct chat_property *property, json_t *body,
                           json_t *value, struct chat_complaints *complaints)
{
    json_t *shaped;

    if (!value || json_is_null(value))
        return;
    shaped = chat_value_shape(property, value);
    if (!shaped)
        chat_value_complain(property, value, complaints);
    else if (property->type == PROPERTY_TIMESTAMP ||
             chat_value_check(property, shaped, complaints))
        chat_value_put(body, property, json_incref(shaped));
    json_decref(shaped);
}

/* Everything that is read of what was posted; the rest is not looked at. */
static void check(json_t *body, struct chat_complaints *complaints)
{
    const struct chat_property *property;

    for (property = chat_properties; property->name; property++) {
        json_t *value = chat_value_get(body, property);

        if (property->required)
            check_required(property, value, complaints);
        else if (property->kinds & 1u << CHAT_KIND_OFFLINE_MSG &&
                 (property->origin == FROM_POST || is_part(property)))
            check_optional(property, body, value, complaints);
    }
}

bool chat_draft_adopt(json_t *body, struct chat_draft *draft,
                      struct chat_complaints *complaints)
{
    const json_t *visitor = json_object_get(body, "visitor");
    const json_t *session = json_object_get(body, "session");

    complaints->count = 0;
    complaints->json[0] = '\0';
    check(body, complaints);
    if (complaints->count)
        return false;
    *draft = (struct chat_draft){
        .body = json_incref(body),
        .message = chat_json_text(body, "message"),
        .name = chat_json_text(visitor, "name"),
        .email = chat_json_text(visitor, "email"),
        .session_id = chat_json_text(session, "id"),
    };
    if (!chat_instant_read(json_object_get(body, "timestamp"), &draft->at) ||
        !chat_instant_read(json_object_get(session, "end_date"),
                           &draft->end_at))
        draft->end_at = draft->at;
    return true;
}

bool chat_draft_read(const char *body, size_t len, struct chat_draft *draft,
                     struct chat_complaints *complaints)
{
    json_t *root = chat_complaints_parse(body, len, complaints);
    bool ok = root && chat_draft_adopt(root, draft, complaints);

    json_decref(root);
    return ok;
}

void chat_draft_clear(struct chat_draft *draft)
{
    json_decref(draft->body);
    memset(draft, 0, sizeof(*draft));
}

static void add_posted(const struct chat_draft *draft,
                       const struct chat_property *property, struct buf *out)
{
    const json_t *value = json_object_get(draft->body, property->name);

    buf_format(out, ",\"%s\":", property->name);
    if (property->origin == FROM_POST && value && !json_is_null(value))
        chat_json_print(value, out);
    else
        buf_text(out, property->initial);
}

static bool is_made(const struct chat_property *property)
{
    return property->origin == FROM_POST || property->origin == FROM_TABLE;
}

static void add_times(const struct chat_draft *draft, int64_t updated_at,
                      struct buf *out)
{
    char at[CLOCK_TEXT_SIZE], updated[CLOCK_TEXT_SIZE];

    clock_format_seconds(draft->at, at);
    clock_format_seconds(updated_at, updated);
    buf_format(out, "\"timestamp\":\"%s\",\"update_timestamp\":\"%s\"", at,
               updated);
}

void chat_draft_rest(const struct chat_draft *draft, int64_t kept_at,
                     struct buf *out)
{
    const struct chat_property *property;

    add_times(draft, kept_at, out);
    for (property = chat_properties; property->name; property++)
        if (is_made(property))
            add_posted(draft, property, out);
}

void chat_draft_show(const struct chat_draft *draft,
                     const struct chat_keeping *keeping, struct buf *out)
{
    const struct chat_property *property;

    buf_text(out, "{\"id\":");
    text_json(out, keeping->id);
    buf_text(out, ",\"message\":");
    text_json(out, draft->message);
    buf_char(out, ',');
    add_times(draft, keeping->updated_at, out);
    for (property = chat_properties; property->name; property++)
        if (is_made(property) && strcmp(property->name, "unread") != 0)
            add_posted(draft, property, out);
    buf_format(out, ",\"unread\":%s", keeping->unread ? "true" : "false");
    if (keeping->ticket_id)
        buf_format(out, ",\"zendesk_ticket_id\":%" PRId64 "}",
                   keeping->ticket_id);
    else
        buf_text(out, ",\"zendesk_ticket_id\":null}");
}
