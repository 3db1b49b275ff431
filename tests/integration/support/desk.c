/* The operators' API in one thread. See desk.h. */
#include "desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

static void handle(void *context, struct http_exchange *exchange)
{
    struct desk *desk = context;

    if (text_starts(http_path(exchange), "/f/"))
        intake_handle(desk->front->intake, exchange);
    else
        admin_handle(desk->admin, exchange);
}

int desk_set_up(void **state)
{
    struct desk *desk = NEW(struct desk);
    struct error err = {0};
    void *front;

    front_set_up(&front);
    desk->front = front;
    desk->admin = admin_new(desk->front->settings, desk->front->queue);
    queue_run_replays(desk->front->queue);
    http_server_free(desk->front->scene->server);
    desk->front->scene->server =
        http_server_new(desk->front->scene->loop, &desk->front->scene->options,
                        handle, desk, &err);
    assert_non_null(desk->front->scene->server);
    *state = desk;
    return 0;
}

int desk_tear_down(void **state)
{
    struct desk *desk = *state;

    json_decref(desk->answer);
    admin_free(desk->admin);
    front_tear_down((void **)&desk->front);
    free(desk);
    return 0;
}

int desk_ask(struct desk *desk, const char *method, const char *target,
             const char *headers, const char *body)
{
    front_ask(desk->front, method, target, headers, body);
    json_decref(desk->answer);
    desk->answer = json_loads(front_body(desk->front), 0, NULL);
    return front_status(desk->front);
}

json_t *desk_get(struct desk *desk, const char *target)
{
    assert_int_equal(desk_ask(desk, "GET", target, ADA, NULL), 200);
    return desk->answer;
}

json_t *desk_post(struct desk *desk, const char *target, const char *body,
                  int status)
{
    if (desk_ask(desk, "POST", target, BEN JSON, body) != status)
        fail_msg("not %d: %s", status, desk->front->answer);
    return desk->answer;
}

const char *desk_text(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));

    return text ? text : "";
}

json_int_t desk_number(const json_t *root, const char *name)
{
    return json_integer_value(json_object_get(root, name));
}

const char *desk_path(const char *start, const char *id, const char *end)
{
    static char text[256];

    snprintf(text, sizeof(text), "%s/%s%s", start, id, end);
    return text;
}

void desk_accept(struct desk *desk, const char *form, const char *fields,
                 char id[ID_SIZE])
{
    char target[64];

    snprintf(target, sizeof(target), "/f/%s", form);
    assert_int_equal(desk_ask(desk, "POST", target,
                              JSON "Origin: https://www.example.com\r\n",
                              fields),
                     202);
    snprintf(id, ID_SIZE, "%s", desk_text(desk->answer, "id"));
}

void desk_accept_number(struct desk *desk, int number, char id[ID_SIZE])
{
    char fields[128];

    snprintf(fields, sizeof(fields),
             "{\"message\": \"number %d\", \"email\": \"n%d@example.org\"}",
             number, number);
    desk_accept(desk, "contact", fields, id);
}

/* ---- a worker ---- */

struct work {
    struct desk *desk;
    const char *reason;
    bool done;
};

static void settled(void *context, enum settle_result result,
                    const struct error *err)
{
    struct work *work = context;

    assert_null(err);
    assert_int_equal(result, SETTLE_OK);
    work->done = true;
}

static void reserved(void *context, struct reservation *reservation,
                     const struct error *err)
{
    const struct verdict verdict = {.outcome = OUTCOME_REFUSED,
                                    .next = STAGE_BURIED,
                                    .count_attempt = true};
    struct work *work = context;

    assert_null(err);
    assert_int_equal(reservation->count, 1);
    outcome_set(&reservation->items[0].outcome, OUTCOME_REFUSED, work->reason);
    reservation->items[0].outcome.status = 422;
    reservation->items[0].outcome.took_ms = 12;
    queue_settle(work->desk->front->queue, &reservation->items[0], &verdict,
                 settled, work);
    submission_clear(&reservation->items[0].submission);
    free(reservation->items);
}

void desk_bury(struct desk *desk, const char *reason)
{
    struct work work = {desk, reason, false};
    int64_t give_up_at = scene_give_up_at();

    queue_reserve(desk->front->queue, "support", STAGE_DELIVER, 1, reserved,
                  &work);
    while (!work.done)
        scene_turn(desk->front->scene, -1, give_up_at);
}

const char *desk_id_at(const json_t *root, size_t index)
{
    return desk_text(
        json_array_get(json_object_get(root, "submissions"), index), "id");
}

size_t desk_listed(struct desk *desk, const char *query)
{
    char target[512];

    snprintf(target, sizeof(target), LIST "%s", query);
    return json_array_size(
        json_object_get(desk_get(desk, target), "submissions"));
}
