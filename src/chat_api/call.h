/* One call under way. Private to chat_api/. */
#ifndef CHAT_API_CALL_H
#define CHAT_API_CALL_H

#include <stddef.h>

#include "chat/chat_draft.h"
#include "chat_api/chat_api.h"

#define CHAT_API_JSON "application/json; charset=utf-8"

struct chat_api {
    struct chat_api_options options;
};

struct call {
    struct chat_api *api;
    struct http_exchange *exchange; /* NULL once the client has left */
    void *tag;
    enum chat_call kind;
    struct chat_access access; /* the caller's */
    unsigned page;             /* of a search, from 1 */
    char *query;               /* owned; of a search, as asked */
    char *base_url;            /* owned; begins the URLs of the answer */
};

/* Ends the call: says it, and frees it. */
void call_answer(struct call *call, const struct chat_answer *answer);
void call_error(struct call *call, int status, const char *code,
                const char *description);
/* 422: every member that was wrong; or 400 when it was not JSON. */
void call_complain(struct call *call, const struct chat_complaints *complaints);

/* The handlers of the routes; each ends the call, now or later. */
void call_create(struct call *call);
void call_list(struct call *call);
void call_ids(struct call *call);
void call_search(struct call *call);
void call_show(struct call *call);

/* What the store found, as the answer of its call; ends it. */
void call_found(void *call, const struct chat_found *found);

#endif
