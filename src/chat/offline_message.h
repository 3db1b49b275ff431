/*
 * An offline message as Zendesk Chat's Create Chat wants it. Made at intake,
 * stored and sent as the same bytes.
 */
#ifndef CHAT_OFFLINE_MESSAGE_H
#define CHAT_OFFLINE_MESSAGE_H

#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"

/* All borrowed; NULL counts as "". Texts are UTF-8. */
struct offline_message {
    const char
        *session_id; /* ours: the submission's id; resolve finds it by it */
    const char *name, *email, *phone, *notes, *visitor_id;
    const char *message;
    int64_t at;                  /* wall clock, ms: timestamp, session dates */
    const char *ip, *user_agent; /* "" is left out */
    const char *page, *referrer; /* into webpath */
    int64_t department_id;       /* 0: not sent */
};

/*
 * The body of POST /api/v2/chat/chats, as JSON text. False: it did not fit, or
 * a text is not UTF-8; what out holds then is of no use.
 */
must_check bool offline_message_build(const struct offline_message *message,
                                      struct buf *out);

#endif
