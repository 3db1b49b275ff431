/* How settings came to be. See origins.h. */
#include "config/origins.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

#define PATH_LIMIT 512

struct settings_origins *origins_new(void)
{
    struct settings_origins *origins = NEW(struct settings_origins);

    origins->holds = 1;
    return origins;
}

void origins_free(struct settings_origins *origins)
{
    for (size_t i = 0; i < origins->count; i++) {
        free(origins->list[i].path);
        free(origins->list[i].variable);
        free(origins->list[i].file);
        free(origins->list[i].unread);
    }
    for (size_t i = 0; i < origins->fault_count; i++)
        free(origins->faults[i]);
    free(origins->list);
    free(origins->faults);
    free(origins);
}

void origins_add(struct settings_origins *origins, const char *path,
                 const char *variable, unsigned line)
{
    struct origin *origin;

    origins->list =
        alloc_resize(origins->list, origins->count + 1, sizeof(*origins->list));
    origin = &origins->list[origins->count++];
    memset(origin, 0, sizeof(*origin));
    origin->path = alloc_text(path);
    origin->variable = alloc_text(variable);
    origin->line = line;
}

void origins_add_file(struct settings_origins *origins, const char *file,
                      const struct stat *then)
{
    struct origin *origin = &origins->list[origins->count - 1];

    origin->file = alloc_text(file);
    origin->then = *then;
}

void origins_add_unread(struct settings_origins *origins, const char *file,
                        const char *why)
{
    origins->list[origins->count - 1].unread =
        alloc_format("%s: %s", file, why);
}

const struct origin *origins_find(const struct settings_origins *origins,
                                  const char *path)
{
    for (size_t i = 0; i < origins->count; i++)
        if (strcmp(origins->list[i].path, path) == 0)
            return &origins->list[i];
    return NULL;
}

static void add_fault(struct settings_origins *origins, char *fault)
{
    origins->faults = alloc_resize(origins->faults, origins->fault_count + 1,
                                   sizeof(*origins->faults));
    origins->faults[origins->fault_count++] = fault;
}

void origins_fault(struct settings_origins *origins, const char *where,
                   const char *format, ...)
{
    char what[ERROR_TEXT_SIZE];
    va_list list;

    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    add_fault(origins, alloc_format("%s: %s", where, what));
}

/* The origin of path, or of the nearest thing above it that was written. */
static const struct origin *nearest_origin(const struct settings *settings,
                                           const char *path)
{
    char *above = alloc_text(path);
    const struct origin *origin = origins_find(settings->origins, above);
    char *dot;

    while (!origin && (dot = strrchr(above, '.'))) {
        *dot = '\0';
        origin = origins_find(settings->origins, above);
    }
    free(above);
    return origin;
}

void origins_fault_at(const struct settings *settings, const char *path,
                      const char *format, ...)
{
    const struct origin *origin = nearest_origin(settings, path);
    char what[ERROR_TEXT_SIZE];
    va_list list;
    char *fault;

    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    if (origin && origin->variable)
        fault = alloc_format("%s: %s", origin->variable, what);
    else if (origin)
        fault = alloc_format("%s: line %u: %s: %s", settings->path,
                             origin->line, path, what);
    else if (settings->path)
        fault = alloc_format("%s: %s: %s", settings->path, path, what);
    else
        fault = alloc_format("%s: %s", path, what);
    add_fault(settings->origins, fault);
}

bool origins_judge(const struct settings_origins *origins, struct error *err)
{
    error_clear(err);
    if (!origins->fault_count)
        return true;
    if (origins->fault_count == 1)
        return error_set(err, ERROR_CONFIG, "%s", origins->faults[0]);
    return error_set(err, ERROR_CONFIG,
                     "%s (and %zu more: see 'afterhours config print')",
                     origins->faults[0], origins->fault_count - 1);
}
