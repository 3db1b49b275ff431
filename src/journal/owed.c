/* Answers that are given from the loop, in order. See inside.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "journal/inside.h"

#include "base/banned.h"

struct owed {
    struct owed *next;
    journal_accepted *accepted; /* NULL: found is told */
    queue_found *found;
    void *context;
    enum accept_result result;
    struct submission submission; /* id; of found, form and times too */
    char *why;                    /* owned, or NULL */
};

static struct owed *owe(struct journal *journal, const char *id)
{
    struct owed *owed = NEW(struct owed);

    snprintf(owed->submission.id, sizeof(owed->submission.id), "%s", id);
    *journal->owed_end = owed;
    journal->owed_end = &owed->next;
    timer_start(journal->tell, 0);
    return owed;
}

void owe_answer(struct journal *journal, struct waiter *waiter,
                enum accept_result result, const char *id, const char *why)
{
    struct owed *owed = owe(journal, id);

    owed->accepted = waiter->accepted;
    owed->context = waiter->context;
    owed->result = result;
    owed->why = alloc_text(why);
    free(waiter);
}

void owe_found(struct journal *journal, const struct kept *entry,
               queue_found *found, void *context)
{
    struct owed *owed = owe(journal, entry->id);
    struct submission *submission = &owed->submission;
    char destination[ID_NAME_MAX + 1] = "";

    if (id_destination(entry->id, destination))
        submission->destination = alloc_text(destination);
    submission->form = alloc_text(entry->form);
    submission->received_at = entry->received_at;
    submission->updated_at = entry->received_at;
    owed->found = found;
    owed->context = context;
}

static void tell(struct owed *owed)
{
    const char *id = owed->submission.id;

    if (owed->accepted)
        owed->accepted(owed->context, owed->result, id,
                       owed->why ? owed->why : "", true);
    else
        owed->found(owed->context, &owed->submission, NULL);
    submission_clear(&owed->submission);
    free(owed->why);
    free(owed);
}

void owed_tell(void *context)
{
    struct journal *journal = context;
    struct owed *owed = journal->owed, *next;

    journal_enter(journal);
    journal->owed = NULL;
    journal->owed_end = &journal->owed;
    for (; owed; owed = next) {
        next = owed->next;
        tell(owed);
    }
    journal_leave(journal);
}
