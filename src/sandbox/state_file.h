/*
 * The sandbox's chats on disk: one line of JSON for each change, added as it
 * happens, read again at the next start. A last line that was cut off by a
 * crash is dropped.
 */
#ifndef SANDBOX_STATE_FILE_H
#define SANDBOX_STATE_FILE_H

#include "base/attributes.h"
#include "base/error.h"
#include "sandbox/store.h"

struct state_file;

/* Makes the file if need be, and fills the store from it. */
struct state_file *state_file_open(const char *path, struct store *store,
                                   struct error *err);
void state_file_close(struct state_file *file);

/* Whether there was nothing in it. */
bool state_file_is_new(const struct state_file *file);

/* A chat that came or changed. In the kernel's hands when it returns: killing
 * us does not lose it. */
must_check bool state_file_put(struct state_file *file,
                               const struct stored *stored, struct error *err);
/* A chat that went. */
must_check bool state_file_remove(struct state_file *file, const char *id,
                                  struct error *err);
/* All went. */
must_check bool state_file_empty(struct state_file *file, struct error *err);

#endif
