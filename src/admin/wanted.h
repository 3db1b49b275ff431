/*
 * Which submissions are meant: the filters of a list, and of a replay. What is
 * wrong with a filter is a complaint that names it.
 */
#ifndef ADMIN_WANTED_H
#define ADMIN_WANTED_H

#include <jansson.h>

#include "answer/complaints.h"
#include "base/email.h"
#include "base/id.h"
#include "config/settings.h"
#include "queue/queue.h"

#define WANTED_DEFAULT 50
#define WANTED_MOST    200
/* A place between two submissions: what follows "name-" in an id. */
#define WANTED_PLACE_SIZE (ID_ULID_LEN + 12)

/* All zero: everything. */
struct wanted {
    char *values[10]; /* owned; by filter: see wanted.c */
    bool by_state;
    enum state state;
    int64_t since, until;
    char email[EMAIL_SIZE]; /* "": any */
    size_t limit;
    char place[WANTED_PLACE_SIZE]; /* goes on behind it; "": from the newest */
    char *stranger;                /* owned; a name that is no filter */
};

/* The query of a list. */
void wanted_read_query(struct wanted *wanted, const char *query,
                       const struct settings *settings, int64_t now,
                       struct complaints *complaints);
/* The member "filter" of a replay: the same, but for where and how many. */
void wanted_read_filter(struct wanted *wanted, const json_t *filter,
                        const struct settings *settings, int64_t now,
                        struct complaints *complaints);
void wanted_clear(struct wanted *wanted);

/* Whether what is written must be read to know whether it is wanted. */
bool wanted_reads(const struct wanted *wanted);

/* Whether it wants those of that destination, and its filter for them. The
 * filter's texts are the wanted's; before must have room for an id. */
bool wanted_walk(const struct wanted *wanted, const char *destination,
                 struct walk_filter *filter, char before[ID_SIZE]);

#endif
