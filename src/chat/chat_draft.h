/*
 * What somebody posts to Create Chat, read as a server reads it: checked
 * member by member, and turned into the offline message that is kept and shown.
 */
#ifndef CHAT_CHAT_DRAFT_H
#define CHAT_CHAT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "chat/chat_complaints.h"
#include "chat/chat_document.h"

struct json_t; /* jansson's */

/* A body that was found good. Texts are borrowed from body; "" when absent. */
struct chat_draft {
    struct json_t *body; /* owned: what was posted, brought into shape */
    const char *message, *name, *email, *session_id;
    int64_t at;     /* its timestamp; wall clock, ms */
    int64_t end_at; /* the end of its session, else its timestamp */
};

must_check bool chat_draft_read(const char *body, size_t len,
                                struct chat_draft *draft,
                                struct chat_complaints *complaints);
/*
 * The same of a body that is parsed already, which is brought into shape; takes
 * a reference of its own.
 */
must_check bool chat_draft_adopt(struct json_t *body, struct chat_draft *draft,
                                 struct chat_complaints *complaints);
void chat_draft_clear(struct chat_draft *draft);

/*
 * The members of the offline message that it will be, but for id, message and
 * zendesk_ticket_id, and without braces: what a store keeps as it is. kept_at:
 * when it was created; wall clock, ms.
 */
void chat_draft_rest(const struct chat_draft *draft, int64_t kept_at,
                     struct buf *out);

/* What its keeper adds to it. */
struct chat_keeping {
    const char *id;     /* borrowed */
    int64_t updated_at; /* wall clock, ms */
    int64_t ticket_id;  /* 0: none yet */
    bool unread;
};

/* The whole offline message that it is, as it is shown: one JSON object. */
void chat_draft_show(const struct chat_draft *draft,
                     const struct chat_keeping *keeping, struct buf *out);

#endif
