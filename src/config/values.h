/* The values of a settings file, loaded by libcyaml. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/document.h"

/*
 * Fills text or items of every entry of the document from its bytes. The names
 * in a file are free (destinations, forms, fields), those in a schema of
 * libcyaml are not: so one is made for each file, of the entries found in it.
 * They stand in the order of the file, so those of one mapping are neighbours.
 */
must_check bool values_load(struct document *document, struct error *err);

#endif
