/* SPDX-License-Identifier: GPL-2.0-only */
/* The private timer takes over from a board's, never fires early, and what fired before is gone. */
/* links: core/device/device.c core/device/ticks.c */
#include "support_regs.h"

#include "drivers/mpcore_timer.c"

#include "support_cmocka.h"

/* Cortex-A9 MPCore TRM, DDI 0407, 4.2 */
#define LOAD    0x00
#define CONTROL 0x08
#define STATUS  0x0c

#define STOPPED                \
    {REG_WRITE, CONTROL, 0}, { \
        REG_WRITE, STATUS, 1   \
    }

static int probe(uint32_t hz, int irq) {
    support_device.clock_hz = hz;
    support_device.irq = irq;
    return mpcore_timer_probe(NULL, 0);
}

static void expect_load(uint32_t ns, uint32_t ticks) {
    devices.oneshot->set(ns);
    expect_accesses(STOPPED, {REG_WRITE, LOAD, ticks}, {REG_WRITE, CONTROL, 5});
}

static void it_takes_over(void **state) {
    static const struct oneshot_ops other;

    (void)state;
    devices = (struct devices){.oneshot = &other, .oneshot_irq = 34};
    assert_int_equal(probe(100000000, 29), 0);
    expect_accesses(STOPPED);
    assert_ptr_equal(devices.oneshot, &mpcore_timer_ops);
    assert_int_equal(devices.oneshot_irq, 29);
    assert_int_equal(devices.oneshot_late, 20 + EARLY_NS);
}

static void deadlines_are_rounded_up(void **state) {
    (void)state;
    assert_int_equal(probe(100000000, 0), 0);
    assert_int_equal(devices.oneshot_irq, 0);
    expect_accesses(STOPPED);
    expect_load(0, 2);
    expect_load(9, 2);
    expect_load(11, 3);
    expect_load(UINT32_MAX, 429496731);
}

static void it_is_stopped_before_it_is_acknowledged(void **state) {
    (void)state;
    assert_int_equal(probe(100000000, 29), 0);
    expect_accesses(STOPPED);
    devices.oneshot->stop();
    expect_accesses(STOPPED);
    devices.oneshot->ack();
    expect_accesses({REG_WRITE, STATUS, 1});
}

static void it_needs_registers_a_clock_and_a_line(void **state) {
    (void)state;
    assert_int_equal(probe(0, 29), -XEN_EINVAL);
    assert_int_equal(probe(1000000000, 29), -XEN_EINVAL);
    assert_int_equal(probe(100000000, -XEN_EAGAIN), -XEN_EAGAIN);
    support_device.unmapped = true;
    assert_int_equal(probe(100000000, 29), -XEN_EINVAL);
    expect_no_access();
    assert_null(devices.oneshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_takes_over, support_device_reset),
        cmocka_unit_test_setup(deadlines_are_rounded_up, support_device_reset),
        cmocka_unit_test_setup(it_is_stopped_before_it_is_acknowledged, support_device_reset),
        cmocka_unit_test_setup(it_needs_registers_a_clock_and_a_line, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
