/* SPDX-License-Identifier: GPL-2.0-only */
/* The date is read once, and the clock stays a guest's. */
/* links: core/device */
#include "drivers/pl031.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint32_t registers[1];
static bool has_registers;
static int maps;

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    (void)base;
    assert_int_equal(index, 0);
    maps++;
    return has_registers ? registers : NULL;
}

static int probe(uint32_t date) {
    registers[0] = date;
    return pl031_probe(NULL, 0);
}

static int fresh(void **state) {
    (void)state;
    devices = (struct devices){0};
    has_registers = true;
    maps = 0;
    return 0;
}

static void the_date_is_read_and_the_device_left(void **state) {
    (void)state;
    assert_int_equal(probe(0xfffffff0u), -XEN_ENODEV);
    assert_int_equal(devices.date, 0xfffffff0u);
}

static void a_second_pass_maps_nothing(void **state) {
    (void)state;
    (void)probe(1000);
    assert_int_equal(probe(2000), -XEN_ENODEV);
    assert_int_equal(devices.date, 1000);
    assert_int_equal(maps, 1);
}

static void without_registers_there_is_no_date(void **state) {
    (void)state;
    has_registers = false;
    assert_int_equal(probe(1000), -XEN_ENODEV);
    assert_int_equal(devices.date, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_date_is_read_and_the_device_left, fresh),
        cmocka_unit_test_setup(a_second_pass_maps_nothing, fresh),
        cmocka_unit_test_setup(without_registers_there_is_no_date, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
