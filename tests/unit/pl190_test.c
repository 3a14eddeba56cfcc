/* SPDX-License-Identifier: GPL-2.0-only */
/* The VIC: nothing fires before it is asked for, no vector and no FIQ is left, and what is read. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/pl190.c"

#include "support_cmocka.h"

/* Arm DDI 0181 */
#define IRQSTATUS    0x000
#define INTSELECT    0x00c
#define INTENABLE    0x010
#define INTENCLEAR   0x014
#define SOFTINTCLEAR 0x01c
#define VECTCNTL     0x200
#define VECTORS      16

static void probe(void) {
    struct reg_access expected[3 + VECTORS] = {{REG_WRITE, INTENCLEAR, UINT32_MAX},
                                               {REG_WRITE, SOFTINTCLEAR, UINT32_MAX},
                                               {REG_WRITE, INTSELECT, 0}};

    for (uint32_t i = 0; i < VECTORS; i++) {
        expected[3 + i] = (struct reg_access){REG_WRITE, VECTCNTL + 4 * i, 0};
    }
    assert_int_equal(pl190_probe(NULL, 7), 0);
    support_regs_expect(expected, 3 + VECTORS);
}

static void all_is_off_after_the_probe(void **state) {
    const uint32_t cell = 31;

    (void)state;
    probe();
    assert_ptr_equal(devices.intc, support_device.chip->ops);
    assert_int_equal(support_device.chip_node, 7);
    assert_int_equal(support_device.chip->line_count, 32);
    assert_int_equal(support_device.chip->cell_count, 1);
    assert_int_equal(support_device.chip->xlate(&cell), 31);
}

static void the_lowest_line_comes_first(void **state) {
    uint32_t *status = &support_device.registers[0][IRQSTATUS / 4];

    (void)state;
    probe();
    *status = 0;
    assert_int_equal(devices.intc->ack(), IRQ_NONE);
    assert_false(devices.intc->pending());
    *status = 0x80000028;
    assert_int_equal(devices.intc->ack(), 3);
    assert_true(devices.intc->pending());
    *status = 0x80000000;
    assert_int_equal(devices.intc->ack(), 31);
    assert_true(devices.intc->pending());
    *status = 1;
    assert_int_equal(devices.intc->ack(), 0);
    devices.intc->eoi(0);
    expect_no_access();
}

static void a_line_is_masked_alone(void **state) {
    (void)state;
    probe();
    devices.intc->unmask(31);
    devices.intc->mask(31);
    devices.intc->unmask(0);
    devices.intc->mask(1);
    expect_accesses({REG_WRITE, INTENABLE, 0x80000000}, {REG_WRITE, INTENCLEAR, 0x80000000},
                    {REG_WRITE, INTENABLE, 1}, {REG_WRITE, INTENCLEAR, 2});
}

static void there_is_one_and_it_can_be_mapped(void **state) {
    (void)state;
    support_device.unmapped = true;
    assert_int_equal(pl190_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
    support_device.unmapped = false;
    support_device.chip_error = -XEN_ENOSPC;
    assert_int_equal(pl190_probe(NULL, 0), -XEN_ENOSPC);
    support_device_reset(NULL);
    probe();
    assert_int_equal(pl190_probe(NULL, 1), -XEN_EBUSY);
    expect_no_access();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_is_off_after_the_probe, support_device_reset),
        cmocka_unit_test_setup(the_lowest_line_comes_first, support_device_reset),
        cmocka_unit_test_setup(a_line_is_masked_alone, support_device_reset),
        cmocka_unit_test_setup(there_is_one_and_it_can_be_mapped, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
