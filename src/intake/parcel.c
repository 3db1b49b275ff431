/* Entries made ready for the queue. See parcel.h. */
#include "intake/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "chat/offline_message.h"
#include "reception/reception.h"

#include "base/banned.h"

/* What a template, labels and escapes may add to what was posted. */
#define ADDED_MAX 65536
#define AGENT_MAX 400
#define WHO_MAX   512

/* A header anybody writes: taken as far as it is plain ASCII. */
static void copy_agent(const char *from, char to[AGENT_MAX + 1])
{
    size_t len = 0;

    for (; from && *from && len < AGENT_MAX; from++)
        if (*from >= ' ' && *from <= '~')
            to[len++] = *from;
    to[len] = '\0';
}

/* Zendesk marks the department as read-only; whether to send it is a setting.
 */
static int64_t department_to_send(const struct settings *settings,
                                  const struct entry *entry)
{
    const struct settings_destination *destination =
        settings_destination(settings, entry->form->destination);

    if (!entry->department || !destination || !destination->send_department)
        return 0;
    return entry->department->id;
}

static bool build(struct parcel *parcel, const struct settings *settings,
                  const struct entry *entry, const struct parcel_sender *sender)
{
    char agent[AGENT_MAX + 1];
    struct offline_message message = {
        .session_id = parcel->submission.id,
        .name = entry->name,
        .email = entry->address,
        .phone = entry->phone,
        .at = parcel->submission.received_at,
        .ip = sender->ip,
        .user_agent = agent,
        .page = entry->page,
        .referrer = entry->referrer,
        .department_id = department_to_send(settings, entry),
    };
    struct buf text, body;
    bool ok;

    copy_agent(sender->user_agent, agent);
    buf_init(&text, 2 * settings->limits.body + ADDED_MAX);
    buf_init(&body, 4 * settings->limits.body + 2 * ADDED_MAX);
    entry_render(entry, &text);
    message.message = buf_str(&text);
    ok = buf_ok(&text) && offline_message_build(&message, &body);
    if (ok)
        parcel->submission.message = buf_take(&body);
    buf_clear(&text);
    buf_clear(&body);
    return ok;
}

/*
 * Two people may say "Please call me" within a minute. One who gives no address
 * has repeated himself only if all of it came again, and from the same place.
 * And what a trap has caught is nobody's first: the honest one must not be lost
 * behind it.
 */
static void name_the_sender(const struct entry *entry,
                            const struct fields *fields,
                            const struct parcel_sender *sender, struct buf *who)
{
    char hex[CRYPTO_HEX_SIZE];

    if (entry->trapped)
        buf_text(who, "trapped ");
    if (entry->address[0]) {
        buf_text(who, entry->address);
        return;
    }
    idempotency_fingerprint(fields, hex);
    buf_format(who, "%s %s", sender->ip ? sender->ip : "", hex);
}

static void name_by_content(struct parcel *parcel, const struct entry *entry,
                            const struct fields *fields,
                            const struct parcel_sender *sender)
{
    struct buf who;

    buf_init(&who, WHO_MAX);
    name_the_sender(entry, fields, sender, &who);
    idempotency_key_of(entry->form->name, buf_str(&who), entry->message,
                       parcel->key);
    buf_clear(&who);
}

static bool name_the_repetition(struct parcel *parcel,
                                const struct entry *entry,
                                const struct fields *fields,
                                const struct parcel_sender *sender)
{
    const char *header = sender->idempotency_key;
    struct accept_options *options = &parcel->options;

    if (header) {
        if (!idempotency_key(header, parcel->key))
            return false;
        idempotency_fingerprint(fields, parcel->fingerprint);
        reception_key_sent(options, parcel->key, parcel->fingerprint);
    } else if (entry->form->dedupe_window_ms > 0) {
        name_by_content(parcel, entry, fields, sender);
        reception_key_made(options, parcel->key, entry->form->dedupe_window_ms);
    }
    return true;
}

enum parcel_result parcel_make(struct parcel *parcel,
                               const struct settings *settings,
                               const struct entry *entry,
                               const struct fields *fields,
                               const struct parcel_sender *sender, int64_t now)
{
    struct submission *submission = &parcel->submission;

    memset(&parcel->options, 0, sizeof(parcel->options));
    memset(submission, 0, sizeof(*submission));
    submission->kind = SUBMISSION_MESSAGE;
    submission->destination = entry->form->destination;
    submission->form = entry->form->name;
    submission->reference = alloc_text(entry->reference);
    submission->received_at = now;
    id_make(submission->id, entry->form->destination, now);
    parcel->options.held = entry->trapped;
    parcel->options.deadline_ms = queue_accept_ms(settings);
    if (!name_the_repetition(parcel, entry, fields, sender))
        return PARCEL_BAD_KEY;
    if (entry->address[0]) {
        queue_email_hash(settings, entry->address, parcel->email_hash);
        parcel->options.email_hash = parcel->email_hash;
    }
    return build(parcel, settings, entry, sender) ? PARCEL_FINE
                                                  : PARCEL_TOO_LARGE;
}

void parcel_clear(struct parcel *parcel)
{
    free(parcel->submission.message);
    free(parcel->submission.reference);
    parcel->submission.message = NULL;
    parcel->submission.reference = NULL;
}
