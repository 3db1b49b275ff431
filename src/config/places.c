/* Every setting of every object, one after the other. See schema.h. */
#include "config/schema.h"

#include <assert.h>
#include <string.h>

#include "base/banned.h"

#define PATH_LIMIT 512
#define STARS_MAX  2

/* The names of the object that is visited and of what it lies in. */
struct names {
    const char *list[STARS_MAX];
};

struct walk {
    place_visit *visit;
    void *context;
};

/* The pattern with its stars replaced by names, in order. */
static void fill_path(struct buf *path, const char *pattern,
                      const struct names *names)
{
    size_t used = 0;

    for (; *pattern; pattern++) {
        if (*pattern != '*') {
            buf_char(path, *pattern);
            continue;
        }
        assert(used < STARS_MAX && names->list[used]);
        buf_text(path, names->list[used++]);
    }
}

static void visit_place(const struct walk *walk, const struct setting *setting,
                        void *object, const struct names *names)
{
    struct place place = {.setting = setting};
    struct buf path;

    buf_init(&path, PATH_LIMIT);
    fill_path(&path, setting->path, names);
    place.path = buf_str(&path);
    place.member = (char *)object + setting->offset;
    if (setting->count_offset)
        place.count = (void *)((char *)object + setting->count_offset);
    walk->visit(walk->context, &place);
    buf_clear(&path);
}

static void visit_object(const struct walk *walk, enum setting_owner owner,
                         void *object, const struct names *names)
{
    for (const struct setting *s = schema_settings; s->path; s++)
        if (s->owner == owner)
            visit_place(walk, s, object, names);
}

static void visit_admin_tokens(const struct walk *walk,
                               const struct settings_admin *admin)
{
    for (size_t i = 0; i < admin->token_count; i++) {
        struct names names = {{admin->tokens[i].name}};

        visit_object(walk, OWNER_ADMIN_TOKEN, &admin->tokens[i], &names);
    }
}

/* Named things come where the table has them: a block is opened once. */
static void visit_top(const struct walk *walk, struct settings *settings)
{
    static const struct names none = {{NULL}};
    enum setting_owner before = OWNER_TOP;

    for (const struct setting *s = schema_settings; s->path; s++) {
        if (s->owner == OWNER_TOP)
            visit_place(walk, s, settings, &none);
        else if (s->owner == OWNER_ADMIN_TOKEN && s->owner != before)
            visit_admin_tokens(walk, &settings->admin);
        before = s->owner;
    }
}

static void visit_form(const struct walk *walk, struct settings_form *form)
{
    struct names names = {{form->name}};

    visit_object(walk, OWNER_FORM, form, &names);
    for (size_t i = 0; i < form->field_count; i++) {
        names.list[1] = form->fields[i].name;
        visit_object(walk, OWNER_FIELD, &form->fields[i], &names);
    }
    for (size_t i = 0; i < form->department_count; i++) {
        names.list[1] = form->departments[i].name;
        visit_object(walk, OWNER_DEPARTMENT, &form->departments[i], &names);
    }
}

void schema_visit(struct settings *settings, place_visit *visit, void *context)
{
    struct walk walk = {visit, context};
    struct names names = {{NULL}};

    visit_top(&walk, settings);
    for (size_t i = 0; i < settings->destination_count; i++) {
        names.list[0] = settings->destinations[i].name;
        visit_object(&walk, OWNER_DESTINATION, &settings->destinations[i],
                     &names);
    }
    for (size_t i = 0; i < settings->form_count; i++)
        visit_form(&walk, &settings->forms[i]);
    for (size_t i = 0; i < settings->api.key_count; i++) {
        names.list[0] = settings->api.keys[i].name;
        visit_object(&walk, OWNER_API_KEY, &settings->api.keys[i], &names);
    }
}
