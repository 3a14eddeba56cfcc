/* SPDX-License-Identifier: GPL-2.0-only */
/* The one-shot timer never fires early, and what it is told fits its registers. */
/* links: core/device/device.c core/device/ticks.c */
#include "support_regs.h"

#include "drivers/sp804.c"

#include "support_cmocka.h"

/* Arm DDI 0271 */
#define LOAD     0x00
#define CONTROL  0x08
#define INTCLR   0x0c
#define CONTROL2 0x28

#define STOPPED                   \
    {REG_WRITE, CONTROL, 0x02}, { \
        REG_WRITE, INTCLR, 1      \
    }

static int setup(void **state) {
    support_device_reset(state);
    support_device.irq = 4;
    support_device.clock_name = "timer0";
    return 0;
}

static void probe(uint32_t hz) {
    support_device.clock_hz = hz;
    assert_int_equal(sp804_probe(NULL, 0), 0);
    expect_accesses({REG_WRITE, CONTROL2, 0}, STOPPED);
}

static uint32_t load_for(uint32_t ns) {
    uint32_t load;

    devices.oneshot->set(ns);
    load = support_device.registers[0][LOAD / 4];
    expect_accesses({REG_WRITE, LOAD, load}, {REG_WRITE, CONTROL, 0xa3});
    return load;
}

static void deadlines_are_rounded_up(void **state) {
    (void)state;
    probe(1000000);
    for (uint64_t ns = 0; ns <= UINT32_MAX; ns += ns < 10000 ? 1 : 999983) {
        uint64_t whole =
            load_for((uint32_t)ns) - 1; /* what is left of the present tick counts nothing */

        assert_in_range(whole * 1000, ns, ns + 2000);
    }
    assert_in_range(load_for(UINT32_MAX), 4294969, 4294970);
}

static void what_is_due_comes_with_the_next_tick(void **state) {
    (void)state;
    probe(1000000);
    assert_int_equal(load_for(0), 1);
    assert_int_equal(load_for(1), 2);
}

static void a_clock_that_is_no_whole_number_of_ns_is_not_early(void **state) {
    (void)state;
    probe(24000000);
    for (uint32_t ns = 1; ns < 4000000000u; ns += 12345677) {
        assert_true((uint64_t)load_for(ns) * 1000000000u >= (uint64_t)ns * 24000000u);
    }
}

static void it_is_stopped_and_acknowledged(void **state) {
    (void)state;
    probe(1000000);
    assert_ptr_equal(devices.oneshot, &sp804_ops);
    assert_int_equal(devices.oneshot_irq, 4);
    assert_int_equal(devices.oneshot_late, 2000);
    devices.oneshot->stop();
    expect_accesses(STOPPED);
    devices.oneshot->ack();
    expect_accesses({REG_WRITE, INTCLR, 1});
}

static void a_second_module_is_taken_but_not_used(void **state) {
    (void)state;
    probe(1000000);
    assert_int_equal(sp804_probe(NULL, 1), 0);
    expect_no_access();
    assert_int_equal(support_device.maps, 1);
}

static int probe_with(uint32_t hz, int irq) {
    support_device.clock_hz = hz;
    support_device.irq = irq;
    return sp804_probe(NULL, 0);
}

static void it_needs_registers_a_clock_and_a_line(void **state) {
    (void)state;
    assert_int_equal(probe_with(0, 4), -XEN_EINVAL);
    assert_int_equal(probe_with(1000000000, 4), -XEN_EINVAL);
    assert_int_equal(probe_with(1000000, -XEN_EAGAIN), -XEN_EAGAIN);
    support_device.unmapped = true;
    assert_int_equal(probe_with(1000000, 4), -XEN_EINVAL);
    expect_no_access();
    assert_null(devices.oneshot);
    support_device.unmapped = false;
    assert_int_equal(probe_with(999999999, 0), 0);
    assert_int_equal(devices.oneshot_irq, 0);
    assert_int_equal(devices.oneshot_late, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(deadlines_are_rounded_up, setup),
        cmocka_unit_test_setup(what_is_due_comes_with_the_next_tick, setup),
        cmocka_unit_test_setup(a_clock_that_is_no_whole_number_of_ns_is_not_early, setup),
        cmocka_unit_test_setup(it_is_stopped_and_acknowledged, setup),
        cmocka_unit_test_setup(a_second_module_is_taken_but_not_used, setup),
        cmocka_unit_test_setup(it_needs_registers_a_clock_and_a_line, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
