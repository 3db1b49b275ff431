/* The facts of a chat without making objects. See chat_skim.h. */
#include "chat/chat_skim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/text.h"
#include "chat/chat_instant.h"
#include "chat/chat_json.h"
#include "chat/chat_scan.h"

#include "base/banned.h"

/* The texts and numbers that are wanted. */
enum slot {
    SLOT_ID,
    SLOT_TYPE,
    SLOT_MESSAGE,
    SLOT_COMMENT,
    SLOT_RATING,
    SLOT_UNREAD,
    SLOT_TICKET,
    SLOT_TIMESTAMP,
    SLOT_UPDATED,
    SLOT_DURATION,
    SLOT_NAME,
    SLOT_EMAIL,
    SLOT_SESSION,
    SLOT_START,
    SLOT_END,
    SLOT_COUNT,
};

/* One pass over one chat. */
struct pass {
    struct chat_skim *skim;
    struct chat_scalar slots[SLOT_COUNT];
    size_t said, agents; /* how many there are of them */
    bool has_message;
};

struct wanted {
    const char *name;
    size_t len;
    enum slot slot;
};

/* clang-format off */
#define WANT(name, slot) { name, sizeof(name) - 1, slot }
static const struct wanted of_chat[] = {
    WANT("id",                SLOT_ID),
    WANT("type",              SLOT_TYPE),
    WANT("message",           SLOT_MESSAGE),
    WANT("comment",           SLOT_COMMENT),
    WANT("rating",            SLOT_RATING),
    WANT("unread",            SLOT_UNREAD),
    WANT("zendesk_ticket_id", SLOT_TICKET),
    WANT("timestamp",         SLOT_TIMESTAMP),
    WANT("update_timestamp",  SLOT_UPDATED),
    WANT("duration",          SLOT_DURATION),
    { .name = NULL },
};
static const struct wanted of_visitor[] = {
    WANT("name",  SLOT_NAME),
    WANT("email", SLOT_EMAIL),
    { .name = NULL },
};
static const struct wanted of_session[] = {
    WANT("id",         SLOT_SESSION),
    WANT("start_date", SLOT_START),
    WANT("end_date",   SLOT_END),
    { .name = NULL },
};
/* clang-format on */

static bool is_key(const char *key, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(key, name, len) == 0;
}

/* If one of the table; otherwise it is stepped over. */
static bool take_wanted(struct pass *pass, struct chat_scan *scan,
                        const struct wanted *wanted, const char *key,
                        size_t len)
{
    for (; wanted->name; wanted++)
        if (wanted->len == len && memcmp(key, wanted->name, len) == 0)
            return chat_scan_scalar(scan, &pass->slots[wanted->slot]);
    return chat_scan_skip(scan);
}

static bool visitor_member(void *context, struct chat_scan *scan,
                           const char *key, size_t len)
{
    return take_wanted(context, scan, of_visitor, key, len);
}

static bool session_member(void *context, struct chat_scan *scan,
                           const char *key, size_t len)
{
    return take_wanted(context, scan, of_session, key, len);
}

/* An object whose members fill slots; the last of several is the one. */
static bool take_object(struct pass *pass, struct chat_scan *scan,
                        const struct wanted *wanted, chat_scan_value *member)
{
    for (; wanted->name; wanted++)
        memset(&pass->slots[wanted->slot], 0, sizeof(pass->slots[0]));
    if (chat_scan_peek(scan) != '{')
        return chat_scan_skip(scan);
    return chat_scan_each(scan, '{', member, pass);
}

/* Room for one text more, and two beyond it. */
static void make_room(const char ***list, size_t *size, size_t count)
{
    if (count + 3 <= *size)
        return;
    *size = (count + 3) * 2;
    *list = alloc_resize(*list, *size, sizeof(**list));
}

static void add_said(struct pass *pass, const struct chat_scalar *scalar)
{
    struct chat_skim *skim = pass->skim;

    if (!scalar->quoted || !*scalar->text)
        return;
    make_room(&skim->said, &skim->said_size, pass->said);
    skim->said[pass->said++] = scalar->text;
}

static bool history_member(void *context, struct chat_scan *scan,
                           const char *key, size_t len)
{
    if (is_key(key, len, "msg"))
        return chat_scan_scalar(scan, context);
    return chat_scan_skip(scan);
}

static bool history_item(void *context, struct chat_scan *scan, const char *key,
                         size_t len)
{
    struct chat_scalar said = {0};

    (void)key;
    (void)len;
    if (chat_scan_peek(scan) != '{')
        return chat_scan_skip(scan);
    if (!chat_scan_each(scan, '{', history_member, &said))
        return false;
    add_said(context, &said);
    return true;
}

static bool agent_item(void *context, struct chat_scan *scan, const char *key,
                       size_t len)
{
    struct pass *pass = context;
    struct chat_skim *skim = pass->skim;
    struct chat_scalar name;

    (void)key;
    (void)len;
    if (!chat_scan_scalar(scan, &name))
        return false;
    if (!name.quoted || !*name.text)
        return true;
    make_room(&skim->agents, &skim->agents_size, pass->agents);
    skim->agents[pass->agents++] = name.text;
    return true;
}

/* The message's place is the first, before all that is said in the history. */
static bool take_history(struct pass *pass, struct chat_scan *scan)
{
    pass->said = 1;
    if (chat_scan_peek(scan) != '[')
        return chat_scan_skip(scan);
    return chat_scan_each(scan, '[', history_item, pass);
}

static bool take_agents(struct pass *pass, struct chat_scan *scan)
{
    pass->agents = 0;
    if (chat_scan_peek(scan) != '[')
        return chat_scan_skip(scan);
    return chat_scan_each(scan, '[', agent_item, pass);
}

static bool chat_member(void *context, struct chat_scan *scan, const char *key,
                        size_t len)
{
    struct pass *pass = context;

    if (is_key(key, len, "visitor"))
        return take_object(pass, scan, of_visitor, visitor_member);
    if (is_key(key, len, "session"))
        return take_object(pass, scan, of_session, session_member);
    if (is_key(key, len, "history"))
        return take_history(pass, scan);
    if (is_key(key, len, "agent_names"))
        return take_agents(pass, scan);
    if (is_key(key, len, "message"))
        pass->has_message = true;
    return take_wanted(pass, scan, of_chat, key, len);
}

static bool is_integer(const struct chat_scalar *scalar, int64_t *number)
{
    return scalar->text && !scalar->quoted &&
           text_int(scalar->text, INT64_MIN, INT64_MAX, number);
}

/* Digits stand for themselves; only "-0" is written otherwise. */
static const char *text_of(const struct pass *pass, enum slot slot)
{
    const struct chat_scalar *scalar = &pass->slots[slot];
    int64_t number;

    if (scalar->quoted)
        return scalar->text;
    if (is_integer(scalar, &number))
        return number ? scalar->text : "0";
    return "";
}

/* How a number is written in all its ways is known to jansson. */
static json_t *value_of(const struct chat_scalar *scalar)
{
    if (scalar->quoted)
        return json_stringn_nocheck(scalar->text, scalar->len);
    return json_loadb(scalar->text, scalar->len, JSON_DECODE_ANY, NULL);
}

/* -1: it is none, or a negative one. */
static int64_t number_of(const struct pass *pass, enum slot slot)
{
    const struct chat_scalar *scalar = &pass->slots[slot];
    int64_t number;
    json_t *value;

    if (!scalar->text || *scalar->text == 'n') /* null, very often */
        return -1;
    if (is_integer(scalar, &number))
        return number;
    value = value_of(scalar);
    if (!chat_json_number(value, &number))
        number = -1;
    json_decref(value);
    return number;
}

/* A number can be an id in more than one way of writing it. */
static const char *id_of(const struct pass *pass)
{
    const struct chat_scalar *scalar = &pass->slots[SLOT_ID];
    struct chat_skim *skim = pass->skim;
    int64_t number;

    if (scalar->quoted)
        return scalar->text;
    number = number_of(pass, SLOT_ID);
    if (number < 0)
        return "";
    snprintf(skim->id, sizeof(skim->id), "%" PRId64, number);
    return skim->id;
}

static int64_t instant_of(const struct pass *pass, enum slot slot,
                          int64_t otherwise)
{
    const struct chat_scalar *scalar = &pass->slots[slot];
    int64_t number, at;

    if (scalar->quoted)
        return chat_instant_parse(scalar->text, scalar->len, &at) ? at
                                                                  : otherwise;
    if (is_integer(scalar, &number) && chat_instant_seconds(number, &at))
        return at;
    return otherwise;
}

static void tell_texts(struct pass *pass, struct chat_facts *facts)
{
    struct chat_skim *skim = pass->skim;
    const char *message = text_of(pass, SLOT_MESSAGE);
    const char *comment = text_of(pass, SLOT_COMMENT);
    const char **first = skim->said;

    if (*message)
        skim->said[0] = message;
    else
        first++;
    if (*comment)
        skim->said[pass->said++] = comment;
    skim->said[pass->said] = NULL;
    skim->agents[pass->agents] = NULL;
    facts->texts = first;
    facts->agent_names = skim->agents;
    facts->preview = *first ? *first : "";
}

static bool tells_true(const struct chat_scalar *scalar)
{
    return scalar->text && !scalar->quoted &&
           (strcmp(scalar->text, "true") == 0 ||
            strcmp(scalar->text, "1") == 0);
}

static void tell(struct pass *pass, struct chat_facts *facts)
{
    int64_t ticket = number_of(pass, SLOT_TICKET);
    int64_t duration = number_of(pass, SLOT_DURATION);

    *facts = (struct chat_facts){
        .id = id_of(pass),
        .type = text_of(pass, SLOT_TYPE),
        .session_id = text_of(pass, SLOT_SESSION),
        .name = text_of(pass, SLOT_NAME),
        .email = text_of(pass, SLOT_EMAIL),
        .ticket_id = ticket > 0 ? ticket : 0,
        .unread = tells_true(&pass->slots[SLOT_UNREAD]),
    };
    tell_texts(pass, facts);
    chat_facts_complete(
        facts, &(const struct chat_clues){
                   .has_message = pass->has_message,
                   .rating = text_of(pass, SLOT_RATING),
                   .timestamp = instant_of(pass, SLOT_TIMESTAMP, SEARCH_NEVER),
                   .start_date = instant_of(pass, SLOT_START, SEARCH_NEVER),
                   .end_date = instant_of(pass, SLOT_END, SEARCH_NEVER),
                   .updated = instant_of(pass, SLOT_UPDATED, SEARCH_NEVER),
                   .duration = duration > 0 ? duration : 0,
               });
}

bool chat_skim_read(struct chat_skim *skim, const char *json, size_t len,
                    struct chat_facts *facts)
{
    struct chat_scan scan = {.at = json, .end = json + len};
    struct pass pass = {.skim = skim, .said = 1};

    if (len + 1 > skim->texts_size) {
        skim->texts_size = len + 1;
        free(skim->texts);
        skim->texts = alloc_zero(skim->texts_size, 1);
    }
    make_room(&skim->said, &skim->said_size, 1);
    make_room(&skim->agents, &skim->agents_size, 0);
    scan.out = skim->texts;
    if (!chat_scan_each(&scan, '{', chat_member, &pass) ||
        chat_scan_peek(&scan) || scan.at != scan.end)
        return false;
    tell(&pass, facts);
    return true;
}

void chat_skim_clear(struct chat_skim *skim)
{
    free(skim->texts);
    free(skim->said);
    free(skim->agents);
    memset(skim, 0, sizeof(*skim));
}
