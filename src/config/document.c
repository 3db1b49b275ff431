/* What is written in a settings file, and where. See document.h. */
#include "config/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "config/read_file.h"
#include "config/values.h"

#include "base/banned.h"

#define FILE_MAX (1 << 20)

struct reader {
    struct document *document;
    struct settings_origins *origins;
    yaml_document_t yaml;
    bool twice; /* a name stands twice: the values would be ambiguous */
};

/* A name on the way down, with its path in the schema and in the file. */
struct key {
    const char *name;    /* "contact" */
    const char *pattern; /* "forms.*" */
    const char *path;    /* "forms.contact" */
    unsigned line;
};

static like_printf(3, 4) void fault(struct reader *reader, unsigned line,
                                    const char *format, ...)
{
    char where[512];
    char what[ERROR_TEXT_SIZE];
    va_list list;

    snprintf(where, sizeof(where), "%s: line %u", reader->document->path, line);
    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    origins_fault(reader->origins, where, "%s", what);
}

static unsigned line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

/* Nothing written: "url:", "url: ~" or "url: null". */
static bool is_null(const yaml_node_t *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};

    if (node->type != YAML_SCALAR_NODE ||
        node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp((const char *)node->data.scalar.value, words[i]) == 0)
            return true;
    return false;
}

static char *join(const char *path, const char *name)
{
    return alloc_format("%s%s%s", path, *path ? "." : "", name);
}

static void add_entry(struct reader *reader, const char *path, unsigned line,
                      bool list)
{
    struct document *document = reader->document;
    struct entry *entry;

    document->entries = alloc_resize(document->entries, document->count + 1,
                                     sizeof(*document->entries));
    entry = &document->entries[document->count++];
    memset(entry, 0, sizeof(*entry));
    entry->path = alloc_text(path);
    entry->line = line;
    entry->list = list;
}

static void add_named(struct reader *reader, enum setting_owner owner,
                      const char *path, const char *name, unsigned line)
{
    struct document *document = reader->document;
    struct named *named;

    document->named = alloc_resize(document->named, document->named_count + 1,
                                   sizeof(*document->named));
    named = &document->named[document->named_count++];
    memset(named, 0, sizeof(*named));
    named->owner = owner;
    named->path = alloc_text(path);
    named->name = alloc_text(name);
    named->line = line;
}

static bool items_are_texts(struct reader *reader, const yaml_node_t *node)
{
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        yaml_node_t *value = yaml_document_get_node(&reader->yaml, *item);

        if (!value || value->type != YAML_SCALAR_NODE || is_null(value))
            return false;
    }
    return true;
}

static void read_value(struct reader *reader, const struct key *key, bool list,
                       const yaml_node_t *node)
{
    if (is_null(node))
        return;
    if (node->type == YAML_SCALAR_NODE)
        add_entry(reader, key->path, key->line, false);
    else if (!list)
        fault(reader, key->line, "%s: must be one value", key->path);
    else if (node->type == YAML_SEQUENCE_NODE && items_are_texts(reader, node))
        add_entry(reader, key->path, key->line, true);
    else
        fault(reader, key->line, "%s: must be a list of values", key->path);
}

static void unknown(struct reader *reader, const struct key *parent,
                    const struct key *key)
{
    char *nearest = schema_nearest(parent->pattern, key->name);

    if (nearest)
        fault(reader, key->line, "%s: unknown; did you mean \"%s\"?", key->path,
              nearest);
    else
        fault(reader, key->line, "%s: unknown", key->path);
    free(nearest);
}

static void read_mapping(struct reader *reader, const struct key *parent,
                         const yaml_node_t *node);

static void read_key(struct reader *reader, const struct key *parent,
                     const struct key *key, const yaml_node_t *node)
{
    bool file;
    const struct setting *setting = schema_find(key->pattern, &file);

    if (setting)
        read_value(reader, key, schema_is_list(setting) && !file, node);
    else if (schema_is_later(key->pattern))
        fault(reader, key->line, "%s: not supported yet by this version",
              key->path);
    else if (!schema_has_below(key->pattern))
        unknown(reader, parent, key);
    else if (node->type == YAML_MAPPING_NODE)
        read_mapping(reader, key, node);
    else if (!is_null(node))
        fault(reader, key->line, "%s: must be a block of names and values",
              key->path);
}

/* Whether the name is written for the first time in its mapping. */
static bool is_new(struct reader *reader, const yaml_node_t *mapping,
                   const yaml_node_pair_t *pair, const struct key *key)
{
    for (yaml_node_pair_t *other = mapping->data.mapping.pairs.start;
         other < pair; other++) {
        yaml_node_t *name = yaml_document_get_node(&reader->yaml, other->key);

        if (name->type != YAML_SCALAR_NODE ||
            strcmp((const char *)name->data.scalar.value, key->name) != 0)
            continue;
        fault(reader, key->line, "%s: stands twice, first in line %u",
              key->path, line_of(name));
        reader->twice = true;
        return false;
    }
    return true;
}

/* Whether it is a name; one that may be chosen freely is kept. */
static bool take_name(struct reader *reader, const struct schema_map *map,
                      const struct key *key)
{
    if (!map && *key->name)
        return true;
    if (!map) {
        fault(reader, key->line, "a name is missing, or is not text");
        return false;
    }
    if (!map->name_ok(key->name)) {
        fault(reader, key->line, "%s: %s", key->path, map->rule);
        return false;
    }
    add_named(reader, map->owner, key->path, key->name, key->line);
    return true;
}

static void read_pair(struct reader *reader, const struct key *parent,
                      const yaml_node_t *mapping, const yaml_node_pair_t *pair)
{
    yaml_node_t *name = yaml_document_get_node(&reader->yaml, pair->key);
    yaml_node_t *value = yaml_document_get_node(&reader->yaml, pair->value);
    char *free_pattern = join(parent->pattern, "*");
    const struct schema_map *map = schema_map_find(free_pattern);
    struct key key = {.name = "", .line = line_of(name)};
    char *pattern;
    char *path;

    if (name->type == YAML_SCALAR_NODE)
        key.name = (const char *)name->data.scalar.value;
    pattern = map ? alloc_text(free_pattern) : join(parent->pattern, key.name);
    path = join(parent->path, key.name);
    key.pattern = pattern;
    key.path = path;
    if (is_new(reader, mapping, pair, &key) && take_name(reader, map, &key))
        read_key(reader, parent, &key, value);
    free(path);
    free(pattern);
    free(free_pattern);
}

static void read_mapping(struct reader *reader, const struct key *parent,
                         const yaml_node_t *node)
{
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++)
        read_pair(reader, parent, node, pair);
}

static void free_entry(struct entry *entry)
{
    for (unsigned j = 0; j < entry->count; j++)
        free(entry->items[j]);
    if (entry->text)
        crypto_wipe(entry->text, strlen(entry->text));
    free(entry->items);
    free(entry->text);
    free(entry->path);
}

/* All that was found in it; its bytes stay. */
static void forget(struct document *document)
{
    for (size_t i = 0; i < document->count; i++)
        free_entry(&document->entries[i]);
    for (size_t i = 0; i < document->named_count; i++) {
        free(document->named[i].path);
        free(document->named[i].name);
    }
    free(document->entries);
    free(document->named);
    document->entries = NULL;
    document->named = NULL;
    document->count = document->named_count = 0;
}

static void read_root(struct reader *reader)
{
    static const struct key top = {"", "", "", 1};
    yaml_node_t *root = yaml_document_get_root_node(&reader->yaml);
    struct error err = {0};

    if (!root || is_null(root))
        return;
    if (root->type != YAML_MAPPING_NODE) {
        fault(reader, line_of(root), "must be a block of names and values");
        return;
    }
    read_mapping(reader, &top, root);
    if (!reader->twice && values_load(reader->document, &err))
        return;
    if (!reader->twice)
        fault(reader, 1, "%s", err.text);
    forget(reader->document);
}

static void tell_syntax(struct reader *reader, const yaml_parser_t *parser)
{
    unsigned line = (unsigned)parser->problem_mark.line + 1;

    if (parser->error == YAML_READER_ERROR) {
        line = 1;
        for (size_t i = 0; i < parser->problem_offset; i++)
            line += reader->document->bytes[i] == '\n';
    }
    fault(reader, line, "is not YAML: %s%s%s",
          parser->problem ? parser->problem : "it cannot be read",
          parser->context ? ", " : "", parser->context ? parser->context : "");
}

/* A second document in the file would be ignored: say so. */
static void read_end(struct reader *reader, yaml_parser_t *parser)
{
    yaml_document_t more;
    yaml_node_t *root;

    if (!yaml_parser_load(parser, &more)) {
        tell_syntax(reader, parser);
        return;
    }
    root = yaml_document_get_root_node(&more);
    if (root)
        fault(reader, line_of(root),
              "a second document begins here; only one is read");
    yaml_document_delete(&more);
}

static void read_yaml(struct reader *reader)
{
    const struct document *document = reader->document;
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser))
        return;
    yaml_parser_set_input_string(
        &parser, (const unsigned char *)document->bytes, document->len);
    if (yaml_parser_load(&parser, &reader->yaml)) {
        read_root(reader);
        if (yaml_document_get_root_node(&reader->yaml))
            read_end(reader, &parser);
        yaml_document_delete(&reader->yaml);
    } else {
        tell_syntax(reader, &parser);
    }
    yaml_parser_delete(&parser);
}

void document_read(struct document *document, const char *path,
                   struct settings_origins *origins)
{
    struct reader reader = {.document = document, .origins = origins};
    struct error err = {0};
    struct buf bytes;

    document->path = path;
    buf_init(&bytes, FILE_MAX);
    if (read_file(path, &bytes, NULL, &err)) {
        document->len = bytes.len;
        document->bytes = buf_take(&bytes);
        read_yaml(&reader);
    } else {
        origins_fault(origins, path, "%s", err.text);
    }
    buf_clear(&bytes);
}

void document_clear(struct document *document)
{
    forget(document);
    if (document->bytes)
        crypto_wipe(document->bytes, document->len);
    free(document->bytes);
    memset(document, 0, sizeof(*document));
}

const struct entry *document_find(const struct document *document,
                                  const char *path)
{
    for (size_t i = 0; i < document->count; i++)
        if (strcmp(document->entries[i].path, path) == 0)
            return &document->entries[i];
    return NULL;
}
