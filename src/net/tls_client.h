/*
 * TLS as a client: the other side's certificate and name are always checked,
 * TLS 1.2 at least.
 */
#ifndef NET_TLS_CLIENT_H
#define NET_TLS_CLIENT_H

#include <stdbool.h>

#include <openssl/types.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"

/* PEM files, or NULL; borrowed for the call. */
struct tls_client_files {
    const char *ca;                /* NULL: the system's authorities */
    const char *certificate, *key; /* of our own, both or neither */
};

/* NULL when a file cannot be used. To be freed by SSL_CTX_free(). */
SSL_CTX *tls_client_new(const struct tls_client_files *files,
                        struct error *err);

/*
 * For one connection to host (a name or an address), which its certificate
 * must be for. NULL only when OpenSSL refuses the name. To be freed by
 * SSL_free(), or by the bufferevent it is given to.
 */
SSL *tls_client_session(SSL_CTX *context, const char *host);

/* Why a handshake failed: the certificate's fault, else OpenSSL's error. */
void tls_client_fault(const SSL *session, unsigned long code, struct buf *out);

#endif
