/* A look at the files now and then. See secret_watch.h. */
#include "daemon/secret_watch.h"

#include <stdlib.h>

#include "base/alloc.h"

#include "base/banned.h"

/* A look is one stat() per file. */
#define LOOK_MS    2000
#define LONGEST_MS 300000

struct secret_watch {
    struct settings *const *settings; /* borrowed */
    const struct settings *told;      /* never looked into: may be gone */
    void (*changed)(void *context);
    void *context;
    struct timer *timer;
    int64_t wait_ms;
};

static void look(void *context)
{
    struct secret_watch *watch = context;
    const struct settings *now = *watch->settings;

    if (now != watch->told)
        watch->wait_ms = LOOK_MS;
    if (settings_secrets_changed(now)) {
        if (now == watch->told && watch->wait_ms < LONGEST_MS)
            watch->wait_ms *= 2;
        watch->told = now;
        watch->changed(watch->context);
    }
    timer_start(watch->timer, watch->wait_ms);
}

struct secret_watch *secret_watch_new(struct loop *loop,
                                      struct settings *const *settings,
                                      void (*changed)(void *context),
                                      void *context)
{
    struct secret_watch *watch = NEW(struct secret_watch);

    watch->settings = settings;
    watch->changed = changed;
    watch->context = context;
    watch->wait_ms = LOOK_MS;
    watch->timer = timer_new(loop, look, watch);
    timer_start(watch->timer, watch->wait_ms);
    return watch;
}

void secret_watch_free(struct secret_watch *watch)
{
    if (!watch)
        return;
    timer_free(watch->timer);
    free(watch);
}
