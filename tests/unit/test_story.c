/* The lines of an item's life, as operators' programs get them. */
#include "admin/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define AT INT64_C(1763800000000)

/* The caller releases it. */
static json_t *told(const char *line)
{
    char text[400];
    const struct attempt attempt = {.at = AT, .text = text};

    snprintf(text, sizeof(text), "%s", line);
    return story_attempt(&attempt);
}

static void expect(const char *line, const char *parts)
{
    json_t *root = told(line), *wanted;

    wanted = json_loads(parts, 0, NULL);
    assert_non_null(wanted);
    json_object_set_new(wanted, "at", json_string("2025-11-22T08:26:40.000Z"));
    json_object_set_new(wanted, "text", json_string(line));
    if (!json_equal(root, wanted)) {
        char *text = json_dumps(root, 0);

        fail_msg("%s", text);
    }
    json_decref(root);
    json_decref(wanted);
}

static void a_line_is_told_in_its_parts(void **state)
{
    (void)state;
    expect("deliver unknown status=0 took_ms=20000 next=resolve: no answer: x",
           "{\"stage\": \"deliver\", \"event\": null, \"outcome\": \"unknown\","
           "\"status\": null, \"took_ms\": 20000, \"next\": \"resolve\","
           "\"reason\": \"no answer: x\"}");
    expect("deliver done status=201 took_ms=7 next=reconcile",
           "{\"stage\": \"deliver\", \"event\": null, \"outcome\": \"done\","
           "\"status\": 201, \"took_ms\": 7, \"next\": \"reconcile\","
           "\"reason\": null}");
    expect("callback submission.linked done status=200 took_ms=3 next=finished",
           "{\"stage\": \"callback\", \"event\": \"submission.linked\","
           "\"outcome\": \"done\", \"status\": 200, \"took_ms\": 3,"
           "\"next\": \"finished\", \"reason\": null}");
}

static void a_line_of_another_kind_is_told_as_it_is(void **state)
{
    static const char nothing[] =
        "{\"stage\": null, \"event\": null, \"outcome\": null, \"status\": "
        "null, \"took_ms\": null, \"next\": null, \"reason\": null}";

    (void)state;
    expect("lease ran out: the worker that had it is lost", nothing);
    expect("", nothing);
    expect(": x", nothing);
}

static void odd_numbers_are_left_out(void **state)
{
    (void)state;
    expect("deliver done status=abc took_ms=-1 next= x",
           "{\"stage\": \"deliver\", \"event\": null, \"outcome\": \"done\","
           "\"status\": null, \"took_ms\": null, \"next\": \"\","
           "\"reason\": null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_told_in_its_parts),
        cmocka_unit_test(a_line_of_another_kind_is_told_as_it_is),
        cmocka_unit_test(odd_numbers_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
