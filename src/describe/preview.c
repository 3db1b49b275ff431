/* Counting reasons. See preview.h. */
#include "describe/preview.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define NO_REASON    "no reason is known"
#define OTHER_REASON "other reasons"

void preview_add(struct preview *preview, const struct submission *submission)
{
    const char *text = submission->error ? submission->error : NO_REASON;
    size_t at = 0;

    preview->count++;
    while (at < preview->reason_count &&
           strcmp(preview->reasons[at].text, text) != 0)
        at++;
    if (at == PREVIEW_REASONS_MAX) {
        at--;
        alloc_replace(&preview->reasons[at].text, OTHER_REASON);
    } else if (at == preview->reason_count) {
        preview->reasons[preview->reason_count++].text = alloc_text(text);
    }
    preview->reasons[at].count++;
}

void preview_clear(struct preview *preview)
{
    for (size_t i = 0; i < preview->reason_count; i++)
        free(preview->reasons[i].text);
    memset(preview, 0, sizeof(*preview));
}

int64_t preview_seconds(const struct preview *preview,
                        const struct settings *settings, unsigned rate)
{
    for (size_t i = 0; i < settings->destination_count; i++) {
        unsigned budget = settings->destinations[i].budget_per_minute;

        if (budget && (!rate || budget < rate))
            rate = budget;
    }
    return rate ? ((int64_t)preview->count * 60 + rate - 1) / rate : 0;
}
