/* Taking submissions in. See reception.h. */
#include "reception/reception.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"

#include "base/banned.h"

#define SENT_TTL_MS (INT64_C(24) * 3600 * 1000)

bool reception_into_queue(const struct reception *reception, const char **why)
{
    if (!queue_ready(reception->queue, why))
        return false;
    *why = queue_full(reception->queue);
    return !*why;
}

bool reception_durable(const struct reception *reception,
                       const struct settings_form *form, const char **why)
{
    if (form->durability != DURABILITY_DISK)
        return true;
    if (!queue_ready(reception->queue, why))
        return journal_takes(reception->journal);
    *why = NULL;
    return queue_durability(reception->queue) == DURABILITY_DISK;
}

const char *reception_rests_on(const struct reception *reception,
                               bool journalled)
{
    if (journalled)
        return "journal";
    return queue_durability(reception->queue) == DURABILITY_DISK ? "disk"
                                                                 : "memory";
}

void reception_key_sent(struct accept_options *options, const char *key,
                        const char *fingerprint)
{
    options->key = key;
    options->fingerprint = fingerprint;
    options->key_ttl_ms = SENT_TTL_MS;
}

/* What repeats is the key itself; there is nothing more to compare. */
void reception_key_made(struct accept_options *options, const char *key,
                        int64_t window_ms)
{
    options->key = key;
    options->fingerprint = "-";
    options->key_ttl_ms = window_ms;
}

/* A call of the queue where there is no journal. */
struct asking {
    journal_accepted *accepted;
    void *context;
};

static void answered(void *context, enum accept_result result, const char *id,
                     const char *why)
{
    struct asking *asking = context;

    asking->accepted(asking->context, result, id, why, false);
    free(asking);
}

void reception_accept(const struct reception *reception,
                      const struct settings_form *form,
                      const struct submission *submission,
                      const struct accept_options *options,
                      journal_accepted *accepted, void *context)
{
    struct accept_options now = *options;
    struct asking *asking;

    if (reception->journal) {
        /* What the server rests on is not known before it is there. */
        if (form->durability == DURABILITY_DISK &&
            !queue_ready(reception->queue, NULL))
            now.deadline_ms = 0;
        journal_accept(reception->journal, submission, &now, accepted, context);
        return;
    }
    asking = NEW(struct asking);
    asking->accepted = accepted;
    asking->context = context;
    queue_accept(reception->queue, submission, options, answered, asking);
}

/* A look for something. */
struct finding {
    struct reception reception;
    char id[ID_SIZE];
    bool again; /* it was looked for when nothing was on its way any more */
    queue_found *found;
    void *context;
};

static void looked(void *context, const struct submission *found,
                   const struct error *err)
{
    static const struct error underway = {
        ERROR_LATER, "it may still wait in a journal of this machine"};
    struct finding *finding = context;
    const struct reception *reception = &finding->reception;
    bool missing = !found && !err && reception->journal;

    if (missing && !journal_empty(reception->journal)) {
        err = &underway;
    } else if (missing && !finding->again) {
        finding->again = true;
        queue_find(reception->queue, finding->id, false, looked, finding);
        return;
    }
    finding->found(finding->context, found, err);
    free(finding);
}

void reception_find(const struct reception *reception, const char *id,
                    queue_found *found, void *context)
{
    struct finding *finding;

    if (journal_find(reception->journal, id, found, context))
        return;
    finding = NEW(struct finding);
    finding->reception = *reception;
    snprintf(finding->id, sizeof(finding->id), "%s", id);
    finding->found = found;
    finding->context = context;
    queue_find(reception->queue, id, false, looked, finding);
}
