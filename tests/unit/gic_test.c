/* SPDX-License-Identifier: GPL-2.0-only */
/* The GIC: what specifiers mean, that nothing fires before it is asked for, bounds. */
/* links: core/device/device.c */
#include "support_regs.h"

#include "drivers/gic.c"

#include "support_cmocka.h"

/* Arm IHI 0048; the CPU interface is the second range. */
#define CTLR       0x000u
#define TYPER      0x004u
#define IGROUPR    0x080u
#define ISENABLER  0x100u
#define ICENABLER  0x180u
#define ICPENDR    0x280u
#define IPRIORITYR 0x400u
#define ITARGETSR  0x800u
#define ICFGR      0xc00u
#define CPU_CTLR   (PAGE_SIZE + 0x00u)
#define CPU_PMR    (PAGE_SIZE + 0x04u)
#define CPU_BPR    (PAGE_SIZE + 0x08u)
#define CPU_IAR    0x0cu
#define CPU_EOIR   (PAGE_SIZE + 0x10u)
#define CPU_HPPIR  0x18u

#define LINES      96u
#define TARGETS    0x02020202u

static struct reg_access expected[256];
static unsigned int expected_count;

static void expect_write(uint32_t offset, uint32_t value) {
    expected[expected_count++] = (struct reg_access){REG_WRITE, offset, value};
}

static uint32_t *dist_reg(uint32_t offset) {
    return &support_device.registers[0][offset / 4];
}

/* Every interrupt masked, not pending, group 0, at one priority, shared ones for the CPU that the
 * private ones name; no register of an interrupt that there is not. */
static void expect_set_up(unsigned int lines) {
    expected_count = 0;
    expect_write(CTLR, 0);
    for (uint32_t i = 0; i < lines / 32; i++) {
        expect_write(ICENABLER + 4 * i, UINT32_MAX);
        expect_write(ICPENDR + 4 * i, UINT32_MAX);
        expect_write(IGROUPR + 4 * i, 0);
    }
    for (uint32_t i = 0; i < lines / 4; i++) {
        expect_write(IPRIORITYR + 4 * i, 0xa0a0a0a0);
    }
    for (uint32_t i = 8; i < lines / 4; i++) {
        expect_write(ITARGETSR + 4 * i, TARGETS);
    }
    expect_write(CTLR, 1);
    expect_write(CPU_PMR, 0xf0);
    expect_write(CPU_BPR, 0);
    expect_write(CPU_CTLR, 1);
    support_regs_expect(expected, expected_count);
}

static void probe(uint32_t type, unsigned int lines) {
    support_device_reset(NULL);
    *dist_reg(TYPER) = type;
    *dist_reg(ITARGETSR) = TARGETS;
    assert_int_equal(gic_probe(NULL, 5), 0);
    expect_set_up(lines);
    assert_int_equal(support_device.chip->line_count, lines);
    assert_int_equal(support_device.chip_node, 5);
}

static int xlate(uint32_t kind, uint32_t number, uint32_t trigger) {
    const uint32_t cells[] = {kind, number, trigger};
    int line = support_device.chip->xlate(cells);

    if (line >= 0) {
        support_device.chip->configure(cells);
    }
    return line;
}

static void specifiers_name_interrupt_ids(void **state) {
    (void)state;
    probe(0xe0 | (LINES / 32 - 1), LINES);
    assert_int_equal(support_device.chip->cell_count, 3);
    assert_int_equal(xlate(0, 0, 4), 32);
    assert_int_equal(xlate(0, LINES - 33, 4), LINES - 1);
    assert_int_equal(xlate(0, LINES - 32, 4), -XEN_EINVAL);
    assert_int_equal(xlate(0, UINT32_MAX, 4), -XEN_EINVAL);
    assert_int_equal(xlate(2, 0, 4), -XEN_EINVAL);
}

static void private_ones_keep_their_trigger(void **state) {
    (void)state;
    probe(LINES / 32 - 1, LINES);
    assert_int_equal(xlate(1, 0, 0xf01), 16);
    assert_int_equal(xlate(1, 13, 0xf01), 29);
    assert_int_equal(xlate(1, 15, 0xf01), 31);
    assert_int_equal(xlate(1, 16, 0xf01), -XEN_EINVAL);
    expect_no_access();
}

static void specifiers_set_the_trigger(void **state) {
    (void)state;
    probe(LINES / 32 - 1, LINES);
    *dist_reg(ICFGR + 8) = 0x55555555;
    assert_int_equal(xlate(0, 3, 1), 35);
    expect_accesses({REG_WRITE, ICFGR + 8, 0x55555555 | 2u << 6});
    assert_int_equal(xlate(0, 3, 4), 35);
    expect_accesses({REG_WRITE, ICFGR + 8, 0x55555555});
    assert_int_equal(xlate(0, 15, 2), 47); /* a falling edge */
    expect_accesses({REG_WRITE, ICFGR + 8, 0x55555555 | 2u << 30});
    assert_int_equal(xlate(0, 16, 8), 48);
    expect_accesses({REG_WRITE, ICFGR + 12, 0});
}

static void there_are_no_more_lines_than_core_has(void **state) {
    (void)state;
    probe(0, 32);
    probe(IRQ_MAX / 32 - 1, IRQ_MAX);
    probe(31, IRQ_MAX);
}

static void an_interrupt_is_acknowledged_and_ended(void **state) {
    (void)state;
    probe(LINES / 32 - 1, LINES);
    support_device.registers[1][CPU_IAR / 4] = 0x1c00 | 44; /* and which CPU sent it */
    assert_int_equal(devices.intc->ack(), 44);
    devices.intc->mask(44);
    devices.intc->eoi(44);
    devices.intc->unmask(44);
    expect_accesses({REG_WRITE, ICENABLER + 4, 1u << 12}, {REG_WRITE, CPU_EOIR, 44},
                    {REG_WRITE, ISENABLER + 4, 1u << 12});
}

/* The first and the last of a register. */
static void lines_are_masked_alone(void **state) {
    (void)state;
    probe(LINES / 32 - 1, LINES);
    devices.intc->unmask(31);
    devices.intc->unmask(64);
    devices.intc->mask(31);
    devices.intc->mask(64);
    expect_accesses({REG_WRITE, ISENABLER, 1u << 31}, {REG_WRITE, ISENABLER + 8, 1},
                    {REG_WRITE, ICENABLER, 1u << 31}, {REG_WRITE, ICENABLER + 8, 1});
}

static void spurious_ones_are_none(void **state) {
    uint32_t *cpu_registers = support_device.registers[1];

    (void)state;
    probe(LINES / 32 - 1, LINES);
    for (uint32_t id = 1020; id < 1024; id++) {
        cpu_registers[CPU_IAR / 4] = cpu_registers[CPU_HPPIR / 4] = id;
        assert_int_equal(devices.intc->ack(), IRQ_NONE);
        assert_false(devices.intc->pending());
    }
    cpu_registers[CPU_IAR / 4] = 1019;
    assert_int_equal(devices.intc->ack(), 1019);
    cpu_registers[CPU_HPPIR / 4] = 0x1c00 | 1019;
    assert_true(devices.intc->pending());
    cpu_registers[CPU_HPPIR / 4] = 0x1c00 | 1023;
    assert_false(devices.intc->pending());
}

static void there_is_one_and_it_can_be_mapped(void **state) {
    (void)state;
    support_device_reset(NULL);
    support_device.unmapped = true;
    assert_int_equal(gic_probe(NULL, 0), -XEN_EINVAL);
    expect_no_access();
    support_device.unmapped = false;
    support_device.chip_error = -XEN_ENOSPC;
    assert_int_equal(gic_probe(NULL, 0), -XEN_ENOSPC);
    probe(LINES / 32 - 1, LINES);
    assert_int_equal(gic_probe(NULL, 1), -XEN_EBUSY);
    expect_no_access();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specifiers_name_interrupt_ids),
        cmocka_unit_test(private_ones_keep_their_trigger),
        cmocka_unit_test(specifiers_set_the_trigger),
        cmocka_unit_test(there_are_no_more_lines_than_core_has),
        cmocka_unit_test(an_interrupt_is_acknowledged_and_ended),
        cmocka_unit_test(lines_are_masked_alone),
        cmocka_unit_test(spurious_ones_are_none),
        cmocka_unit_test(there_is_one_and_it_can_be_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
