/* Answers, gathered and told. See weather.h. */
#include "daemon/weather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "chat/chat_answer.h"

#include "base/banned.h"

#define GATHER_MS 20   /* what comes together is told together */
#define USUAL_MS  1000 /* between two reports of nothing new */

/* Of a bucket: what a destination has left matters when it is less. */
#define BUCKET_PART 5

/* One destination's. */
struct sky {
    struct weather_station *station;
    char name[ID_NAME_MAX + 1];
    struct weather weather;
    struct timer *timer;
    bool planned;
    int64_t told_at; /* boot clock, ms */
};

struct weather_station {
    struct loop *loop;
    struct queue *queue;
    struct sky **skies; /* owned */
    size_t count;
    size_t open; /* answers of the queue to come */
    bool closed; /* freed with the last of them */
};

static void reset(struct weather *weather)
{
    *weather = (struct weather){.left = -1};
}

static void station_dispose(struct weather_station *station)
{
    for (size_t i = 0; i < station->count; i++) {
        timer_free(station->skies[i]->timer);
        free(station->skies[i]);
    }
    free(station->skies);
    free(station);
}

static void log_change(const struct sky *sky, enum breaker_change change,
                       int64_t probe_ms)
{
    static const char *const events[] = {
        [BREAKER_OPENED] = "breaker_opened",
        [BREAKER_FAILED] = "breaker_probe_failed",
        [BREAKER_CLOSED] = "breaker_closed",
    };
    struct log_line line;

    log_begin(&line, change == BREAKER_CLOSED ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
              events[change]);
    log_text(&line, "destination", sky->name);
    if (probe_ms)
        log_int(&line, "probe_in_ms", probe_ms);
    log_end(&line);
}

static void heard(void *context, enum breaker_change change, int64_t probe_ms,
                  const struct error *err)
{
    struct sky *sky = context;
    struct weather_station *station = sky->station;

    station->open--;
    if (!station->closed && !err && change != BREAKER_AS_BEFORE)
        log_change(sky, change, probe_ms);
    if (station->closed && station->open == 0)
        station_dispose(station);
}

static void tell(void *context)
{
    struct sky *sky = context;

    sky->planned = false;
    sky->told_at = clock_boot_ms();
    sky->station->open++;
    queue_report(sky->station->queue, sky->name, &sky->weather, heard, sky);
    reset(&sky->weather);
}

static struct sky *sky_of(struct weather_station *station, const char *name)
{
    struct sky *sky;

    for (size_t i = 0; i < station->count; i++)
        if (strcmp(station->skies[i]->name, name) == 0)
            return station->skies[i];
    sky = NEW(struct sky);
    sky->station = station;
    snprintf(sky->name, sizeof(sky->name), "%s", name);
    reset(&sky->weather);
    sky->timer = timer_new(station->loop, tell, sky);
    station->skies = alloc_resize(station->skies, station->count + 1,
                                  sizeof(*station->skies));
    station->skies[station->count++] = sky;
    return sky;
}

/* What is new is told soon; that all is well, once a second. */
static void plan(struct sky *sky, bool urgent)
{
    int64_t since = clock_boot_ms() - sky->told_at;
    int64_t ms = urgent || since >= USUAL_MS ? GATHER_MS : USUAL_MS - since;

    if (sky->planned && !urgent)
        return;
    sky->planned = true;
    timer_start(sky->timer, ms);
}

static bool is_bad(const struct http_response *answer)
{
    return answer->fate != HTTP_ANSWERED || answer->status >= 500;
}

void weather_seen(struct weather_station *station,
                  const struct settings_destination *destination,
                  const struct http_response *answer)
{
    struct sky *sky;
    struct weather *weather;
    struct chat_left left;
    bool urgent;

    if (!station)
        return;
    sky = sky_of(station, destination->name);
    weather = &sky->weather;
    urgent = is_bad(answer) && weather->bad == 0;
    if (is_bad(answer)) {
        weather->bad++;
        weather->lost++;
    } else {
        weather->good++;
        weather->bad = 0;
    }
    if (chat_answer_left(answer, &left) &&
        (weather->left < 0 || left.requests < weather->left)) {
        urgent = urgent ||
                 left.requests < destination->budget_per_minute / BUCKET_PART;
        weather->left = left.requests;
        weather->left_for_ms = left.for_ms;
    }
    plan(sky, urgent);
}

struct weather_station *weather_station_new(struct loop *loop,
                                            struct queue *queue)
{
    struct weather_station *station = NEW(struct weather_station);

    station->loop = loop;
    station->queue = queue;
    return station;
}

void weather_station_free(struct weather_station *station)
{
    if (!station)
        return;
    for (size_t i = 0; i < station->count; i++)
        timer_stop(station->skies[i]->timer);
    station->closed = true;
    if (station->open == 0)
        station_dispose(station);
}
