/*
 * Settings from the file and the environment. The environment wins over the
 * file, the file over the defaults; everything wrong is collected, so that the
 * rest can still be shown.
 */
#include "config/load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "config/convert.h"
#include "config/document.h"
#include "config/environment.h"
#include "config/origins.h"
#include "config/read_file.h"
#include "config/settings.h"

#include "base/banned.h"

#define USUAL_PLACE "/etc/afterhours/afterhours.yaml"
#define SECRET_MAX  65536
#define NAME_LIMIT  600

struct loader {
    struct settings *settings;
    bool lean; /* destinations may lack secrets whose files cannot be read */
    struct document document;
    struct environment environment;
};

/* Where the value of a place is written, if anywhere. */
struct found {
    const struct variable *variable, *variable_file;
    const struct entry *entry, *entry_file;
};

static void find(struct loader *loader, const struct place *place,
                 struct found *found)
{
    bool secret = schema_is_secret(place->setting);
    struct buf name;
    char *path = alloc_format("%s_file", place->path);

    buf_init(&name, NAME_LIMIT);
    schema_variable(place->path, &name);
    found->variable = environment_find(&loader->environment, buf_str(&name));
    found->entry = document_find(&loader->document, place->path);
    if (secret) {
        buf_text(&name, "_FILE");
        found->variable_file =
            environment_find(&loader->environment, buf_str(&name));
        found->entry_file = document_find(&loader->document, path);
    }
    buf_clear(&name);
    free(path);
}

static bool may_lack(const struct loader *loader, const struct place *place)
{
    return loader->lean && place->setting->owner == OWNER_DESTINATION;
}

/* Text, or with file set the text in the file of that name, into the place. */
static bool use_text(struct loader *loader, const struct place *place,
                     const char *text, bool file, struct error *err)
{
    struct buf secret;
    struct stat then;
    bool ok;

    if (!file)
        return convert_text(place, text, err);
    buf_init(&secret, SECRET_MAX);
    ok = read_secret_file(text, &secret, &then, err);
    if (ok) {
        origins_add_file(loader->settings->origins, text, &then);
        ok = convert_text(place, buf_str(&secret), err);
    } else if (may_lack(loader, place)) {
        origins_add_unread(loader->settings->origins, text, err->text);
        ok = true;
    }
    if (secret.data)
        crypto_wipe(secret.data, secret.len);
    buf_clear(&secret);
    return ok || error_prefix(err, "%s", text);
}

static void use_variable(struct loader *loader, const struct place *place,
                         const struct found *found)
{
    struct settings_origins *origins = loader->settings->origins;
    const struct variable *variable =
        found->variable ? found->variable : found->variable_file;
    struct error err = {0};

    origins_add(origins, place->path, variable->name, 0);
    if (found->variable && found->variable_file)
        origins_fault(origins, variable->name, "%s is set too; keep one",
                      found->variable_file->name);
    else if (!use_text(loader, place, variable->value, !found->variable, &err))
        origins_fault(origins, variable->name, "%s", err.text);
}

static void use_entry(struct loader *loader, const struct place *place,
                      const struct found *found)
{
    const struct entry *entry = found->entry ? found->entry : found->entry_file;
    struct settings *settings = loader->settings;
    struct error err = {0};
    bool ok;

    origins_add(settings->origins, place->path, NULL, entry->line);
    if (found->entry && found->entry_file) {
        origins_fault_at(settings, place->path,
                         "%s_file is set too, in line %u; keep one",
                         place->path, found->entry_file->line);
        return;
    }
    if (entry->list)
        ok = convert_items(place, entry->items, entry->count, &err);
    else
        ok = use_text(loader, place, entry->text, !found->entry, &err);
    if (!ok)
        origins_fault_at(settings, place->path, "%s", err.text);
}

static void load_place(void *context, const struct place *place)
{
    struct loader *loader = context;
    struct found found = {0};
    struct error err = {0};

    if (place->setting->initial &&
        !convert_text(place, place->setting->initial, &err))
        origins_fault(loader->settings->origins, place->path, "bad default: %s",
                      err.text);
    find(loader, place, &found);
    if (found.variable || found.variable_file)
        use_variable(loader, place, &found);
    else if (found.entry || found.entry_file)
        use_entry(loader, place, &found);
}

static const char *settings_path(const char *path)
{
    const char *variable = getenv("AFTERHOURS_CONFIG");

    if (path)
        return path;
    if (variable && *variable)
        return variable;
    return access(USUAL_PLACE, F_OK) == 0 ? USUAL_PLACE : NULL;
}

static struct settings *load(const char *path, bool lean)
{
    struct settings *settings = NEW(struct settings);
    struct loader loader = {.settings = settings, .lean = lean};

    settings->origins = origins_new();
    settings->path = alloc_text(settings_path(path));
    environment_read(&loader.environment);
    if (settings->path)
        document_read(&loader.document, settings->path, settings->origins);
    objects_make(settings, &loader.document);
    environment_shorten(&loader.environment, settings);
    schema_visit(settings, load_place, &loader);
    environment_judge(&loader.environment, settings->origins);
    derive(settings);
    if (!settings->origins->fault_count) /* else it would blame the victims */
        validate(settings);
    document_clear(&loader.document);
    environment_clear(&loader.environment);
    return settings;
}

struct settings *settings_load_raw(const char *path, struct error *err)
{
    struct settings *settings = load(path, false);
    const struct settings_origins *origins = settings->origins;

    if (!origins->no_destinations && !origins->fault_count)
        validate_addresses(settings);
    (void)origins_judge(origins, err);
    return settings;
}

static struct settings *load_right(const char *path, bool lean,
                                   struct error *err)
{
    struct error first = {0};
    struct settings *settings = load(path, lean);

    if (origins_judge(settings->origins, &first))
        return settings;
    settings_release(settings);
    error_set(err, first.kind, "%s", first.text);
    return NULL;
}

struct settings *settings_load(const char *path, struct error *err)
{
    return load_right(path, false, err);
}

struct settings *settings_load_lean(const char *path, struct error *err)
{
    return load_right(path, true, err);
}
