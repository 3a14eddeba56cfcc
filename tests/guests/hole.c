/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attacks by a guest kernel on what belongs to the hypervisor: the hole, the vectors
 * and helpers, the counter's page, privileged registers.
 */
#include "core.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "test.h"
#include "trap.h"

#define HOLE_START (PV_VIRT_START + SECTION_SIZE)
#define HOLE_END   0xfff00000u
/* Not a divisor of a MiB, so that the probes fall on different offsets. */
#define STRIDE     0x1c240u

static void expect_refused(uint32_t kind, uint32_t address) {
    EXPECT_TRAP(kind, TRAP_DATA_ABORT);
    EXPECT_EQ(trap_caught.far, address);
    EXPECT_TRUE((trap_caught.fsr & CORE_FSR_MASK) != CORE_FSR_DOMAIN_L1 &&
                (trap_caught.fsr & CORE_FSR_MASK) != CORE_FSR_DOMAIN_L2);
}

TEST(kernel_cannot_read_the_hole) {
    for (uint32_t address = HOLE_START; address < HOLE_END; address += STRIDE) {
        expect_refused(try_read(address, NULL), address);
    }
}

TEST(kernel_cannot_write_the_hole) {
    for (uint32_t address = HOLE_START; address < HOLE_END; address += STRIDE) {
        expect_refused(try_write(address, 0), address);
        expect_refused(try_write_byte(address + 1, 0), address + 1);
    }
}

TEST(kernel_cannot_jump_into_the_hole) {
    for (uint32_t address = HOLE_START; address < HOLE_END; address += STRIDE) {
        EXPECT_TRAP(try_jump(address), TRAP_PREFETCH_ABORT);
        EXPECT_EQ(trap_caught.far, address);
        EXPECT_EQ(trap_caught.psr & PSR_MODE, PSR_KERNEL);
    }
}

TEST(kernel_cannot_read_past_its_shared_pages) {
    /* The MiB with the vCPU pages: ours, the counter, and nothing else of anybody's. */
    for (uint32_t address = PV_VCPU_VA(1); address < PV_COUNTER_VA; address += PAGE_SIZE) {
        expect_refused(try_read(address, NULL), address);
    }
    EXPECT_TRAP(try_read(PV_VCPU_VA(0), NULL), TRAP_NONE);
}

TEST(kernel_cannot_write_the_counter_page) {
    for (uint32_t offset = 0; offset < PAGE_SIZE; offset += 0x40) {
        expect_refused(try_write(PV_COUNTER_VA + offset, 0), PV_COUNTER_VA + offset);
    }
}

TEST(kernel_cannot_write_vectors_or_helpers) {
    for (uint32_t offset = 0; offset < PAGE_SIZE; offset += 4) {
        uint32_t before = *(volatile uint32_t *)(PV_VECTORS_VA + offset);

        expect_refused(try_write(PV_VECTORS_VA + offset, ~before), PV_VECTORS_VA + offset);
        EXPECT_EQ(*(volatile uint32_t *)(PV_VECTORS_VA + offset), before);
    }
}

TEST(rest_of_the_vector_mib_is_not_there) {
    for (uint32_t address = HOLE_END; address < PV_VECTORS_VA; address += PAGE_SIZE) {
        expect_refused(try_read(address, NULL), address);
        expect_refused(try_write(address, 0), address);
    }
    for (uint32_t address = PV_VECTORS_VA + PAGE_SIZE; address != 0; address += PAGE_SIZE) {
        expect_refused(try_read(address, NULL), address);
        expect_refused(try_write(address, 0), address);
    }
}

/* Readable by design: eight vectors, each LDR pc, [pc, #0x18], the addresses that they load, which
 * nobody can use (kernel_cannot_jump_into_the_hole), the TLS word, and nothing else of anybody's.
 */
TEST(vector_page_tells_no_secret) {
    const volatile uint32_t *word = (const volatile uint32_t *)PV_VECTORS_VA;

    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x7151515), 0);
    for (uint32_t i = 0; i < PAGE_SIZE / 4; i++) {
        if (i < 8) {
            EXPECT_EQ(word[i], 0xe59ff018);
        } else if (i < 16) {
            EXPECT_TRUE(word[i] >= HOLE_START && word[i] < HOLE_START + SECTION_SIZE);
        } else {
            EXPECT_EQ(word[i], PV_VECTORS_VA + 4 * i == PV_TLS_VA ? 0x7151515 : 0);
        }
    }
}

/*
 * Writes to control registers: emulated without effect or undefined, and never a
 * way to the hardware register.
 */
#define WRITE_CP15(name, operands)                                                 \
    static void name(void) {                                                       \
        __asm__ volatile("mvn r3, #0\n\tmcr p15, " operands : : : "r3", "memory"); \
    }
WRITE_CP15(write_dacr, "0, r3, c3, c0, 0")
WRITE_CP15(write_ttbr, "0, r3, c2, c0, 0")
WRITE_CP15(write_sctlr, "0, r3, c1, c0, 0")
WRITE_CP15(write_fcse, "0, r3, c13, c0, 0")
WRITE_CP15(write_lockdown, "0, r3, c9, c0, 0")
WRITE_CP15(write_tlb_lockdown, "0, r3, c10, c0, 0")
WRITE_CP15(write_test, "0, r3, c15, c0, 0")

TEST(kernel_cannot_change_control_registers) {
    static void (*const write[])(void) = {
        write_dacr,     write_ttbr,         write_sctlr, write_fcse,
        write_lockdown, write_tlb_lockdown, write_test,
    };

    for (unsigned int i = 0; i < sizeof(write) / sizeof(write[0]); i++) {
        uint32_t kind = try_call(write[i], 0, NULL);

        EXPECT_TRUE(kind == TRAP_NONE || kind == TRAP_UNDEF);
        /* Manager rights, no MMU or other tables would let this through. */
        expect_refused(try_read(HOLE_START, NULL), HOLE_START);
        expect_refused(try_write(PV_VECTORS_VA, 0), PV_VECTORS_VA);
    }
}

/* Mode changes that USR mode ignores or refuses leave it in USR mode. */
#define STATEMENT(name, text)                              \
    static void name(void) {                               \
        __asm__ volatile(text : : : "r3", "cc", "memory"); \
    }
STATEMENT(msr_svc, "mrs r3, cpsr\n\tbic r3, r3, #0x1f\n\torr r3, r3, #0x13\n\tmsr cpsr_c, r3")
STATEMENT(msr_all, "mov r3, #0x1f\n\tmsr cpsr_fsxc, r3")
STATEMENT(msr_spsr, "mov r3, #0x13\n\tmsr spsr_fsxc, r3")

TEST(kernel_cannot_change_mode) {
    static void (*const change[])(void) = {msr_svc, msr_all, msr_spsr};

    for (unsigned int i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
        uint32_t kind = try_call(change[i], 0, NULL);
        uint32_t cpsr;

        __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
        EXPECT_TRUE(kind == TRAP_NONE || kind == TRAP_UNDEF);
        EXPECT_EQ(cpsr & 0xff, PSR_USER);
        expect_refused(try_read(HOLE_START, NULL), HOLE_START);
    }
}
