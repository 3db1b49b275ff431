/* Questions to a queue as the Chats API asks them, one at a time; what came
 * back is noted. */
#ifndef SUPPORT_HELD_SCENE_H
#define SUPPORT_HELD_SCENE_H

#include "queue_scene.h"

#define HELD_NOTES 1100

struct held_note {
    char id[ID_SIZE];
    char body[64], session_id[64];
    int64_t at, updated_at, ticket_id;
    bool unread, has_body;
};

/* What came back of the last question. */
extern struct held_notes {
    struct held_note list[HELD_NOTES];
    struct held_spot spots[HELD_NOTES]; /* of a page */
    size_t count, slices;
    size_t stop_after; /* slices, if not 0; set by the test */
    uint64_t total;
    bool more, failed;
    bool may_fail;        /* set by the test: the question is let fail */
    struct held_spot end; /* of changes */
    void (*meanwhile)(void *context); /* set by the test: after each slice */
    void *context;
} got;

/* Each gives got.count. */
size_t held_find(struct queue_scene *scene, const char *id);
size_t held_turn_page(struct queue_scene *scene, bool newer,
                      const struct held_spot *from, size_t limit);
size_t held_scan(struct queue_scene *scene, const char *email, int64_t from,
                 int64_t to);
size_t held_changes(struct queue_scene *scene, int64_t second, const char *id,
                    size_t limit);

/* The count that came back. */
size_t held_mark(struct queue_scene *scene, const char *id, bool unread);

/* Until what was done so far is told of as a change. */
void held_pass_seconds(struct queue_scene *scene);

#endif
