/*
 * An item's hash in Redis, read into a submission. The names on the left are
 * the protocol's; README.md tells of each.
 */
#include "queue/item.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

enum field_type {
    FIELD_TEXT,  /* char * */
    FIELD_ID,    /* char [ID_SIZE] */
    FIELD_TIME,  /* int64_t */
    FIELD_COUNT, /* unsigned */
    FIELD_WORD,  /* an enum, by a reader of its own */
};

typedef void read_word(struct submission *submission, const char *word);

struct field {
    const char *name;
    enum field_type type;
    size_t offset;
    read_word *read;
};

static void read_kind(struct submission *submission, const char *word)
{
    if (strcmp(word, "news") == 0)
        submission->kind = SUBMISSION_NEWS;
}

static void read_place(struct submission *submission, const char *word)
{
    for (int place = PLACE_DUE; place <= PLACE_HELD; place++)
        if (strcmp(place_name((enum place)place), word) == 0)
            submission->place = (enum place)place;
}

static void read_callback(struct submission *submission, const char *word)
{
    for (int state = CALLBACK_NONE; state <= CALLBACK_FAILED; state++)
        if (strcmp(callback_state_name((enum callback_state)state), word) == 0)
            submission->callback = (enum callback_state)state;
}

static void read_stage(struct submission *submission, const char *word)
{
    enum stage stage;

    if (stage_by_name(word, &stage))
        submission->stage = stage;
}

static void read_news_state(struct submission *submission, const char *word)
{
    enum state state;

    if (state_by_name(word, &state))
        submission->news_state = state;
}

/* clang-format off */
#define AT(member) offsetof(struct submission, member)
static const struct field fields[] = {
    {"kind",     FIELD_WORD,  0,                read_kind},
    {"form",     FIELD_TEXT,  AT(form),         NULL},
    {"ref",      FIELD_TEXT,  AT(reference),    NULL},
    {"received", FIELD_TIME,  AT(received_at),  NULL},
    {"of",       FIELD_ID,    AT(of),           NULL},
    {"event",    FIELD_TEXT,  AT(event),        NULL},
    {"gone",     FIELD_TEXT,  AT(gone),         NULL},
    {"nstate",   FIELD_WORD,  0,                read_news_state},
    {"nat",      FIELD_TIME,  AT(news_at),      NULL},
    {"st",       FIELD_WORD,  0,                read_place},
    {"stage",    FIELD_WORD,  0,                read_stage},
    {"att",      FIELD_COUNT, AT(attempts),     NULL},
    {"looks",    FIELD_COUNT, AT(looks),        NULL},
    {"crash",    FIELD_COUNT, AT(crashes),      NULL},
    {"gen",      FIELD_COUNT, AT(generation),   NULL},
    {"seq",      FIELD_COUNT, AT(sequence),     NULL},
    {"due",      FIELD_TIME,  AT(due_at),       NULL},
    {"since",    FIELD_TIME,  AT(stage_since),  NULL},
    {"intent",   FIELD_TIME,  AT(intent_at),    NULL},
    {"looked",   FIELD_TIME,  AT(looked_at),    NULL},
    {"updated",  FIELD_TIME,  AT(updated_at),   NULL},
    {"cid",      FIELD_TEXT,  AT(chat_id),      NULL},
    {"tid",      FIELD_TIME,  AT(ticket_id),    NULL},
    {"cb",       FIELD_WORD,  0,                read_callback},
    {"err",      FIELD_TEXT,  AT(error),        NULL},
};
#undef AT
/* clang-format on */

static void set(struct submission *submission, const struct field *field,
                const struct redis_reply *value)
{
    char *member = (char *)submission + field->offset;
    const char *text = redis_text(value);

    switch (field->type) {
    case FIELD_TEXT:
        alloc_replace((char **)(void *)member, text);
        break;
    case FIELD_ID:
        snprintf(member, ID_SIZE, "%s", text ? text : "");
        break;
    case FIELD_TIME:
        *(int64_t *)(void *)member = redis_integer(value);
        break;
    case FIELD_COUNT:
        *(unsigned *)(void *)member = (unsigned)redis_integer(value);
        break;
    case FIELD_WORD:
        if (text)
            field->read(submission, text);
        break;
    }
}

static void set_by_name(struct submission *submission, const char *name,
                        const struct redis_reply *value)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            set(submission, &fields[i], value);
            return;
        }
    }
}

const char *item_field(const struct redis_reply *reply, const char *name)
{
    const char *found = NULL;

    for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
        const char *key = redis_text(redis_at(reply, i));

        if (key && strcmp(key, name) == 0)
            found = redis_text(redis_at(reply, i + 1));
    }
    return found;
}

bool item_read(const char *id, const struct redis_reply *reply,
               struct submission *submission)
{
    char destination[ID_NAME_MAX + 1];
    const char *accepted = item_field(reply, "acc");
    int64_t *defaults[] = {&submission->due_at, &submission->stage_since,
                           &submission->updated_at};

    if (!item_field(reply, "st") || !id_destination(id, destination))
        return false;
    *submission = (struct submission){0};
    snprintf(submission->id, sizeof(submission->id), "%s", id);
    submission->destination = alloc_text(destination);
    for (size_t i = 0; i + 1 < redis_count(reply); i += 2) {
        const char *name = redis_text(redis_at(reply, i));

        if (name)
            set_by_name(submission, name, redis_at(reply, i + 1));
    }

    /* A new item is short: what is not there yet is as it was accepted. */
    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (*defaults[i] == 0 && accepted)
            *defaults[i] = strtoll(accepted, NULL, 10);
    return true;
}
