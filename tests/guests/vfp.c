/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFP registers belong to a vCPU: empty at start, kept while others run, and out of
 * reach when the guest kernel wants to see each first use (lazy switching).
 *
 * Two of these guests run side by side with different marks (option mark=).
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"
#include "user.h"
#include "vfp.h"

#define FPEXC_EX (1u << 31)
#define FPEXC_EN (1u << 30)

TEST(registers_are_empty_at_start) {
    uint32_t got[VFP_REGISTERS];

    EXPECT_EQ(vfp_trap(0), 0);
    vfp_store_all(got);
    for (int i = 0; i < VFP_REGISTERS; i++) {
        EXPECT_EQ(got[i], 0);
    }
    EXPECT_EQ(vfp_get_fpscr() & 0x0fffffff, 0);
}

TEST(registers_are_kept_while_others_run) {
    uint32_t mark = option_number("mark", 0x1234) << 16;
    uint32_t rounds = option_number("rounds", 200);
    uint32_t put[VFP_REGISTERS], got[VFP_REGISTERS];

    EXPECT_EQ(vfp_trap(0), 0);
    for (uint32_t round = 0; round < rounds; round++) {
        for (uint32_t i = 0; i < VFP_REGISTERS; i++) {
            put[i] = mark | round << 8 | i;
        }
        vfp_load_all(put);
        vfp_set_fpscr(round % 4 << 22);
        if (round % 2) {
            sched_op(SCHEDOP_yield, NULL);
        } else {
            clock_sleep(300 * NS_PER_US);
        }
        EXPECT_EQ(vfp_get_fpscr() >> 22 & 3, round % 4);
        vfp_store_all(got);
        EXPECT_EQ(memcmp(put, got, sizeof(put)), 0);
    }
}

TEST(use_traps_when_the_kernel_asks_for_it) {
    EXPECT_EQ(vfp_trap(1), 0);
    EXPECT_TRAP(try_call((void (*)(void))vfp_get_fpscr, 0, NULL), TRAP_UNDEF);
    EXPECT_TRAP(user_run(user_vfp, 0, 0), TRAP_UNDEF);
    EXPECT_EQ(user_state.pc, (uint32_t)user_vfp);
    EXPECT_EQ(vfp_trap(0), 0);
    EXPECT_TRAP(user_run(user_vfp, 0, 0), TRAP_SWI);
    EXPECT_TRAP(try_call((void (*)(void))vfp_get_fpscr, 0, NULL), TRAP_NONE);
}

/*
 * A pending exception (FPEXC.EX) comes with registers that later units do not have: whatever a
 * guest writes, the hypervisor does not touch what is not there.
 */
TEST(a_pending_exception_is_the_guests_own) {
    EXPECT_EQ(vfp_trap(1), 0);
    vfp_set_fpexc(FPEXC_EX | FPEXC_EN); /* while it is off: this switches it on */
    EXPECT_EQ(vfp_get_fpexc() & FPEXC_EN, FPEXC_EN);
    EXPECT_EQ(vfp_trap(1), 0);
    clock_sleep(NS_PER_MS);
    EXPECT_EQ(vfp_trap(0), 0);
    vfp_set_fpexc(FPEXC_EN);
    EXPECT_EQ(vfp_get_fpexc() & (FPEXC_EX | FPEXC_EN), FPEXC_EN);
}

/* Trapping and not trapping again keeps what is in the registers. */
TEST(registers_survive_trapping) {
    uint32_t put[VFP_REGISTERS], got[VFP_REGISTERS];

    for (uint32_t i = 0; i < VFP_REGISTERS; i++) {
        put[i] = 0xabcd0000 + i;
    }
    EXPECT_EQ(vfp_trap(0), 0);
    vfp_load_all(put);
    EXPECT_EQ(vfp_trap(1), 0);
    clock_sleep(NS_PER_MS);
    EXPECT_EQ(vfp_trap(0), 0);
    vfp_store_all(got);
    EXPECT_EQ(memcmp(put, got, sizeof(put)), 0);
}
