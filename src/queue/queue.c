/* A queue's life: its connection, its settings, whether it is ready. */
#include "queue/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/meeting.h"
#include "queue/state.h"

#include "base/banned.h"

/* For a destination that the settings no longer name. */
#define LEASE_USUAL_MS 60000

int64_t queue_lease_ms(const struct queue *queue, const char *destination)
{
    const struct settings_destination *found =
        settings_destination(queue->settings, destination);

    return found && found->lease_ms > 0 ? found->lease_ms : LEASE_USUAL_MS;
}

bool queue_id_read(const char *id, char name[ID_NAME_MAX + 1])
{
    const char *dot = strchr(id, '.');

    if (strlen(id) >= ID_SIZE)
        return false;
    if (dot && (dot[1] == '\0' || dot[1] == '0' ||
                dot[1 + strspn(dot + 1, "0123456789")] != '\0'))
        return false;
    return id_destination(id, name);
}

static void copy_options(struct redis_options *options,
                         const struct settings_redis *redis)
{
    options->url = alloc_text(redis->url);
    options->username = alloc_text(redis->username);
    secret_copy(&options->password, &redis->password);
    options->ca = alloc_text(redis->ca);
    options->certificate = alloc_text(redis->certificate);
    options->key = alloc_text(redis->key);
    options->timeout_ms = redis->timeout_ms;
}

struct queue *queue_new(struct loop *loop, struct settings *settings,
                        struct error *err)
{
    struct queue *queue;

    if (!settings->redis.url) {
        error_set(err, ERROR_CONFIG,
                  "redis.url is not set: name the Redis to use, or let "
                  "`afterhours up` start one");
        return NULL;
    }
    queue = NEW(struct queue);
    queue->loop = loop;
    queue->settings = settings_hold(settings);
    copy_options(&queue->options, &settings->redis);
    queue->redis = redis_new(loop, &queue->options, err);
    if (!queue->redis) {
        queue_free(queue);
        return NULL;
    }
    queue->tick = timer_new(loop, calls_tick, queue);
    meeting_init(queue);
    batcher_init(&queue->batcher, queue);
    watches_init(&queue->watches, queue);
    redis_on_change(queue->redis, meeting_connection, queue);
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    queue->closing = true;
    queue->ready = false;
    meeting_end(queue);
    janitor_clear(&queue->janitor);
    left_clear(&queue->left);
    replay_runner_clear(queue);
    bell_clear(&queue->bell);
    watches_clear(&queue->watches);
    batcher_flush(&queue->batcher);
    redis_free(queue->redis);
    calls_end(queue);
    batcher_clear(&queue->batcher);
    timer_free(queue->tick);
    redis_options_clear(&queue->options);
    settings_release(queue->settings);
    free(queue->accesses);
    free(queue);
}

/* Whether fresh has a destination that was not met with those of old. */
static bool has_more(const struct settings *old, const struct settings *fresh)
{
    for (size_t i = 0; i < fresh->destination_count; i++)
        if (!settings_destination(old, fresh->destinations[i].name))
            return true;
    return false;
}

void queue_use_settings(struct queue *queue, struct settings *settings)
{
    struct settings *old = queue->settings;

    queue->settings = settings_hold(settings);
    queue->left.look_at = 0;
    meeting_settings(queue, has_more(old, settings));
    settings_release(old);
}

/* Without a connection, what kept it from being made says more. */
static const char *why_not(const struct queue *queue)
{
    return redis_connected(queue->redis) ? queue->why : redis_why(queue->redis);
}

bool queue_ready(const struct queue *queue, const char **why)
{
    if (why)
        *why = queue->ready ? "" : why_not(queue);
    return queue->ready;
}

const char *queue_full(const struct queue *queue)
{
    return queue->ready && queue->full.now ? queue->full.why : NULL;
}

enum durability queue_durability(const struct queue *queue)
{
    return server_on_disk(&queue->server) ? DURABILITY_DISK : DURABILITY_MEMORY;
}
