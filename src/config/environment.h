/* What the environment says: the variables that begin with AFTERHOURS_. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/origins.h"

struct variable {
    char *name;    /* owned; as it stands in the environment */
    char *meaning; /* owned; the name of the setting: differs for short ones */
    char *value;   /* owned; never empty */
    bool used;
};

struct environment {
    struct variable *list;
    size_t count;
    char **known; /* owned; every name asked for, less AFTERHOURS_; NULL ends */
    size_t known_count;
};

/* An empty value is as good as none. environment_clear() when done. */
void environment_read(struct environment *environment);
void environment_clear(struct environment *environment);

/*
 * AFTERHOURS_ZENDESK_TOKEN and its like are short for settings of the
 * destination "default"; without one they are a fault.
 */
void environment_shorten(struct environment *environment,
                         const struct settings *settings);

/* NULL when it is not set; it counts as used from then on. */
const struct variable *environment_find(struct environment *environment,
                                        const char *name);

/* Every variable that nothing asked for is a fault. */
void environment_judge(const struct environment *environment,
                       struct settings_origins *origins);

#endif
