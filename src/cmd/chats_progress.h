/*
 * One line on standard error that says how far a long errand is; only on a
 * terminal. Standard output stays what was asked for.
 */
#ifndef CMD_CHATS_PROGRESS_H
#define CMD_CHATS_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chats_progress {
    bool shown;             /* there is a terminal */
    bool colour;            /* and it may be coloured */
    bool drawn;             /* the line stands there now */
    int64_t since, last_at; /* boot clock, ms */
    size_t done;
    int64_t total; /* -1: not known */
};

void chats_progress_begin(struct chats_progress *progress);
/* How far it is; total -1: not known. */
void chats_progress_set(struct chats_progress *progress, size_t done,
                        int64_t total);
/* Draws it, if it was not drawn a moment ago, and for a note (NULL: none) that
 * says why it waits. */
void chats_progress_draw(struct chats_progress *progress, const char *note);
/* Takes the line away, before something else is printed. */
void chats_progress_clear(struct chats_progress *progress);

#endif
