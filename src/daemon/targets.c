/* Counting what is on its way to whom. See targets.h. */
#include "daemon/targets.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/url.h"

#include "base/banned.h"

#define ORIGIN_MAX ((size_t)512)
#define SOONEST_MS 100   /* to try again */
#define LATEST_MS  60000 /* so that one that is back gets all of them soon */
#define BETWEEN_MS 10    /* at least, from one that comes back to the next */

static void target_free(struct target *target)
{
    free(target->origin);
    free(target);
}

void targets_clear(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        target_free(targets->list[i]);
    free(targets->list);
    memset(targets, 0, sizeof(*targets));
}

static struct target *find(const struct targets *targets, const char *origin)
{
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i]->origin, origin) == 0)
            return targets->list[i];
    return NULL;
}

static struct target *add(struct targets *targets, const char *origin)
{
    struct target *target = NEW(struct target);

    target->origin = alloc_text(origin);
    targets->list =
        alloc_resize(targets->list, targets->count + 1, sizeof(*targets->list));
    targets->list[targets->count++] = target;
    return target;
}

struct target *targets_find(struct targets *targets, const char *url)
{
    struct target *target = NULL;
    struct buf origin;

    buf_init(&origin, ORIGIN_MAX);
    if (url && url_origin(url, &origin)) {
        target = find(targets, buf_str(&origin));
        if (!target)
            target = add(targets, buf_str(&origin));
    }
    buf_clear(&origin);
    return target;
}

static size_t room_of(const struct target *target)
{
    return target->silent ? TARGET_SILENT : TARGET_MOST;
}

bool target_admit(struct target *target)
{
    if (target->flying >= room_of(target))
        return false;
    target->flying++;
    return true;
}

void target_landed(struct target *target, bool heard, int64_t took_ms)
{
    target->flying--;
    target->took_ms = took_ms;
    if (heard && target->silent)
        target->slot_at = 0;
    target->silent = !heard;
}

int64_t target_put_off_ms(struct target *target, int64_t now)
{
    int64_t between = target->took_ms / (int64_t)room_of(target);

    if (target->slot_at < now + SOONEST_MS)
        target->slot_at = now + SOONEST_MS;
    if (target->slot_at > now + LATEST_MS)
        target->slot_at = now + LATEST_MS;
    target->slot_at += between < BETWEEN_MS ? BETWEEN_MS : between;
    return target->slot_at - now;
}
