/*
 * The front end in one thread: a real redis-server, the queue, the intake, the
 * HTTP server, and clients that are plain sockets (http_scene.h).
 */
#ifndef SUPPORT_FRONT_H
#define SUPPORT_FRONT_H

#include "http_scene.h"
#include "intake/intake.h"
#include "redis_server.h"

struct front {
    struct redis_server redis;
    struct scene *scene;
    struct settings *settings;
    struct queue *queue;
    struct intake *intake;
    char id[ID_SIZE];             /* of the last 202 that front_accept() saw */
    char token[64];               /* and its token */
    char answer[SCENE_TEXT_SIZE]; /* the last one, head and body */
};

/* For cmocka. Redis keeps everything on disk; form "contact" is open to
 * https://www.example.com and, with the key "form-key", to programs. */
int front_set_up(void **state);
int front_tear_down(void **state);

/* Waits until the queue is ready, or is not any more. */
void front_await_ready(struct front *front, bool ready);

/*
 * One request and its whole answer, on a connection of its own. headers: lines
 * that end in CR LF, or "". body NULL: none.
 */
const char *front_ask(struct front *front, const char *method,
                      const char *target, const char *headers,
                      const char *body);
/* Only sends it; the answer is read from the socket returned. */
int front_send(struct front *front, const char *method, const char *target,
               const char *headers, const char *body);

int front_status(const struct front *front); /* of the answer */
/* A header's value, up to the end of its line, or NULL; static. */
const char *front_header(const struct front *front, const char *name);
const char *front_body(const struct front *front);
/* Fails the test unless the answer contains it. */
void front_expect(const struct front *front, int status, const char *part);

/* Posts JSON from the website; notes id and token of the 202. */
void front_accept(struct front *front, const char *headers, const char *json);
/* "/v1/submissions/ID?token=..." of the last one; static. */
const char *front_status_path(const struct front *front);

/* What a worker would do: reserves the submission due and settles it. */
void front_settle(struct front *front, enum stage stage,
                  const struct verdict *verdict, const char *chat_id,
                  int64_t ticket_id);

#endif
