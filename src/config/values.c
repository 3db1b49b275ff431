/* Loading by schema. See values.h. */
#include "config/values.h"

#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "base/alloc.h"

#include "base/banned.h"

/* Where libcyaml puts the value of one entry. All share one array of slots. */
struct slot {
    char *text;
    char **items;
    unsigned count;
};

struct maker {
    const struct document *document;
    cyaml_schema_value_t item; /* one text of a list */
};

static void fill_leaf(const struct maker *maker, cyaml_schema_field_t *field,
                      size_t index)
{
    size_t start = index * sizeof(struct slot);

    if (!maker->document->entries[index].list) {
        field->data_offset = (uint32_t)(start + offsetof(struct slot, text));
        field->value = maker->item;
        return;
    }
    field->data_offset = (uint32_t)(start + offsetof(struct slot, items));
    field->count_offset = (uint32_t)(start + offsetof(struct slot, count));
    field->count_size = sizeof(unsigned);
    field->value.type = CYAML_SEQUENCE;
    field->value.flags = CYAML_FLAG_POINTER;
    field->value.data_size = sizeof(char *);
    field->value.sequence.entry = &maker->item;
    field->value.sequence.max = CYAML_UNLIMITED;
}

/* How many entries from first on lie in the same mapping or value as it. */
static size_t group_len(const struct document *document, size_t first,
                        size_t end, size_t at, size_t key_len)
{
    const char *path = document->entries[first].path;
    size_t i = first + 1;

    while (i < end &&
           strncmp(document->entries[i].path + at, path + at, key_len) == 0 &&
           document->entries[i].path[at + key_len] == '.')
        i++;
    return i - first;
}

/*
 * The fields of one mapping: of the entries first..end, whose paths are equal
 * up to at. A mapping in it lies in the same array, so its offset is 0.
 */
static cyaml_schema_field_t *make_fields(const struct maker *maker,
                                         size_t first, size_t end, size_t at)
{
    cyaml_schema_field_t *fields =
        NEW_ARRAY(end - first + 1, cyaml_schema_field_t);
    cyaml_schema_field_t *field = fields;

    for (size_t len; first < end; first += len, field++) {
        const char *key = maker->document->entries[first].path + at;
        size_t key_len = strcspn(key, ".");

        field->key = alloc_text_n(key, key_len);
        len = 1;
        if (!key[key_len]) {
            fill_leaf(maker, field, first);
            continue;
        }
        len = group_len(maker->document, first, end, at, key_len);
        field->value.type = CYAML_MAPPING;
        field->value.flags = CYAML_FLAG_OPTIONAL;
        field->value.data_size = sizeof(struct slot);
        field->value.mapping.fields =
            make_fields(maker, first, first + len, at + key_len + 1);
    }
    return fields;
}

static void free_fields(const cyaml_schema_field_t *fields)
{
    for (const cyaml_schema_field_t *field = fields; field->key; field++) {
        if (field->value.type == CYAML_MAPPING)
            free_fields(field->value.mapping.fields);
        free((void *)(uintptr_t)field->key);
    }
    free((void *)(uintptr_t)fields);
}

/* What libcyaml allocated by alloc_resize() now belongs to the entries. */
static void take_slots(struct document *document, struct slot *slots)
{
    for (size_t i = 0; i < document->count; i++) {
        document->entries[i].text = slots[i].text;
        document->entries[i].items = slots[i].items;
        document->entries[i].count = slots[i].count;
    }
    free(slots);
}

static void *give_memory(void *context, void *memory, size_t size)
{
    (void)context;
    if (size)
        return alloc_resize(memory, size, 1);
    free(memory);
    return NULL;
}

bool values_load(struct document *document, struct error *err)
{
    static const cyaml_config_t config = {
        .mem_fn = give_memory,
        .flags =
            CYAML_CFG_IGNORE_UNKNOWN_KEYS, /* document.c has told of them */
    };
    struct maker maker = {
        document,
        {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, CYAML_UNLIMITED)},
    };
    cyaml_schema_value_t top = {.type = CYAML_MAPPING,
                                .flags = CYAML_FLAG_POINTER};
    cyaml_data_t *slots = NULL;
    cyaml_schema_field_t *fields;
    cyaml_err_t result;

    if (!document->count)
        return true;
    fields = make_fields(&maker, 0, document->count, 0);
    top.mapping.fields = fields;
    top.data_size = (uint32_t)(document->count * sizeof(struct slot));
    result = cyaml_load_data((const uint8_t *)document->bytes, document->len,
                             &config, &top, &slots, NULL);
    free_fields(fields);
    if (result != CYAML_OK)
        return error_set(err, ERROR_CONFIG, "libcyaml cannot load it: %s",
                         cyaml_strerror(result));
    take_slots(document, slots);
    return true;
}
