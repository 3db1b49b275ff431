/* Mending what a server that died has left in its files. See mend.h. */
#include "queue/mend.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "queue/replays.h"
#include "queue/state.h"

#include "base/banned.h"

struct job {
    struct queue *queue;
    mend_done *done;
};

static void finish(struct job *job, enum mending mending)
{
    struct queue *queue = job->queue;
    mend_done *done = job->done;

    free(job);
    done(queue, mending);
}

/* Another process has asked for it just now. */
static bool under_way(const char *why)
{
    return strstr(why, "in progress") != NULL;
}

static void log_unmended(const char *why)
{
    struct log_line line;

    log_begin(&line, LOG_LEVEL_WARN, "redis_not_mended");
    log_text(&line, "reason", why);
    log_text(&line, "advice",
             "Redis was restarted, and its append-only file may hold half of a "
             "move, which the next restart would carry out: allow our account "
             "+bgrewriteaof, or set aof-load-truncated no");
    log_end(&line);
}

static void rewritten(void *context, const struct redis_answer *answer)
{
    struct job *job = context;
    struct error err;

    if (answer->fate != REDIS_ANSWERED) {
        finish(job, MENDING_LOST);
        return;
    }
    if (!call_failed(answer, &err) || under_way(err.text)) {
        finish(job, MENDING_WAIT);
        return;
    }
    log_unmended(err.text);
    finish(job, MENDING_DONE);
}

static void closed(void *context, const struct redis_answer *answer)
{
    struct job *job = context;
    struct error err;

    if (call_failed(answer, &err))
        finish(job, MENDING_LOST);
    else
        redis_callv(job->queue->redis, rewritten, job, "BGREWRITEAOF", NULL);
}

static void noted(void *context, const struct redis_answer *answer)
{
    (void)context;
    (void)answer; /* whoever does not find it mends it once more */
}

void mend_note(struct queue *queue)
{
    struct command command;

    command_plain(&command, "HSET");
    command_key(&command, REPLAYS_TAG, "numbers", "");
    command_text(&command, "mended");
    command_text(&command, queue->next_server.run_id);
    command_send(&command, queue->redis, 0, noted, queue);
    command_clear(&command);
}

void mend(struct queue *queue, mend_done *done)
{
    struct job *job;
    struct command command;

    if (queue->next_server.rewriting) {
        done(queue, MENDING_WAIT);
        return;
    }
    job = NEW(struct job);
    job->queue = queue;
    job->done = done;
    command_function(&command, "ah3_close");
    command_key(&command, REPLAYS_TAG, "closing", "");
    command_send(&command, queue->redis, 0, closed, job);
    command_clear(&command);
}
