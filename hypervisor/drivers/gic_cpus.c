/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GIC (gic.h) of a machine of which several CPUs are used.  Shared interrupts go to the CPU
 * that boots; software-generated ones are this driver's.
 *
 * Registers of interrupts 0 to 31 are banked: each CPU has and sets its own (IHI 0048, 4.1.4).
 */
#include "core/base/percpu.h"
#include "core/device/cpus.h"
#include "drivers/gic.h"

#define GICD_SGIR               0xf00
#define GICD_SGIR_TARGETS_SHIFT 16
#define GIC_TARGET_MASK         0xffu
#define GIC_SOFTWARE_IRQS       0xffffu

/* What each CPU acknowledged last: of a software-generated interrupt the end must name the CPU that
 * sent it, too (4.4.5).  A CPU has one at a time. */
static uint32_t acked[ARCH_CPU_MAX];

/* Of each CPU that is set up, its bit in targets: the interface it has need not be of its number.
 */
static uint8_t targets_of[ARCH_CPU_MAX];

static unsigned int gic_ack(void) {
    uint32_t value = reg_read(cpu, GICC_IAR);
    unsigned int id = value & GIC_ID_MASK;

    if (id >= GIC_ID_NONE) {
        return IRQ_NONE;
    }
    acked[this_cpu_index()] = value;
    return id;
}

static void gic_eoi(unsigned int id) {
    (void)id;
    reg_write(cpu, GICC_EOIR, acked[this_cpu_index()]);
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

/* The bytes of private interrupts, which are read-only, say which CPU this is (4.3.12); those of
 * interrupts that there are not are 0, as on the ARM11 MPCore the software-generated ones are. */
static uint32_t own_target(void) {
    uint32_t targets = 0;

    for (unsigned int i = 0; i < GIC_ID_SHARED / 4 && targets == 0; i++) {
        targets = reg_read(dist, GICD_ITARGETSR(i));
    }
    while (targets > GIC_TARGET_MASK) {
        targets >>= 8;
    }
    return targets;
}

/* Thirty-two interrupts masked, not pending, group 0, at one priority. */
static void gic_init_lines(unsigned int word) {
    reg_write(dist, GICD_ICENABLER(word), ~0u);
    reg_write(dist, GICD_ICPENDR(word), ~0u);
    reg_write(dist, GICD_IGROUPR(word), 0);
    for (unsigned int i = 8 * word; i < 8 * word + 8; i++) {
        reg_write(dist, GICD_IPRIORITYR(i), GIC_PRIORITY);
    }
}

static void gic_init_dist(unsigned int lines) {
    uint32_t targets = own_target() * 0x01010101u;

    reg_write(dist, GICD_CTLR, 0);
    for (unsigned int i = 1; i < lines / 32; i++) {
        gic_init_lines(i);
    }
    for (unsigned int i = GIC_ID_SHARED / 4; i < lines / 4; i++) {
        reg_write(dist, GICD_ITARGETSR(i), targets);
    }
    reg_write(dist, GICD_CTLR, GIC_ENABLE);
}

static void gic_init_this_cpu(void) {
    targets_of[this_cpu_index()] = (uint8_t)own_target();
    gic_init_lines(0);
    reg_write(dist, GICD_ISENABLER(0), GIC_SOFTWARE_IRQS);
    gic_init_cpu();
}

/* One that has not been here has not said where it is: at the interface of its number. */
static uint32_t target_of(unsigned int number) {
    return targets_of[number] ? targets_of[number] : 1u << number;
}

static void gic_send(unsigned int irq, uint32_t cpus) {
    uint32_t targets = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (cpus & 1u << i) {
            targets |= target_of(i);
        }
    }
    reg_write(dist, GICD_SGIR, targets << GICD_SGIR_TARGETS_SHIFT | irq);
}

static int gic_probe(const void *fdt, int node) {
    int err = gic_map(fdt, node);

    if (err) {
        return err;
    }
    gic_init_dist(gic_chip.line_count);
    gic_init_this_cpu();
    cpu_devices.init_intc = gic_init_this_cpu;
    cpu_devices.send = gic_send;
    return intc_add(&gic_chip, fdt, node);
}

DRIVER(gic_cpus_pl390_driver, "arm,pl390", gic_probe);
DRIVER(gic_cpus_a9_driver, "arm,cortex-a9-gic", gic_probe);
DRIVER(gic_cpus_a15_driver, "arm,cortex-a15-gic", gic_probe);
DRIVER(gic_cpus_11mp_driver, "arm,arm11mp-gic", gic_probe);
