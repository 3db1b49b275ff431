/* Which request is which call, and what each call needs. See call.h. */
#include "chat_api/call.h"

#include <string.h>

#include "base/text.h"
#include "chat_api/param.h"

#include "base/banned.h"

/* clang-format off */
const struct call_row call_rows[CHAT_CALL_COUNT] = {
    /*                        name         write   at least                  */
    [CHAT_CALL_NONE]       = {"none",        false, CHAT_ROLE_AGENT, NULL},
    [CHAT_CALL_CREATE]     = {"create",      true,  CHAT_ROLE_AGENT,
                              call_create},
    [CHAT_CALL_LIST]       = {"list",        false, CHAT_ROLE_ADMINISTRATOR,
                              call_list},
    [CHAT_CALL_IDS]        = {"ids",         false, CHAT_ROLE_ADMINISTRATOR,
                              call_ids},
    [CHAT_CALL_SEARCH]     = {"search",      false, CHAT_ROLE_ADMINISTRATOR,
                              call_search},
    [CHAT_CALL_SHOW]       = {"show",        false, CHAT_ROLE_ADMINISTRATOR,
                              call_show},
    [CHAT_CALL_UPDATE]     = {"update",      true,  CHAT_ROLE_AGENT,
                              call_update},
    [CHAT_CALL_DELETE]     = {"delete",      true,  CHAT_ROLE_ADMINISTRATOR,
                              call_delete},
    [CHAT_CALL_DELETE_IDS] = {"delete_ids",  true,  CHAT_ROLE_ADMINISTRATOR,
                              call_delete_ids},
    [CHAT_CALL_CHANGES]    = {"incremental", false, CHAT_ROLE_ADMINISTRATOR,
                              call_changes},
    [CHAT_CALL_OTHER]      = {"other",       false, CHAT_ROLE_AGENT, NULL},
};

enum place {
    PLACE_NONE, PLACE_CHATS, PLACE_CHAT, PLACE_SEARCH, PLACE_CHANGES
};

static const struct route {
    enum place place;
    const char *method;
    enum chat_call call;
} routes[] = {
    {PLACE_CHATS,   "GET",    CHAT_CALL_LIST},
    {PLACE_CHATS,   "POST",   CHAT_CALL_CREATE},
    {PLACE_CHATS,   "DELETE", CHAT_CALL_DELETE_IDS},
    {PLACE_SEARCH,  "GET",    CHAT_CALL_SEARCH},
    {PLACE_CHAT,    "GET",    CHAT_CALL_SHOW},
    {PLACE_CHAT,    "PUT",    CHAT_CALL_UPDATE},
    {PLACE_CHAT,    "DELETE", CHAT_CALL_DELETE},
    {PLACE_CHANGES, "GET",    CHAT_CALL_CHANGES},
};
/* clang-format on */

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

const char *chat_call_name(enum chat_call call)
{
    return call_rows[call].name;
}

static enum place place_of(const char *path)
{
    if (strcmp(path, CHANGES_PATH) == 0)
        return PLACE_CHANGES;
    if (!text_starts(path, CHATS_PATH))
        return PLACE_NONE;
    path += strlen(CHATS_PATH);
    if (!*path)
        return PLACE_CHATS;
    if (path[0] != '/' || !path[1] || strchr(path + 1, '/'))
        return PLACE_NONE;
    return strcmp(path, "/search") == 0 ? PLACE_SEARCH : PLACE_CHAT;
}

enum chat_call chat_api_call(const struct http_exchange *exchange)
{
    enum place place = place_of(http_path(exchange));
    const char *method = http_method(exchange);
    enum chat_call call = CHAT_CALL_OTHER;

    if (place == PLACE_NONE)
        return CHAT_CALL_NONE;
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (routes[i].place == place && strcmp(routes[i].method, method) == 0)
            call = routes[i].call;
    if (call == CHAT_CALL_LIST && param_given(exchange, "ids"))
        return CHAT_CALL_IDS;
    return call;
}

bool call_offered(const struct chat_store_ops *ops, enum chat_call kind)
{
    switch (kind) {
    case CHAT_CALL_CREATE:
        return ops->create;
    case CHAT_CALL_LIST:
        return ops->list;
    case CHAT_CALL_IDS:
    case CHAT_CALL_SHOW:
        return ops->get;
    case CHAT_CALL_SEARCH:
        return ops->search;
    case CHAT_CALL_UPDATE:
        return ops->update;
    case CHAT_CALL_DELETE:
    case CHAT_CALL_DELETE_IDS:
        return ops->remove;
    case CHAT_CALL_CHANGES:
        return ops->changes;
    default:
        return false;
    }
}

void call_methods(const struct chat_store_ops *ops, const char *path,
                  struct buf *out)
{
    enum place place = place_of(path);

    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (routes[i].place != place || !call_offered(ops, routes[i].call))
            continue;
        if (out->len)
            buf_text(out, ", ");
        buf_text(out, routes[i].method);
        if (strcmp(routes[i].method, "GET") == 0)
            buf_text(out, ", HEAD");
    }
}
