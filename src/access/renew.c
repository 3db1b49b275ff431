/*
 * A token that is not the one that was refused ends the hold for that: the
 * queue, which knows what was refused, is told which is used now.
 */
#include "access/renew.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"

#include "base/banned.h"

struct renewal {
    struct renewals *list;                /* NULL: nobody wants to hear of it */
    const struct access_options *options; /* borrowed */
    char destination[ID_NAME_MAX + 1];
    struct renewal *next;
};

static void unlink_from_list(struct renewal *renewal)
{
    struct renewal **link = &renewal->list->first;

    while (*link != renewal)
        link = &(*link)->next;
    *link = renewal->next;
}

static void told(void *context, size_t count, const struct error *err)
{
    struct renewal *renewal = context;
    struct access_told told = {renewal->destination, ACCESS_EVENT_TRIED, NULL};

    if (renewal->list) {
        unlink_from_list(renewal);
        if (!err && count)
            renewal->options->tell(renewal->options->context, &told);
    }
    free(renewal);
}

void renewals_tell(struct renewals *renewals,
                   const struct access_options *options,
                   const char *destination, const char *name)
{
    struct renewal *renewal = NEW(struct renewal);

    renewal->list = renewals;
    renewal->options = options;
    renewal->next = renewals->first;
    renewals->first = renewal;
    snprintf(renewal->destination, sizeof(renewal->destination), "%s",
             destination);
    queue_renew(options->queue, destination, name, told, renewal);
}

void renewals_forget(struct renewals *renewals)
{
    for (struct renewal *one = renewals->first; one; one = one->next)
        one->list = NULL;
    renewals->first = NULL;
}
