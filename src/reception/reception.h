/*
 * The one way in: forms, the Chats API and the command line all hand their
 * submissions in here. They go into the queue or, while that is away and the
 * settings say so, into the journal. This header is the room's only door.
 */
#ifndef RECEPTION_RECEPTION_H
#define RECEPTION_RECEPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "config/settings.h"
#include "journal/journal.h"
#include "queue/queue.h"
#include "submission/submission.h"

/* A value; both are borrowed. */
struct reception {
    struct queue *queue;
    struct journal *journal; /* NULL: there is none */
};

/* Whether the queue takes messages now; else why says in words why not. */
must_check bool reception_into_queue(const struct reception *reception,
                                     const char **why);

/*
 * Whether what is taken now will rest on what the form demands: so it does in
 * the journal. why is in words, or NULL when the server just does not write
 * every command to disk.
 */
must_check bool reception_durable(const struct reception *reception,
                                  const struct settings_form *form,
                                  const char **why);

/* As a sender is told of it: "disk", "memory", or "journal". */
const char *reception_rests_on(const struct reception *reception,
                               bool journalled);

/*
 * What tells a submission from its own repetition, into options, which borrow
 * both texts: a key that the sender chose, good for a day, with a digest of all
 * that came with it; or a key made of what a second click repeats.
 */
void reception_key_sent(struct accept_options *options, const char *key,
                        const char *fingerprint);
void reception_key_made(struct accept_options *options, const char *key,
                        int64_t window_ms);

/* accepted is called once, never from inside. form: the submission's. */
void reception_accept(const struct reception *reception,
                      const struct settings_form *form,
                      const struct submission *submission,
                      const struct accept_options *options,
                      journal_accepted *accepted, void *context);

/*
 * In the journal, or else in the queue; as queue_find(). What is in neither may
 * be on its way from another process's journal: then it is an error, not
 * missing.
 */
void reception_find(const struct reception *reception, const char *id,
                    queue_found *found, void *context);

#endif
