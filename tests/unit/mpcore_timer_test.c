/* SPDX-License-Identifier: GPL-2.0-only */
/* The private timer takes over from a board's, never fires early, and what fired before is gone. */
/* links: core/device */
#include "drivers/mpcore_timer.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint32_t registers[4];
static uint32_t clock_hz;
static int irq;

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    (void)base;
    assert_int_equal(index, 0);
    return registers;
}

uint32_t driver_clock_hz(const void *fdt, int node, const char *name) {
    (void)fdt;
    (void)node;
    assert_null(name);
    return clock_hz;
}

int intc_irq(const void *fdt, int node, unsigned int index) {
    (void)fdt;
    (void)node;
    assert_int_equal(index, 0);
    return irq;
}

static int probe(uint32_t hz, int line) {
    clock_hz = hz;
    irq = line;
    registers[TIMER_CONTROL / 4] = 0xff;
    registers[TIMER_STATUS / 4] = 0;
    return mpcore_timer_probe(NULL, 0);
}

static void it_takes_over(void **state) {
    static const struct oneshot_ops other;

    (void)state;
    devices = (struct devices){.oneshot = &other, .oneshot_irq = 34};
    assert_int_equal(probe(100000000, 29), 0);
    assert_ptr_equal(devices.oneshot, &mpcore_timer_ops);
    assert_int_equal(devices.oneshot_irq, 29);
    assert_int_equal(registers[TIMER_CONTROL / 4], 0);
    assert_int_equal(registers[TIMER_STATUS / 4], TIMER_STATUS_EVENT);
}

static void deadlines_are_rounded_up(void **state) {
    (void)state;
    assert_int_equal(probe(100000000, 29), 0);
    devices.oneshot->set(0);
    assert_int_equal(registers[TIMER_LOAD / 4], 2);
    devices.oneshot->set(9);
    assert_int_equal(registers[TIMER_LOAD / 4], 2);
    devices.oneshot->set(11);
    assert_int_equal(registers[TIMER_LOAD / 4], 3);
    devices.oneshot->set(UINT32_MAX);
    assert_int_equal(registers[TIMER_LOAD / 4], 429496731);
    assert_int_equal(registers[TIMER_CONTROL / 4], TIMER_CONTROL_ENABLE | TIMER_CONTROL_IRQ);
    devices.oneshot->stop();
    assert_int_equal(registers[TIMER_CONTROL / 4], 0);
}

static void it_needs_a_clock_and_a_line(void **state) {
    (void)state;
    devices = (struct devices){0};
    assert_int_equal(probe(0, 29), -XEN_EINVAL);
    assert_int_equal(probe(2000000000, 29), -XEN_EINVAL);
    assert_int_equal(probe(100000000, -XEN_EAGAIN), -XEN_EAGAIN);
    assert_null(devices.oneshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_over),
        cmocka_unit_test(deadlines_are_rounded_up),
        cmocka_unit_test(it_needs_a_clock_and_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
