/*
 * Status tokens and the addresses made of them. A token is derived from the
 * id and the relay's secret, so it is never stored: who holds the secret can
 * make it again, nobody else can guess it.
 */
#ifndef INTAKE_LINKS_H
#define INTAKE_LINKS_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/id.h"
#include "config/settings.h"

#define LINKS_TOKEN_SIZE 44 /* 32 bytes in base64url, and NUL */

void links_token(const struct settings *settings, const char *id,
                 char token[LINKS_TOKEN_SIZE]);
/* In constant time; token may be NULL. */
must_check bool links_token_matches(const struct settings *settings,
                                    const char *id, const char *token);

/* The path of public_url, without a slash at the end: "" or "/relay". */
const char *links_prefix(const struct settings *settings);

/* "/v1/submissions/ID?token=..." and "/s/ID?token=..." */
void links_status_path(struct buf *out, const char *id, const char *token);
void links_page_path(struct buf *out, const char *id, const char *token);

#endif
