/* SPDX-License-Identifier: GPL-2.0-only */
/* When what takes long gives way. */
/* links: core/time */
#include "core/time/preempt.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/device/device.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "support_cmocka.h"

static bool seen, seen_later;

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    this_cpu()->work = 0;
    return 0;
}

static void an_interrupt_that_is_not_masked_waits(void **state) {
    (void)state;
    assert_false(irq_waits());
    fake_board.pending[FAKE_UART_IRQ] = true;
    assert_false(irq_waits());
    devices.intc->unmask(FAKE_UART_IRQ);
    assert_true(irq_waits());
    assert_true(preempt_check());
}

static void look(void *data) {
    (void)data;
    seen = irq_waits();
    fake_advance(2000);
    fake_board.pending[FAKE_ONESHOT_IRQ] = false;
    seen_later = irq_waits();
}

static void nothing(void *data) {
    (void)data;
}

/* From within a timer's function: the hardware is not set for the next one yet. */
static void a_timer_that_is_due_waits_too(void **state) {
    struct timer first, next;

    (void)state;
    timer_init(&first, look, NULL);
    timer_init(&next, nothing, NULL);
    timer_set(&first, clock_now() + 1000);
    timer_set(&next, clock_now() + 2500);
    fake_advance(1100);
    devices.oneshot->ack();
    timer_interrupt();
    assert_false(seen);
    assert_true(seen_later);
    assert_false(irq_waits()); /* the hardware says it from here on */
}

static void a_hypercall_gives_way_to_the_scheduler(void **state) {
    (void)state;
    assert_false(preempt_check());
    this_cpu()->work = PERCPU_WORK_SCHED;
    assert_true(preempt_check());
    assert_false(irq_waits());
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(an_interrupt_that_is_not_masked_waits),
        test(a_timer_that_is_due_waits_too),
        test(a_hypercall_gives_way_to_the_scheduler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
