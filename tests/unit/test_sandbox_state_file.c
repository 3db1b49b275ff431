/* The sandbox's chats on disk. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "sandbox/state_file.h"
#include "sandbox/store.h"
#include "sandbox_chats.h"

#include "base/banned.h"

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

static struct state_file *open_file(struct store *store)
{
    struct error err = {0};
    struct state_file *file = state_file_open(path, store, &err);

    if (!file)
        fail_msg("%s", err.text);
    return file;
}

static void write_two_chats(void)
{
    struct store *store = store_new(7);
    struct state_file *file = open_file(store);
    struct error err;

    assert_true(state_file_is_new(file));
    for (int i = 0; i < 2; i++) {
        json_t *chat = sandbox_message("s", NULL, NOW);

        json_object_set_new(chat, "message", json_string("Hi\nthere"));
        assert_true(state_file_put(file,
                                   sandbox_put(store, chat, i ? "b" : "a",
                                               store_new_ticket(store), NOW),
                                   &err));
    }
    state_file_close(file);
    store_free(store);
}

static void chats_are_there_again_after_a_restart(void **state)
{
    struct store *store = store_new(7);
    struct state_file *file;
    const struct stored *stored;

    (void)state;
    write_two_chats();
    file = open_file(store);
    assert_false(state_file_is_new(file));
    assert_int_equal(store_count(store), 2);
    stored = store_find(store, "b");
    assert_non_null(stored);
    assert_string_equal(stored->preview, "Hi\nthere");
    assert_int_equal(store_ticket(stored, NOW + 2000), 1002);
    assert_int_equal(
        store_ticket(sandbox_add(store, "n", NOW, NOW), NOW + 2000), 1003);
    assert_int_equal(store_duplicates(store), 1);
    state_file_close(file);
    store_free(store);
}

static void changes_and_deletions_survive_a_restart(void **state)
{
    struct store *store = store_new(7);
    struct state_file *file;
    struct error err;

    (void)state;
    write_two_chats();
    file = open_file(store);
    sandbox_give_email(store, store_find(store, "a"), "new@example.com",
                       NOW + 5000);
    assert_true(state_file_put(file, store_find(store, "a"), &err));
    store_remove(store, store_find(store, "b"));
    assert_true(state_file_remove(file, "b", &err));
    state_file_close(file);
    store_empty(store);
    file = open_file(store);
    assert_int_equal(store_count(store), 1);
    assert_string_equal(store_find(store, "a")->subject.visitor_email,
                        "new@example.com");
    assert_true(store_find(store, "a")->updated_at == NOW + 5000);
    assert_true(state_file_empty(file, &err));
    state_file_close(file);
    store_empty(store);
    file = open_file(store);
    assert_true(state_file_is_new(file));
    assert_int_equal(store_count(store), 0);
    state_file_close(file);
    store_free(store);
}

static void a_last_line_cut_off_by_a_crash_is_dropped(void **state)
{
    struct store *store = store_new(7);
    struct error err = {0};
    struct state_file *file;
    struct stat before, after;
    int fd;

    (void)state;
    write_two_chats();
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

static void a_line_that_the_disk_cuts_off_does_not_spoil_the_next(void **state)
{
    struct store *store = store_new(7);
    struct state_file *file = open_file(store);
    const struct rlimit small = {200, RLIM_INFINITY};
    const struct rlimit usual = {RLIM_INFINITY, RLIM_INFINITY};
    struct error err = {0};

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    sandbox_put(store, sandbox_message("s", NULL, NOW), "a", 0, NOW);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_false(state_file_put(file, store_find(store, "a"), &err));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    assert_non_null(strstr(err.text, path));
    assert_true(state_file_put(file, store_find(store, "a"), &err));
    state_file_close(file);
    store_empty(store);
    state_file_close(open_file(store));
    assert_int_equal(store_count(store), 1);
    store_free(store);
}

static void a_broken_line_is_told_with_its_number(void **state)
{
    static const char *const lines[] = {"nonsense\n", "{\"id\":\"x\"}\n",
                                        "{}\n"};
    struct error err;
    int fd;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct store *store = store_new(7);

        assert_int_equal(truncate(path, 0), 0);
        write_two_chats();
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
    struct store *store = store_new(7);
    struct error err = {0};

    (void)state;
    assert_null(state_file_open("/nonexistent/state", store, &err));
    assert_non_null(strstr(err.text, "/nonexistent/state"));
    store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chats_are_there_again_after_a_restart,
                                        make_path, remove_path),
        cmocka_unit_test_setup_teardown(changes_and_deletions_survive_a_restart,
                                        make_path, remove_path),
        cmocka_unit_test_setup_teardown(
            a_last_line_cut_off_by_a_crash_is_dropped, make_path, remove_path),
        cmocka_unit_test_setup_teardown(
            a_line_that_the_disk_cuts_off_does_not_spoil_the_next, make_path,
            remove_path),
        cmocka_unit_test_setup_teardown(a_broken_line_is_told_with_its_number,
                                        make_path, remove_path),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
