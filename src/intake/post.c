/* POST /f/{form}: from a request to a promise. */
#include "intake/post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer/problems.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/text.h"
#include "guard/guard.h"
#include "intake/accepted.h"
#include "intake/entry.h"
#include "intake/inside.h"
#include "intake/look.h"
#include "intake/parcel.h"
#include "intake/prefer.h"
#include "intake/sender.h"
#include "intake/target.h"

#include "base/banned.h"

#define LOCATION_MAX 8192
#define FULL_RETRY   "30" /* seconds */
#define AWAY_RETRY   "5"

/* A post on its way through the queue. */
struct post {
    struct intake *intake;
    struct settings *settings;      /* one hold */
    struct http_exchange *exchange; /* stays until answered, client or not */
    struct post_style style;
    int64_t wait_ms;
};

void post_style_clear(struct post_style *style)
{
    free(style->next);
    free(style->error);
    style->next = style->error = NULL;
}

static void post_free(struct post *post)
{
    post_style_clear(&post->style);
    settings_release(post->settings);
    free(post);
}

/* Forms sent by a browser itself get pages; programs and scripts get JSON. */
static void refuse(struct http_exchange *exchange,
                   const struct post_style *style, const char *type,
                   const char *detail)
{
    if (!style->browser) {
        problems_answer(exchange, type, detail);
    } else if (style->error) {
        http_reply_header(exchange, "Location", style->error);
        http_reply(exchange, 303, NULL, NULL, 0);
    } else {
        pages_refusal(exchange, type, detail);
    }
}

static void answer_stored(struct post *post, const char *id, bool journalled)
{
    if (post->style.browser)
        accepted_redirect(post->exchange, post->settings, id, post->style.next);
    else if (post->wait_ms && !journalled)
        look_at_new(post->intake, post->settings, post->exchange, id,
                    post->wait_ms);
    else
        accepted_answer(
            post->exchange, post->settings, id,
            reception_rests_on(&post->intake->reception, journalled));
}

static void answer(struct post *post, enum accept_result result, const char *id,
                   const char *why, bool journalled)
{
    switch (result) {
    case ACCEPT_KNOWN:
        http_reply_header(post->exchange, "Idempotency-Replayed", "true");
        answer_stored(post, id, journalled);
        return;
    case ACCEPT_NEW:
        answer_stored(post, id, journalled);
        return;
    case ACCEPT_CONFLICT:
        refuse(post->exchange, &post->style, "idempotency-conflict", NULL);
        return;
    case ACCEPT_FULL:
        http_reply_header(post->exchange, "Retry-After", FULL_RETRY);
        refuse(post->exchange, &post->style, "queue-full", why);
        return;
    case ACCEPT_NO_MEMORY:
        http_reply_header(post->exchange, "Retry-After", FULL_RETRY);
        refuse(post->exchange, &post->style, "store-full", NULL);
        return;
    case ACCEPT_AWAY:
        break;
    }
    http_reply_header(post->exchange, "Retry-After", AWAY_RETRY);
    refuse(post->exchange, &post->style, "queue-away", NULL);
}

static void stored(void *context, enum accept_result result, const char *id,
                   const char *why, bool journalled)
{
    struct post *post = context;
    struct intake *intake = post->intake;

    if (failpoint("intake.accepted", NULL))
        result = ACCEPT_AWAY;
    answer(post, result, id, why, journalled);
    failpoint_pass("intake.answered", NULL);
    post_free(post);
    intake_leave(intake);
}

static void hand_over(struct request *request, const struct settings_form *form,
                      struct post_style *style, const struct parcel *parcel)
{
    struct post *post = NEW(struct post);

    post->intake = request->intake;
    post->settings = settings_hold(request->settings);
    post->exchange = request->exchange;
    post->style = *style;
    memset(style, 0, sizeof(*style));
    post->wait_ms = prefer_wait_ms(http_header(request->exchange, "Prefer"));
    intake_enter(request->intake);
    failpoint_pass("intake.accept", NULL);
    reception_accept(&post->intake->reception, form, &parcel->submission,
                     &parcel->options, stored, post);
}

static void hand_in(struct request *request, const struct entry *entry,
                    const struct fields *fields, struct post_style *style)
{
    struct http_exchange *exchange = request->exchange;
    struct parcel parcel;
    struct parcel_sender sender = {
        .user_agent = http_header(exchange, "User-Agent"),
        .idempotency_key = http_header(exchange, "Idempotency-Key"),
    };
    char ip[ADDRESS_TEXT_SIZE];

    sender_address(request->settings, http_peer(exchange),
                   http_header(exchange, "X-Forwarded-For"), ip);
    sender.ip = ip;
    switch (parcel_make(&parcel, request->settings, entry, fields, &sender,
                        clock_wall_ms())) {
    case PARCEL_BAD_KEY:
        refuse(exchange, style, "bad-idempotency-key", NULL);
        break;
    case PARCEL_TOO_LARGE:
        refuse(exchange, style, "message-too-large", NULL);
        break;
    case PARCEL_FINE:
        hand_over(request, entry->form, style, &parcel);
        break;
    }
    parcel_clear(&parcel);
}

static void complain(struct http_exchange *exchange,
                     const struct post_style *style,
                     const struct complaints *complaints)
{
    struct buf text;

    if (!style->browser) {
        problems_answer_fields(
            exchange, "invalid-fields",
            "Nothing was sent. Correct these fields and post again.",
            complaints->list, complaints->count);
        return;
    }
    if (style->error) {
        refuse(exchange, style, "invalid-fields", NULL);
        return;
    }
    buf_init(&text, LOCATION_MAX);
    complaints_text(complaints, &text);
    pages_problem(exchange, "invalid-fields", buf_str(&text));
    buf_clear(&text);
}

/* Where a browser goes; written down now, since fields do not live on. */
static void note_targets(struct post_style *style, const struct entry *entry,
                         const char *origin)
{
    const char *thanks = entry->form->thanks_url;
    struct buf location;

    buf_init(&location, LOCATION_MAX);
    if (entry->next) {
        target_write(&location, entry->form, origin, entry->next);
        style->next = buf_take(&location);
    } else if (thanks) {
        style->next = alloc_text(thanks);
    }
    if (entry->error) {
        target_write(&location, entry->form, origin, entry->error);
        style->error = buf_take(&location);
    }
}

/* A header says what it likes: it is a page only if the field could be. */
static bool is_page(const char *referer)
{
    struct value_scan scan;

    if (!referer || !value_web_address(referer))
        return false;
    value_scan(referer, strlen(referer), &scan);
    return scan.well_formed && !scan.control;
}

static void take(struct request *request, const struct settings_form *form,
                 const struct fields *fields, struct post_style *style)
{
    struct http_exchange *exchange = request->exchange;
    const char *referer = http_header(exchange, "Referer");
    struct complaints complaints = {.count = 0};
    const char *why = NULL;
    struct entry entry;
    bool fine =
        entry_read(&entry, request->settings, form, fields, &complaints);

    if (style->browser)
        note_targets(style, &entry, http_header(exchange, "Origin"));
    if (!entry.page && is_page(referer))
        entry.page = referer;
    if (!fine) {
        complain(exchange, style, &complaints);
    } else if (!reception_durable(&request->intake->reception, form, &why)) {
        http_reply_header(exchange, "Retry-After", FULL_RETRY);
        refuse(exchange, style, "not-durable", why);
    } else {
        hand_in(request, &entry, fields, style);
    }
    complaints_clear(&complaints);
}

enum body_type { BODY_OTHER, BODY_JSON, BODY_FORM };

/* "type; charset=utf-8": any parameter but another charset is let pass. */
static bool is_type(const char *header, const char *type)
{
    size_t len = strlen(type);
    const char *charset;

    if (!header || strncasecmp(header, type, len) != 0)
        return false;
    header += len;
    header += strspn(header, " \t");
    if (*header && *header != ';')
        return false;
    charset = strcasestr(header, "charset=");
    if (!charset)
        return true;
    charset += strlen("charset=");
    charset += *charset == '"';
    if (strncasecmp(charset, "utf-8", 5) != 0)
        return false;
    return strspn(charset + 5, "\"; \t") > 0 || !charset[5];
}

static enum body_type type_of(const char *header)
{
    if (is_type(header, "application/json"))
        return BODY_JSON;
    if (is_type(header, "application/x-www-form-urlencoded"))
        return BODY_FORM;
    return BODY_OTHER;
}

static void read_body(struct request *request, const struct settings_form *form,
                      enum body_type type, struct post_style *style)
{
    struct http_exchange *exchange = request->exchange;
    const char *body = http_body(exchange);
    size_t len = http_body_len(exchange);
    struct error err = {0};
    struct fields fields;
    enum fields_result result;

    fields_init(&fields);
    result = type == BODY_JSON
                 ? fields_read_json(&fields, body, len, &err)
                 : fields_read_urlencoded(&fields, body, len, &err);
    if (result == FIELDS_FINE)
        take(request, form, &fields, style);
    else if (result == FIELDS_COMPLEX)
        refuse(exchange, style, "too-complex", err.text);
    else
        refuse(exchange, style, type == BODY_JSON ? "bad-json" : "bad-form",
               err.text);
    fields_clear(&fields);
}

bool post_origin_allowed(const struct request *request,
                         const struct settings_form *form, const char *origin)
{
    const char *host = http_header(request->exchange, "Host");
    const char *start = http_is_tls(request->exchange) ? "https://" : "http://";

    if (guard_origin(request->settings, form, origin))
        return true;
    /* A demo is tried under names nobody thought of: its own pages may. */
    return request->intake->demo && host && text_starts(origin, start) &&
           text_equal_nocase(origin + strlen(start), host);
}

void post_say_unknown_form(const struct request *request,
                           char detail[POST_DETAIL_SIZE])
{
    snprintf(detail, POST_DETAIL_SIZE,
             "The relay's settings have no form named '%.64s'. Check the "
             "spelling of the address, or add the form under forms.",
             request->name);
}

void post_say_foreign_origin(const struct request *request, const char *origin,
                             char detail[POST_DETAIL_SIZE])
{
    if (strcmp(origin, "null") == 0)
        snprintf(detail, POST_DETAIL_SIZE,
                 "The page hides its origin, so it cannot be checked: its "
                 "Referrer-Policy is no-referrer, or it is in a sandbox. Give "
                 "it the Referrer-Policy strict-origin-when-cross-origin.");
    else
        snprintf(detail, POST_DETAIL_SIZE,
                 "Pages of '%.128s' may not use this form. If they should, add "
                 "that origin to forms.%.64s.origins.",
                 origin, request->name);
}

/* Who may post: a page of the website, or a program that has the key. */
static bool pass_guards(struct request *request,
                        const struct settings_form *form,
                        const struct post_style *style)
{
    struct http_exchange *exchange = request->exchange;
    const char *origin = http_header(exchange, "Origin");
    enum guard_credentials credentials;
    char detail[POST_DETAIL_SIZE];

    if (origin && !post_origin_allowed(request, form, origin)) {
        guard_cors(exchange, NULL);
        post_say_foreign_origin(request, origin, detail);
        refuse(exchange, style, "origin-refused", detail);
        return false;
    }
    guard_cors(exchange, origin);
    if (origin)
        return true;
    credentials =
        guard_credentials(form, http_header(exchange, "Authorization"));
    if (credentials == GUARD_CREDENTIALS_FINE)
        return true;
    http_reply_header(exchange, "WWW-Authenticate", "Bearer");
    refuse(exchange, style,
           credentials == GUARD_CREDENTIALS_MISSING ? "credentials-required"
                                                    : "credentials-wrong",
           NULL);
    return false;
}

void post_form(struct request *request)
{
    struct http_exchange *exchange = request->exchange;
    const struct settings_form *form =
        settings_form(request->settings, request->name);
    enum body_type type = type_of(http_header(exchange, "Content-Type"));
    struct post_style style = {
        .browser =
            type == BODY_FORM &&
            !accept_names(http_header(exchange, "Accept"), "application/json"),
    };
    char detail[POST_DETAIL_SIZE];

    if (!form) {
        post_say_unknown_form(request, detail);
        refuse(exchange, &style, "unknown-form", detail);
    } else if (pass_guards(request, form, &style)) {
        if (type != BODY_OTHER) {
            read_body(request, form, type, &style);
        } else {
            http_reply_header(exchange, "Accept-Post",
                              "application/json, "
                              "application/x-www-form-urlencoded");
            refuse(exchange, &style, "unsupported-type",
                   "Accepted are application/json and "
                   "application/x-www-form-urlencoded, in UTF-8.");
        }
    }
    post_style_clear(&style);
}
