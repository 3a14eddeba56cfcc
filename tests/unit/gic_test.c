/* SPDX-License-Identifier: GPL-2.0-only */
/* The GIC: what specifiers mean, that nothing fires before it is asked for, bounds. */
/* links: core/device */
#include "drivers/gic.c"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define LINES 96u

static uint32_t dist_registers[1024], cpu_registers[64];
static struct intc_chip *added;

void *driver_map(const void *fdt, int node, unsigned int index, maddr_t *base) {
    (void)fdt;
    (void)node;
    (void)base;
    return index == 0 ? dist_registers : cpu_registers;
}

int intc_add(struct intc_chip *chip, const void *fdt, int node) {
    (void)fdt;
    (void)node;
    added = chip;
    devices.intc = chip->ops;
    return 0;
}

static void probe(uint32_t type) {
    devices = (struct devices){0};
    memset(dist_registers, 0xff, sizeof(dist_registers));
    memset(cpu_registers, 0, sizeof(cpu_registers));
    dist_registers[GICD_TYPER / 4] = type;
    dist_registers[GICD_ITARGETSR(0) / 4] = 0x02020202;
    assert_int_equal(gic_probe(NULL, 0), 0);
}

static int xlate(uint32_t kind, uint32_t number, uint32_t trigger) {
    const uint32_t cells[] = {kind, number, trigger};

    int line = added->xlate(cells);

    if (line >= 0) {
        added->configure(cells);
    }
    return line;
}

static void specifiers_name_interrupt_ids(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    assert_int_equal(added->line_count, LINES);
    assert_int_equal(added->cell_count, 3);
    assert_int_equal(xlate(0, 0, 4), 32);
    assert_int_equal(xlate(0, LINES - 33, 4), LINES - 1);
    assert_int_equal(xlate(0, LINES - 32, 4), -XEN_EINVAL);
    assert_int_equal(xlate(0, UINT32_MAX, 4), -XEN_EINVAL);
    assert_int_equal(xlate(1, 13, 0xf01), 29);
    assert_int_equal(xlate(1, 15, 0xf01), 31);
    assert_int_equal(xlate(1, 16, 0xf01), -XEN_EINVAL);
    assert_int_equal(xlate(2, 0, 4), -XEN_EINVAL);
}

static void specifiers_set_the_trigger(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    dist_registers[GICD_ICFGR(2) / 4] = 0;
    assert_int_equal(xlate(0, 3, 1), 35);
    assert_int_equal(dist_registers[GICD_ICFGR(2) / 4], 2u << 6);
    assert_int_equal(xlate(0, 3, 4), 35);
    assert_int_equal(dist_registers[GICD_ICFGR(2) / 4], 0);
}

static void nothing_fires_unasked(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    for (unsigned int i = 0; i < LINES / 32; i++) {
        assert_int_equal(dist_registers[GICD_ICENABLER(i) / 4], UINT32_MAX);
        assert_int_equal(dist_registers[GICD_IGROUPR(i) / 4], 0);
    }
    for (unsigned int i = 0; i < LINES / 4; i++) {
        assert_int_equal(dist_registers[GICD_IPRIORITYR(i) / 4], GIC_PRIORITY);
        /* Shared ones for the CPU that the private ones name. */
        assert_int_equal(dist_registers[GICD_ITARGETSR(i) / 4],
                         i == 0 || i >= 8 ? 0x02020202 : UINT32_MAX);
    }
    assert_int_equal(dist_registers[GICD_CTLR / 4], 1);
    assert_int_equal(cpu_registers[GICC_CTLR / 4], 1);
    assert_true(cpu_registers[GICC_PMR / 4] > (GIC_PRIORITY & 0xff));
}

static void registers_beyond_the_last_line_are_left_alone(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    assert_int_equal(dist_registers[GICD_IGROUPR(LINES / 32) / 4], UINT32_MAX);
    assert_int_equal(dist_registers[GICD_IPRIORITYR(LINES / 4) / 4], UINT32_MAX);
    probe(31); /* 1024 lines: more than core has */
    assert_int_equal(added->line_count, IRQ_MAX);
    assert_int_equal(dist_registers[GICD_IGROUPR(IRQ_MAX / 32) / 4], UINT32_MAX);
}

static void an_interrupt_is_acknowledged_and_ended(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    cpu_registers[GICC_IAR / 4] = 44;
    assert_int_equal(devices.intc->ack(), 44);
    devices.intc->mask(44);
    assert_int_equal(dist_registers[GICD_ICENABLER(1) / 4], 1u << 12);
    devices.intc->eoi(44);
    assert_int_equal(cpu_registers[GICC_EOIR / 4], 44);
    devices.intc->unmask(44);
    assert_int_equal(dist_registers[GICD_ISENABLER(1) / 4], 1u << 12);
}

static void spurious_ones_are_none(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    for (uint32_t id = 1020; id < 1024; id++) {
        cpu_registers[GICC_IAR / 4] = cpu_registers[GICC_HPPIR / 4] = id;
        assert_int_equal(devices.intc->ack(), IRQ_NONE);
        assert_false(devices.intc->pending());
    }
    cpu_registers[GICC_HPPIR / 4] = 29;
    assert_true(devices.intc->pending());
}

static void one_chip_is_enough(void **state) {
    (void)state;
    probe(LINES / 32 - 1);
    assert_int_equal(gic_probe(NULL, 1), -XEN_EBUSY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specifiers_name_interrupt_ids),
        cmocka_unit_test(specifiers_set_the_trigger),
        cmocka_unit_test(nothing_fires_unasked),
        cmocka_unit_test(registers_beyond_the_last_line_are_left_alone),
        cmocka_unit_test(an_interrupt_is_acknowledged_and_ended),
        cmocka_unit_test(spurious_ones_are_none),
        cmocka_unit_test(one_chip_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
