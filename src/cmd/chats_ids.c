/* `afterhours chats ids`, and chats by their ids for others. */
#include "cmd/chats_fetch.h"

#include <stdio.h>
#include <string.h>

#include "chat/chat_json.h"

#include "base/banned.h"

/* The chats of an answer by their ids. */
static json_t *by_id(const struct chat_list *page)
{
    json_t *map = json_object();
    char id[CHAT_ID_MAX + 1];
    size_t index;
    json_t *chat;

    json_array_foreach(page->items, index, chat)
    {
        if (chat_own_id(chat, id))
            json_object_set(map, id, chat);
    }
    return map;
}

struct fetch {
    struct chats_link *link;
    struct chats_out *out; /* NULL: only see which are there */
    json_t *missing;
};

static bool print_found(const struct fetch *fetch, const json_t *map,
                        const char *const *ids, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *chat = json_object_get(map, ids[i]);

        if (!chat)
            json_array_append_new(fetch->missing, json_string(ids[i]));
        else if (fetch->out && !chats_out_add(fetch->out, chat, err))
            return false;
    }
    return true;
}

static bool fetch_some(const struct fetch *fetch, const char *const *ids,
                       size_t count, struct error *err)
{
    struct http_request request;
    struct chat_list page;
    json_t *map;
    bool ok;

    chat_request_ids(&request, &fetch->link->endpoint, ids, count);
    if (!chats_ask_list(fetch->link, &request, chat_list_read_docs, &page, err))
        return false;
    map = by_id(&page);
    chat_list_clear(&page);
    ok = print_found(fetch, map, ids, count, err);
    json_decref(map);
    return ok;
}

size_t chats_batch(const json_t *ids, size_t from,
                   const char *batch[CHAT_IDS_MAX])
{
    size_t count = 0;

    while (count < CHAT_IDS_MAX && from + count < json_array_size(ids)) {
        batch[count] = json_string_value(json_array_get(ids, from + count));
        count++;
    }
    return count;
}

bool chats_fetch(struct chats_link *link, const json_t *ids,
                 struct chats_out *out, json_t *missing, struct error *err)
{
    struct fetch fetch = {link, out, missing};
    const char *batch[CHAT_IDS_MAX];
    size_t done = 0, count;

    while ((count = chats_batch(ids, done, batch)) > 0) {
        if (!fetch_some(&fetch, batch, count, err))
            return false;
        done += count;
    }
    return true;
}

bool chats_say_missing(const json_t *missing, struct error *err)
{
    size_t count = json_array_size(missing);
    size_t index;
    json_t *id;

    json_array_foreach(missing, index, id)
    {
        fprintf(stderr, "%s: there is no such chat\n", json_string_value(id));
    }
    if (count == 0)
        return true;
    return error_set(err, ERROR_FAILED, "%zu not found", count);
}

bool chats_some(const struct chats_options *options, struct error *err)
{
    if (options->count == 0)
        return error_set(err, ERROR_USAGE, "give the ids of chats");
    for (size_t i = 0; i < options->count; i++)
        if (!chat_id_believable(options->arguments[i],
                                strlen(options->arguments[i])))
            return error_set(err, ERROR_USAGE, "'%s' is no id of a chat",
                             options->arguments[i]);
    return true;
}

json_t *chats_wanted(const struct chats_options *options)
{
    struct chats_seen seen = {0};
    json_t *ids = json_array();

    for (size_t i = 0; i < options->count; i++)
        if (chats_seen_add(&seen, options->arguments[i]))
            json_array_append_new(ids, json_string(options->arguments[i]));
    chats_seen_clear(&seen);
    return ids;
}

bool chats_ids(struct chats_link *link, const struct chats_options *options,
               struct error *err)
{
    json_t *ids = chats_wanted(options), *missing = json_array();
    struct chats_out out;
    bool ok;

    chats_out_begin(&out, link, false);
    ok = chats_fetch(link, ids, &out, missing, err);
    chats_out_end(&out, ok, false);
    ok = ok && chats_say_missing(missing, err);
    json_decref(missing);
    json_decref(ids);
    return ok;
}
