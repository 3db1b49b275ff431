/* What the sandbox is asked: the calls of the Chats API, and one for tokens. */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

#include "chat_api/chat_api.h"

enum { CALL_TOKEN = CHAT_CALL_COUNT, CALL_COUNT };

/* One of these or an enum chat_call. */
static inline const char *call_name(unsigned call)
{
    return call == CALL_TOKEN ? "token" : chat_call_name((enum chat_call)call);
}

#endif
