/*
 * Handing in from the command line. See hand_in.h. Everything happens from the
 * loop, so that nobody is told anything inside his own call.
 */
#include "intake/hand_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "intake/entry.h"
#include "intake/inside.h"
#include "intake/links.h"
#include "intake/parcel.h"

#include "base/banned.h"

#define TEXT_MAX 8192

/* A program has only just begun when it hands in: Redis may not be there yet.
 */
#define PATIENCE_MS INT64_C(10000)
#define RETRY_MS    20

struct handed {
    struct handed *next; /* list of the intake, until it is in the queue */
    struct intake *intake;
    struct settings *settings;        /* one hold */
    const struct settings_form *form; /* of the settings; NULL: none such */
    char *json;                       /* owned */
    intake_submitted *submitted;
    void *context;
    char *problem; /* owned; why it was refused */
    struct timer *timer;
    int64_t give_up_at; /* boot clock */
};

static void handed_free(struct handed *handed)
{
    timer_free(handed->timer);
    settings_release(handed->settings);
    free(handed->problem);
    free(handed->json);
    free(handed);
}

static void tell_refusal(struct handed *handed)
{
    const struct intake_handed told = {.problem = handed->problem};

    handed->submitted(handed->context, &told);
    handed_free(handed);
}

void hand_in_end_all(struct intake *intake)
{
    struct handed *handed, *next = intake->handed;

    intake->handed = NULL;
    while ((handed = next)) {
        next = handed->next;
        alloc_replace(&handed->problem, "the program has ended");
        tell_refusal(handed);
    }
}

static void tell_stored(struct handed *handed, const char *id, bool journalled)
{
    struct intake_handed told = {
        .id = id,
        .rests_on = reception_rests_on(&handed->intake->reception, journalled),
    };
    char token[LINKS_TOKEN_SIZE];
    struct buf url;

    links_token(handed->settings, id, token);
    buf_init(&url, TEXT_MAX);
    buf_text(&url, handed->settings->public_url);
    links_status_path(&url, id, token);
    told.status_url = buf_str(&url);
    handed->submitted(handed->context, &told);
    buf_clear(&url);
}

static void accepted(void *context, enum accept_result result, const char *id,
                     const char *why, bool journalled)
{
    struct handed *handed = context;
    struct intake *intake = handed->intake;

    if (result == ACCEPT_NEW || result == ACCEPT_KNOWN) {
        tell_stored(handed, id, journalled);
        handed_free(handed);
    } else {
        handed->problem =
            alloc_text(why && *why ? why : "it could not be stored");
        tell_refusal(handed);
    }
    intake_leave(intake);
}

static void hand_over(struct handed *handed, const struct entry *entry,
                      const struct fields *fields)
{
    const struct parcel_sender sender = {0};
    struct parcel parcel;

    if (parcel_make(&parcel, handed->settings, entry, fields, &sender,
                    clock_wall_ms()) == PARCEL_FINE) {
        intake_enter(handed->intake);
        reception_accept(&handed->intake->reception, handed->form,
                         &parcel.submission, &parcel.options, accepted, handed);
    } else {
        handed->problem = alloc_text("the message is too long");
    }
    parcel_clear(&parcel);
}

/* Handed over, or with a problem. */
static void take(struct handed *handed)
{
    struct complaints complaints = {.count = 0};
    struct error err = {0};
    struct fields fields;
    struct entry entry;
    struct buf text;

    fields_init(&fields);
    buf_init(&text, TEXT_MAX);
    if (fields_read_json(&fields, handed->json, strlen(handed->json), &err) !=
        FIELDS_FINE) {
        handed->problem = alloc_text(err.text);
    } else if (entry_read(&entry, handed->settings, handed->form, &fields,
                          &complaints)) {
        hand_over(handed, &entry, &fields);
    } else {
        complaints_text(&complaints, &text);
        handed->problem = buf_take(&text);
    }
    buf_clear(&text);
    complaints_clear(&complaints);
    fields_clear(&fields);
}

/* A form may demand what is only known once Redis has been asked. */
static bool must_wait(struct handed *handed)
{
    const char *why = NULL;

    if (!handed->form ||
        reception_durable(&handed->intake->reception, handed->form, &why))
        return false;
    if (why && clock_boot_ms() < handed->give_up_at)
        return true;
    handed->problem =
        alloc_text(why ? why
                       : "the form demands that messages are on disk, and "
                         "Redis does not write every command there");
    return false;
}

static void rang(void *context)
{
    struct handed *handed = context;
    struct handed **link = &handed->intake->handed;

    if (must_wait(handed)) {
        timer_start(handed->timer, RETRY_MS);
        return;
    }
    while (*link != handed)
        link = &(*link)->next;
    *link = handed->next;
    if (!handed->form)
        handed->problem =
            alloc_text("there is no form of this name in the settings");
    if (!handed->problem)
        take(handed);
    if (handed->problem)
        tell_refusal(handed);
}

void intake_submit(struct intake *intake, const char *form,
                   const char *fields_json, intake_submitted *submitted,
                   void *context)
{
    struct handed *handed = NEW(struct handed);

    handed->intake = intake;
    handed->settings = settings_hold(intake->settings);
    handed->form = settings_form(intake->settings, form);
    handed->json = alloc_text(fields_json);
    handed->submitted = submitted;
    handed->context = context;
    handed->give_up_at = clock_boot_ms() + PATIENCE_MS;
    handed->next = intake->handed;
    intake->handed = handed;
    handed->timer = timer_new(intake->loop, rang, handed);
    timer_start(handed->timer, 0);
}
