/*
 * What strangers post: bodies, and the headers that go with them. The first
 * byte says what the rest is. Whatever is taken must be clean: it becomes the
 * text of a message, or a header of ours.
 */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "guard/guard.h"
#include "intake/entry.h"
#include "intake/idempotency.h"
#include "intake/prefer.h"
#include "intake/target.h"
#include "web/texts.h"

#include "base/banned.h"

#define TEXT_MAX (1 << 20)

static char contact[] = "contact", origin[] = "https://www.example.com";
static char below[] = "https://*.example.org", order[] = "order";
static char number[] = "number", billing[] = "billing";
static char *origins[] = {origin, below};
static struct settings_field declared[] = {{order, NULL, number, false, 9}};
static struct settings_department departments[] = {{billing, 1}};
static struct settings_form form = {
    .name = contact,
    .destination = contact,
    .email_required = true,
    .origins = origins,
    .origin_count = 2,
    .fields = declared,
    .field_count = 1,
    .unknown_fields = UNKNOWN_KEEP,
    .departments = departments,
    .department_count = 1,
};
static struct settings settings = {
    .public_url = origin,
    .limits = {.body = 65536, .message = 1000, .field = 100, .fields = 40},
    .forms = &form,
    .form_count = 1,
};

static void is_header(const char *text)
{
    for (; *text; text++)
        assert(*text > ' ' && *text <= '~');
}

static void use(const struct fields *fields)
{
    struct complaints complaints = {.count = 0};
    char key[IDEMPOTENCY_KEY_SIZE];
    struct entry entry;
    struct buf text;

    buf_init(&text, TEXT_MAX);
    if (entry_read(&entry, &settings, &form, fields, &complaints)) {
        entry_render(&entry, &text);
        assert(buf_ok(&text) && text_clean(buf_str(&text), text.len));
        assert(!strchr(buf_str(&text), '\r'));
        is_header(entry.address);
        idempotency_key_of(form.name, entry.address, entry.message, key);
    } else {
        assert(complaints.count);
        complaints_text(&complaints, &text);
    }
    if (entry.next)
        is_header(entry.next);
    complaints_clear(&complaints);
    buf_clear(&text);
}

static void try_header(const char *text)
{
    char key[IDEMPOTENCY_KEY_SIZE];

    if (idempotency_key(text, key))
        is_header(key);
    if (target_allowed(&settings, &form, text))
        is_header(text);
    prefer_wait_ms(text);
    accept_names(text, "application/json");
    guard_origin(&settings, &form, text);
    guard_bearer(text);
    texts_language(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;
    struct fields fields;

    if (!size)
        return 0;
    text = alloc_text_n((const char *)data + 1, size - 1);
    fields_init(&fields);
    if (data[0] == 'h')
        try_header(text);
    else if ((data[0] == 'j' ? fields_read_json(&fields, text, size - 1, NULL)
                             : fields_read_urlencoded(&fields, text, size - 1,
                                                      NULL)) == FIELDS_FINE)
        use(&fields);
    fields_clear(&fields);
    free(text);
    return 0;
}
