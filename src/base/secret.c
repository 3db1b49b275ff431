/* Secrets. See secret.h. */
#include "base/secret.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/crypto.h"

#include "base/banned.h"

void secret_set(struct secret *secret, const char *bytes, size_t len)
{
    char *copy = alloc_text_n(bytes, len);

    secret_clear(secret);
    secret->bytes = copy;
    secret->len = len;
}

void secret_copy(struct secret *secret, const struct secret *from)
{
    if (secret == from)
        return;
    secret_clear(secret);
    if (secret_present(from))
        secret_set(secret, from->bytes, from->len);
}

void secret_clear(struct secret *secret)
{
    if (secret->bytes)
        crypto_wipe(secret->bytes, secret->len);
    free(secret->bytes);
    secret->bytes = NULL;
    secret->len = 0;
}

bool secret_present(const struct secret *secret)
{
    return secret->bytes && secret->len;
}

bool secret_equal(const struct secret *secret, const char *bytes, size_t len)
{
    unsigned char ours[CRYPTO_DIGEST_SIZE];
    unsigned char theirs[CRYPTO_DIGEST_SIZE];

    if (!secret_present(secret))
        return false;
    crypto_sha256(secret->bytes, secret->len, ours);
    crypto_sha256(bytes, len, theirs);
    return crypto_equal(ours, theirs, sizeof(ours));
}

void secrets_stay_inside(void)
{
    const struct rlimit none = {0, 0};

    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
}
