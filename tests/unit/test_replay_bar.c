/* The line that says how far a replay is. */
#include "cmd/replay_bar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

struct scene {
    struct replay replay;
    struct replay_fates fates;
    const char *away;
    int64_t speed; /* in thousandths a minute */
};

static const struct scene half = {
    .replay = {.total = 10000, .done = 6000},
    .fates = {.counts = {[FATE_LINKED] = 4900, [FATE_FAILED] = 100},
              .found = 31,
              .rest = 5000},
    .speed = 600000,
};

static void expect(const struct scene *scene, size_t columns, const char *text)
{
    struct buf out;

    buf_init(&out, REPLAY_BAR_MAX);
    replay_bar_text(&out, &scene->replay, &scene->fates, scene->away,
                    scene->speed, columns);
    assert_string_equal(buf_str(&out), text);
    assert_true(columns < 20 || strlen(text) < columns);
    buf_clear(&out);
}

static void a_wide_terminal_is_told_all(void **state)
{
    (void)state;
    expect(&half, 200,
           "[#######-------] 5000 of 10000, 6000 replayed, 100 failed again, "
           "4900 linked, 31 found, not sent, 600/min, 9 min left");
}

static void a_narrow_one_is_told_what_weighs_most(void **state)
{
    (void)state;
    expect(&half, 80,
           "[#######-------] 5000 of 10000, 100 failed again, 4900 linked, "
           "9 min left");
    expect(&half, 40, "[#######-------] 5000 of 10000, 600/min");
    expect(&half, 10, "[#######-------]");
}

static void one_that_is_paused_says_so_and_has_no_end(void **state)
{
    struct scene scene = half;

    (void)state;
    scene.replay.state = REPLAY_PAUSED;
    expect(&scene, 70,
           "[#######-------] paused, 5000 of 10000, "
           "100 failed again, 4900 linked");
    scene.away = "Redis is away";
    expect(&scene, 50, "[#######-------] Redis is away, 5000 of 10000");
}

static void at_the_end_the_bar_is_full(void **state)
{
    struct scene scene = {
        .replay = {.total = 2, .done = 2}, .fates = {.rest = 2}, .speed = 1000};

    (void)state;
    expect(&scene, 80, "[##############] 2 of 2");
    scene.fates = (struct replay_fates){.forgotten = true};
    expect(&scene, 80, "[##############] 2 of 2");
    scene.replay = (struct replay){0};
    expect(&scene, 80, "[##############] 0 of 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_terminal_is_told_all),
        cmocka_unit_test(a_narrow_one_is_told_what_weighs_most),
        cmocka_unit_test(one_that_is_paused_says_so_and_has_no_end),
        cmocka_unit_test(at_the_end_the_bar_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
