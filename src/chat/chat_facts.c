/* What a store needs to know of a chat. See chat_facts.h. */
#include "chat/chat_facts.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "chat/chat_instant.h"
#include "chat/chat_json.h"

#include "base/banned.h"

/* Longer than any chat; keeps durations from leaving the range of time. */
#define DURATION_MAX (INT64_C(366) * 86400)

/* By what it says; else by what it has. */
static enum chat_kind kind_of(const char *type, bool has_message)
{
    enum chat_kind kind;

    if (chat_kind_by_name(type, &kind))
        return kind;
    return has_message ? CHAT_KIND_OFFLINE_MSG : CHAT_KIND_CHAT;
}

static int64_t first_of(int64_t at, int64_t otherwise)
{
    return at != SEARCH_NEVER ? at : otherwise;
}

void chat_facts_complete(struct chat_facts *facts,
                         const struct chat_clues *clues)
{
    facts->kind = kind_of(facts->type, clues->has_message);
    facts->at = first_of(clues->timestamp, clues->start_date);
    facts->end_at = facts->at;
    if (facts->kind == CHAT_KIND_CHAT && facts->at != SEARCH_NEVER &&
        clues->duration <= DURATION_MAX)
        facts->end_at += clues->duration * 1000;
    facts->end_at = first_of(clues->end_date, facts->end_at);
    facts->updated_at = first_of(clues->updated, facts->end_at);
    facts->subject = (struct search_subject){
        .type = chat_kind_name(facts->kind),
        .rating = clues->rating,
        .visitor_name = facts->name,
        .visitor_email = facts->email,
        .agent_names = facts->agent_names,
        .texts = facts->texts,
        .at = facts->at,
        .end_at = facts->end_at,
    };
}

static int64_t instant_of(const json_t *object, const char *name)
{
    int64_t at;

    return chat_instant_read(json_object_get(object, name), &at) ? at
                                                                 : SEARCH_NEVER;
}

static int64_t number_of(const json_t *object, const char *name)
{
    int64_t number;

    return chat_json_number(json_object_get(object, name), &number) ? number
                                                                    : 0;
}

/* With room for as many more, and a NULL at the end. */
static size_t add_texts(const json_t *array, const char *name,
                        const char **texts, size_t count)
{
    size_t index;
    json_t *item;

    json_array_foreach(array, index, item)
    {
        const char *text =
            json_string_value(name ? json_object_get(item, name) : item);

        if (text && *text)
            texts[count++] = text;
    }
    return count;
}

static void read_texts(const json_t *chat, struct chat_facts *facts)
{
    const json_t *history = json_object_get(chat, "history");
    const json_t *agents = json_object_get(chat, "agent_names");
    const char *const own[] = {chat_json_text(chat, "message"),
                               chat_json_text(chat, "comment")};
    size_t count = 0;

    facts->texts = NEW_ARRAY(json_array_size(history) + 3, const char *);
    facts->agent_names = NEW_ARRAY(json_array_size(agents) + 1, const char *);
    if (*own[0])
        facts->texts[count++] = own[0];
    count = add_texts(history, "msg", facts->texts, count);
    if (*own[1])
        facts->texts[count++] = own[1];
    add_texts(agents, NULL, facts->agent_names, 0);
    facts->preview = count ? facts->texts[0] : "";
}

void chat_facts_read(const json_t *chat, struct chat_facts *facts)
{
    const json_t *visitor = json_object_get(chat, "visitor");
    const json_t *session = json_object_get(chat, "session");
    const json_t *unread = json_object_get(chat, "unread");
    const struct chat_clues clues = {
        .has_message = json_object_get(chat, "message") != NULL,
        .rating = chat_json_text(chat, "rating"),
        .timestamp = instant_of(chat, "timestamp"),
        .start_date = instant_of(session, "start_date"),
        .end_date = instant_of(session, "end_date"),
        .updated = instant_of(chat, "update_timestamp"),
        .duration = number_of(chat, "duration"),
    };

    *facts = (struct chat_facts){
        .id = chat_json_text(chat, "id"),
        .type = chat_json_text(chat, "type"),
        .session_id = chat_json_text(session, "id"),
        .name = chat_json_text(visitor, "name"),
        .email = chat_json_text(visitor, "email"),
        .ticket_id = number_of(chat, "zendesk_ticket_id"),
        .unread = json_is_true(unread) || json_integer_value(unread) == 1,
    };
    read_texts(chat, facts);
    chat_facts_complete(facts, &clues);
}

void chat_facts_clear(struct chat_facts *facts)
{
    free(facts->texts);
    free(facts->agent_names);
    memset(facts, 0, sizeof(*facts));
}
