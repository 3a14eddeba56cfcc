/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SWP, which programs built for ARMv5 use: cores with the Multiprocessing Extensions leave it
 * undefined until SCTLR.SW is set (ARM ARM DDI 0406, A8.8.229), though QEMU does not.  MPIDR tells
 * them (B4.1.106).
 */
#include "core.h"
#include "test.h"
#include "user.h"

#define SCTLR_SW         (1u << 10)
#define MPIDR_EXTENSIONS (1u << 31)

/* swap_asm.S: MRC to r0. */
void kernel_sctlr(void);
void kernel_mpidr(void);

static uint32_t word USER_DATA = 1;

TEST(swap_is_allowed) {
    uint32_t sctlr = 0, mpidr = 0;

    EXPECT_TRAP(try_call(kernel_sctlr, 0, &sctlr), TRAP_NONE);
    EXPECT_TRAP(try_call(kernel_mpidr, 0, &mpidr), TRAP_NONE);
    EXPECT_EQ(sctlr & SCTLR_SW, mpidr & MPIDR_EXTENSIONS ? SCTLR_SW : 0);
}

TEST(user_code_swaps) {
    EXPECT_TRAP(user_run(user_swap, (uint32_t)&word, 2), TRAP_SWI);
    EXPECT_EQ(user_state.r[2], 1);
    EXPECT_EQ(word, 2);
}
