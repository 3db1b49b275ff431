/* Where one destination's refreshed token is seen to. For this folder only. */
#ifndef ACCESS_DESK_H
#define ACCESS_DESK_H

#include "access/access.h"
#include "base/crypto.h"
#include "base/id.h"
#include "chat/chat_token.h"

#define DESK_NAME_SIZE 33 /* 128 bits in hexadecimal, and NUL */

struct desk {
    const struct access_options *options;           /* borrowed from access */
    struct settings *settings;                      /* held */
    const struct settings_destination *destination; /* of the settings */
    char name[ID_NAME_MAX + 1];
    char chain[DESK_NAME_SIZE]; /* which refresh token it began with */
    char by[DESK_NAME_SIZE];    /* as whom, and where, it is used */

    struct secret token; /* empty: none yet */
    int64_t number;
    int64_t until;   /* boot clock, ms; 0: no end is known */
    int64_t doubted; /* a number */
    bool refused;

    struct timer *timer; /* to the next look */
    bool paused;
    size_t open;  /* answers of the queue to come */
    bool retired; /* asks no more; what is under way goes on */
    bool closed;  /* freed when no answer is to come any more */

    /* Of the refresh under way. */
    char lock[DESK_NAME_SIZE];
    int64_t asked_at; /* boot clock, ms */
    int64_t spending; /* the number that it is to follow */
    unsigned tries;
    struct secret refresh; /* the one being spent */
    struct http_call *call;
    struct chat_token fresh;
    bool storing; /* fresh is to be stored */
};

struct desk *desk_new(const struct access_options *options,
                      struct settings *settings,
                      const struct settings_destination *destination);
/* Ends what is under way. */
void desk_free(struct desk *desk);
/* Its settings are gone: ends when that loses nothing, see desk_idle(). */
void desk_retire(struct desk *desk);
bool desk_idle(const struct desk *desk);
/* The same chain with these settings. False: it is another one. */
bool desk_use_settings(struct desk *desk, struct settings *settings);
void desk_pause(struct desk *desk);
bool desk_ready(const struct desk *desk);
bool desk_busy(const struct desk *desk);
void desk_doubt(struct desk *desk, int64_t number);

/* In refresh.c: it is our turn. refresh: NULL for the one of the settings. */
void refresh_begin(struct desk *desk, const char *refresh);
/* Again and again until it is done: what is in hand here is nowhere else. */
void refresh_store(struct desk *desk);
/* In desk.c. A digest of texts, each with its end. */
void desk_digest(char out[DESK_NAME_SIZE], const char *const *texts,
                 size_t count);
void desk_tell(const struct desk *desk, enum access_event event,
               const char *why);
void desk_look_in(struct desk *desk, int64_t ms);
void desk_wish(const struct desk *desk, struct access_wish *wish);
/* One answer of the queue is in. False: the desk is gone with it. */
bool desk_still_open(struct desk *desk);

#endif
