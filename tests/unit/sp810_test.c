/* SPDX-License-Identifier: GPL-2.0-only */
/* The system controller gives the four timers TIMCLK and leaves the rest as it is. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/sp810.c"

#include "support_cmocka.h"

static void the_timers_count_timclk(void **state) {
    (void)state;
    support_device.registers[0][0] = 0x1007;
    assert_int_equal(sp810_probe(NULL, 0), 0);
    /* Arm DDI 0254: SCCTRL; bits 15, 17, 19 and 21. */
    expect_accesses({REG_WRITE, 0x00, 0x1007 | 0x2a8000});
}

static void it_must_be_mapped(void **state) {
    (void)state;
    support_device.unmapped = true;
    assert_int_equal(sp810_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_timers_count_timclk, support_device_reset),
        cmocka_unit_test_setup(it_must_be_mapped, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
