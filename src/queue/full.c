/* A server without room. See full.h. */
#include "queue/full.h"

#include <stdio.h>

#include "base/log.h"
#include "queue/meeting.h"
#include "queue/state.h"

#include "base/banned.h"

#define MB       ((int64_t)1 << 20)
#define AGAIN_MS 1000 /* while it is full */

/* So much must be free before it is over, or at least a part of the whole: it
 * should not be told again for each message that goes. */
#define ROOM      MB
#define ROOM_PART 100

static int64_t in_mb(int64_t bytes)
{
    return (bytes + MB - 1) / MB;
}

static void say_begun(struct queue *queue, const struct server *server)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "redis_full");
    log_text(&line, "effect",
             "Redis takes nothing new; what it has is delivered");
    log_text(&line, "advice",
             "raise maxmemory of Redis, or erase what need not be kept");
    log_int(&line, "used_mb", in_mb(server->used_memory));
    log_int(&line, "most_mb", in_mb(server->max_memory));
    log_end(&line);
    queue->full.told = true;
}

static void say_over(struct queue *queue, const struct server *server)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_INFO, "redis_has_room");
    log_int(&line, "used_mb", in_mb(server->used_memory));
    log_int(&line, "most_mb", in_mb(server->max_memory));
    log_end(&line);
    queue->full = (struct fullness){.now = false};
}

static void put_in_words(struct fullness *full, const struct server *server)
{
    snprintf(full->why, sizeof(full->why),
             "Redis's memory is full (%lld of %lld MB): raise its maxmemory, "
             "or erase what need not be kept",
             (long long)in_mb(server->used_memory),
             (long long)in_mb(server->max_memory));
}

static bool has_room(const struct server *server)
{
    int64_t part = server->max_memory / ROOM_PART;
    int64_t room = part < ROOM ? part : ROOM;

    return server->max_memory <= 0 ||
           server_memory(server) < server->max_memory - room;
}

bool full_answered(struct queue *queue, const struct redis_answer *answer)
{
    if (!redis_is_error(answer->reply, "OOM"))
        return false;
    if (!queue->full.now) {
        queue->full.now = true;
        snprintf(queue->full.why, sizeof(queue->full.why),
                 "Redis's memory is full: raise its maxmemory, or erase what "
                 "need not be kept");
        meeting_look(queue);
    }
    return true;
}

int64_t full_look(struct queue *queue, const struct server *server,
                  int64_t usual_ms)
{
    struct fullness *full = &queue->full;

    if (full->told && has_room(server)) {
        say_over(queue, server);
        return usual_ms;
    }
    full->now = full->now || server_full(server);
    if (!full->now)
        return usual_ms;
    if (server->max_memory > 0)
        put_in_words(full, server);
    if (!full->told)
        say_begun(queue, server);
    return AGAIN_MS;
}
