/*
 * The Chats API as a server: create, list, list by ids, search and show, over
 * a small store interface. What it says is the same whoever keeps the chats.
 */
#ifndef CHAT_API_CHAT_API_H
#define CHAT_API_CHAT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/chat_draft.h"
#include "chat/search_query.h"
#include "net/http_server.h"

#define CHAT_API_PAGE     40  /* chats on a page */
#define CHAT_API_PAGES    250 /* pages of a search; the next is refused */
#define CHAT_API_BODY_MAX ((size_t)512 * 1024)

/* One chat of an answer. All borrowed from the store, for the call only. */
struct chat_item {
    const char *id;
    const char *type; /* of a search: "offline_msg", "chat" */
    const char *text; /* of a search: what the preview is cut from */
    int64_t at;       /* of a search: its timestamp; wall clock, ms */
    const char *json; /* but for a search: the whole chat */
    size_t json_len;
};

enum chat_store_fate {
    CHAT_STORE_OK,
    CHAT_STORE_NO_CURSOR, /* list: the cursor is none of ours */
    CHAT_STORE_AWAY,      /* nothing was done; it may be asked again */
};

struct chat_found {
    enum chat_store_fate fate;
    const struct chat_item *items;
    size_t count;
    uint64_t total;       /* of all pages */
    const char *next;     /* list: the next page's cursor, or NULL */
    const char *previous; /* likewise; "" is the first page's */
};

typedef void chat_store_done(void *context, const struct chat_found *found);

/*
 * A place where chats are kept. Each calls done exactly once, at once or later.
 * Arguments are borrowed for the call only.
 */
struct chat_store_ops {
    /* Found is the one chat, once it is safe. */
    void (*create)(void *store, const struct chat_draft *draft,
                   chat_store_done *done, void *context);
    /* Those that are there, in any order. */
    void (*get)(void *store, const char *const *ids, size_t count,
                chat_store_done *done, void *context);
    /* Newest first; cursor "" is where it begins. */
    void (*list)(void *store, const char *cursor, size_t limit,
                 chat_store_done *done, void *context);
    /* Newest first. */
    void (*search)(void *store, const struct search_query *query, size_t skip,
                   size_t limit, chat_store_done *done, void *context);
};

enum chat_call {
    CHAT_CALL_NONE, /* not a path of this API */
    CHAT_CALL_CREATE,
    CHAT_CALL_LIST,
    CHAT_CALL_IDS,
    CHAT_CALL_SEARCH,
    CHAT_CALL_SHOW,
    CHAT_CALL_OTHER, /* its path, but no method of it */
    CHAT_CALL_COUNT,
};
enum chat_call chat_api_call(const struct http_exchange *exchange);
const char *chat_call_name(enum chat_call call); /* "create" */

/* What is said to the client. */
struct chat_answer {
    int status;
    const char *header, *value; /* one header more, or NULL */
    const char *body;           /* JSON */
    size_t len;
};

struct chat_api_options {
    const struct chat_store_ops *ops;
    void *store;
    const char *base_url; /* borrowed; begins the URLs of answers. NULL: what
                             the client called us */

    /* 0, or 401 or 403. token is NULL when there is none. NULL: all may. */
    int (*authorize)(void *context, const char *token, bool write);

    /*
     * Gives the answer; NULL: it is given at once. Called exactly once for each
     * request handled, with its tag; exchange is NULL when the client has left
     * meanwhile.
     */
    void (*reply)(void *context, void *tag, struct http_exchange *exchange,
                  const struct chat_answer *answer);
    void *context;
};

struct chat_api;

struct chat_api *chat_api_new(const struct chat_api_options *options);
/* Only when the store owes no answer any more. */
void chat_api_free(struct chat_api *api);

/* False, and nothing done, when the path is none of this API. */
bool chat_api_handle(struct chat_api *api, struct http_exchange *exchange,
                     void *tag);

/* {"error": code, "description": text}: how this API complains. */
void chat_api_error_body(struct buf *out, const char *code,
                         const char *description);

#endif
