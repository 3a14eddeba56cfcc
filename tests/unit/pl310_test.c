/* SPDX-License-Identifier: GPL-2.0-only */
/* The outer cache: which lines of a range are worked on, that each work ends with a sync, and that
 * it is used only when it is on. */
/* links: core/base core/device/device.c */
#include "support_regs.h"

#include "drivers/pl310.c"

#include "support_cmocka.h"

/* Arm DDI 0246 */
#define CONTROL       0x100
#define AUX           0x104
#define INT_MASK      0x214
#define INT_CLEAR     0x220
#define SYNC          0x730
#define INV_WAY       0x77c
#define CLEAN_PA      0x7b0
#define CLEAN_INV_PA  0x7f0
#define CLEAN_INV_WAY 0x7fc

#define SYNCED              \
    {REG_WRITE, SYNC, 0}, { \
        REG_POLL, SYNC, 1   \
    }

static void set_reg(uint32_t offset, uint32_t value) {
    support_device.registers[0][offset / 4] = value;
}

static void expect_enabled(uint32_t aux, uint32_t ways) {
    support_device_reset(NULL);
    set_reg(AUX, aux);
    set_reg(CONTROL, ~1u);
    assert_int_equal(pl310_probe(NULL, 0), 0);
    expect_accesses({REG_WRITE, INV_WAY, ways}, {REG_POLL, INV_WAY, ways}, SYNCED,
                    {REG_WRITE, INT_MASK, 0}, {REG_WRITE, INT_CLEAR, UINT32_MAX},
                    {REG_WRITE, CONTROL, 1});
    assert_ptr_equal(devices.outer_cache, &pl310_ops);
}

static void it_is_invalidated_and_enabled(void **state) {
    (void)state;
    expect_enabled(~(1u << 16), 0xff);
    expect_enabled(1u << 16, 0xffff);
}

static void one_that_is_on_is_left_alone(void **state) {
    (void)state;
    set_reg(CONTROL, 1);
    assert_int_equal(pl310_probe(NULL, 0), 0);
    expect_no_access();
    assert_ptr_equal(devices.outer_cache, &pl310_ops);
}

static void one_that_stays_off_is_not_used(void **state) {
    (void)state;
    support_device.locked = true;
    assert_int_equal(pl310_probe(NULL, 0), 0);
    assert_null(devices.outer_cache);
    support_device_reset(NULL);
    support_device.stuck = true;
    assert_int_equal(pl310_probe(NULL, 0), -XEN_ETIMEDOUT);
    expect_accesses({REG_WRITE, INV_WAY, 0xff}, {REG_POLL, INV_WAY, 0xff});
    assert_null(devices.outer_cache);
    support_device_reset(NULL);
    support_device.unmapped = true;
    assert_int_equal(pl310_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
}

static void every_line_of_a_range_is_reached(void **state) {
    const struct outer_cache_ops *ops;

    set_reg(CONTROL, 1);
    assert_int_equal(pl310_probe(NULL, 0), 0);
    ops = devices.outer_cache;
    ops->clean(maddr(0x60000010), 0x20);
    expect_accesses({REG_WRITE, CLEAN_PA, 0x60000000}, {REG_WRITE, CLEAN_PA, 0x60000020}, SYNCED);
    ops->flush(maddr(0x60001000), 0x40);
    expect_accesses({REG_WRITE, CLEAN_INV_PA, 0x60001000}, {REG_WRITE, CLEAN_INV_PA, 0x60001020},
                    SYNCED);
    ops->clean(maddr(0x6000101f), 1);
    expect_accesses({REG_WRITE, CLEAN_PA, 0x60001000}, SYNCED);
    ops->flush(maddr(0x6000101f), 2);
    expect_accesses({REG_WRITE, CLEAN_INV_PA, 0x60001000}, {REG_WRITE, CLEAN_INV_PA, 0x60001020},
                    SYNCED);
    (void)state;
}

static void expect_flushed_by_ways(uint32_t aux, unsigned int count) {
    set_reg(CONTROL, 1);
    set_reg(AUX, aux);
    assert_int_equal(pl310_probe(NULL, 0), 0);
    for (unsigned int way = 0; way < count; way++) {
        assert_int_equal(devices.outer_cache->flush_way(way), way + 1 < count);
        expect_accesses({REG_WRITE, CLEAN_INV_WAY, 1u << way}, {REG_POLL, CLEAN_INV_WAY, 1u << way},
                        SYNCED);
    }
    assert_false(devices.outer_cache->flush_way(count));
    expect_no_access();
}

static void it_is_flushed_way_by_way(void **state) {
    (void)state;
    expect_flushed_by_ways(0, 8);
    expect_flushed_by_ways(1u << 16, 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_invalidated_and_enabled, support_device_reset),
        cmocka_unit_test_setup(one_that_is_on_is_left_alone, support_device_reset),
        cmocka_unit_test_setup(one_that_stays_off_is_not_used, support_device_reset),
        cmocka_unit_test_setup(every_line_of_a_range_is_reached, support_device_reset),
        cmocka_unit_test_setup(it_is_flushed_way_by_way, support_device_reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
