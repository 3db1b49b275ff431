/*
 * The Chats API over the relay's own queue: what a program written for Zendesk
 * Chat asks is answered from what is held. README.md has what is ours in it.
 */
#ifndef RELAY_CHATS_RELAY_CHATS_H
#define RELAY_CHATS_RELAY_CHATS_H

#include <stdbool.h>

#include "config/settings.h"
#include "journal/journal.h"
#include "net/http_server.h"
#include "queue/queue.h"

struct relay_chats;

/* queue: borrowed; outlives relay_chats_free(). */
struct relay_chats *relay_chats_new(struct settings *settings,
                                    struct queue *queue);
/* What is under way is still answered. Accepts NULL. */
void relay_chats_free(struct relay_chats *chats);
void relay_chats_use_settings(struct relay_chats *chats,
                              struct settings *settings);
/* From here on what is created may go there when the queue is away. It outlives
 * relay_chats_free(), as the queue does. */
void relay_chats_use_journal(struct relay_chats *chats,
                             struct journal *journal);

/* Whether the request's path is one of this API. */
bool relay_chats_is(const struct http_exchange *exchange);
/* Answers it, now or later. */
void relay_chats_handle(struct relay_chats *chats,
                        struct http_exchange *exchange);

#endif
