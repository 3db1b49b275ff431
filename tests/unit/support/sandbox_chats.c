/* See sandbox_chats.h. */
#include "sandbox_chats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/adopt.h"

#include "base/banned.h"

/* A chat like those of Create Chat; email NULL: joe's. */
json_t *sandbox_message(const char *session_id, const char *email, int64_t at)
{
    return json_pack("{s:{s:s,s:s},s:s+,s:s,s:{s:s},s:I}", "visitor", "name",
                     "Joe", "email", email ? email : "joe@example.com",
                     "message", "message of ", session_id, "type",
                     "offline_msg", "session", "id", session_id, "timestamp",
                     (json_int_t)(at / 1000));
}

/* With this id; NULL: one is made. Its ticket's number is ticket. */
const struct stored *sandbox_put(struct store *store, json_t *chat,
                                 const char *id, int64_t ticket, int64_t now)
{
    struct adopted adopted;
    struct error err;
    struct arrival arrival = {.id = id,
                              .facts = &adopted.facts,
                              .created_at = now,
                              .updated_at = now,
                              .ticket_id = ticket,
                              .ticket_at = now + 2000};
    const struct stored *stored;

    assert_true(adopted_init(&adopted, chat, &err));
    json_decref(chat);
    arrival.rest = buf_str(&adopted.rest);
    arrival.rest_len = adopted.rest.len;
    stored = store_add(store, &arrival);
    adopted_clear(&adopted);
    return stored;
}

const struct stored *sandbox_add(struct store *store, const char *session_id,
                                 int64_t at, int64_t now)
{
    return sandbox_put(store, sandbox_message(session_id, NULL, at), NULL,
                       store_new_ticket(store), now);
}

void sandbox_give_email(struct store *store, const struct stored *stored,
                        const char *email, int64_t now)
{
    json_t *chat = sandbox_message(stored->session_id, email, NOW);
    struct adopted adopted;
    struct error err;
    struct arrival arrival = {
        .facts = &adopted.facts, .created_at = NOW, .updated_at = now};

    assert_true(adopted_init(&adopted, chat, &err));
    json_decref(chat);
    arrival.rest = buf_str(&adopted.rest);
    arrival.rest_len = adopted.rest.len;
    store_change(store, stored, &arrival);
    adopted_clear(&adopted);
}
