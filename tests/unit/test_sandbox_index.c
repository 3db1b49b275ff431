/* From texts to numbers, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/chance.h"
#include "sandbox/index.h"

#include "base/banned.h"

#define NAMES 3000

static char names[NAMES][16];

static const char *name_of(void *owner, uint32_t number)
{
    (void)owner;
    return names[number];
}

static int write_names(void **state)
{
    (void)state;
    for (int i = 0; i < NAMES; i++)
        snprintf(names[i], sizeof(names[i]), "name-%d", i);
    return 0;
}

static void what_is_removed_is_gone_and_the_others_stay(void **state)
{
    bool there[NAMES] = {false};
    size_t count = 0;
    struct index index;
    struct chance chance;

    (void)state;
    index_init(&index, name_of, NULL);
    chance_init(&chance, 7, 0);
    for (int step = 0; step < 60000; step++) {
        uint32_t i = (uint32_t)(chance_next(&chance) % NAMES);

        assert_int_equal(index_find(&index, names[i]),
                         there[i] ? i : INDEX_NONE);
        if (there[i])
            index_remove(&index, names[i]);
        else
            index_set(&index, names[i], i);
        count = there[i] ? count - 1 : count + 1;
        there[i] = !there[i];
        assert_int_equal(index.count, count);
    }
    for (uint32_t i = 0; i < NAMES; i++)
        assert_int_equal(index_find(&index, names[i]),
                         there[i] ? i : INDEX_NONE);
    index_clear(&index);
}

static void what_was_never_there_can_be_removed(void **state)
{
    struct index index;

    (void)state;
    index_init(&index, name_of, NULL);
    index_remove(&index, "nobody");
    index_set(&index, names[1], 1);
    index_remove(&index, "nobody");
    assert_int_equal(index_find(&index, names[1]), 1);
    index_clear(&index);
}

static void a_text_set_again_tells_what_was_there(void **state)
{
    struct index index;

    (void)state;
    index_init(&index, name_of, NULL);
    assert_int_equal(index_set(&index, names[5], 5), INDEX_NONE);
    assert_int_equal(index_set(&index, names[5], 5), 5);
    assert_int_equal(index.count, 1);
    index_clear(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_removed_is_gone_and_the_others_stay),
        cmocka_unit_test(what_was_never_there_can_be_removed),
        cmocka_unit_test(a_text_set_again_tells_what_was_there),
    };

    return cmocka_run_group_tests(tests, write_names, NULL);
}
