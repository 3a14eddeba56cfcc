/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GIC (gic.h) of a machine of which one CPU is used.
 */
#include "drivers/gic.h"

static unsigned int gic_ack(void) {
    unsigned int id = reg_read(cpu, GICC_IAR) & GIC_ID_MASK;

    return id < GIC_ID_NONE ? id : IRQ_NONE;
}

static void gic_eoi(unsigned int id) {
    reg_write(cpu, GICC_EOIR, id);
}

static const struct intc_ops gic_ops = {
    .ack = gic_ack,
    .pending = gic_pending,
    .eoi = gic_eoi,
    .mask = gic_mask,
    .unmask = gic_unmask,
};

static struct intc_chip gic_chip = {
    .cell_count = 3,
    .xlate = gic_xlate,
    .configure = gic_configure,
    .ops = &gic_ops,
};

/* Every interrupt masked, not pending, group 0, at one priority, for this CPU. */
static void gic_init_dist(unsigned int lines) {
    /* Those of the private interrupts are read-only and say which CPU this is (4.3.12). */
    uint32_t targets = reg_read(dist, GICD_ITARGETSR(0));

    reg_write(dist, GICD_CTLR, 0);
    for (unsigned int i = 0; i < lines / 32; i++) {
        reg_write(dist, GICD_ICENABLER(i), ~0u);
        reg_write(dist, GICD_ICPENDR(i), ~0u);
        reg_write(dist, GICD_IGROUPR(i), 0);
    }
    for (unsigned int i = 0; i < lines / 4; i++) {
        reg_write(dist, GICD_IPRIORITYR(i), GIC_PRIORITY);
    }
    for (unsigned int i = GIC_ID_SHARED / 4; i < lines / 4; i++) {
        reg_write(dist, GICD_ITARGETSR(i), targets);
    }
    reg_write(dist, GICD_CTLR, GIC_ENABLE);
}

static int gic_probe(const void *fdt, int node) {
    int err = gic_map(fdt, node);

    if (err) {
        return err;
    }
    gic_init_dist(gic_chip.line_count);
    gic_init_cpu();
    return intc_add(&gic_chip, fdt, node);
}

DRIVER(gic_pl390_driver, "arm,pl390", gic_probe);
DRIVER(gic_a9_driver, "arm,cortex-a9-gic", gic_probe);
DRIVER(gic_a15_driver, "arm,cortex-a15-gic", gic_probe);
