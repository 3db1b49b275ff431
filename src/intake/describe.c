/* GET and OPTIONS /f/{form}: what a page needs to build the form. */
#include "answer/problems.h"
#include "base/text.h"
#include "guard/guard.h"
#include "intake/inside.h"
#include "intake/post.h"

#include "base/banned.h"

#define ANSWER_MAX  65536
#define ALLOWED     "GET, HEAD, OPTIONS, POST"
#define EMAIL_LIMIT 254

static void add_field(struct buf *out, const struct settings_field *field,
                      size_t usual_limit)
{
    size_t limit = field->limit ? field->limit : usual_limit;

    if (out->data[out->len - 1] != '[')
        buf_char(out, ',');
    buf_text(out, "{\"name\":");
    text_json(out, field->name);
    buf_text(out, ",\"label\":");
    text_json(out, field->label ? field->label : field->name);
    buf_text(out, ",\"type\":");
    text_json(out, field->type ? field->type : "text");
    buf_format(out, ",\"required\":%s,\"limit\":%zu}",
               field->required ? "true" : "false", limit);
}

static void describe(struct buf *out, const struct settings *settings,
                     const struct settings_form *form)
{
    const struct settings_limits *limits = &settings->limits;
    char message[] = "message", email[] = "email", name[] = "name",
         phone[] = "phone", lines[] = "textarea", tel[] = "tel";
    const struct settings_field built_in[] = {
        {message, message, lines, true, (unsigned)limits->message},
        {email, email, email, form->email_required, EMAIL_LIMIT},
        {name, name, NULL, false, 0},
        {phone, phone, tel, false, 0},
    };

    buf_text(out, "{\"form\":");
    text_json(out, form->name);
    buf_text(out, ",\"fields\":[");
    for (size_t i = 0; i < sizeof(built_in) / sizeof(*built_in); i++)
        add_field(out, &built_in[i], limits->field);
    for (size_t i = 0; i < form->field_count; i++)
        add_field(out, &form->fields[i], limits->field);
    buf_text(out, "],\"departments\":[");
    for (size_t i = 0; i < form->department_count; i++) {
        buf_text(out, i ? "," : "");
        text_json(out, form->departments[i].name);
    }
    buf_text(out, "],\"honeypot\":");
    text_json(out, guard_honeypot(form));
    buf_format(out,
               ",\"challenge\":false,\"limits\":{\"body\":%zu,"
               "\"fields\":%u}}",
               limits->body, limits->fields);
}

/* Whether the form is there, for this page; else it is answered. */
static bool admit(const struct request *request,
                  const struct settings_form *form)
{
    const char *origin = http_header(request->exchange, "Origin");
    char detail[POST_DETAIL_SIZE];

    if (form && (!origin || post_origin_allowed(request, form, origin)))
        return true;
    guard_cors(request->exchange, NULL);
    if (form) {
        post_say_foreign_origin(request, origin, detail);
        problems_answer(request->exchange, "origin-refused", detail);
    } else {
        post_say_unknown_form(request, detail);
        problems_answer(request->exchange, "unknown-form", detail);
    }
    return false;
}

void describe_form(struct request *request)
{
    const struct settings_form *form =
        settings_form(request->settings, request->name);
    struct buf body;

    if (!admit(request, form))
        return;
    guard_cors(request->exchange, http_header(request->exchange, "Origin"));
    buf_init(&body, ANSWER_MAX);
    describe(&body, request->settings, form);
    http_reply_header(request->exchange, "Cache-Control", "no-cache");
    http_reply(request->exchange, 200, "application/json", body.data, body.len);
    buf_clear(&body);
}

/* Preflights, and whoever asks what can be done here. */
void preflight_form(struct request *request)
{
    const struct settings_form *form =
        settings_form(request->settings, request->name);

    http_reply_header(request->exchange, "Allow", ALLOWED);
    if (admit(request, form))
        guard_preflight(request->exchange,
                        http_header(request->exchange, "Origin"), "GET, POST");
}
