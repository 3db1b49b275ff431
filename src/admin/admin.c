/* The operators' API as a whole: what it holds, and how it ends. See admin.h.
 */
#include "admin/admin.h"

#include <stdlib.h>
#include <string.h>

#include "admin/inside.h"
#include "base/alloc.h"

#include "base/banned.h"

struct admin *admin_new(struct settings *settings, struct queue *queue)
{
    struct admin *admin = NEW(struct admin);

    admin->settings = settings_hold(settings);
    admin->queue = queue;
    return admin;
}

static void end_when_over(struct admin *admin)
{
    if (!admin->over || admin->open)
        return;
    settings_release(admin->settings);
    free(admin);
}

void admin_free(struct admin *admin)
{
    if (!admin)
        return;
    admin->over = true;
    end_when_over(admin);
}

void admin_use_settings(struct admin *admin, struct settings *settings)
{
    struct settings *old = admin->settings;

    admin->settings = settings_hold(settings);
    settings_release(old);
}

void admin_drain(struct admin *admin)
{
    admin->draining = true;
}

void admin_handle(void *context, struct http_exchange *exchange)
{
    struct request request = {.admin = context, .exchange = exchange};

    admin_route(&request);
}

void *call_begin(const struct request *request, size_t size)
{
    struct call *call = alloc_zero(1, size);

    call->admin = request->admin;
    call->admin->open++;
    call->settings = settings_hold(request->admin->settings);
    call->exchange = request->exchange;
    memcpy(call->by, request->who.name, sizeof(call->by));
    memcpy(call->name, request->name, sizeof(call->name));
    return call;
}

void call_end(struct call *call)
{
    struct admin *admin = call->admin;

    settings_release(call->settings);
    free(call);
    admin->open--;
    end_when_over(admin);
}
