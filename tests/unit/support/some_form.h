/* A form and its settings, as a test wants them; no file is read. */
#ifndef SUPPORT_SOME_FORM_H
#define SUPPORT_SOME_FORM_H

#include "config/settings.h"

/* Static, and fresh at every call. Form "contact" of destination "support":
 * email required, origins https://www.example.com and all below example.org,
 * a department "billing", a required number "order" and a checkbox "news". */
struct settings *some_settings(void);
struct settings_form *some_form(struct settings *settings);

#endif
