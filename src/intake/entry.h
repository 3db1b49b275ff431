/*
 * What a visitor entered, checked against the form: fields in, one entry or a
 * list of complaints out. Values only.
 */
#ifndef INTAKE_ENTRY_H
#define INTAKE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "answer/complaints.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/email.h"
#include "config/settings.h"
#include "intake/fields.h"
#include "intake/value.h"

/* A field that is not built in: one the form declares, or an unknown one kept.
 */
struct entry_extra {
    const char *name, *label, *value;
};

/* Texts are borrowed from the fields and the form; NULL: not given. */
struct entry {
    const struct settings_form *form;
    const char *message, *email, *name, *phone, *page, *referrer;
    const char *subject, *reference, *reply_to, *department_name;
    const char *next, *error; /* redirect targets, allowed ones */
    const struct settings_department *department;
    struct entry_extra extras[FIELDS_MAX];
    size_t extra_count, kept; /* the last ones are unknown and kept */
    bool trapped;             /* the honeypot was filled */
    char address[EMAIL_SIZE]; /* the email, its domain in ASCII, or "" */
};

/* False: complaints say why, all of them. next and error are usable then, too.
 */
must_check bool entry_read(struct entry *entry, const struct settings *settings,
                           const struct settings_form *form,
                           const struct fields *fields,
                           struct complaints *complaints);

/*
 * The message's text by the form's template. "{name}" stands for a value:
 * message, name, email, phone, department, page, referrer, subject, reference,
 * any declared field; "{fields}" for all declared ones, a line each. What has
 * no such name stays as it is; values are never looked through again. A subject
 * the template does not mention becomes the first line, kept unknown fields the
 * last ones.
 */
void entry_render(const struct entry *entry, struct buf *out);

#endif
