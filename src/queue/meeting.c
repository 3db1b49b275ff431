/*
 * Meeting a server. See meeting.h.
 *
 *     INFO, CONFIG GET, HMGET {@}numbers -> fit? -> (mend.h) -> ah3_version ->
 *     (FUNCTION LOAD) -> ah3_arrive, the names of the destinations, ah3_meet of
 *     each -> ready
 *
 * A server that is not the one of last time may have lost its last writes, and
 * then ah3_meet closes the destination for one lease ("grace") and marks what
 * was not delivered yet as suspect. Where every answered write is on disk and
 * nobody else can have taken the server's place, nothing can be lost, and work
 * goes on at once: see README.md.
 */
#include "queue/meeting.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "queue/library.h"
#include "queue/mend.h"
#include "queue/names.h"
#include "queue/numbers.h"
#include "queue/state.h"

#include "base/banned.h"

#define AGAIN_MS   250   /* after a meeting that failed */
#define REFRESH_MS 10000 /* while all is well */
#define AWAY_MS    2000  /* a connection is usually made long before */

static void ask_info(struct queue *queue);

static void fail(struct queue *queue, const char *what)
{
    bool news = queue->ready || strcmp(queue->why, what) != 0;

    queue->meeting = false;
    queue->ready = false;
    snprintf(queue->why, sizeof(queue->why), "%s", what);
    if (news && !queue->closing)
        log_event(LOG_LEVEL_WARN, "queue_not_ready", "why", queue->why);
    if (!queue->closing)
        timer_start(queue->again, AGAIN_MS);
}

/* True when this step brought no answer to go on with. */
static bool stopped(struct queue *queue, const struct redis_answer *answer,
                    const char *step)
{
    char why[QUEUE_WHY_SIZE];
    struct error err;

    if (!call_failed(answer, &err))
        return false;
    snprintf(why, sizeof(why), "%s: %.200s", step,
             redis_is_error(answer->reply, "OOM")
                 ? "Redis's memory is full: raise its maxmemory"
                 : err.text);
    fail(queue, why);
    return true;
}

static void succeed(struct queue *queue)
{
    failpoint_pass("meeting.met", NULL);
    queue->meeting = false;
    if (queue->meet_stale) {
        timer_start(queue->again, 0);
        return;
    }
    queue->server = queue->next_server;
    timer_start(queue->again, full_look(queue, &queue->server, REFRESH_MS));
    if (queue->ready) {
        numbers_tidy(queue);
        return;
    }
    queue->ready = true;
    queue->why[0] = '\0';
    queue->mending = (struct mending){0};
    log_event(LOG_LEVEL_INFO, "queue_ready", "durability",
              server_on_disk(&queue->server) ? "disk" : "memory");
    calls_flush(queue);
    numbers_tidy(queue);
}

static void met(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;
    const char *said = redis_text(answer->reply);

    if (queue->meets_open == 0)
        return;
    queue->meets_open--;
    if (queue->meet_failed)
        return;
    if (stopped(queue, answer, "greeting the server")) {
        queue->meet_failed = true;
        return;
    }
    if (said && strcmp(said, "grace") == 0)
        log_event(LOG_LEVEL_WARN, "redis_changed", "effect",
                  "it may have lost what was accepted last; work waits for "
                  "one lease; what is not delivered yet is looked for before "
                  "it is sent");
    if (queue->meets_open == 0)
        succeed(queue);
}

/* With full memory nothing is accepted, but the work must go on. */
static void named(void *context, const struct redis_answer *answer)
{
    static const struct redis_answer none = {.fate = REDIS_ANSWERED};

    met(context, names_no_room(answer) ? &none : answer);
}

static void meet(struct queue *queue)
{
    const struct settings *settings = queue->settings;
    const struct server *server = &queue->next_server;

    queue->meets_open = settings->destination_count + 2;
    queue->meet_failed = false;
    numbers_arrive(queue, met);
    names_meet(queue, named, queue);
    for (size_t i = 0; i < settings->destination_count; i++) {
        const struct settings_destination *one = &settings->destinations[i];
        struct command command;

        command_function(&command, "ah3_meet");
        command_key(&command, one->name, "meta", "");
        command_text(&command, server->run_id);
        command_int(&command, server_sure(server));
        command_int(&command, one->lease_ms);
        command_send(&command, queue->redis, 0, met, queue);
        command_clear(&command);
    }
}

static void loaded(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;

    failpoint_pass("meeting.loaded", NULL);
    if (!stopped(queue, answer, "loading the functions (FUNCTION LOAD)"))
        meet(queue);
}

static void load(struct queue *queue)
{
    struct command command;
    struct buf text;

    buf_init(&text, (size_t)512 * 1024);
    library_text(&text);
    command_plain(&command, "FUNCTION");
    command_text(&command, "LOAD");
    command_text(&command, "REPLACE");
    command_bytes(&command, buf_str(&text), text.len);
    command_send(&command, queue->redis, 0, loaded, queue);
    command_clear(&command);
    buf_clear(&text);
}

static void compared(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;
    const char *said = redis_text(answer->reply);
    char digest[CRYPTO_HEX_SIZE];

    library_digest(digest);
    if (said && strcmp(said, digest) == 0) {
        meet(queue);
        return;
    }
    /* There is none of that name, or another text of it. */
    if (!redis_is_error(answer->reply, "ERR")) {
        if (stopped(queue, answer, "asking for the functions"))
            return;
        log_event(LOG_LEVEL_WARN, "library_replaced", "advice",
                  "another build of this version has put its functions into "
                  "Redis; let only one of them work there");
    }
    load(queue);
}

static void ask_version(struct queue *queue)
{
    redis_callv(queue->redis, compared, queue, "FCALL", "ah3_version", "0",
                NULL);
}

static void mended(struct queue *queue, enum mended how, const char *why,
                   int64_t wait_ms)
{
    if (how == MENDED) {
        ask_version(queue);
        return;
    }
    fail(queue, why);
    if (!queue->closing)
        timer_start(queue->again, wait_ms);
}

/* A server that we work with already is not one that was just restarted. */
static void mend_first(struct queue *queue)
{
    if (!queue->ready && server_unmended(&queue->next_server))
        mend(queue, mended);
    else
        ask_version(queue);
}

static void numbered(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;
    char why[QUEUE_WHY_SIZE];

    if (stopped(queue, answer, "asking which versions have worked on it"))
        return;
    if (!numbers_fit(answer->reply, why, sizeof(why))) {
        fail(queue, why);
        return;
    }
    queue->next_server.mended =
        numbers_mended(answer->reply, queue->next_server.run_id);
    if (!queue->next_server.mended && !server_unmended(&queue->next_server))
        mend_note(queue);
    mend_first(queue);
}

static void configured(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;
    char why[QUEUE_WHY_SIZE];

    /* CONFIG may be forbidden to us; then INFO's word has to do. */
    if (answer->fate != REDIS_ANSWERED &&
        stopped(queue, answer, "asking for the configuration"))
        return;
    server_read_config(&queue->next_server, answer->reply);
    if (!server_fit(&queue->next_server, why, sizeof(why))) {
        fail(queue, why);
        return;
    }
    numbers_ask(queue, numbered);
}

static void informed(void *context, const struct redis_answer *answer)
{
    struct queue *queue = context;

    if (stopped(queue, answer, "asking the server who it is (INFO)"))
        return;
    if (failpoint("meeting.informed", NULL)) {
        fail(queue, "failpoint");
        return;
    }
    queue->next_server = (struct server){0};
    server_read_info(&queue->next_server, answer->reply);
    redis_callv(queue->redis, configured, queue, "CONFIG", "GET",
                "maxmemory-policy", "appendonly", "appendfsync",
                "aof-load-truncated", NULL);
}

static void ask_info(struct queue *queue)
{
    if (queue->meeting || queue->closing || !redis_connected(queue->redis))
        return;
    queue->meeting = true;
    queue->meet_stale = false;
    redis_callv(queue->redis, informed, queue, "INFO", NULL);
}

/* Who starts without Redis is told why nothing is taken: once for each reason.
 */
static void say_away(struct queue *queue)
{
    const char *why = redis_why(queue->redis);

    if (strcmp(queue->why, why) != 0)
        log_event(LOG_LEVEL_WARN, "queue_not_ready", "why", why);
    snprintf(queue->why, sizeof(queue->why), "%s", why);
    timer_start(queue->again, AWAY_MS);
}

static void now(void *context)
{
    struct queue *queue = context;

    if (redis_connected(queue->redis))
        ask_info(queue);
    else if (!queue->closing)
        say_away(queue);
}

void meeting_init(struct queue *queue)
{
    queue->again = timer_new(queue->loop, now, queue);
    snprintf(queue->why, sizeof(queue->why), "Redis has not answered yet");
    timer_start(queue->again, AWAY_MS);
}

void meeting_end(struct queue *queue)
{
    timer_free(queue->again);
    queue->again = NULL;
}

void meeting_connection(void *context, bool connected)
{
    struct queue *queue = context;

    if (connected) {
        timer_start(queue->again, 0);
        return;
    }
    if (queue->ready)
        log_event(LOG_LEVEL_WARN, "queue_not_ready", "why",
                  "the connection to Redis was lost");
    queue->ready = false;
    snprintf(queue->why, sizeof(queue->why), "%s", redis_why(queue->redis));
    timer_start(queue->again, AWAY_MS);
}

void meeting_again(struct queue *queue)
{
    if (!queue->ready)
        return;
    queue->ready = false;
    snprintf(queue->why, sizeof(queue->why),
             "Redis is not ready: it is asked again");
    timer_start(queue->again, 0);
}

void meeting_look(struct queue *queue)
{
    if (queue->ready)
        timer_start(queue->again, 0);
}

void meeting_settings(struct queue *queue, bool more)
{
    queue->meet_stale = queue->meeting;
    if (more && queue->ready) {
        queue->ready = false;
        snprintf(queue->why, sizeof(queue->why),
                 "Redis is asked about the new destinations");
    }
    timer_start(queue->again, 0);
}
