/* What a replay of many would do: of what kinds they are, why they failed, and
 * how long it takes. */
#ifndef DESCRIBE_PREVIEW_H
#define DESCRIBE_PREVIEW_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "config/settings.h"
#include "submission/submission.h"

#define PREVIEW_ROWS_MAX 20 /* of one kind; the rest is counted together */

struct preview_row {
    char *text; /* owned */
    size_t count;
};
/* In the order in which they came. */
struct preview_rows {
    struct preview_row rows[PREVIEW_ROWS_MAX];
    size_t count;
};

/* What comes first of all. */
enum preview_step {
    PREVIEW_POST,   /* it is sent */
    PREVIEW_LOOK,   /* it may have been sent: it is looked for */
    PREVIEW_TICKET, /* it has a chat: its ticket is looked for */
    PREVIEW_TELL,   /* a callback is made */
    PREVIEW_STEPS,
};
const char *preview_step_name(enum preview_step step); /* "post" */

/* How old they are: received less than an hour, a day, three days, a week
 * before; earlier. */
#define PREVIEW_AGES 5
const char *preview_age_name(size_t age); /* "less than an hour" */

/* All zero but now: of nothing yet. */
struct preview {
    int64_t now; /* wall clock, ms */
    struct preview_rows reasons, forms;
    struct preview_place {
        char *name; /* owned: of a destination */
        size_t steps[PREVIEW_STEPS];
    } * places; /* owned */
    size_t place_count;
    size_t ages[PREVIEW_AGES];
    size_t count; /* of all */
};

void preview_add(struct preview *preview, const struct submission *submission);
void preview_clear(struct preview *preview);

size_t preview_steps(const struct preview *preview, enum preview_step step);

/*
 * Until everything was done once: as fast as asked for (a minute; 0: at once),
 * and never faster than each destination's budget, if nobody else needs it. A
 * look that finds nothing is repeated until search_patience is over, and then
 * the message is posted; so it is counted.
 */
int64_t preview_seconds(const struct preview *preview,
                        const struct settings *settings, unsigned rate);

/* {"total", "expected_seconds", "reasons", "forms", "ages", "steps"}. */
json_t *preview_json(const struct preview *preview,
                     const struct settings *settings, unsigned rate);

#endif
