/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the other CPUs of RealView and Versatile Express boards take their entry from. */
/* links: core/base core/device/device.c core/device/cpus.c */
#include "support_regs.h"

#include "drivers/versatile_flags.c"

#include "support_cmocka.h"

/* A bit that was set before would be part of the entry: the register is cleared first. */
static void the_entry_is_all_that_is_in_the_register(void **state) {
    (void)state;
    assert_int_equal(versatile_flags_probe(NULL, 3), 0);
    cpu_devices.release(2, maddr(0x60012340));
    expect_accesses({REG_WRITE, 0x4, UINT32_MAX}, {REG_WRITE, 0x0, 0x60012340});
}

static void it_can_be_mapped(void **state) {
    (void)state;
    cpu_devices = (struct cpu_devices){0};
    support_device.unmapped = true;
    assert_int_equal(versatile_flags_probe(NULL, 3), -XEN_EINVAL);
    assert_null(cpu_devices.release);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_entry_is_all_that_is_in_the_register, support_device_reset),
        cmocka_unit_test_setup(it_can_be_mapped, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
