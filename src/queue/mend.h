/*
 * What a Redis server that died may have left in its append-only file.
 *
 * A move is several writes, which lie there between MULTI and EXEC. Killed in
 * the middle of writing them, the server finds the beginning of a move at its
 * next start, leaves it out, and forgets to cut it away with its MULTI. What is
 * written after it then belongs to that beginning: at the start after the next
 * one, half of a move is carried out, or answered writes are thrown away. (So
 * does every Redis up to 8 with aof-load-truncated yes, which is the default.)
 *
 * So a server that was started on files, and has not written them anew since,
 * is made to do so (BGREWRITEAOF) before anything is asked of it, and before
 * anything is written: until then it has nothing behind that beginning, and
 * whenever it dies it cuts it off as it should. When it comes to nothing, it is
 * asked for again, ever more rarely, and the queue stays closed.
 */
#ifndef QUEUE_MEND_H
#define QUEUE_MEND_H

#include <stdint.h>

struct queue;

/* Since the queue was ready last. */
struct mending {
    int waits;     /* while one was under way, in a row */
    int failures;  /* in a row */
    char why[256]; /* the last of them */
};

enum mended {
    MENDED,       /* or it cannot be done here, and that was logged */
    MENDED_LATER, /* it is under way: meet the server again in wait_ms */
    MENDED_NOT    /* it failed, why says how: the same */
};

/* why lives for the call. */
typedef void mend_done(struct queue *queue, enum mended how, const char *why,
                       int64_t wait_ms);

/* Puts down that the server of its run_id needs no mending: it was mended, or
 * its file was empty at its start. */
void mend_note(struct queue *queue);

/* For a server that is server_unmended(); the queue's next_server. */
void mend(struct queue *queue, mend_done *done);

#endif
