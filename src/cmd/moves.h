/* Commands that move each of what they are given: see moves.c. */
#ifndef CMD_MOVES_H
#define CMD_MOVES_H

#include <stdbool.h>

#include "base/error.h"
#include "cmd/ask.h"
#include "cmd/session.h"

/* What the five commands differ in. */
struct move {
    queue_move *move; /* of a submission; NULL: a move of destinations */
    bool (*turn)(struct session *session, const char *destination,
                 struct error *err);
    bool (*start)(struct session *session, const struct settings_form *form,
                  struct error *err); /* of forms; or NULL */
    const struct move *callbacks;     /* instead, with --callbacks; or NULL */
    const char *wants; /* "give the id of at least one submission" */
    const char *done;  /* "released" */
    const char *not_done;
    const char *away; /* what to say when Redis is; NULL: no more than that */
};

int move_all(int argc, char **argv, const struct move *move);

#endif
