/* Files of the journal: one owner, whole appends, nothing left behind. */
#include "journal/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

#include "base/banned.h"

#define NOW INT64_C(1795338000123)

static int make_folder(void **state)
{
    char *folder = alloc_text("/tmp/ah-journal-XXXXXX");

    assert_non_null(mkdtemp(folder));
    *state = folder;
    return 0;
}

/* Fails unless it is empty. */
static int remove_folder(void **state)
{
    int code = rmdir(*state);

    free(*state);
    return code;
}

static void append(struct journal_file *file, const char *text)
{
    struct error err = {0};

    if (!file_append(file, text, strlen(text), &err))
        fail_msg("%s", err.text);
}

static void expect(const struct journal_file *file, const char *text)
{
    const struct record_place all = {0, strlen(text)};
    struct buf bytes;

    buf_init(&bytes, 1000);
    assert_int_equal(file->size, strlen(text));
    assert_true(file_read(file, &all, &bytes));
    assert_string_equal(buf_str(&bytes), text);
    buf_clear(&bytes);
}

static void end(struct journal_file *file)
{
    struct error err = {0};

    if (!file_remove(file, &err))
        fail_msg("%s", err.text);
    file_free(file);
}

static void a_file_is_for_its_owner_alone(void **state)
{
    struct journal_file *file = file_new(*state, NOW);
    struct stat about;

    assert_int_not_equal(stat(file->path, &about), 0);
    append(file, "one ");
    append(file, "two");
    expect(file, "one two");
    assert_int_equal(stat(file->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_true(file_is_one(strrchr(file->path, '/') + 1));
    end(file);
}

static void a_file_is_adopted_when_its_process_is_gone(void **state)
{
    struct journal_file *file = file_new(*state, NOW), *adopted;
    char *path = alloc_text(file->path);
    struct error err = {0};

    append(file, "left behind");
    assert_null(file_adopt(path, &err));
    file_free(file);
    adopted = file_adopt(path, &err);
    assert_non_null(adopted);
    assert_null(file_adopt(path, &err));
    expect(adopted, "left behind");
    end(adopted);
    assert_null(file_adopt(path, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    free(path);
}

static void a_file_that_cannot_be_opened_is_told_of(void **state)
{
    struct error err = {0};

    assert_null(file_adopt(*state, &err));
    assert_int_equal(err.kind, ERROR_UNAVAILABLE);
    assert_non_null(strstr(err.text, *state));
    assert_non_null(strstr(err.text, "Is a directory"));
}

static void a_file_of_another_user_is_not_trusted(void **state)
{
    struct journal_file *file = file_new(*state, NOW);
    char *path = alloc_text(file->path);
    struct error err = {0};

    append(file, "forged");
    file_free(file);
    if (geteuid() == 0) { /* nobody else may give files away */
        assert_int_equal(chown(path, 12345, 0), 0);
        assert_null(file_adopt(path, &err));
        assert_non_null(strstr(err.text, "another user (uid 12345)"));
    }
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void a_failed_append_leaves_what_was_there(void **state)
{
    struct journal_file *file = file_new(*state, NOW);
    struct rlimit before, small;
    struct error err = {0};

    append(file, "whole");
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 8;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    assert_false(file_append(file, "too much", 8, &err));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_non_null(strstr(err.text, "File too large"));
    expect(file, "whole");
    append(file, ", again");
    expect(file, "whole, again");
    end(file);
}

static void what_is_damaged_is_put_aside(void **state)
{
    struct journal_file *file = file_new(*state, NOW);
    char *path = alloc_format("%s" FILE_DAMAGED, file->path), text[20] = "";
    FILE *aside;

    append(file, "good BAD good UGLY");
    file_note_damaged(file, &(struct record_place){5, 4});
    file_note_damaged(file, &(struct record_place){14, 4});
    end(file);
    aside = fopen(path, "r");
    assert_non_null(aside);
    assert_non_null(fgets(text, sizeof(text), aside));
    assert_string_equal(text, "BAD UGLY");
    fclose(aside);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void a_folder_is_made_with_all_above_it(void **state)
{
    char *above = alloc_format("%s/a", (const char *)*state);
    char *folder = alloc_format("%s/b", above);
    struct error err = {0};
    struct stat about;

    assert_true(file_make_folder(folder, &err));
    assert_true(file_make_folder(folder, &err));
    assert_int_equal(stat(folder, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0700);
    rmdir(folder);
    close(open(folder, O_WRONLY | O_CREAT, 0600));
    assert_false(file_make_folder(folder, &err));
    assert_non_null(strstr(err.text, folder));
    unlink(folder);
    rmdir(above);
    free(above);
    free(folder);
}

static void only_whole_files_are_looked_at(void **state)
{
    (void)state;
    assert_true(file_is_one("journal-0123-ab.log"));
    assert_false(file_is_one("journal-0123-ab.log.new"));
    assert_false(file_is_one("journal-0123-ab.log.damaged"));
    assert_false(file_is_one("journal-"));
    assert_false(file_is_one("other.log"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_for_its_owner_alone),
        cmocka_unit_test(a_file_is_adopted_when_its_process_is_gone),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_told_of),
        cmocka_unit_test(a_file_of_another_user_is_not_trusted),
        cmocka_unit_test(a_failed_append_leaves_what_was_there),
        cmocka_unit_test(what_is_damaged_is_put_aside),
        cmocka_unit_test(a_folder_is_made_with_all_above_it),
        cmocka_unit_test(only_whole_files_are_looked_at),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
