/* A form for tests. See some_form.h. */
#include "some_form.h"

#include <string.h>

#include "base/banned.h"

static char contact[] = "contact", support[] = "support";
static char www[] = "https://www.example.com";
static char below[] = "https://*.example.org";
static char billing[] = "billing";
static char order[] = "order", order_label[] = "Order number";
static char number[] = "number", news[] = "news", checkbox[] = "checkbox";
static char honeypot[] = "_gotcha", public_url[] = "https://relay.example";
static char secret[] = "0123456789abcdef0123456789abcdef";
static char ticket_url[] = "https://acme.zendesk.com/hc/requests/{id}";
static char key[] = "form-key";

struct settings *some_settings(void)
{
    static char *origins[] = {www, below};
    static struct settings_department departments[] = {
        {billing, 7282618889231}};
    static struct settings_field fields[2];
    static struct settings_destination destination;
    static struct settings_form form;
    static struct settings settings;

    fields[0] = (struct settings_field){order, order_label, number, true, 20};
    fields[1] = (struct settings_field){news, NULL, checkbox, false, 0};
    destination = (struct settings_destination){.name = support,
                                                .ticket_url = ticket_url};
    form = (struct settings_form){
        .name = contact,
        .destination = support,
        .email_required = true,
        .key = {key, sizeof(key) - 1},
        .origins = origins,
        .origin_count = 2,
        .fields = fields,
        .field_count = 2,
        .departments = departments,
        .department_count = 1,
        .honeypot = honeypot,
        .dedupe_window_ms = 60000,
    };
    settings = (struct settings){
        .public_url = public_url,
        .secret = {secret, sizeof(secret) - 1},
        .limits = {.body = 65536, .message = 100, .field = 40, .fields = 20},
        .redis = {.timeout_ms = 2000},
        .destinations = &destination,
        .destination_count = 1,
        .forms = &form,
        .form_count = 1,
    };
    return &settings;
}

struct settings_form *some_form(struct settings *settings)
{
    return &settings->forms[0];
}
