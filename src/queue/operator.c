/* What people ask for: replay, release, hold, resume, numbers, a check. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "queue/library.h"
#include "queue/state.h"

#include "base/banned.h"

/* Names no item of ours when id cannot be one; then nothing is found. */
static void destination_of(const char *id, char name[ID_NAME_MAX + 1])
{
    if (!queue_id_read(id, name))
        snprintf(name, ID_NAME_MAX + 1, "-");
}

void queue_replay(struct queue *queue, const char *id, unsigned generation,
                  const char *replay, queue_count_done *done, void *context)
{
    char name[ID_NAME_MAX + 1], message[ID_SIZE];
    struct command command;

    destination_of(id, name);
    snprintf(message, sizeof(message), "%.*s", (int)strcspn(id, "."), id);
    command_function(&command, "ah3_replay");
    command_key(&command, name, "item:", id);
    command_key(&command, name, "dead", "");
    command_key(&command, name, "due:deliver", "");
    command_key(&command, name, "due:reconcile", "");
    command_key(&command, name, "due:callback", "");
    command_key(&command, name, "bell", "");
    command_key(&command, name, "item:", message);
    command_text(&command, id);
    command_int(&command, generation);
    command_text(&command, replay);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_mark(struct queue *queue, const char *id, bool unread,
                queue_count_done *done, void *context)
{
    char name[ID_NAME_MAX + 1];
    struct command command;

    destination_of(id, name);
    command_function(&command, "ah3_mark");
    command_key(&command, name, "item:", id);
    command_key(&command, name, "upd", "");
    command_text(&command, id);
    command_int(&command, unread);
    call_for_count(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_release(struct queue *queue, const char *id, queue_count_done *done,
                   void *context)
{
    char name[ID_NAME_MAX + 1];
    struct command command;

    destination_of(id, name);
    command_function(&command, "ah3_release");
    command_key(&command, name, "item:", id);
    command_key(&command, name, "held", "");
    command_key(&command, name, "due:deliver", "");
    command_key(&command, name, "bell", "");
    command_text(&command, id);
    call_for_count(queue, &command, (struct call_plan){0}, done, context);
}

void queue_hold(struct queue *queue, const char *destination,
                enum hold_reason reason, int64_t until_ms, queue_done *done,
                void *context)
{
    int64_t left = until_ms - clock_wall_ms();
    struct command command;

    command_function(&command, "ah3_hold");
    command_key(&command, destination, "budget", "");
    command_text(&command, hold_reason_name(reason));
    command_int(&command, until_ms == 0 ? 0 : left > 0 ? left : 1);
    call_for_done(queue, &command, (struct call_plan){0, true}, done, context);
}

void queue_resume(struct queue *queue, const char *destination,
                  queue_done *done, void *context)
{
    struct command command;

    command_function(&command, "ah3_resume");
    command_key(&command, destination, "budget", "");
    command_key(&command, destination, "bell", "");
    call_for_done(queue, &command, (struct call_plan){0, true}, done, context);
}
