/*
 * Messages as they are shown. A call reads as many as have room in it, so a few
 * large ones make it no longer than many small ones. See held.h.
 */
#include "queue/held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

/* Calls under way of one who does not mind the order: while Redis works on one,
 * we work on the answer to another. */
#define AHEAD 4

struct reader {
    struct queue *queue;
    char destination[ID_NAME_MAX + 1];
    char (*ids)[ID_SIZE]; /* owned */
    size_t count, next;   /* next: the first that was not asked for */
    unsigned open;        /* calls under way */
    bool lean;
    bool stopped; /* enough, or failed */
    struct error err;
    queue_held_slice *slice;
    queue_done *done;
    void *context;
};

/* One call: so many ids from there on. */
struct asked {
    struct reader *reader;
    size_t first, count;
};

/* In the order of SHOWN in scripts/. */
enum shown {
    SHOWN_PLACE,
    SHOWN_KIND,
    SHOWN_RECEIVED,
    SHOWN_AT,
    SHOWN_UPDATED,
    SHOWN_TICKET,
    SHOWN_READ,
    SHOWN_SESSION,
};

static void ask(struct reader *reader, size_t first, size_t count);

static void finish(struct reader *reader)
{
    bool failed = reader->err.kind != ERROR_NONE;

    reader->done(reader->context, failed ? &reader->err : NULL);
    free(reader->ids);
    free(reader);
}

static void go_on(struct reader *reader)
{
    unsigned ahead = reader->lean ? AHEAD : 1;

    while (!reader->stopped && reader->open < ahead &&
           reader->next < reader->count) {
        size_t left = reader->count - reader->next;
        size_t n = left < HELD_SLICE ? left : HELD_SLICE;

        ask(reader, reader->next, n);
        reader->next += n;
    }
    if (reader->open == 0)
        finish(reader);
}

static int64_t first_time(const struct redis_reply *facts, enum shown one,
                          enum shown other)
{
    int64_t time = redis_integer(redis_at(facts, one));

    return time ? time : redis_integer(redis_at(facts, other));
}

/* False: there is none, or it is a news. */
static bool read_facts(const struct redis_reply *facts, struct held *held)
{
    if (!redis_text(redis_at(facts, SHOWN_PLACE)) ||
        redis_text(redis_at(facts, SHOWN_KIND)))
        return false;
    held->at = first_time(facts, SHOWN_AT, SHOWN_RECEIVED);
    held->updated_at = first_time(facts, SHOWN_UPDATED, SHOWN_RECEIVED);
    held->ticket_id = redis_integer(redis_at(facts, SHOWN_TICKET));
    held->unread = redis_integer(redis_at(facts, SHOWN_READ)) != 1;
    held->session_id = redis_text(redis_at(facts, SHOWN_SESSION));
    return true;
}

static bool read_row(const struct reader *reader, size_t index,
                     const struct redis_reply *row, struct held *held)
{
    const struct redis_reply *body = redis_at(row, 0);
    const struct redis_reply *facts = redis_at(row, 1);

    *held = (struct held){
        .id = reader->ids[index],
        .body = redis_text(body),
        .body_len = redis_text_len(body),
    };
    if (reader->lean && held->body)
        return true;
    return read_facts(facts, held);
}

static void pass_on(const struct asked *asked, const struct redis_reply *reply)
{
    struct reader *reader = asked->reader;
    struct held list[HELD_SLICE];
    size_t count = 0;

    for (size_t i = 0; i < redis_count(reply); i++)
        if (read_row(reader, asked->first + i, redis_at(reply, i),
                     &list[count]))
            count++;
    if (count && !reader->stopped)
        reader->stopped = !reader->slice(reader->context, list, count);
}

static void answered(void *context, const struct redis_answer *answer)
{
    struct asked *asked = context;
    struct reader *reader = asked->reader;
    size_t rows = redis_count(answer->reply);

    reader->open--;
    if (call_failed(answer, &reader->err)) {
        reader->stopped = true;
    } else if (rows == 0 || rows > asked->count) {
        error_set(&reader->err, ERROR_FAILED,
                  "Redis gave an answer that makes no sense");
        reader->stopped = true;
    } else {
        pass_on(asked, answer->reply);
        if (rows < asked->count && !reader->stopped)
            ask(reader, asked->first + rows, asked->count - rows);
    }
    free(asked);
    go_on(reader);
}

static void ask(struct reader *reader, size_t first, size_t count)
{
    struct asked *asked = NEW(struct asked);
    struct command command;

    asked->reader = reader;
    asked->first = first;
    asked->count = count;
    reader->open++;
    command_function(&command, "ah3_held");
    for (size_t i = 0; i < count; i++)
        command_key(&command, reader->destination,
                    "item:", reader->ids[first + i]);
    for (size_t i = 0; i < count; i++)
        command_key(&command, reader->destination,
                    "body:", reader->ids[first + i]);
    command_int(&command, (int64_t)count);
    command_int(&command, (int64_t)HELD_ROOM);
    command_int(&command, reader->lean);
    call_start(reader->queue, &command, (struct call_plan){0, true}, answered,
               asked);
}

/* Nothing to ask for; asked all the same, so that the answer comes later. */
static void answered_nothing(void *context, const struct redis_answer *answer)
{
    struct reader *reader = context;

    reader->stopped = call_failed(answer, &reader->err);
    finish(reader);
}

static void ask_nothing(struct reader *reader)
{
    struct command command;

    command_plain(&command, "TIME");
    call_start(reader->queue, &command, (struct call_plan){0, true},
               answered_nothing, reader);
}

void held_read(struct queue *queue, const struct held_reading *reading,
               queue_held_slice *slice, queue_done *done, void *context)
{
    struct reader *reader = NEW(struct reader);

    reader->queue = queue;
    snprintf(reader->destination, sizeof(reader->destination), "%s",
             reading->destination);
    reader->ids = reading->ids;
    reader->count = reading->count;
    reader->lean = reading->lean;
    reader->slice = slice;
    reader->done = done;
    reader->context = context;
    if (reader->count)
        go_on(reader);
    else
        ask_nothing(reader);
}

void held_list_add(struct held_list *list, const struct held *held)
{
    struct held *copy;

    if (list->count == list->size) {
        list->size = list->size ? 2 * list->size : HELD_SLICE;
        list->list = alloc_resize(list->list, list->size, sizeof(*list->list));
    }
    copy = &list->list[list->count++];
    *copy = *held;
    copy->id = alloc_text(held->id);
    copy->session_id = alloc_text(held->session_id);
    if (held->body)
        copy->body = alloc_text_n(held->body, held->body_len);
    list->bytes += held->body_len;
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

void held_list_clear(struct held_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free_text(list->list[i].id);
        free_text(list->list[i].session_id);
        free_text(list->list[i].body);
    }
    free(list->list);
    *list = (struct held_list){0};
}

struct collecting {
    struct held_list list;
    queue_held *found;
    void *context;
};

static bool collect(void *context, const struct held *list, size_t count)
{
    struct collecting *job = context;

    for (size_t i = 0; i < count; i++)
        held_list_add(&job->list, &list[i]);
    return job->list.bytes <= HELD_MOST;
}

static void collected(void *context, const struct error *err)
{
    struct collecting *job = context;
    struct error large;

    if (!err && job->list.bytes > HELD_MOST) {
        error_set(&large, ERROR_INPUT, "these messages are too large together");
        err = &large;
    }
    job->found(job->context, err ? NULL : job->list.list,
               err ? 0 : job->list.count, err);
    held_list_clear(&job->list);
    free(job);
}

void held_collect(struct queue *queue, const char *destination,
                  char (*ids)[ID_SIZE], size_t count, queue_held *found,
                  void *context)
{
    struct held_reading reading = {destination, ids, count, false};
    struct collecting *job = NEW(struct collecting);

    job->found = found;
    job->context = context;
    held_read(queue, &reading, collect, collected, job);
}

/* Only a message of that destination can be one of its chats. */
static bool may_be(const char *id, const char *destination)
{
    char name[ID_NAME_MAX + 1];

    return !strchr(id, '.') && queue_id_read(id, name) &&
           strcmp(name, destination) == 0;
}

void queue_held_find(struct queue *queue, const char *destination,
                     const char *const *ids, size_t count, queue_held *found,
                     void *context)
{
    char(*known)[ID_SIZE] = alloc_zero(count + 1, ID_SIZE);
    size_t known_count = 0;

    for (size_t i = 0; i < count; i++)
        if (may_be(ids[i], destination))
            snprintf(known[known_count++], ID_SIZE, "%s", ids[i]);
    held_collect(queue, destination, known, known_count, found, context);
}
