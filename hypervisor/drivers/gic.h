/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm Generic Interrupt Controller, architecture versions 1 and 2: PL390, and those of the
 * Cortex-A9 and the Cortex-A15. Register names as in Arm IHI 0048.  What the drivers for one CPU
 * and for several, gic.c and gic_cpus.c, have in common; each includes this once.
 *
 * Lines are interrupt IDs: 0-15 software-generated, 16-31 private to the CPU, 32 and up shared.
 * All that is used is in group 0 at one priority, as IRQ, so the same writes do in Secure state, in
 * Non-secure state (where group and enable bits are those of group 1), and without Security
 * Extensions.
 */
#ifndef DRIVERS_GIC_H
#define DRIVERS_GIC_H

#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"

#define GICD_CTLR          0x000
#define GICD_TYPER         0x004
#define GICD_TYPER_LINES   0x1f
#define GICD_IGROUPR(n)    (0x080u + 4u * (n)) /* a bit an interrupt */
#define GICD_ISENABLER(n)  (0x100u + 4u * (n))
#define GICD_ICENABLER(n)  (0x180u + 4u * (n))
#define GICD_ICPENDR(n)    (0x280u + 4u * (n))
#define GICD_IPRIORITYR(n) (0x400u + 4u * (n)) /* a byte an interrupt */
#define GICD_ITARGETSR(n)  (0x800u + 4u * (n)) /* likewise */
#define GICD_ICFGR(n)      (0xc00u + 4u * (n)) /* two bits an interrupt; the upper one: edge */
#define GICC_CTLR          0x00
#define GICC_PMR           0x04
#define GICC_BPR           0x08
#define GICC_IAR           0x0c
#define GICC_EOIR          0x10
#define GICC_HPPIR         0x18
#define GIC_ENABLE         1u

#define GIC_ID_MASK        0x3ffu
#define GIC_ID_NONE        1020u /* from here up: nothing pending, or nothing for us */
#define GIC_ID_PRIVATE     16u
#define GIC_ID_SHARED      32u
#define GIC_PRIORITY       0xa0a0a0a0u
#define GIC_PRIORITY_ALL   0xf0u
#define GIC_SHARED_CELL    0u
#define GIC_PRIVATE_CELL   1u
#define GIC_EDGE_CELL      3u /* rising or falling */

static void *dist;
static void *cpu;

static inline bool gic_pending(void) {
    return (reg_read(cpu, GICC_HPPIR) & GIC_ID_MASK) < GIC_ID_NONE;
}

static inline void gic_mask(unsigned int id) {
    reg_write(dist, GICD_ICENABLER(id / 32), 1u << (id % 32));
}

static inline void gic_unmask(unsigned int id) {
    reg_write(dist, GICD_ISENABLER(id / 32), 1u << (id % 32));
}

/* 4.3.13: while the line is masked, as all are until guests run. */
static inline void gic_set_trigger(unsigned int id, bool edge) {
    uint32_t bit = 2u << (2 * (id % 16));
    uint32_t config = reg_read(dist, GICD_ICFGR(id / 16));

    reg_write(dist, GICD_ICFGR(id / 16), edge ? config | bit : config & ~bit);
}

static struct intc_chip gic_chip;

/* Linux: bindings/interrupt-controller/arm,gic.yaml: kind, number within the kind, trigger. */
static inline int gic_xlate(const uint32_t *cells) {
    uint32_t first = cells[0] == GIC_SHARED_CELL ? GIC_ID_SHARED : GIC_ID_PRIVATE;
    uint32_t count = cells[0] == GIC_SHARED_CELL ? gic_chip.line_count - GIC_ID_SHARED
                                                 : GIC_ID_SHARED - GIC_ID_PRIVATE;

    if (cells[0] > GIC_PRIVATE_CELL || cells[1] >= count) {
        return -XEN_EINVAL;
    }
    return (int)(first + cells[1]);
}

/* Those of the private interrupts are the core's (4.3.13). */
static inline void gic_configure(const uint32_t *cells) {
    if (cells[0] == GIC_SHARED_CELL) {
        gic_set_trigger(GIC_ID_SHARED + cells[1], (cells[2] & GIC_EDGE_CELL) != 0);
    }
}

/* Every priority passes. */
static inline void gic_init_cpu(void) {
    reg_write(cpu, GICC_PMR, GIC_PRIORITY_ALL);
    reg_write(cpu, GICC_BPR, 0);
    reg_write(cpu, GICC_CTLR, GIC_ENABLE);
}

/* The registers of @node, and how many lines there are; the distributor is as it was found. */
static inline int gic_map(const void *fdt, int node) {
    if (devices.intc) {
        return -XEN_EBUSY; /* one file, one chip */
    }
    dist = driver_map(fdt, node, 0, NULL);
    cpu = driver_map(fdt, node, 1, NULL);
    if (!dist || !cpu) {
        return -XEN_EINVAL;
    }
    unsigned int lines = 32 * ((reg_read(dist, GICD_TYPER) & GICD_TYPER_LINES) + 1);
    gic_chip.line_count = lines < IRQ_MAX ? lines : IRQ_MAX;
    return 0;
}

#endif /* DRIVERS_GIC_H */
