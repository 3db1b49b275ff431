/* The arrays of named things: destinations, forms, tokens... See load.h. */
#include "config/load.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "config/convert.h"
#include "config/origins.h"

#include "base/banned.h"

#define DEFAULT_DESTINATION "default"
#define DEFAULT_FORM        "contact"

static void add_destination(struct settings *settings, const char *name)
{
    settings->destinations =
        alloc_resize(settings->destinations, settings->destination_count + 1,
                     sizeof(*settings->destinations));
    memset(&settings->destinations[settings->destination_count], 0,
           sizeof(*settings->destinations));
    settings->destinations[settings->destination_count++].name =
        alloc_text(name);
}

static void add_admin_token(struct settings_admin *admin, const char *name)
{
    admin->tokens = alloc_resize(admin->tokens, admin->token_count + 1,
                                 sizeof(*admin->tokens));
    memset(&admin->tokens[admin->token_count], 0, sizeof(*admin->tokens));
    admin->tokens[admin->token_count++].name = alloc_text(name);
}

static void add_form(struct settings *settings, const char *name)
{
    settings->forms = alloc_resize(settings->forms, settings->form_count + 1,
                                   sizeof(*settings->forms));
    memset(&settings->forms[settings->form_count], 0, sizeof(*settings->forms));
    settings->forms[settings->form_count++].name = alloc_text(name);
}

static void add_field(struct settings_form *form, const char *name)
{
    form->fields = alloc_resize(form->fields, form->field_count + 1,
                                sizeof(*form->fields));
    memset(&form->fields[form->field_count], 0, sizeof(*form->fields));
    form->fields[form->field_count++].name = alloc_text(name);
}

static void add_department(struct settings_form *form, const char *name)
{
    form->departments =
        alloc_resize(form->departments, form->department_count + 1,
                     sizeof(*form->departments));
    memset(&form->departments[form->department_count], 0,
           sizeof(*form->departments));
    form->departments[form->department_count++].name = alloc_text(name);
}

static void add_api_key(struct settings *settings, const char *name)
{
    settings->api.keys =
        alloc_resize(settings->api.keys, settings->api.key_count + 1,
                     sizeof(*settings->api.keys));
    memset(&settings->api.keys[settings->api.key_count], 0,
           sizeof(*settings->api.keys));
    settings->api.keys[settings->api.key_count++].name = alloc_text(name);
}

/* The form that a field or department was written under: always the last. */
static struct settings_form *last_form(const struct settings *settings)
{
    assert(settings->form_count);
    return &settings->forms[settings->form_count - 1];
}

static void add_named(struct settings *settings, const struct named *named)
{
    origins_add(settings->origins, named->path, NULL, named->line);
    if (named->owner == OWNER_ADMIN_TOKEN)
        add_admin_token(&settings->admin, named->name);
    else if (named->owner == OWNER_DESTINATION)
        add_destination(settings, named->name);
    else if (named->owner == OWNER_FORM)
        add_form(settings, named->name);
    else if (named->owner == OWNER_API_KEY)
        add_api_key(settings, named->name);
    else if (named->owner == OWNER_FIELD)
        add_field(last_form(settings), named->name);
    else
        add_department(last_form(settings), named->name);
}

void objects_make(struct settings *settings, const struct document *document)
{
    for (size_t i = 0; i < document->named_count; i++)
        add_named(settings, &document->named[i]);
    if (!settings->destination_count) {
        settings->origins->no_destinations = true;
        add_destination(settings, DEFAULT_DESTINATION);
    }
    if (!settings->form_count) {
        settings->origins->no_forms = true;
        add_form(settings, DEFAULT_FORM);
    }
}

static void clear_place(void *context, const struct place *place)
{
    (void)context;
    convert_clear(place);
}

static void free_form(struct settings_form *form)
{
    for (size_t i = 0; i < form->field_count; i++)
        free(form->fields[i].name);
    for (size_t i = 0; i < form->department_count; i++)
        free(form->departments[i].name);
    free(form->fields);
    free(form->departments);
    free(form->name);
}

void objects_free(struct settings *settings)
{
    schema_visit(settings, clear_place, NULL);
    for (size_t i = 0; i < settings->destination_count; i++) {
        free(settings->destinations[i].token_file);
        free(settings->destinations[i].name);
    }
    for (size_t i = 0; i < settings->form_count; i++)
        free_form(&settings->forms[i]);
    for (size_t i = 0; i < settings->admin.token_count; i++)
        free(settings->admin.tokens[i].name);
    free(settings->admin.tokens);
    for (size_t i = 0; i < settings->api.key_count; i++)
        free(settings->api.keys[i].name);
    free(settings->api.keys);
    free(settings->destinations);
    free(settings->forms);
}
