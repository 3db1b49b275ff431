/* The progress line. See chats_progress.h. */
#include "cmd/chats_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/output.h"

#include "base/banned.h"

#define WIDTH      24
#define PATIENT_MS 400 /* what takes no longer needs no line */
#define EVERY_MS   100

void chats_progress_begin(struct chats_progress *progress)
{
    const char *terminal = getenv("TERM");

    memset(progress, 0, sizeof(*progress));
    progress->shown =
        isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
    progress->colour = output_colour(stderr);
    progress->since = clock_boot_ms();
    progress->total = -1;
}

void chats_progress_set(struct chats_progress *progress, size_t done,
                        int64_t total)
{
    progress->done = done;
    progress->total = total;
}

static void print_bar(const struct chats_progress *progress)
{
    double share = (double)progress->done / (double)progress->total;
    int filled = share < 1 ? (int)(share * WIDTH) : WIDTH;

    fprintf(stderr, "[%s%-*.*s%s] %zu of %" PRId64,
            progress->colour ? "\033[32m" : "", WIDTH, filled,
            "########################", progress->colour ? "\033[0m" : "",
            progress->done, progress->total);
}

void chats_progress_draw(struct chats_progress *progress, const char *note)
{
    int64_t now = clock_boot_ms();

    if (!progress->shown || (!note && (now - progress->since < PATIENT_MS ||
                                       now - progress->last_at < EVERY_MS)))
        return;
    progress->last_at = now;
    progress->drawn = true;
    fputs("\r\033[K", stderr);
    if (progress->total > 0)
        print_bar(progress);
    else if (progress->done > 0)
        fprintf(stderr, "%zu chats", progress->done);
    else
        fputs("asking", stderr);
    if (note)
        fprintf(stderr, "  %s", note);
    fflush(stderr);
}

void chats_progress_clear(struct chats_progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
