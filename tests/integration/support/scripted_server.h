/*
 * A tiny HTTP server on the test's own loop that does to each request what the
 * next step of a script says, and counts.
 */
#ifndef SUPPORT_SCRIPTED_SERVER_H
#define SUPPORT_SCRIPTED_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

enum script_end {
    SCRIPT_KEEP,  /* the connection stays for the next request */
    SCRIPT_CLOSE, /* once the answer is written */
    SCRIPT_RESET, /* at once, with a reset */
};

struct script_step {
    const char *answer; /* bytes as they are; NULL or "": none. "@N" ahead of
                           them: followed by N times "x" */
    enum script_end end;
    bool early; /* at the request's first byte, not when it is whole */
};

struct scripted_server;

/* steps: borrowed; one for each request, the last one for all after it. */
struct scripted_server *scripted_server_new(struct loop *loop,
                                            const struct script_step *steps,
                                            size_t count);
/* The same with TLS, by PEM files. */
struct scripted_server *
scripted_server_new_tls(struct loop *loop, const struct script_step *steps,
                        size_t count, const char *certificate, const char *key);
void scripted_server_free(struct scripted_server *server);

unsigned scripted_server_port(const struct scripted_server *server);
/* Accepted so far, and how many of them are open. */
unsigned scripted_server_connections(const struct scripted_server *server);
unsigned scripted_server_open(const struct scripted_server *server);
/* Requests of which at least a byte came; and of those the whole ones. */
unsigned scripted_server_begun(const struct scripted_server *server);
unsigned scripted_server_whole(const struct scripted_server *server);
/* The last whole request, head and body. */
const char *scripted_server_last(const struct scripted_server *server);
/* Closes the connections that wait for a request. */
void scripted_server_close_idle(struct scripted_server *server);

#endif
