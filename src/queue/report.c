/* What the answers of a destination say of itself. See queue.h. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "queue/state.h"

#include "base/banned.h"

static const char *const changes[] = {
    [BREAKER_AS_BEFORE] = "",
    [BREAKER_OPENED] = "opened",
    [BREAKER_FAILED] = "failed",
    [BREAKER_CLOSED] = "closed",
};

struct reporting {
    queue_weather_heard *heard;
    void *context;
};

static void answered(void *context, const struct redis_answer *answer)
{
    struct reporting *reporting = context;
    enum breaker_change change = BREAKER_AS_BEFORE;
    const char *said = redis_text(redis_at(answer->reply, 0));
    struct error err;
    bool failed = call_failed(answer, &err);

    for (size_t i = 0; said && i < sizeof(changes) / sizeof(changes[0]); i++)
        if (strcmp(said, changes[i]) == 0)
            change = (enum breaker_change)i;
    reporting->heard(reporting->context, change,
                     redis_integer(redis_at(answer->reply, 1)),
                     failed ? &err : NULL);
    free(reporting);
}

void queue_report(struct queue *queue, const char *destination,
                  const struct weather *weather, queue_weather_heard *heard,
                  void *context)
{
    const struct settings_destination *found =
        settings_destination(queue->settings, destination);
    struct reporting *reporting = NEW(struct reporting);
    struct command command;
    char share[32];

    reporting->heard = heard;
    reporting->context = context;
    snprintf(share, sizeof(share), "%.3f", found ? found->reserve : 0.0);
    command_function(&command, "ah3_report");
    command_key(&command, destination, "budget", "");
    command_key(&command, destination, "bell", "");
    command_int(&command, weather->good);
    command_int(&command, weather->bad);
    command_int(&command, weather->left);
    command_int(&command, weather->left_for_ms);
    command_int(&command, found ? found->budget_per_minute : 0);
    command_text(&command, share);
    command_int(&command, found ? found->breaker_failures : 0);
    command_int(&command, found ? found->breaker_probe_ms : 1);
    command_int(&command, found ? found->breaker_cap_ms : 1);
    command_int(&command, weather->lost);
    call_start(queue, &command, (struct call_plan){0}, answered, reporting);
}
