/*
 * The Chats API as a server, over a small store interface. What it says is the
 * same whoever keeps the chats. README.md has the calls, roles and errors.
 */
#ifndef CHAT_API_CHAT_API_H
#define CHAT_API_CHAT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chat/chat_draft.h"
#include "chat/search_query.h"
#include "net/http_server.h"

struct chat_update; /* chat/chat_update.h */

#define CHAT_API_PAGE     40   /* chats on a page */
#define CHAT_API_PAGES    250  /* pages of a search; the next is refused */
#define CHAT_API_CHANGES  1000 /* the most of one page of the changes */
#define CHAT_API_KEY_MAX  255  /* bytes of an Idempotency-Key */
#define CHAT_API_BODY_MAX ((size_t)512 * 1024)

/* In the order of what they may. */
enum chat_role { CHAT_ROLE_AGENT, CHAT_ROLE_ADMINISTRATOR, CHAT_ROLE_OWNER };
const char *chat_role_name(enum chat_role role); /* "administrator" */

/* What is known of a token. The scope "chat" is both read and write. */
struct chat_access {
    int status; /* 0: let in; 401: no such token; 403: not it, or not now */
    enum chat_role role;
    bool read, write;
    const void *who; /* the authorizer's; those of one who share a rate limit */
};

/* One chat of an answer. All borrowed from the store, for the call only. */
struct chat_item {
    const char *id;
    const char *type;   /* of a search: "offline_msg", "chat" */
    const char *text;   /* of a search: what the preview is cut from */
    int64_t at;         /* of a search: its timestamp; wall clock, ms, or
                           SEARCH_NEVER */
    int64_t updated_at; /* of changes; wall clock, ms */
    const char *json;   /* but for a search: the whole chat */
    size_t json_len;
};

enum chat_store_fate {
    CHAT_STORE_OK,
    CHAT_STORE_NO_CURSOR, /* list: the cursor is none of ours */
    CHAT_STORE_AWAY,      /* perhaps it was done; it may be asked again */
    CHAT_STORE_REFUSED,   /* create, update: complaints says why; nothing was
                             changed */
    CHAT_STORE_BUSY,      /* too much is asked at once; it may be asked again */
    CHAT_STORE_NARROW,    /* search: it would take too long */
    CHAT_STORE_CONFLICT,  /* create: that key came with another body */
    CHAT_STORE_LARGE,     /* what was asked for is too large for one answer */
};

struct chat_found {
    enum chat_store_fate fate;
    const struct chat_item *items;
    size_t count;
    uint64_t total;       /* of all pages; remove: how many went */
    const char *next;     /* list: the next page's cursor, or NULL */
    const char *previous; /* likewise; "" is the first page's */
    const struct chat_complaints *complaints; /* when refused */
    bool replayed; /* create: it was there already, by its key */
    /* changes: where the next page begins. end_id NULL: after the last item,
     * or, if there is none, where this one began. */
    int64_t end_at; /* wall clock, seconds */
    const char *end_id;
};

typedef void chat_store_done(void *context, const struct chat_found *found);

/* What create is asked. All borrowed. */
struct chat_create {
    const struct chat_draft *draft;
    const char *idempotency_key; /* without quotes; NULL: none was sent */
};

struct chat_search {
    const struct search_query *query;
    size_t skip, limit;
};

/*
 * Chats in the order of the second of their last change, then of their ids (as
 * bytes): those after (start_time, start_id). What may still change within the
 * running second is better left for the next page.
 */
struct chat_since {
    int64_t start_time;   /* wall clock, seconds */
    const char *start_id; /* "": all of that second */
    size_t limit;
    /*
     * A store that reads a slice at a time tells of each chat as it comes, with
     * the context of done, which then has no items: so that a large page keeps
     * nobody waiting. False: there is no room, or no client, for more; then
     * done says CHAT_STORE_LARGE.
     */
    bool (*take)(void *context, const struct chat_item *item);
};

/*
 * A place where chats are kept. Each calls done exactly once, at once or later.
 * Arguments are borrowed for the call only, but for access, which stays until
 * done is called. An operation that is NULL is answered 405.
 */
struct chat_store_ops {
    /* Found is the one chat, once it is safe. */
    void (*create)(void *store, const struct chat_access *access,
                   const struct chat_create *create, chat_store_done *done,
                   void *context);
    /* Those that are there, in any order. */
    void (*get)(void *store, const struct chat_access *access,
                const char *const *ids, size_t count, chat_store_done *done,
                void *context);
    /* Newest first; cursor "" is where it begins. */
    void (*list)(void *store, const struct chat_access *access,
                 const char *cursor, size_t limit, chat_store_done *done,
                 void *context);
    /* Newest first. */
    void (*search)(void *store, const struct chat_access *access,
                   const struct chat_search *search, chat_store_done *done,
                   void *context);
    /* Found is the chat as it is now; count 0: there is none of that id. */
    void (*update)(void *store, const struct chat_access *access,
                   const char *id, const struct chat_update *update,
                   chat_store_done *done, void *context);
    /* Found->total says how many there were. */
    void (*remove)(void *store, const struct chat_access *access,
                   const char *const *ids, size_t count, chat_store_done *done,
                   void *context);
    void (*changes)(void *store, const struct chat_access *access,
                    const struct chat_since *since, chat_store_done *done,
                    void *context);
};

enum chat_call {
    CHAT_CALL_NONE, /* not a path of this API */
    CHAT_CALL_CREATE,
    CHAT_CALL_LIST,
    CHAT_CALL_IDS,
    CHAT_CALL_SEARCH,
    CHAT_CALL_SHOW,
    CHAT_CALL_UPDATE,
    CHAT_CALL_DELETE,
    CHAT_CALL_DELETE_IDS,
    CHAT_CALL_CHANGES,
    CHAT_CALL_OTHER, /* its path, but no method of it */
    CHAT_CALL_COUNT,
};
enum chat_call chat_api_call(const struct http_exchange *exchange);
const char *chat_call_name(enum chat_call call); /* "create", "incremental" */

/* How answers are given that the reference leaves open. All zero: as its
 * examples show them. */
enum chat_no_page {
    CHAT_NO_PAGE_DEFAULT, /* list: the text "null"; search: null */
    CHAT_NO_PAGE_NULL,
    CHAT_NO_PAGE_TEXT, /* "null" */
    CHAT_NO_PAGE_EMPTY,
    CHAT_NO_PAGE_MISSING,
};
struct chat_manner {
    int created_status; /* 0: 201 */
    bool docs_array;    /* ids=: "docs" is an array */
    enum chat_no_page no_page;
    bool numeric_ids;        /* "id": 123 where the id is all digits */
    const char *result_host; /* begins the URLs of a search's results; borrowed;
                                NULL: as all URLs of answers */
};

/* What is said to the client. */
#define CHAT_ANSWER_HEADERS 8
struct chat_header {
    const char *name, *value;
};
struct chat_answer {
    int status;
    struct chat_header headers[CHAT_ANSWER_HEADERS]; /* besides Content-Type */
    size_t header_count;
    const char *content_type; /* NULL: there is no body */
    const char *body;
    size_t len;
};

struct chat_api_options {
    const struct chat_store_ops *ops;
    void *store;
    const char *base_url; /* borrowed; begins the URLs of answers. NULL: what
                             the client called us */
    const struct chat_manner *manner; /* borrowed; may change. NULL: all zero */
    unsigned limit_per_minute;        /* requests of one who; 0: no limit */
    int64_t (*now)(void); /* for the limit; ms. NULL: clock_boot_ms() */

    /* token is NULL when there is none. NULL: all may do all. */
    struct chat_access (*authorize)(void *context, const char *token);

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

/* Another limit than limit_per_minute, from now on. */
void chat_api_use_limit(struct chat_api *api, unsigned per_minute);

/* False, and nothing done, when the path is none of this API. */
bool chat_api_handle(struct chat_api *api, struct http_exchange *exchange,
                     void *tag);

/* {"error": code, "description": text}: how this API complains. */
void chat_api_error_body(struct buf *out, const char *code,
                         const char *description);

#endif
