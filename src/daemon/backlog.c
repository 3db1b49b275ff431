/* The alarm on age. See backlog.h. */
#include "daemon/backlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#include "base/banned.h"

#define LOOK_MOST_MS  60000 /* between two looks, */
#define LOOK_LEAST_MS 250   /* but four in the time of the alarm */
#define AGAIN_MS      (INT64_C(15) * 60000) /* it is said as often as that */

/* One destination's. */
struct line {
    char name[ID_NAME_MAX + 1];
    int64_t alarm_ms;
    bool asking, old;
    int64_t told_at; /* boot clock, ms */
};

struct backlog {
    struct queue *queue;
    struct settings *const *settings;
    struct line **lines; /* owned; of every destination there was */
    size_t count;
    struct timer *timer;
};

static void log_old(const struct line *line, const struct tally *tally)
{
    struct log_line out;
    char age[CLOCK_AGE_SIZE];

    clock_format_age(tally->oldest_ms[STAGE_DELIVER], age);
    log_begin(&out, LOG_LEVEL_WARN, "backlog_old");
    log_text(&out, "destination", line->name);
    log_text(&out, "oldest", age);
    log_int(&out, "waiting", tally->due[STAGE_DELIVER]);
    log_text(&out, "advice",
             "the destination takes nothing, or less than comes in: "
             "'afterhours status' says why");
    log_end(&out);
}

static void tallied(void *context, const struct tally *tally,
                    const struct error *err)
{
    struct line *line = context;
    int64_t now = clock_boot_ms();
    bool old;

    line->asking = false;
    if (err || !line->alarm_ms)
        return;
    old = tally->oldest_ms[STAGE_DELIVER] >= line->alarm_ms;
    if (old && (!line->old || now - line->told_at >= AGAIN_MS)) {
        log_old(line, tally);
        line->told_at = now;
    }
    if (line->old && !old)
        log_event(LOG_LEVEL_INFO, "backlog_over", "destination", line->name);
    line->old = old;
}

static struct line *line_of(struct backlog *backlog, const char *name)
{
    struct line *line;

    for (size_t i = 0; i < backlog->count; i++)
        if (strcmp(backlog->lines[i]->name, name) == 0)
            return backlog->lines[i];
    line = NEW(struct line);
    snprintf(line->name, sizeof(line->name), "%s", name);
    backlog->lines = alloc_resize(backlog->lines, backlog->count + 1,
                                  sizeof(*backlog->lines));
    backlog->lines[backlog->count++] = line;
    return line;
}

static int64_t next_look_ms(const struct settings *settings)
{
    int64_t ms = LOOK_MOST_MS;

    for (size_t i = 0; i < settings->destination_count; i++) {
        int64_t alarm_ms = settings->destinations[i].backlog_alarm_ms;

        if (alarm_ms > 0 && alarm_ms / 4 < ms)
            ms = alarm_ms / 4;
    }
    return ms > LOOK_LEAST_MS ? ms : LOOK_LEAST_MS;
}

static void look(void *context)
{
    struct backlog *backlog = context;
    const struct settings *settings = *backlog->settings;

    for (size_t i = 0; i < settings->destination_count; i++) {
        const struct settings_destination *one = &settings->destinations[i];
        struct line *line = line_of(backlog, one->name);

        line->alarm_ms = one->backlog_alarm_ms;
        if (!line->alarm_ms || line->asking)
            continue;
        line->asking = true;
        queue_tally(backlog->queue, line->name, tallied, line);
    }
    timer_start(backlog->timer, next_look_ms(settings));
}

struct backlog *backlog_new(struct loop *loop, struct queue *queue,
                            struct settings *const *settings)
{
    struct backlog *backlog = NEW(struct backlog);

    backlog->queue = queue;
    backlog->settings = settings;
    backlog->timer = timer_new(loop, look, backlog);
    backlog_settings(backlog);
    return backlog;
}

void backlog_settings(struct backlog *backlog)
{
    timer_start(backlog->timer, next_look_ms(*backlog->settings));
}

void backlog_stop(struct backlog *backlog)
{
    if (backlog)
        timer_stop(backlog->timer);
}

void backlog_free(struct backlog *backlog)
{
    if (!backlog)
        return;
    for (size_t i = 0; i < backlog->count; i++)
        free(backlog->lines[i]);
    free(backlog->lines);
    timer_free(backlog->timer);
    free(backlog);
}
