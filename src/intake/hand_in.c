/* Handing in from the command line. See hand_in.h. */
#include "intake/hand_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "intake/entry.h"
#include "intake/inside.h"
#include "intake/links.h"
#include "intake/parcel.h"
#include "intake/post.h"

#include "base/banned.h"

#define TEXT_MAX 8192

struct handed {
    struct handed *next; /* list of the intake: refused, not told yet */
    struct intake *intake;
    struct settings *settings; /* one hold */
    intake_submitted *submitted;
    void *context;
    char *problem;       /* owned; why it was refused */
    struct timer *timer; /* tells it from the loop */
};

static void handed_free(struct handed *handed)
{
    timer_free(handed->timer);
    settings_release(handed->settings);
    free(handed->problem);
    free(handed);
}

static void tell_refusal(struct handed *handed)
{
    handed->submitted(handed->context, NULL, NULL, handed->problem);
    handed_free(handed);
}

static void rang(void *context)
{
    struct handed *handed = context;
    struct handed **link = &handed->intake->handed;

    while (*link != handed)
        link = &(*link)->next;
    *link = handed->next;
    tell_refusal(handed);
}

void hand_in_end_all(struct intake *intake)
{
    struct handed *handed, *next = intake->handed;

    intake->handed = NULL;
    while ((handed = next)) {
        next = handed->next;
        tell_refusal(handed);
    }
}

/* Told from the loop: the caller need not expect it inside his call. */
static void refuse(struct handed *handed, const char *problem)
{
    handed->problem = alloc_text(problem);
    handed->next = handed->intake->handed;
    handed->intake->handed = handed;
    handed->timer = timer_new(handed->intake->loop, rang, handed);
    timer_start(handed->timer, 0);
}

static void tell_stored(struct handed *handed, const char *id)
{
    char token[LINKS_TOKEN_SIZE];
    struct buf url;

    links_token(handed->settings, id, token);
    buf_init(&url, TEXT_MAX);
    buf_text(&url, handed->settings->public_url);
    links_status_path(&url, id, token);
    handed->submitted(handed->context, id, buf_str(&url), NULL);
    buf_clear(&url);
}

static void accepted(void *context, enum accept_result result, const char *id,
                     const char *why)
{
    struct handed *handed = context;
    struct intake *intake = handed->intake;

    if (result == ACCEPT_NEW || result == ACCEPT_KNOWN)
        tell_stored(handed, id);
    else
        handed->submitted(handed->context, NULL, NULL,
                          why ? why : "it could not be stored");
    handed_free(handed);
    intake_leave(intake);
}

static void take(struct handed *handed, const struct entry *entry,
                 const struct fields *fields)
{
    const struct parcel_sender sender = {0};
    const char *why = NULL;
    struct parcel parcel;

    if (!post_durable(handed->intake->queue, entry->form, &why)) {
        refuse(handed, why ? why
                           : "the form demands that messages are on disk, and "
                             "Redis does not write every command there");
        return;
    }
    if (parcel_make(&parcel, handed->settings, entry, fields, &sender,
                    clock_wall_ms()) == PARCEL_FINE) {
        intake_enter(handed->intake);
        queue_accept(handed->intake->queue, &parcel.submission, &parcel.options,
                     accepted, handed);
    } else {
        refuse(handed, "the message is too long");
    }
    parcel_clear(&parcel);
}

static void read_fields(struct handed *handed, const struct settings_form *form,
                        const char *json)
{
    struct complaints complaints = {.count = 0};
    struct error err = {0};
    struct fields fields;
    struct entry entry;
    struct buf text;

    fields_init(&fields);
    buf_init(&text, TEXT_MAX);
    if (fields_read_json(&fields, json, strlen(json), &err) != FIELDS_FINE) {
        refuse(handed, err.text);
    } else if (entry_read(&entry, handed->settings, form, &fields,
                          &complaints)) {
        take(handed, &entry, &fields);
    } else {
        complaints_text(&complaints, &text);
        refuse(handed, buf_str(&text));
    }
    buf_clear(&text);
    complaints_clear(&complaints);
    fields_clear(&fields);
}

void intake_submit(struct intake *intake, const char *form_name,
                   const char *fields_json, intake_submitted *submitted,
                   void *context)
{
    const struct settings_form *form =
        settings_form(intake->settings, form_name);
    struct handed *handed = NEW(struct handed);

    handed->intake = intake;
    handed->settings = settings_hold(intake->settings);
    handed->submitted = submitted;
    handed->context = context;
    if (form)
        read_fields(handed, form, fields_json);
    else
        refuse(handed, "there is no form of this name in the settings");
}
