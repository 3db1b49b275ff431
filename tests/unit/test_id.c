/* Ids: made, judged, and taken apart; nothing else passes for one. */
#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW          INT64_C(1795338000123)
#define ULID         "01JABCDEF0123456789ABCDEFG"
#define LONG_NAME    "abcdefghijklmnopqrstuvwxyz_-0123" /* 32 */

static void an_id_names_its_destination_and_its_time(void **state)
{
    static const char *const names[] = {"s",     "support",    "a-b",
                                        "a_b-c", "0123456789", LONG_NAME};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        char id[ID_SIZE];
        char name[ID_NAME_MAX + 1] = "";
        int64_t at = 0;

        id_make(id, names[i], NOW);
        assert_true(id_ok(id));
        assert_int_equal(strlen(id), strlen(names[i]) + 1 + ID_ULID_LEN);
        assert_true(id_destination(id, name));
        assert_string_equal(name, names[i]);
        assert_true(id_made_at(id, &at));
        assert_int_equal(at, NOW);
    }
}

static void ids_of_one_instant_differ_and_sort_by_time(void **state)
{
    char first[ID_SIZE], second[ID_SIZE], later[ID_SIZE];

    (void)state;
    id_make(first, "a", NOW);
    id_make(second, "a", NOW);
    id_make(later, "a", NOW + 1);
    assert_string_not_equal(first, second);
    assert_memory_equal(first, second, 2 + 10);
    assert_true(strcmp(first, later) < 0);
}

static void the_farthest_times_fit(void **state)
{
    static const int64_t times[] = {0, 1, (INT64_C(1) << 48) - 1};

    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        char id[ID_SIZE];
        int64_t at = -1;

        id_make(id, "a", times[i]);
        assert_true(id_ok(id));
        assert_true(id_made_at(id, &at));
        assert_int_equal(at, times[i]);
    }
}

/* clang-format off */
static void what_is_no_id_is_refused(void **state)
{
    static const char *const rows[] = {
        "", "-", "support", "support-", "-" ULID, ULID, "support" ULID,
        "Support-" ULID, "sup port-" ULID, "{x}-" ULID, "a:b-" ULID,
        "a.b-" ULID, "_a-" ULID, "\xc3\xa9-" ULID, "../x-" ULID, "a\n-" ULID,
        LONG_NAME "4-" ULID, "a-" ULID "0", "a-0" ULID, "a-" ULID " ",
        "a-01JABCDEF0123456789ABCDEF", "a-01jabcdef0123456789abcdefg",
        "a-01JABCDEF0123456789ABCDEFI", "a-01JABCDEF0123456789ABCDEFL",
        "a-01JABCDEF0123456789ABCDEFO", "a-01JABCDEF0123456789ABCDEFU",
        "a-81JABCDEF0123456789ABCDEFG", "a-" ULID ".3", "a-" ULID ".",
        "a-" ULID "-", "a-" ULID "\n",
    };
    char name[ID_NAME_MAX + 1] = "kept";

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (id_ok(rows[i]))
            fail_msg("'%s' is no id", rows[i]);
    assert_false(id_destination("{x}-" ULID, name));
    assert_string_equal(name, "kept");
}

static void a_news_has_a_number_and_is_no_submission(void **state)
{
    static const struct { const char *id; bool ok; } rows[] = {
        { "a-" ULID ".3", true }, { "a-" ULID ".0", true },
        { "a-" ULID ".1234567890", true }, { "a-" ULID ".12345678901", false },
        { "a-" ULID ".", false }, { "a-" ULID ".x", false },
        { "a-" ULID ".3x", false }, { "a-" ULID ".-3", false },
        { "a-" ULID ".3.3", false }, { "a-" ULID ". 3", false },
        { "{a}-" ULID ".3", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[ID_NAME_MAX + 1] = "";
        int64_t at = 0;

        assert_false(id_ok(rows[i].id));
        if (id_destination(rows[i].id, name) != rows[i].ok ||
            id_made_at(rows[i].id, &at) != rows[i].ok)
            fail_msg("'%s' is judged wrongly", rows[i].id);
        assert_string_equal(name, rows[i].ok ? "a" : "");
    }
}

static void names_are_plain(void **state)
{
    static const struct { const char *name; bool ok; } rows[] = {
        { "a", true }, { "0", true }, { "a-b_c", true }, { "a-", true },
        { LONG_NAME, true }, { LONG_NAME "4", false }, { "", false },
        { "-a", false }, { "_a", false }, { "A", false }, { "a b", false },
        { "a.b", false }, { "a{b}", false }, { "a\n", false },
        { "\xc3\xa9", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(id_name_ok(rows[i].name), rows[i].ok);
}
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_names_its_destination_and_its_time),
        cmocka_unit_test(ids_of_one_instant_differ_and_sort_by_time),
        cmocka_unit_test(the_farthest_times_fit),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(a_news_has_a_number_and_is_no_submission),
        cmocka_unit_test(names_are_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
