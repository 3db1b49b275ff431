/*
 * Reads what Zendesk Chat answers, and tolerates all that has been seen: ids as
 * text or number, docs as map or array, null entries, unknown keys.
 */
#ifndef CHAT_CHAT_READER_H
#define CHAT_CHAT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

#define CHAT_ID_MAX 128

/*
 * A page of search results. ids: owned by the page. False when the answer is
 * not understood to its last row: never conclude from it that a chat is not
 * there.
 */
struct chat_page {
    char (*ids)[CHAT_ID_MAX + 1];
    size_t count;
    bool more; /* there is a next page (the URL itself is never followed) */
};
must_check bool chat_read_search(const char *body, size_t len,
                                 struct chat_page *page);
void chat_page_clear(struct chat_page *page);

/* What an answer tells of one chat. */
struct chat_row {
    char id[CHAT_ID_MAX + 1];
    char session_id[CHAT_ID_MAX + 1]; /* "" when absent */
    int64_t ticket_id;                /* 0: none */
};

/* The answer of Create Chat. False: no readable id in it. */
must_check bool chat_read_created(const char *body, size_t len,
                                  struct chat_row *created);

/*
 * Whether it is the chat of that submission: its session bears the id. Ids have
 * 80 random bits, so one that differs in a few characters is the same, damaged
 * on its way there or back.
 */
bool chat_row_of(const struct chat_row *row, const char *submission);

/* Whether it is that of another. Without an id of ours there is no telling. */
bool chat_row_of_another(const struct chat_row *row, const char *submission);

/*
 * What `ids=` tells of several. Left out are chats that are absent or null in
 * the answer, and those that it shows under the id of another.
 */
struct chat_rows {
    struct chat_row *list; /* owned */
    size_t count;
};
must_check bool chat_read_docs(const char *body, size_t len,
                               struct chat_rows *rows);
void chat_rows_clear(struct chat_rows *rows);

/* The row of that chat; NULL when it is not among them. Borrowed. */
const struct chat_row *chat_rows_find(const struct chat_rows *rows,
                                      const char *id);

/* What resolve needs back out of a stored Create body. "" when absent. */
struct chat_sent {
    char email[321];
    char name[256];
    char first_words[128]; /* of the message, for a search by text */
    char session_id[CHAT_ID_MAX + 1];
    int64_t at; /* its timestamp; wall clock, ms; 0: none */
};
must_check bool chat_read_sent(const char *body, size_t len,
                               struct chat_sent *sent);

#endif
