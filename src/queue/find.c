/* Looking at one submission: what it is, and what was tried. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/item.h"
#include "queue/state.h"

#include "base/banned.h"

struct finding {
    struct queue *queue;
    char id[ID_SIZE];
    char name[ID_NAME_MAX +
              1]; /* its destination's; "": cannot be one of ours */
    bool with_message;
    bool stands; /* for another one (bring.c): that was looked for */
    queue_found *found;
    queue_history *history;
    void *context;
};

static struct finding *finding_new(const char *id, void *context)
{
    struct finding *finding = NEW(struct finding);

    snprintf(finding->id, sizeof(finding->id), "%s", id);
    finding->context = context;
    return finding;
}

/* An id that cannot be one of ours is answered like any other unknown one. */
static void start(struct queue *queue, struct command *command,
                  redis_done *done, struct finding *finding)
{
    call_start(queue, command, (struct call_plan){0, true}, done, finding);
}

static void look(struct finding *finding);

static void stood(void *context, const struct redis_answer *answer)
{
    struct finding *finding = context;
    const char *first = redis_text(answer->reply);
    struct error err;
    bool failed = call_failed(answer, &err);

    if (!failed && first && queue_id_read(first, finding->name)) {
        snprintf(finding->id, sizeof(finding->id), "%s", first);
        look(finding);
        return;
    }
    finding->found(finding->context, NULL, failed ? &err : NULL);
    free(finding);
}

static void ask_what_it_stands_for(struct finding *finding)
{
    struct command command;

    finding->stands = true;
    command_plain(&command, "GET");
    command_key(&command, finding->name, "as:", finding->id);
    start(finding->queue, &command, stood, finding);
}

static void answered(void *context, const struct redis_answer *answer)
{
    struct finding *finding = context;
    const struct redis_reply *row = redis_at(answer->reply, 0);
    const char *body = redis_text(redis_at(row, 1));
    struct submission submission;
    struct error err;

    if (call_failed(answer, &err)) {
        finding->found(finding->context, NULL, &err);
    } else if (!item_read(finding->id, redis_at(row, 0), &submission)) {
        if (*finding->name && !finding->stands) {
            ask_what_it_stands_for(finding);
            return;
        }
        finding->found(finding->context, NULL, NULL);
    } else {
        if (body)
            submission.message =
                alloc_text_n(body, redis_text_len(redis_at(row, 1)));
        finding->found(finding->context, &submission, NULL);
        submission_clear(&submission);
    }
    free(finding);
}

static void look(struct finding *finding)
{
    struct command command;

    command_function(&command, "ah3_find");
    if (*finding->name) {
        command_key(&command, finding->name, "item:", finding->id);
        if (finding->with_message)
            command_key(&command, finding->name, "body:", finding->id);
    }
    command_int(&command, command.keys > 0);
    start(finding->queue, &command, answered, finding);
}

void queue_find(struct queue *queue, const char *id, bool with_message,
                queue_found *found, void *context)
{
    struct finding *finding = finding_new(id, context);

    finding->queue = queue;
    finding->with_message = with_message;
    finding->found = found;
    if (!queue_id_read(id, finding->name))
        finding->name[0] = '\0';
    look(finding);
}

/* "1763800000000 deliver done ..." */
static bool read_attempt(const struct redis_reply *reply,
                         struct attempt *attempt)
{
    const char *line = redis_text(reply);
    char *rest;

    if (!line)
        return false;
    attempt->at = strtoll(line, &rest, 10);
    if (*rest == ' ')
        rest++;
    attempt->text = alloc_text(rest);
    return true;
}

static void remembered(void *context, const struct redis_answer *answer)
{
    struct finding *finding = context;
    size_t rows = redis_count(answer->reply), count = 0;
    struct attempt *list;
    struct error err;

    if (call_failed(answer, &err)) {
        finding->history(finding->context, NULL, 0, &err);
        free(finding);
        return;
    }
    list = NEW_ARRAY(rows + 1, struct attempt);
    for (size_t i = 0; i < rows; i++)
        if (read_attempt(redis_at(answer->reply, i), &list[count]))
            count++;
    finding->history(finding->context, list, count, NULL);
    for (size_t i = 0; i < count; i++)
        free(list[i].text);
    free(list);
    free(finding);
}

void queue_attempts(struct queue *queue, const char *id, queue_history *history,
                    void *context)
{
    struct finding *finding = finding_new(id, context);
    char name[ID_NAME_MAX + 1];
    struct command command;

    finding->history = history;
    command_plain(&command, "LRANGE");
    if (queue_id_read(id, name)) {
        /* What a news tried is in the story of its message. */
        finding->id[strcspn(id, ".")] = '\0';
        command_key(&command, name, "log:", finding->id);
    } else {
        command_text(&command, "{}log:");
    }
    command_text(&command, "0");
    command_text(&command, "-1");
    start(queue, &command, remembered, finding);
}
