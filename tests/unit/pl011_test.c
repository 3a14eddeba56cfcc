/* SPDX-License-Identifier: GPL-2.0-only */
/* The UART is set up while it is off, after what was sent is out, and what it is set to. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/pl011.c"

#include "support_cmocka.h"

/* Arm DDI 0183 */
#define DR   0x00
#define FR   0x18
#define IBRD 0x24
#define FBRD 0x28
#define LCRH 0x2c
#define CR   0x30
#define IFLS 0x34
#define IMSC 0x38
#define ICR  0x44

#define SET_UP_BEGIN        \
    {REG_POLL, FR, 0x08}, { \
        REG_WRITE, CR, 0    \
    }
#define SET_UP_END                                                                                \
    {REG_WRITE, LCRH, 0x70}, {REG_WRITE, IMSC, 0}, {REG_WRITE, ICR, 0x7ff}, {REG_WRITE, IFLS, 0}, \
    {                                                                                             \
        REG_WRITE, CR, 0x301                                                                      \
    }

static int setup(void **state) {
    support_device_reset(state);
    support_device.clock_name = "uartclk";
    is_probed = false;
    return 0;
}

static void set_reg(uint32_t offset, uint32_t value) {
    support_device.registers[0][offset / 4] = value;
}

static void expect_rate(uint32_t clock_hz, uint32_t whole, uint32_t part) {
    is_probed = false;
    support_device.clock_hz = clock_hz;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    expect_accesses(SET_UP_BEGIN, {REG_WRITE, IBRD, whole}, {REG_WRITE, FBRD, part}, SET_UP_END);
}

static void expect_rate_kept(uint32_t clock_hz) {
    is_probed = false;
    support_device.clock_hz = clock_hz;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    expect_accesses(SET_UP_BEGIN, SET_UP_END);
}

static void early_output_keeps_the_rate(void **state) {
    (void)state;
    uart_early_init(maddr(SUPPORT_DEVICE_BASE));
    expect_accesses(SET_UP_BEGIN, SET_UP_END);
    assert_ptr_equal(devices.uart, &pl011_ops);
    expect_rate(24000000, 13, 1); /* the tree's UART is set up all the same */
}

static void a_known_clock_sets_the_rate(void **state) {
    (void)state;
    expect_rate(24000000, 13, 1);
    assert_int_equal(devices.uart_irq, 12);
    assert_ptr_equal(devices.uart, &pl011_ops);
    /* 256.5 64ths are rounded up, a little less is rounded down. */
    expect_rate(7387200, 4, 1);
    expect_rate(7387199, 4, 0);
}

/* 3.3.6: the divisor is at least 1. */
static void a_clock_too_slow_or_too_fast_leaves_the_rate(void **state) {
    (void)state;
    expect_rate_kept(0);
    expect_rate_kept(16 * 115200 - 1);
    expect_rate(16 * 115200, 1, 0);
    expect_rate((1u << 30) - 1, 582, 35);
    expect_rate_kept(1u << 30);
    expect_rate_kept(UINT32_MAX);
}

static void a_uart_that_is_stuck_is_taken_all_the_same(void **state) {
    (void)state;
    support_device.stuck = true;
    expect_rate(24000000, 13, 1);
    assert_true(support_device.tries > 300000); /* 32 bytes, as reads of 10 ns */
}

static void the_second_uart_is_left_alone(void **state) {
    (void)state;
    expect_rate(24000000, 13, 1);
    assert_int_equal(pl011_probe(NULL, 1), -XEN_ENODEV);
    expect_no_access();
}

static void one_that_cannot_be_used_is_not_touched(void **state) {
    (void)state;
    support_device.is_console = false;
    assert_int_equal(pl011_probe(NULL, 0), -XEN_ENODEV);
    support_device.is_console = true;
    support_device.irq = -XEN_EAGAIN;
    assert_int_equal(pl011_probe(NULL, 0), -XEN_EAGAIN);
    support_device.irq = 0;
    support_device.unmapped = true;
    assert_int_equal(pl011_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
    assert_null(devices.uart);
    support_device.unmapped = false;
    assert_int_equal(pl011_probe(NULL, 0), 0);
    assert_int_equal(devices.uart_irq, 0);
}

static void bytes_go_out_while_there_is_room(void **state) {
    (void)state;
    expect_rate(24000000, 13, 1);
    set_reg(FR, ~0x20u);
    assert_true(devices.uart->tx_ready());
    set_reg(FR, 0x20);
    assert_false(devices.uart->tx_ready());
    devices.uart->tx(0xa5);
    expect_accesses({REG_WRITE, DR, 0xa5});
}

/* Above the byte are its errors. */
static void bytes_come_in_until_there_is_none(void **state) {
    (void)state;
    expect_rate(24000000, 13, 1);
    set_reg(DR, 0xfa5);
    set_reg(FR, ~0x10u);
    assert_int_equal(devices.uart->rx(), 0xa5);
    set_reg(FR, 0x10);
    assert_int_equal(devices.uart->rx(), -1);
    expect_no_access();
}

static void a_byte_below_the_trigger_level_interrupts_too(void **state) {
    (void)state;
    expect_rate(24000000, 13, 1);
    devices.uart->rx_irq(true);
    devices.uart->rx_irq(false);
    expect_accesses({REG_WRITE, IMSC, 0x50}, {REG_WRITE, IMSC, 0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(early_output_keeps_the_rate, setup),
        cmocka_unit_test_setup(a_known_clock_sets_the_rate, setup),
        cmocka_unit_test_setup(a_clock_too_slow_or_too_fast_leaves_the_rate, setup),
        cmocka_unit_test_setup(a_uart_that_is_stuck_is_taken_all_the_same, setup),
        cmocka_unit_test_setup(the_second_uart_is_left_alone, setup),
        cmocka_unit_test_setup(one_that_cannot_be_used_is_not_touched, setup),
        cmocka_unit_test_setup(bytes_go_out_while_there_is_room, setup),
        cmocka_unit_test_setup(bytes_come_in_until_there_is_none, setup),
        cmocka_unit_test_setup(a_byte_below_the_trigger_level_interrupts_too, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
