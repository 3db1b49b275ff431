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

struct json_t; /* jansson's */

/* A body that was found good. Texts are borrowed from body; "" when absent. */
struct chat_draft {
    struct json_t *body; /* owned: what was posted */
    const char *message, *name, *email, *session_id;
    int64_t at;     /* its timestamp; wall clock, ms */
    int64_t end_at; /* the end of its session, else its timestamp */
};

/* One member that was wrong. */
struct chat_complaint {
    const char *member; /* "session"; static text */
    const char *code;   /* "BlankValue", "InvalidValue"; static text */
    const char *detail; /* a sentence that says what to send; static text */
};
#define CHAT_COMPLAINTS_MAX 8
struct chat_complaints {
    struct chat_complaint list[CHAT_COMPLAINTS_MAX];
    size_t count;   /* 0 when the body was no JSON object at all */
    char json[160]; /* then: why */
};

must_check bool chat_draft_read(const char *body, size_t len,
                                struct chat_draft *draft,
                                struct chat_complaints *complaints);
/* The same of a body that is parsed already; takes a reference of its own. */
must_check bool chat_draft_adopt(struct json_t *body, struct chat_draft *draft,
                                 struct chat_complaints *complaints);
void chat_draft_clear(struct chat_draft *draft);

/* The draft as one line of JSON. */
void chat_draft_write(const struct chat_draft *draft, struct buf *out);

/*
 * The members of the offline message that it will be, but for id, message and
 * zendesk_ticket_id, and without braces: what a store keeps as it is. kept_at:
 * when it was created; wall clock, ms.
 */
void chat_draft_rest(const struct chat_draft *draft, int64_t kept_at,
                     struct buf *out);

/* An offline message put together again. All borrowed. */
struct chat_document {
    const char *id, *message;
    const char *rest; /* of chat_draft_rest() */
    size_t rest_len;
    int64_t ticket_id; /* 0: null */
};
void chat_document_write(const struct chat_document *document, struct buf *out);

#endif
