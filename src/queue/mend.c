/* Mending what a server that died has left in its files. See mend.h. */
#include "queue/mend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "queue/replays.h"
#include "queue/state.h"

#include "base/banned.h"

#define LOOK_MS      50 /* while it is under way, doubled each time */
#define LOOK_MAX_MS  1000
#define AGAIN_MS     1000  /* after one that failed, doubled each time: */
#define AGAIN_MAX_MS 60000 /* each may leave a file behind in Redis */

struct job {
    struct queue *queue;
    mend_done *done;
};

/* The nth of a row of waits, from 0. */
static int64_t doubled(int64_t ms, int times, int64_t most_ms)
{
    while (times-- > 0 && ms < most_ms)
        ms *= 2;
    return ms < most_ms ? ms : most_ms;
}

static void wait(struct queue *queue, mend_done *done)
{
    done(queue, MENDED_LATER,
         queue->mending.failures > 0
             ? queue->mending.why
             : "Redis was restarted and writes its append-only file anew, "
               "without what was cut off when it died",
         doubled(LOOK_MS, queue->mending.waits++, LOOK_MAX_MS));
}

static void fail(struct queue *queue, mend_done *done, const char *what)
{
    struct mending *mending = &queue->mending;

    mending->waits = 0;
    snprintf(mending->why, sizeof(mending->why),
             "Redis was restarted and cannot write its append-only file anew: "
             "see its log, make room on its disk or in its memory (%.110s)",
             what);
    done(queue, MENDED_NOT, mending->why,
         doubled(AGAIN_MS, mending->failures++, AGAIN_MAX_MS));
}

/* It did not answer: then it is met again as soon as it does. */
static void lost(struct queue *queue, mend_done *done)
{
    done(queue, MENDED_NOT, "Redis did not answer after its restart", LOOK_MS);
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

/* By its access list, or because the command was renamed. */
static bool forbidden(const struct redis_answer *answer)
{
    const char *text = redis_text(answer->reply);

    return redis_is_error(answer->reply, "NOPERM") ||
           (text && strstr(text, "unknown command"));
}

/* Another process has asked for it just now. */
static bool under_way(const struct redis_answer *answer)
{
    const char *text = redis_text(answer->reply);

    return text && strstr(text, "in progress");
}

static void tell(struct queue *queue, mend_done *done,
                 const struct redis_answer *answer)
{
    struct error err;

    if (answer->fate != REDIS_ANSWERED) {
        lost(queue, done);
    } else if (!call_failed(answer, &err) || under_way(answer)) {
        wait(queue, done);
    } else if (forbidden(answer)) {
        log_unmended(err.text);
        done(queue, MENDED, NULL, 0);
    } else {
        fail(queue, done, err.text);
    }
}

static void rewritten(void *context, const struct redis_answer *answer)
{
    struct job *job = context;

    tell(job->queue, job->done, answer);
    free(job);
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
    const struct server *server = &queue->next_server;
    struct job *job;

    if (server->rewriting || server->rewrite_scheduled) {
        wait(queue, done);
        return;
    }
    if (queue->mending.waits > 0 && server_rewrite_failed(server)) {
        fail(queue, done, "aof_last_bgrewrite_status:err");
        return;
    }
    job = NEW(struct job);
    job->queue = queue;
    job->done = done;
    redis_callv(queue->redis, rewritten, job, "BGREWRITEAOF", NULL);
}
