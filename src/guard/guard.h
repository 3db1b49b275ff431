/*
 * The guards of a form: who may post to it, and whether it was a machine that
 * filled it. Each answers one question about one request; what to do about the
 * answer is intake's affair.
 */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include <stdbool.h>

#include "config/settings.h"
#include "net/http_server.h"

/*
 * Whether a page of this origin ("https://www.example.com", as browsers write
 * it) may post to the form: one of the form's origins, exactly or below a
 * domain whose pattern begins with a star, or the relay's own. "null" never.
 */
bool guard_origin(const struct settings *settings,
                  const struct settings_form *form, const char *origin);
/* The same for any of the forms; for what is not bound to one. */
bool guard_origin_of_any(const struct settings *settings, const char *origin);

/*
 * Lets scripts of this origin read the answer. Always says that the answer
 * depends on the origin; origin may be NULL.
 */
void guard_cors(struct http_exchange *exchange, const char *origin);
/* Answers a preflight for these methods: "GET, POST". */
void guard_preflight(struct http_exchange *exchange, const char *origin,
                     const char *methods);

/* Whether this Host header is one we answer to. */
bool guard_host(const struct settings *settings, const char *host);

enum guard_credentials {
    GUARD_CREDENTIALS_FINE,
    GUARD_CREDENTIALS_MISSING,
    GUARD_CREDENTIALS_WRONG,
};
/* Server to server: `Authorization: Bearer <form key>`, unless it is public. */
enum guard_credentials guard_credentials(const struct settings_form *form,
                                         const char *authorization);

/* The token of a "Bearer ..." header; NULL when it is none. */
const char *guard_bearer(const char *authorization);

/* The name of the form's field that people do not see, and thus not fill. */
const char *guard_honeypot(const struct settings_form *form);

#endif
