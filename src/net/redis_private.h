/*
 * What the redis*.c files share: one client and its one connection.
 *
 *   redis.c           commands: lists, deadlines, who is told what
 *   redis_dial.c      from nothing to a socket: look-up, connect, retry
 *   redis_link.c      from a socket to answers: TLS, greeting, reading, loss
 *   redis_channels.c  subscriptions
 *   redis_target.c    options and URL
 *   redis_reply.c     reading replies
 *
 * A command is in exactly one list. While it is in waiting its bytes are still
 * ours, and nothing of it has left; in sent they were handed to a living
 * connection, so what becomes of it is known only by its answer.
 */
#ifndef NET_REDIS_PRIVATE_H
#define NET_REDIS_PRIVATE_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/un.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <openssl/types.h>

#include "base/secret.h"
#include "net/deadlines.h"
#include "net/lookup.h"
#include "net/loop.h"
#include "net/redis.h"

/* More than this is not taken in: the caller is told REDIS_NOT_SENT. */
#define REDIS_WAITING_MAX 100000u
#define REDIS_UNSENT_MAX  ((size_t)64 * 1024 * 1024)

/* A reply over these limits ends the connection. */
#define REDIS_REPLY_MAX    ((size_t)64 * 1024 * 1024)
#define REDIS_ELEMENTS_MAX 1000000

#define REDIS_WHY_SIZE 300

/* Where Redis is, and as whom we come. */
struct redis_target {
    char *name;        /* owned; for messages, without credentials */
    char *path;        /* owned; a unix socket; NULL: TCP */
    char *host, *port; /* owned; for TCP */
    SSL_CTX *tls;      /* owned; NULL: plain */
    char *username;    /* owned; NULL: the default user */
    struct secret password;
    int64_t database;
    int64_t timeout_ms; /* a command's, and a connection attempt's */
};
must_check bool redis_target_read(struct redis_target *target,
                                  const struct redis_options *options,
                                  struct error *err);
void redis_target_clear(struct redis_target *target);

struct command {
    struct deadline deadline; /* first, so that one leads to the other */
    TAILQ_ENTRY(command) link;
    redis_done *done; /* NULL: nobody wants to know */
    void *context;
    bool grave;  /* keeps the place of one that is no longer waited for */
    char *bytes; /* owned; until they are handed to a connection */
    size_t len;
    int64_t sent_at;
    enum redis_fate fate; /* once in the list ended */
    const char *why;      /* static, or NULL: the client's own why */
};
TAILQ_HEAD(command_list, command);

enum redis_state {
    REDIS_RESTING,    /* until the next attempt to connect */
    REDIS_LOOKING,    /* for the host's addresses */
    REDIS_CONNECTING, /* a socket, or TLS on it */
    REDIS_GREETING,   /* AUTH, SELECT, PING are on their way */
    REDIS_UP,
};

/* What is said on a new connection before it counts as one. PING tells a server
 * that answers from one that hangs or is still loading. */
enum redis_greeting { GREETING_AUTH, GREETING_SELECT, GREETING_PING };

/* One look-up of the host's addresses. */
struct redis_question {
    struct redis *redis;   /* borrowed */
    struct lookup *lookup; /* NULL: nothing is asked */
};

struct redis {
    struct loop *loop; /* borrowed */
    struct redis_target target;
    enum redis_state state;
    char why[REDIS_WHY_SIZE]; /* the last reason for not being connected */

    /* redis.c */
    struct command_list waiting, sent, ended; /* ended: still to be told */
    size_t waiting_count, sent_count;         /* without graves */
    size_t waiting_bytes;
    struct deadlines deadlines;
    struct timer *expiry; /* fires no later than the first deadline */
    int64_t expiry_at;    /* INT64_MAX: not running */
    struct timer *soon;   /* tells what ended inside redis_call() */
    unsigned depth;       /* callbacks of ours under way */
    bool closing;         /* redis_free() was called */
    redis_changed *changed;
    void *changed_context;

    /* redis_dial.c */
    struct redis_question questions[2]; /* this attempt's, and a late one */
    struct redis_question *asking;      /* this attempt's; NULL: none */
    struct addrinfo *addresses, *next_address; /* owned; borrowed from it */
    struct event *dialling; /* a socket that is being connected; owned */
    struct timer *attempt;  /* gives up an attempt, or starts the next one */
    unsigned failures;      /* in a row */

    /* redis_link.c */
    struct bufferevent *link;         /* owned; NULL: no connection */
    redisReader *reader;              /* owned; lives as long as link */
    redisReplyObjectFunctions makers; /* hiredis's, with a limit on lists */
    const redisReplyObjectFunctions *hiredis; /* as they were */
    size_t partial;      /* bytes of a reply not yet whole */
    size_t elements;     /* announced in it so far */
    unsigned generation; /* of the connection */
    enum redis_greeting steps[3];
    unsigned step, step_count;
    int64_t heard_at, up_at;

    /* redis_channels.c */
    char **channels; /* owned, sorted; NULL unless it subscribes */
    size_t channel_count, channel_size;
    bool subscriber; /* for good, once it has subscribed */
    redis_message *message;
    void *message_context;
    redis_subscribed *subscribed;
    void *subscribed_context;
};

/* redis.c. Every callback of the loop begins and ends with these, so that
 * redis_free() may be called from anything that is told inside. */
void redis_enter(struct redis *redis);
void redis_leave(struct redis *redis);
void redis_end(struct redis *redis, struct command *command,
               enum redis_fate fate, const char *why);
void redis_tell(struct redis *redis);
void redis_answered(struct redis *redis, const redisReply *reply);
void redis_send_waiting(struct redis *redis);
void redis_lose_sent(struct redis *redis);
void redis_write(struct redis *redis, const struct redis_command *said);

/* redis_dial.c */
void redis_dial_init(struct redis *redis);
void redis_dial(struct redis *redis);
void redis_hang_up(struct redis *redis); /* no attempt, no retry any more */
void redis_rest(struct redis *redis);    /* try again after a while */
/* This address failed, for the reason in why: the next one, or a rest. */
void redis_next_address(struct redis *redis);
void redis_set_why(struct redis *redis, const char *format, ...)
    like_printf(2, 3);

/* redis_link.c. The attempt goes on, or has ended by redis_next_address(). */
void redis_link(struct redis *redis, int fd); /* fd becomes the link's */
void redis_unlink(struct redis *redis);       /* closes, tells nobody */
/* The connection is lost: closes, tells all, tries again later. */
void redis_drop(struct redis *redis);

/* redis_channels.c */
void redis_resubscribe(struct redis *redis);
must_check bool redis_hear(struct redis *redis, const redisReply *reply);
void redis_channels_clear(struct redis *redis);

#endif
