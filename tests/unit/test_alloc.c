/* Memory: copies, sizes, and what happens when there is none. */
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/banned.h"

static void new_memory_is_zero_even_of_size_zero(void **state)
{
    unsigned char *bytes = alloc_zero(100, 3);
    void *nothing = alloc_zero(0, 8);

    (void)state;
    for (int i = 0; i < 300; i++)
        assert_int_equal(bytes[i], 0);
    assert_non_null(nothing);
    nothing = alloc_resize(nothing, 0, 0);
    assert_non_null(nothing);
    nothing = alloc_bytes_again(nothing, 0);
    assert_non_null(nothing);
    free(nothing);
    free(bytes);
}

static void copies_are_their_own(void **state)
{
    char text[] = "abc";
    char *copy = alloc_text(text);
    char *part = alloc_text_n("abc\0def", 5);
    char *empty = alloc_text_n(NULL, 0);
    char *format = alloc_format("%s-%d", "x", 7);

    (void)state;
    text[0] = 'X';
    assert_string_equal(copy, "abc");
    assert_memory_equal(part, "abc\0d", 6);
    assert_string_equal(empty, "");
    assert_string_equal(format, "x-7");
    assert_null(alloc_text(NULL));
    free(copy);
    free(part);
    free(empty);
    free(format);
}

static void a_text_may_be_replaced_by_a_part_of_itself(void **state)
{
    char *text = alloc_text("one two");

    (void)state;
    alloc_replace(&text, text + 4);
    assert_string_equal(text, "two");
    alloc_replace(&text, NULL);
    assert_null(text);
    alloc_replace(&text, "three");
    assert_string_equal(text, "three");
    free(text);
}

static void without_memory_the_process_ends_with_a_line(void **state)
{
    int pipes[2];
    int status = 0;
    char line[200] = "";
    volatile size_t huge = SIZE_MAX / 2;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        free(alloc_resize(NULL, huge, 4));
        _exit(0);
    }
    close(pipes[1]);
    assert_true(read(pipes[0], line, sizeof(line) - 1) > 0);
    close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 71);
    assert_non_null(strstr(line, "afterhours: out of memory"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero_even_of_size_zero),
        cmocka_unit_test(copies_are_their_own),
        cmocka_unit_test(a_text_may_be_replaced_by_a_part_of_itself),
        cmocka_unit_test(without_memory_the_process_ends_with_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
