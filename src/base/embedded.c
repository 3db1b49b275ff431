/* Files built into the binary. See embedded.h. */
#include "base/embedded.h"

#include <string.h>

#include "base/banned.h"

const struct embedded *embedded_find(const char *name)
{
    for (const struct embedded *file = embedded_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
