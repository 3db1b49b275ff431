/*
 * A Redis client: hiredis's formatter and reader over a libevent bufferevent
 * (TCP, TLS, unix socket). Pipelined: everything called in one turn of the loop
 * leaves in one write. Every command has a deadline. Reconnects with backoff.
 */
#ifndef NET_REDIS_H
#define NET_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/secret.h"
#include "net/loop.h"

struct redis;
struct redis_reply; /* opaque; valid only inside the callback */

struct redis_options {
    char *url;      /* owned; redis://[user[:password]@]host[:port][/db],
                       rediss://..., unix:///path?db=N */
    char *username; /* owned or NULL; wins over the URL's */
    struct secret password;       /* likewise */
    char *ca, *certificate, *key; /* owned or NULL; files, for rediss:// */
    int64_t timeout_ms; /* a command's deadline, connecting included */
};
void redis_options_clear(struct redis_options *options);

/* What is known of a command. */
enum redis_fate {
    REDIS_ANSWERED, /* reply is there; it may be an error reply */
    REDIS_NOT_SENT, /* it never left: safe to send elsewhere or later */
    REDIS_UNKNOWN,  /* it left, no reply came in time: it may have been done */
};

struct redis_answer {
    enum redis_fate fate;
    const struct redis_reply *reply; /* NULL unless REDIS_ANSWERED */
    const char *why;                 /* in words unless REDIS_ANSWERED */
};

typedef void redis_done(void *context, const struct redis_answer *answer);

/* A fault in the options (URL, files) is found here; connecting starts. */
struct redis *redis_new(struct loop *loop, const struct redis_options *options,
                        struct error *err);

/*
 * Every command still open is told (REDIS_UNKNOWN or REDIS_NOT_SENT) first, and
 * so is one that is called meanwhile (REDIS_NOT_SENT): do not repeat for ever.
 * May be called from inside any callback of the client.
 */
void redis_free(struct redis *redis);

/* One command, binary safe. All borrowed for the call. */
struct redis_command {
    size_t argc;
    const char *const *argv;
    const size_t *lens; /* NULL: every argument ends in NUL */
    int64_t timeout_ms; /* 0: as the options say */
};

/*
 * Sends command (copied before it returns). done is called exactly once, never
 * from inside this call. While not connected, commands wait for a connection
 * until their deadline, and are REDIS_NOT_SENT if it passes; so are those over
 * 100 000 or 64 MiB, at once.
 *
 * A deadline that passes on a connection that still speaks ends this command
 * alone (REDIS_UNKNOWN). On one that has been silent for the options'
 * timeout_ms, it ends the connection, and all that was sent on it.
 */
void redis_call(struct redis *redis, const struct redis_command *command,
                redis_done *done, void *context);

/* The same for texts that end in NUL; the list ends with NULL. */
void redis_callv(struct redis *redis, redis_done *done, void *context, ...)
    __attribute__((sentinel));

bool redis_connected(const struct redis *redis);
const char *redis_why(const struct redis *redis); /* if not; in words */
size_t
redis_waiting(const struct redis *redis); /* commands without an answer */

/* Called when the connection is up (AUTH, SELECT done), and when it is lost. */
typedef void redis_changed(void *context, bool connected);
void redis_on_change(struct redis *redis, redis_changed *changed,
                     void *context);

/*
 * Messages of SUBSCRIBE. A connection that subscribes is used for nothing else:
 * no redis_call() on it. Subscriptions form a set (a second one to the same
 * channel changes nothing) and are renewed after a reconnection.
 */
typedef void redis_message(void *context, const char *channel,
                           const char *message, size_t len);
void redis_on_message(struct redis *redis, redis_message *message,
                      void *context);
void redis_subscribe(struct redis *redis, const char *channel);
void redis_unsubscribe(struct redis *redis, const char *channel);

/* Called when a subscription has come into force, at first and after each
 * reconnection: what was said before went unheard, so now is the time to look.
 */
typedef void redis_subscribed(void *context, const char *channel);
void redis_on_subscribed(struct redis *redis, redis_subscribed *subscribed,
                         void *context);

/* Replies. All accept NULL and wrong types, and then give the harmless value.
 */
enum redis_type {
    REDIS_TYPE_NIL,
    REDIS_TYPE_TEXT, /* bulk or status */
    REDIS_TYPE_INTEGER,
    REDIS_TYPE_LIST,
    REDIS_TYPE_ERROR,
};
enum redis_type redis_type(const struct redis_reply *reply);
const char *
redis_text(const struct redis_reply *reply); /* NULL unless text or error */
size_t redis_text_len(const struct redis_reply *reply);
int64_t
redis_integer(const struct redis_reply *reply); /* also of digits; else 0 */
size_t redis_count(const struct redis_reply *reply); /* 0 unless a list */
const struct redis_reply *redis_at(const struct redis_reply *reply,
                                   size_t index); /* NULL past the end */
bool redis_is_error(const struct redis_reply *reply, const char *code);

#endif
