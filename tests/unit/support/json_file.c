/* JSON of tests/unit/data. See json_file.h. */
#include "json_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/banned.h"

json_t *json_file(const char *name)
{
    char path[128];
    json_error_t error;
    json_t *root;

    snprintf(path, sizeof(path), "tests/unit/data/%s.json", name);
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%s: line %d: %s", path, error.line, error.text);
    return root;
}
