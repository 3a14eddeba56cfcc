/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identification registers: the core's, without what a guest cannot use; for the kernel alone.
 * Option part= is the core's part number.
 */
#include "core.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"
#include "user.h"

/* identification_asm.S: MRC to r0, kernel and user copies. */
#define DECLARE(name)         \
    void kernel_##name(void); \
    void user_##name(void)
DECLARE(midr);
DECLARE(ctr);
DECLARE(tlbtr);
DECLARE(pfr0);
DECLARE(pfr1);
DECLARE(dfr0);
DECLARE(mmfr0);
DECLARE(mmfr3);
DECLARE(isar0);
DECLARE(isar4);
DECLARE(isar5);
DECLARE(contextidr);
DECLARE(set_contextidr);
DECLARE(tpidrprw);
DECLARE(set_tpidrprw);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t read(void (*code)(void)) {
    uint32_t value = 0;

    EXPECT_TRAP(try_call(code, 0, &value), TRAP_NONE);
    return value;
}

TEST(registers_stay_the_same) {
    static void (*const registers[])(void) = {
        kernel_midr,  kernel_ctr,   kernel_tlbtr, kernel_pfr0,  kernel_pfr1,  kernel_dfr0,
        kernel_mmfr0, kernel_mmfr3, kernel_isar0, kernel_isar4, kernel_isar5,
    };

    for (unsigned int i = 0; i < COUNT(registers); i++) {
        uint32_t value = read(registers[i]);

        sched_op(SCHEDOP_yield, NULL);
        EXPECT_EQ(read(registers[i]), value);
    }
}

TEST(core_is_what_the_board_has) {
    uint32_t midr = read(kernel_midr);

    EXPECT_EQ(midr >> 24, 0x41);
    EXPECT_EQ(midr >> 4 & 0xfff, option_number("part", 0));
}

static uint32_t flags_after_midr(void) {
    uint32_t value;

    __asm__ volatile("mrc p15, 0, APSR_nzcv, c0, c0, 0\n\tmrs %0, cpsr" : "=r"(value) : : "cc");
    return value & 0xf0000000u;
}

/* sp, lr and the flags, too. */
TEST(any_register_takes_the_value) {
    uint32_t midr = read(kernel_midr);
    uint32_t saved, value;

    __asm__ volatile("mov %1, sp\n\tmrc p15, 0, sp, c0, c0, 0\n\tmov %0, sp\n\tmov sp, %1"
                     : "=&r"(value), "=&r"(saved));
    EXPECT_EQ(value, midr);
    __asm__ volatile("mrc p15, 0, lr, c0, c0, 0\n\tmov %0, lr" : "=r"(value) : : "lr");
    EXPECT_EQ(value, midr);
    EXPECT_EQ(flags_after_midr(), midr & 0xf0000000u);
}

TEST(instruction_sets_are_those_of_the_level) {
    EXPECT_EQ(read(kernel_pfr0), CORE_LEVEL == 7 ? 0x31 : 0x11); /* ARM, Thumb or Thumb-2 */
}

TEST(what_a_guest_cannot_use_is_not_there) {
    EXPECT_EQ(read(kernel_pfr1) & ~0xfu, 0);      /* Security and Virtualization Extensions */
    EXPECT_EQ(read(kernel_isar4) >> 12 & 0xf, 0); /* SMC */
    EXPECT_EQ(read(kernel_dfr0), 0);              /* debug, performance monitors */
}

TEST(user_code_reads_none) {
    static void (*const registers[])(void) = {user_midr,  user_ctr,        user_pfr0,
                                              user_isar0, user_contextidr, user_tpidrprw};

    for (unsigned int i = 0; i < COUNT(registers); i++) {
        EXPECT_TRAP(user_run(registers[i], 0x77, 0), TRAP_UNDEF);
        EXPECT_EQ(user_state.r[0], 0x77);
    }
}

TEST(asid_is_not_shown) {
    EXPECT_TRAP(try_call(kernel_set_contextidr, 0x55, NULL), TRAP_NONE);
    EXPECT_EQ(read(kernel_contextidr), 0);
}

TEST(privileged_thread_register_is_the_vcpus_own) {
    for (uint32_t round = 0; round < 100; round++) {
        uint32_t value = option_number("mark", 1) << 16 | round;

        EXPECT_TRAP(try_call(kernel_set_tpidrprw, value, NULL), TRAP_NONE);
        sched_op(SCHEDOP_yield, NULL);
        EXPECT_EQ(read(kernel_tpidrprw), value);
    }
    EXPECT_TRAP(user_run(user_set_tpidrprw, 0xbad, 0), TRAP_UNDEF);
}
