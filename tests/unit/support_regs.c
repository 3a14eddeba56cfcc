/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_regs.h. */
#include "support_regs.h"

#include "core/base/arch.h"
#include "support_cmocka.h"

#define ACCESS_MAX 512u

struct support_device support_device;
static struct reg_access accesses[ACCESS_MAX];
static unsigned int access_count;

int support_device_reset(void **state) {
    (void)state;
    support_device = (struct support_device){
        .base = maddr(SUPPORT_DEVICE_BASE), .is_console = true, .irq = 12, .chip_node = -1};
    devices = (struct devices){0};
    access_count = 0;
    return 0;
}

void support_regs_expect(const struct reg_access *expected, unsigned int count) {
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

uint32_t support_reg_read(volatile void *base, uint32_t offset) {
    return *at(base, offset);
}

void support_reg_write(volatile void *base, uint32_t offset, uint32_t value) {
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
