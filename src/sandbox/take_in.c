/* Chats that nobody created through the API. See shelf.h. */
#include "sandbox/shelf.h"

#include <string.h>

#include <jansson.h>

#include "sandbox/adopt.h"

#include "base/banned.h"

/* The times it tells, as far as they are past; else now. */
static void read_times(const struct chat_facts *facts, int64_t now,
                       struct arrival *arrival)
{
    arrival->created_at = facts->subject.at;
    if (arrival->created_at < 0 || arrival->created_at > now)
        arrival->created_at = now;
    arrival->updated_at = facts->updated_at;
    if (arrival->updated_at < arrival->created_at || arrival->updated_at > now)
        arrival->updated_at = now;
}

const struct stored *shelf_take_in(struct shelf *shelf, json_t *chat,
                                   struct error *err)
{
    bool speaks = json_object_get(chat, "zendesk_ticket_id") != NULL;
    struct adopted adopted;
    struct arrival arrival = {.facts = &adopted.facts};
    const struct stored *stored;

    if (!adopted_init(&adopted, chat, err))
        return NULL;
    read_times(&adopted.facts, shelf->now(), &arrival);
    arrival.id = adopted.facts.id;
    arrival.rest = buf_str(&adopted.rest);
    arrival.rest_len = adopted.rest.len;
    arrival.ticket_id = adopted.facts.ticket_id;
    if (!speaks)
        shelf_promise_ticket(shelf, &arrival);
    stored = shelf_put(shelf, &arrival);
    if (!stored)
        error_set(err, ERROR_INPUT, "there is a chat of the id %s already",
                  adopted.facts.id);
    adopted_clear(&adopted);
    return stored;
}

static bool take_in_all(struct shelf *shelf, json_t *root, size_t *count,
                        struct error *err)
{
    size_t number = json_is_array(root) ? json_array_size(root) : 1;

    for (*count = 0; *count < number; ++*count) {
        json_t *chat =
            json_is_array(root) ? json_array_get(root, *count) : root;

        if (!shelf_take_in(shelf, chat, err))
            return error_prefix(err, "chat %zu", *count + 1);
    }
    return true;
}

bool shelf_take_in_text(struct shelf *shelf, const char *json, size_t len,
                        size_t *count, struct error *err)
{
    json_error_t error;
    json_t *root =
        json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    bool ok;

    *count = 0;
    if (!root)
        return error_set(err, ERROR_INPUT, "line %d: %s", error.line,
                         error.text);
    ok = take_in_all(shelf, root, count, err);
    json_decref(root);
    return ok;
}
