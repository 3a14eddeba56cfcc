/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device of a driver's test, with all that a driver calls: registers that remember in which
 * order they were written and waited for, and what the device tree says of it.  A test includes
 * this before its driver, and names registers and bits by the manual's numbers: a wrong one in the
 * driver is then seen.
 */
#ifndef SUPPORT_REGS_H
#define SUPPORT_REGS_H

#include "core/base/abi.h"
#include "core/base/arch.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"
#include "support_cmocka.h"

#define SUPPORT_DEVICE_BASE 0x10001000u

struct reg_access {
    enum { REG_WRITE, REG_POLL } kind;
    uint32_t offset; /* from the first range; the second begins at PAGE_SIZE */
    uint32_t value;  /* REG_POLL: the mask that must become 0 */
};

static struct support_device {
    uint32_t registers[2][PAGE_SIZE / sizeof(uint32_t)]; /* of its two ranges */
    bool locked;                                         /* writes change nothing */
    bool stuck;                                          /* what is waited for never comes */
    unsigned int tries;                                  /* of the last wait */
    bool unmapped;                                       /* it has no registers, or no room */
    maddr_t base;
    unsigned int maps;
    bool is_console;
    int irq;
    uint32_t clock_hz;
    const char *clock_name; /* that the driver must ask for */
    struct intc_chip *chip; /* that was added */
    int chip_node;
    int chip_error;
} support_device;

/** support_device_reset() - a device as new, and no devices; for cmocka's setup. */
static int support_device_reset(void **state);

/** support_regs_expect() - exactly these accesses were made since the last call, in this order. */
static void support_regs_expect(const struct reg_access *expected, unsigned int count);

#define expect_accesses(...)                                               \
    support_regs_expect((const struct reg_access[]){__VA_ARGS__},          \
                        sizeof((const struct reg_access[]){__VA_ARGS__}) / \
                            sizeof(struct reg_access))
#define expect_no_access() support_regs_expect(NULL, 0)

/* ---- The device ---- */

#define ACCESS_MAX         512u

static struct reg_access accesses[ACCESS_MAX];
static unsigned int access_count;

static int support_device_reset(void **state) {
    (void)state;
    support_device = (struct support_device){
        .base = maddr(SUPPORT_DEVICE_BASE), .is_console = true, .irq = 12, .chip_node = -1};
    devices = (struct devices){0};
    access_count = 0;
    return 0;
}

static void support_regs_expect(const struct reg_access *expected, unsigned int count) {
    for (unsigned int i = 0; i < count && i < access_count; i++) {
        assert_int_equal(accesses[i].kind, expected[i].kind);
        assert_int_equal(accesses[i].offset, expected[i].offset);
        assert_int_equal(accesses[i].value, expected[i].value);
    }
    assert_int_equal(access_count, count);
    access_count = 0;
}

/* ---- What the driver calls ---- */

static volatile uint32_t *at(volatile void *base, uint32_t offset) {
    assert_true(base == support_device.registers[0] || base == support_device.registers[1]);
    assert_true(offset % sizeof(uint32_t) == 0 && offset < PAGE_SIZE);
    return (volatile uint32_t *)base + offset / sizeof(uint32_t);
}

static void remember(int kind, volatile const uint32_t *reg, uint32_t value) {
    uint32_t offset = (uint32_t)((uintptr_t)reg - (uintptr_t)support_device.registers);

    assert_true(access_count < ACCESS_MAX);
    accesses[access_count++] = (struct reg_access){kind, offset, value};
}

static inline uint32_t support_reg_read(volatile void *base, uint32_t offset) {
    return *at(base, offset);
}

static inline void support_reg_write(volatile void *base, uint32_t offset, uint32_t value) {
    remember(REG_WRITE, at(base, offset), value);
    if (!support_device.locked) {
        *at(base, offset) = value;
    }
}

int reg_poll(volatile void *base, uint32_t offset, uint32_t mask, uint32_t want,
             unsigned int tries) {
    assert_int_equal(want, 0);
    remember(REG_POLL, at(base, offset), mask);
    support_device.tries = tries;
    return support_device.stuck ? -XEN_ETIMEDOUT : 0;
}

void *arch_map_device(maddr_t base, size_t size) {
    assert_int_equal(base.v, support_device.base.v);
    assert_int_equal(size, PAGE_SIZE);
    return support_device.registers[0];
}

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    assert_true(index < 2);
    if (support_device.unmapped) {
        return NULL;
    }
    support_device.maps++;
    if (base) {
        *base = support_device.base;
    }
    return support_device.registers[index];
}

bool driver_is_console(const void *fdt, int node) {
    (void)fdt;
    (void)node;
    return support_device.is_console;
}

uint32_t driver_clock_hz(const void *fdt, int node, const char *name) {
    (void)fdt;
    (void)node;
    if (!support_device.clock_name || !name) {
        assert_ptr_equal(name, support_device.clock_name);
    } else {
        assert_string_equal(name, support_device.clock_name);
    }
    return support_device.clock_hz;
}

int intc_irq(const void *fdt, int node, unsigned int index) {
    (void)fdt;
    (void)node;
    assert_int_equal(index, 0);
    return support_device.irq;
}

int intc_add(struct intc_chip *chip, const void *fdt, int node) {
    (void)fdt;
    if (!support_device.chip_error) {
        support_device.chip = chip;
        support_device.chip_node = node;
        devices.intc = chip->ops;
    }
    return support_device.chip_error;
}

int intc_xlate_one_cell(const uint32_t *cells) {
    return (int)cells[0];
}

/* The header's own are in already; the driver gets these. */
#define reg_read  support_reg_read
#define reg_write support_reg_write

#endif /* SUPPORT_REGS_H */
