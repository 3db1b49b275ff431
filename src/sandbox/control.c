/* What tests ask of the sandbox and tell it. See control.h. */
#include "sandbox/control.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#include "base/banned.h"

#define PREFIX     "/_sandbox/"
#define CHATS_MAX  ((size_t)2 * 1024 * 1024 * 1024)
#define SMALL_MAX  ((size_t)64 * 1024)
#define TICKET_MAX ((size_t)32 * 1024 * 1024)

static void reply(struct http_exchange *exchange, int status, struct buf *body)
{
    http_reply(exchange, status, "application/json; charset=utf-8",
               buf_str(body), body->len);
}

static void get_stats(const struct control *control,
                      struct http_exchange *exchange, int64_t now)
{
    const struct store *store = control->store;
    struct buf body;

    (void)now;
    buf_init(&body, SMALL_MAX);
    buf_format(&body,
               "{\"chats\":%zu,\"sessions\":%zu,\"duplicates\":%zu,"
               "\"faults_waiting\":%zu,",
               store_count(store), store_sessions(store),
               store_duplicates(store), control->script->count);
    tally_write(control->tally, &body);
    buf_char(&body, '}');
    reply(exchange, 200, &body);
    buf_clear(&body);
}

static void write_chat(const struct stored *stored, int64_t now,
                       struct buf *out)
{
    char created_at[CLOCK_TEXT_SIZE];
    int64_t ticket = store_ticket(stored, now);

    clock_format_ms(stored->created_at, created_at);
    buf_text(out, "{\"id\":");
    text_json(out, stored->id);
    buf_text(out, ",\"session_id\":");
    text_json(out, stored->session_id);
    buf_format(out, ",\"created_at\":\"%s\",\"ticket_id\":", created_at);
    if (ticket)
        buf_format(out, "%" PRId64 "}", ticket);
    else
        buf_text(out, "null}");
}

/* All of them, oldest first. */
static void get_chats(const struct control *control,
                      struct http_exchange *exchange, int64_t now)
{
    size_t count = store_count(control->store);
    struct buf body;

    buf_init(&body, CHATS_MAX);
    buf_format(&body, "{\"count\":%zu,\"chats\":[", count);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(&body, ',');
        write_chat(store_at(control->store, i), now, &body);
    }
    buf_text(&body, "]}");
    reply(exchange, 200, &body);
    buf_clear(&body);
}

static void say_waiting(const struct control *control,
                        struct http_exchange *exchange, int status)
{
    struct buf body;

    buf_init(&body, SMALL_MAX);
    buf_format(&body, "{\"faults_waiting\":%zu}", control->script->count);
    reply(exchange, status, &body);
    buf_clear(&body);
}

static void post_faults(const struct control *control,
                        struct http_exchange *exchange, int64_t now)
{
    struct error err = {0};
    struct buf body;

    (void)now;
    if (script_add(control->script, http_body(exchange),
                   http_body_len(exchange), &err)) {
        say_waiting(control, exchange, 201);
        return;
    }
    buf_init(&body, SMALL_MAX);
    chat_api_error_body(&body, "InvalidFault", err.text);
    reply(exchange, 400, &body);
    buf_clear(&body);
}

static void delete_faults(const struct control *control,
                          struct http_exchange *exchange, int64_t now)
{
    (void)now;
    script_clear(control->script);
    say_waiting(control, exchange, 200);
}

static bool is_ticket(const char *path, int64_t *id)
{
    static const char *const places[] = {"/hc/requests/", "/agent/tickets/"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (text_starts(path, places[i]))
            return text_int(path + strlen(places[i]), 1, INT64_MAX, id);
    return false;
}

static const struct stored *find_ticket(const struct store *store, int64_t id,
                                        int64_t now)
{
    for (size_t i = store_count(store); i-- > 0;)
        if (store_ticket(store_at(store, i), now) == id)
            return store_at(store, i);
    return NULL;
}

/* Where a status page's link to the ticket leads: as text, so that nothing in
 * it is anything but text. */
static void show_ticket(const struct control *control,
                        struct http_exchange *exchange, int64_t id, int64_t now)
{
    const struct stored *stored = find_ticket(control->store, id, now);
    struct buf body;

    buf_init(&body, TICKET_MAX);
    if (stored)
        buf_format(&body,
                   "Ticket #%" PRId64 " of the sandbox, not of Zendesk\n\n"
                   "From:     %s <%s>\nChat:     %s\nSession:  %s\n\n%s\n",
                   id, stored->name, stored->email, stored->id,
                   stored->session_id, stored->message);
    else
        buf_format(&body,
                   "The sandbox has no ticket #%" PRId64 ". It forgets all of "
                   "them when it is stopped, unless it has a --state file.\n",
                   id);
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply(exchange, stored ? 200 : 404, "text/plain; charset=utf-8",
               buf_str(&body), body.len);
    buf_clear(&body);
}

/* clang-format off */
static const struct route {
    const char *path, *method, *allow;
    void (*handle)(const struct control *control,
                   struct http_exchange *exchange, int64_t now);
} routes[] = {
    { "stats",  "GET",    "GET",          get_stats     },
    { "chats",  "GET",    "GET",          get_chats     },
    { "faults", "POST",   "POST, DELETE", post_faults   },
    { "faults", "DELETE", "POST, DELETE", delete_faults },
};
/* clang-format on */

static void refuse(struct http_exchange *exchange, const char *allow)
{
    struct buf body;

    buf_init(&body, SMALL_MAX);
    if (allow) {
        http_reply_header(exchange, "Allow", allow);
        chat_api_error_body(&body, "MethodNotAllowed", "See Allow");
    } else {
        chat_api_error_body(&body, "NotFound",
                            "There are /_sandbox/stats, /_sandbox/chats and "
                            "/_sandbox/faults");
    }
    reply(exchange, allow ? 405 : 404, &body);
    buf_clear(&body);
}

bool control_handle(const struct control *control,
                    struct http_exchange *exchange, int64_t now)
{
    const char *path = http_path(exchange);
    const char *allow = NULL;
    int64_t ticket;

    if (strcmp(http_method(exchange), "GET") == 0 && is_ticket(path, &ticket)) {
        show_ticket(control, exchange, ticket, now);
        return true;
    }
    if (!text_starts(path, PREFIX))
        return false;
    path += strlen(PREFIX);
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(routes[i].path, path) != 0)
            continue;
        if (strcmp(routes[i].method, http_method(exchange)) == 0) {
            routes[i].handle(control, exchange, now);
            return true;
        }
        allow = routes[i].allow;
    }
    refuse(exchange, allow);
    return true;
}
