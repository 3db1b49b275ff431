/* Which submissions a filter means. */
#include "queue/queue.h"

#include <string.h>

#include <jansson.h>

#include "base/email.h"
#include "base/text.h"

#include "base/banned.h"

static bool contains(const char *text, const char *words)
{
    return text && strcasestr(text, words);
}

/* Addresses are told apart without regard to case, as when one is erased. */
static bool is_by(const struct submission *submission, const char *email)
{
    const char *name, *why;
    char address[EMAIL_SIZE];
    json_t *root;
    bool same;

    if (!submission->message)
        return false;
    root = json_loads(submission->message, 0, NULL);
    name = json_string_value(
        json_object_get(json_object_get(root, "visitor"), "email"));
    same = name && (text_equal_nocase(name, email) ||
                    (email_read(name, address, &why) &&
                     text_equal_nocase(address, email)));
    json_decref(root);
    return same;
}

static bool fits_state(const struct walk_filter *filter,
                       const struct submission *submission)
{
    /* Whatever is buried can be replayed: all of it counts as failed. */
    bool buried = filter->by_state && filter->state == STATE_FAILED;

    if (buried)
        return submission->place == PLACE_DEAD;
    if (submission->kind == SUBMISSION_NEWS)
        return false;
    return !filter->by_state || submission_state(submission) == filter->state;
}

bool queue_fits(const struct walk_filter *filter,
                const struct submission *submission)
{
    if (!fits_state(filter, submission))
        return false;
    if (filter->form &&
        (!submission->form || strcmp(submission->form, filter->form) != 0))
        return false;
    if ((filter->since && submission->received_at < filter->since) ||
        (filter->until && submission->received_at > filter->until))
        return false;
    if (filter->reason && !contains(submission->error, filter->reason))
        return false;
    if (filter->search && !contains(submission->id, filter->search) &&
        !contains(submission->message, filter->search))
        return false;
    return !filter->email || is_by(submission, filter->email);
}
