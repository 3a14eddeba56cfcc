/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm PrimeCell Vectored Interrupt Controller (PL190).  Register names as in
 * Arm DDI 0181.
 *
 * Its vectors are not used: all 32 lines are read from one status word, the lowest
 * first, so there is no end-of-interrupt to keep in step.  No line is ever
 * selected as FIQ.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"

#define VICIRQSTATUS    0x000
#define VICINTSELECT    0x00c
#define VICINTENABLE    0x010
#define VICINTENCLEAR   0x014
#define VICSOFTINTCLEAR 0x01c
#define VICVECTCNTL(n)  (0x200u + 4u * (n))
#define VECTOR_COUNT    16u

static void *regs;

static unsigned int pl190_ack(void) {
    uint32_t status = reg_read(regs, VICIRQSTATUS);

    return status ? (unsigned int)__builtin_ctz(status) : IRQ_NONE;
}

static bool pl190_pending(void) {
    return reg_read(regs, VICIRQSTATUS) != 0;
}

static void pl190_eoi(unsigned int line) {
    (void)line; /* the lines are levels: the device ends it */
}

static void pl190_mask(unsigned int line) {
    reg_write(regs, VICINTENCLEAR, 1u << line);
}

static void pl190_unmask(unsigned int line) {
    reg_write(regs, VICINTENABLE, 1u << line);
}

static const struct intc_ops pl190_ops = {
    .ack = pl190_ack,
    .pending = pl190_pending,
    .eoi = pl190_eoi,
    .mask = pl190_mask,
    .unmask = pl190_unmask,
};

static struct intc_chip pl190_chip = {
    .line_count = 32,
    .cell_count = 1,
    .xlate = intc_xlate_one_cell,
    .ops = &pl190_ops,
};

static int pl190_probe(const void *fdt, int node) {
    if (devices.intc) {
        return -XEN_EBUSY; /* one file, one chip: a board with two needs an array here */
    }
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs) {
        return -XEN_EINVAL;
    }
    reg_write(regs, VICINTENCLEAR, ~0u);
    reg_write(regs, VICSOFTINTCLEAR, ~0u);
    reg_write(regs, VICINTSELECT, 0);
    for (unsigned int i = 0; i < VECTOR_COUNT; i++) {
        reg_write(regs, VICVECTCNTL(i), 0);
    }
    return intc_add(&pl190_chip, fdt, node);
}

DRIVER(pl190_driver, "arm,versatile-vic", pl190_probe);
DRIVER(pl190_cell_driver, "arm,pl190-vic", pl190_probe);
