/* An item's hash in Redis, read into a submission. */
#ifndef QUEUE_ITEM_H
#define QUEUE_ITEM_H

#include "base/attributes.h"
#include "net/redis.h"
#include "submission/submission.h"

/*
 * fields: names and values by turns; the later of two of a name counts. Fields
 * that are not known are left out: a newer process may have written them. False
 * when there are none: no such item. The caller clears the submission.
 */
must_check bool item_read(const char *id, const struct redis_reply *fields,
                          struct submission *submission);

/* The value of one field among them, or NULL. */
const char *item_field(const struct redis_reply *fields, const char *name);

#endif
