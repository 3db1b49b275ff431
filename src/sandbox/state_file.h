/*
 * The sandbox's chats on disk: one line of JSON for each, added as it is
 * created, read again at the next start. A last line that was cut off by a
 * crash is dropped.
 */
#ifndef SANDBOX_STATE_FILE_H
#define SANDBOX_STATE_FILE_H

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_draft.h"
#include "sandbox/store.h"

struct state_file;

/* Makes the file if need be, and fills the store from it. */
struct state_file *state_file_open(const char *path, struct store *store,
                                   struct error *err);
void state_file_close(struct state_file *file);

/* In the kernel's hands when it returns: killing us does not lose it. */
must_check bool state_file_add(struct state_file *file,
                               const struct stored *stored,
                               const struct chat_draft *draft,
                               struct error *err);

#endif
