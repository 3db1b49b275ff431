/* Secrets in files of their own are read again when they are replaced. */
#ifndef DAEMON_SECRET_WATCH_H
#define DAEMON_SECRET_WATCH_H

#include "config/settings.h"
#include "net/loop.h"

struct secret_watch;

/*
 * Calls changed from the loop when a file that a secret of *settings came from
 * is another one now. settings is borrowed and may be pointed at new settings
 * at any time; if it is not, changed is called once for each change.
 */
struct secret_watch *secret_watch_new(struct loop *loop,
                                      struct settings *const *settings,
                                      void (*changed)(void *context),
                                      void *context);
/* Now, since a secret was refused. */
void secret_watch_look(struct secret_watch *watch);
void secret_watch_free(struct secret_watch *watch); /* accepts NULL */

#endif
