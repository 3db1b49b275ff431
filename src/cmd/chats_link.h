/*
 * The way to a Chats API: where it is, its token, and one request at a time,
 * with the waits that its limits ask for and the repetitions that are harmless.
 */
#ifndef CMD_CHATS_LINK_H
#define CMD_CHATS_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/http_message.h"
#include "base/secret.h"
#include "chat/chat_pages.h"
#include "chat/chat_request.h"
#include "cmd/chats.h"
#include "cmd/chats_pace.h"
#include "cmd/chats_progress.h"
#include "cmd/session.h"
#include "net/http_client.h"

struct chats_link {
    struct session session;
    const struct chats_options *options; /* borrowed */
    struct http_client *client;
    char *base_url;   /* owned */
    char *token_file; /* owned; NULL: the token came from elsewhere */
    const struct settings_destination
        *shared;         /* of the settings, whose workers share it; or NULL */
    struct secret token; /* owned */
    struct chat_endpoint endpoint;
    struct chats_pace pace;
    struct chats_progress progress;
};

/* Sends nothing yet. Close it in any case. */
must_check bool chats_link_open(struct chats_link *link,
                                const struct chats_options *options,
                                struct error *err);
void chats_link_close(struct chats_link *link);

/*
 * Sends the request (and clears it) until it is answered. True: by 2xx, or by
 * 404, which only some mean as "there is none". What failed in a way that may
 * pass is sent again, but never a request that is marked once, unless the
 * server said that it did nothing (429). The answer is to be cleared in any
 * case.
 */
must_check bool chats_ask(struct chats_link *link, struct http_request *request,
                          struct http_response *answer, struct error *err);

/* The same for a page of chats, where 404 is a failure. */
typedef bool chats_reader(const char *body, size_t len, struct chat_list *list,
                          struct error *err);
must_check bool chats_ask_list(struct chats_link *link,
                               struct http_request *request,
                               chats_reader *reader, struct chat_list *list,
                               struct error *err);

/* Why a request failed, in words of ours and of the server. */
bool chats_explain(const struct chats_link *link,
                   const struct http_response *answer, struct error *err);

#endif
