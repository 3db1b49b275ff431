/* The sandbox's chats in memory and on disk, and its repeatable chance. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sandbox/chance.h"
#include "sandbox/state_file.h"
#include "sandbox/store.h"

#include "base/banned.h"

#define NOW INT64_C(1412832515678)

static const struct store_options options = {
    .seed = 7, .ticket_delay_ms = 2000, .search_lag_ms = 500};

static const struct stored *add(struct store *store, const char *session_id,
                                int64_t at, int64_t now)
{
    char body[512];
    struct chat_draft draft;
    struct chat_complaints complaints;
    const struct stored *stored;

    snprintf(body, sizeof(body),
             "{\"visitor\":{\"name\":\"Joe\",\"email\":\"joe@example.com\"},"
             "\"message\":\"message of %s\",\"type\":\"offline_msg\","
             "\"session\":{\"id\":\"%s\"},\"timestamp\":%lld}",
             session_id, session_id, (long long)(at / 1000));
    assert_true(chat_draft_read(body, strlen(body), &draft, &complaints));
    stored = store_add(store, &draft, now);
    chat_draft_clear(&draft);
    return stored;
}

/* How many match; the newest's session id into *first. */
static uint64_t search(const struct store *store, const char *text, int64_t now,
                       const char **first)
{
    struct store_hits hits;
    struct search_query query;
    struct error err;

    assert_true(search_query_parse(text, &query, &err));
    store_search(store, &query, now, 0, 40, &hits);
    search_query_clear(&query);
    if (first)
        *first = hits.count ? hits.list[0]->session_id : NULL;
    return hits.total;
}

static void an_id_tells_the_time_it_was_made_in_base_62(void **state)
{
    struct store *store = store_new(&options);
    const struct stored *stored = add(store, "s-1", NOW, NOW);
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
    struct store *store = store_new(&options);
    const struct stored *stored = add(store, "s-1", NOW, NOW);

    (void)state;
    assert_ptr_equal(store_find(store, stored->id), stored);
    assert_null(store_find(store, "2104.1.x"));
    assert_null(store_find(store, ""));
    store_free(store);
}

static void a_ticket_shows_after_its_delay_and_counts_up(void **state)
{
    struct store *store = store_new(&options);
    const struct stored *first = add(store, "s-1", NOW, NOW);
    const struct stored *second = add(store, "s-2", NOW, NOW + 1);

    (void)state;
    assert_int_equal(store_ticket(first, NOW), 0);
    assert_int_equal(store_ticket(first, NOW + 1999), 0);
    assert_int_equal(store_ticket(first, NOW + 2000), 1001);
    assert_int_equal(store_ticket(second, NOW + 5000), 1002);
    store_free(store);
}

static void a_share_never_gets_a_ticket(void **state)
{
    struct store_options half = options;
    struct store *store;
    int without = 0;

    (void)state;
    half.no_ticket = 0.5;
    store = store_new(&half);
    for (int i = 0; i < 1000; i++)
        without += !store_ticket(add(store, "s", NOW, NOW), NOW + 9999);
    assert_in_range(without, 400, 600);
    store_free(store);
}

static void sessions_that_came_twice_are_counted(void **state)
{
    struct store *store = store_new(&options);

    (void)state;
    add(store, "s-1", NOW, NOW);
    add(store, "s-2", NOW, NOW);
    add(store, "s-1", NOW, NOW);
    add(store, "s-1", NOW, NOW);
    add(store, "", NOW, NOW);
    add(store, "", NOW, NOW);
    assert_int_equal(store_count(store), 6);
    assert_int_equal(store_sessions(store), 2);
    assert_int_equal(store_duplicates(store), 2);
    store_free(store);
}

static void a_chat_is_found_only_after_the_lag(void **state)
{
    struct store *store = store_new(&options);

    (void)state;
    add(store, "s-1", NOW, NOW);
    assert_int_equal(search(store, "joe", NOW + 499, NULL), 0);
    assert_int_equal(search(store, "joe", NOW + 500, NULL), 1);
    assert_int_equal(
        search(store, "visitor_email:joe@example.com", NOW + 500, NULL), 1);
    assert_int_equal(search(store, "type:chat", NOW + 500, NULL), 0);
    store_free(store);
}

static void searches_go_over_many_blocks_newest_first(void **state)
{
    struct store *store = store_new(&options);
    struct store_hits hits;
    struct search_query query;
    struct error err;
    const char *first;
    char name[16];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "s-%d", i);
        /* Timestamps go backwards: only the order of creation counts. */
        add(store, name, NOW - i * INT64_C(60000), NOW);
    }
    assert_int_equal(search(store, "joe", NOW + 500, &first), 5000);
    assert_string_equal(first, "s-4999");
    assert_int_equal(search(store, "\"s 1234\"", NOW + 500, &first), 1);
    assert_string_equal(first, "s-1234");
    assert_int_equal(
        search(store, "timestamp:[* TO 2014-10-07]", NOW + 500, &first), 3231);
    assert_true(search_query_parse("joe", &query, &err));
    store_search(store, &query, NOW + 500, 4998, 3, &hits);
    assert_int_equal(hits.count, 2);
    assert_int_equal(hits.total, 5000);
    assert_string_equal(hits.list[1]->session_id, "s-0");
    search_query_clear(&query);
    store_free(store);
}

static void an_email_is_found_among_many_whatever_its_case(void **state)
{
    struct store *store = store_new(&options);
    const char *first;
    char name[16];

    (void)state;
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "s-%d", i);
        add(store, name, NOW + i, NOW);
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

/* A file of its own for each test. */
static char path[64];

static int make_path(void **state)
{
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "/tmp/afterhours-state-XXXXXX");
    fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_two_chats(char id[2][64])
{
    struct store *store = store_new(&options);
    struct error err = {0};
    struct state_file *file = state_file_open(path, store, &err);
    struct chat_complaints complaints;

    assert_non_null(file);
    for (int i = 0; i < 2; i++) {
        static const char body[] =
            "{\n\"visitor\":{\"email\":\"a@b.c\"},\"message\":\"Hi\\nthere\","
            "\n\"type\":\"offline_msg\",\"session\":{\"id\":\"s\"},"
            "\"timestamp\":1412832515}";
        struct chat_draft draft;
        const struct stored *stored;

        assert_true(chat_draft_read(body, strlen(body), &draft, &complaints));
        stored = store_add(store, &draft, NOW);
        assert_true(state_file_add(file, stored, &draft, &err));
        snprintf(id[i], 64, "%s", stored->id);
        chat_draft_clear(&draft);
    }
    state_file_close(file);
    store_free(store);
}

static void chats_are_there_again_after_a_restart(void **state)
{
    char id[2][64];
    struct store *store = store_new(&options);
    struct error err = {0};
    struct state_file *file;
    const struct stored *stored;

    (void)state;
    write_two_chats(id);
    file = state_file_open(path, store, &err);
    assert_non_null(file);
    assert_int_equal(store_count(store), 2);
    stored = store_find(store, id[1]);
    assert_non_null(stored);
    assert_string_equal(stored->message, "Hi\nthere");
    assert_int_equal(store_ticket(stored, NOW + 2000), 1002);
    assert_int_equal(store_ticket(add(store, "n", NOW, NOW), NOW + 2000), 1003);
    assert_int_equal(store_duplicates(store), 1);
    state_file_close(file);
    store_free(store);
}

static void a_last_line_cut_off_by_a_crash_is_dropped(void **state)
{
    char id[2][64];
    struct store *store = store_new(&options);
    struct error err = {0};
    struct state_file *file;
    struct stat before, after;
    int fd;

    (void)state;
    write_two_chats(id);
    assert_int_equal(stat(path, &before), 0);
    fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "{\"id\":\"to", 9), 9);
    close(fd);
    file = state_file_open(path, store, &err);
    assert_non_null(file);
    assert_int_equal(store_count(store), 2);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    state_file_close(file);
    store_free(store);
}

static void a_broken_line_is_told_with_its_number(void **state)
{
    static const char *const lines[] = {"nonsense\n", "{\"id\":\"x\"}\n",
                                        "{}\n"};
    char id[2][64];
    struct error err;
    int fd;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct store *store = store_new(&options);

        assert_int_equal(truncate(path, 0), 0);
        write_two_chats(id);
        fd = open(path, O_WRONLY | O_APPEND);
        assert_true(write(fd, lines[i], strlen(lines[i])) > 0);
        close(fd);
        error_clear(&err);
        assert_null(state_file_open(path, store, &err));
        assert_non_null(strstr(err.text, path));
        assert_non_null(strstr(err.text, "line 3"));
        store_free(store);
    }
}

static void a_file_that_cannot_be_opened_is_told(void **state)
{
    struct store *store = store_new(&options);
    struct error err = {0};

    (void)state;
    assert_null(state_file_open("/nonexistent/state", store, &err));
    assert_non_null(strstr(err.text, "/nonexistent/state"));
    store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_tells_the_time_it_was_made_in_base_62),
        cmocka_unit_test(chats_are_found_by_id_and_nothing_else_is),
        cmocka_unit_test(a_ticket_shows_after_its_delay_and_counts_up),
        cmocka_unit_test(a_share_never_gets_a_ticket),
        cmocka_unit_test(sessions_that_came_twice_are_counted),
        cmocka_unit_test(a_chat_is_found_only_after_the_lag),
        cmocka_unit_test(searches_go_over_many_blocks_newest_first),
        cmocka_unit_test(an_email_is_found_among_many_whatever_its_case),
        cmocka_unit_test(the_same_seed_repeats_the_same_chances),
        cmocka_unit_test_setup_teardown(chats_are_there_again_after_a_restart,
                                        make_path, remove_path),
        cmocka_unit_test_setup_teardown(
            a_last_line_cut_off_by_a_crash_is_dropped, make_path, remove_path),
        cmocka_unit_test_setup_teardown(a_broken_line_is_told_with_its_number,
                                        make_path, remove_path),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
