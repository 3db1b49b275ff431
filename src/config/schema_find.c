/* Looking things up in the table of settings. See schema.h. */
#include "config/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/text.h"

#include "base/banned.h"

#define PREFIX     "AFTERHOURS_"
#define PATH_LIMIT 512

static bool field_name_ok(const char *name)
{
    return check_word(name, NULL) && strlen(name) <= SCHEMA_NAME_MAX &&
           name[0] != '_';
}

/* A dot would break paths; everything else is the website's own business. */
static bool department_name_ok(const char *name)
{
    size_t len = strlen(name);

    return len >= 1 && len <= SCHEMA_NAME_MAX && text_clean(name, len) &&
           !strpbrk(name, ".\t\r\n");
}

/* clang-format off */
static const struct schema_map maps[] = {
    { "admin.tokens.*", OWNER_ADMIN_TOKEN, id_name_ok,
      "a token's name has letters a-z, digits, - and _, begins with a letter "
      "or digit, and is 32 long at most" },
    { "destinations.*", OWNER_DESTINATION, id_name_ok,
      "a name has letters a-z, digits, - and _, begins with a letter or "
      "digit, and is 32 long at most" },
    { "forms.*", OWNER_FORM, id_name_ok,
      "a name has letters a-z, digits, - and _, begins with a letter or "
      "digit, and is 32 long at most" },
    { "forms.*.fields.*", OWNER_FIELD, field_name_ok,
      "a field's name has letters, digits, - and _, does not begin with _, "
      "and is 64 long at most" },
    { "forms.*.departments.*", OWNER_DEPARTMENT, department_name_ok,
      "a department's name has 1 to 64 characters, none of them a dot" },
    { "api.keys.*", OWNER_API_KEY, id_name_ok,
      "a name has letters a-z, digits, - and _, begins with a letter or "
      "digit, and is 32 long at most" },
};
/* clang-format on */

const struct schema_map *schema_map_find(const char *path)
{
    for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
        if (strcmp(maps[i].path, path) == 0)
            return &maps[i];
    return NULL;
}

bool schema_is_secret(const struct setting *setting)
{
    return setting->kind == KIND_SECRET || setting->kind == KIND_SECRETS;
}

bool schema_is_list(const struct setting *setting)
{
    return setting->kind == KIND_LIST || setting->kind == KIND_JOINED ||
           setting->kind == KIND_SECRETS || setting->kind == KIND_EVENTS;
}

const struct setting *schema_find(const char *path, bool *file)
{
    for (const struct setting *s = schema_settings; s->path; s++) {
        if (!text_starts(path, s->path))
            continue;
        path += strlen(s->path);
        *file = schema_is_secret(s) && strcmp(path, "_file") == 0;
        if (!*path || *file)
            return s;
        path -= strlen(s->path);
    }
    return NULL;
}

/* What follows "path." in a setting's path, or NULL. */
static const char *below(const char *setting, const char *path)
{
    size_t len = strlen(path);

    if (!len)
        return setting;
    if (!text_starts(setting, path) || setting[len] != '.')
        return NULL;
    return setting + len + 1;
}

bool schema_has_below(const char *path)
{
    for (const struct setting *s = schema_settings; s->path; s++)
        if (below(s->path, path))
            return true;
    return false;
}

bool schema_is_later(const char *path)
{
    for (size_t i = 0; schema_later[i]; i++)
        if (strcmp(path, schema_later[i]) == 0)
            return true;
    return false;
}

void schema_variable(const char *path, struct buf *out)
{
    buf_text(out, PREFIX);
    for (; *path; path++) {
        char c = *path;

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
            c = '_';
        buf_char(out, c);
    }
}

/* Whether a variable lies at or below a path with stars, as "FORMS_X_SEAL". */
static bool variable_below(const char *variable, const char *path)
{
    struct buf start;
    const char *star = strchr(path, '*');
    const char *rest = star ? star + 1 : path + strlen(path);
    struct buf end;
    bool found;

    buf_init(&start, PATH_LIMIT);
    buf_init(&end, PATH_LIMIT);
    schema_variable(path, &start);
    schema_variable(rest, &end);
    if (star)
        start.data[strlen(PREFIX) + (size_t)(star - path)] = '\0';
    found = text_starts(variable, buf_str(&start)) &&
            (!star || strstr(variable, buf_str(&end) + strlen(PREFIX)));
    buf_clear(&start);
    buf_clear(&end);
    return found;
}

bool schema_is_later_variable(const char *variable)
{
    for (size_t i = 0; schema_later[i]; i++)
        if (variable_below(variable, schema_later[i]))
            return true;
    return false;
}

/* The names that may stand right below path; the caller frees each and all. */
static char **names_below(const char *path)
{
    size_t count = 0;
    char **names;

    for (const struct setting *s = schema_settings; s->path; s++)
        count += 2;
    names = NEW_ARRAY(count + 1, char *);
    count = 0;
    for (const struct setting *s = schema_settings; s->path; s++) {
        const char *rest = below(s->path, path);

        if (!rest || *rest == '*')
            continue;
        names[count++] = alloc_text_n(rest, strcspn(rest, "."));
        if (schema_is_secret(s) && !strchr(rest, '.'))
            names[count++] = alloc_format("%s_file", rest);
    }
    return names;
}

char *schema_nearest(const char *path, const char *wrong)
{
    char **names = names_below(path);
    const char *const *words = (const char *const *)names;
    char *nearest = alloc_text(text_nearest(wrong, words));

    for (size_t i = 0; names[i]; i++)
        free(names[i]);
    free(names);
    return nearest;
}
