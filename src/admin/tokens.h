/* Whose token it is, and what it allows. */
#ifndef ADMIN_TOKENS_H
#define ADMIN_TOKENS_H

#include "base/attributes.h"
#include "base/id.h"
#include "config/settings.h"

struct operator
{
    char name[ID_NAME_MAX + 1]; /* the one of admin.token is "admin" */
    bool may_read, may_operate; /* who may operate may read */
};

/* The token of an Authorization header, or NULL: no Bearer. */
const char *tokens_bearer(const char *authorization);

/* False: no token of these settings. Takes as long for every wrong one. */
must_check bool tokens_know(const struct settings *settings, const char *token,
                            struct operator* who);

#endif
