/*
 * The settings file as a list of what is written in it, each with its line.
 * Names and shapes are checked against the schema here; the values are loaded
 * by libcyaml (values.h) and stay text.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/origins.h"
#include "config/schema.h"

/* A value. */
struct entry {
    char *path; /* owned: "forms.contact.origins", "redis.password_file" */
    bool list;  /* written as one */
    unsigned line;
    char *text;   /* owned; NULL for a list */
    char **items; /* owned */
    unsigned count;
};

/* An object that got a name: a destination, a form, a field, a department. */
struct named {
    enum setting_owner owner;
    char *path; /* owned: "forms.contact" */
    char *name; /* owned: "contact" */
    unsigned line;
};

struct document {
    const char *path; /* borrowed */
    char *bytes;      /* owned; the file as it is */
    size_t len;
    struct entry *entries;
    size_t count;
    struct named *named;
    size_t named_count;
};

/*
 * Reads the file. What is wrong goes to origins; the rest is usable. An object
 * document is empty before, and cleared by document_clear() after.
 */
void document_read(struct document *document, const char *path,
                   struct settings_origins *origins);
void document_clear(struct document *document);

const struct entry *document_find(const struct document *document,
                                  const char *path);

#endif
