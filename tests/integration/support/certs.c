/* Certificates by OpenSSL. See certs.h. */
#include "certs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/banned.h"

#define LONG_S (24L * 3600)

/* What one certificate says. */
struct paper {
    const char *name, *hosts; /* hosts: as X509v3 spells them, or NULL */
    long from_s, until_s;     /* from now */
};

static void extend(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
}

/* Signed by issuer, or by itself when that is NULL. */
static X509 *make(const struct paper *paper, X509 *issuer, EVP_PKEY *key)
{
    static long serial;
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);

    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), paper->from_s);
    X509_gmtime_adj(X509_getm_notAfter(cert), paper->until_s);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)paper->name, -1, -1, 0);
    X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : name);
    extend(cert, NID_basic_constraints,
           issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (paper->hosts)
        extend(cert, NID_subject_alt_name, paper->hosts);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    return cert;
}

static FILE *create(const struct certs *certs, const char *file,
                    char path[CERTS_PATH_SIZE])
{
    FILE *out;

    snprintf(path, CERTS_PATH_SIZE, "%s/%s", certs->dir, file);
    out = fopen(path, "we");
    assert_non_null(out);
    return out;
}

static void write_cert(const struct certs *certs, X509 *cert, const char *file,
                       char path[CERTS_PATH_SIZE])
{
    FILE *out = create(certs, file, path);

    assert_int_equal(PEM_write_X509(out, cert), 1);
    fclose(out);
    X509_free(cert);
}

void certs_make(struct certs *certs)
{
    /* clang-format off */
    static const struct paper
        ca       = { "test authority", NULL, -LONG_S, LONG_S },
        stranger = { "unknown authority", NULL, -LONG_S, LONG_S },
        server   = { "server", "DNS:localhost,IP:127.0.0.1", -LONG_S, LONG_S },
        client   = { "client", NULL, -LONG_S, LONG_S },
        wrong    = { "wrong", "DNS:wrong.test", -LONG_S, LONG_S },
        expired  = { "expired", "DNS:localhost", -2 * LONG_S, -LONG_S };
    /* clang-format on */
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *issuer = make(&ca, NULL, key);
    FILE *out;

    memset(certs, 0, sizeof(*certs));
    snprintf(certs->dir, sizeof(certs->dir), "/tmp/afterhours-certs-XXXXXX");
    assert_non_null(mkdtemp(certs->dir));
    write_cert(certs, make(&server, issuer, key), "server.crt", certs->server);
    write_cert(certs, make(&client, issuer, key), "client.crt", certs->client);
    write_cert(certs, make(&wrong, issuer, key), "wrong.crt", certs->wrong);
    write_cert(certs, make(&expired, issuer, key), "expired.crt",
               certs->expired);
    write_cert(certs, make(&stranger, NULL, key), "stranger.crt",
               certs->stranger);
    write_cert(certs, issuer, "ca.crt", certs->ca);
    out = create(certs, "all.key", certs->key);
    PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
    fclose(out);
    EVP_PKEY_free(key);
}

void certs_remove(struct certs *certs)
{
    const char *const paths[] = {certs->ca,    certs->server,  certs->client,
                                 certs->wrong, certs->expired, certs->stranger,
                                 certs->key};

    if (!certs->dir[0])
        return;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        unlink(paths[i]);
    rmdir(certs->dir);
    memset(certs, 0, sizeof(*certs));
}
