/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The secondary interrupt controller in the FPGA of Arm's Versatile boards (Arm DUI 0225,
 * 4.11).  All of its lines reach the primary controller through one line of that; the
 * pass-through of single lines is switched off.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"

#define SIC_STATUS     0x00
#define SIC_ENSET      0x08
#define SIC_ENCLR      0x0c
#define SIC_SOFTINTCLR 0x14
#define SIC_PICENCLR   0x24

static void *regs;

static unsigned int versatile_sic_ack(void) {
    uint32_t status = reg_read(regs, SIC_STATUS);

    return status ? (unsigned int)__builtin_ctz(status) : IRQ_NONE;
}

static bool versatile_sic_pending(void) {
    return reg_read(regs, SIC_STATUS) != 0;
}

static void versatile_sic_eoi(unsigned int line) {
    (void)line; /* the lines are levels: the device ends it */
}

static void versatile_sic_mask(unsigned int line) {
    reg_write(regs, SIC_ENCLR, 1u << line);
}

static void versatile_sic_unmask(unsigned int line) {
    reg_write(regs, SIC_ENSET, 1u << line);
}

static const struct intc_ops versatile_sic_ops = {
    .ack = versatile_sic_ack,
    .pending = versatile_sic_pending,
    .eoi = versatile_sic_eoi,
    .mask = versatile_sic_mask,
    .unmask = versatile_sic_unmask,
};

static struct intc_chip versatile_sic_chip = {
    .line_count = 32,
    .cell_count = 1,
    .xlate = intc_xlate_one_cell,
    .ops = &versatile_sic_ops,
};

static int versatile_sic_probe(const void *fdt, int node) {
    if (intc_irq(fdt, node, 0) == -XEN_EAGAIN) {
        return -XEN_EAGAIN;
    }
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs) {
        return -XEN_EINVAL;
    }
    reg_write(regs, SIC_ENCLR, ~0u);
    reg_write(regs, SIC_SOFTINTCLR, ~0u);
    reg_write(regs, SIC_PICENCLR, ~0u);
    return intc_add(&versatile_sic_chip, fdt, node);
}

DRIVER(versatile_sic_driver, "arm,versatile-sic", versatile_sic_probe);
