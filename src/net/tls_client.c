/* TLS as a client, by OpenSSL. See tls_client.h. */
#include "net/tls_client.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "net/address.h"

#include "base/banned.h"

/* Empties OpenSSL's list of errors; the first is the cause. */
static bool fail(struct error *err, const char *what, const char *file)
{
    unsigned long code = ERR_get_error();
    const char *reason = ERR_reason_error_string(code);

    ERR_clear_error();
    return error_set(err, ERROR_CONFIG, "%s %s cannot be used: %s", what, file,
                     reason ? reason : "unreadable");
}

static bool trust(SSL_CTX *context, const char *ca, struct error *err)
{
    if (!ca) {
        if (SSL_CTX_set_default_verify_paths(context) == 1)
            return true;
        return fail(err, "the system's list of", "authorities");
    }
    if (SSL_CTX_load_verify_file(context, ca) == 1)
        return true;
    return fail(err, "CA file", ca);
}

static bool identify(SSL_CTX *context, const struct tls_client_files *files,
                     struct error *err)
{
    if (!files->certificate && !files->key)
        return true;
    if (!files->certificate || !files->key)
        return error_set(err, ERROR_CONFIG,
                         "a certificate needs its key, and a key its "
                         "certificate: give both or neither");
    if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1)
        return fail(err, "certificate file", files->certificate);
    if (SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) != 1)
        return fail(err, "key file", files->key);
    if (SSL_CTX_check_private_key(context) != 1)
        return fail(err, "key file", files->key);
    return true;
}

SSL_CTX *tls_client_new(const struct tls_client_files *files, struct error *err)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (!context) {
        error_set(err, ERROR_FAILED, "OpenSSL has no TLS to offer");
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context,
                        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (trust(context, files->ca, err) && identify(context, files, err))
        return context;
    SSL_CTX_free(context);
    return NULL;
}

/* Names are sent along (SNI), addresses are not: no such extension. */
static bool expect_host(SSL *session, const char *host)
{
    struct address address;
    char *name; /* the macro takes what it only reads as not const */
    bool ok;

    if (address_parse(host, &address))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) ==
               1;
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    name = alloc_text(host);
    ok = SSL_set1_host(session, host) == 1 &&
         SSL_set_tlsext_host_name(session, name) == 1;
    free(name);
    return ok;
}

SSL *tls_client_session(SSL_CTX *context, const char *host)
{
    SSL *session = SSL_new(context);

    if (session && expect_host(session, host))
        return session;
    SSL_free(session);
    ERR_clear_error();
    return NULL;
}

void tls_client_fault(const SSL *session, unsigned long code, struct buf *out)
{
    long verdict = SSL_get_verify_result(session);
    const char *reason = ERR_reason_error_string(code);

    if (verdict != X509_V_OK)
        buf_format(out, "its certificate is not trusted: %s",
                   X509_verify_cert_error_string(verdict));
    else if (reason)
        buf_format(out, "TLS: %s", reason);
    else
        buf_text(out, "it broke off the TLS handshake");
}
