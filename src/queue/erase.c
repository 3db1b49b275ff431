/*
 * Erasing an item. Every key must be named beforehand, so what tells the names
 * is read first; when it has changed meanwhile, the function says "again".
 *
 * What a person has erased must not come back from a journal that has it, too,
 * or has it only. So that is said first, and then it is erased; an id that only
 * stands for another one (bring.c) is that other one.
 */
#include "queue/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

#define TRIES_MAX 5
#define NEWS_MAX  5000 /* changes of one item; more is not believed */

struct erasing {
    struct queue *queue;
    const char *mode; /* static */
    char id[ID_SIZE];
    char destination[ID_NAME_MAX + 1];
    bool stands;      /* it is the one that another id stands for */
    bool there;       /* as it was seen */
    char *key, *mail; /* owned; as they were seen, or "" */
    char *sequence;   /* likewise */
    unsigned tries;
    queue_count_done *done;
    void *context;
};

static void look(struct erasing *job);

static void finish(struct erasing *job, size_t count, const struct error *err)
{
    job->done(job->context, count, err);
    free(job->key);
    free(job->mail);
    free(job->sequence);
    free(job);
}

static void erased(void *context, const struct redis_answer *answer)
{
    struct erasing *job = context;
    const char *said = redis_text(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, 0, &err);
        return;
    }
    if (!said) {
        finish(job, (size_t)redis_integer(answer->reply), NULL);
        return;
    }
    if (++job->tries < TRIES_MAX) {
        look(job);
        return;
    }
    error_set(&err, ERROR_LATER, "%s changes all the time: try again", job->id);
    finish(job, 0, &err);
}

static void add_keys(struct command *command, const struct erasing *job,
                     const char *key, const char *mail)
{
    static const char *const sets[] = {
        "done",         "all",  "run",  "due:deliver", "due:reconcile",
        "due:callback", "dead", "held", "at",          "upd",
    };
    const char *name = job->destination;

    command_key(command, name, "item:", job->id);
    command_key(command, name, "body:", job->id);
    command_key(command, name, "log:", job->id);
    command_key(command, name, "key:", key);
    command_key(command, name, "mail:", mail);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        command_key(command, name, sets[i], "");
}

static const char *text_at(const struct redis_reply *reply, size_t index,
                           const char *other)
{
    const char *text = redis_text(redis_at(reply, index));

    return text ? text : other;
}

static bool is_news(const struct erasing *job)
{
    return strchr(job->id, '.') != NULL;
}

static void erase(struct erasing *job)
{
    long changes = is_news(job) ? 0 : strtol(job->sequence, NULL, 10);
    struct command command;

    command_function(&command, "ah3_erase");
    add_keys(&command, job, job->key, job->mail);
    for (long i = 1; i <= changes && i <= NEWS_MAX; i++) {
        char news[ID_SIZE + 24];

        snprintf(news, sizeof(news), "%s.%ld", job->id, i);
        command_key(&command, job->destination, "item:", news);
    }
    command_text(&command, job->mode);
    command_text(&command, job->id);
    command_text(&command, job->sequence);
    command_text(&command, job->key);
    command_text(&command, job->mail);
    call_start(job->queue, &command, (struct call_plan){0, true}, erased, job);
}

/* From here on it is about the message that its id stands for, if for any. */
static bool follow(struct erasing *job, const char *first)
{
    if (job->stands || !first || !*first ||
        !queue_id_read(first, job->destination))
        return false;
    job->stands = true;
    snprintf(job->id, sizeof(job->id), "%s", first);
    look(job);
    return true;
}

static void said_gone(void *context, const struct redis_answer *answer)
{
    struct erasing *job = context;
    struct error err;

    if (call_failed(answer, &err))
        finish(job, 0, &err);
    else if (job->there || !follow(job, redis_text(answer->reply)))
        erase(job);
}

/* A person's word holds for what comes late, too. */
static void say_gone(struct erasing *job)
{
    const struct gone gone = {.id = job->id, .key = job->key};

    bring_never(job->queue, job->destination, &gone, said_gone, job);
}

static void stood(void *context, const struct redis_answer *answer)
{
    struct erasing *job = context;
    struct error err;

    if (call_failed(answer, &err))
        finish(job, 0, &err);
    else if (!follow(job, redis_text(answer->reply)))
        finish(job, 0, NULL);
}

static void ask_what_it_stands_for(struct erasing *job)
{
    struct command command;

    command_plain(&command, "GET");
    command_key(&command, job->destination, "as:", job->id);
    call_start(job->queue, &command, (struct call_plan){0, true}, stood, job);
}

/* Any id can be forgotten. Only what is there, and in quarantine, can be
 * discarded: of an id that nobody has nothing is said. */
static void seen(void *context, const struct redis_answer *answer)
{
    struct erasing *job = context;
    bool at_once = strcmp(job->mode, "sweep") == 0 || !*job->id || is_news(job);
    bool forget = strcmp(job->mode, "forget") == 0;
    const char *place = redis_text(redis_at(answer->reply, 3));
    struct error err;

    if (call_failed(answer, &err)) {
        finish(job, 0, &err);
        return;
    }
    alloc_replace(&job->sequence, text_at(answer->reply, 0, "0"));
    alloc_replace(&job->key, text_at(answer->reply, 1, ""));
    alloc_replace(&job->mail, text_at(answer->reply, 2, ""));
    job->there = place != NULL;
    if (!at_once && (forget || (place && strcmp(place, "held") == 0)))
        say_gone(job);
    else if (!at_once && !place)
        ask_what_it_stands_for(job);
    else
        erase(job);
}

static void look(struct erasing *job)
{
    struct command command;

    command_plain(&command, "HMGET");
    command_key(&command, job->destination, "item:", job->id);
    command_text(&command, "seq");
    command_text(&command, "key");
    command_text(&command, "mail");
    command_text(&command, "st");
    call_start(job->queue, &command, (struct call_plan){0, true}, seen, job);
}

void erase_item(struct queue *queue, const char *mode, const char *id,
                queue_count_done *done, void *context)
{
    struct erasing *job = NEW(struct erasing);

    job->queue = queue;
    job->mode = mode;
    job->done = done;
    job->context = context;
    snprintf(job->id, sizeof(job->id), "%s", id);
    if (!queue_id_read(id, job->destination)) {
        /* No such item; asked all the same, so that the answer comes later. */
        snprintf(job->destination, sizeof(job->destination), "-");
        job->id[0] = '\0';
    }
    look(job);
}

void queue_forget(struct queue *queue, const char *id, queue_count_done *done,
                  void *context)
{
    erase_item(queue, "forget", id, done, context);
}

void queue_discard(struct queue *queue, const char *id, queue_count_done *done,
                   void *context)
{
    erase_item(queue, "discard", id, done, context);
}
