/*
 * Where a call may go, judged by the address that is really connected to, and
 * that it goes once. Both are asked again before each request on each
 * connection, for a kept one was opened by another call. See http_client.h.
 */
#include "net/http_client_private.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/failpoint.h"
#include "net/address.h"

#include "base/banned.h"

/* What a call into the public internet may knock at. */
static const int public_ports[] = {443, 8443};

static bool is_public_port(int port)
{
    for (size_t i = 0; i < sizeof(public_ports) / sizeof(*public_ports); i++)
        if (public_ports[i] == port)
            return true;
    return false;
}

static bool block(struct http_call *call, const struct address *address,
                  const char *reason)
{
    char text[ADDRESS_TEXT_SIZE];

    address_format(address, text);
    snprintf(call->blocked, sizeof(call->blocked), "%s %s", text, reason);
    return false;
}

static bool is_allowed(struct http_call *call, const struct address *address,
                       int port)
{
    if (!call->public_only || networks_have(call->networks, address))
        return true;
    if (!address_public(address))
        return block(call, address,
                     "is not on the public internet, and not in "
                     "allow_networks");
    if (!call->https)
        return block(call, address, "may be reached by https:// only");
    if (!is_public_port(port))
        return block(call, address, "may be reached on 443 and 8443 only");
    return true;
}

static int port_of(const struct sockaddr *where)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (where->sa_family == AF_INET) {
        memcpy(&in, where, sizeof(in));
        return ntohs(in.sin_port);
    }
    memcpy(&in6, where, sizeof(in6));
    return ntohs(in6.sin6_port);
}

/*
 * That libcurl asks for another connection, or for leave to begin once more,
 * means that the first died under the request and it is about to repeat it.
 */
static bool is_repetition(struct http_call *call)
{
    call->repeating = call->once && call->asked;
    return call->repeating;
}

curl_socket_t http_guard_open(void *context, curlsocktype purpose,
                              struct curl_sockaddr *where)
{
    struct http_call *call = context;
    struct address address;
    int fd;

    (void)purpose;
    if (failpoint("client.open", NULL))
        return CURL_SOCKET_BAD;
    if (is_repetition(call) || !address_from_socket(&where->addr, &address) ||
        !is_allowed(call, &address, port_of(&where->addr)))
        return CURL_SOCKET_BAD;
    fd = socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
    if (fd >= 0)
        watches_opened(call->client->watches, fd);
    return fd;
}

/*
 * Called when the connection stands, TLS included, and before the first byte of
 * the request leaves.
 */
int http_guard_begin(void *context, char *their_ip, char *our_ip,
                     int their_port, int our_port)
{
    struct http_call *call = context;
    struct address address;

    (void)our_ip;
    (void)our_port;
    if (failpoint("client.begin", NULL))
        return CURL_PREREQFUNC_ABORT;
    if (is_repetition(call))
        return CURL_PREREQFUNC_ABORT;
    if (http_call_too_late(call)) {
        snprintf(call->blocked, sizeof(call->blocked),
                 "its time was over before the first byte left");
        return CURL_PREREQFUNC_ABORT;
    }
    if (call->public_only && (!address_parse(their_ip, &address) ||
                              !is_allowed(call, &address, their_port)))
        return CURL_PREREQFUNC_ABORT;
    call->asked = true;
    return CURL_PREREQFUNC_OK;
}
