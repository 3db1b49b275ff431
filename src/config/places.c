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

static void visit_object(const struct walk *walk, enum setting_owner owner,
                         void *object, const struct names *names)
{
    struct buf path;

    buf_init(&path, PATH_LIMIT);
    for (const struct setting *s = schema_settings; s->path; s++) {
        struct place place = {.setting = s};

        if (s->owner != owner)
            continue;
        buf_reset(&path);
        fill_path(&path, s->path, names);
        place.path = buf_str(&path);
        place.member = (char *)object + s->offset;
        if (s->count_offset)
            place.count = (void *)((char *)object + s->count_offset);
        walk->visit(walk->context, &place);
    }
    buf_clear(&path);
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

    visit_object(&walk, OWNER_TOP, settings, &names);
    for (size_t i = 0; i < settings->destination_count; i++) {
        names.list[0] = settings->destinations[i].name;
        visit_object(&walk, OWNER_DESTINATION, &settings->destinations[i],
                     &names);
    }
    for (size_t i = 0; i < settings->form_count; i++)
        visit_form(&walk, &settings->forms[i]);
}
