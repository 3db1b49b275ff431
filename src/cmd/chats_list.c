/* `afterhours chats list`: page after page, newest first. */
#include "cmd/chats_out.h"

#include "base/banned.h"

/* So many in a row without a chat that is new: something is wrong. */
#define EMPTY_MAX 5

struct walk {
    struct chats_link *link;
    size_t limit;
    struct chats_out out;
    struct chats_seen ids, places;
    struct chat_next next;
    bool more;      /* there are others than those that were wanted */
    unsigned empty; /* pages in a row without anything new */
};

static bool take_page(struct walk *walk, const struct chat_list *page,
                      struct error *err)
{
    size_t limit = walk->limit, before = walk->out.count, index;
    char id[CHAT_ID_MAX + 1];
    json_t *chat;

    json_array_foreach(page->items, index, chat)
    {
        walk->more = walk->out.count == limit;
        if (walk->more)
            break;
        if (chat_own_id(chat, id) && !chats_seen_add(&walk->ids, id))
            continue;
        if (!chats_out_add(&walk->out, chat, err))
            return false;
    }
    walk->empty = walk->out.count == before ? walk->empty + 1 : 0;
    chats_progress_set(&walk->link->progress, walk->out.count,
                       page->count >= 0 && (size_t)page->count > limit
                           ? (int64_t)limit
                           : page->count);
    return true;
}

/* Where it goes on must be a place where we have not been. */
static bool check_next(struct walk *walk, struct error *err)
{
    if (walk->next.kind == CHAT_NEXT_NONE)
        return true;
    if (walk->next.kind == CHAT_NEXT_ODD)
        return error_set(err, ERROR_FAILED,
                         "%s: there is a next page, but next_url does not say "
                         "by cursor= or page= where it begins",
                         walk->link->base_url);
    if (walk->empty == EMPTY_MAX)
        return error_set(err, ERROR_FAILED,
                         "%s: %d pages in a row had no chat that was new, and "
                         "there is always a next one",
                         walk->link->base_url, EMPTY_MAX);
    if (!chats_seen_add(&walk->places, walk->next.value))
        return error_set(err, ERROR_FAILED,
                         "%s: its pages lead in a circle: after %zu chats it "
                         "named the same next page again",
                         walk->link->base_url, walk->out.count);
    return true;
}

static bool walk_pages(struct walk *walk, struct error *err)
{
    struct http_request request;
    struct chat_list page;
    bool ok;

    do {
        chat_request_list(&request, &walk->link->endpoint,
                          walk->next.kind == CHAT_NEXT_NONE ? NULL
                                                            : &walk->next);
        if (!chats_ask_list(walk->link, &request, chat_list_read, &page, err))
            return false;
        ok = take_page(walk, &page, err);
        walk->next = page.next;
        chat_list_clear(&page);
        if (!ok || walk->out.count >= walk->limit) {
            walk->more = walk->more || walk->next.kind != CHAT_NEXT_NONE;
            return ok;
        }
        if (!check_next(walk, err))
            return false;
    } while (walk->next.kind != CHAT_NEXT_NONE);
    return true;
}

bool chats_list(struct chats_link *link, const struct chats_options *options,
                struct error *err)
{
    struct walk walk = {.link = link, .limit = options->limit};
    bool ok;

    chats_out_begin(&walk.out, link, false);
    ok = walk_pages(&walk, err);
    chats_out_end(&walk.out, ok, walk.more);
    chats_seen_clear(&walk.ids);
    chats_seen_clear(&walk.places);
    return ok;
}
