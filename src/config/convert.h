/* One setting from text to its member, and back to text for people. */
#ifndef CONFIG_CONVERT_H
#define CONFIG_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "config/schema.h"

/*
 * Reads text, or the items of a list, into the place; whatever was there is
 * freed. A text given to a list is cut at its commas and line ends. On failure
 * the place is untouched and err says what is allowed, without the path.
 */
must_check bool convert_text(const struct place *place, const char *text,
                             struct error *err);
must_check bool convert_items(const struct place *place, char *const *items,
                              size_t count, struct error *err);

/* Frees what the place owns and empties it. */
void convert_clear(const struct place *place);

/* The value as YAML, or as JSON: null when not set, "***" for a secret. */
void convert_print(const struct place *place, bool json, struct buf *out);

#endif
