/*
 * The pages in which chats are answered, as a client reads them that wants the
 * chats themselves. Tolerant of all that has been seen. Of an address in an
 * answer only the parameter that says where the next page begins is taken: the
 * address itself is never followed, since it may name another host.
 */
#ifndef CHAT_CHAT_PAGES_H
#define CHAT_CHAT_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_reader.h"

struct json_t; /* jansson's */

#define CHAT_CURSOR_MAX 1023

enum chat_next_kind {
    CHAT_NEXT_NONE,   /* null, "null", "", or no such member */
    CHAT_NEXT_CURSOR, /* "cursor" of next_url */
    CHAT_NEXT_PAGE,   /* "page" of next_url */
    CHAT_NEXT_ODD,    /* there is one, but it names neither */
};

struct chat_next {
    enum chat_next_kind kind;
    char value[CHAT_CURSOR_MAX + 1]; /* decoded */
};

struct chat_list {
    struct json_t *items; /* owned: an array of objects; nulls are left out */
    int64_t count;        /* what it says that all pages have; -1: nothing */
    struct chat_next next;
};

/* Where the change feed goes on. */
struct chat_position {
    int64_t start_time;             /* Unix seconds */
    char start_id[CHAT_ID_MAX + 1]; /* ""; else: behind this one */
};

/*
 * Each says in err what was odd when it cannot be understood (ERROR_FAILED);
 * then nothing is to be cleared.
 *
 * list: "chats". search: "results". ids: "docs", as map or array; a chat that
 * does not tell its id gets that of the map. changes: "chats", and where to go
 * on in *end, which stays as it is if the answer does not say.
 */
must_check bool chat_list_read(const char *body, size_t len,
                               struct chat_list *list, struct error *err);
must_check bool chat_list_read_search(const char *body, size_t len,
                                      struct chat_list *list,
                                      struct error *err);
must_check bool chat_list_read_docs(const char *body, size_t len,
                                    struct chat_list *list, struct error *err);
must_check bool chat_list_read_changes(const char *body, size_t len,
                                       struct chat_list *list,
                                       struct chat_position *end,
                                       struct error *err);
void chat_list_clear(struct chat_list *list);

/* A chat alone: an object, owned by the caller; NULL when it is none. */
struct json_t *chat_one_read(const char *body, size_t len);

/* What "next_url" says. */
void chat_next_read(const char *url, struct chat_next *next);

/* The id of a chat or row of one. */
must_check bool chat_own_id(const struct json_t *chat,
                            char id[CHAT_ID_MAX + 1]);

#endif
