/* The counts as JSON. See tally.h. */
#include "sandbox/tally.h"

#include <inttypes.h>

#include "base/banned.h"

void tally_answer(struct tally *tally, unsigned call, int status)
{
    if (status > 0 && status < TALLY_STATUSES)
        tally->answers[call][status]++;
    else
        tally->unanswered[call]++;
}

/* Paths that are none of the API count as "none". */
static void write_counts(const uint64_t counts[CALL_COUNT], const char *name,
                         struct buf *out)
{
    buf_format(out, "\"%s\":{", name);
    for (unsigned call = 0; call < CALL_COUNT; call++)
        buf_format(out, "%s\"%s\":%" PRIu64, call ? "," : "", call_name(call),
                   counts[call]);
    buf_text(out, "},");
}

static void write_statuses(const uint64_t counts[TALLY_STATUSES],
                           struct buf *out)
{
    const char *comma = "";

    for (int status = 0; status < TALLY_STATUSES; status++) {
        if (!counts[status])
            continue;
        buf_format(out, "%s\"%d\":%" PRIu64, comma, status, counts[status]);
        comma = ",";
    }
}

void tally_write(const struct tally *tally, struct buf *out)
{
    write_counts(tally->requests, "requests", out);
    buf_text(out, "\"answers\":{");
    for (unsigned call = 0; call < CALL_COUNT; call++) {
        buf_format(out, "%s\"%s\":{", call ? "," : "", call_name(call));
        write_statuses(tally->answers[call], out);
        buf_char(out, '}');
    }
    buf_text(out, "},");
    write_counts(tally->unanswered, "unanswered", out);
    buf_format(out, "\"faults\":%" PRIu64, tally->faults);
}
