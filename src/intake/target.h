/*
 * Where a browser may be sent on: the form's own pages and nobody else's. An
 * open redirect would lend our name to any link.
 */
#ifndef INTAKE_TARGET_H
#define INTAKE_TARGET_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "config/settings.h"

/*
 * Whether text (a _next or _error) is a path ("/thanks?from=form") or a URL on
 * one of the form's origins. ASCII only; anything unusual is refused.
 */
must_check bool target_allowed(const struct settings *settings,
                               const struct settings_form *form,
                               const char *text);

/*
 * The Location for a target that is allowed. A path is meant on the website,
 * not on the relay: it is put behind the origin of the page that posted, or
 * the form's first exact origin; without either it stays a path.
 */
void target_write(struct buf *out, const struct settings_form *form,
                  const char *origin, const char *text);

#endif
