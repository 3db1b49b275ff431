/* Tokens against the settings. See tokens.h. */
#include "admin/tokens.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"

#include "base/banned.h"

#define SCHEME "Bearer "

const char *tokens_bearer(const char *authorization)
{
    const char *token;

    if (!authorization ||
        strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0)
        return NULL;
    token = authorization + strlen(SCHEME);
    token += strspn(token, " ");
    return *token ? token : NULL;
}

/* All are compared, whichever fits: the time tells nothing. */
bool tokens_know(const struct settings *settings, const char *token,
                 struct operator* who)
{
    const struct settings_admin *admin = &settings->admin;
    unsigned char digest[CRYPTO_DIGEST_SIZE];
    char hex[CRYPTO_HEX_SIZE];
    bool found = false;

    crypto_sha256(token, strlen(token), digest);
    crypto_hex(digest, sizeof(digest), hex);
    for (size_t i = 0; i < admin->token_count; i++) {
        const struct settings_admin_token *one = &admin->tokens[i];

        if (!secret_equal(&one->hash, hex, CRYPTO_HEX_SIZE - 1))
            continue;
        snprintf(who->name, sizeof(who->name), "%s", one->name);
        who->may_operate = one->may_operate;
        who->may_read = one->may_read || one->may_operate;
        found = true;
    }
    if (secret_equal(&admin->token, token, strlen(token))) {
        *who = (struct operator){"admin", true, true};
        found = true;
    }
    return found;
}
