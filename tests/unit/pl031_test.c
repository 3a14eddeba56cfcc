/* SPDX-License-Identifier: GPL-2.0-only */
/* The date is read once, and the clock stays a guest's. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/pl031.c"

#include "support_cmocka.h"

static int probe(uint32_t date) {
    support_device.registers[0][0] = date; /* RTCDR */
    return pl031_probe(NULL, 0);
}

static void the_date_is_read_and_the_device_left(void **state) {
    (void)state;
    assert_int_equal(probe(0xfffffff0u), -XEN_ENODEV);
    assert_int_equal(devices.date, 0xfffffff0u);
    expect_no_access();
}

static void a_second_pass_maps_nothing(void **state) {
    (void)state;
    (void)probe(1000);
    assert_int_equal(probe(2000), -XEN_ENODEV);
    assert_int_equal(devices.date, 1000);
    assert_int_equal(support_device.maps, 1);
}

static void without_registers_there_is_no_date(void **state) {
    (void)state;
    support_device.unmapped = true;
    assert_int_equal(probe(1000), -XEN_ENODEV);
    assert_int_equal(devices.date, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_date_is_read_and_the_device_left, support_device_reset),
        cmocka_unit_test_setup(a_second_pass_maps_nothing, support_device_reset),
        cmocka_unit_test_setup(without_registers_there_is_no_date, support_device_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
