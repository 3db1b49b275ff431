/* Holding settings and asking them. See settings.h. */
#include "config/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "config/load.h"
#include "config/origins.h"

#include "base/banned.h"

struct settings *settings_hold(struct settings *settings)
{
    settings->origins->holds++;
    return settings;
}

void settings_release(struct settings *settings)
{
    if (!settings || --settings->origins->holds)
        return;
    objects_free(settings);
    origins_free(settings->origins);
    free(settings->path);
    free(settings);
}

const struct settings_destination *
settings_destination(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->destination_count; i++)
        if (strcmp(settings->destinations[i].name, name) == 0)
            return &settings->destinations[i];
    return NULL;
}

bool settings_uses_oauth(const struct settings_destination *destination)
{
    return secret_present(&destination->oauth.refresh_token);
}

const struct settings_form *settings_form(const struct settings *settings,
                                          const char *name)
{
    for (size_t i = 0; i < settings->form_count; i++)
        if (strcmp(settings->forms[i].name, name) == 0)
            return &settings->forms[i];
    return NULL;
}

void settings_set_sandbox(struct settings *settings, const char *base_url,
                          const char *token)
{
    for (size_t i = 0; i < settings->destination_count; i++) {
        struct settings_destination *destination = &settings->destinations[i];

        if (destination->base_url)
            continue;
        destination->base_url = alloc_text(base_url);
        secret_set(&destination->token, token, strlen(token));
        secret_clear(&destination->oauth.refresh_token);
        derive_destination(settings, destination);
    }
}

bool settings_addressed(const struct settings *settings, struct error *err)
{
    if (!settings->origins->no_destinations) {
        validate_addresses(settings);
        return origins_judge(settings->origins, err);
    }
    return settings->destinations[0].base_url ||
           error_set(err, ERROR_CONFIG,
                     "destination %s has no address; set "
                     "AFTERHOURS_ZENDESK_SUBDOMAIN and "
                     "AFTERHOURS_ZENDESK_TOKEN, or try things with "
                     "'afterhours up --sandbox'",
                     settings->destinations[0].name);
}

const struct settings_form *settings_demo_form(const struct settings *settings)
{
    const struct settings_form *form = settings_form(settings, "contact");

    return form ? form : &settings->forms[0];
}

void settings_demo(struct settings *settings)
{
    size_t i = (size_t)(settings_demo_form(settings) - settings->forms);

    derive_own_origins(settings, &settings->forms[i]);
}

void settings_ticket_url(const struct settings_destination *destination,
                         const char *template, int64_t ticket_id,
                         struct buf *out)
{
    while (*template) {
        size_t len = strcspn(template, "{");

        buf_add(out, template, len);
        template += len;
        if (text_starts(template, "{id}")) {
            buf_format(out, "%lld", (long long)ticket_id);
            template += strlen("{id}");
        } else if (text_starts(template, "{subdomain}")) {
            buf_text(out, destination->subdomain ? destination->subdomain : "");
            template += strlen("{subdomain}");
        } else if (*template) {
            buf_char(out, *template ++);
        }
    }
}

bool settings_has_admin(const struct settings *settings)
{
    return secret_present(&settings->admin.token) ||
           settings->admin.token_count > 0;
}

bool settings_wants_news(const struct settings_form *form, const char *event)
{
    const struct settings_callback *callback;

    if (!form || !form->callback.url || !event)
        return false;
    callback = &form->callback;
    return (callback->on_delivered &&
            strcmp(event, "submission.delivered") == 0) ||
           (callback->on_linked && strcmp(event, "submission.linked") == 0) ||
           (callback->on_unlinked &&
            strcmp(event, "submission.unlinked") == 0) ||
           (callback->on_failed && strcmp(event, "submission.failed") == 0);
}
