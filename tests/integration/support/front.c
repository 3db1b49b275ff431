/* The front end in one thread. See front.h. */
#include "front.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"

#include "base/banned.h"

#define REQUEST_MAX 200000

static const char *const always[] = {"--appendonly", "yes", "--appendfsync",
                                     "always", NULL};

static const char settings_text[] =
    "listen: 127.0.0.1:8080\n"
    "public_url: https://relay.example\n"
    "secret: 0123456789abcdef0123456789abcdef\n"
    "redis: { url: '%s', timeout: 1s }\n"
    "admin:\n"
    "  token: a-token-for-everything\n"
    "  tokens:\n" /* reader-token-of-ada, worker-token-of-ben */
    "    ada: { hash: "
    "f549cb1094ff8b0b3d96f76fdcdaf34e0e35ff0ef8be80dbf2f02e2285adc2d8 }\n"
    "    ben: { hash: "
    "6daba825dc1319f292ebd637b38235c0724c430e7fe82fab5fccfdf347cea537, roles: "
    "[operate] }\n"
    "destinations:\n"
    "  support:\n"
    "    base_url: http://127.0.0.1:1\n"
    "    token: t\n"
    "    budget_per_minute: 0\n"
    "    ticket_url: 'https://acme.zendesk.com/hc/requests/{id}'\n"
    "  shop:\n"
    "    base_url: http://127.0.0.1:1\n"
    "    token: secret-of-the-shop\n"
    "forms:\n"
    "  contact:\n"
    "    destination: support\n"
    "    key: form-key-of-contact\n"
    "    origins: ['https://www.example.com']\n"
    "    departments: { billing: 7282618889231 }\n"
    "    fields:\n"
    "      order: { type: number }\n"
    "  open:\n"
    "    destination: support\n"
    "    public: true\n"
    "    durability: disk\n"
    "    origins: ['https://*.example.org']\n"
    "    thanks_url: https://shop.example.org/thanks\n"
    "  call:\n"
    "    destination: support\n"
    "    public: true\n"
    "    email_required: false\n"
    "  order:\n"
    "    destination: shop\n"
    "    origins: ['https://www.example.com']\n";

static struct settings *load(const struct redis_server *redis)
{
    struct settings *settings;
    struct error err = {0};
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/afterhours.yaml", redis->dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, settings_text, redis->url);
    fclose(file);
    settings = settings_load(path, &err);
    unlink(path);
    if (!settings)
        fail_msg("%s", err.text);
    return settings;
}

int front_set_up(void **state)
{
    struct front *front = NEW(struct front);
    struct error err = {0};
    void *scene;

    redis_server_start(&front->redis, always);
    scene_set_up(&scene);
    front->scene = scene;
    front->settings = load(&front->redis);
    front->queue = queue_new(front->scene->loop, front->settings, &err);
    assert_non_null(front->queue);
    front->intake =
        intake_new(front->scene->loop, front->settings, front->queue);
    front->scene->server =
        http_server_new(front->scene->loop, &front->scene->options,
                        intake_handle, front->intake, &err);
    assert_non_null(front->scene->server);
    front_await_ready(front, true);
    *state = front;
    return 0;
}

int front_tear_down(void **state)
{
    struct front *front = *state;

    http_server_free(front->scene->server);
    front->scene->server = NULL;
    intake_free(front->intake);
    queue_free(front->queue);
    settings_release(front->settings);
    scene_tear_down((void **)&front->scene);
    redis_server_stop(&front->redis);
    free(front);
    return 0;
}

void front_await_ready(struct front *front, bool ready)
{
    int64_t give_up_at = scene_give_up_at();

    while (queue_ready(front->queue, NULL) != ready)
        scene_turn(front->scene, -1, give_up_at);
}

int front_send(struct front *front, const char *method, const char *target,
               const char *headers, const char *body)
{
    struct buf request;
    int fd = scene_connect(front->scene);

    buf_init(&request, REQUEST_MAX);
    buf_format(&request,
               "%s %s HTTP/1.1\r\nHost: relay.example\r\n"
               "Connection: close\r\n%s",
               method, target, headers);
    if (body)
        buf_format(&request, "Content-Length: %zu\r\n", strlen(body));
    buf_text(&request, "\r\n");
    buf_text(&request, body ? body : "");
    assert_true(buf_ok(&request));
    scene_send_n(front->scene, fd, request.data, request.len);
    buf_clear(&request);
    return fd;
}

const char *front_ask(struct front *front, const char *method,
                      const char *target, const char *headers, const char *body)
{
    int fd = front_send(front, method, target, headers, body);

    scene_read_all(front->scene, fd);
    memcpy(front->answer, front->scene->text, front->scene->len + 1);
    close(fd);
    return front->answer;
}

int front_status(const struct front *front)
{
    assert_memory_equal(front->answer, "HTTP/1.1 ", 9);
    return (int)strtol(front->answer + 9, NULL, 10);
}

const char *front_header(const struct front *front, const char *name)
{
    static char value[8192];
    const char *line = strstr(front->answer, "\r\n");
    size_t len = strlen(name);

    while (line && strncmp(line, "\r\n\r\n", 4) != 0) {
        line += 2;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(value, sizeof(value), "%.*s",
                     (int)strcspn(line + len + 2, "\r"), line + len + 2);
            return value;
        }
        line = strstr(line, "\r\n");
    }
    return NULL;
}

const char *front_body(const struct front *front)
{
    const char *end = strstr(front->answer, "\r\n\r\n");

    assert_non_null(end);
    return end + 4;
}

void front_expect(const struct front *front, int status, const char *part)
{
    if (front_status(front) != status || !strstr(front->answer, part))
        fail_msg("not %d with '%s': %s", status, part, front->answer);
}

static void copy_member(const struct front *front, const char *before,
                        const char *end, char *to, size_t size)
{
    const char *start = strstr(front_body(front), before);

    assert_non_null(start);
    start += strlen(before);
    snprintf(to, size, "%.*s", (int)strcspn(start, end), start);
}

void front_accept(struct front *front, const char *headers, const char *json)
{
    char all[1024];

    snprintf(all, sizeof(all),
             "Origin: https://www.example.com\r\n"
             "Content-Type: application/json\r\n%s",
             headers);
    front_ask(front, "POST", "/f/contact", all, json);
    front_expect(front, 202, "\"state\":\"queued\"");
    copy_member(front, "\"id\":\"", "\"", front->id, sizeof(front->id));
    copy_member(front, "?token=", "\"", front->token, sizeof(front->token));
}

const char *front_status_path(const struct front *front)
{
    static char path[256];

    snprintf(path, sizeof(path), "/v1/submissions/%s?token=%s", front->id,
             front->token);
    return path;
}

/* ---- a worker ---- */

struct work {
    struct front *front;
    const struct verdict *verdict;
    const char *chat_id;
    int64_t ticket_id;
    bool settled;
};

static void settled(void *context, enum settle_result result,
                    const struct error *err)
{
    struct work *work = context;

    assert_null(err);
    assert_int_equal(result, SETTLE_OK);
    work->settled = true;
}

static void reserved(void *context, struct reservation *reservation,
                     const struct error *err)
{
    struct work *work = context;

    assert_null(err);
    assert_int_equal(reservation->count, 1);
    outcome_set(&reservation->items[0].outcome, OUTCOME_DONE, NULL);
    snprintf(reservation->items[0].outcome.chat_id,
             sizeof(reservation->items[0].outcome.chat_id), "%s",
             work->chat_id);
    reservation->items[0].outcome.ticket_id = work->ticket_id;
    queue_settle(work->front->queue, &reservation->items[0], work->verdict,
                 settled, work);
    submission_clear(&reservation->items[0].submission);
    free(reservation->items);
}

void front_settle(struct front *front, enum stage stage,
                  const struct verdict *verdict, const char *chat_id,
                  int64_t ticket_id)
{
    struct work work = {front, verdict, chat_id, ticket_id, false};
    int64_t give_up_at = scene_give_up_at();

    queue_reserve(front->queue, "support", stage, 1, reserved, &work);
    while (!work.settled)
        scene_turn(front->scene, -1, give_up_at);
}
