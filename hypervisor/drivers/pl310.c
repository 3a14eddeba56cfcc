/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Level 2 cache controller PL310 (Arm DDI 0246, r3p2), beside a Cortex-A9.  Register names as
 * there.
 *
 * Its settings (latencies, size, prefetch) are the boot loader's, or what the chip ties them to:
 * they can be changed only while it is off.
 */
#include <stddef.h>

#include <arch/types.h>

#include "core/base/abi.h"
#include "core/base/printk.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define REG1_CONTROL        0x100
#define REG1_CONTROL_ENABLE 1u
#define REG1_AUX_CONTROL    0x104
#define AUX_16_WAYS         (1u << 16)
#define AUX_SHARED_OVERRIDE (1u << 22)
#define REG2_INT_MASK       0x214
#define REG2_INT_CLEAR      0x220
#define REG7_CACHE_SYNC     0x730
#define REG7_INV_WAY        0x77c
#define REG7_CLEAN_PA       0x7b0
#define REG7_CLEAN_INV_PA   0x7f0
#define REG7_CLEAN_INV_WAY  0x7fc

#define LINE                32u
/* 16 ways of 64 KiB, and each read of a register takes more than 10 ns. */
#define WAY_TRIES           10000000u
#define SYNC_TRIES          100000u

static void *regs;

/* An operation on a line is done when its write is (3.3.10); what it wrote back has left after a
 * sync. */
static void pl310_sync(void) {
    reg_write(regs, REG7_CACHE_SYNC, 0);
    (void)reg_poll(regs, REG7_CACHE_SYNC, 1, 0, SYNC_TRIES);
}

static void pl310_lines(uint32_t operation, maddr_t start, size_t size) {
    uint32_t end = start.v + (uint32_t)size;

    for (uint32_t line = start.v & ~(LINE - 1); line < end; line += LINE) {
        reg_write(regs, operation, line);
    }
    pl310_sync();
}

static void pl310_clean(maddr_t start, size_t size) {
    pl310_lines(REG7_CLEAN_PA, start, size);
}

static void pl310_flush(maddr_t start, size_t size) {
    pl310_lines(REG7_CLEAN_INV_PA, start, size);
}

static unsigned int pl310_way_count(void) {
    return reg_read(regs, REG1_AUX_CONTROL) & AUX_16_WAYS ? 16 : 8;
}

/* In the background: bits read as zero when their way is done. */
static int pl310_ways(uint32_t operation, uint32_t ways) {
    reg_write(regs, operation, ways);
    return reg_poll(regs, operation, ways, 0, WAY_TRIES);
}

static bool pl310_flush_way(unsigned int way) {
    if (way < pl310_way_count()) {
        (void)pl310_ways(REG7_CLEAN_INV_WAY, 1u << way);
        pl310_sync();
    }
    return way + 1 < pl310_way_count();
}

static const struct outer_cache_ops pl310_ops = {
    .clean = pl310_clean,
    .flush = pl310_flush,
    .flush_way = pl310_flush_way,
};

/* Where several CPUs are used all normal memory is shareable.  What a guest maps as not cached, for
 * a device, would be looked up here all the same: bit 22 of
 * the auxiliary control register. */
static void pl310_override_shareable(void) {
    reg_write(regs, REG1_AUX_CONTROL, reg_read(regs, REG1_AUX_CONTROL) | AUX_SHARED_OVERRIDE);
}

static void pl310_check_shareable(void) {
    if (!(reg_read(regs, REG1_AUX_CONTROL) & AUX_SHARED_OVERRIDE)) {
        printk("PL310: on without shared attribute override: devices that do not snoop may read "
               "old data\n");
    }
}

/* Off, it holds nothing that memory does not have: 3.3.4 wants it invalidated before it is on. */
static int pl310_enable(void) {
    int err = pl310_ways(REG7_INV_WAY, (1u << pl310_way_count()) - 1);

    if (err) {
        return err;
    }
    pl310_sync();
    if (ARCH_CPU_MAX > 1) {
        pl310_override_shareable();
    }
    reg_write(regs, REG2_INT_MASK, 0);
    reg_write(regs, REG2_INT_CLEAR, ~0u);
    reg_write(regs, REG1_CONTROL, REG1_CONTROL_ENABLE);
    return 0;
}

/* In Non-secure state the control register cannot be written: then it stays as it is. */
static int pl310_probe(const void *fdt, int node) {
    int err = 0;

    regs = driver_map(fdt, node, 0, NULL);
    if (!regs) {
        return -XEN_EINVAL;
    }
    if (!(reg_read(regs, REG1_CONTROL) & REG1_CONTROL_ENABLE)) {
        err = pl310_enable();
    }
    if (reg_read(regs, REG1_CONTROL) & REG1_CONTROL_ENABLE) {
        devices.outer_cache = &pl310_ops;
        if (ARCH_CPU_MAX > 1) {
            pl310_check_shareable();
        }
    }
    return err;
}

DRIVER(pl310_driver, "arm,pl310-cache", pl310_probe);
