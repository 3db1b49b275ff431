/* Variables. See environment.h. */
#include "config/environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/text.h"
#include "config/schema.h"

#include "base/banned.h"

#define PREFIX  "AFTERHOURS_"
#define SHORT   "AFTERHOURS_ZENDESK_"
#define MEANING "AFTERHOURS_DESTINATIONS_DEFAULT_"

/* clang-format off */
static const char *const shorts[] = {
    "AFTERHOURS_ZENDESK_SUBDOMAIN", "AFTERHOURS_ZENDESK_BASE_URL",
    "AFTERHOURS_ZENDESK_TOKEN", "AFTERHOURS_ZENDESK_TOKEN_FILE", NULL,
};

/*
 * Not settings. Kubernetes puts AFTERHOURS_SERVICE_HOST, AFTERHOURS_PORT and
 * AFTERHOURS_PORT_8080_TCP... into every container beside a Service that is
 * called afterhours.
 */
static const struct other { const char *name; bool start; } others[] = {
    { "AFTERHOURS_CONFIG", false },
    { "AFTERHOURS_CHATS_TOKEN", false }, /* of `afterhours chats --url` */
    { "AFTERHOURS_TEST_", true },
    { "AFTERHOURS_SERVICE_", true },
    { "AFTERHOURS_PORT", false },
    { "AFTERHOURS_PORT_", true },
};
/* clang-format on */

static bool is_other(const char *name)
{
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (others[i].start ? text_starts(name, others[i].name)
                            : strcmp(name, others[i].name) == 0)
            return true;
    return false;
}

static void add(struct environment *environment, const char *text)
{
    const char *equals = strchr(text, '=');
    struct variable *variable;

    if (!equals || !equals[1])
        return;
    environment->list = alloc_resize(environment->list, environment->count + 1,
                                     sizeof(*environment->list));
    variable = &environment->list[environment->count];
    memset(variable, 0, sizeof(*variable));
    variable->name = alloc_text_n(text, (size_t)(equals - text));
    if (is_other(variable->name)) {
        free(variable->name);
        return;
    }
    variable->meaning = alloc_text(variable->name);
    variable->value = alloc_text(equals + 1);
    environment->count++;
}

void environment_read(struct environment *environment)
{
    memset(environment, 0, sizeof(*environment));
    environment->known = NEW_ARRAY(1, char *);
    for (char **text = environ; *text; text++)
        if (text_starts(*text, PREFIX))
            add(environment, *text);
}

void environment_clear(struct environment *environment)
{
    for (size_t i = 0; i < environment->count; i++) {
        struct variable *variable = &environment->list[i];

        crypto_wipe(variable->value, strlen(variable->value));
        free(variable->name);
        free(variable->meaning);
        free(variable->value);
    }
    for (size_t i = 0; i < environment->known_count; i++)
        free(environment->known[i]);
    free(environment->list);
    free(environment->known);
    memset(environment, 0, sizeof(*environment));
}

static void know(struct environment *environment, const char *name)
{
    environment->known =
        alloc_resize(environment->known, environment->known_count + 2,
                     sizeof(*environment->known));
    environment->known[environment->known_count++] =
        alloc_text(name + strlen(PREFIX));
    environment->known[environment->known_count] = NULL;
}

static bool is_short(const char *name)
{
    for (size_t i = 0; shorts[i]; i++)
        if (strcmp(name, shorts[i]) == 0)
            return true;
    return false;
}

static struct variable *by_meaning(const struct environment *environment,
                                   const char *name)
{
    for (size_t i = 0; i < environment->count; i++)
        if (strcmp(environment->list[i].meaning, name) == 0)
            return &environment->list[i];
    return NULL;
}

static void shorten(struct environment *environment, struct variable *variable,
                    const struct settings *settings)
{
    char *meaning = alloc_format(MEANING "%s", variable->name + strlen(SHORT));

    variable->used = true;
    if (!settings_destination(settings, "default")) {
        origins_fault(settings->origins, variable->name,
                      "sets the destination \"default\", and %s names others; "
                      "set it there, or use AFTERHOURS_DESTINATIONS_NAME_...",
                      settings->path);
    } else if (by_meaning(environment, meaning)) {
        origins_fault(settings->origins, variable->name,
                      "%s is set too, and means the same; keep one", meaning);
    } else {
        alloc_replace(&variable->meaning, meaning);
    }
    free(meaning);
}

void environment_shorten(struct environment *environment,
                         const struct settings *settings)
{
    for (size_t i = 0; i < environment->count; i++)
        if (is_short(environment->list[i].name))
            shorten(environment, &environment->list[i], settings);
    for (size_t i = 0; shorts[i]; i++)
        know(environment, shorts[i]);
}

const struct variable *environment_find(struct environment *environment,
                                        const char *name)
{
    struct variable *variable = by_meaning(environment, name);

    know(environment, name);
    if (variable)
        variable->used = true;
    return variable;
}

void environment_judge(const struct environment *environment,
                       struct settings_origins *origins)
{
    const char *const *known = (const char *const *)environment->known;

    for (size_t i = 0; i < environment->count; i++) {
        const char *name = environment->list[i].name;
        const char *nearest;

        if (environment->list[i].used)
            continue;
        nearest = text_nearest(name + strlen(PREFIX), known);
        if (schema_is_later_variable(name))
            origins_fault(origins, name, "not supported yet by this version");
        else if (nearest)
            origins_fault(origins, name, "unknown; did you mean " PREFIX "%s?",
                          nearest);
        else
            origins_fault(origins, name,
                          "unknown; 'afterhours config print "
                          "--json' lists every name");
    }
}
