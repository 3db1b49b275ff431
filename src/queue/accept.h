/* What accepting has in common with bringing what comes late: accept.c. */
#ifndef QUEUE_ACCEPT_H
#define QUEUE_ACCEPT_H

#include "queue/batch.h"
#include "queue/queue.h"

#define ACCEPT_KEY_SIZE 23 /* base64 digits of a digest: 132 bits; a NUL */

/* What all of a call share. */
void accept_begin(const struct queue *queue, const char *name,
                  struct command *keys, struct command *arguments);

/* Keys and words of one; key: as it is spelled in Redis, "" for none. */
void accept_add(const struct queue *queue, const struct batch_place *place,
                const struct submission *submission,
                const struct accept_options *options,
                char key[ACCEPT_KEY_SIZE]);

#endif
