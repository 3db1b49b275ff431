/* A replay of many, watched from a command. It needs nobody who watches. */
#ifndef CMD_REPLAY_WATCH_H
#define CMD_REPLAY_WATCH_H

#include "base/attributes.h"
#include "base/error.h"
#include "cmd/session.h"

struct replay_watching {
    const char *config; /* as the command was given it; NULL: none */
    const char *id;
    bool to_rest; /* until each has come to rest, not only until the end */
};

/*
 * Until it has ended, or Ctrl-C, and says what became of it. The result is
 * false, with err, when that cannot be seen, when it was stopped, and when some
 * have failed again. *code: the exit code when it is true.
 */
must_check bool replay_watch(struct session *session,
                             const struct replay_watching *watching, int *code,
                             struct error *err);

/* What becomes of one, as far as it is known, in words and lines. */
must_check bool replay_print_fates(struct session *session,
                                   const struct replay *replay,
                                   struct error *err);

#endif
