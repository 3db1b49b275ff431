/* The loop and its timers. */
#include "net/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

struct scene {
    struct loop *loop;
    struct timer *timer, *other;
    unsigned fired;
    char order[8];
};

static int set_up(void **state)
{
    static struct scene scene;

    memset(&scene, 0, sizeof(scene));
    scene.loop = loop_new();
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    timer_free(scene->timer);
    timer_free(scene->other);
    loop_free(scene->loop);
    return 0;
}

static void stop(void *context)
{
    struct scene *scene = context;

    scene->fired++;
    loop_stop(scene->loop);
}

static void free_itself_and_stop(void *context)
{
    struct scene *scene = context;

    timer_free(scene->timer);
    scene->timer = NULL;
    stop(scene);
}

static void start_again_three_times(void *context)
{
    struct scene *scene = context;

    if (++scene->fired < 3)
        timer_start(scene->timer, 0);
    else
        loop_stop(scene->loop);
}

static void write_a(void *context)
{
    struct scene *scene = context;

    scene->order[strlen(scene->order)] = 'a';
}

static void write_b_and_stop(void *context)
{
    struct scene *scene = context;

    scene->order[strlen(scene->order)] = 'b';
    loop_stop(scene->loop);
}

static void a_timer_fires_once(void **state)
{
    struct scene *scene = *state;

    scene->timer = timer_new(scene->loop, stop, scene);
    timer_start(scene->timer, 1);
    loop_run(scene->loop);
    assert_int_equal(scene->fired, 1);
}

static void a_timer_may_free_itself_when_it_fires(void **state)
{
    struct scene *scene = *state;

    scene->timer = timer_new(scene->loop, free_itself_and_stop, scene);
    timer_start(scene->timer, 0);
    loop_run(scene->loop);
    assert_int_equal(scene->fired, 1);
}

static void a_timer_may_start_itself_again(void **state)
{
    struct scene *scene = *state;

    scene->timer = timer_new(scene->loop, start_again_three_times, scene);
    timer_start(scene->timer, -5);
    loop_run(scene->loop);
    assert_int_equal(scene->fired, 3);
}

static void a_stopped_timer_does_not_fire(void **state)
{
    struct scene *scene = *state;

    scene->timer = timer_new(scene->loop, write_a, scene);
    scene->other = timer_new(scene->loop, write_b_and_stop, scene);
    timer_start(scene->timer, 0);
    timer_start(scene->other, 5);
    timer_stop(scene->timer);
    loop_run(scene->loop);
    assert_string_equal(scene->order, "b");
}

static void starting_again_starts_afresh(void **state)
{
    struct scene *scene = *state;

    scene->timer = timer_new(scene->loop, write_b_and_stop, scene);
    scene->other = timer_new(scene->loop, write_a, scene);
    timer_start(scene->timer, 0);
    timer_start(scene->other, 1);
    timer_start(scene->timer, 40);
    loop_run(scene->loop);
    assert_string_equal(scene->order, "ab");
}

static void a_stop_before_the_run_counts(void **state)
{
    struct scene *scene = *state;

    loop_stop(scene->loop);
    loop_run(scene->loop);
    scene->timer = timer_new(scene->loop, stop, scene);
    timer_start(scene->timer, 0);
    loop_run(scene->loop);
    assert_int_equal(scene->fired, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_timer_fires_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_may_free_itself_when_it_fires,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_may_start_itself_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stopped_timer_does_not_fire, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(starting_again_starts_afresh, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_stop_before_the_run_counts, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
