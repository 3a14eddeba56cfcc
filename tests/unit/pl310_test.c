/* SPDX-License-Identifier: GPL-2.0-only */
/* The outer cache: which lines of a range are worked on, and that it is used only when it is on. */
/* links: core/device */
#include "core/device/reg_poll.h"

#define reg_read  pl310_test_read
#define reg_write pl310_test_write
static uint32_t pl310_test_read(volatile void *base, uint32_t offset);
static void pl310_test_write(volatile void *base, uint32_t offset, uint32_t value);

#include "drivers/pl310.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint32_t control, aux;
static bool locked, stuck;
static uint32_t lines[64];
static unsigned int line_count, sync_count, ways;

static uint32_t pl310_test_read(volatile void *base, uint32_t offset) {
    (void)base;
    return offset == REG1_CONTROL ? control : offset == REG1_AUX_CONTROL ? aux : 0;
}

static void pl310_test_write(volatile void *base, uint32_t offset, uint32_t value) {
    (void)base;
    switch (offset) {
    case REG1_CONTROL: control = locked ? control : value; break;
    case REG7_CACHE_SYNC: sync_count++; break;
    case REG7_CLEAN_PA:
    case REG7_CLEAN_INV_PA: lines[line_count++] = value; break;
    case REG7_INV_WAY:
    case REG7_CLEAN_INV_WAY: ways |= value; break;
    default: break;
    }
}

int reg_poll(volatile void *base, uint32_t offset, uint32_t mask, uint32_t want,
             unsigned int tries) {
    (void)base;
    (void)offset;
    (void)mask;
    assert_int_equal(want, 0);
    assert_true(tries > 0);
    return stuck ? -XEN_ETIMEDOUT : 0;
}

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    static uint32_t registers;

    (void)fdt;
    (void)node;
    (void)index;
    (void)base;
    return &registers;
}

static int reset(void **state) {
    (void)state;
    devices = (struct devices){0};
    control = aux = 0;
    locked = stuck = false;
    line_count = sync_count = ways = 0;
    return 0;
}

static void it_is_invalidated_and_enabled(void **state) {
    (void)state;
    aux = AUX_16_WAYS;
    assert_int_equal(pl310_probe(NULL, 0), 0);
    assert_int_equal(control, REG1_CONTROL_ENABLE);
    assert_int_equal(ways, 0xffff);
    assert_ptr_equal(devices.outer_cache, &pl310_ops);
}

static void one_that_is_on_is_left_alone(void **state) {
    (void)state;
    control = REG1_CONTROL_ENABLE;
    assert_int_equal(pl310_probe(NULL, 0), 0);
    assert_int_equal(ways, 0);
    assert_ptr_equal(devices.outer_cache, &pl310_ops);
}

static void one_that_stays_off_is_not_used(void **state) {
    (void)state;
    locked = true;
    assert_int_equal(pl310_probe(NULL, 0), 0);
    assert_null(devices.outer_cache);
    locked = false;
    stuck = true;
    assert_int_equal(pl310_probe(NULL, 0), -XEN_ETIMEDOUT);
    assert_int_equal(control, 0);
    assert_null(devices.outer_cache);
}

static void every_line_of_a_range_is_reached(void **state) {
    (void)state;
    pl310_clean(maddr(0x60000010), 0x20);
    assert_int_equal(line_count, 2);
    assert_int_equal(lines[0], 0x60000000);
    assert_int_equal(lines[1], 0x60000020);
    assert_int_equal(sync_count, 1);
    pl310_flush(maddr(0x60001000), 0x40);
    assert_int_equal(line_count, 4);
    assert_int_equal(lines[2], 0x60001000);
    assert_int_equal(lines[3], 0x60001020);
}

static void it_is_flushed_way_by_way(void **state) {
    unsigned int way = 0;

    (void)state;
    while (pl310_flush_way(way)) {
        assert_int_equal(ways, (2u << way) - 1);
        way++;
    }
    assert_int_equal(ways, 0xff);
    assert_false(pl310_flush_way(8));
    assert_int_equal(ways, 0xff);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_invalidated_and_enabled, reset),
        cmocka_unit_test_setup(one_that_is_on_is_left_alone, reset),
        cmocka_unit_test_setup(one_that_stays_off_is_not_used, reset),
        cmocka_unit_test_setup(every_line_of_a_range_is_reached, reset),
        cmocka_unit_test_setup(it_is_flushed_way_by_way, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
