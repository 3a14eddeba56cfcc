/* SPDX-License-Identifier: GPL-2.0-only */
/* Background work: whose turn it is, and what waits for memory. */
/* links: core/mm */
#include "core/time/background.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/mm/memory_wait.h"
#include "core/mm/page.h"

#define DONE_MAX 64

/* Work that takes some steps, with a letter for the log of what was done in which order. */
struct job {
    struct background_work work;
    char name;
    unsigned int left;
};

static char done[DONE_MAX];
static unsigned int done_count, starts;

static bool job_step(struct background_work *work) {
    struct job *job = (struct job *)work;

    assert_in_range(done_count, 0, DONE_MAX - 2);
    done[done_count++] = job->name;
    done[done_count] = '\0';
    return --job->left > 0;
}

static struct job make(char name, unsigned int owner, unsigned int steps) {
    struct job job = {.name = name, .left = steps};

    background_init(&job.work, job_step, owner, BACKGROUND_NEEDED);
    return job;
}

static void count_start(void) {
    starts++;
}

static int setup(void **state) {
    (void)state;
    background_setup();
    memory_waiting = 0;
    done_count = starts = 0;
    done[0] = '\0';
    return 0;
}

static void run(void) {
    while (background_step(BACKGROUND_NEEDED)) {
    }
}

static void nothing_is_done_unasked(void **state) {
    struct job a = make('a', 1, 1);

    (void)state;
    assert_false(background_step(BACKGROUND_NEEDED));
    background_start(&a.work);
    assert_true(background_step(BACKGROUND_NEEDED));
    assert_false(background_step(BACKGROUND_NEEDED));
    assert_string_equal(done, "a");
}

static void owners_take_turns(void **state) {
    struct job a = make('a', 3, 4), b = make('b', 31, 2), c = make('c', 0, 6);

    (void)state;
    background_start(&a.work);
    background_start(&b.work);
    background_start(&c.work);
    run();
    assert_string_equal(done, "abcabcacaccc");
}

/* One that registers four works gets no more than one that registers one. */
static void many_works_of_one_count_as_one(void **state) {
    struct job a[4], b = make('x', 2, 6);

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        a[i] = make((char)('a' + i), 1, 2);
        background_start(&a[i].work);
    }
    background_start(&b.work);
    run();
    assert_string_equal(done, "axbxcxdxaxbxcd");
}

static void starting_twice_is_starting_once(void **state) {
    struct job a = make('a', 1, 3);

    (void)state;
    background_start(&a.work);
    background_start(&a.work);
    background_step(BACKGROUND_NEEDED);
    background_start(&a.work);
    run();
    assert_string_equal(done, "aaa");
}

/* Started again from within, and done: it is not forgotten, nor queued twice. */
static bool restarts_itself(struct background_work *work) {
    done_count++;
    background_start(work);
    return done_count < 2;
}

static void a_step_may_start_its_own_work(void **state) {
    struct background_work work;

    (void)state;
    background_init(&work, restarts_itself, 5, BACKGROUND_NEEDED);
    background_start(&work);
    for (unsigned int i = 0; i < 4; i++) {
        assert_true(background_step(BACKGROUND_NEEDED));
    }
    assert_int_equal(done_count, 4);
}

static bool frees_itself(struct background_work *work) {
    free(work);
    return false;
}

static void finished_work_is_not_touched(void **state) {
    struct background_work *work = malloc(sizeof(*work));

    (void)state;
    background_init(work, frees_itself, 5, BACKGROUND_NEEDED);
    background_start(work);
    assert_true(background_step(BACKGROUND_NEEDED));
    assert_false(background_step(BACKGROUND_NEEDED));
}

static void spare_work_is_apart(void **state) {
    struct job a = make('a', 1, 1), s = make('s', 1, 1);

    (void)state;
    background_on_start(count_start);
    background_init(&s.work, job_step, 1, BACKGROUND_SPARE);
    background_start(&s.work);
    assert_int_equal(starts, 0);
    assert_false(background_step(BACKGROUND_NEEDED));
    background_start(&a.work);
    background_start(&a.work);
    assert_int_equal(starts, 1);
    run();
    assert_string_equal(done, "a");
    assert_true(background_step(BACKGROUND_SPARE));
    assert_string_equal(done, "as");
}

static void memory_wakes_those_who_may_have_it(void **state) {
    struct job a = make('a', 1, 9), b = make('b', 2, 9);

    (void)state;
    memory_came(1);
    memory_came(PAGE_COMMON);
    memory_wait(&a.work);
    memory_wait(&b.work);
    memory_came(3);
    assert_false(background_step(BACKGROUND_NEEDED));
    memory_came(2);
    assert_true(background_step(BACKGROUND_NEEDED));
    assert_string_equal(done, "b");
    memory_wait(&b.work);
    memory_came(PAGE_COMMON);
    assert_true(background_step(BACKGROUND_NEEDED));
    assert_true(background_step(BACKGROUND_NEEDED));
    assert_string_equal(done, "bab");
    assert_int_equal(memory_waiting, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_done_unasked, setup),
        cmocka_unit_test_setup(owners_take_turns, setup),
        cmocka_unit_test_setup(many_works_of_one_count_as_one, setup),
        cmocka_unit_test_setup(starting_twice_is_starting_once, setup),
        cmocka_unit_test_setup(a_step_may_start_its_own_work, setup),
        cmocka_unit_test_setup(finished_work_is_not_touched, setup),
        cmocka_unit_test_setup(spare_work_is_apart, setup),
        cmocka_unit_test_setup(memory_wakes_those_who_may_have_it, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
