/*
 * Questions to the queue that are waited for. What an answer lends for the
 * length of a callback is copied here, and belongs to the caller.
 */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "cmd/session.h"
#include "queue/queue.h"
#include "submission/submission.h"

/* Empty, with an id of "", when there is none of that id. */
must_check bool ask_find(struct session *session, const char *id,
                         bool with_message, struct submission *found,
                         struct error *err);

struct submissions {
    struct submission *list; /* owned */
    size_t count;
};
/* Appends to list. */
must_check bool ask_walk(struct session *session,
                         const struct walk_filter *filter,
                         struct submissions *list, struct error *err);
void submissions_clear(struct submissions *list);

struct history {
    struct attempt *list; /* owned, and its texts */
    size_t count;
};
must_check bool ask_history(struct session *session, const char *id,
                            struct history *history, struct error *err);
void history_clear(struct history *history);

must_check bool ask_tally(struct session *session, const char *destination,
                          struct tally *tally, struct error *err);

struct lefts {
    struct left *list; /* owned */
    size_t count;
};
/* Destinations that the settings do not have; see queue_left(). */
must_check bool ask_left(struct session *session, struct lefts *found,
                         struct error *err);
void lefts_clear(struct lefts *found);

/* How many it moved: 1, or 0 when it was not where it is moved from. */
must_check bool ask_to_move(struct session *session, queue_move *move,
                            const char *id, size_t *count, struct error *err);

/* Replays of many; id "" when there is none of that id. */
must_check bool ask_to_start(struct session *session,
                             const struct replay *replay,
                             const struct replay_item *items,
                             struct error *err);
must_check bool ask_replay(struct session *session, const char *id,
                           struct replay *found, struct error *err);
struct replays {
    struct replay list[100];
    size_t count;
};
must_check bool ask_replays(struct session *session, struct replays *found,
                            struct error *err);
must_check bool ask_to_rate(struct session *session, const char *id,
                            unsigned rate, size_t *count, struct error *err);
must_check bool ask_fates(struct session *session, struct replay_follow *follow,
                          int64_t done, struct replay_fates *fates,
                          struct error *err);

/* Until a person resumes it. */
must_check bool ask_to_pause(struct session *session, const char *destination,
                             struct error *err);
must_check bool ask_to_resume(struct session *session, const char *destination,
                              struct error *err);
/* Whether they were stopped or not. */
must_check bool ask_to_start_callbacks(struct session *session,
                                       const struct settings_form *form,
                                       struct error *err);

#endif
