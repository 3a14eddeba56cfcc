/* SPDX-License-Identifier: GPL-2.0-only */
/* The secondary controller: nothing fires before it is asked for, nothing passes it, what is read.
 */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/versatile_sic.c"

#include "support_cmocka.h"

/* Arm DUI 0225, 4.11 */
#define STATUS     0x00
#define ENSET      0x08
#define ENCLR      0x0c
#define SOFTINTCLR 0x14
#define PICENCLR   0x24

static void probe(void) {
    assert_int_equal(versatile_sic_probe(NULL, 9), 0);
    expect_accesses({REG_WRITE, ENCLR, UINT32_MAX}, {REG_WRITE, SOFTINTCLR, UINT32_MAX},
                    {REG_WRITE, PICENCLR, UINT32_MAX});
}

static void all_is_off_after_the_probe(void **state) {
    const uint32_t cell = 22;

    (void)state;
    probe();
    assert_int_equal(support_device.chip_node, 9);
    assert_int_equal(support_device.chip->line_count, 32);
    assert_int_equal(support_device.chip->cell_count, 1);
    assert_int_equal(support_device.chip->xlate(&cell), 22);
}

static void the_lowest_line_comes_first(void **state) {
    const struct intc_ops *ops;
    uint32_t *status = &support_device.registers[0][STATUS / 4];

    (void)state;
    probe();
    ops = support_device.chip->ops;
    *status = 0;
    assert_int_equal(ops->ack(), IRQ_NONE);
    assert_false(ops->pending());
    *status = 0x80000100;
    assert_int_equal(ops->ack(), 8);
    assert_true(ops->pending());
    *status = 0x80000000;
    assert_int_equal(ops->ack(), 31);
    ops->eoi(31);
    expect_no_access();
}

static void a_line_is_masked_alone(void **state) {
    const struct intc_ops *ops;

    (void)state;
    probe();
    ops = support_device.chip->ops;
    ops->unmask(31);
    ops->mask(31);
    ops->unmask(0);
    ops->mask(1);
    expect_accesses({REG_WRITE, ENSET, 0x80000000}, {REG_WRITE, ENCLR, 0x80000000},
                    {REG_WRITE, ENSET, 1}, {REG_WRITE, ENCLR, 2});
}

static void it_waits_for_its_parent(void **state) {
    (void)state;
    support_device.irq = -XEN_EAGAIN;
    assert_int_equal(versatile_sic_probe(NULL, 0), -XEN_EAGAIN);
    assert_int_equal(support_device.maps, 0);
    support_device.irq = 31;
    support_device.unmapped = true;
    assert_int_equal(versatile_sic_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
    support_device.unmapped = false;
    support_device.chip_error = -XEN_ENOSPC;
    assert_int_equal(versatile_sic_probe(NULL, 0), -XEN_ENOSPC);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_is_off_after_the_probe, support_device_reset),
        cmocka_unit_test_setup(the_lowest_line_comes_first, support_device_reset),
        cmocka_unit_test_setup(a_line_is_masked_alone, support_device_reset),
        cmocka_unit_test_setup(it_waits_for_its_parent, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
