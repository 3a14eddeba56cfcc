/* SPDX-License-Identifier: GPL-2.0-only */
/* The UART is set up while it is off, and what it is set to. */
/* links: core/device */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/device/reg_poll.h"

/* In place of the plain stores, so that each is seen when it is made. */
static void watched_write(volatile void *base, uint32_t offset, uint32_t value);
#define reg_write watched_write
#include "drivers/pl011.c"

#define ENABLE 1u /* UARTCR */

static uint32_t registers[PAGE_SIZE / sizeof(uint32_t)];
static uint32_t clock_hz;

static void watched_write(volatile void *base, uint32_t offset, uint32_t value) {
    assert_ptr_equal(base, registers);
    if (offset == UARTLCR_H || offset == UARTIBRD || offset == UARTFBRD) {
        assert_int_equal(registers[UARTCR / 4] & ENABLE, 0);
    }
    registers[offset / 4] = value;
}

void *arch_map_device(maddr_t base, size_t size) {
    (void)base;
    (void)size;
    return registers;
}

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    (void)index;
    (void)base;
    return registers;
}

bool driver_is_console(const void *fdt, int node) {
    (void)fdt;
    (void)node;
    return true;
}

uint32_t driver_clock_hz(const void *fdt, int node, const char *name) {
    (void)fdt;
    (void)node;
    assert_string_equal(name, "uartclk");
    return clock_hz;
}

int intc_irq(const void *fdt, int node, unsigned int index) {
    (void)fdt;
    (void)node;
    (void)index;
    return 12;
}

/* As a boot loader leaves it: on. */
static int setup(void **state) {
    (void)state;
    devices = (struct devices){0};
    registers[UARTCR / 4] = UARTCR_ON;
    registers[UARTFR / 4] = 0;
    registers[UARTIBRD / 4] = 77;
    is_probed = false;
    return 0;
}

static void expect_ready(void) {
    assert_int_equal(registers[UARTCR / 4], UARTCR_ON);
    assert_int_equal(registers[UARTLCR_H / 4], UARTLCR_H_8N1 | UARTLCR_H_FEN);
    assert_ptr_equal(devices.uart, &pl011_ops);
}

static void early_output_keeps_the_rate(void **state) {
    (void)state;
    uart_early_init(maddr(0x101f1000));
    expect_ready();
    assert_int_equal(registers[UARTIBRD / 4], 77);
}

static void a_known_clock_sets_the_rate(void **state) {
    (void)state;
    clock_hz = 24000000;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    expect_ready();
    assert_int_equal(devices.uart_irq, 12);
    assert_int_equal(registers[UARTIBRD / 4], 13);
    assert_int_equal(registers[UARTFBRD / 4], 1);
}

static void an_unknown_clock_leaves_the_rate(void **state) {
    (void)state;
    clock_hz = 0;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    expect_ready();
    assert_int_equal(registers[UARTIBRD / 4], 77);
}

static void a_uart_that_is_stuck_is_taken_all_the_same(void **state) {
    (void)state;
    registers[UARTFR / 4] = UARTFR_BUSY;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    expect_ready();
}

static void the_second_uart_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    assert_int_equal(pl011_probe(NULL, 1), -XEN_ENODEV);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(early_output_keeps_the_rate, setup),
        cmocka_unit_test_setup(a_known_clock_sets_the_rate, setup),
        cmocka_unit_test_setup(an_unknown_clock_leaves_the_rate, setup),
        cmocka_unit_test_setup(a_uart_that_is_stuck_is_taken_all_the_same, setup),
        cmocka_unit_test_setup(the_second_uart_is_left_alone, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
