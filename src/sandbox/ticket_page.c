/* The ticket as text, so that nothing in it is anything but text. See
 * ticket_page.h. */
#include "sandbox/ticket_page.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#include "base/banned.h"

#define PAGE_MAX ((size_t)32 * 1024 * 1024)

static bool is_ticket(const char *path, int64_t *id)
{
    static const char *const places[] = {"/hc/requests/", "/agent/tickets/"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (text_starts(path, places[i]))
            return text_int(path + strlen(places[i]), 1, INT64_MAX, id);
    return false;
}

static const struct stored *find(const struct store *store, int64_t id,
                                 int64_t now)
{
    size_t end = store_end(store);

    for (size_t place = store_before(store, end); place < end;
         place = store_before(store, place))
        if (store_ticket(store_at(store, place), now) == id)
            return store_at(store, place);
    return NULL;
}

static void write_page(const struct stored *stored, int64_t id,
                       struct buf *body)
{
    if (stored)
        buf_format(body,
                   "Ticket #%" PRId64 " of the sandbox, not of Zendesk\n\n"
                   "From:     %s <%s>\nChat:     %s\nSession:  %s\n\n%s\n",
                   id, stored->subject.visitor_name,
                   stored->subject.visitor_email, stored->id,
                   stored->session_id, stored->preview);
    else
        buf_format(body,
                   "The sandbox has no ticket #%" PRId64 ". It forgets all of "
                   "them when it is stopped, unless it has a --state file.\n",
                   id);
}

bool ticket_page_handle(const struct store *store,
                        struct http_exchange *exchange, int64_t now)
{
    const struct stored *stored;
    struct buf body;
    int64_t id;

    if (strcmp(http_method(exchange), "GET") != 0 ||
        !is_ticket(http_path(exchange), &id))
        return false;
    stored = find(store, id, now);
    buf_init(&body, PAGE_MAX);
    write_page(stored, id, &body);
    http_reply_header(exchange, "X-Content-Type-Options", "nosniff");
    http_reply(exchange, stored ? 200 : 404, "text/plain; charset=utf-8",
               buf_str(&body), body.len);
    buf_clear(&body);
    return true;
}
