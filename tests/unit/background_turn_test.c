/* SPDX-License-Identifier: GPL-2.0-only */
/* When background work is done. */
/* links: core/top */
#include "core/top/background_turn.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "core/time/timer.h"
#include "core/top/run.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define MS     1000000ull
#define PIECE  10000u /* ns, of work and of a guest's */
#define PIECES 1000u

static struct vcpu *guest;
static struct background_work needed_work, spare_work;
static unsigned int needed, spare;

static bool needed_step(struct background_work *work) {
    (void)work;
    fake_advance(PIECE);
    return --needed > 0;
}

static bool spare_step(struct background_work *work) {
    (void)work;
    return --spare > 0;
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    irq_init();
    clock_init();
    timer_queue_init();
    background_setup();
    vcpu_idle_init();
    background_turn_init();
    timer_start();
    background_init(&needed_work, needed_step, 1, BACKGROUND_NEEDED);
    background_init(&spare_work, spare_step, 2, BACKGROUND_SPARE);
    guest = support_domain_add(1, 1)->vcpu[0];
    sched_unpause(&guest->sched);
    needed = spare = 0;
    return 0;
}

static int power_off(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

static void start(unsigned int needed_steps, unsigned int spare_steps) {
    needed = needed_steps;
    spare = spare_steps;
    background_start(&spare_work);
    background_start(&needed_work);
}

/* The guest never sleeps: a piece of its time, then what interrupts it.  It goes on when run_next()
 * returns: until then the worker has run. */
static void guest_runs(void) {
    fake_advance(PIECE);
    while (irq_waits()) {
        irq_handle();
    }
    if (sched_needed()) {
        assert_ptr_equal(run_next(), guest);
    }
}

static void start_guest(void) {
    sched_start(&guest->sched);
    assert_ptr_equal(run_next(), guest);
}

static void guests_have_seven_eighths(void **state) {
    uint64_t begun;

    (void)state;
    start_guest();
    begun = clock_now();
    start(10 * PIECES, 0);
    while (needed > 0) {
        guest_runs();
    }
    /* All of it is an eighth, but for a cap's whole per cent and its last period. */
    assert_in_range((clock_now() - begun) * 100 / (10 * PIECES * PIECE), 750, 850);
}

static void spare_work_is_for_idle_times(void **state) {
    (void)state;
    start_guest();
    start(2, 3);
    while (needed > 0) {
        guest_runs();
    }
    for (unsigned int i = 0; i < PIECES; i++) {
        guest_runs();
    }
    assert_int_equal(spare, 3);
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

static const struct sched_rt_params rt = {.period_us = 1000, .budget_us = 600};

/* Two pieces of work more than a guest with a guarantee leaves time for: none before it sleeps. */
static void a_guarantee_goes_before_it(void **state) {
    const struct sched_figures figures = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 5};

    (void)state;
    sched_edf_set_figures(&figures);
    assert_int_equal(sched_set_realtime(&guest->sched, &rt), 0);
    start_guest();
    start(PIECES, 0);
    for (unsigned int i = 0; i < 50; i++) {
        guest_runs();
    }
    assert_int_equal(needed, PIECES);
    assert_true(guest->sched.edf.left > 0);
}

/* An interrupt that waits comes before the next piece, and whom it wakes. */
static void wake_guest(void *data) {
    (void)data;
    sched_start(&guest->sched);
}

static void who_is_woken_waits_for_one_piece(void **state) {
    const struct sched_figures figures = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 5};
    struct timer alarm;

    (void)state;
    sched_edf_set_figures(&figures);
    assert_int_equal(sched_set_realtime(&guest->sched, &rt), 0);
    start(PIECES, 0);
    timer_init(&alarm, wake_guest, NULL);
    timer_set(&alarm, clock_now() + 10 * PIECE + PIECE / 2);
    this_cpu()->work = PERCPU_WORK_SCHED;
    assert_ptr_equal(run_next(), guest);
    assert_int_equal(needed, PIECES - 11);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(guests_have_seven_eighths),          test(spare_work_is_for_idle_times),
        test(idle_time_is_for_needed_work_first), test(a_guarantee_goes_before_it),
        test(who_is_woken_waits_for_one_piece),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
