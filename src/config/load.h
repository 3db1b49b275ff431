/* Steps of settings_load(), each in its own file. Private to config/. */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/document.h"
#include "config/settings.h"

/* An array for each kind of object the file names; "default" and "contact" if
 * there are none. */
void objects_make(struct settings *settings, const struct document *document);
void objects_free(struct settings *settings);

/* What follows from other settings: addresses, the only destination, ... */
void derive(struct settings *settings);

void derive_destination(const struct settings *settings,
                        struct settings_destination *destination);

/* What no single value can be blamed for; faults go to the origins. */
void validate(const struct settings *settings);

/* Destinations without an address: no fault yet when a sandbox may take them.
 */
void validate_addresses(const struct settings *settings);

/* The relay's own origins, as a browser on this machine would send them. */
void derive_own_origins(const struct settings *settings,
                        struct settings_form *form);

#endif
