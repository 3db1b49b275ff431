/* The Chats API and its clients in one thread. See api_scene.h. */
#include "api_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

#define REQUEST_MAX ((size_t)1024 * 1024)

/* clang-format off */
static const struct key {
    const char *token;
    struct chat_access access;
} keys[] = {
    {"owner",         {.role = CHAT_ROLE_OWNER, .read = true, .write = true}},
    {"administrator", {.role = CHAT_ROLE_ADMINISTRATOR,
                       .read = true, .write = true}},
    {"agent",         {.role = CHAT_ROLE_AGENT, .read = true, .write = true}},
    {"reader",        {.role = CHAT_ROLE_OWNER, .read = true}},
    {"writer",        {.role = CHAT_ROLE_OWNER, .write = true}},
    {"barred",        {.status = 403}},
};
/* clang-format on */

static struct chat_access authorize(void *context, const char *token)
{
    struct chat_access access = {.status = 401};

    (void)context;
    for (size_t i = 0; token && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i].token, token) == 0) {
            access = keys[i].access;
            access.who = &keys[i];
        }
    return access;
}

static void handle(void *context, struct http_exchange *exchange)
{
    struct api_scene *scene = context;

    scene->scene->handled++;
    if (!chat_api_handle(scene->api, exchange, scene))
        http_reply(exchange, 404, "text/plain", "not ours", 8);
}

int api_scene_set_up(void **state)
{
    struct api_scene *scene = NEW(struct api_scene);
    void *http;

    scene_set_up(&http);
    scene->scene = http;
    scene->scene->options.max_body = CHAT_API_BODY_MAX;
    scene->token = "owner";
    scene->header = "";
    memory_chats_init(&scene->store);
    scene->ops = memory_chats_ops;
    scene->options = (struct chat_api_options){
        .ops = &scene->ops,
        .store = &scene->store,
        .manner = &scene->manner,
        .authorize = authorize,
    };
    *state = scene;
    return 0;
}

int api_scene_tear_down(void **state)
{
    struct api_scene *scene = *state;
    void *http = scene->scene;

    scene_tear_down(&http);
    chat_api_free(scene->api);
    memory_chats_clear(&scene->store);
    free(scene);
    return 0;
}

void api_scene_start(struct api_scene *scene)
{
    struct error err;

    scene->api = chat_api_new(&scene->options);
    scene->scene->server = http_server_new(
        scene->scene->loop, &scene->scene->options, handle, scene, &err);
    if (!scene->scene->server)
        fail_msg("%s", err.text);
}

void api_scene_fill(struct api_scene *scene)
{
    memory_chats_add(
        &scene->store,
        "{\"id\":\"1\",\"type\":\"offline_msg\",\"message\":\"Hi there!\","
        "\"timestamp\":\"2014-10-09T05:28:35Z\",\"unread\":true,"
        "\"update_timestamp\":\"2014-10-09T05:28:36Z\","
        "\"visitor\":{\"id\":\"1.12345\",\"name\":\"John\","
        "\"email\":\"john@example.com\",\"phone\":\"\",\"notes\":\"\"},"
        "\"session\":{\"id\":\"s-1\",\"end_date\":\"2014-10-09T05:46:47Z\"},"
        "\"department_id\":1,\"zendesk_ticket_id\":83}");
    memory_chats_add(
        &scene->store,
        "{\"id\":\"2\",\"type\":\"chat\",\"agent_names\":[\"Tom\"],"
        "\"timestamp\":\"2014-10-09T06:00:00Z\",\"unread\":false,"
        "\"update_timestamp\":\"2014-10-09T06:30:00Z\","
        "\"comment\":\"Great!\",\"rating\":\"good\",\"tags\":[\"a\"],"
        "\"history\":[{\"type\":\"chat.msg\",\"name\":\"Visitor 7\","
        "\"msg\":\"chocolate please\",\"timestamp\":\"2014-10-09T06:00:01Z\"}],"
        "\"visitor\":{\"id\":\"7\",\"name\":\"Harry\",\"email\":\"\"},"
        "\"session\":{\"id\":\"s-2\",\"end_date\":\"2014-10-09T06:20:00Z\"}}");
    memory_chats_add(
        &scene->store,
        "{\"id\":\"3\",\"type\":\"offline_msg\",\"message\":\"Again\","
        "\"timestamp\":\"2015-01-01T00:00:00Z\",\"unread\":false,"
        "\"update_timestamp\":\"2015-01-01T00:00:00Z\","
        "\"visitor\":{\"name\":\"John\",\"email\":\"john@example.com\"},"
        "\"session\":{\"id\":\"s-3\"}}");
}

const char *api_ask(struct api_scene *scene, const char *method,
                    const char *target, const char *body)
{
    struct buf request;
    const char *answer;

    buf_init(&request, REQUEST_MAX);
    buf_format(&request, "%s %s HTTP/1.1\r\nHost: chat.test\r\n%s", method,
               target, scene->header);
    if (scene->token)
        buf_format(&request, "Authorization: Bearer %s\r\n", scene->token);
    if (body)
        buf_format(&request, "Content-Length: %zu\r\n", strlen(body));
    buf_text(&request, "Connection: close\r\n\r\n");
    if (body)
        buf_text(&request, body);
    answer = scene_ask(scene->scene, buf_str(&request));
    buf_clear(&request);
    return answer;
}

int api_status(const struct api_scene *scene)
{
    const char *text = scene->scene->text;

    return strncmp(text, "HTTP/1.1 ", 9) == 0 ? (int)strtol(text + 9, NULL, 10)
                                              : 0;
}

const char *api_body(const struct api_scene *scene)
{
    const char *body = strstr(scene->scene->text, "\r\n\r\n");

    return body ? body + 4 : "";
}

const char *api_header(const struct api_scene *scene, const char *name)
{
    static char value[512];
    char start[64];
    const char *line;

    snprintf(start, sizeof(start), "\r\n%s: ", name);
    line = strstr(scene->scene->text, start);
    if (!line || line >= api_body(scene))
        return NULL;
    line += strlen(start);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\r"), line);
    return value;
}

json_t *api_json(struct api_scene *scene, const char *method,
                 const char *target, const char *body, int status)
{
    json_t *root;

    api_ask(scene, method, target, body);
    if (api_status(scene) != status)
        fail_msg("%s %s: %.600s", method, target, scene->scene->text);
    root = json_loads(api_body(scene), 0, NULL);
    if (!root)
        fail_msg("%s %s: no JSON: %.600s", method, target, scene->scene->text);
    return root;
}

json_t *api_follow(struct api_scene *scene, const json_t *page,
                   const char *name)
{
    const char *url = api_text(page, name);

    if (!url || !text_starts(url, API_ORIGIN "/"))
        fail_msg("%s leads nowhere: %s", name, url ? url : "(not there)");
    return api_json(scene, "GET", url + strlen(API_ORIGIN), NULL, 200);
}

const char *api_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

json_int_t api_number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}
