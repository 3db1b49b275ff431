/* The desks of all destinations that refresh. See access.h. */
#include "access/access.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/desk.h"
#include "access/renew.h"
#include "base/alloc.h"

#include "base/banned.h"

struct access {
    struct access_options options;
    struct settings *settings; /* held */
    struct renewals renewals;
    struct desk **desks; /* owned */
    size_t count;
};

static struct desk *find(const struct access *access, const char *name)
{
    for (size_t i = 0; access && i < access->count; i++)
        if (!access->desks[i]->retired &&
            strcmp(access->desks[i]->name, name) == 0)
            return access->desks[i];
    return NULL;
}

/* The desk that goes on with these settings, or NULL. */
static struct desk *fitting(const struct access *access,
                            struct settings *settings, const char *name)
{
    struct desk *desk = find(access, name);

    return desk && desk_use_settings(desk, settings) ? desk : NULL;
}

/* One that is gone from the settings is kept while it has something to store.
 */
static void retire(struct access *access, const struct settings *settings)
{
    size_t kept = 0;

    for (size_t i = 0; i < access->count; i++) {
        struct desk *desk = access->desks[i];

        if (desk->settings != settings)
            desk_retire(desk);
        if (desk->retired && desk_idle(desk))
            desk_free(desk);
        else
            access->desks[kept++] = desk;
    }
    access->count = kept;
}

void access_name(const struct settings_destination *destination,
                 const struct secret *token, int64_t number,
                 char name[ACCESS_NAME_SIZE])
{
    const char *const texts[] = {destination->base_url ? destination->base_url
                                                       : "",
                                 secret_present(token) ? token->bytes : ""};

    if (number)
        snprintf(name, ACCESS_NAME_SIZE, "#%" PRId64, number);
    else
        desk_digest(name, texts, sizeof(texts) / sizeof(texts[0]));
}

/* The name of what is used now; false: nothing is. */
static bool name_now(const struct access *access,
                     const struct settings_destination *destination,
                     char name[ACCESS_NAME_SIZE])
{
    struct secret token = {0};
    int64_t number = access_token(access, destination, &token);
    bool there = secret_present(&token);

    if (there)
        access_name(destination, &token, number, name);
    secret_clear(&token);
    return there;
}

static void tell_name(struct access *access,
                      const struct settings_destination *destination,
                      const char *old)
{
    char name[ACCESS_NAME_SIZE];

    if (name_now(access, destination, name) && strcmp(name, old) != 0)
        renewals_tell(&access->renewals, &access->options, destination->name,
                      name);
}

void access_refused(struct access *access, const char *destination,
                    const char *name)
{
    const struct settings_destination *found =
        settings_destination(access->settings, destination);

    if (found)
        tell_name(access, found, name);
}

/* A token that was refreshed is told of where it is stored. */
static void tell_names(struct access *access)
{
    const struct settings *settings = access->settings;

    for (size_t i = 0; i < settings->destination_count; i++)
        if (!settings_uses_oauth(&settings->destinations[i]))
            tell_name(access, &settings->destinations[i], "");
}

void access_use_settings(struct access *access, struct settings *settings)
{
    size_t most = access->count + settings->destination_count;
    struct desk **fresh =
        NEW_ARRAY(settings->destination_count + 1, struct desk *);
    size_t count = 0;

    for (size_t i = 0; i < settings->destination_count; i++) {
        const struct settings_destination *one = &settings->destinations[i];

        if (settings_uses_oauth(one) && !fitting(access, settings, one->name))
            fresh[count++] = desk_new(&access->options, settings, one);
    }
    retire(access, settings);
    access->desks =
        alloc_resize(access->desks, most + 1, sizeof(*access->desks));
    for (size_t i = 0; i < count; i++)
        access->desks[access->count++] = fresh[i];
    free(fresh);
    settings_hold(settings);
    settings_release(access->settings);
    access->settings = settings;
    tell_names(access);
}

struct access *access_new(const struct access_options *options,
                          struct settings *settings)
{
    struct access *access = NEW(struct access);

    access->options = *options;
    access_use_settings(access, settings);
    return access;
}

void access_free(struct access *access)
{
    if (!access)
        return;
    for (size_t i = 0; i < access->count; i++)
        desk_free(access->desks[i]);
    renewals_forget(&access->renewals);
    settings_release(access->settings);
    free(access->desks);
    free(access);
}

void access_pause(struct access *access)
{
    for (size_t i = 0; i < access->count; i++)
        desk_pause(access->desks[i]);
}

bool access_busy(const struct access *access)
{
    for (size_t i = 0; i < access->count; i++)
        if (desk_busy(access->desks[i]))
            return true;
    return false;
}

int64_t access_token(const struct access *access,
                     const struct settings_destination *destination,
                     struct secret *token)
{
    const struct desk *desk = find(access, destination->name);

    secret_clear(token);
    if (!desk)
        secret_copy(token, &destination->token);
    else if (desk_ready(desk))
        secret_copy(token, &desk->token);
    return desk ? desk->number : 0;
}

enum access_state access_state(const struct access *access,
                               const char *destination)
{
    const struct desk *desk = find(access, destination);

    if (!desk || desk_ready(desk))
        return ACCESS_STATE_READY;
    return desk->refused ? ACCESS_STATE_REFUSED : ACCESS_STATE_WAITING;
}

void access_wake(struct access *access)
{
    for (size_t i = 0; i < access->count; i++)
        if (!desk_ready(access->desks[i]) && desk_idle(access->desks[i]))
            desk_look_in(access->desks[i], 0);
}

void access_doubt(struct access *access, const char *destination,
                  int64_t number)
{
    struct desk *desk = find(access, destination);

    if (desk)
        desk_doubt(desk, number);
}
