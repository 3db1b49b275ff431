/*
 * What is remembered of how settings came to be: where each value came from,
 * what was wrong, and which files held secrets. Private to config/.
 */
#ifndef CONFIG_ORIGINS_H
#define CONFIG_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/settings.h"

/* Of a value that is not at its default, or of the name of an object. */
struct origin {
    char *path;       /* owned: "redis.url" */
    char *file;       /* owned; what holds a secret, or NULL */
    char *unread;     /* owned; "FILE: why" it could not be read, or NULL */
    char *variable;   /* owned; NULL: the file */
    struct stat then; /* the file, when it was read */
    unsigned line;    /* in the settings file */
};

struct settings_origins {
    unsigned holds;
    struct origin *list;
    size_t count;
    char **faults; /* "afterhours.yaml: line 3: ..." */
    size_t fault_count;
    bool no_destinations; /* none was named: "default" was made */
    bool no_forms;
};

struct settings_origins *origins_new(void);
void origins_free(struct settings_origins *origins);

void origins_add(struct settings_origins *origins, const char *path,
                 const char *variable, unsigned line);
void origins_add_file(struct settings_origins *origins, const char *file,
                      const struct stat *then); /* to the one added last */
void origins_add_unread(struct settings_origins *origins, const char *file,
                        const char *why); /* likewise */
const struct origin *origins_find(const struct settings_origins *origins,
                                  const char *path);

/* where is put in front: "afterhours.yaml: line 3". */
void origins_fault(struct settings_origins *origins, const char *where,
                   const char *format, ...) like_printf(3, 4);

/* The same, where path was set; or what it belongs to, if it was not. */
void origins_fault_at(const struct settings *settings, const char *path,
                      const char *format, ...) like_printf(3, 4);

/* The first fault, and how many more there are; true when there is none. */
bool origins_judge(const struct settings_origins *origins, struct error *err);

#endif
