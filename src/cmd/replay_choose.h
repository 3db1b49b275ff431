/* Which failed submissions a person means. */
#ifndef CMD_REPLAY_CHOOSE_H
#define CMD_REPLAY_CHOOSE_H

#include "base/attributes.h"
#include "base/error.h"
#include "cmd/ask.h"
#include "cmd/select.h"
#include "cmd/session.h"

/*
 * By ids, of which those are left out that do not fit the filters; or all that
 * fit them. An id of nothing that could be replayed is an error: each is told
 * on standard error, and nothing is to be done. With --state failed, those that
 * have not failed are left out, too.
 */
must_check bool replay_choose(struct session *session,
                              const struct selection *selection, char **ids,
                              struct submissions *found, struct error *err);

#endif
