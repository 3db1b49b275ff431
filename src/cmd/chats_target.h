/* Which Chats API `afterhours chats` speaks to, and with which token. */
#ifndef CMD_CHATS_TARGET_H
#define CMD_CHATS_TARGET_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/http_message.h"
#include "cmd/chats_link.h"

/* Opens the session and fills in endpoint and pace by the link's options. */
must_check bool chats_target_find(struct chats_link *link, struct error *err);

/*
 * Reads the token once more, where it may be another one. True: it has another
 * token now, which is put into request.
 */
must_check bool chats_target_renew(struct chats_link *link,
                                   struct http_request *request);

#endif
