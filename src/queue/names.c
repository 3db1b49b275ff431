/*
 * The names of all destinations. See names.h.
 *
 *     {@}destinations, a zset; score: when it was met, to the hour
 *
 * Plain commands: nothing here is a move. Who has a name in its settings puts
 * it down again at each meeting, so one that is dropped too early is back soon.
 */
#include "queue/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue/replays.h"
#include "queue/state.h"

#include "base/banned.h"

#define HOUR_MS   (INT64_C(3600) * 1000)
#define UNMET_MS  (3 * HOUR_MS)
#define NAMES_MAX 4096 /* more are not believed */

struct asking {
    struct queue *queue;
    names_told *told;
    void *context;
};

static void begin(struct command *command, const char *name)
{
    command_plain(command, name);
    command_key(command, REPLAYS_TAG, "destinations", "");
}

void names_meet(struct queue *queue, redis_done *done, void *context)
{
    const struct settings *settings = queue->settings;
    int64_t now = clock_wall_ms();
    struct command command;

    begin(&command, "ZADD");
    command_text(&command, "GT");
    for (size_t i = 0; i < settings->destination_count; i++) {
        command_int(&command, now - now % HOUR_MS);
        command_text(&command, settings->destinations[i].name);
    }
    command_send(&command, queue->redis, 0, done, context);
    command_clear(&command);
}

bool names_no_room(const struct redis_answer *answer)
{
    return answer->fate == REDIS_ANSWERED &&
           redis_is_error(answer->reply, "OOM");
}

static void add(struct name *name, const char *text, bool left, int64_t met_at)
{
    snprintf(name->text, sizeof(name->text), "%s", text);
    name->left = left;
    name->met_at = met_at;
}

/* Members and scores, in turn. */
static size_t add_left(struct name *list, const struct redis_reply *reply,
                       const struct settings *settings)
{
    size_t count = 0;

    for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
        const char *text = redis_text(redis_at(reply, i));
        const char *score = redis_text(redis_at(reply, i + 1));

        if (text && score && id_name_ok(text) &&
            !settings_destination(settings, text))
            add(&list[count++], text, true, strtoll(score, NULL, 10));
    }
    return count;
}

static void answered(void *context, const struct redis_answer *answer)
{
    struct asking *asking = context;
    const struct settings *settings = asking->queue->settings;
    size_t rows = redis_count(answer->reply) / 2;
    size_t count = settings->destination_count;
    struct name *list = NULL;
    struct error err = {0};
    bool failed = call_failed(answer, &err);

    if (!failed && rows > NAMES_MAX)
        failed = !error_set(&err, ERROR_INPUT,
                            "Redis knows more than %d destinations: remove "
                            "from the zset {@}destinations what was never one",
                            NAMES_MAX);
    if (!failed) {
        list = NEW_ARRAY(count + rows + 1, struct name);
        for (size_t i = 0; i < count; i++)
            add(&list[i], settings->destinations[i].name, false, 0);
        count += add_left(list + count, answer->reply, settings);
    }
    asking->told(asking->context, list, failed ? 0 : count,
                 failed ? &err : NULL);
    free(list);
    free(asking);
}

void names_ask(struct queue *queue, names_told *told, void *context)
{
    struct asking *asking = NEW(struct asking);
    struct command command;

    asking->queue = queue;
    asking->told = told;
    asking->context = context;
    begin(&command, "ZRANGE");
    command_int(&command, 0);
    command_int(&command, NAMES_MAX);
    command_text(&command, "WITHSCORES");
    call_start(queue, &command, (struct call_plan){0, true}, answered, asking);
}

static void dropped(void *context, const struct redis_answer *answer)
{
    (void)context;
    (void)answer; /* one that is still there is dropped at the next look */
}

void names_drop(struct queue *queue, const struct name *name)
{
    struct command command;

    if (clock_wall_ms() - name->met_at < UNMET_MS)
        return;
    begin(&command, "ZREM");
    command_text(&command, name->text);
    call_start(queue, &command, (struct call_plan){0}, dropped, NULL);
}
