/* The field that only machines fill. See guard.h. */
#include "guard/guard.h"

#include "base/banned.h"

#define USUAL_NAME "_gotcha"

const char *guard_honeypot(const struct settings_form *form)
{
    return form->honeypot && *form->honeypot ? form->honeypot : USUAL_NAME;
}
