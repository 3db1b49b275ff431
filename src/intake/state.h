/* What a sender is told of a submission, as JSON. */
#ifndef INTAKE_STATE_H
#define INTAKE_STATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/settings.h"
#include "submission/submission.h"

#define STATE_TAG_SIZE 64

/* Quarantine is not shown: whoever fills honeypots learns nothing. */
enum state state_shown(const struct submission *submission);

/* linked, unlinked or failed: the message will not change its state again,
 * unless an operator replays it. */
bool state_final(const struct submission *submission);
/* And the website's server has been told, or never will be. */
bool state_settled(const struct submission *submission);

/* An ETag, quotation marks included: another one after every change that
 * shows. */
void state_tag(const struct submission *submission, char tag[STATE_TAG_SIZE]);
/* Whether an If-None-Match header has this tag; "*" has every one. */
bool state_tag_in(const char *header, const char *tag);

void state_ticket_url(const struct settings *settings,
                      const struct submission *submission, struct buf *out);
void state_json(const struct settings *settings,
                const struct submission *submission, struct buf *out);

#endif
