/* Settings that follow from others when they are not set. See load.h. */
#include "config/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "config/origins.h"

#include "base/banned.h"

static void cut_slash(char *url)
{
    size_t len = url ? strlen(url) : 0;

    while (len && url[len - 1] == '/')
        url[--len] = '\0';
}

static const char *scheme(const struct settings *settings)
{
    return settings->tls.certificate ? "https" : "http";
}

/* ":8080" behind a host; nothing when the scheme means that port anyway. */
static char *port_suffix(const struct settings *settings)
{
    const char *colon = strrchr(settings->listen, ':');
    const char *port = colon ? colon + 1 : settings->listen;
    const char *usual = settings->tls.certificate ? "443" : "80";

    return alloc_format("%s%s", strcmp(port, usual) == 0 ? "" : ":",
                        strcmp(port, usual) == 0 ? "" : port);
}

/* The host part of listen, or instead for "every address of the machine". */
static char *own_host(const struct settings *settings, const char *instead)
{
    static const char *const every[] = {"", "*", "0.0.0.0", "[::]"};
    const char *colon = strrchr(settings->listen, ':');
    size_t len = colon ? (size_t)(colon - settings->listen) : 0;
    char *host = alloc_text_n(settings->listen, len);

    for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++)
        if (strcmp(host, every[i]) == 0)
            alloc_replace(&host, instead);
    return host;
}

static void derive_public_url(struct settings *settings)
{
    char *host = own_host(settings, "localhost");
    char *port = port_suffix(settings);

    if (!settings->public_url)
        settings->public_url =
            alloc_format("%s://%s%s", scheme(settings), host, port);
    cut_slash(settings->public_url);
    free(host);
    free(port);
}

char *settings_ready_url(const struct settings *settings)
{
    char *host, *port, *url;

    if (settings->tls.certificate)
        return alloc_format("%s/readyz", settings->public_url);
    host = own_host(settings, "127.0.0.1");
    port = port_suffix(settings);
    url = alloc_format("http://%s%s/readyz", host, port);
    free(host);
    free(port);
    return url;
}

/* origin is taken over, or freed when the form has it already. */
static void add_origin(struct settings_form *form, char *origin)
{
    for (size_t i = 0; i < form->origin_count; i++)
        if (strcmp(form->origins[i], origin) == 0) {
            free(origin);
            return;
        }
    form->origins = alloc_resize(form->origins, form->origin_count + 1,
                                 sizeof(*form->origins));
    form->origins[form->origin_count++] = origin;
}

void derive_own_origins(const struct settings *settings,
                        struct settings_form *form)
{
    const char *host = strstr(settings->public_url, "://") + 3;
    size_t len = (size_t)(host - settings->public_url) + strcspn(host, "/");
    char *port = port_suffix(settings);

    add_origin(form, alloc_format("%s://127.0.0.1%s", scheme(settings), port));
    add_origin(form, alloc_format("%s://localhost%s", scheme(settings), port));
    add_origin(form, alloc_text_n(settings->public_url, len));
    free(port);
}

static bool at_default(const struct settings *settings,
                       const struct settings_destination *destination,
                       const char *name)
{
    char *path = alloc_format("destinations.%s.%s", destination->name, name);
    bool set = origins_find(settings->origins, path) != NULL;

    free(path);
    return !set;
}

static void replace(char **owner, char *text)
{
    free(*owner);
    *owner = text;
}

/* Without a subdomain the tickets are taken to be where the API is. */
static void derive_links(const struct settings *settings,
                         struct settings_destination *destination)
{
    if (destination->subdomain || !destination->base_url)
        return;
    if (at_default(settings, destination, "ticket_url"))
        replace(&destination->ticket_url,
                alloc_format("%s/hc/requests/{id}", destination->base_url));
    if (at_default(settings, destination, "agent_url"))
        replace(&destination->agent_url,
                alloc_format("%s/agent/tickets/{id}", destination->base_url));
}

void derive_destination(const struct settings *settings,
                        struct settings_destination *destination)
{
    char *path = alloc_format("destinations.%s.token", destination->name);
    const struct origin *token = origins_find(settings->origins, path);

    if (destination->subdomain && !destination->base_url)
        destination->base_url =
            alloc_format("https://%s.zendesk.com", destination->subdomain);
    cut_slash(destination->base_url);
    derive_links(settings, destination);
    if (token && !destination->token_file)
        destination->token_file = alloc_text(token->file);
    free(path);
}

static void derive_form(const struct settings *settings,
                        struct settings_form *form)
{
    struct settings_callback *callback = &form->callback;

    if (!form->destination && settings->destination_count == 1)
        form->destination = alloc_text(settings->destinations[0].name);
    if (secret_present(&callback->secret) && !callback->secret_count) {
        free(callback->secrets); /* of an empty list */
        callback->secrets = NEW(struct secret);
        callback->secret_count = 1;
        secret_copy(callback->secrets, &callback->secret);
    }
    for (size_t i = 0; i < form->field_count; i++) {
        struct settings_field *field = &form->fields[i];

        if (!field->limit)
            field->limit = (unsigned)settings->limits.field;
        if (!field->label)
            field->label = alloc_text(field->name);
    }
}

void derive(struct settings *settings)
{
    derive_public_url(settings);
    for (size_t i = 0; i < settings->destination_count; i++)
        derive_destination(settings, &settings->destinations[i]);
    for (size_t i = 0; i < settings->form_count; i++)
        derive_form(settings, &settings->forms[i]);
    for (size_t i = 0; i < settings->api.key_count; i++)
        if (!settings->api.keys[i].form && settings->form_count == 1)
            settings->api.keys[i].form = alloc_text(settings->forms[0].name);
    if (settings->origins->no_forms && !settings->forms[0].origin_count)
        derive_own_origins(settings, &settings->forms[0]);
}
