/* See replay_bar.h. */
#include "cmd/replay_bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/output.h"
#include "cmd/replay_preview.h"

#include "base/banned.h"

#define BAR_WIDTH   14
#define USUAL_WIDTH 80
#define SAMPLE_MS   1000
#define WINDOW_MS   60000
#define PART_SIZE   64
#define LEFT_MOST_S (100 * 86400)

/* In the order in which they stand there; which of them have room is another
 * matter. */
enum part {
    STATE,
    HOW_FAR,
    REPLAYED,
    FAILED,
    LINKED,
    FOUND,
    SPEED,
    LEFT,
    PARTS
};
static const enum part by_weight[PARTS] = {STATE,  HOW_FAR, FAILED, LEFT,
                                           LINKED, SPEED,   FOUND,  REPLAYED};

typedef char part_text[PART_SIZE];

static int64_t settled_of(const struct replay *replay,
                          const struct replay_fates *fates)
{
    return fates->forgotten ? replay->done : fates->rest;
}

static void write_counts(part_text *parts, const struct replay *replay,
                         const struct replay_fates *fates)
{
    const struct {
        enum part part;
        int64_t count;
        const char *word;
    } counts[] = {
        {FAILED, fates->counts[FATE_FAILED], "failed again"},
        {LINKED, fates->counts[FATE_LINKED], "linked"},
        {FOUND, fates->found, "found, not sent"},
    };

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        if (counts[i].count)
            snprintf(parts[counts[i].part], PART_SIZE, "%" PRId64 " %s",
                     counts[i].count, counts[i].word);
    snprintf(parts[HOW_FAR], PART_SIZE, "%" PRId64 " of %" PRId64,
             settled_of(replay, fates), replay->total);
    if (replay->done < replay->total)
        snprintf(parts[REPLAYED], PART_SIZE, "%" PRId64 " replayed",
                 replay->done);
}

static void write_speed(part_text *parts, const struct replay *replay,
                        int64_t settled, int64_t speed)
{
    int64_t seconds = 0;
    char span[REPLAY_SPAN_SIZE];

    if (speed <= 0 || settled >= replay->total ||
        replay->state == REPLAY_PAUSED)
        return;
    seconds = (replay->total - settled) * 60000 / speed;
    snprintf(parts[SPEED], PART_SIZE, "%" PRId64 "/min", (speed + 500) / 1000);
    if (seconds > LEFT_MOST_S)
        return;
    replay_span(seconds, span);
    snprintf(parts[LEFT], PART_SIZE, "%s left", span + strlen("about "));
}

/* Drops what has no room. */
static void choose(part_text *parts, size_t room)
{
    for (size_t i = 0; i < PARTS; i++) {
        char *text = parts[by_weight[i]];
        size_t len = text[0] ? strlen(text) + 2 : 0;

        if (len > room)
            text[0] = '\0';
        else
            room -= len;
    }
}

void replay_bar_text(struct buf *out, const struct replay *replay,
                     const struct replay_fates *fates, const char *away,
                     int64_t speed, size_t columns)
{
    int64_t settled = settled_of(replay, fates);
    part_text parts[PARTS] = {""};
    size_t filled = BAR_WIDTH;
    const char *before = " ";

    if (replay->total > 0)
        filled = (size_t)(settled * BAR_WIDTH / replay->total);
    if (away)
        snprintf(parts[STATE], PART_SIZE, "%s", away);
    else if (replay->state == REPLAY_PAUSED)
        snprintf(parts[STATE], PART_SIZE, "paused");
    write_counts(parts, replay, fates);
    write_speed(parts, replay, settled, speed);
    choose(parts, columns > BAR_WIDTH + 2 ? columns - BAR_WIDTH - 2 : 0);
    buf_text(out, "[");
    for (size_t i = 0; i < BAR_WIDTH; i++)
        buf_text(out, i < filled ? "#" : "-");
    buf_text(out, "]");
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i][0])
            continue;
        buf_format(out, "%s%s", before, parts[i]);
        before = ", ";
    }
}

void replay_bar_begin(struct replay_bar *bar)
{
    const char *terminal = getenv("TERM");

    memset(bar, 0, sizeof(*bar));
    bar->shown =
        isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
    bar->colour = output_colour(stderr);
}

static size_t columns_of(int fd)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    return size.ws_col;
}

/* In thousandths a minute, over the last minute; 0: not known yet. */
static int64_t speed_of(struct replay_bar *bar, int64_t rest)
{
    size_t most = sizeof(bar->samples) / sizeof(bar->samples[0]);
    int64_t now = clock_boot_ms();
    size_t last = bar->sample_count;
    int64_t ms;

    if (last == 0 || now - bar->samples[last - 1].at >= SAMPLE_MS) {
        while (bar->sample_count == most ||
               (bar->sample_count && now - bar->samples[0].at > WINDOW_MS))
            memmove(bar->samples, bar->samples + 1,
                    --bar->sample_count * sizeof(bar->samples[0]));
        bar->samples[bar->sample_count].at = now;
        bar->samples[bar->sample_count++].rest = rest;
    }
    ms = now - bar->samples[0].at;
    if (ms < 2 * SAMPLE_MS)
        return 0;
    return (rest - bar->samples[0].rest) * WINDOW_MS * 1000 / ms;
}

void replay_bar_draw(struct replay_bar *bar, const struct replay *replay,
                     const struct replay_fates *fates, const char *away)
{
    int64_t speed = speed_of(bar, settled_of(replay, fates));
    const char *text, *bar_end;
    struct buf line;

    if (!bar->shown)
        return;
    buf_init(&line, REPLAY_BAR_MAX);
    replay_bar_text(&line, replay, fates, away, speed,
                    columns_of(STDERR_FILENO));
    text = buf_str(&line);
    bar_end = strchr(text, ']');
    fprintf(stderr, "\r\033[K%s%.*s%s%s", bar->colour ? "\033[32m" : "",
            (int)(bar_end - text + 1), text, bar->colour ? "\033[0m" : "",
            bar_end + 1);
    fflush(stderr);
    buf_clear(&line);
    bar->drawn = true;
}

void replay_bar_clear(struct replay_bar *bar)
{
    if (bar->drawn)
        fputs("\r\033[K", stderr);
    bar->drawn = false;
}
