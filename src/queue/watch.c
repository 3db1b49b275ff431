/*
 * Watching submissions: one channel per submission, however many watch it.
 * A connection made anew tells every watcher, for what was said meanwhile went
 * unheard.
 */
#include "queue/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/alloc.h"
#include "base/log.h"
#include "queue/state.h"

#include "base/banned.h"

#define TABLE_FIRST 64

LIST_HEAD(watch_list, queue_watch);

struct queue_watch {
    LIST_ENTRY(queue_watch) link;
    struct watch_channel *channel; /* NULL: the queue has ended */
    void (*changed)(void *context);
    void *context;
};

struct watch_channel {
    struct watch_channel *next; /* in its place of the table */
    struct watch_list list;
    struct watches *watches;
    bool telling; /* a round is under way: it frees the channel if need be */
    char name[ID_NAME_MAX + ID_SIZE + 8]; /* "{support}ch:support-01J..." */
};

void watches_init(struct watches *watches, struct queue *queue)
{
    watches->queue = queue;
}

/* FNV-1a; the names are ours, made of random ids. */
static size_t place_of(const struct watches *watches, const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return (size_t)hash & (watches->size - 1);
}

static struct watch_channel *find(const struct watches *watches,
                                  const char *name)
{
    struct watch_channel *channel;

    if (watches->size == 0)
        return NULL;
    channel = watches->table[place_of(watches, name)];
    while (channel && strcmp(channel->name, name) != 0)
        channel = channel->next;
    return channel;
}

static void insert(struct watches *watches, struct watch_channel *channel)
{
    size_t place = place_of(watches, channel->name);

    channel->next = watches->table[place];
    watches->table[place] = channel;
}

static void grow(struct watches *watches)
{
    struct watch_channel **old = watches->table, *channel, *next;
    size_t old_size = watches->size;

    watches->size = old_size ? 2 * old_size : TABLE_FIRST;
    watches->table = NEW_ARRAY(watches->size, struct watch_channel *);
    for (size_t i = 0; i < old_size; i++) {
        for (channel = old[i]; channel; channel = next) {
            next = channel->next;
            insert(watches, channel);
        }
    }
    free(old);
}

static void remove_channel(struct watch_channel *channel)
{
    struct watches *watches = channel->watches;
    struct watch_channel **link =
        &watches->table[place_of(watches, channel->name)];

    while (*link != channel)
        link = &(*link)->next;
    *link = channel->next;
    watches->count--;
    if (watches->redis)
        redis_unsubscribe(watches->redis, channel->name);
    free(channel);
}

/* All that are on the list move to another one, in one step. */
static void move_all(struct watch_list *from, struct watch_list *to)
{
    *to = *from;
    if (!LIST_EMPTY(to))
        LIST_FIRST(to)->link.le_prev = &LIST_FIRST(to);
    LIST_INIT(from);
}

/*
 * Each callback may end any watch, or begin one. So those still to be told wait
 * on a list of their own, of which the first is taken until there is none; one
 * that begins meanwhile is on the other.
 */
static void tell(struct watch_channel *channel)
{
    struct watch_list untold;
    struct queue_watch *watch;

    if (channel->telling)
        return;
    channel->telling = true;
    move_all(&channel->list, &untold);
    while ((watch = LIST_FIRST(&untold))) {
        LIST_REMOVE(watch, link);
        LIST_INSERT_HEAD(&channel->list, watch, link);
        watch->changed(watch->context);
    }
    channel->telling = false;
    if (LIST_EMPTY(&channel->list))
        remove_channel(channel);
}

static void heard(void *context, const char *name, const char *message,
                  size_t len)
{
    struct watch_channel *channel = find(context, name);

    (void)message;
    (void)len;
    if (channel)
        tell(channel);
}

static void in_force(void *context, const char *name)
{
    heard(context, name, "", 0);
}

static bool listen_to(struct watches *watches)
{
    struct error err;

    if (watches->redis)
        return true;
    watches->redis =
        redis_new(watches->queue->loop, &watches->queue->options, &err);
    if (!watches->redis) {
        log_event(LOG_LEVEL_WARN, "queue_watch", "error", err.text);
        return false;
    }
    redis_on_message(watches->redis, heard, watches);
    redis_on_subscribed(watches->redis, in_force, watches);
    return true;
}

static struct watch_channel *open_channel(struct watches *watches,
                                          const char *name)
{
    struct watch_channel *channel = NEW(struct watch_channel);

    if (watches->count >= watches->size)
        grow(watches);
    snprintf(channel->name, sizeof(channel->name), "%s", name);
    channel->watches = watches;
    insert(watches, channel);
    watches->count++;
    if (listen_to(watches))
        redis_subscribe(watches->redis, name);
    return channel;
}

struct queue_watch *queue_watch(struct queue *queue, const char *id,
                                void (*changed)(void *context), void *context)
{
    struct queue_watch *watch = NEW(struct queue_watch);
    char destination[ID_NAME_MAX + 1], name[ID_NAME_MAX + ID_SIZE + 8];

    watch->changed = changed;
    watch->context = context;
    if (!queue_id_read(id, destination))
        return watch; /* nothing will ever be said of it */
    snprintf(name, sizeof(name), "{%s}ch:%s", destination, id);
    watch->channel = find(&queue->watches, name);
    if (!watch->channel)
        watch->channel = open_channel(&queue->watches, name);
    LIST_INSERT_HEAD(&watch->channel->list, watch, link);
    return watch;
}

void queue_unwatch(struct queue_watch *watch)
{
    struct watch_channel *channel;

    if (!watch)
        return;
    channel = watch->channel;
    if (channel) {
        LIST_REMOVE(watch, link);
        if (LIST_EMPTY(&channel->list) && !channel->telling)
            remove_channel(channel);
    }
    free(watch);
}

/* Watches that outlive the queue stay theirs to end. */
static void abandon(struct watch_channel *channel)
{
    struct queue_watch *watch;

    while ((watch = LIST_FIRST(&channel->list))) {
        LIST_REMOVE(watch, link);
        watch->channel = NULL;
    }
    free(channel);
}

void watches_clear(struct watches *watches)
{
    struct watch_channel *channel, *next;

    redis_free(watches->redis);
    for (size_t i = 0; i < watches->size; i++) {
        for (channel = watches->table[i]; channel; channel = next) {
            next = channel->next;
            abandon(channel);
        }
    }
    free(watches->table);
    *watches = (struct watches){0};
}
