/* SPDX-License-Identifier: GPL-2.0-only */
/* Device interrupts of domains: assignment, masking until the guest is done, storms. */
/* links: core/hypercall */
#include "core/event/pirq.h"

#include <arch/fake.h>

#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/device/irq.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"
#include "core/time/preempt.h"
#include "core/time/timer.h"
#include "support_cmocka.h"
#include "support_domain.h"

static struct domain *a, *b;
static unsigned int own_count;

/* The hypervisor's own device: @data counts its interrupts. */
static bool count(unsigned int irq, void *data) {
    fake_board.pending[irq] = false;
    ++*(unsigned int *)data;
    return true;
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    a = support_domain_add(0, 1);
    b = support_domain_add(1, 1);
    irq_init();
    own_count = 0;
    support_sleep(a);
    support_sleep(b);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    while (event_domain_destroy(&a->event) || event_domain_destroy(&b->event)) {
    }
    support_domain_remove_all();
    return 0;
}

static bool take_event(struct domain *d, evtchn_port_t port) {
    uint64_t bit = 1ull << port;
    bool was = (d->shared_info->evtchn_pending[0] & bit) != 0;

    d->shared_info->evtchn_pending[0] &= ~bit;
    return was;
}

static int32_t physdev_op(struct domain *d, uint32_t cmd, const void *arg, size_t size) {
    uint32_t args[HYPERCALL_ARGS] = {cmd, fake_put(0, arg, size).v};

    return do_physdev_op(d->vcpu[0], args);
}

static int32_t eoi(struct domain *d, uint32_t irq) {
    struct physdev_eoi arg = {.irq = irq};

    return physdev_op(d, PHYSDEVOP_eoi, &arg, sizeof(arg));
}

static void only_an_assigned_line_can_be_bound(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), -XEN_EPERM);
    assert_int_equal(event_bind_pirq(&a->event, IRQ_MAX, &p), -XEN_EINVAL);
    assert_int_equal(event_bind_pirq(&a->event, 0xffffffff, &p), -XEN_EINVAL);
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(event_bind_pirq(&b->event, 40, &p), -XEN_EPERM);
    assert_true(fake_board.masked[40]);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), 0);
    assert_false(fake_board.masked[40]);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), -XEN_EEXIST);
}

static void a_refused_bind_leaves_no_port_behind(void **state) {
    evtchn_port_t p, q;

    (void)state;
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), -XEN_EPERM);
    assert_int_equal(event_bind_ipi(&a->event, 0, &q), 0);
    assert_int_equal(q, 1);
}

static void a_line_has_one_owner_and_the_hypervisors_have_none(void **state) {
    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(pirq_assign(&b->event, 40), -XEN_EBUSY);
    assert_int_equal(irq_claim(FAKE_UART_IRQ, count, &own_count), 0);
    assert_int_equal(pirq_assign(&a->event, FAKE_UART_IRQ), -XEN_EBUSY);
    assert_int_equal(pirq_assign(&a->event, IRQ_MAX), -XEN_EINVAL);
    assert_true(pirq_is_assigned(&a->event, 40));
    assert_false(pirq_is_assigned(&b->event, 40));
    assert_false(pirq_is_assigned(&a->event, 0xffffffff));
}

static void an_interrupt_masks_the_line_until_eoi(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), 0);
    fake_board.pending[40] = true;
    irq_handle();
    assert_false(this_cpu()->in_interrupt);
    assert_true(fake_board.masked[40]);
    assert_true(take_event(a, p));
    irq_handle(); /* still asserted, but masked */
    assert_false(take_event(a, p));
    assert_int_equal(eoi(a, 40), 0);
    irq_handle();
    assert_true(take_event(a, p));
}

static void eoi_of_a_line_that_is_not_ones_own_is_refused(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(eoi(a, 40), -XEN_EINVAL); /* not bound */
    assert_true(fake_board.masked[40]);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), 0);
    fake_board.masked[40] = true;
    assert_int_equal(eoi(b, 40), -XEN_EINVAL);
    assert_int_equal(eoi(a, 41), -XEN_EINVAL);
    assert_int_equal(eoi(a, 0xffffffff), -XEN_EINVAL);
    assert_int_equal(eoi(a, FAKE_UART_IRQ), -XEN_EINVAL);
    assert_true(fake_board.masked[40]);
}

static void close_masks_the_line(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), 0);
    assert_int_equal(event_close(&a->event, p), 0);
    assert_true(fake_board.masked[40]);
    assert_int_equal(eoi(a, 40), -XEN_EINVAL);
    assert_int_equal(event_bind_pirq(&a->event, 40, &p), 0);
    assert_false(fake_board.masked[40]);
}

/* As a machine does before the guest's next instruction; no line comes back by itself. */
static void take_interrupts(unsigned int at_most) {
    for (unsigned int i = 0; i < at_most && devices.intc->pending(); i++) {
        irq_handle();
    }
    assert_false(devices.intc->pending());
}

static void a_storm_costs_one_event_and_others_are_served(void **state) {
    evtchn_port_t p, q;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 20), 0);
    assert_int_equal(pirq_assign(&b->event, 50), 0);
    assert_int_equal(event_bind_pirq(&a->event, 20, &p), 0);
    assert_int_equal(event_bind_pirq(&b->event, 50, &q), 0);
    fake_board.pending[20] = true; /* never goes away, and comes first */
    for (unsigned int i = 0; i < 100; i++) {
        fake_board.pending[50] = true;
        take_interrupts(2);
        assert_true(take_event(b, q));
        fake_board.pending[50] = false;
        assert_int_equal(eoi(b, 50), 0);
    }
    assert_true(take_event(a, p));
    assert_int_equal(support_woken(), 2); /* nobody looked: one upcall each */
}

static void a_guest_that_only_says_eoi_cannot_hold_the_interrupt(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 20), 0);
    assert_int_equal(event_bind_pirq(&a->event, 20, &p), 0);
    assert_int_equal(irq_claim(FAKE_UART_IRQ, count, &own_count), 0);
    devices.intc->unmask(FAKE_UART_IRQ);
    fake_board.pending[20] = true;
    for (unsigned int i = 0; i < 50; i++) {
        fake_board.pending[FAKE_UART_IRQ] = true;
        take_interrupts(2);
        assert_int_equal(own_count, i + 1);
        assert_int_equal(eoi(a, 20), 0);
    }
}

static void lines_of_nobody_are_masked_and_counted(void **state) {
    uint32_t before = irq_spurious_count();

    (void)state;
    fake_board.masked[99] = false;
    fake_board.pending[99] = true;
    irq_handle();
    assert_true(fake_board.masked[99]);
    assert_int_equal(irq_spurious_count(), before + 1);
    irq_handle();
    assert_int_equal(irq_spurious_count(), before + 1);
}

static void a_claimed_line_reaches_its_claimer_alone(void **state) {
    (void)state;
    assert_int_equal(irq_claim(FAKE_UART_IRQ, count, &own_count), 0);
    assert_int_equal(irq_claim(FAKE_UART_IRQ, count, NULL), -XEN_EBUSY);
    assert_int_equal(irq_claim(IRQ_MAX, count, NULL), -XEN_EINVAL);
    devices.intc->unmask(FAKE_UART_IRQ);
    fake_board.pending[FAKE_UART_IRQ] = true;
    take_interrupts(2);
    assert_int_equal(own_count, 1);
    assert_false(devices.intc->pending());
    irq_release(FAKE_UART_IRQ);
    assert_true(fake_board.masked[FAKE_UART_IRQ]);
    assert_int_equal(irq_claim(FAKE_UART_IRQ, count, NULL), 0);
}

/* A controller that always has something: one call is bounded all the same. */
static unsigned int ack_count;

static unsigned int ack_always(void) {
    ack_count++;
    return 99;
}

static void a_controller_that_never_ends_is_left(void **state) {
    struct intc_ops ops = *devices.intc;

    (void)state;
    ops.ack = ack_always;
    devices.intc = &ops;
    ack_count = 0;
    irq_handle();
    assert_int_equal(ack_count, 1);
}

static void release_takes_all_lines_away(void **state) {
    evtchn_port_t p;

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(pirq_assign(&a->event, 41), 0);
    assert_int_equal(event_bind_pirq(&a->event, 41, &p), 0);
    while (event_domain_destroy(&a->event)) {
    }
    assert_true(fake_board.masked[41]);
    assert_int_equal(a->event.pirq_count, 0);
    assert_int_equal(pirq_assign(&b->event, 41), 0);
    fake_board.masked[41] = false;
    fake_board.pending[41] = true;
    irq_handle(); /* assigned, not bound: nobody's */
    assert_int_equal(support_woken(), 0);
}

static void physdev_op_errors(void **state) {
    struct physdev_irq_status_query query = {.irq = 40};
    uint32_t bad[HYPERCALL_ARGS] = {PHYSDEVOP_eoi, 0};
    uint32_t unknown[HYPERCALL_ARGS] = {1000, 0};

    (void)state;
    assert_int_equal(do_physdev_op(a->vcpu[0], bad), -XEN_EFAULT);
    assert_int_equal(do_physdev_op(a->vcpu[0], unknown), -XEN_ENOSYS);
    assert_int_equal(physdev_op(a, PHYSDEVOP_irq_status_query, &query, sizeof(query)), -XEN_EINVAL);
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(physdev_op(a, PHYSDEVOP_irq_status_query, &query, sizeof(query)), 0);
    memcpy(&query, fake_guest, sizeof(query));
    assert_int_equal(query.flags, XENIRQSTAT_needs_eoi);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(only_an_assigned_line_can_be_bound),
        test(a_refused_bind_leaves_no_port_behind),
        test(a_line_has_one_owner_and_the_hypervisors_have_none),
        test(an_interrupt_masks_the_line_until_eoi),
        test(eoi_of_a_line_that_is_not_ones_own_is_refused),
        test(close_masks_the_line),
        test(a_storm_costs_one_event_and_others_are_served),
        test(a_guest_that_only_says_eoi_cannot_hold_the_interrupt),
        test(lines_of_nobody_are_masked_and_counted),
        test(a_claimed_line_reaches_its_claimer_alone),
        test(a_controller_that_never_ends_is_left),
        test(release_takes_all_lines_away),
        test(physdev_op_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
