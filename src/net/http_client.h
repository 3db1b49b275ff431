/*
 * An HTTP client: libcurl's multi interface, driven by the loop. Redirects are
 * not followed, the environment's proxies are ignored, certificates are always
 * checked.
 */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include <stddef.h>

#include "base/http_message.h"
#include "net/loop.h"

struct http_client;
struct http_call;

/* answer is valid only inside the call. */
typedef void http_answered(void *context, const struct http_response *answer);

struct http_client *http_client_new(struct loop *loop,
                                    size_t connections_per_host);
/* Ends what is under way without telling anybody. */
void http_client_free(struct http_client *client);

/*
 * Sends request (copied). answered is called exactly once, never from inside
 * this call, unless http_call_cancel() comes first. The handle is gone after
 * answered was called. With request->once, the request leaves at most once:
 * a connection that dies under it is HTTP_LOST, never sent again.
 */
struct http_call *http_client_send(struct http_client *client,
                                   const struct http_request *request,
                                   http_answered *answered, void *context);
void http_call_cancel(struct http_call *call);

size_t http_client_active(const struct http_client *client);

#endif
