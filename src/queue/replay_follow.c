/*
 * What becomes of what was replayed. The ids are read once, from the list; what
 * has become of each is read again until it has come to rest, a part of them in
 * each look, so that a follower of very many costs Redis little.
 */
#include "queue/replays.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

#define IDS       1000 /* in one command */
#define ITEMS     250  /* in one command */
#define LOOK_MOST 4000 /* in one look */

/* clang-format off */
static const struct { char letter; const char *name; } fates[FATE_COUNT] = {
    [FATE_UNREAD]   = { '?', "unread" },
    [FATE_WAITING]  = { 'w', "waiting" },
    [FATE_CREATED]  = { 'c', "created" },
    [FATE_LINKED]   = { 'l', "linked" },
    [FATE_UNLINKED] = { 'u', "unlinked" },
    [FATE_FAILED]   = { 'f', "failed" },
    [FATE_TOLD]     = { 't', "told" },
    [FATE_GONE]     = { 'g', "gone" },
};
/* clang-format on */

struct followed_item {
    char id[ID_SIZE];
    enum replay_fate fate;
    bool found;
};

struct replay_follow {
    struct queue *queue;
    char id[ID_SIZE];
    struct followed_item *items; /* owned; as many as were read of the list */
    size_t count, size;
    size_t next;         /* of items: where reading goes on */
    size_t passed;       /* items gone past in this look */
    size_t read;         /* of them, asked for */
    size_t asked[ITEMS]; /* items that the call under way asks for */
    size_t asked_count;
    size_t done; /* items that the replay is done with */
    bool forgotten;
    replay_followed *followed;
    void *context;
};

static void go_on(struct replay_follow *follow);

const char *replay_fate_name(enum replay_fate fate)
{
    assert(fate < FATE_COUNT);
    return fates[fate].name;
}

struct replay_follow *replay_follow_new(struct queue *queue, const char *id)
{
    struct replay_follow *follow = NEW(struct replay_follow);

    follow->queue = queue;
    snprintf(follow->id, sizeof(follow->id), "%s", id_ok(id) ? id : "");
    return follow;
}

void replay_follow_free(struct replay_follow *follow)
{
    if (!follow)
        return;
    free(follow->items);
    free(follow);
}

static bool rests(enum replay_fate fate)
{
    return fate >= FATE_LINKED;
}

static void finish(struct replay_follow *follow, const struct error *err)
{
    struct replay_fates told = {.forgotten = follow->forgotten};

    for (size_t i = 0; i < follow->count; i++) {
        const struct followed_item *item = &follow->items[i];

        told.counts[item->fate]++;
        told.found += item->found;
        told.rest += rests(item->fate);
    }
    follow->followed(follow->context, err ? NULL : &told, err);
}

static void take_fate(struct followed_item *item, char letter)
{
    bool upper = letter >= 'A' && letter <= 'Z';

    item->found = upper;
    if (upper)
        letter = (char)(letter - 'A' + 'a');
    for (size_t i = 0; i < FATE_COUNT; i++)
        if (fates[i].letter == letter)
            item->fate = (enum replay_fate)i;
}

static void fates_read(void *context, const struct redis_answer *answer)
{
    struct replay_follow *follow = context;
    const char *letters = redis_text(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(follow, &err);
        return;
    }
    for (size_t i = 0; letters && letters[i] && i < follow->asked_count; i++)
        take_fate(&follow->items[follow->asked[i]], letters[i]);
    go_on(follow);
}

/* The next ones that have not come to rest; of one destination, as the keys of
 * one call must be. */
static void choose(struct replay_follow *follow, char name[ID_NAME_MAX + 1])
{
    char other[ID_NAME_MAX + 1];

    follow->asked_count = 0;
    for (; follow->passed < follow->count && follow->asked_count < ITEMS;
         follow->passed++) {
        size_t at = follow->next;
        const struct followed_item *item = &follow->items[at];

        if (!rests(item->fate) && queue_id_read(item->id, other)) {
            if (follow->asked_count && strcmp(name, other) != 0)
                return;
            memcpy(name, other, sizeof(other));
            follow->asked[follow->asked_count++] = at;
        }
        follow->next = at + 1 < follow->count ? at + 1 : 0;
    }
}

static void read_fates(struct replay_follow *follow)
{
    char name[ID_NAME_MAX + 1] = "";
    struct command command;

    choose(follow, name);
    follow->read += follow->asked_count;
    if (follow->asked_count == 0) {
        finish(follow, NULL);
        return;
    }
    command_function(&command, "ah3_replay_fates");
    for (size_t i = 0; i < follow->asked_count; i++)
        command_key(&command, name,
                    "item:", follow->items[follow->asked[i]].id);
    call_start(follow->queue, &command, (struct call_plan){0, true}, fates_read,
               follow);
}

/* "support-01J... 3" */
static void add(struct replay_follow *follow, const char *text)
{
    struct followed_item *item;
    char name[ID_NAME_MAX + 1];

    if (follow->count == follow->size) {
        follow->size = follow->size ? 2 * follow->size : IDS;
        follow->items =
            alloc_resize(follow->items, follow->size, sizeof(*follow->items));
    }
    item = &follow->items[follow->count++];
    memset(item, 0, sizeof(*item));
    snprintf(item->id, sizeof(item->id), "%.*s", (int)strcspn(text, " "), text);
    if (!queue_id_read(item->id, name))
        item->fate = FATE_GONE;
}

static void ids_read(void *context, const struct redis_answer *answer)
{
    struct replay_follow *follow = context;
    size_t rows = redis_count(answer->reply);
    struct error err;

    if (call_failed(answer, &err)) {
        finish(follow, &err);
        return;
    }
    follow->forgotten = rows == 0;
    for (size_t i = 0; i < rows && follow->count < follow->done; i++) {
        const char *text = redis_text(redis_at(answer->reply, i));

        add(follow, text ? text : "");
    }
    go_on(follow);
}

static void read_ids(struct replay_follow *follow)
{
    size_t left = follow->done - follow->count;
    struct command command;

    command_plain(&command, "LRANGE");
    replays_key(&command, "todo:", follow->id);
    command_int(&command, (int64_t)follow->count);
    command_int(&command,
                (int64_t)(follow->count + (left < IDS ? left : IDS)) - 1);
    call_start(follow->queue, &command, (struct call_plan){0, true}, ids_read,
               follow);
}

static void go_on(struct replay_follow *follow)
{
    if (follow->count < follow->done && !follow->forgotten)
        read_ids(follow);
    else if (follow->read < LOOK_MOST)
        read_fates(follow);
    else
        finish(follow, NULL);
}

void replay_follow_look(struct replay_follow *follow, int64_t done,
                        replay_followed *followed, void *context)
{
    if (done > 0 && (size_t)done > follow->done)
        follow->done = (size_t)done;
    follow->passed = follow->read = 0;
    follow->followed = followed;
    follow->context = context;
    go_on(follow);
}
