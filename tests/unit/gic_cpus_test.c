/* SPDX-License-Identifier: GPL-2.0-only */
/* The GIC of several CPUs: what is each CPU's own, who gets what, software-generated interrupts. */
/* links: core/base core/device/device.c core/device/cpus.c */
#include "support_regs.h"

#include "drivers/gic_cpus.c"

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
#define SGIR       0xf00u
#define CPU_CTLR   (PAGE_SIZE + 0x00u)
#define CPU_PMR    (PAGE_SIZE + 0x04u)
#define CPU_BPR    (PAGE_SIZE + 0x08u)
#define CPU_IAR    0x0cu
#define CPU_EOIR   (PAGE_SIZE + 0x10u)

#define LINES      96u

static struct reg_access expected[256];
static unsigned int expected_count;

static void expect_write(uint32_t offset, uint32_t value) {
    expected[expected_count++] = (struct reg_access){REG_WRITE, offset, value};
}

static uint32_t *dist_reg(uint32_t offset) {
    return &support_device.registers[0][offset / 4];
}

static void expect_lines(uint32_t word) {
    expect_write(ICENABLER + 4 * word, UINT32_MAX);
    expect_write(ICPENDR + 4 * word, UINT32_MAX);
    expect_write(IGROUPR + 4 * word, 0);
    for (uint32_t i = 0; i < 8; i++) {
        expect_write(IPRIORITYR + 32 * word + 4 * i, 0xa0a0a0a0);
    }
}

/* Interrupts 0 to 31 and the CPU interface. */
static void expect_own(void) {
    expect_lines(0);
    expect_write(ISENABLER, 0xffff);
    expect_write(CPU_PMR, 0xf0);
    expect_write(CPU_BPR, 0);
    expect_write(CPU_CTLR, 1);
}

static void probe(uint32_t target_word, uint32_t targets) {
    support_device_reset(NULL);
    cpu_devices = (struct cpu_devices){0};
    *dist_reg(TYPER) = 0xe0 | (LINES / 32 - 1);
    *dist_reg(ITARGETSR + 4 * target_word) = targets;
    assert_int_equal(gic_probe(NULL, 5), 0);
}

static void expect_probe(uint32_t targets) {
    expected_count = 0;
    expect_write(CTLR, 0);
    expect_lines(1);
    expect_lines(2);
    for (uint32_t i = 8; i < LINES / 4; i++) {
        expect_write(ITARGETSR + 4 * i, targets);
    }
    expect_write(CTLR, 1);
    expect_own();
    support_regs_expect(expected, expected_count);
}

static void shared_ones_go_to_the_cpu_that_boots(void **state) {
    (void)state;
    probe(0, 0x02020202);
    expect_probe(0x02020202);
}

/* On the ARM11 MPCore only the last word of the private ones says it. */
static void a_cpu_is_found_by_interrupts_that_there_are(void **state) {
    (void)state;
    probe(7, 0x04040400);
    expect_probe(0x04040404);
}

static void another_cpu_sets_up_its_own_alone(void **state) {
    (void)state;
    probe(0, 0x01010101);
    expect_probe(0x01010101);
    cpu_devices.init_intc();
    expected_count = 0;
    expect_own();
    support_regs_expect(expected, expected_count);
}

/* The CPU of this test is at interface 1; the others have not been here. */
static void cpus_are_sent_interrupts_by_their_interfaces(void **state) {
    (void)state;
    probe(0, 0x02020202);
    expect_probe(0x02020202);
    cpu_devices.send(3, 1u << 0);
    expect_accesses({REG_WRITE, SGIR, 0x02u << 16 | 3});
}

static void the_end_names_the_sender(void **state) {
    (void)state;
    probe(0, 0x01010101);
    expect_probe(0x01010101);
    support_device.registers[1][CPU_IAR / 4] = 0x0c00 | 5;
    assert_int_equal(devices.intc->ack(), 5);
    devices.intc->eoi(5);
    expect_accesses({REG_WRITE, CPU_EOIR, 0x0c00 | 5});
}

static void nothing_pending_leaves_what_was_acknowledged(void **state) {
    (void)state;
    probe(0, 0x01010101);
    expect_probe(0x01010101);
    support_device.registers[1][CPU_IAR / 4] = 0x0400 | 1;
    assert_int_equal(devices.intc->ack(), 1);
    support_device.registers[1][CPU_IAR / 4] = 1023;
    assert_int_equal(devices.intc->ack(), IRQ_NONE);
    devices.intc->eoi(1);
    expect_accesses({REG_WRITE, CPU_EOIR, 0x0400 | 1});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_ones_go_to_the_cpu_that_boots),
        cmocka_unit_test(a_cpu_is_found_by_interrupts_that_there_are),
        cmocka_unit_test(another_cpu_sets_up_its_own_alone),
        cmocka_unit_test(cpus_are_sent_interrupts_by_their_interfaces),
        cmocka_unit_test(the_end_names_the_sender),
        cmocka_unit_test(nothing_pending_leaves_what_was_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
