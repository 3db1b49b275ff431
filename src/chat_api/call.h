/* One call under way. Private to chat_api/. */
#ifndef CHAT_API_CALL_H
#define CHAT_API_CALL_H

#include <stddef.h>

#include "base/attributes.h"
#include "chat_api/chat_api.h"
#include "chat_api/limit.h"
#include "chat_api/pick.h"

#define CHATS_PATH   "/api/v2/chat/chats"
#define CHANGES_PATH "/api/v2/chat/incremental/chats"

struct chat_api {
    struct chat_api_options options;
    struct limit limit;
};

struct call {
    struct chat_api *api;
    struct http_exchange *exchange; /* NULL once the client has left */
    void *tag;
    enum chat_call kind;
    struct chat_access access; /* the caller's */
    struct limit_stand stand;  /* all zero: there is no limit for it */
    char *base_url;            /* owned; begins the URLs of the answer */
    unsigned page;             /* search: from 1 */
    char *query;               /* owned; search: q as asked */
    /* Changes: what was asked for. Both texts owned, NULL when absent. */
    int64_t start_time, limit;
    char *start_id, *fields_text;
    struct pick pick;
    struct buf taken; /* those that were told of early; empty: none yet */
    size_t taken_count;
};

/* What the calls are, and who may make them. */
struct call_row {
    const char *name;
    bool write;          /* the scope it needs: write, or read */
    enum chat_role role; /* the lowest that may make it */
    void (*handle)(struct call *call);
};
extern const struct call_row call_rows[CHAT_CALL_COUNT];

/* Whether the store can do it. */
bool call_offered(const struct chat_store_ops *ops, enum chat_call kind);
/* The methods of the path that the store can do, for the header Allow. */
void call_methods(const struct chat_store_ops *ops, const char *path,
                  struct buf *out);

/* Whether the caller may make this call, and now. False: answered already. */
must_check bool call_let_in(struct call *call);     /* the token, the limit */
must_check bool call_is_allowed(struct call *call); /* its scopes and role */

/* Each ends the call: says it, and frees it. */
struct failure {
    int status;
    const char *code, *description;
    struct chat_header header; /* one header more; name NULL: none */
};
void call_answer(struct call *call, const struct chat_answer *answer);
void call_fail(struct call *call, const struct failure *failure);
void call_error(struct call *call, int status, const char *code,
                const char *description);
/* 422: every member that was wrong; or 400 when it was not JSON. */
void call_complain(struct call *call, const struct chat_complaints *complaints);
/* 429, as plain text. */
void call_too_many(struct call *call);

/* The handlers of the calls; each ends the call, now or later. */
void call_create(struct call *call);
void call_list(struct call *call);
void call_ids(struct call *call);
void call_search(struct call *call);
void call_show(struct call *call);
void call_update(struct call *call);
void call_delete(struct call *call);
void call_delete_ids(struct call *call);
void call_changes(struct call *call);

/* What the store found, as the answer of its call; ends it. */
void call_found(void *call, const struct chat_found *found);

/* One chat more of the changes, before the store is done. */
bool call_take(void *call, const struct chat_item *item);

/* The JSON of an answer. */
void call_write(const struct call *call, const struct chat_found *found,
                struct buf *out);

#endif
