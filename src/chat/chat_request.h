/*
 * Builds requests to the Chats API. base_url has no slash at the end; the token
 * becomes the Authorization header. The caller sets timeouts and sends.
 */
#ifndef CHAT_CHAT_REQUEST_H
#define CHAT_CHAT_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/http_message.h"
#include "base/secret.h"
#include "chat/chat_pages.h"

#define CHAT_IDS_MAX 50 /* the most that one request by ids may ask for */

struct chat_endpoint {
    const char *base_url;       /* borrowed */
    const struct secret *token; /* borrowed; may be empty */
    const char *ca;             /* borrowed or NULL */
    int64_t timeout_ms;
};

/* POST /api/v2/chat/chats; marked once. body is copied. */
void chat_request_create(struct http_request *request,
                         const struct chat_endpoint *endpoint,
                         const char *body);
/* GET .../search?q=...; page counts from 1. */
void chat_request_search(struct http_request *request,
                         const struct chat_endpoint *endpoint,
                         const char *query, unsigned page);
/* GET ...?ids=a,b,c; at most CHAT_IDS_MAX. */
void chat_request_ids(struct http_request *request,
                      const struct chat_endpoint *endpoint,
                      const char *const *ids, size_t count);
/* GET .../{id} */
void chat_request_show(struct http_request *request,
                       const struct chat_endpoint *endpoint, const char *id);
/* GET /api/v2/chat/chats; next: of the page before, or NULL for the first. */
void chat_request_list(struct http_request *request,
                       const struct chat_endpoint *endpoint,
                       const struct chat_next *next);
/* PUT .../{id}; body: {"unread": false}; copied. */
void chat_request_update(struct http_request *request,
                         const struct chat_endpoint *endpoint, const char *id,
                         const char *body);
/* DELETE .../{id} */
void chat_request_delete(struct http_request *request,
                         const struct chat_endpoint *endpoint, const char *id);
/* DELETE ...?ids=a,b,c; at most CHAT_IDS_MAX. */
void chat_request_delete_ids(struct http_request *request,
                             const struct chat_endpoint *endpoint,
                             const char *const *ids, size_t count);

#define CHAT_CHANGES_MAX 1000 /* on one page */

/* GET /api/v2/chat/incremental/chats; fields: "id,message" or NULL for all. */
void chat_request_changes(struct http_request *request,
                          const struct chat_endpoint *endpoint,
                          const struct chat_position *from, const char *fields,
                          unsigned limit);

/*
 * The query that finds an offline message we sent: by email, else by name, else
 * by text, between from and to (wall clock, ms; written in UTC with Z). It may
 * find others too; it must not miss ours.
 */
struct chat_sent;
struct buf;
void chat_query_sent(struct buf *out, const struct chat_sent *sent,
                     int64_t from, int64_t to);

#endif
