/*
 * A queue on a redis-server of the test's own, and its calls made one at a
 * time: each waits for its answer. One destination, "support", with one form,
 * "contact".
 */
#ifndef SUPPORT_QUEUE_SCENE_H
#define SUPPORT_QUEUE_SCENE_H

#include "config/settings.h"
#include "net/loop.h"
#include "net/redis.h"
#include "queue/queue.h"
#include "redis_server.h"

struct queue_scene {
    struct redis_server server;
    struct loop *loop;
    struct settings *settings; /* held; tests may change it before open */
    struct queue *queue;
    struct redis *redis; /* for looking behind the queue's back */

    /* Of the last call. */
    unsigned answers;
    char text[4096]; /* of qscene_redis(), or the error */
    int64_t number;  /* of qscene_redis(), or the count of an operator's call */
    bool failed;
    char id[ID_SIZE]; /* of the last accept */
    enum accept_result result;
    char why[256];
    enum settle_result settled;
    struct reservation reservation; /* owned: see qscene_drop() */
    struct submission found;        /* owned; id "" when there was none */
    struct submission *list;        /* owned */
    size_t list_count;
    struct tally tally;
    char key[160];
};

/* Starts the server; then, after changes to settings, the queue; then waits
 * until it is ready. Without options: fsync always. */
void qscene_start(struct queue_scene *scene, const char *const *options);
void qscene_open(struct queue_scene *scene);
void qscene_wait_ready(struct queue_scene *scene);
/* Ends the queue and begins another, which is not waited for. */
void qscene_reopen(struct queue_scene *scene);
/* Until the queue says why it is not ready, in words with this text. */
void qscene_wait_for_why(struct queue_scene *scene, const char *text);
void qscene_stop(struct queue_scene *scene);

/* started and opened, as a cmocka setup; and the teardown of either. */
int qscene_setup(void **state);
int qscene_teardown(void **state);

/* A new submission of a message, with options or the usual ones (NULL). */
enum accept_result qscene_accept(struct queue_scene *scene,
                                 const struct accept_options *options);
enum accept_result qscene_accept_id(struct queue_scene *scene, const char *id,
                                    const struct accept_options *options);

/* How many were reserved; they are in scene->reservation. */
size_t qscene_reserve(struct queue_scene *scene, enum stage stage, size_t n);
bool qscene_reserve_fails(struct queue_scene *scene, enum stage stage,
                          size_t n);
void qscene_drop(struct queue_scene *scene); /* forgets what was reserved */

enum settle_result qscene_intend(struct queue_scene *scene, size_t item);
enum settle_result qscene_beat(struct queue_scene *scene, size_t item);
enum settle_result qscene_give_back(struct queue_scene *scene, size_t item);
/* The item's outcome as it stands; verdict as given. */
enum settle_result qscene_settle(struct queue_scene *scene, size_t item,
                                 struct verdict verdict);

/* The same where it is meant to be refused: the error is in text. */
bool qscene_settle_fails(struct queue_scene *scene, size_t item,
                         struct verdict verdict);

/* The next stage, after ms. */
struct verdict qscene_verdict(enum stage next, int64_t ms);

/* NULL when there is none. Valid until the next. */
const struct submission *qscene_find(struct queue_scene *scene, const char *id);

typedef void qscene_counting(struct queue *queue, const char *id,
                             queue_count_done *done, void *context);
size_t qscene_count(struct queue_scene *scene, qscene_counting *call,
                    const char *id);
size_t qscene_replay(struct queue_scene *scene, const char *id,
                     unsigned generation);
size_t qscene_walk(struct queue_scene *scene, const struct walk_filter *filter);
const struct tally *qscene_tally(struct queue_scene *scene);

/* Whatever a redis-cli could ask; the answer is in text and number. Lists are
 * joined by spaces. The arguments end in NULL. */
const char *qscene_redis(struct queue_scene *scene, ...)
    __attribute__((sentinel));
const char *qscene_command(struct queue_scene *scene,
                           const struct redis_command *command);
/* A key of the last accepted one: "{support}item:<id>.1". Until the next. */
const char *qscene_key(struct queue_scene *scene, const char *kind,
                       const char *tail);
/* The same on one item: HGET {support}item:<id> <field>. */
const char *qscene_field(struct queue_scene *scene, const char *id,
                         const char *field);

/* A message that was accepted, posted, and has a chat; settled there. */
void qscene_deliver(struct queue_scene *scene, const char *chat);

#endif
