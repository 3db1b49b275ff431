/*
 * A replay of many: asked for, watched, changed. A part of queue.h, which
 * everybody outside includes.
 */
#ifndef QUEUE_REPLAY_H
#define QUEUE_REPLAY_H

#include "queue/queue.h"

enum replay_state {
    REPLAY_RUNNING,
    REPLAY_FINISHED,
    REPLAY_STOPPED,
    REPLAY_PAUSED,
};
const char *replay_state_name(enum replay_state state); /* "running" */

struct replay {
    char id[ID_SIZE];         /* by id_make(), as of a destination "replay" */
    char by[ID_NAME_MAX + 1]; /* who asked for it */
    unsigned rate;            /* a minute, at most; 0: as fast as it goes */
    int64_t total;
    /* From here on only the queue writes. */
    enum replay_state state;
    int64_t done, replayed; /* the others were moved by somebody else first */
    int64_t started_at, updated_at, ended_at; /* wall clock, ms; 0: not yet */
};
/* What was seen buried: replayed only if it still is, in that generation. */
struct replay_item {
    char id[ID_SIZE];
    unsigned generation;
};
/* Puts down id, by, rate and total items; everything is copied. When done says
 * so, the processes that run replays begin. */
void queue_start_replay(struct queue *queue, const struct replay *replay,
                        const struct replay_item *items, queue_done *done,
                        void *context);

/* found is NULL when there is none, or none any more: one that ended is known
 * for a week. */
typedef void queue_replay_found(void *context, const struct replay *found,
                                const struct error *err);
void queue_find_replay(struct queue *queue, const char *id,
                       queue_replay_found *found, void *context);
/* Those that began last, newest first; at most 100. */
typedef void queue_replays_found(void *context, const struct replay *list,
                                 size_t count, const struct error *err);
void queue_list_replays(struct queue *queue, size_t limit,
                        queue_replays_found *found, void *context);

/* Count 0: it does not run (resume: it is not paused). What is in hand (50 at
 * most) is still done. What was stopped does not go on again. */
queue_move queue_stop_replay, queue_pause_replay, queue_resume_replay;
/* rate: as of struct replay. Paused ones keep it for later. */
void queue_rate_replay(struct queue *queue, const char *id, unsigned rate,
                       queue_count_done *done, void *context);

/* What has become of those that a replay was done with: read bit by bit, so
 * that no call takes long; what has come to rest is not read again. */
enum replay_fate {
    FATE_UNREAD,
    FATE_WAITING,  /* to be looked for, or posted; a callback: to be made */
    FATE_CREATED,  /* it has a chat; its ticket is looked for */
    FATE_LINKED,   /* it has its ticket: from here on, nothing more comes */
    FATE_UNLINKED, /* a chat, and no ticket ever came */
    FATE_FAILED,   /* set aside again */
    FATE_TOLD,     /* a callback: made */
    FATE_GONE,     /* erased, or kept long enough */
    FATE_COUNT,
};
const char *replay_fate_name(enum replay_fate fate); /* "waiting" */
struct replay_fates {
    int64_t counts[FATE_COUNT];
    int64_t found, rest; /* of all: found by a look, not sent again; at rest */
    bool forgotten;      /* it ended too long ago: nobody knows any more */
};
struct replay_follow;
struct replay_follow *replay_follow_new(struct queue *queue, const char *id);
void replay_follow_free(struct replay_follow *follow); /* when none looks */
/* Reads on: the first `done` of them. The fates are all that is known by now,
 * for the call only, which may come from inside. */
typedef void replay_followed(void *context, const struct replay_fates *fates,
                             const struct error *err);
void replay_follow_look(struct replay_follow *follow, int64_t done,
                        replay_followed *followed, void *context);

/* This process works replays off from here on; any number may. */
void queue_run_replays(struct queue *queue);

#endif
