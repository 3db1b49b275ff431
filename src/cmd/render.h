/* A submission in words, and as JSON, for operators. */
#ifndef CMD_RENDER_H
#define CMD_RENDER_H

#include <jansson.h>

#include "base/buf.h"
#include "cmd/output.h"
#include "config/settings.h"
#include "queue/queue.h"
#include "submission/submission.h"

#define RENDER_MAX ((size_t)4096)

enum paint render_paint(const struct submission *submission);

/* Of a message: its state. Of a news: what became of the callback. */
const char *render_state(const struct submission *submission);

/* Why a destination gives nothing: "Zendesk does not accept the token". */
const char *render_hold(enum hold_reason reason);
/* What to do about it. */
const char *render_hold_advice(enum hold_reason reason);

/*
 * What happens next to it, and why not at once. tally: of its destination, for
 * a hold; NULL: not looked at.
 */
void render_next(struct buf *out, const struct submission *submission,
                 const struct tally *tally, int64_t now);

/* Every field there is but the message itself. */
json_t *render_json(const struct submission *submission,
                    const struct settings *settings);

/* Wall clock ms as RFC 3339 text; null for 0. */
json_t *render_instant(int64_t at);

/* Why nothing leaves for a while. */
#define RENDER_GRACE                                                           \
    "Redis is not the one of last time, and what was in hand then must end"

#endif
