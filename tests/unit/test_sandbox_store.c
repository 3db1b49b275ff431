/* The sandbox's chats in memory, and its repeatable chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/chance.h"
#include "sandbox/store.h"
#include "sandbox_chats.h"

#include "base/banned.h"

static const struct stored *add_of(struct store *store, const char *session_id,
                                   const char *email)
{
    return sandbox_put(store, sandbox_message(session_id, email, NOW), NULL, 0,
                       NOW);
}

/* How many match; the newest's session id into *first. */
static uint64_t search(const struct store *store, const char *text, int64_t now,
                       const char **first)
{
    struct search_query query;
    struct store_hits hits;
    struct store_look look = {
        .query = &query, .created_before = now - 500, .limit = 40};
    struct error err;

    assert_true(search_query_parse(text, &query, &err));
    store_search(store, &look, &hits);
    search_query_clear(&query);
    if (first)
        *first = hits.count ? hits.list[0]->session_id : NULL;
    return hits.total;
}

/* The session ids of a page of changes, one space between. */
static const char *changed(const struct store *store, int64_t start,
                           const char *start_id, size_t limit)
{
    static char text[256];
    const struct stored *list[16];
    const struct store_since since = {.start = start,
                                      .start_id = start_id,
                                      .before = INT64_MAX,
                                      .limit = limit};
    size_t count = store_changes(store, &since, list);
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
                                i ? " " : "", list[i]->session_id);
    return text;
}

static void an_id_tells_the_time_it_was_made_in_base_62(void **state)
{
    struct store *store = store_new(7);
    const struct stored *stored = sandbox_add(store, "s-1", NOW, NOW);
    const char *last = strrchr(stored->id, '.') + 1;
    int64_t ms = 0;

    (void)state;
    assert_int_equal(strncmp(stored->id, "2104.", 5), 0);
    assert_int_equal(strlen(last), 13);
    for (size_t i = 0; i < 7; i++) {
        static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz";

        ms = ms * 62 + (strchr(digits, last[i]) - digits);
    }
    assert_true(ms == NOW);
    store_free(store);
}

static void chats_are_found_by_id_and_nothing_else_is(void **state)
{
    struct store *store = store_new(7);
    const struct stored *stored = sandbox_add(store, "s-1", NOW, NOW);

    (void)state;
    assert_ptr_equal(store_find(store, stored->id), stored);
    assert_null(store_find(store, "2104.1.x"));
    assert_null(store_find(store, ""));
    store_free(store);
}

static void a_ticket_shows_after_its_delay_and_counts_up(void **state)
{
    struct store *store = store_new(7);
    const struct stored *first = sandbox_add(store, "s-1", NOW, NOW);
    const struct stored *second = sandbox_add(store, "s-2", NOW, NOW + 1);

    (void)state;
    assert_int_equal(store_ticket(first, NOW), 0);
    assert_int_equal(store_ticket(first, NOW + 1999), 0);
    assert_int_equal(store_ticket(first, NOW + 2000), 1001);
    assert_int_equal(store_ticket(second, NOW + 5000), 1002);
    store_free(store);
}

static void an_id_of_digits_is_safe_in_every_json_reader(void **state)
{
    struct store *store = store_new(7);
    const struct stored *stored;

    (void)state;
    store_make_digits(store, true);
    stored = sandbox_add(store, "s-1", NOW, NOW);
    assert_int_equal(strspn(stored->id, "0123456789"), strlen(stored->id));
    assert_true(strtoll(stored->id, NULL, 10) < INT64_C(1) << 53);
    store_free(store);
}

static void an_id_is_taken_only_once(void **state)
{
    struct store *store = store_new(7);
    const struct stored *stored;

    (void)state;
    stored = sandbox_put(store, sandbox_message("s", NULL, NOW), "123", 0, NOW);
    assert_string_equal(stored->id, "123");
    assert_null(
        sandbox_put(store, sandbox_message("s", NULL, NOW), "123", 0, NOW));
    assert_int_equal(store_count(store), 1);
    store_free(store);
}

static void who_is_gone_is_nowhere_and_its_id_is_free(void **state)
{
    struct store *store = store_new(7);
    const char *first;

    (void)state;
    sandbox_put(store, sandbox_message("s-1", NULL, NOW), "1", 0, NOW);
    sandbox_put(store, sandbox_message("s-2", NULL, NOW), "2", 0, NOW);
    store_remove(store, store_find(store, "2"));
    assert_null(store_find(store, "2"));
    assert_int_equal(store_count(store), 1);
    assert_int_equal(search(store, "joe", NOW + 500, &first), 1);
    assert_string_equal(first, "s-1");
    assert_int_equal(
        search(store, "visitor_email:joe@example.com", NOW + 500, NULL), 1);
    assert_string_equal(changed(store, 0, "", 9), "s-1");
    assert_int_equal(store_before(store, store_end(store)), 0);
    assert_int_equal(store_from(store, 1), store_end(store));
    assert_int_equal(store_sessions(store), 2);
    assert_non_null(
        sandbox_put(store, sandbox_message("s-3", NULL, NOW), "2", 0, NOW));
    assert_string_equal(store_find(store, "2")->session_id, "s-3");
    store_free(store);
}

static void an_empty_store_begins_again(void **state)
{
    struct store *store = store_new(7);

    (void)state;
    for (int i = 0; i < 3000; i++)
        sandbox_add(store, "s", NOW, NOW);
    store_empty(store);
    assert_int_equal(store_count(store), 0);
    assert_int_equal(store_duplicates(store), 0);
    assert_int_equal(search(store, "joe", NOW + 500, NULL), 0);
    assert_string_equal(changed(store, 0, "", 9), "");
    sandbox_add(store, "s", NOW, NOW);
    assert_int_equal(search(store, "joe", NOW + 500, NULL), 1);
    store_free(store);
}

static void chats_move_from_email_to_email(void **state)
{
    static const char *const emails[] = {"a@b.c", "A@B.C", "d@e.f", "",
                                         "a@b.c"};
    struct store *store = store_new(7);
    const struct stored *chats[5];
    const char *first;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char name[8];

        snprintf(name, sizeof(name), "s-%zu", i);
        chats[i] = add_of(store, name, emails[i]);
    }
    assert_int_equal(search(store, "visitor_email:a@b.c", NOW + 500, NULL), 3);
    sandbox_give_email(store, chats[4], "d@e.f", NOW);
    sandbox_give_email(store, chats[0], "d@e.f", NOW);
    assert_int_equal(search(store, "visitor_email:a@b.c", NOW + 500, &first),
                     1);
    assert_string_equal(first, "s-1");
    assert_int_equal(search(store, "visitor_email:d@e.f", NOW + 500, &first),
                     3);
    assert_string_equal(first, "s-4");
    store_remove(store, chats[1]);
    store_remove(store, chats[4]);
    assert_int_equal(search(store, "visitor_email:a@b.c", NOW + 500, NULL), 0);
    assert_int_equal(search(store, "visitor_email:d@e.f", NOW + 500, &first),
                     2);
    assert_string_equal(first, "s-2");
    store_free(store);
}

static void changes_come_oldest_first_and_each_chat_once(void **state)
{
    struct store *store = store_new(7);
    const struct stored *first = sandbox_add(store, "s-1", NOW, NOW);

    (void)state;
    sandbox_add(store, "s-2", NOW, NOW + 1000);
    sandbox_add(store, "s-3", NOW, NOW + 2000);
    assert_string_equal(changed(store, 0, "", 9), "s-1 s-2 s-3");
    sandbox_give_email(store, first, "new@example.com", NOW + 3000);
    assert_string_equal(changed(store, 0, "", 9), "s-2 s-3 s-1");
    assert_string_equal(changed(store, NOW / 1000 + 2, "", 9), "s-3 s-1");
    assert_string_equal(changed(store, NOW / 1000 + 4, "", 9), "");
    sandbox_put(store, sandbox_message("s-0", NULL, NOW), NULL, 0, NOW - 5000);
    assert_string_equal(changed(store, 0, "", 9), "s-0 s-2 s-3 s-1");
    store_free(store);
}

static void a_page_of_changes_begins_behind_its_id(void **state)
{
    struct store *store = store_new(7);
    const struct stored *chats[5];
    int64_t start = NOW / 1000;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char name[8];

        snprintf(name, sizeof(name), "s-%zu", i);
        chats[i] = sandbox_add(store, name, NOW, start * 1000 + (int64_t)i / 2);
    }
    assert_string_equal(changed(store, start, "", 2), "s-0 s-1");
    assert_string_equal(changed(store, start, chats[1]->id, 2), "s-2 s-3");
    assert_string_equal(changed(store, start, chats[2]->id, 9), "s-3 s-4");
    assert_string_equal(changed(store, start, chats[4]->id, 9), "");
    assert_string_equal(changed(store, start, "unknown", 1), "s-0");
    store_remove(store, chats[2]);
    assert_string_equal(changed(store, start, chats[2]->id, 9), "s-3 s-4");
    sandbox_give_email(store, chats[3], "x@y.z", (start + 1) * 1000);
    assert_string_equal(changed(store, start, chats[3]->id, 9), "s-4 s-3");
    store_free(store);
}

static void a_second_that_runs_is_left_for_later(void **state)
{
    struct store *store = store_new(7);
    const struct stored *list[16];
    struct store_since since = {
        .start_id = "", .before = NOW + 1000, .limit = 9};

    (void)state;
    sandbox_add(store, "s-1", NOW, NOW + 999);
    sandbox_add(store, "s-2", NOW, NOW + 1000);
    assert_int_equal(store_changes(store, &since, list), 1);
    since.before = NOW + 1001;
    assert_int_equal(store_changes(store, &since, list), 2);
    store_free(store);
}

static void changes_that_no_longer_stand_do_not_pile_up(void **state)
{
    struct store *store = store_new(7);
    const struct stored *busy = sandbox_add(store, "busy", NOW, NOW);

    (void)state;
    for (int i = 0; i < 10000; i++)
        sandbox_give_email(store, busy, "x@y.z", NOW + i);
    assert_string_equal(changed(store, 0, "", 9), "busy");
    assert_string_equal(changed(store, (NOW + 9999) / 1000, "", 9), "busy");
    store_free(store);
}

static void sessions_that_came_twice_are_counted(void **state)
{
    struct store *store = store_new(7);

    (void)state;
    sandbox_add(store, "s-1", NOW, NOW);
    sandbox_add(store, "s-2", NOW, NOW);
    sandbox_add(store, "s-1", NOW, NOW);
    sandbox_add(store, "s-1", NOW, NOW);
    sandbox_add(store, "", NOW, NOW);
    sandbox_add(store, "", NOW, NOW);
    assert_int_equal(store_count(store), 6);
    assert_int_equal(store_sessions(store), 2);
    assert_int_equal(store_duplicates(store), 2);
    store_free(store);
}

static void a_chat_is_found_only_after_the_lag(void **state)
{
    struct store *store = store_new(7);

    (void)state;
    sandbox_add(store, "s-1", NOW, NOW);
    assert_int_equal(search(store, "joe", NOW + 499, NULL), 0);
    assert_int_equal(search(store, "joe", NOW + 500, NULL), 1);
    assert_int_equal(
        search(store, "visitor_email:joe@example.com", NOW + 500, NULL), 1);
    assert_int_equal(search(store, "type:chat", NOW + 500, NULL), 0);
    store_free(store);
}

static void searches_go_over_many_blocks_newest_first(void **state)
{
    struct store *store = store_new(7);
    struct search_query query;
    struct store_hits hits;
    struct store_look look = {
        .query = &query, .created_before = NOW, .skip = 4998, .limit = 3};
    struct error err;
    const char *first;
    char name[16];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "s-%d", i);
        /* Timestamps go backwards: only the order of creation counts. */
        sandbox_add(store, name, NOW - i * INT64_C(60000), NOW);
    }
    assert_int_equal(search(store, "joe", NOW + 500, &first), 5000);
    assert_string_equal(first, "s-4999");
    assert_int_equal(search(store, "\"s 1234\"", NOW + 500, &first), 1);
    assert_string_equal(first, "s-1234");
    assert_int_equal(
        search(store, "timestamp:[* TO 2014-10-07]", NOW + 500, &first), 3231);
    assert_true(search_query_parse("joe", &query, &err));
    store_search(store, &look, &hits);
    assert_int_equal(hits.count, 2);
    assert_int_equal(hits.total, 5000);
    assert_string_equal(hits.list[1]->session_id, "s-0");
    search_query_clear(&query);
    store_free(store);
}

static void an_email_is_found_among_many_whatever_its_case(void **state)
{
    struct store *store = store_new(7);
    const char *first;
    char name[16];

    (void)state;
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "s-%d", i);
        sandbox_add(store, name, NOW + i, NOW);
    }
    assert_int_equal(
        search(store, "visitor_email:JOE@example.com", NOW + 500, &first),
        3000);
    assert_string_equal(first, "s-2999");
    assert_int_equal(search(store, "visitor_email:joe@example.com \"s 7\"",
                            NOW + 500, &first),
                     1);
    assert_string_equal(first, "s-7");
    assert_int_equal(
        search(store, "visitor_email:jo@example.com", NOW + 500, NULL), 0);
    assert_int_equal(search(store, "visitor_email:*", NOW + 500, NULL), 3000);
    store_free(store);
}

static void the_same_seed_repeats_the_same_chances(void **state)
{
    struct chance a, b, other;
    int same = 0;

    (void)state;
    chance_init(&a, 42, 1);
    chance_init(&b, 42, 1);
    chance_init(&other, 42, 2);
    for (int i = 0; i < 100; i++) {
        uint64_t drawn = chance_next(&a);

        assert_true(drawn == chance_next(&b));
        same += drawn == chance_next(&other);
    }
    assert_int_equal(same, 0);
    for (int i = 0; i < 100; i++) {
        assert_false(chance_falls(&a, 0));
        assert_true(chance_falls(&a, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_tells_the_time_it_was_made_in_base_62),
        cmocka_unit_test(chats_are_found_by_id_and_nothing_else_is),
        cmocka_unit_test(a_ticket_shows_after_its_delay_and_counts_up),
        cmocka_unit_test(an_id_of_digits_is_safe_in_every_json_reader),
        cmocka_unit_test(an_id_is_taken_only_once),
        cmocka_unit_test(who_is_gone_is_nowhere_and_its_id_is_free),
        cmocka_unit_test(an_empty_store_begins_again),
        cmocka_unit_test(chats_move_from_email_to_email),
        cmocka_unit_test(changes_come_oldest_first_and_each_chat_once),
        cmocka_unit_test(a_page_of_changes_begins_behind_its_id),
        cmocka_unit_test(a_second_that_runs_is_left_for_later),
        cmocka_unit_test(changes_that_no_longer_stand_do_not_pile_up),
        cmocka_unit_test(sessions_that_came_twice_are_counted),
        cmocka_unit_test(a_chat_is_found_only_after_the_lag),
        cmocka_unit_test(searches_go_over_many_blocks_newest_first),
        cmocka_unit_test(an_email_is_found_among_many_whatever_its_case),
        cmocka_unit_test(the_same_seed_repeats_the_same_chances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
