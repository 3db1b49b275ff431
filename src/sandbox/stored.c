/* Copies what is borrowed into memory of its own. See stored.h. */
#include "sandbox/stored.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#include "base/banned.h"

static size_t list_len(const char *const *list)
{
    size_t len = 0;

    while (list && list[len])
        len++;
    return len;
}

static size_t texts_size(const char *const *list)
{
    size_t size = 0;

    for (; list && *list; list++)
        size += strlen(*list) + 1;
    return size;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* Where the next list and the next text go. */
struct place {
    const char **list;
    char *text;
};

static const char *lay(struct place *place, const char *text, size_t len)
{
    char *copy = place->text;

    memcpy(copy, text, len);
    copy[len] = '\0';
    place->text += len + 1;
    return copy;
}

static const char *lay_text(struct place *place, const char *text)
{
    return text ? lay(place, text, strlen(text)) : NULL;
}

static const char *const *lay_list(struct place *place, const char *const *list)
{
    const char **copy = place->list;
    size_t len = list_len(list);

    for (size_t i = 0; i < len; i++)
        copy[i] = lay_text(place, list[i]);
    copy[len] = NULL;
    place->list += len + 1;
    return copy;
}

/* What is asked of it often is what it begins with: keep it once. */
static const char *lay_preview(struct place *place, const struct stored *stored,
                               const struct chat_facts *facts)
{
    const char *const *texts = facts->subject.texts;

    for (size_t i = 0; texts && texts[i]; i++)
        if (texts[i] == facts->preview)
            return stored->subject.texts[i];
    return lay_text(place, facts->preview);
}

static struct place allocate(const char *id, const struct arrival *arrival)
{
    const struct chat_facts *facts = arrival->facts;
    const struct search_subject *subject = &facts->subject;
    size_t lists =
        (list_len(subject->agent_names) + list_len(subject->texts) + 2) *
        sizeof(char *);
    size_t texts = texts_size(subject->agent_names) +
                   texts_size(subject->texts) + text_size(id) +
                   text_size(facts->session_id) + text_size(facts->preview) +
                   text_size(subject->rating) +
                   text_size(subject->visitor_name) +
                   text_size(subject->visitor_email) + arrival->rest_len + 1;
    struct place place = {.list = alloc_zero(lists + texts, 1)};

    place.text = (char *)place.list + lists;
    return place;
}

void stored_lay(struct stored *stored, const char *id,
                const struct arrival *arrival)
{
    const struct chat_facts *facts = arrival->facts;
    const struct search_subject *subject = &facts->subject;
    struct place place = allocate(id, arrival);

    stored->memory = place.list;
    stored->subject = (struct search_subject){
        .type = chat_kind_name(facts->kind),
        .agent_names = lay_list(&place, subject->agent_names),
        .texts = lay_list(&place, subject->texts),
        .rating = lay_text(&place, subject->rating),
        .visitor_name = lay_text(&place, subject->visitor_name),
        .visitor_email = lay_text(&place, subject->visitor_email),
        .at = subject->at,
        .end_at = subject->end_at,
    };
    stored->id = lay_text(&place, id);
    stored->session_id = lay_text(&place, facts->session_id);
    stored->preview = lay_preview(&place, stored, facts);
    stored->rest = lay(&place, arrival->rest, arrival->rest_len);
    stored->rest_len = arrival->rest_len;
    stored->kind = facts->kind;
    stored->created_at = arrival->created_at;
    stored->updated_at = arrival->updated_at;
    stored->ticket_id = arrival->ticket_id;
    stored->ticket_at = arrival->ticket_at;
}

void stored_shrink(struct stored *stored)
{
    size_t id_size = strlen(stored->id) + 1;
    size_t session_size = strlen(stored->session_id) + 1;
    char *memory = alloc_zero(id_size + session_size, 1);

    memcpy(memory, stored->id, id_size);
    memcpy(memory + id_size, stored->session_id, session_size);
    stored_clear(stored);
    stored->memory = memory;
    stored->id = memory;
    stored->session_id = memory + id_size;
}

void stored_clear(struct stored *stored)
{
    free(stored->memory);
    stored->memory = NULL;
    stored->preview = stored->rest = NULL;
    stored->rest_len = 0;
    stored->subject = (struct search_subject){.type = NULL};
}
