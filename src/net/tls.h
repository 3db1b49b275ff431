/* TLS for servers: a certificate, its key, and connections that use them. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/attributes.h"
#include "base/error.h"

struct bufferevent;
struct event_base;
struct tls;

/* Reads the PEM files: the certificate with its chain, and its key. */
struct tls *tls_new(const char *certificate, const char *key,
                    struct error *err);
void tls_free(struct tls *tls);

/* Reads other files, or the same again; on error all stays as it was. */
must_check bool tls_reload(struct tls *tls, const char *certificate,
                           const char *key, struct error *err);

/* A bufferevent over fd that shakes hands as the server; it owns fd. Its
 * callbacks always come from the loop. */
struct bufferevent *tls_accept(struct tls *tls, struct event_base *base,
                               int fd);

/* Tells the other side that nothing more comes; nothing for plain ones. */
void tls_goodbye(struct bufferevent *bev);

#endif
