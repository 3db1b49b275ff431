/* The table of properties. See chat_property.h. */
#include "chat/chat_property.h"

#include <string.h>

#include "base/banned.h"

#define OFFLINE (1u << CHAT_KIND_OFFLINE_MSG)
#define CHAT    (1u << CHAT_KIND_CHAT)
#define BOTH    (OFFLINE | CHAT)

/* clang-format off */
#define NULLABLE .nullable = true
#define REQUIRED .required = true
#define POSTED(json) .origin = FROM_POST, .initial = (json)
#define ALWAYS(json) .origin = FROM_TABLE, .initial = (json)
#define STORED   .origin = FROM_STORE
#define SAYS(text) .description = (text)

/*
 * In the order in which a new offline message is shown, and complained about.
 * An object stands before its parts.
 */
const struct chat_property chat_properties[] = {
    { "id", PROPERTY_STRING, BOTH, 0, STORED,
      SAYS("The id of the chat") },

    { "visitor", PROPERTY_OBJECT, BOTH, 0, REQUIRED, POSTED("{}"),
      .advice = "an object with id, name, email, phone and notes",
      SAYS("Who wrote") },
    { "visitor.id", PROPERTY_STRING, BOTH, 0,
      SAYS("The id of the visitor") },
    { "visitor.name", PROPERTY_STRING, BOTH, BOTH,
      SAYS("The visitor's name") },
    { "visitor.email", PROPERTY_STRING, BOTH, BOTH,
      SAYS("The visitor's email address") },
    { "visitor.phone", PROPERTY_STRING, BOTH, BOTH,
      SAYS("The visitor's telephone number") },
    { "visitor.notes", PROPERTY_STRING, BOTH, BOTH,
      SAYS("What agents noted about the visitor") },

    { "message", PROPERTY_STRING, OFFLINE, 0, REQUIRED, STORED,
      .advice = "the text of the message",
      SAYS("What the visitor wrote") },
    { "type", PROPERTY_STRING, BOTH, 0, REQUIRED, ALWAYS("\"offline_msg\""),
      .choices = { "offline_msg", "chat" },
      .advice = "\"offline_msg\": no other type can be created",
      SAYS("Which kind of chat it is") },

    { "session", PROPERTY_OBJECT, BOTH, 0, REQUIRED, POSTED("{}"),
      .advice = "an object with id, start_date and end_date",
      SAYS("The visit in which it happened") },
    { "session.id", PROPERTY_STRING, BOTH, 0,
      SAYS("The id of the session") },
    { "session.start_date", PROPERTY_TIMESTAMP, BOTH, 0,
      SAYS("When the session began") },
    { "session.end_date", PROPERTY_TIMESTAMP, BOTH, 0,
      SAYS("When the session ended") },
    { "session.ip", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's internet address") },
    { "session.user_agent", PROPERTY_STRING, BOTH, 0,
      SAYS("What the visitor's browser calls itself") },
    { "session.browser", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's browser") },
    { "session.platform", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's operating system") },
    { "session.city", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's city") },
    { "session.region", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's region") },
    { "session.country_code", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's country, in two letters") },
    { "session.country_name", PROPERTY_STRING, BOTH, 0,
      SAYS("The visitor's country") },

    { "timestamp", PROPERTY_TIMESTAMP, BOTH, 0, REQUIRED, STORED,
      .advice = "whole seconds since 1970 as a number",
      SAYS("When it began") },
    { "update_timestamp", PROPERTY_TIMESTAMP, BOTH, 0, STORED,
      SAYS("When it was last changed") },
    { "unread", PROPERTY_BOOLEAN, BOTH, BOTH, ALWAYS("true"),
      SAYS("Whether nobody has read it yet") },
    { "deleted", PROPERTY_BOOLEAN, BOTH, 0, ALWAYS("false"),
      SAYS("Whether it was deleted") },
    { "started_by", PROPERTY_STRING, BOTH, 0, POSTED("\"visitor\""),
      .choices = { "visitor", "agent", "trigger" },
      SAYS("Who began it") },
    { "tags", PROPERTY_ARRAY, BOTH, CHAT, POSTED("[]"),
      .advice = "an array of texts",
      SAYS("Its tags, as texts") },
    { "webpath", PROPERTY_ARRAY, BOTH, 0, POSTED("[]"),
      SAYS("The pages the visitor went to: objects of from, to, title and timestamp") },
    { "department_id", PROPERTY_INTEGER, BOTH, 0, NULLABLE, POSTED("null"),
      SAYS("The id of the department it was sent to") },
    { "department_name", PROPERTY_STRING, BOTH, 0, NULLABLE, POSTED("null"),
      SAYS("The name of the department it was sent to") },
    { "zendesk_ticket_id", PROPERTY_INTEGER, BOTH, 0, NULLABLE, STORED,
      SAYS("The id of the ticket that came of it; null while there is none") },

    { "agent_ids", PROPERTY_ARRAY, CHAT, 0,
      SAYS("The ids of the agents who took part, as texts") },
    { "agent_names", PROPERTY_ARRAY, CHAT, 0,
      SAYS("The names of the agents who took part") },
    { "comment", PROPERTY_STRING, CHAT, CHAT, NULLABLE,
      SAYS("What the visitor said about the chat afterwards") },
    { "rating", PROPERTY_STRING, CHAT, CHAT, NULLABLE,
      .choices = { "good", "bad" },
      SAYS("How the visitor liked the chat") },
    { "duration", PROPERTY_INTEGER, CHAT, 0, NULLABLE,
      SAYS("How long it took, in seconds") },
    { "missed", PROPERTY_BOOLEAN, CHAT, 0, NULLABLE,
      SAYS("Whether no agent answered") },
    { "triggered", PROPERTY_BOOLEAN, CHAT, 0, NULLABLE,
      SAYS("Whether a trigger began it") },
    { "triggered_response", PROPERTY_BOOLEAN, CHAT, 0, NULLABLE,
      SAYS("Whether a trigger gave the answer") },
    { "count", PROPERTY_OBJECT, CHAT, 0,
      SAYS("How many messages there are") },
    { "count.agent", PROPERTY_INTEGER, CHAT, 0,
      SAYS("Messages by agents") },
    { "count.visitor", PROPERTY_INTEGER, CHAT, 0,
      SAYS("Messages by the visitor") },
    { "count.total", PROPERTY_INTEGER, CHAT, 0,
      SAYS("Messages in all") },
    { "response_time", PROPERTY_OBJECT, CHAT, 0,
      SAYS("How long the visitor waited for answers") },
    { "response_time.first", PROPERTY_INTEGER, CHAT, 0, NULLABLE,
      SAYS("Seconds to the first answer") },
    { "response_time.avg", PROPERTY_INTEGER, CHAT, 0, NULLABLE,
      SAYS("Seconds to an answer on average") },
    { "response_time.max", PROPERTY_INTEGER, CHAT, 0, NULLABLE,
      SAYS("Seconds to the slowest answer") },
    { "history", PROPERTY_ARRAY, CHAT, 0,
      SAYS("What happened, oldest first: objects of type, timestamp, name, channel and msg") },
    { "conversions", PROPERTY_ARRAY, CHAT, 0,
      SAYS("The last 20 goals that are put down to it") },
    { .name = NULL },
};

static const char *const kind_names[CHAT_KIND_COUNT] = {
    [CHAT_KIND_OFFLINE_MSG] = "offline_msg",
    [CHAT_KIND_CHAT]        = "chat",
};

static const struct { const char *name, *advice; } types[] = {
    [PROPERTY_STRING]    = { "string",    "a text" },
    [PROPERTY_INTEGER]   = { "integer",   "a whole number" },
    [PROPERTY_BOOLEAN]   = { "boolean",   "true or false" },
    [PROPERTY_ARRAY]     = { "array",     "an array" },
    [PROPERTY_OBJECT]    = { "object",    "an object" },
    [PROPERTY_TIMESTAMP] = { "timestamp", "a date like 2014-10-09T05:28:35Z" },
};
/* clang-format on */

const char *chat_kind_name(enum chat_kind kind)
{
    return kind_names[kind];
}

bool chat_kind_by_name(const char *name, enum chat_kind *kind)
{
    for (unsigned i = 0; i < CHAT_KIND_COUNT; i++) {
        if (strcmp(name, kind_names[i]) != 0)
            continue;
        *kind = (enum chat_kind)i;
        return true;
    }
    return false;
}

const char *property_type_name(enum property_type type)
{
    return types[type].name;
}

const struct chat_property *chat_property_find(const char *name, size_t len)
{
    const struct chat_property *property;

    for (property = chat_properties; property->name; property++)
        if (strncmp(property->name, name, len) == 0 && !property->name[len])
            return property;
    return NULL;
}

void chat_property_advise(const struct chat_property *property, struct buf *out)
{
    if (property->advice) {
        buf_text(out, property->advice);
        return;
    }
    for (const char *const *choice = property->choices; *choice; choice++)
        buf_format(out, "%s\"%s\"", choice == property->choices ? "" : " or ",
                   *choice);
    if (!property->choices[0])
        buf_text(out, types[property->type].advice);
    if (property->nullable)
        buf_text(out, " or null");
}
