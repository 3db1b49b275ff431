/*
 * TLS contexts of servers. See tls.h. TLS 1.2 and later, no renegotiation, no
 * compression, HTTP/1.1 by ALPN, and what the library takes for secure.
 */
#include "net/tls.h"

#include <stdlib.h>
#include <string.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/alloc.h"

#include "base/banned.h"

struct tls {
    SSL_CTX *context;
};

/* The first thing that went wrong says most. */
static bool set_library_error(struct error *err, const char *file)
{
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);

    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    return error_set(err, ERROR_CONFIG,
                     "%s: %s; it must be a PEM file, and the key the "
                     "certificate's own",
                     file, reason ? reason : "cannot be used");
}

/* Of the protocols a client offers, ours; it may also offer none. */
static int choose_protocol(SSL *ssl, const unsigned char **out,
                           unsigned char *out_len, const unsigned char *in,
                           unsigned in_len, void *context)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)context;
    if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in,
                              in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static bool load(SSL_CTX *context, const char *certificate, const char *key,
                 struct error *err)
{
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return set_library_error(err, certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return set_library_error(err, key);
    if (SSL_CTX_check_private_key(context) != 1)
        return set_library_error(err, key);
    return true;
}

static SSL_CTX *make_context(const char *certificate, const char *key,
                             struct error *err)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    ERR_clear_error();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    if (load(context, certificate, key, err))
        return context;
    SSL_CTX_free(context);
    return NULL;
}

struct tls *tls_new(const char *certificate, const char *key, struct error *err)
{
    SSL_CTX *context = make_context(certificate, key, err);
    struct tls *tls;

    if (!context)
        return NULL;
    tls = NEW(struct tls);
    tls->context = context;
    return tls;
}

void tls_free(struct tls *tls)
{
    if (!tls)
        return;
    SSL_CTX_free(tls->context);
    free(tls);
}

/* Connections that are open keep the context they began with. */
bool tls_reload(struct tls *tls, const char *certificate, const char *key,
                struct error *err)
{
    SSL_CTX *context = make_context(certificate, key, err);

    if (!context)
        return false;
    SSL_CTX_free(tls->context);
    tls->context = context;
    return true;
}

struct bufferevent *tls_accept(struct tls *tls, struct event_base *base, int fd)
{
    return bufferevent_openssl_socket_new(
        base, fd, SSL_new(tls->context), BUFFEREVENT_SSL_ACCEPTING,
        BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
}

void tls_goodbye(struct bufferevent *bev)
{
    SSL *ssl = bufferevent_openssl_get_ssl(bev);

    if (!ssl || !SSL_is_init_finished(ssl) ||
        SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN)
        return;
    ERR_clear_error();
    (void)SSL_shutdown(ssl);
    ERR_clear_error();
}
