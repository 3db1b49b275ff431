/* Fields against the form's rules. See entry.h. */
#include "intake/entry.h"

#include <string.h>

#include "base/text.h"
#include "guard/guard.h"
#include "intake/target.h"

#include "base/banned.h"

#define EMAIL_CHARACTERS     254
#define REFERENCE_CHARACTERS 200
#define URL_CHARACTERS       2048

struct reader {
    struct entry *entry;
    const struct settings *settings;
    const struct settings_form *form;
    struct complaints *complaints;
};

typedef bool check(struct reader *r, const struct field *field);

static bool check_email(struct reader *r, const struct field *field)
{
    const char *why;

    if (email_read(field->value, r->entry->address, &why))
        return true;
    complaints_add(r->complaints, field->name, "invalid", "%s", why);
    return false;
}

static bool check_web_address(struct reader *r, const struct field *field)
{
    if (value_web_address(field->value))
        return true;
    complaints_add(r->complaints, field->name, "invalid",
                   "This is not a web address. One begins with https:// or "
                   "http://.");
    return false;
}

static bool check_target(struct reader *r, const struct field *field)
{
    if (target_allowed(r->settings, r->form, field->value))
        return true;
    complaints_add(r->complaints, field->name, "not_allowed",
                   "Give a path that begins with /, or a URL on one of the "
                   "form's origins.");
    return false;
}

static bool check_department(struct reader *r, const struct field *field)
{
    for (size_t i = 0; i < r->form->department_count; i++) {
        if (strcmp(r->form->departments[i].name, field->value) != 0)
            continue;
        r->entry->department = &r->form->departments[i];
        return true;
    }
    complaints_add(r->complaints, field->name, "unknown",
                   "The form has no department of this name.");
    return false;
}

enum limit { OWN, MESSAGE, FIELD };

/* clang-format off */
static const struct builtin {
    const char *name;
    size_t at;       /* of its text in struct entry */
    enum limit by;   /* OWN: the number beside it */
    size_t limit;    /* characters */
    bool lines;      /* may have more than one line */
    check *check;
} builtins[] = {
#define AT(member) offsetof(struct entry, member)
    {"message",    AT(message),         MESSAGE, 0, true, NULL},
    {"email",      AT(email),           OWN, EMAIL_CHARACTERS, false, check_email},
    {"name",       AT(name),            FIELD, 0, false, NULL},
    {"phone",      AT(phone),           FIELD, 0, false, NULL},
    {"department", AT(department_name), FIELD, 0, false, check_department},
    {"page",       AT(page),            OWN, URL_CHARACTERS, false, check_web_address},
    {"referrer",   AT(referrer),        OWN, URL_CHARACTERS, false, check_web_address},
    {"_subject",   AT(subject),         FIELD, 0, false, NULL},
    {"_replyto",   AT(reply_to),        OWN, EMAIL_CHARACTERS, false, NULL},
    {"_reference", AT(reference),       OWN, REFERENCE_CHARACTERS, false, NULL},
    {"_next",      AT(next),            OWN, URL_CHARACTERS, false, check_target},
    {"_error",     AT(error),           OWN, URL_CHARACTERS, false, check_target},
#undef AT
};
/* clang-format on */

static const struct builtin *find_builtin(const char *name)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

static const struct settings_field *
find_declared(const struct settings_form *form, const char *name)
{
    for (size_t i = 0; i < form->field_count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return &form->fields[i];
    return NULL;
}

/*
 * What holds for every text. *given is false for a field left empty, which is
 * no field at all: browsers send those too.
 */
static bool check_text(struct reader *r, const struct field *field,
                       size_t limit, bool lines, bool *given)
{
    struct value_scan scan;
    const char *code = NULL, *detail = NULL;

    *given = false;
    value_scan(field->value, field->value_len, &scan);
    if (!scan.well_formed) {
        code = "encoding";
        detail = "The text is not UTF-8.";
    } else if (scan.control) {
        code = "control_character";
        detail = "The text has control characters in it; leave them out.";
    } else if (scan.blank) {
        return true;
    } else if (scan.lines && !lines) {
        code = "line_break";
        detail = "Only one line is allowed here, without tabs.";
    }
    if (code) {
        complaints_add(r->complaints, field->name, code, "%s", detail);
        return false;
    }
    if (scan.characters > limit) {
        complaints_add(r->complaints, field->name, "too_long",
                       "%zu characters are too many; %zu are allowed.",
                       scan.characters, limit);
        return false;
    }
    *given = true;
    return true;
}

static size_t limit_of(const struct reader *r, const struct builtin *builtin)
{
    if (builtin->by == MESSAGE)
        return r->settings->limits.message;
    if (builtin->by == FIELD)
        return r->settings->limits.field;
    return builtin->limit;
}

static void read_builtin(struct reader *r, const struct builtin *builtin,
                         const struct field *field)
{
    bool given;

    if (field->type != FIELD_TEXT) {
        complaints_add(r->complaints, field->name, "type",
                       "This must be text, in quotation marks.");
        return;
    }
    if (!check_text(r, field, limit_of(r, builtin), builtin->lines, &given) ||
        !given)
        return;
    if (!builtin->check || builtin->check(r, field))
        *(const char **)((char *)r->entry + builtin->at) = field->value;
}

/* By the declared type: a complaint's detail, or NULL. */
static const char *check_type(const struct settings_field *declared,
                              const struct field *field)
{
    char address[EMAIL_SIZE];
    const char *type = declared->type ? declared->type : "text";
    const char *why;
    bool truth;

    if (strcmp(type, "email") == 0)
        return email_read(field->value, address, &why) ? NULL : why;
    if (strcmp(type, "number") == 0)
        return value_number(field->value) ? NULL : "This must be a number.";
    if (strcmp(type, "checkbox") != 0)
        return NULL;
    if (!value_truth(field->value, &truth))
        return "This must be true or false.";
    return truth || !declared->required ? NULL : "This box must be ticked.";
}

static void add_extra(struct reader *r, const char *label,
                      const struct field *field)
{
    r->entry->extras[r->entry->extra_count++] =
        (struct entry_extra){field->name, label, field->value};
}

static void read_declared(struct reader *r,
                          const struct settings_field *declared,
                          const struct field *field)
{
    size_t limit =
        declared->limit ? declared->limit : r->settings->limits.field;
    const char *detail;
    bool given;

    if (field->type == FIELD_OTHER) {
        complaints_add(r->complaints, field->name, "type",
                       "This must be text, a number, true or false.");
        return;
    }
    if (!check_text(r, field, limit, true, &given) || !given)
        return;
    detail = check_type(declared, field);
    if (detail)
        complaints_add(r->complaints, field->name, "invalid", "%s", detail);
    else
        add_extra(r, declared->label ? declared->label : declared->name, field);
}

static const char *nearest_name(const struct settings_form *form,
                                const char *name)
{
    const char *words[sizeof(builtins) / sizeof(*builtins) + FIELDS_MAX + 1];
    size_t count = 0;

    for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
        words[count++] = builtins[i].name;
    for (size_t i = 0; i < form->field_count && i < FIELDS_MAX; i++)
        words[count++] = form->fields[i].name;
    words[count] = NULL;
    return text_nearest(name, words);
}

static void refuse_unknown(struct reader *r, const struct field *field)
{
    const char *nearest = nearest_name(r->form, field->name);

    if (nearest)
        complaints_add(r->complaints, field->name, "unknown",
                       "The form has no such field. Did you mean %s?", nearest);
    else
        complaints_add(r->complaints, field->name, "unknown",
                       "The form has no such field. It can be declared under "
                       "fields, or kept by unknown_fields: keep.");
}

static void read_unknown(struct reader *r, const struct field *field)
{
    struct value_scan name;
    bool given;

    if (r->form->unknown_fields == UNKNOWN_REFUSE) {
        refuse_unknown(r, field);
        return;
    }
    /* By old custom a name with an underscore is for the relay, not a value. */
    if (field->name[0] == '_')
        return;
    value_scan(field->name, strlen(field->name), &name);
    if (name.control || name.lines || !name.well_formed ||
        name.characters > r->settings->limits.field ||
        field->type == FIELD_OTHER) {
        complaints_add(r->complaints, field->name, "invalid",
                       "The name must be one short line, the value a text, a "
                       "number, true or false.");
        return;
    }
    if (!check_text(r, field, r->settings->limits.field, true, &given) ||
        !given)
        return;
    add_extra(r, field->name, field);
    r->entry->kept++;
}

static bool came_before(const struct fields *fields, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(fields->list[i].name, fields->list[index].name) == 0)
            return true;
    return false;
}

/* Unknown ones come last, so that those that are kept stand at the end. */
static void read_field(struct reader *r, const struct fields *fields,
                       size_t index, bool unknown)
{
    const struct field *field = &fields->list[index];
    const struct builtin *builtin = find_builtin(field->name);
    const struct settings_field *declared =
        builtin ? NULL : find_declared(r->form, field->name);
    bool trap = strcmp(field->name, guard_honeypot(r->form)) == 0;

    if (unknown != (!builtin && !declared && !trap))
        return;
    if (came_before(fields, index))
        complaints_add(r->complaints, field->name, "duplicate",
                       "The field was sent more than once.");
    else if (trap)
        r->entry->trapped = field->value_len > 0;
    else if (builtin)
        read_builtin(r, builtin, field);
    else if (declared)
        read_declared(r, declared, field);
    else
        read_unknown(r, field);
}

static bool has_extra(const struct entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->extra_count; i++)
        if (strcmp(entry->extras[i].name, name) == 0)
            return true;
    return false;
}

static bool has_complaint(const struct complaints *complaints, const char *name)
{
    for (size_t i = 0; i < complaints->count; i++)
        if (strcmp(complaints->list[i].field, name) == 0)
            return true;
    return false;
}

static void require(struct reader *r, const char *name, bool given)
{
    if (!given && !has_complaint(r->complaints, name))
        complaints_add(r->complaints, name, "required",
                       "This field must be filled in.");
}

/* It stands for a missing email; an email that was given wins. */
static void use_reply_to(struct reader *r)
{
    struct entry *entry = r->entry;
    const struct field field = {.name = "_replyto", .value = entry->reply_to};

    if (entry->email || !entry->reply_to ||
        has_complaint(r->complaints, "email"))
        return;
    if (check_email(r, &field))
        entry->email = entry->reply_to;
}

static void check_required(struct reader *r)
{
    const struct settings_form *form = r->form;

    require(r, "message", r->entry->message != NULL);
    if (form->email_required && !has_complaint(r->complaints, "_replyto"))
        require(r, "email", r->entry->email != NULL);
    for (size_t i = 0; i < form->field_count; i++)
        if (form->fields[i].required)
            require(r, form->fields[i].name,
                    has_extra(r->entry, form->fields[i].name));
}

bool entry_read(struct entry *entry, const struct settings *settings,
                const struct settings_form *form, const struct fields *fields,
                struct complaints *complaints)
{
    struct reader r = {entry, settings, form, complaints};

    *entry = (struct entry){.form = form};
    if (fields->count > settings->limits.fields) {
        complaints_add(complaints, "", "too_many_fields",
                       "%zu fields are too many; %u are allowed.",
                       fields->count, settings->limits.fields);
        return false;
    }
    for (size_t i = 0; i < fields->count; i++)
        read_field(&r, fields, i, false);
    for (size_t i = 0; i < fields->count; i++)
        read_field(&r, fields, i, true);
    use_reply_to(&r);
    check_required(&r);
    return complaints->count == 0;
}
