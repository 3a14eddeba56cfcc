/* SPDX-License-Identifier: GPL-2.0-only */
/* When background work is done. */
/* links: core/top */
#include "core/top/background_turn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/device/irq.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "core/time/timer.h"

#define STEP_NS         10000u
#define STEPS_OF_A_TURN (STEP_TURN / STEP_NS)

static uint64_t now;
static struct timer *timer;
static bool interrupt;
static unsigned int needed, spare;

/* ---- What is around it ---- */

uint64_t clock_now(void) {
    return now;
}

bool irq_waits(void) {
    return interrupt;
}

void timer_init(struct timer *t, timer_fn *fn, void *data) {
    *t = (struct timer){.fn = fn, .data = data};
}

void timer_set(struct timer *t, uint64_t deadline) {
    timer = t;
    t->deadline = deadline;
    t->link = &t->next;
}

static void fire(void) {
    timer->link = NULL;
    now = timer->deadline;
    timer->fn(timer->data);
}

static bool needed_step(struct background_work *work) {
    (void)work;
    now += STEP_NS;
    return --needed > 0;
}

static bool spare_step(struct background_work *work) {
    (void)work;
    return --spare > 0;
}

static struct background_work needed_work, spare_work;

static int setup(void **state) {
    (void)state;
    timer = NULL;
    interrupt = false;
    background_setup();
    background_turn_init();
    background_init(&needed_work, needed_step, 1, BACKGROUND_NEEDED);
    background_init(&spare_work, spare_step, 2, BACKGROUND_SPARE);
    needed = spare = 0;
    return 0;
}

static void start(unsigned int needed_steps, unsigned int spare_steps) {
    needed = needed_steps;
    spare = spare_steps;
    background_start(&spare_work);
    background_start(&needed_work);
}

/* ---- */

static void guests_have_seven_eighths(void **state) {
    uint64_t begun, work_time = 0;

    (void)state;
    begun = now;
    start(1000, 0);
    while (timer_is_set(timer)) {
        unsigned int before = needed;

        fire();
        assert_in_range(before - needed, 0, STEPS_OF_A_TURN);
        work_time += (uint64_t)(before - needed) * STEP_NS;
    }
    assert_int_equal(needed, 0);
    assert_in_range((now - begun) * 100 / work_time, 790, 810);
}

static void spare_work_is_for_idle_times(void **state) {
    (void)state;
    start(2, 3);
    fire();
    fire();
    assert_int_equal(needed, 0);
    assert_int_equal(spare, 3);
    assert_false(timer_is_set(timer));
    while (background_turn_idle()) {
    }
    assert_int_equal(spare, 0);
}

static void idle_time_is_for_needed_work_first(void **state) {
    (void)state;
    start(2, 2);
    assert_true(background_turn_idle());
    assert_true(background_turn_idle());
    assert_int_equal(needed, 0);
    assert_int_equal(spare, 2);
    assert_true(background_turn_idle());
    assert_true(background_turn_idle());
    assert_false(background_turn_idle());
}

/* One piece, whatever waits: else interrupts could stop it for ever. */
static void an_interrupt_ends_the_turn(void **state) {
    (void)state;
    start(STEPS_OF_A_TURN + 10, 0);
    interrupt = true;
    fire();
    assert_int_equal(needed, STEPS_OF_A_TURN + 9);
    interrupt = false;
    fire();
    assert_int_equal(needed, 9);
}

static void a_start_brings_no_turn_forward_or_back(void **state) {
    uint64_t deadline;

    (void)state;
    start(2 * STEPS_OF_A_TURN, 0);
    deadline = timer->deadline;
    fire();
    assert_true(timer->deadline > deadline);
    deadline = timer->deadline;
    struct background_work other;
    background_init(&other, spare_step, 3, BACKGROUND_NEEDED);
    spare = 1;
    background_start(&other);
    assert_int_equal(timer->deadline, deadline);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(guests_have_seven_eighths, setup),
        cmocka_unit_test_setup(spare_work_is_for_idle_times, setup),
        cmocka_unit_test_setup(idle_time_is_for_needed_work_first, setup),
        cmocka_unit_test_setup(an_interrupt_ends_the_turn, setup),
        cmocka_unit_test_setup(a_start_brings_no_turn_forward_or_back, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
