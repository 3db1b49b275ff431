/* Ids of chats, made as real ones are, or of digits only. */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "chat/chat_reader.h"
#include "sandbox/chance.h"

struct ids {
    unsigned agent; /* the middle part of all of a run */
    bool digits;
    struct chance chance;
};

void ids_init(struct ids *ids, uint64_t seed);

/* at: when the chat was created; wall clock, ms. */
void ids_make(struct ids *ids, int64_t at, char id[CHAT_ID_MAX + 1]);

#endif
