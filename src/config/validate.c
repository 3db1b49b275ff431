/* Faults that no single value can be blamed for. See load.h. */
#include "config/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "config/origins.h"
#include "config/schema.h"
#include "config/units.h"

#include "base/banned.h"

#define NAMES_LIMIT 400

struct context {
    const struct settings *settings;
    const char *kind; /* "destinations" */
    const char *name;
};

static like_printf(3, 4) void fault(const struct context *context,
                                    const char *setting, const char *format,
                                    ...)
{
    char *path = alloc_format("%s.%s%s%s", context->kind, context->name,
                              *setting ? "." : "", setting);
    char what[ERROR_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    origins_fault_at(context->settings, path, "%s", what);
    free(path);
}

/* A certificate without its key, or the other way round. */
static void validate_pair(const struct settings *settings,
                          const char *certificate, const char *key,
                          const char *block)
{
    char *path = alloc_format("%s.%s", block, key ? "key" : "certificate");

    if (!certificate != !key)
        origins_fault_at(settings, path, "needs %s.%s beside it", block,
                         key ? "certificate" : "key");
    free(path);
}

/* Set, and not to what it would be anyway. */
static bool admin_listens_elsewhere(const struct settings *settings)
{
    bool file;

    return settings->admin.listen &&
           strcmp(settings->admin.listen,
                  schema_find("admin.listen", &file)->initial) != 0;
}

static void validate_admin(const struct settings *settings)
{
    const struct settings_admin *admin = &settings->admin;

    if (!settings_has_admin(settings) && admin_listens_elsewhere(settings))
        origins_fault_at(settings, "admin.listen",
                         "needs admin.token_file or admin.tokens beside it: "
                         "without a token nobody could use it");
    for (size_t i = 0; i < admin->token_count; i++) {
        struct context context = {settings, "admin.tokens",
                                  admin->tokens[i].name};

        if (!secret_present(&admin->tokens[i].hash))
            fault(&context, "",
                  "has no hash; write the token's SHA-256: printf %%s TOKEN | "
                  "sha256sum");
        if (!admin->tokens[i].may_read && !admin->tokens[i].may_operate)
            fault(&context, "roles", "must name read or operate");
    }
}

static void validate_top(const struct settings *settings)
{
    validate_pair(settings, settings->tls.certificate, settings->tls.key,
                  "tls");
    validate_pair(settings, settings->redis.certificate, settings->redis.key,
                  "redis");
    validate_admin(settings);
}

/*
 * A request that outlives half of its lease would leave no time to give the
 * lease back, and a second worker would send what the first is still sending.
 */
static void validate_times(const struct context *context,
                           const struct settings_destination *destination)
{
    struct buf lease;

    buf_init(&lease, 40);
    units_format_duration(destination->lease_ms, &lease);
    if (destination->request_timeout_ms >= destination->lease_ms / 2)
        fault(context, "request_timeout",
              "must be less than half of lease, which is %s", buf_str(&lease));
    if (destination->retry_base_ms > destination->retry_cap_ms)
        fault(context, "retry.base", "is longer than retry.cap");
    if (destination->breaker_probe_ms > destination->breaker_cap_ms)
        fault(context, "breaker.probe", "is longer than breaker.cap");
    if (destination->ticket_first_ms > destination->ticket_patience_ms)
        fault(context, "ticket_first", "is longer than ticket_patience");
    buf_clear(&lease);
}

static void validate_oauth(const struct context *context,
                           const struct settings_destination *destination)
{
    const struct settings_oauth *oauth = &destination->oauth;
    bool refresh = secret_present(&oauth->refresh_token);
    bool secret = secret_present(&oauth->client_secret);

    if (refresh && secret_present(&destination->token))
        fault(context, "oauth",
              "and token are both set: tokens are either refreshed or given");
    if (!refresh && (oauth->client_id || secret))
        fault(context, "oauth",
              "has no refresh_token; set refresh_token_file to a file with the "
              "one you got with the first access token");
    if (refresh && (!oauth->client_id || !secret))
        fault(context, "oauth",
              "needs client_id and client_secret_file beside refresh_token: "
              "those of the API client in Zendesk Chat's settings");
}

static void validate_token(const struct context *context,
                           const struct settings_destination *destination)
{
    const struct settings *settings = context->settings;
    const struct settings_oauth *oauth = &destination->oauth;
    bool token = secret_present(&destination->token) || oauth->client_id ||
                 secret_present(&oauth->client_secret) ||
                 settings_uses_oauth(destination);

    validate_oauth(context, destination);
    if (destination->base_url && !token && settings->origins->no_destinations)
        origins_fault(settings->origins, "AFTERHOURS_ZENDESK_TOKEN",
                      "is missing; set it, or AFTERHOURS_ZENDESK_TOKEN_FILE, "
                      "to an OAuth token of Zendesk Chat with the scopes read, "
                      "write and chat");
    else if (destination->base_url && !token)
        fault(context, "",
              "has no token; set token_file to a file with an OAuth token of "
              "Zendesk Chat with the scopes read, write and chat");
    if (!destination->base_url && token && settings->origins->no_destinations)
        fault(context, "token", "is set, but no subdomain to use it for");
}

static void validate_destination(const struct settings *settings,
                                 const struct settings_destination *destination)
{
    struct context context = {settings, "destinations", destination->name};
    struct lacking unread;

    validate_times(&context, destination);
    if (!settings_unread(settings, destination->name, 0, &unread))
        validate_token(&context, destination);
    if (!destination->subdomain &&
        (strstr(destination->ticket_url, "{subdomain}") ||
         strstr(destination->agent_url, "{subdomain}")) &&
        destination->base_url)
        fault(&context, "ticket_url",
              "and agent_url cannot use {subdomain}: none is set");
}

/* What: "destination" or "form", which is the setting's name too. */
static void tell_unknown(const struct context *context, const char *what,
                         const char *wrong, const char *const *names)
{
    const char *nearest = wrong ? text_nearest(wrong, names) : NULL;
    struct buf all;

    buf_init(&all, NAMES_LIMIT);
    for (size_t i = 0; names[i]; i++)
        buf_format(&all, "%s%s", i ? ", " : "", names[i]);
    if (nearest)
        fault(context, what, "there is no %s '%s'; did you mean \"%s\"?", what,
              wrong, nearest);
    else if (wrong)
        fault(context, what, "there is no %s '%s'; there are: %s", what, wrong,
              buf_str(&all));
    else
        fault(context, what, "must be set to one of: %s", buf_str(&all));
    buf_clear(&all);
}

static void tell_unknown_destination(const struct context *context,
                                     const struct settings_form *form)
{
    const struct settings *settings = context->settings;
    const char **names =
        NEW_ARRAY(settings->destination_count + 1, const char *);

    for (size_t i = 0; i < settings->destination_count; i++)
        names[i] = settings->destinations[i].name;
    tell_unknown(context, "destination", form->destination, names);
    free(names);
}

static void tell_unknown_form(const struct context *context,
                              const struct settings_api_key *key)
{
    const struct settings *settings = context->settings;
    const char **names = NEW_ARRAY(settings->form_count + 1, const char *);

    for (size_t i = 0; i < settings->form_count; i++)
        names[i] = settings->forms[i].name;
    tell_unknown(context, "form", key->form, names);
    free(names);
}

static void validate_callback(const struct context *context,
                              const struct settings_callback *callback)
{
    if (secret_present(&callback->secret) && callback->secret_count > 1)
        fault(context, "callback.secret",
              "and callback.secrets are both set; put all into secrets");
    if (callback->url && !callback->secret_count)
        fault(context, "callback.url",
              "needs callback.secret beside it, to sign with: whsec_ and what "
              "'openssl rand -base64 32' prints");
    if (!callback->url && callback->secret_count)
        fault(context, "callback", "has a secret, but no url");
    if (callback->url && !callback->on_delivered && !callback->on_linked &&
        !callback->on_unlinked && !callback->on_failed)
        fault(context, "callback.events", "must name at least one event");
}

static void validate_fields(const struct context *context,
                            const struct settings_form *form)
{
    static const char *const own[] = {"message", "email",      "name",
                                      "phone",   "department", "page",
                                      "altcha",  "referrer"};

    for (size_t i = 0; i < form->field_count; i++) {
        const char *name = form->fields[i].name;
        char *setting = alloc_format("fields.%s", name);

        for (size_t j = 0; j < sizeof(own) / sizeof(own[0]); j++)
            if (strcmp(name, own[j]) == 0)
                fault(context, setting, "every form has this field already%s",
                      strcmp(name, "email") == 0 ? "; see email_required" : "");
        if (strcmp(name, form->honeypot) == 0)
            fault(context, setting, "is the honeypot's name");
        free(setting);
    }
    for (size_t i = 0; i < form->department_count; i++) {
        char *setting =
            alloc_format("departments.%s", form->departments[i].name);

        if (!form->departments[i].id)
            fault(context, setting, "must be the department's id, a number");
        free(setting);
    }
}

/* Whether programs may create with it by the Chats API. */
static bool has_api_key(const struct settings *settings,
                        const struct settings_form *form)
{
    for (size_t i = 0; i < settings->api.key_count; i++)
        if (settings->api.keys[i].form &&
            strcmp(settings->api.keys[i].form, form->name) == 0)
            return true;
    return false;
}

static void validate_form(const struct settings *settings,
                          const struct settings_form *form)
{
    struct context context = {settings, "forms", form->name};

    if (!form->destination ||
        !settings_destination(settings, form->destination))
        tell_unknown_destination(&context, form);
    if (!form->origin_count && !form->public && !secret_present(&form->key) &&
        !has_api_key(settings, form))
        fault(&context, "",
              "nobody could post to it; set origins to the website's address, "
              "key for a server, or public: true for everybody");
    validate_fields(&context, form);
    validate_callback(&context, &form->callback);
}

/* Two keys of the same text: nobody could say whose call it is. */
static const char *same_key(const struct settings *settings, size_t index)
{
    const struct secret *key = &settings->api.keys[index].key;

    for (size_t i = 0; i < index; i++)
        if (secret_equal(&settings->api.keys[i].key, key->bytes, key->len))
            return settings->api.keys[i].name;
    return NULL;
}

static void validate_api_key(const struct settings *settings, size_t index)
{
    const struct settings_api_key *key = &settings->api.keys[index];
    struct context context = {settings, "api.keys", key->name};
    const char *same;

    if (!key->form || !settings_form(settings, key->form))
        tell_unknown_form(&context, key);
    if (!key->can_read && !key->can_write && !key->can_chat)
        fault(&context, "scopes", "must name at least one scope");
    if (!secret_present(&key->key)) {
        fault(&context, "",
              "has no key; set key_file to a file with what 'openssl rand "
              "-base64 32' prints");
        return;
    }
    same = same_key(settings, index);
    if (same)
        fault(&context, "key", "is the one of api.keys.%s too; make another",
              same);
}

void validate_addresses(const struct settings *settings)
{
    for (size_t i = 0; i < settings->destination_count; i++) {
        struct context context = {settings, "destinations",
                                  settings->destinations[i].name};

        if (!settings->destinations[i].base_url)
            fault(&context, "",
                  "has neither subdomain nor base_url; set subdomain to the "
                  "part of your Zendesk's address before .zendesk.com, or try "
                  "things with 'afterhours up --sandbox'");
    }
}

void validate(const struct settings *settings)
{
    validate_top(settings);
    for (size_t i = 0; i < settings->destination_count; i++)
        validate_destination(settings, &settings->destinations[i]);
    for (size_t i = 0; i < settings->form_count; i++)
        validate_form(settings, &settings->forms[i]);
    for (size_t i = 0; i < settings->api.key_count; i++)
        validate_api_key(settings, i);
}
