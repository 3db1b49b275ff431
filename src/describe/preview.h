/* What a replay of many would do: why they failed, and how long it takes. */
#ifndef DESCRIBE_PREVIEW_H
#define DESCRIBE_PREVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "config/settings.h"
#include "submission/submission.h"

#define PREVIEW_REASONS_MAX 20 /* the rest is counted together */

/* All zero: of nothing yet. */
struct preview {
    struct {
        char *text; /* owned */
        size_t count;
    } reasons[PREVIEW_REASONS_MAX];
    size_t reason_count;
    size_t count; /* of all */
};

void preview_add(struct preview *preview, const struct submission *submission);
void preview_clear(struct preview *preview);

/* As fast as asked for (a minute; 0: at once), and never faster than the
 * destinations' budgets. */
int64_t preview_seconds(const struct preview *preview,
                        const struct settings *settings, unsigned rate);

#endif
