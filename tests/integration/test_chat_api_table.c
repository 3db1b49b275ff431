/*
 * The Chats API, a row for every call, parameter and documented answer. Each
 * row is asked of the same three chats (api_scene.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api_scene.h"

#include "base/banned.h"

/* clang-format off */
#define CHATS   API_CHATS
#define CHANGES API_CHANGES
#define GOOD    "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\"},"  \
                "\"message\":\"Hello\",\"type\":\"offline_msg\","                \
                "\"session\":{\"id\":\"s-9\"},\"timestamp\":1444156010}"
#define ID_128  "0123456789012345678901234567890123456789012345678901234567890123" \
                "0123456789012345678901234567890123456789012345678901234567890123"

#define ID_1024 ID_128 ID_128 ID_128 ID_128 ID_128 ID_128 ID_128 ID_128

struct row {
    const char *what;   /* a sentence */
    const char *method, *target, *body;
    int status;
    const char *says, *says_too; /* parts of the body, or NULL */
};

static const struct row rows[] = {
    /* List */
    {"list shows all, the newest first", "GET", CHATS, NULL, 200,
     "{\"chats\":[{\"id\":\"3\"", "\"count\":3,\"next_url\":\"null\",\"prev_url\":\"null\"}"},
    {"an empty cursor is the beginning", "GET", CHATS "?cursor=", NULL, 200,
     "\"count\":3", NULL},
    {"a cursor goes on where it says", "GET", CHATS "?cursor=2", NULL, 200,
     "{\"chats\":[{\"id\":\"1\"", "\"prev_url\":\"" API_ORIGIN CHATS "\""},
    {"a cursor that is none of ours is named", "GET", CHATS "?cursor=x", NULL, 400,
     "\"InvalidValue\"", "\"cursor: follow next_url"},
    {"a cursor that is too long is named", "GET", CHATS "?cursor=" ID_128 ID_128 "0", NULL, 400,
     "\"cursor: longer than 256 bytes\"", NULL},
    {"a cursor with broken encoding is named", "GET", CHATS "?cursor=%00", NULL, 400,
     "\"cursor: broken %-encoding\"", NULL},
    {"unknown parameters are passed over", "GET", CHATS "?limit=x&page=-1&foo", NULL, 200,
     "\"count\":3", NULL},

    /* By ids */
    {"ids shows a map", "GET", CHATS "?ids=1,3", NULL, 200,
     "{\"count\":2,\"docs\":{\"1\":{\"id\":\"1\"", "\"3\":{\"id\":\"3\""},
    {"unknown ids are left out", "GET", CHATS "?ids=1,nobody", NULL, 200,
     "{\"count\":1,\"docs\":{\"1\":", NULL},
    {"no id is no chat", "GET", CHATS "?ids=", NULL, 200,
     "{\"count\":0,\"docs\":{}}", NULL},
    {"an id counts once", "GET", CHATS "?ids=1,,1,1", NULL, 200,
     "{\"count\":1,", NULL},
    {"the first ids count", "GET", CHATS "?ids=1&ids=2,3", NULL, 200,
     "{\"count\":1,\"docs\":{\"1\":", NULL},
    {"a parameter's name may be encoded", "GET", CHATS "?%69ds=1%2C2", NULL, 200,
     "{\"count\":2,", NULL},
    {"the longest id is none of ours, but an id", "GET", CHATS "?ids=1," ID_128, NULL, 200, "{\"count\":1,", NULL},
    {"an id that is too long is named", "GET", CHATS "?ids=1," ID_128 "0", NULL, 400,
     "\"ids: an id has at most 128 bytes\"", NULL},
    {"ids that are no text are named", "GET", CHATS "?ids=%FF", NULL, 400,
     "\"ids: UTF-8 text", NULL},
    {"a NUL in ids is named", "GET", CHATS "?ids=1%00", NULL, 400,
     "\"ids: broken", NULL},

    /* Search */
    {"search shows rows of five members", "GET", CHATS "/search?q=agent_names:Tom", NULL, 200,
     "{\"count\":1,\"next_url\":null,\"prev_url\":null,\"results\":[{\"id\":\"2\",\"preview\":\"chocolate please\",",
     "\"timestamp\":\"2014-10-09T06:00:00Z\",\"type\":\"chat\",\"url\":\"" API_ORIGIN CHATS "/2\"}]}"},
    {"search for two things", "GET", CHATS "/search?q=agent_names:Tom+AND+visitor_name:Harry", NULL, 200,
     "{\"count\":1,", "\"id\":\"2\""},
    {"search for a type and a word", "GET", CHATS "/search?q=type:chat%20AND%20chocolate", NULL, 200,
     "{\"count\":1,", "\"id\":\"2\""},
    {"search for an email within a time", "GET",
     CHATS "/search?q=visitor_email:john@example.com+AND+timestamp:%5B2014-10-09+TO+2014-12-12%5D", NULL, 200,
     "{\"count\":1,", "\"id\":\"1\""},
    {"search with an open end", "GET", CHATS "/search?q=timestamp:%5B2014-10-10+TO+*%5D", NULL, 200,
     "{\"count\":1,", "\"id\":\"3\""},
    {"search by end and rating", "GET", CHATS "/search?q=end_timestamp:%5B2014-10-09+TO+*%5D+AND+rating:good",
     NULL, 200, "{\"count\":1,", "\"id\":\"2\""},
    {"search finds nothing", "GET", CHATS "/search?q=nobody", NULL, 200,
     "{\"count\":0,\"next_url\":null,\"prev_url\":null,\"results\":[]}", NULL},
    {"page 250 is the last", "GET", CHATS "/search?q=john&page=250", NULL, 200,
     "\"next_url\":null,\"prev_url\":\"", "page=249\",\"results\":[]}"},
    {"page 251 is named", "GET", CHATS "/search?q=john&page=251", NULL, 400,
     "\"page: a search has at most 250 pages", NULL},
    {"page 0 is named", "GET", CHATS "/search?q=john&page=0", NULL, 400,
     "\"page: a whole number from 1 to 250", NULL},
    {"a page that is no number is named", "GET", CHATS "/search?q=john&page=two", NULL, 400,
     "\"page: a whole number", NULL},
    {"a page beyond all numbers is named", "GET", CHATS "/search?q=john&page=99999999999999999999", NULL, 400,
     "\"page: a whole number", NULL},
    {"search without q is named", "GET", CHATS "/search", NULL, 400,
     "\"q: say what to search for\"", NULL},
    {"an empty q is named", "GET", CHATS "/search?q=", NULL, 400,
     "\"InvalidQuery\"", "q"},
    {"a q that cannot be parsed is named", "GET", CHATS "/search?q=joe+OR+jane", NULL, 400,
     "\"InvalidQuery\"", "q, character 5"},
    {"a q with a broken range is named", "GET", CHATS "/search?q=timestamp:%5B2014-10-10", NULL, 400,
     "\"InvalidQuery\"", "q, character"},
    {"a q that is no text is named", "GET", CHATS "/search?q=%FF", NULL, 400,
     "\"q: UTF-8 text", NULL},
    {"a q that is too long is named", "GET", CHATS "/search?q=" ID_1024 ID_1024 ID_1024 ID_1024 "0", NULL, 400, "\"q: longer than 4096 bytes\"", NULL},
    {"a page that cannot be decoded is named", "GET", CHATS "/search?q=a&page=%00", NULL, 400, "\"page: broken", NULL},
    {"the first q counts", "GET", CHATS "/search?q=chocolate&q=nobody", NULL, 200,
     "{\"count\":1,", NULL},

    /* Show */
    {"show gives the chat as it is", "GET", CHATS "/1", NULL, 200,
     "{\"id\":\"1\",", "\"zendesk_ticket_id\":83"},
    {"an id in the path may be encoded", "GET", CHATS "/%31", NULL, 200,
     "{\"id\":\"1\",", NULL},
    {"show of an unknown id", "GET", CHATS "/99", NULL, 404,
     "{\"error\":\"RecordNotFound\",\"description\":\"There is no chat of that id\"}", NULL},
    {"a chat_id that is too long is named", "GET", CHATS "/" ID_128 "0", NULL, 400,
     "\"chat_id: at most 128 bytes", NULL},
    {"a chat_id that is no text is named", "GET", CHATS "/%FF", NULL, 400,
     "\"chat_id: ", NULL},
    {"paths that begin alike are none of ours", "GET", CHATS "x", NULL, 404, "not ours", NULL},
    {"paths below a chat are none of ours", "GET", CHATS "/1/history", NULL, 404,
     "not ours", NULL},

    /* Create */
    {"create gives the whole chat", "POST", CHATS, GOOD, 201,
     "{\"id\":\"1001\",", "\"message\":\"Hello\""},
    {"create without JSON", "POST", CHATS, "{\"visitor\":", 400,
     "\"InvalidJson\"", NULL},
    {"create with an array", "POST", CHATS, "[]", 400,
     "\"InvalidJson\"", NULL},
    {"create with nothing", "POST", CHATS, "", 400,
     "\"InvalidJson\"", NULL},
    {"create names what is missing", "POST", CHATS,
     "{\"visitor\":{},\"type\":\"offline_msg\",\"session\":{},\"timestamp\":1}", 422,
     "\"RecordInvalid\"", "\"details\":{\"message\":[{\"error\":\"BlankValue\""},
    {"create names a wrong type", "POST", CHATS,
     "{\"visitor\":{},\"message\":\"m\",\"type\":\"chat\",\"session\":{},\"timestamp\":1}", 422,
     "\"type\":[{\"error\":\"InvalidValue\"", NULL},
    {"create names a wrong session", "POST", CHATS,
     "{\"visitor\":{},\"message\":\"m\",\"type\":\"offline_msg\",\"session\":7,\"timestamp\":1}", 422,
     "\"session\":[{\"error\":\"InvalidValue\"", NULL},
    {"create names a wrong visitor", "POST", CHATS,
     "{\"visitor\":\"Joe\",\"message\":\"m\",\"type\":\"offline_msg\",\"session\":{},\"timestamp\":1}", 422,
     "\"visitor\":[{\"error\":\"InvalidValue\"", NULL},
    {"create names a wrong timestamp", "POST", CHATS,
     "{\"visitor\":{},\"message\":\"m\",\"type\":\"offline_msg\",\"session\":{},\"timestamp\":\"soon\"}", 422,
     "\"timestamp\":[{\"error\":\"InvalidValue\"", NULL},

    /* Update */
    {"update sets unread of an offline message", "PUT", CHATS "/1", "{\"unread\":false}", 200,
     "{\"id\":\"1\",", "\"unread\":false"},
    {"update takes dotted names", "PUT", CHATS "/1", "{\"visitor.name\":\"Joe\",\"visitor.notes\":\"n\"}", 200,
     "\"name\":\"Joe\"", "\"notes\":\"n\""},
    {"update rates a support chat", "PUT", CHATS "/2", "{\"rating\":\"bad\",\"comment\":\"c\",\"tags\":[\"x\"]}", 200,
     "\"rating\":\"bad\"", "\"tags\":[\"x\"]"},
    {"update says when", "PUT", CHATS "/2", "{\"rating\":null}", 200,
     "\"update_timestamp\":\"2017-07-14T02:40:00Z\"", "\"rating\":null"},
    {"an offline message has no rating", "PUT", CHATS "/1", "{\"rating\":\"good\"}", 422,
     "\"RecordInvalid\"", "\"rating\":[{\"error\":"},
    {"update names what is read-only", "PUT", CHATS "/1", "{\"message\":\"x\"}", 422,
     "\"message\":[{\"error\":\"ReadOnly\"", NULL},
    {"update names what is unknown", "PUT", CHATS "/1", "{\"colour\":\"x\",\"unread\":true}", 422,
     "\"colour\":[{\"error\":\"UnknownMember\"", NULL},
    {"update names what is wrong", "PUT", CHATS "/2", "{\"rating\":\"fair\"}", 422,
     "\"rating\":[{\"error\":\"InvalidValue\"", NULL},
    {"update wants parts of the visitor", "PUT", CHATS "/1", "{\"visitor\":{\"name\":\"x\"}}", 422,
     "\"visitor\":[{\"error\":", NULL},
    {"update without JSON", "PUT", CHATS "/1", "unread=1", 400,
     "\"InvalidJson\"", NULL},
    {"update of an unknown id", "PUT", CHATS "/99", "{\"unread\":true}", 404,
     "\"RecordNotFound\"", NULL},
    {"update with a chat_id that is none", "PUT", CHATS "/%00", "{\"unread\":true}", 400,
     "\"chat_id: ", NULL},

    /* Delete */
    {"delete of one", "DELETE", CHATS "/1", NULL, 204, "", NULL},
    {"delete of an unknown id", "DELETE", CHATS "/99", NULL, 404,
     "\"RecordNotFound\"", NULL},
    {"delete with a chat_id that is none", "DELETE", CHATS "/%00", NULL, 400,
     "\"chat_id: ", NULL},
    {"delete by ids", "DELETE", CHATS "?ids=1,3", NULL, 204, "", NULL},
    {"delete by ids passes over the unknown", "DELETE", CHATS "?ids=99", NULL, 204, "", NULL},
    {"delete without ids is named", "DELETE", CHATS, NULL, 400,
     "\"ids: say which chats: ids=1,2,3\"", NULL},
    {"delete with empty ids is named", "DELETE", CHATS "?ids=,", NULL, 400,
     "\"ids: say which chats", NULL},

    /* Incremental */
    {"the changes, the oldest first", "GET", CHANGES "?start_time=0", NULL, 200,
     "{\"chats\":[{\"id\":\"1\"",
     "\"count\":3,\"end_time\":1420070400,\"end_id\":\"3\",\"next_page\":\"" API_ORIGIN CHANGES
     "?start_time=1420070400&start_id=3\"}"},
    {"the changes from a second on", "GET", CHANGES "?start_time=1412836200", NULL, 200,
     "{\"chats\":[{\"id\":\"2\"", "\"count\":2,"},
    {"the changes after an id", "GET", CHANGES "?start_time=1412836200&start_id=2", NULL, 200,
     "{\"chats\":[{\"id\":\"3\"", "\"count\":1,"},
    {"no more changes: the next page is this one", "GET", CHANGES "?start_time=1420070400&start_id=3", NULL, 200,
     "{\"chats\":[],\"count\":0,\"end_time\":1420070400,\"end_id\":\"3\",\"next_page\":\"" API_ORIGIN CHANGES
     "?start_time=1420070400&start_id=3\"}", NULL},
    {"a limit, which the next page keeps", "GET", CHANGES "?start_time=0&limit=1", NULL, 200,
     "\"count\":1,\"end_time\":1412832516,\"end_id\":\"1\"", "start_id=1&limit=1\"}"},
    {"fields, which the next page keeps", "GET", CHANGES "?start_time=0&limit=1&fields=id,visitor.email", NULL, 200,
     "{\"chats\":[{\"id\":\"1\",\"visitor\":{\"email\":\"john@example.com\"}}]",
     "&limit=1&fields=id%2Cvisitor.email\"}"},
    {"fields as chats(...)", "GET", CHANGES "?start_time=0&limit=1&fields=chats(id,%20unread)", NULL, 200,
     "{\"chats\":[{\"id\":\"1\",\"unread\":true}]", NULL},
    {"the whole is more than a part of it", "GET",
     CHANGES "?start_time=1420070400&fields=visitor,visitor.email,visitor", NULL, 200,
     "\"name\":\"John\"", NULL},
    {"fields that a chat lacks are left out", "GET", CHANGES "?start_time=1420070400&fields=id,rating,visitor.phone",
     NULL, 200, "{\"id\":\"3\"", NULL},
    {"all fields", "GET", CHANGES "?start_time=0&fields=chats(*)", NULL, 200,
     "\"message\":\"Hi there!\"", NULL},
    {"an unknown field is named", "GET", CHANGES "?start_time=0&fields=id,colour", NULL, 400,
     "\"fields: 'colour' is no property", NULL},
    {"fields that cannot be decoded are named", "GET", CHANGES "?start_time=0&fields=%00", NULL, 400, "\"fields: broken", NULL},
    {"a start_time that cannot be decoded is named", "GET", CHANGES "?start_time=%00", NULL, 400, "\"start_time: broken", NULL},
    {"spaces around fields are none of them", "GET", CHANGES "?start_time=0&limit=1&fields=+id+,+type+", NULL, 200, "{\"chats\":[{\"id\":\"1\",\"type\":\"offline_msg\"}]", NULL},
    {"empty fields are named", "GET", CHANGES "?start_time=0&fields=", NULL, 400,
     "\"fields: '' is no property", NULL},
    {"fields with an end only are named", "GET", CHANGES "?start_time=0&fields=)", NULL, 400,
     "\"fields: ", NULL},
    {"fields chats() are named", "GET", CHANGES "?start_time=0&fields=chats()", NULL, 400,
     "\"fields: '' is no property", NULL},
    {"without start_time from the oldest on", "GET", CHANGES "?limit=1", NULL, 200,
     "{\"chats\":[{\"id\":\"1\"", NULL},
    {"a start_time that is no number is named", "GET", CHANGES "?start_time=2014-10-09", NULL, 400,
     "\"start_time: a whole number", NULL},
    {"an empty start_time is named", "GET", CHANGES "?start_time=", NULL, 400,
     "\"start_time: a whole number", NULL},
    {"a start_time before 1970 is named", "GET", CHANGES "?start_time=-1", NULL, 400,
     "\"start_time: a whole number", NULL},
    {"a start_id that is too long is named", "GET", CHANGES "?start_time=0&start_id=" ID_128 "0", NULL, 400,
     "\"start_id: longer than 128 bytes\"", NULL},
    {"limit 0 is named", "GET", CHANGES "?start_time=0&limit=0", NULL, 400,
     "\"limit: a whole number from 1 to 1000 is expected\"", NULL},
    {"limit 1001 is named", "GET", CHANGES "?start_time=0&limit=1001", NULL, 400,
     "\"limit: a whole number from 1 to 1000 is expected\"", NULL},
    {"the longest limit", "GET", CHANGES "?start_time=0&limit=1000", NULL, 200,
     "\"count\":3,", NULL},
    {"the first of each parameter counts", "GET", CHANGES "?start_time=0&limit=2&start_time=x&limit=x", NULL, 200,
     "\"count\":2,", NULL},
};
/* clang-format on */

static void ask(struct api_scene *scene, const struct row *row)
{
    const char *type;

    json_array_clear(scene->store.chats);
    scene->store.created = 0;
    api_scene_fill(scene);
    api_ask(scene, row->method, row->target, row->body);
    type = api_header(scene, "Content-Type");
    if (api_status(scene) != row->status ||
        (row->says && !strstr(api_body(scene), row->says)) ||
        (row->says_too && !strstr(api_body(scene), row->says_too)))
        fail_msg("%s: %s %s: expected %d, %s ... %s; got %.2000s", row->what,
                 row->method, row->target, row->status,
                 row->says ? row->says : "", row->says_too ? row->says_too : "",
                 scene->scene->text);
    if (row->status != 204 && !strstr(row->says, "not ours"))
        assert_string_equal(type, "application/json; charset=utf-8");
}

static void every_call_answers_as_documented(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ask(scene, &rows[i]);
}

/* 50 may be asked for, 51 not; by either call. */
static void more_than_50_ids_are_named(void **state)
{
    static const char *const methods[] = {"GET", "DELETE"};
    struct api_scene *scene = *state;
    struct buf target;

    api_scene_start(scene);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&target, 4096);
        buf_text(&target, API_CHATS "?ids=100");
        for (int id = 101; id < 150; id++)
            buf_format(&target, ",%d", id);
        api_ask(scene, methods[i], buf_str(&target), NULL);
        assert_int_equal(api_status(scene), i ? 204 : 200);
        buf_text(&target, ",150");
        api_ask(scene, methods[i], buf_str(&target), NULL);
        assert_int_equal(api_status(scene), 400);
        assert_non_null(
            strstr(api_body(scene), "\"ids: at most 50 in one request\""));
        buf_clear(&target);
    }
}

static void what_was_deleted_is_gone(void **state)
{
    struct api_scene *scene = *state;

    api_scene_start(scene);
    api_scene_fill(scene);
    api_ask(scene, "DELETE", API_CHATS "/1", NULL);
    assert_int_equal(api_status(scene), 204);
    assert_null(api_header(scene, "Content-Type"));
    json_decref(api_json(scene, "GET", API_CHATS "/1", NULL, 404));
    json_decref(api_json(scene, "DELETE", API_CHATS "/1", NULL, 404));
    api_ask(scene, "DELETE", API_CHATS "?ids=2,3,1", NULL);
    assert_int_equal(api_status(scene), 204);
    assert_int_equal(json_array_size(scene->store.chats), 0);
}

static void what_was_refused_is_not_changed(void **state)
{
    struct api_scene *scene = *state;
    json_t *before;

    api_scene_start(scene);
    api_scene_fill(scene);
    before = json_deep_copy(scene->store.chats);
    json_decref(api_json(scene, "PUT", API_CHATS "/1",
                         "{\"unread\":false,\"rating\":\"good\"}", 422));
    json_decref(api_json(scene, "PUT", API_CHATS "/1",
                         "{\"unread\":false,\"message\":\"x\"}", 422));
    assert_true(json_equal(before, scene->store.chats));
    json_decref(before);
}

static void a_search_has_250_pages_of_40(void **state)
{
    /* clang-format off */
    static const struct { uint64_t total; const char *page, *next; } pages[] = {
        {40, "1", "\"next_url\":null,"},
        {41, "1", "&page=2\",\"prev_url\":null,"},
        {80, "2", "\"next_url\":null,"},
        {10000, "249", "&page=250\",\"prev_url\":"},
        {10001, "250", "\"next_url\":null,"},
    };
    /* clang-format on */
    struct api_scene *scene = *state;
    char target[64];

    api_scene_start(scene);
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        scene->store.more = pages[i].total;
        snprintf(target, sizeof(target), API_CHATS "/search?q=x&page=%s",
                 pages[i].page);
        api_ask(scene, "GET", target, NULL);
        if (!strstr(api_body(scene), pages[i].next))
            fail_msg("%s: %s", target, api_body(scene));
    }
}

static void the_changes_are_read_to_their_end_and_on(void **state)
{
    struct api_scene *scene = *state;
    json_t *page, *next;

    api_scene_start(scene);
    api_scene_fill(scene);
    page =
        api_json(scene, "GET", API_CHANGES "?start_time=0&limit=2", NULL, 200);
    next = api_follow(scene, page, "next_page");
    assert_int_equal(api_number(next, "count"), 1);
    json_decref(page);
    page = api_follow(scene, next, "next_page");
    assert_int_equal(api_number(page, "count"), 0);
    json_decref(next);
    json_decref(
        api_json(scene, "PUT", API_CHATS "/1", "{\"unread\":false}", 200));
    next = api_follow(scene, page, "next_page");
    assert_int_equal(api_number(next, "count"), 1);
    assert_string_equal(
        api_text(json_array_get(json_object_get(next, "chats"), 0), "id"), "1");
    json_decref(page);
    json_decref(next);
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, api_scene_set_up, api_scene_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(every_call_answers_as_documented),
        SCENE(more_than_50_ids_are_named),
        SCENE(what_was_deleted_is_gone),
        SCENE(what_was_refused_is_not_changed),
        SCENE(a_search_has_250_pages_of_40),
        SCENE(the_changes_are_read_to_their_end_and_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
