/*
 * Every setting there is, as one table. It drives the reading of the file, the
 * names in the environment, the defaults, what is printed, and what is freed.
 * config/afterhours.yaml and config/afterhours.schema.json are checked against
 * it by tests/lint/settings.py.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/checks.h"
#include "config/settings.h"

#define SCHEMA_NAME_MAX 64 /* longest name of a field or department */

/* The struct that a setting's offset counts in. */
enum setting_owner {
    OWNER_TOP,
    OWNER_ADMIN_TOKEN,
    OWNER_DESTINATION,
    OWNER_FORM,
    OWNER_FIELD,
    OWNER_DEPARTMENT,
    OWNER_API_KEY,
};

/* How it is written, and the type of its member. */
enum setting_kind {
    KIND_TEXT,     /* char * */
    KIND_SECRET,   /* struct secret; may also be given as NAME_file */
    KIND_BOOL,     /* bool */
    KIND_NUMBER,   /* unsigned */
    KIND_COUNT,    /* size_t */
    KIND_SIZE,     /* size_t, bytes: "64KiB" */
    KIND_INTEGER,  /* int64_t */
    KIND_DURATION, /* int64_t, ms: "90s" */
    KIND_SHARE,    /* double, from 0 to 1 */
    KIND_CHOICE,   /* an enum: the index of the choice */
    KIND_EVENTS,   /* a bool for each choice, in their order */
    KIND_LIST,     /* char ** and a size_t */
    KIND_JOINED,   /* char *: a list, joined by commas */
    KIND_SECRETS,  /* struct secret * and a size_t; also as NAME_file */
};

struct setting {
    const char *path; /* "destinations.*.retry.base" */
    enum setting_owner owner;
    size_t offset;
    enum setting_kind kind;
    const char *initial; /* as one would write it; NULL: not set */
    int64_t min, max;    /* numbers, sizes, durations (ms); lengths of texts */
    size_t count_offset; /* lists */
    const char *const *choices; /* NULL ends them */
    setting_check *check;       /* of the text, or of each text of a list */
};

/* A NULL path ends it. */
extern const struct setting schema_settings[];

/* Designed, and refused by name until they are built. NULL ends it. */
extern const char *const schema_later[];

/* Places where a name may be chosen freely. */
struct schema_map {
    const char *path; /* "forms.*" */
    enum setting_owner owner;
    bool (*name_ok)(const char *name);
    const char *rule; /* in words */
};

const struct schema_map *schema_map_find(const char *path);

/* The setting of that path (stars for names), or NULL. *file: it was NAME_file.
 */
const struct setting *schema_find(const char *path, bool *file);

/* Whether settings lie below that path; "" is the top. */
bool schema_has_below(const char *path);

/* Designed, but not built yet: not to be taken for a typing mistake. */
bool schema_is_later(const char *path);
bool schema_is_later_variable(const char *variable);

/*
 * The right name nearest to a wrong one below that path, or NULL; the caller
 * frees it.
 */
char *schema_nearest(const char *path, const char *wrong);

/* "redis.url" -> "AFTERHOURS_REDIS_URL" */
void schema_variable(const char *path, struct buf *out);

bool schema_is_secret(const struct setting *setting);
bool schema_is_list(const struct setting *setting);

/* One setting of one object. */
struct place {
    const struct setting *setting;
    const char *path; /* borrowed for the visit: "forms.contact.origins" */
    void *member;
    size_t *count; /* lists */
};

typedef void place_visit(void *context, const struct place *place);

/* Calls visit for every setting of every object of settings, in file order. */
void schema_visit(struct settings *settings, place_visit *visit, void *context);

#endif
