/* SPDX-License-Identifier: GPL-2.0-only */
/* The snoop control unit of the ARM11 MPCore. */
/* links: core/mm */
#include "support_regs.h"

#include "drivers/mpcore_scu.c"

#include <arch/fake_mm.h>

#include "support_cmocka.h"

/* No tags from before, on, and the cache that it knows nothing of is empty. */
static void it_is_switched_on(void **state) {
    (void)state;
    fake_cache_flushes = 0;
    support_device.registers[0][0] = 0x2;
    assert_int_equal(mpcore_scu_probe(NULL, 3), 0);
    expect_accesses({REG_WRITE, 0x0c, 0xffff}, {REG_WRITE, 0x00, 0x3});
    assert_int_equal(fake_cache_flushes, 1);
}

/* It knows what is in the caches then. */
static void it_may_be_on(void **state) {
    (void)state;
    fake_cache_flushes = 0;
    support_device.registers[0][0] = 0x1;
    assert_int_equal(mpcore_scu_probe(NULL, 3), 0);
    expect_no_access();
    assert_int_equal(fake_cache_flushes, 0);
}

static void it_can_be_mapped(void **state) {
    (void)state;
    support_device.unmapped = true;
    assert_int_equal(mpcore_scu_probe(NULL, 3), -XEN_EINVAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_switched_on, support_device_reset),
        cmocka_unit_test_setup(it_may_be_on, support_device_reset),
        cmocka_unit_test_setup(it_can_be_mapped, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
