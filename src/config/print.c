/* The settings in force, for people (YAML) and programs (JSON). */
#include "config/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/convert.h"
#include "config/origins.h"

#include "base/banned.h"

#define VALUE_LIMIT  (1 << 20)
#define VALUE_COLUMN 48 /* where the comments begin, if the value is short */

struct printer {
    const struct settings_origins *origins;
    struct buf *out;
    char before[512]; /* the path printed last: which blocks are open */
    bool first;
};

static void print_origin(const struct printer *printer,
                         const struct origin *origin)
{
    struct buf *out = printer->out;

    if (!origin)
        buf_text(out, "# default");
    else if (origin->variable)
        buf_format(out, "# environment %s", origin->variable);
    else
        buf_format(out, "# from file line %u", origin->line);
    if (origin && origin->file)
        buf_format(out, ", secret in %s", origin->file);
}

static void indent(struct buf *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        buf_text(out, "  ");
}

/* A department may be called anything; other names are plain. */
static void print_key(struct buf *out, const char *key, size_t len)
{
    char text[128];

    if (len >= sizeof(text))
        len = sizeof(text) - 1;
    memcpy(text, key, len);
    text[len] = '\0';
    if (strspn(text, "abcdefghijklmnopqrstuvwxyz_") == len)
        buf_text(out, text);
    else
        text_json(out, text);
    buf_char(out, ':');
}

/* Opens the blocks that path has and the one before had not. */
static unsigned open_blocks(struct printer *printer, const char **path)
{
    const char *before = printer->before;
    unsigned depth = 0;
    bool same = true;
    size_t len;

    while ((*path)[len = strcspn(*path, ".")]) {
        same = same && strncmp(*path, before, len + 1) == 0;
        if (!same) {
            if (!depth)
                buf_char(printer->out, '\n');
            indent(printer->out, depth);
            print_key(printer->out, *path, len);
            buf_char(printer->out, '\n');
        }
        before += same ? len + 1 : 0;
        *path += len + 1;
        depth++;
    }
    return depth;
}

static void print_place(void *context, const struct place *place)
{
    struct printer *printer = context;
    const char *name = place->path;
    struct buf *out = printer->out;
    unsigned depth = open_blocks(printer, &name);
    struct buf value;
    size_t start;

    indent(out, depth);
    start = out->len;
    print_key(out, name, strlen(name));
    buf_init(&value, VALUE_LIMIT);
    convert_print(place, false, &value);
    buf_format(out, " %s ", buf_str(&value));
    while (out->len - start + 2 * (size_t)depth < VALUE_COLUMN && buf_ok(out))
        buf_char(out, ' ');
    print_origin(printer, origins_find(printer->origins, place->path));
    buf_char(out, '\n');
    buf_clear(&value);
    snprintf(printer->before, sizeof(printer->before), "%s", place->path);
}

void settings_print(const struct settings *settings, struct buf *out)
{
    const struct settings_origins *origins = settings->origins;
    struct settings copy = *settings; /* the visitor wants it writable */
    struct printer printer = {.origins = origins, .out = out};

    buf_format(out, "# The settings in force. File: %s\n",
               settings->path ? settings->path : "none");
    for (size_t i = 0; i < origins->fault_count; i++)
        buf_format(out, "# WRONG: %s\n", origins->faults[i]);
    schema_visit(&copy, print_place, &printer);
}

static void print_json_origin(struct buf *out, const struct origin *origin)
{
    if (!origin) {
        buf_text(out, ", \"origin\": \"default\"");
    } else if (origin->variable) {
        buf_text(out, ", \"origin\": \"environment\"");
    } else {
        buf_format(out, ", \"origin\": \"file\", \"line\": %u", origin->line);
    }
    if (origin && origin->file) {
        buf_text(out, ", \"secret_file\": ");
        text_json(out, origin->file);
    }
}

static void print_json_place(void *context, const struct place *place)
{
    struct printer *printer = context;
    const struct origin *origin = origins_find(printer->origins, place->path);
    struct buf *out = printer->out;
    struct buf name;

    buf_text(out, printer->first ? "\n    " : ",\n    ");
    printer->first = false;
    text_json(out, place->path);
    buf_text(out, ": {\"value\": ");
    convert_print(place, true, out);
    print_json_origin(out, origin);
    buf_init(&name, sizeof(printer->before));
    schema_variable(place->path, &name);
    buf_text(out, ", \"environment\": ");
    text_json(out,
              origin && origin->variable ? origin->variable : buf_str(&name));
    buf_char(out, '}');
    buf_clear(&name);
}

void settings_print_json(const struct settings *settings, struct buf *out)
{
    const struct settings_origins *origins = settings->origins;
    struct settings copy = *settings; /* the visitor wants it writable */
    struct printer printer = {.origins = origins, .out = out, .first = true};

    buf_text(out, "{\n  \"file\": ");
    if (settings->path)
        text_json(out, settings->path);
    else
        buf_text(out, "null");
    buf_text(out, ",\n  \"faults\": [");
    for (size_t i = 0; i < origins->fault_count; i++) {
        buf_text(out, i ? ", " : "");
        text_json(out, origins->faults[i]);
    }
    buf_text(out, "],\n  \"settings\": {");
    schema_visit(&copy, print_json_place, &printer);
    buf_text(out, "\n  }\n}\n");
}
