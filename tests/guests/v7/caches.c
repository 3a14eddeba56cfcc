/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel is told of the caches: CCSIDR describes the one that CSSELR selects (ARM ARM DDI
 * 0406, B4.1.19 and B4.1.41), for this vCPU, whatever others select; user code is told nothing.
 */
#include "core.h"
#include "hypercall.h"
#include "test.h"
#include "user.h"

#define CLIDR_L1    7u
#define CLIDR_SPLIT 3u /* an instruction and a data cache */
#define CSSELR_L1_D 0u
#define CSSELR_L1_I 1u
#define CSSELR_BITS 0xfu
#define CCSIDR_SETS (0x7fffu << 13)

/* caches_asm.S: MRC to r0, and MCR from it. */
#define DECLARE(name)         \
    void kernel_##name(void); \
    void user_##name(void)
DECLARE(ccsidr);
DECLARE(clidr);
DECLARE(csselr);
DECLARE(set_csselr);

static uint32_t read(void (*code)(void)) {
    uint32_t value = 0;

    EXPECT_TRAP(try_call(code, 0, &value), TRAP_NONE);
    return value;
}

static void select(uint32_t cache) {
    EXPECT_TRAP(try_call(kernel_set_csselr, cache, NULL), TRAP_NONE);
}

TEST(a_selection_is_kept) {
    for (uint32_t cache = 0; cache <= CSSELR_BITS; cache++) {
        select(cache);
        sched_op(SCHEDOP_yield, NULL);
        EXPECT_EQ(read(kernel_csselr), cache);
    }
    select(~0u);
    EXPECT_EQ(read(kernel_csselr), CSSELR_BITS);
}

TEST(both_first_caches_are_described) {
    EXPECT_EQ(read(kernel_clidr) & CLIDR_L1, CLIDR_SPLIT);
    select(CSSELR_L1_D);
    uint32_t data = read(kernel_ccsidr);
    select(CSSELR_L1_I);
    uint32_t code = read(kernel_ccsidr);
    EXPECT_TRUE((data & CCSIDR_SETS) != 0 && (code & CCSIDR_SETS) != 0);
    EXPECT_TRUE(data != code); /* only data are written back */
    select(CSSELR_L1_D);
    EXPECT_EQ(read(kernel_ccsidr), data);
}

TEST(user_code_is_told_nothing) {
    static void (*const accesses[])(void) = {user_ccsidr, user_clidr, user_csselr, user_set_csselr};

    for (unsigned int i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        EXPECT_TRAP(user_run(accesses[i], 0, 0), TRAP_UNDEF);
    }
}
