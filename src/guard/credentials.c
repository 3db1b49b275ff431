/* What programs show when they post without a browser. See guard.h. */
#include "guard/guard.h"

#include <string.h>
#include <strings.h>

#include "base/banned.h"

#define SCHEME "Bearer"

const char *guard_bearer(const char *authorization)
{
    const char *token;

    if (!authorization ||
        strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0)
        return NULL;
    token = authorization + strlen(SCHEME);
    if (*token != ' ')
        return NULL;
    token += strspn(token, " ");
    return *token ? token : NULL;
}

enum guard_credentials guard_credentials(const struct settings_form *form,
                                         const char *authorization)
{
    const char *token = guard_bearer(authorization);

    /* A wrong key is told even where none is needed: it is a mistake. */
    if (token && secret_present(&form->key))
        return secret_equal(&form->key, token, strlen(token))
                   ? GUARD_CREDENTIALS_FINE
                   : GUARD_CREDENTIALS_WRONG;
    if (form->public)
        return GUARD_CREDENTIALS_FINE;
    return token ? GUARD_CREDENTIALS_WRONG : GUARD_CREDENTIALS_MISSING;
}
