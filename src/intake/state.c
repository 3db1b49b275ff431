/* Submissions as their senders see them. See state.h. */
#include "intake/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#include "base/banned.h"

#define URL_MAX 2048

enum state state_shown(const struct submission *submission)
{
    enum state state = submission_state(submission);

    return state == STATE_QUARANTINED ? STATE_QUEUED : state;
}

bool state_final(const struct submission *submission)
{
    enum state state = submission_state(submission);

    return state == STATE_LINKED || state == STATE_UNLINKED ||
           state == STATE_FAILED;
}

bool state_settled(const struct submission *submission)
{
    return state_final(submission) && submission->callback != CALLBACK_PENDING;
}

void state_tag(const struct submission *submission, char tag[STATE_TAG_SIZE])
{
    snprintf(tag, STATE_TAG_SIZE, "\"%u-%s-%s\"", submission->sequence,
             state_name(state_shown(submission)),
             callback_state_name(submission->callback));
}

bool state_tag_in(const char *header, const char *tag)
{
    return header && (strcmp(header, "*") == 0 || strstr(header, tag) != NULL);
}

void state_ticket_url(const struct settings *settings,
                      const struct submission *submission, struct buf *out)
{
    const struct settings_destination *destination =
        settings_destination(settings, submission->destination);

    if (submission->ticket_id && destination && destination->ticket_url)
        settings_ticket_url(destination, destination->ticket_url,
                            submission->ticket_id, out);
}

static void add_time(struct buf *out, const char *name, int64_t at)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format_ms(at, text);
    buf_format(out, ",\"%s\":\"%s\"", name, text);
}

static void add_ticket(const struct settings *settings,
                       const struct submission *submission, struct buf *out)
{
    struct buf url;

    if (!submission->ticket_id) {
        buf_text(out, ",\"zendesk_ticket_id\":null,\"ticket_url\":null");
        return;
    }
    buf_format(out, ",\"zendesk_ticket_id\":%" PRId64 ",\"ticket_url\":",
               submission->ticket_id);
    buf_init(&url, URL_MAX);
    state_ticket_url(settings, submission, &url);
    if (url.len)
        text_json(out, buf_str(&url));
    else
        buf_text(out, "null");
    buf_clear(&url);
}

void state_json(const struct settings *settings,
                const struct submission *submission, struct buf *out)
{
    int64_t updated_at = submission->updated_at ? submission->updated_at
                                                : submission->received_at;

    buf_format(out, "{\"id\":\"%s\",\"form\":", submission->id);
    text_json(out, submission->form ? submission->form : "");
    buf_format(out, ",\"state\":\"%s\"", state_name(state_shown(submission)));
    add_time(out, "received_at", submission->received_at);
    add_time(out, "updated_at", updated_at);
    add_ticket(settings, submission, out);
    buf_format(out, ",\"callback\":\"%s\"}",
               callback_state_name(submission->callback));
}
