/* A look at the files now and then. See secret_watch.h. */
#include "daemon/secret_watch.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"

#include "base/banned.h"

/* A look is one stat() per file. */
#define LOOK_MS 2000

struct secret_watch {
    struct settings *const *settings; /* borrowed */
    const struct settings *told;      /* never looked into: may be gone */
    uint64_t stamp;                   /* of the files, when it was told */
    bool missing;                     /* one of them is, and that was said */
    void (*changed)(void *context);
    void *context;
    struct timer *timer;
};

/* It is being replaced, or somebody made a mistake. */
static void tell_missing(struct secret_watch *watch, const char *file)
{
    struct log_line line;

    if (file && !watch->missing) {
        log_begin(&line, LOG_LEVEL_WARN, "secret_missing");
        log_text(&line, "file", file);
        log_text(&line, "advice",
                 "what was read from it stays in use; put it back before the "
                 "next start");
        log_end(&line);
    }
    watch->missing = file != NULL;
}

/* Settings that could not be loaded with what is there are not loaded again
 * before something else is there. */
static void look(void *context)
{
    struct secret_watch *watch = context;
    const struct settings *now = *watch->settings;
    uint64_t stamp = settings_secrets_stamp(now);

    tell_missing(watch, settings_secret_missing(now));
    timer_start(watch->timer, LOOK_MS);
    if (!settings_secrets_changed(now) ||
        (now == watch->told && stamp == watch->stamp))
        return;
    watch->told = now;
    watch->stamp = stamp;
    watch->changed(watch->context);
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
    watch->timer = timer_new(loop, look, watch);
    timer_start(watch->timer, LOOK_MS);
    return watch;
}

void secret_watch_look(struct secret_watch *watch)
{
    timer_start(watch->timer, 0);
}

void secret_watch_free(struct secret_watch *watch)
{
    if (!watch)
        return;
    timer_free(watch->timer);
    free(watch);
}
