/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a register ends, with the right answer, at the right read. */
#include "core/device/reg_poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/abi.h"

/* A register whose bit 3 comes with the n-th read. */
static unsigned int read_count, comes_at;

static uint32_t counting_read(volatile void *base, uint32_t offset) {
    assert_non_null(base);
    assert_int_equal(offset, 0x18);
    read_count++;
    return read_count >= comes_at ? 0xf0 | 1u << 3 : 0xf0;
}

/* The header's own reg_read() is in already; the code under test gets this one. */
#define reg_read counting_read
#include "core/device/reg_poll.c"

static int poll_for_bit_at(unsigned int read, unsigned int tries) {
    static uint32_t device;

    read_count = 0;
    comes_at = read;
    return reg_poll(&device, 0x18, 1u << 3, 1u << 3, tries);
}

static void succeeds_at_once(void **state) {
    (void)state;
    assert_int_equal(poll_for_bit_at(1, 10), 0);
    assert_int_equal(read_count, 1);
    assert_int_equal(poll_for_bit_at(1, 1), 0);
}

static void succeeds_on_the_last_try(void **state) {
    (void)state;
    assert_int_equal(poll_for_bit_at(10, 10), 0);
    assert_int_equal(read_count, 10);
}

static void fails_after_the_last_try(void **state) {
    (void)state;
    assert_int_equal(poll_for_bit_at(11, 10), -XEN_ETIMEDOUT);
    assert_int_equal(read_count, 10);
    assert_int_equal(poll_for_bit_at(2, 1), -XEN_ETIMEDOUT);
}

static void looks_at_the_mask_alone(void **state) {
    static uint32_t device;

    (void)state;
    read_count = 0;
    comes_at = 5;
    assert_int_equal(reg_poll(&device, 0x18, 1u << 3, 0, 3), 0);
    assert_int_equal(read_count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(succeeds_at_once),
        cmocka_unit_test(succeeds_on_the_last_try),
        cmocka_unit_test(fails_after_the_last_try),
        cmocka_unit_test(looks_at_the_mask_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
