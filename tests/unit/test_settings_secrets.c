/* The relay's own secret, and noticing secrets that were replaced. */
#include "config/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "settings_file.h"

#include "base/banned.h"

static void make(struct settings *settings)
{
    struct error err = {0};

    if (!settings_make_secret(settings, &err))
        fail_msg("%s", err.text);
}

static void a_secret_is_made_once_and_read_back(void **state)
{
    struct settings *first = settings_of("data_dir: a/b/data\n");
    struct settings *second = settings_of("data_dir: a/b/data\n");
    struct stat file;

    (void)state;
    make(first);
    make(second);
    assert_int_equal(first->secret.len, 64);
    assert_true(secret_equal(&second->secret, first->secret.bytes, 64));
    assert_int_equal(stat("a/b/data/secret", &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(file.st_nlink, 1);
    assert_int_equal(stat("a/b/data", &file), 0);
    assert_int_equal(file.st_mode & 0777, 0700);
    make(first);
    assert_true(secret_equal(&second->secret, first->secret.bytes, 64));
    settings_release(first);
    settings_release(second);
}

/* In a container the process has the same number at every start. */
static void what_a_process_that_was_killed_left_is_in_nobodys_way(void **state)
{
    struct settings *settings = settings_of("data_dir: .\n");
    char draft[64];

    (void)state;
    snprintf(draft, sizeof(draft), "secret.%ld", (long)getpid());
    write_file(draft, "half a sec");
    make(settings);
    assert_int_equal(settings->secret.len, 64);
    settings_release(settings);
}

static void two_folders_have_two_secrets(void **state)
{
    struct settings *first = settings_of("data_dir: a\n");
    struct settings *second = settings_of("data_dir: b\n");

    (void)state;
    make(first);
    make(second);
    assert_false(secret_equal(&second->secret, first->secret.bytes, 64));
    settings_release(first);
    settings_release(second);
}

static void a_secret_in_the_settings_makes_no_file(void **state)
{
    struct settings *settings =
        settings_of("data_dir: a\nsecret: 0123456789abcdef\n");

    (void)state;
    make(settings);
    assert_true(secret_equal(&settings->secret, "0123456789abcdef", 16));
    assert_int_not_equal(access("a", F_OK), 0);
    settings_release(settings);
}

static void a_secret_that_cannot_be_kept_is_told(void **state)
{
    struct settings *settings = settings_of("data_dir: file/a\n");
    struct error err = {0};

    (void)state;
    write_file("file", "");
    assert_false(settings_make_secret(settings, &err));
    assert_string_equal(err.text,
                        "data_dir file/a: Not a directory; set it to a "
                        "folder that can be written");
    assert_false(secret_present(&settings->secret));
    settings_release(settings);
}

static void a_spoilt_secret_file_is_told(void **state)
{
    struct settings *settings = settings_of("data_dir: .\n");
    struct error err = {0};

    (void)state;
    write_file("secret", "short\n");
    assert_false(settings_make_secret(settings, &err));
    assert_string_equal(
        err.text, "./secret: is too short; remove it, and a new one is made");
    write_file("secret", "");
    assert_false(settings_make_secret(settings, &err));
    assert_string_equal(err.text, "./secret: is empty");
    settings_release(settings);
}

static void processes_that_start_together_share_one_secret(void **state)
{
    enum { CHILDREN = 8 };
    struct settings *settings = settings_of("data_dir: data\n");
    int pipes[2];
    char first[64];
    char next[64];

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            ssize_t sent = settings_make_secret(settings, NULL)
                               ? write(pipes[1], settings->secret.bytes, 64)
                               : 0;

            _exit(sent == 64 ? 0 : 1);
        }
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;

        wait(&status);
        assert_int_equal(status, 0);
        assert_int_equal(read(pipes[0], i ? next : first, 64), 64);
        if (i)
            assert_memory_equal(first, next, 64);
    }
    close(pipes[0]);
    close(pipes[1]);
    settings_release(settings);
}

static void a_replaced_secret_file_is_noticed(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("token", "abc\n");
    write_file("other", "def\n");
    settings = settings_of("redis: { password_file: token }\n");
    assert_false(settings_secrets_changed(settings));
    assert_int_equal(unlink("token"), 0);
    assert_false(settings_secrets_changed(settings));
    assert_int_equal(rename("other", "token"), 0);
    assert_true(settings_secrets_changed(settings));
    settings_release(settings);
}

static void each_change_of_a_secret_file_has_another_stamp(void **state)
{
    struct settings *settings;
    uint64_t first, second;

    (void)state;
    write_file("token", "abc\n");
    write_file("other", "abc\n");
    settings = settings_of("redis: { password_file: token }\n");
    first = settings_secrets_stamp(settings);
    assert_true(first == settings_secrets_stamp(settings));
    assert_int_equal(rename("other", "token"), 0);
    second = settings_secrets_stamp(settings);
    assert_true(first != second);
    assert_int_equal(chmod("token", 0400), 0);
    assert_true(second != settings_secrets_stamp(settings));
    settings_release(settings);
}

static void a_secret_file_that_is_missing_is_named(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("token", "abc\n");
    settings = settings_of("redis: { password_file: token }\n");
    assert_null(settings_secret_missing(settings));
    assert_int_equal(unlink("token"), 0);
    assert_non_null(strstr(settings_secret_missing(settings), "token"));
    settings_release(settings);
}

static void a_link_that_points_elsewhere_is_noticed(void **state)
{
    struct settings *settings;

    (void)state;
    write_file("one", "abc\n");
    write_file("two", "abc\n");
    assert_int_equal(symlink("one", "token"), 0);
    settings = settings_of("redis: { password_file: token }\n");
    assert_false(settings_secrets_changed(settings));
    assert_int_equal(symlink("two", "new"), 0);
    assert_int_equal(rename("new", "token"), 0);
    assert_true(settings_secrets_changed(settings));
    settings_release(settings);
}

int main(void)
{
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, settings_folder_make,                \
                                    settings_folder_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_secret_is_made_once_and_read_back),
        TEST(what_a_process_that_was_killed_left_is_in_nobodys_way),
        TEST(two_folders_have_two_secrets),
        TEST(a_secret_in_the_settings_makes_no_file),
        TEST(a_secret_that_cannot_be_kept_is_told),
        TEST(a_spoilt_secret_file_is_told),
        TEST(processes_that_start_together_share_one_secret),
        TEST(a_replaced_secret_file_is_noticed),
        TEST(each_change_of_a_secret_file_has_another_stamp),
        TEST(a_secret_file_that_is_missing_is_named),
        TEST(a_link_that_points_elsewhere_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
