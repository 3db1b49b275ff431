/*
 * What operators are told of submissions and destinations, in words and as
 * JSON: by the commands and by the operators' API alike.
 */
#ifndef DESCRIBE_DESCRIBE_H
#define DESCRIBE_DESCRIBE_H

#include <jansson.h>

#include "base/buf.h"
#include "config/settings.h"
#include "queue/queue.h"
#include "submission/submission.h"

#define DESCRIBE_MAX ((size_t)4096)

/* Of a message: its state. Of a news: what became of the callback. */
const char *describe_state(const struct submission *submission);

/* Why a destination gives nothing: "Zendesk does not accept the token". */
const char *describe_hold(enum hold_reason reason);
/* What to do about it. */
const char *describe_hold_advice(enum hold_reason reason);

/* Why nothing leaves for a while. */
#define DESCRIBE_BREAKER                                                       \
    "it does not answer; one request at a time tries whether it does again"
#define DESCRIBE_BROWN_OUT                                                     \
    "a good part of its requests fails, so those that were never tried go "    \
    "first; it ends by itself"
#define DESCRIBE_ASKING                                                        \
    "it did not accept the token; one request asks, and when it is let in, "   \
    "all go on"
#define DESCRIBE_ASKING_TICKETS                                                \
    "it does not let the token ask for tickets (403): messages go on being "   \
    "delivered, and one question at a time tries whether it does again; "      \
    "check the token's scopes"
#define DESCRIBE_GRACE                                                         \
    "Redis is not the one of last time, and what was in hand then must end"

/*
 * What happens next to it, and why not at once. tally: of its destination, for
 * a hold; NULL: not looked at.
 */
void describe_next(struct buf *out, const struct submission *submission,
                   const struct tally *tally, int64_t now);

/* Every field there is but the message itself. */
json_t *describe_submission(const struct submission *submission,
                            const struct settings *settings);

/* What is where in a destination, its hold and its budget. */
json_t *describe_tally(const char *name, const struct tally *tally);

/* What is there of destinations that the settings do not have. */
json_t *describe_left(const struct left *list, size_t count);

/* How far a replay of many is. */
json_t *describe_replay(const struct replay *replay);
/* What has become of its items; null when that is not known any more. */
json_t *describe_fates(const struct replay_fates *fates);

/* Wall clock ms as RFC 3339 text; null for 0. */
json_t *describe_instant(int64_t at);

#endif
