/* What the files of this room share: entries, and where they are. */
#ifndef JOURNAL_INSIDE_H
#define JOURNAL_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "journal/file.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "net/errand.h"

/* Somebody who waits for the fate of an entry. */
struct waiter {
    struct waiter *next;
    journal_accepted *accepted;
    void *context;
};

enum kept_state {
    KEPT_WRITING,  /* not on disk yet: nothing is promised */
    KEPT_SAFE,     /* on disk */
    KEPT_DRAINING, /* on disk, and on its way into the queue */
};

/* More than journal.max_size can be. */
#define GATHER_MAX ((size_t)4 << 30)

/* A message in the journal; its text is on disk only. */
struct kept {
    struct kept *next; /* in its batch, then in its file: in order */
    struct spill *spill;
    enum kept_state state;
    struct record_place place; /* in the file */
    char id[ID_SIZE];
    char *form;        /* owned */
    char *key;         /* owned; the form's name before it; NULL: none */
    char *fingerprint; /* owned */
    int64_t received_at;
    bool without_key; /* another message took the key meanwhile */
    bool doubtful;    /* it may have been in the queue already */
    struct waiter *waiters;
};

/* A file with its entries. */
struct spill {
    struct spill *next;
    struct journal *journal; /* borrowed */
    struct journal_file *file;
    struct kept *first, *last;
    size_t bytes; /* of the file, or promised to it */
    bool open;    /* what comes next is written here */
    bool writing; /* a batch is under way */
    bool reading; /* it is being adopted */
    bool stuck;   /* it could not be removed */
    bool moving;  /* it is being written anew */
};

/* What is written together. */
struct kept_batch {
    struct kept *first, *last;
    struct buf bytes;
    size_t at;  /* where in its file it is to lie */
    bool again; /* the file it was meant for is not there any more */
};

/* Files that went away, while they are written anew: rehome.c. */
struct rehoming;

/* A file that was left behind, while it becomes ours: adopt.c. */
struct adoption;

/* A message that waits until we know what is in such files: append.c. */
struct held_back;

/* An answer that is owed to somebody from the loop. */
struct owed;

struct journal {
    struct loop *loop;
    struct settings *settings; /* one hold */
    struct queue *queue;       /* borrowed */
    char *folder;              /* owned */
    void *by_id, *by_key;      /* trees of entries: kept.c */
    size_t waiting;            /* entries that are on disk */
    size_t bytes;              /* of all spills */
    struct spill *spills, *last_spill;

    struct adoption *adoption; /* NULL: none */
    struct timer *adopt;
    bool left_alone; /* told in the log: one of them cannot be opened */
    struct held_back *held_back, **held_back_end;

    struct kept_batch gathering, flying;
    struct spill *target; /* of the flying batch */
    struct errand *errand;
    struct error
        failure; /* of the errand; afterwards: why the last one failed */
    bool full;   /* told in the log, until all is drained */
    struct timer *flush;

    /* Of a disk that takes nothing: trial.c. */
    bool failing;               /* since the last thing that was written */
    bool untried;               /* nothing was written yet */
    bool failure_told;          /* in the log, of this outage of the queue */
    bool outage;                /* the queue takes nothing */
    size_t refused;             /* the most that it would not take */
    int64_t failed_at;          /* boot clock */
    int64_t try_at;             /* boot clock: when the next trial is due */
    struct errand *trial;       /* under way, */
    size_t trial_len;           /* with so many bytes; */
    struct error trial_failure; /* and what came of it */

    struct rehoming *rehoming; /* NULL: none */
    bool loss_told;            /* in the log */
    bool move_failed;          /* likewise */

    struct owed *owed, **owed_end;
    struct timer *tell;

    struct timer *tick;
    size_t draining;    /* entries on their way */
    size_t drained;     /* since anything waited */
    int64_t rest_until; /* boot clock: the queue said not now */
    int64_t look_at;    /* boot clock: when to look for files left behind */
    int64_t ready_at;   /* boot clock: when the queue was last seen ready */
    size_t open_calls;  /* of the queue, still to be answered */
    bool over;
};

/* kept.c */
struct kept *kept_new(const struct record *record);
void kept_free(struct kept *entry);
struct kept *kept_find(const struct journal *journal, const char *id);
/* A message of that form with that key; options->key NULL: none. */
struct kept *kept_find_key(const struct journal *journal, const char *form,
                           const char *key);
/* Its id must be new; of equal keys the first one counts. */
void kept_add(struct journal *journal, struct kept *entry);
void kept_remove(struct journal *journal, const struct kept *entry);

/* spill.c */
struct spill *spill_add(struct journal *journal, struct journal_file *file);
void spill_put(struct spill *spill, struct kept *entry);
/* The entry is in the queue. */
void spill_take(struct journal *journal, struct kept *entry);
/* Removes those with nothing in them any more, and nothing to come. */
void spills_tidy(struct journal *journal);
void spills_free(struct journal *journal);

/* adopt.c: files whose process is gone become ours, one after the other. */
void spills_adopt(struct journal *journal);
void adopt_more(void *journal); /* of the timer */
void adopt_end(struct journal *journal);

/* append.c: a record onto the disk. */
void append_record(struct journal *journal, const struct record *record,
                   journal_accepted *accepted, void *context);
/* The same key again: its fate is the first one's. */
void append_join(struct journal *journal, struct kept *entry,
                 const char *fingerprint, journal_accepted *accepted,
                 void *context);
void append_held_back(struct journal *journal);
void append_flush(void *journal); /* of the timer */
void append_end(struct journal *journal);

/* trial.c: whether the disk takes anything. */
void trial_by_append(struct journal *journal, size_t len);
void trial_tick(struct journal *journal, int64_t now);
void trial_end(struct journal *journal);

/* rehome.c: files that are not where they were any more. */
void spills_rehome(struct journal *journal);
void rehome_end(struct journal *journal);

/* drain.c: from the disk into the queue. */
void drain_tick(void *journal); /* of the timer */

/* owed.c: never from inside a call. */
void owe_answer(struct journal *journal, struct waiter *waiter,
                enum accept_result result, const char *id, const char *why);
void owe_found(struct journal *journal, const struct kept *entry,
               queue_found *found, void *context);
void owed_tell(void *journal); /* of the timer */

/* journal.c */
void journal_enter(struct journal *journal);
void journal_leave(struct journal *journal);
size_t journal_limit(const struct journal *journal); /* bytes, of us alone */
size_t journal_room(const struct journal *journal);  /* what is left of it */

#endif
