/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device of a driver's test: registers that remember in which order they were written and
 * waited for, and what the device tree says of it.  A test includes this before its driver, and
 * names registers and bits by the manual's numbers: a wrong one in the driver is then seen.
 */
#ifndef SUPPORT_REGS_H
#define SUPPORT_REGS_H

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"

#define SUPPORT_DEVICE_BASE 0x10001000u

struct reg_access {
    enum { REG_WRITE, REG_POLL } kind;
    uint32_t offset; /* from the first range; the second begins at PAGE_SIZE */
    uint32_t value;  /* REG_POLL: the mask that must become 0 */
};

extern struct support_device {
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
int support_device_reset(void **state);

/** support_regs_expect() - exactly these accesses were made since the last call, in this order. */
void support_regs_expect(const struct reg_access *expected, unsigned int count);

#define expect_accesses(...)                                               \
    support_regs_expect((const struct reg_access[]){__VA_ARGS__},          \
                        sizeof((const struct reg_access[]){__VA_ARGS__}) / \
                            sizeof(struct reg_access))
#define expect_no_access() support_regs_expect(NULL, 0)

uint32_t support_reg_read(volatile void *base, uint32_t offset);
void support_reg_write(volatile void *base, uint32_t offset, uint32_t value);

/* The header's own are in already; the driver gets these. */
#define reg_read  support_reg_read
#define reg_write support_reg_write

#endif /* SUPPORT_REGS_H */
