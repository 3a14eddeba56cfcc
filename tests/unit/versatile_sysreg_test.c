/* SPDX-License-Identifier: GPL-2.0-only */
/* The boards' counter, and how each of them is reset. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/versatile_sysreg.c"

#include <stdlib.h>

#include "support_cmocka.h"
#include "support_fdt.h"

#define NODE "/bus@10000000/timer@4000"

static void *machine;

static int setup(void **state) {
    machine = support_fdt_open(SUPPORT_FDT_MACHINE);
    return support_device_reset(state);
}

static int teardown(void **state) {
    (void)state;
    free(machine);
    return 0;
}

static int probe(const char *compatible) {
    support_fdt_string(machine, NODE, "compatible", compatible);
    return versatile_sysreg_probe(machine, support_fdt_node(machine, NODE));
}

static void the_counter_is_found(void **state) {
    (void)state;
    assert_int_equal(probe("arm,vexpress-sysreg"), 0);
    expect_no_access();
    assert_int_equal(devices.counter.page.v, SUPPORT_DEVICE_BASE);
    assert_int_equal(devices.counter.offset, 0x5c);
    assert_int_equal(devices.counter.hz, 24000000);
    assert_int_equal(devices.counter.mask, UINT32_MAX);
    assert_ptr_equal(devices.counter.reg, &support_device.registers[0][0x5c / 4]);
}

/* A key that stays in SYS_LOCK would let the next stray write through: the board is reset at once.
 * The manuals are named in the driver. */
static void each_board_has_its_reset(void **state) {
    static const struct {
        const char *compatible;
        uint32_t value;
    } boards[] = {{"arm,core-module-versatile", 0x105},
                  {"arm,realview-eb-syscon", 0x008},
                  {"arm,realview-pba8-syscon", 0x004},
                  {"arm,realview-pbx-syscon", 0x0f4}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
        assert_int_equal(probe(boards[i].compatible), 0);
        devices.reset();
        expect_accesses({REG_WRITE, 0x20, 0xa05f}, {REG_WRITE, 0x40, 0},
                        {REG_WRITE, 0x40, boards[i].value});
    }
    assert_int_equal(probe("arm,vexpress-sysreg"), 0);
    devices.reset();
    expect_accesses({REG_WRITE, 0xa0, 0}, {REG_WRITE, 0xa4, 0xc0900000});
}

/* Guests get the counter's page: what else is in it must begin where it begins. */
static void registers_must_be_pages(void **state) {
    (void)state;
    support_device.unmapped = true;
    assert_int_equal(probe("arm,vexpress-sysreg"), -XEN_EINVAL);
    support_device.unmapped = false;
    support_device.base = maddr(SUPPORT_DEVICE_BASE + 4);
    assert_int_equal(probe("arm,vexpress-sysreg"), -XEN_EINVAL);
    assert_null(devices.reset);
    assert_int_equal(devices.counter.hz, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_counter_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(each_board_has_its_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(registers_must_be_pages, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
