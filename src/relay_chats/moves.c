/* Update and delete: a message is marked, or erased. */
#include "relay_chats/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/id.h"
#include "chat/chat_update.h"

#include "base/banned.h"

/* Whether it is a message of what the caller may see. */
static bool is_theirs(const struct job *job, const char *id)
{
    char name[ID_NAME_MAX + 1];

    return id_ok(id) && id_destination(id, name) &&
           strcmp(name, job->form->destination) == 0;
}

struct updating {
    struct job job;
    char id[ID_SIZE];
};

static void shown(void *context, const struct held *list, size_t count,
                  const struct error *err)
{
    struct updating *job = context;

    if (err)
        job_fail(&job->job, job_fate(err));
    else
        job_show(&job->job, list, count);
}

static void show(struct updating *job)
{
    const char *ids[] = {job->id};

    queue_held_find(job->job.chats->reception.queue, job->job.form->destination,
                    ids, 1, shown, job);
}

static void marked(void *context, size_t count, const struct error *err)
{
    struct updating *job = context;

    (void)count; /* of what is not there, nothing will be found */
    if (err)
        job_fail(&job->job, job_fate(err));
    else
        show(job);
}

/*
 * What was sent cannot be taken back, and what a person will read is what the
 * visitor wrote: so only the mark can be changed here.
 */
static bool only_unread(const struct chat_update *update,
                        struct chat_complaints *complaints)
{
    const char *name;
    json_t *value;

    if (!chat_update_fits(update, CHAT_KIND_OFFLINE_MSG, complaints))
        return false;
    json_object_foreach(update->members, name, value)
    {
        if (strcmp(name, "unread") != 0)
            chat_complain(complaints, name, COMPLAINT_READ_ONLY,
                          "of what this relay holds, only unread can be set");
    }
    return complaints->count == 0;
}

void relay_update(void *store, const struct chat_access *access, const char *id,
                  const struct chat_update *update, chat_store_done *done,
                  void *context)
{
    struct updating *job = NEW(struct updating);
    const json_t *unread = json_object_get(update->members, "unread");
    struct chat_complaints complaints = {.count = 0};

    job_begin(&job->job, store, access, done, context);
    if (!only_unread(update, &complaints)) {
        job_end(&job->job, &(struct chat_found){.fate = CHAT_STORE_REFUSED,
                                                .complaints = &complaints});
        return;
    }
    snprintf(job->id, sizeof(job->id), "%s",
             is_theirs(&job->job, id) ? id : "");
    if (unread && *job->id)
        queue_mark(job->job.chats->reception.queue, job->id,
                   json_is_true(unread) || json_integer_value(unread) == 1,
                   marked, job);
    else
        show(job);
}

struct removing {
    struct job job;
    char (*ids)[ID_SIZE]; /* owned */
    size_t count, next, removed;
};

static void remove_next(struct removing *job);

static void end(struct removing *job, enum chat_store_fate fate)
{
    struct chat_found found = {.fate = fate, .total = job->removed};

    free(job->ids);
    job_end(&job->job, &found);
}

static void removed(void *context, size_t count, const struct error *err)
{
    struct removing *job = context;

    job->removed += count;
    if (err)
        end(job, CHAT_STORE_AWAY); /* what is left may be asked for again */
    else
        remove_next(job);
}

static void remove_next(struct removing *job)
{
    if (job->next < job->count)
        queue_forget(job->job.chats->reception.queue, job->ids[job->next++],
                     removed, job);
    else
        end(job, CHAT_STORE_OK);
}

void relay_remove(void *store, const struct chat_access *access,
                  const char *const *ids, size_t count, chat_store_done *done,
                  void *context)
{
    struct removing *job = NEW(struct removing);

    job_begin(&job->job, store, access, done, context);
    job->ids = alloc_zero(count + 1, ID_SIZE);
    for (size_t i = 0; i < count; i++)
        if (is_theirs(&job->job, ids[i]))
            snprintf(job->ids[job->count++], ID_SIZE, "%s", ids[i]);
    remove_next(job);
}
