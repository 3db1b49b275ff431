/* What `afterhours check` found: one line each, and how to mend it. */
#ifndef CMD_FINDINGS_H
#define CMD_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "cmd/session.h"

enum finding_level {
    FINDING_GOOD,
    FINDING_NOTE,  /* works, but somebody should know */
    FINDING_WRONG, /* must be mended */
    FINDING_AWAY,  /* could not be reached: perhaps later */
};

struct finding {
    enum finding_level level;
    const char *area;   /* static text: "redis" */
    const char *advice; /* static text: how to mend it; NULL: nothing to do */
    char *text;         /* owned */
};

struct findings {
    struct finding *list; /* owned */
    size_t count;
};

void findings_add(struct findings *findings, enum finding_level level,
                  const char *area, const char *advice, const char *format, ...)
    like_printf(5, 6);
void findings_clear(struct findings *findings);

/* The worst there is; FINDING_GOOD when there is none. */
enum finding_level findings_worst(const struct findings *findings);
void findings_print(const struct findings *findings, bool json);

/* check_redis.c and its like: look, and add what they find. */
void check_backlog(struct session *session, struct findings *findings);
void check_journal(struct session *session, struct findings *findings);
void check_left(struct session *session, struct findings *findings);
void check_redis(struct session *session, struct findings *findings);
void check_zendesk(struct session *session, struct findings *findings);
void check_weather(struct session *session, struct findings *findings);

#endif
