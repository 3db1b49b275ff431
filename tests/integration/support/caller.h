/* An HTTP client, a scripted server to call, and a note of what came back. */
#ifndef SUPPORT_CALLER_H
#define SUPPORT_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http_message.h"
#include "net/http_client.h"
#include "scripted_server.h"

struct caller {
    struct loop *loop;
    struct http_client *client;
    struct scripted_server *server;
    struct http_request request; /* the next one; what tests change */
    unsigned told, answered, not_sent, lost;
    struct http_response last; /* body: cut to keep; headers: a copy */
    char body[4096];           /* the last one's beginning */
    bool free_inside;          /* free the client from the answer */
};

int caller_set_up(void **state);
int caller_tear_down(void **state);

/* Starts the server and makes the next request a GET of it. */
void caller_serve(struct caller *caller, const struct script_step *steps,
                  size_t count);
/* Where the next request goes: format has one %u, the server's port. */
void caller_aim(struct caller *caller, const char *format);
/* The next request becomes a POST with this body, to be sent once. */
void caller_post_once(struct caller *caller, const char *body);

struct http_call *caller_send(struct caller *caller); /* and does not wait */
void caller_wait(struct caller *caller, unsigned told);
void caller_call(struct caller *caller); /* sends and waits */

#define caller_test(name)                                                      \
    cmocka_unit_test_setup_teardown(name, caller_set_up, caller_tear_down)
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* clang-format off */
#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
/* clang-format on */

#endif
