/*
 * A redis-server of the test's own: a child that dies with it, on a unix socket
 * in a folder of its own, and on a TCP port when asked for.
 */
#ifndef SUPPORT_REDIS_SERVER_H
#define SUPPORT_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct redis_server {
    char dir[64];            /* temporary; removed by redis_server_stop() */
    char socket[96];         /* dir/redis.sock */
    char url[128];           /* unix:///... */
    unsigned port;           /* 0: no TCP */
    pid_t pid;               /* 0: not running */
    const char *options[24]; /* borrowed; ends in NULL */
};

/*
 * Starts it and waits until it answers; the test fails when it does not.
 * options: more arguments of redis-server ("--appendfsync", "always", ...),
 * ending in NULL, or NULL; borrowed until it is stopped. Without any it keeps
 * nothing on disk.
 */
void redis_server_start(struct redis_server *server,
                        const char *const *options);
/* The same, with a TCP port on 127.0.0.1 too. */
void redis_server_start_tcp(struct redis_server *server,
                            const char *const *options);

void redis_server_kill(struct redis_server *server);    /* -9, and waits */
void redis_server_restart(struct redis_server *server); /* after a kill */
void redis_server_pause(struct redis_server *server);   /* SIGSTOP */
void redis_server_resume(struct redis_server *server);

/* Kills it if it runs and removes its folder. All zero is fine. */
void redis_server_stop(struct redis_server *server);

#endif
