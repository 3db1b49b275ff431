/* What tests ask of the sandbox and tell it. See control.h. */
#include "sandbox/control.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sandbox/ticket_page.h"

#include "base/banned.h"

#define PREFIX     "/_sandbox/"
#define CHATS_MAX  ((size_t)2 * 1024 * 1024 * 1024)
#define SMALL_MAX  ((size_t)64 * 1024)
#define TOKENS_MAX ((size_t)16 * 1024 * 1024)

static void reply(struct http_exchange *exchange, int status, struct buf *body)
{
    http_reply(exchange, status, "application/json; charset=utf-8",
               buf_str(body), body->len);
}

static void get_stats(const struct control *control,
                      struct http_exchange *exchange, int64_t now)
{
    const struct store *store = control->shelf->store;
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
    const struct store *store = control->shelf->store;
    size_t end = store_end(store), first = store_from(store, 0);
    struct buf body;

    buf_init(&body, CHATS_MAX);
    buf_format(&body, "{\"count\":%zu,\"chats\":[", store_count(store));
    for (size_t i = first; i < end; i = store_from(store, i + 1)) {
        if (i > first)
            buf_char(&body, ',');
        write_chat(store_at(store, i), now, &body);
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

static void refuse_body(struct http_exchange *exchange, const char *code,
                        const struct error *err)
{
    struct buf body;

    buf_init(&body, SMALL_MAX);
    chat_api_error_body(&body, code, err->text);
    reply(exchange, 400, &body);
    buf_clear(&body);
}

static void post_faults(const struct control *control,
                        struct http_exchange *exchange, int64_t now)
{
    struct error err = {0};

    (void)now;
    if (script_add(control->script, http_body(exchange),
                   http_body_len(exchange), &err))
        say_waiting(control, exchange, 201);
    else
        refuse_body(exchange, "InvalidFault", &err);
}

static void delete_faults(const struct control *control,
                          struct http_exchange *exchange, int64_t now)
{
    (void)now;
    script_clear(control->script);
    say_waiting(control, exchange, 200);
}

static void say_taken(struct http_exchange *exchange, size_t count)
{
    struct buf body;

    buf_init(&body, SMALL_MAX);
    buf_format(&body, "{\"chats\":%zu}", count);
    reply(exchange, 201, &body);
    buf_clear(&body);
}

static void post_chats(const struct control *control,
                       struct http_exchange *exchange, int64_t now)
{
    struct error err = {0};
    size_t count;

    (void)now;
    if (shelf_take_in_text(control->shelf, http_body(exchange),
                           http_body_len(exchange), &count, &err))
        say_taken(exchange, count);
    else
        refuse_body(exchange, "InvalidChat", &err);
}

static void delete_chats(const struct control *control,
                         struct http_exchange *exchange, int64_t now)
{
    (void)now;
    shelf_empty(control->shelf);
    http_reply(exchange, 204, NULL, NULL, 0);
}

static void get_manner(const struct control *control,
                       struct http_exchange *exchange, int64_t now)
{
    struct buf body;

    (void)now;
    buf_init(&body, SMALL_MAX);
    manner_write(control->manner, &body);
    reply(exchange, 200, &body);
    buf_clear(&body);
}

static void put_manner(const struct control *control,
                       struct http_exchange *exchange, int64_t now)
{
    struct error err = {0};

    if (manner_read(control->manner, http_body(exchange),
                    http_body_len(exchange), &err))
        get_manner(control, exchange, now);
    else
        refuse_body(exchange, "InvalidManner", &err);
}

static void delete_manner(const struct control *control,
                          struct http_exchange *exchange, int64_t now)
{
    *control->manner = *control->usual;
    get_manner(control, exchange, now);
}

static void say_tokens(const struct control *control,
                       struct http_exchange *exchange, int status)
{
    struct buf body;

    buf_init(&body, TOKENS_MAX);
    tokens_write(control->tokens, control->manner->token_lifetime_ms,
                 control->boot(), &body);
    reply(exchange, status, &body);
    buf_clear(&body);
}

static void get_tokens(const struct control *control,
                       struct http_exchange *exchange, int64_t now)
{
    (void)now;
    say_tokens(control, exchange, 200);
}

static void post_tokens(const struct control *control,
                        struct http_exchange *exchange, int64_t now)
{
    struct error err = {0};

    (void)now;
    if (tokens_read_json(control->tokens, http_body(exchange),
                         http_body_len(exchange), control->boot(), &err))
        say_tokens(control, exchange, 201);
    else
        refuse_body(exchange, "InvalidToken", &err);
}

static void delete_tokens(const struct control *control,
                          struct http_exchange *exchange, int64_t now)
{
    (void)now;
    tokens_revoke(control->tokens);
    say_tokens(control, exchange, 200);
}

/* clang-format off */
static const struct route {
    const char *path, *method, *allow;
    void (*handle)(const struct control *control,
                   struct http_exchange *exchange, int64_t now);
} routes[] = {
    { "stats",  "GET",    "GET",               get_stats     },
    { "chats",  "GET",    "GET, POST, DELETE", get_chats     },
    { "chats",  "POST",   "GET, POST, DELETE", post_chats    },
    { "chats",  "DELETE", "GET, POST, DELETE", delete_chats  },
    { "faults", "POST",   "POST, DELETE",      post_faults   },
    { "faults", "DELETE", "POST, DELETE",      delete_faults },
    { "manner", "GET",    "GET, PUT, DELETE",  get_manner    },
    { "manner", "PUT",    "GET, PUT, DELETE",  put_manner    },
    { "manner", "DELETE", "GET, PUT, DELETE",  delete_manner },
    { "tokens", "GET",    "GET, POST, DELETE", get_tokens    },
    { "tokens", "POST",   "GET, POST, DELETE", post_tokens   },
    { "tokens", "DELETE", "GET, POST, DELETE", delete_tokens },
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
                            "There are stats, chats, faults, manner and tokens "
                            "at /_sandbox/");
    }
    reply(exchange, allow ? 405 : 404, &body);
    buf_clear(&body);
}

/* Any page of a browser on this machine can post to us unasked. */
static void refuse_page(struct http_exchange *exchange)
{
    struct buf body;

    buf_init(&body, SMALL_MAX);
    chat_api_error_body(&body, "Forbidden",
                        "Web pages have no say here: send no Origin header");
    reply(exchange, 403, &body);
    buf_clear(&body);
}

bool control_handle(const struct control *control,
                    struct http_exchange *exchange, int64_t now)
{
    const char *path = http_path(exchange);
    const char *allow = NULL;

    if (ticket_page_handle(control->shelf->store, exchange, now))
        return true;
    if (!text_starts(path, PREFIX))
        return false;
    if (http_header(exchange, "Origin")) {
        refuse_page(exchange);
        return true;
    }
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
