/* SPDX-License-Identifier: GPL-2.0-only */
/* The loop of a pCPU: it picks who can run, else serves interrupts, works in the background,
 * sleeps. */
/* links: core/top */
#include "core/top/run.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "core/top/background_turn.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define MS 1000000ull

static struct vcpu *v, *other;
static unsigned int pieces;

/* Asleep until the timer fires. */
static void sleep_until_timer(void) {
    fake_advance(fake_board.oneshot_at - fake_board.now);
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    fake_on_idle = sleep_until_timer;
    irq_init();
    clock_init();
    timer_queue_init();
    background_setup();
    vcpu_idle_init();
    background_turn_init();
    timer_start();
    v = support_domain_add(1, 1)->vcpu[0];
    other = support_domain_add(2, 1)->vcpu[0];
    sched_unpause(&v->sched);
    sched_unpause(&other->sched);
    pieces = 0;
    return 0;
}

static int power_off(void **state) {
    (void)state;
    fake_on_idle = NULL;
    support_domain_remove_all();
    return 0;
}

static void who_can_run_runs(void **state) {
    (void)state;
    sched_start(&v->sched);
    assert_true(sched_needed());
    assert_ptr_equal(run_next(), v);
    assert_false(sched_needed());
    assert_ptr_equal(fake_switched_to, v);
    assert_ptr_equal(vcpu_current(), v);
    assert_int_equal(fake_board.idle_count, 0);
}

static void start_it(void *data) {
    struct vcpu *which = data;

    sched_start(&which->sched);
}

static void while_nobody_can_it_sleeps(void **state) {
    struct timer alarm;

    (void)state;
    timer_init(&alarm, start_it, v);
    timer_set(&alarm, clock_now() + 5 * MS);
    this_cpu()->work = PERCPU_WORK_SCHED;
    assert_ptr_equal(run_next(), v);
    assert_in_range(clock_now(), 5 * MS, 6 * MS);
    assert_true(fake_board.idle_count > 0);
}

/* A piece at a time, as long as there is work; then it sleeps. */
static bool piece(struct background_work *work) {
    (void)work;
    assert_int_equal(fake_board.idle_count, 0);
    return ++pieces < 10;
}

static void it_works_before_it_sleeps(void **state) {
    struct background_work needed, spare;
    struct timer alarm;

    (void)state;
    background_init(&needed, piece, 1, BACKGROUND_NEEDED);
    background_init(&spare, piece, 2, BACKGROUND_SPARE);
    background_start(&needed);
    background_start(&spare);
    timer_init(&alarm, start_it, v);
    timer_set(&alarm, clock_now() + 5 * MS);
    this_cpu()->work = PERCPU_WORK_SCHED;
    assert_ptr_equal(run_next(), v);
    assert_int_equal(pieces, 11);
    assert_true(fake_board.idle_count > 0);
}

/* Who is woken by what is done for the one that was picked goes first if it may. */
static void end_it(struct vcpu *next) {
    fake_on_switch = NULL;
    assert_ptr_equal(next, v);
    sched_pause(&v->sched);
    sched_start(&other->sched);
}

static void a_choice_that_is_void_is_made_again(void **state) {
    (void)state;
    sched_start(&v->sched);
    fake_on_switch = end_it;
    assert_ptr_equal(run_next(), other);
    assert_ptr_equal(fake_switched_to, other);
}

static void the_guest_sees_its_runstate(void **state) {
    struct vcpu_runstate_info info;

    (void)state;
    v->runstate_area = gvaddr(FAKE_GUEST_VA);
    sched_start(&v->sched);
    assert_ptr_equal(run_next(), v);
    memcpy(&info, fake_guest, sizeof(info));
    assert_int_equal(info.state, RUNSTATE_running);
    /* While it is the same the guest's copy is not written again. */
    memset(fake_guest, 0x5a, sizeof(info));
    vcpu_publish_runstate(v);
    assert_int_equal(fake_guest[0], 0x5a);
}

static bool was_in_interrupt;

static bool look_around(unsigned int irq, void *data) {
    (void)irq;
    (void)data;
    was_in_interrupt = this_cpu()->in_interrupt;
    return true;
}

static void an_interrupt_is_not_the_running_ones_doing(void **state) {
    (void)state;
    was_in_interrupt = false;
    assert_int_equal(irq_claim(20, look_around, NULL), 0);
    devices.intc->unmask(20);
    fake_board.pending[20] = true;
    irq_handle();
    fake_board.pending[20] = false;
    assert_true(was_in_interrupt);
    assert_false(this_cpu()->in_interrupt);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(who_can_run_runs),
        test(while_nobody_can_it_sleeps),
        test(it_works_before_it_sleeps),
        test(a_choice_that_is_void_is_made_again),
        test(the_guest_sees_its_runstate),
        test(an_interrupt_is_not_the_running_ones_doing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
