/* See held_scene.h. */
#include "held_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run.h"

#include "base/banned.h"

struct held_notes got;

static unsigned answers;

static void note(const struct held *held)
{
    assert_true(got.count < HELD_NOTES);
    snprintf(got.list[got.count].id, ID_SIZE, "%s", held->id);
    snprintf(got.list[got.count].body, sizeof(got.list[0].body), "%s",
             held->body ? held->body : "");
    snprintf(got.list[got.count].session_id, sizeof(got.list[0].session_id),
             "%s", held->session_id ? held->session_id : "");
    got.list[got.count].at = held->at;
    got.list[got.count].updated_at = held->updated_at;
    got.list[got.count].ticket_id = held->ticket_id;
    got.list[got.count].unread = held->unread;
    got.list[got.count].has_body = held->body != NULL;
    got.count++;
}

static void on_held(void *context, const struct held *list, size_t count,
                    const struct error *err)
{
    (void)context;
    got.count = 0;
    got.failed = err != NULL;
    for (size_t i = 0; i < count; i++)
        note(&list[i]);
    answers++;
}

static void wait_for(struct queue_scene *scene, unsigned before)
{
    run_until_count(scene->loop, &answers, before + 1);
    assert_true(got.may_fail || !got.failed);
}

size_t held_find(struct queue_scene *scene, const char *id)
{
    unsigned before = answers;

    queue_held_find(scene->queue, "support", &id, 1, on_held, NULL);
    wait_for(scene, before);
    return got.count;
}

static void on_paged(void *context, const struct held_paged *page,
                     const struct error *err)
{
    (void)context;
    got.count = 0;
    got.failed = err != NULL;
    for (size_t i = 0; page && i < page->count; i++) {
        got.spots[i] = page->spots[i];
        note(&page->list[i]);
        assert_string_equal(page->spots[i].id, page->list[i].id);
    }
    got.more = page && page->more;
    got.total = page ? page->total : 0;
    answers++;
}

size_t held_turn_page(struct queue_scene *scene, bool newer,
                      const struct held_spot *from, size_t limit)
{
    struct held_page page = {"support", newer, from, limit};
    unsigned before = answers;

    queue_held_page(scene->queue, &page, on_paged, NULL);
    wait_for(scene, before);
    return got.count;
}

static bool on_slice(void *context, const struct held *list, size_t count)
{
    (void)context;
    got.slices++;
    for (size_t i = 0; i < count; i++)
        note(&list[i]);
    if (got.meanwhile)
        got.meanwhile(got.context);
    return got.slices != got.stop_after;
}

static void on_scanned(void *context, const struct error *err)
{
    (void)context;
    got.failed = err != NULL;
    answers++;
}

size_t held_scan(struct queue_scene *scene, const char *email, int64_t from,
                 int64_t to)
{
    struct held_scan what = {"support", email, from, to};
    unsigned before = answers;

    got.count = got.slices = 0;
    queue_held_scan(scene->queue, &what, on_slice, on_scanned, NULL);
    wait_for(scene, before);
    return got.count;
}

static void on_changed(void *context, const struct held_spot *end,
                       const struct error *err)
{
    if (end)
        got.end = *end;
    on_scanned(context, err);
}

size_t held_changes(struct queue_scene *scene, int64_t second, const char *id,
                    size_t limit)
{
    struct held_since since = {"support", second, id, limit};
    unsigned before = answers;

    got.count = got.slices = 0;
    queue_held_changes(scene->queue, &since, on_slice, on_changed, NULL);
    wait_for(scene, before);
    return got.count;
}

static int64_t second_now(struct queue_scene *scene)
{
    return strtoll(qscene_redis(scene, "TIME", NULL), NULL, 10);
}

void held_pass_seconds(struct queue_scene *scene)
{
    int64_t over = second_now(scene) + 2;

    while (second_now(scene) < over)
        continue;
}

static bool mark_as_unread;

static void mark_it(struct queue *queue, const char *id, queue_count_done *done,
                    void *context)
{
    queue_mark(queue, id, mark_as_unread, done, context);
}

size_t held_mark(struct queue_scene *scene, const char *id, bool unread)
{
    mark_as_unread = unread;
    return qscene_count(scene, mark_it, id);
}
