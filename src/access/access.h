/*
 * The tokens that requests to destinations carry. One that is set is simply
 * that. One that is got with a refresh token is kept in Redis, by queue/, where
 * all workers share it; here it is asked for, and refreshed when that is our
 * turn: before it ends, and when it was refused.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "net/http_client.h"
#include "net/loop.h"
#include "queue/queue.h"

struct access;

enum access_state {
    ACCESS_STATE_WAITING, /* there is no token to use now */
    ACCESS_STATE_READY,
    ACCESS_STATE_REFUSED, /* nor will there be: a person must mend it */
};

/* What has happened to a destination's token. */
enum access_event {
    ACCESS_EVENT_CHANGED, /* there is another one to use */
    ACCESS_EVENT_RENEWED, /* we have refreshed it; CHANGED follows */
    ACCESS_EVENT_DELAYED, /* refreshing failed, and is tried again */
    ACCESS_EVENT_REFUSED, /* it was refused: a person must mend it */
    ACCESS_EVENT_TRIED,   /* it is another one than what was refused: a hold
                             for that is over, and one request asks */
};

struct access_told {
    const char *destination;
    enum access_event event;
    const char *why; /* in words, for DELAYED and REFUSED; never a secret */
};

typedef void access_tell(void *context, const struct access_told *told);

struct access_options {
    struct loop *loop;
    struct queue *queue;
    struct http_client *client;
    access_tell *tell; /* from the loop, never from inside a call */
    void *context;
};

/*
 * What options point to is borrowed and must outlive it, and the queue tells
 * it its last answers: queue_free() comes after access_free(). Holds settings.
 * Whatever tokens it has, a hold for another one ends.
 */
struct access *access_new(const struct access_options *options,
                          struct settings *settings);
void access_free(struct access *access);
void access_use_settings(struct access *access, struct settings *settings);

/* Begins no more refreshes. */
void access_pause(struct access *access);
/* A refresh token may be spent whose successor is not stored: do not end. */
bool access_busy(const struct access *access);

/*
 * Copies the token to use now and returns its number, for access_doubt(); 0
 * for one that is set. access may be NULL where all are set. When there is
 * none, token is left empty.
 */
int64_t access_token(const struct access *access,
                     const struct settings_destination *destination,
                     struct secret *token);
enum access_state access_state(const struct access *access,
                               const char *destination);

/* Something may have changed, such as a hold: looks again where there is no
 * token. */
void access_wake(struct access *access);

/*
 * What a token is called in Redis; nobody can tell it from its name. number: as
 * access_token() gave it.
 */
#define ACCESS_NAME_SIZE 33
void access_name(const struct settings_destination *destination,
                 const struct secret *token, int64_t number,
                 char name[ACCESS_NAME_SIZE]);

/* The token of that name was answered 401 or 403: when another one is used by
 * now, that one is to be tried. */
void access_refused(struct access *access, const char *destination,
                    const char *name);

/* The token of that number was answered 401. */
void access_doubt(struct access *access, const char *destination,
                  int64_t number);

#endif
