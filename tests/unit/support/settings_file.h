/* Settings written to a folder of the test's own, and read from there. */
#ifndef SUPPORT_SETTINGS_FILE_H
#define SUPPORT_SETTINGS_FILE_H

#include "base/error.h"
#include "config/settings.h"

/* cmocka's set-up and tear-down: an empty folder that is the current one, and
 * no AFTERHOURS_ variable in the environment. */
int settings_folder_make(void **state);
int settings_folder_remove(void **state);

/* Writes a file into the folder. */
void write_file(const char *name, const char *text);

/* The settings of that text, as afterhours.yaml; a fault fails the test. */
struct settings *settings_of(const char *yaml);

/* The fault of that text; none fails the test. Static. */
const char *fault_of(const char *yaml);

#endif
