/* What the files of this room share. */
#ifndef RELAY_CHATS_INSIDE_H
#define RELAY_CHATS_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "chat_api/chat_api.h"
#include "config/settings.h"
#include "queue/queue.h"
#include "reception/reception.h"

#define BASE_URL_SIZE 1024
#define SEARCHES_MAX  4 /* at a time, in one process */
#define EXPORTS_MAX   4 /* likewise: each may take much memory */

struct relay_chats {
    struct reception reception;
    struct settings *settings; /* one hold */
    struct chat_api *api;      /* owned */
    char base_url[BASE_URL_SIZE];
    char **names; /* owned: of keys, each for ever, so that a rate limit
                     outlives the settings it was made with */
    size_t name_count;
    unsigned searches, exports; /* under way */
    size_t open;                /* calls still to be answered */
    bool over; /* relay_chats_free() was called: goes when open is 0 */
};

/* One call on its way through the queue. Lies first in what each needs. */
struct job {
    struct relay_chats *chats;
    struct settings *settings;        /* one hold */
    const struct settings_form *form; /* of the caller's key */
    chat_store_done *done;
    void *context;
};

/* access is the caller's. */
void job_begin(struct job *job, struct relay_chats *chats,
               const struct chat_access *access, chat_store_done *done,
               void *context);
/* Tells what was found and frees the job, whatever it lies first in. */
void job_end(struct job *job, const struct chat_found *found);
/* The same, with nothing but a fate; found by what an error is. */
void job_fail(struct job *job, enum chat_store_fate fate);
enum chat_store_fate job_fate(const struct error *err);

/* Messages as chats. */
struct sheet {
    struct chat_item *items; /* owned; whole after sheet_end() */
    size_t *starts;          /* owned */
    size_t count, size;
    struct buf text;
};
void sheet_begin(struct sheet *sheet);
/* kind of text: the whole chat as JSON, or the words of a search's preview. */
void sheet_add_chat(struct sheet *sheet, const struct held *held);
void sheet_add_result(struct sheet *sheet, const struct held *held);
/* The items hold from here on. False: they are too large together. */
bool sheet_end(struct sheet *sheet);
void sheet_clear(struct sheet *sheet);

/* Ends the job with these messages, in their order. */
void job_show(struct job *job, const struct held *list, size_t count);

/* The operations, by file. */
void relay_create(void *store, const struct chat_access *access,
                  const struct chat_create *create, chat_store_done *done,
                  void *context);
void relay_search(void *store, const struct chat_access *access,
                  const struct chat_search *search, chat_store_done *done,
                  void *context);
void relay_list(void *store, const struct chat_access *access,
                const char *cursor, size_t limit, chat_store_done *done,
                void *context);
void relay_get(void *store, const struct chat_access *access,
               const char *const *ids, size_t count, chat_store_done *done,
               void *context);
void relay_changes(void *store, const struct chat_access *access,
                   const struct chat_since *since, chat_store_done *done,
                   void *context);
void relay_update(void *store, const struct chat_access *access, const char *id,
                  const struct chat_update *update, chat_store_done *done,
                  void *context);
void relay_remove(void *store, const struct chat_access *access,
                  const char *const *ids, size_t count, chat_store_done *done,
                  void *context);

#endif
