/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thumb-2: 32-bit instructions that trap, and IT blocks that are interrupted, in kernel and user
 * code.
 */
#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define AT USER_WINDOW

/* thumb2_asm.S: in Thumb state; kernel copies return, user copies end in SWI. */
#define DECLARE(name)         \
    void kernel_##name(void); \
    void user_##name(void)
DECLARE(udf_wide);
DECLARE(mrc_midr);
DECLARE(mcr_tlb);
DECLARE(mrc_fpsid);
DECLARE(vfp_use);
void user_it_block(void);
void user_it_loop(void);
void kernel_it_midr(void);
uint32_t kernel_arm_midr(void);

TEST(wide_undefined_instruction_is_at_its_own_address) {
    EXPECT_TRAP(try_call(kernel_udf_wide, 0, NULL), TRAP_UNDEF);
    EXPECT_EQ(trap_caught.pc, (uint32_t)kernel_udf_wide & ~1u);
    EXPECT_EQ(trap_caught.psr & PSR_T, PSR_T);
    EXPECT_TRAP(user_run(user_udf_wide, 0, 0), TRAP_UNDEF);
    EXPECT_EQ(user_state.pc, (uint32_t)user_udf_wide & ~1u);
    EXPECT_EQ(user_state.psr & PSR_T, PSR_T);
}

TEST(cp15_is_emulated_for_thumb_kernels) {
    uint32_t midr = 0, same = 0;

    EXPECT_TRAP(try_call(kernel_mrc_midr, 0, &midr), TRAP_NONE);
    EXPECT_TRAP(try_call((void (*)(void))kernel_arm_midr, 0, &same), TRAP_NONE);
    EXPECT_EQ(midr, same);
    EXPECT_EQ(midr >> 24, 0x41);
    EXPECT_TRAP(try_call(kernel_mcr_tlb, 0, NULL), TRAP_NONE);
    EXPECT_TRAP(user_run(user_mrc_midr, 0, 0), TRAP_UNDEF);
    EXPECT_EQ(user_state.pc, (uint32_t)user_mrc_midr & ~1u);
    EXPECT_TRAP(user_run(user_mcr_tlb, 0, 0), TRAP_UNDEF);
}

/* An emulated instruction in an IT block: skipped over, the block goes on behind it. */
TEST(emulation_advances_the_it_block) {
    uint32_t result = 0;

    EXPECT_TRAP(try_call(kernel_it_midr, 0, &result), TRAP_NONE);
    EXPECT_EQ(result, 1);
}

TEST(vfp_is_there_for_thumb_code) {
    uint32_t fpsid = 0;

    EXPECT_EQ(hypercall1(__HYPERVISOR_fpu_taskswitch, 0), 0);
    EXPECT_TRAP(try_call(kernel_mrc_fpsid, 0, &fpsid), TRAP_NONE);
    EXPECT_EQ(fpsid >> 24, 0x41);
    EXPECT_TRAP(try_call(kernel_vfp_use, 7, NULL), TRAP_NONE);
    EXPECT_TRAP(user_run(user_vfp_use, 7, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[1], 7);
    EXPECT_EQ(hypercall1(__HYPERVISOR_fpu_taskswitch, 1), 0);
    EXPECT_TRAP(user_run(user_vfp_use, 7, 0), TRAP_UNDEF);
    EXPECT_EQ(user_state.pc, (uint32_t)user_vfp_use & ~1u);
    EXPECT_EQ(hypercall1(__HYPERVISOR_fpu_taskswitch, 0), 0);
}

/* A fault on the second instruction of four; its kernel maps the page and the block goes on. */
TEST(it_state_survives_an_abort) {
    uint32_t *page = page_alloc(1);

    *page = 0x1234;
    pt_window(AT);
    EXPECT_TRAP(user_run(user_it_block, AT, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(user_state.far, AT);
    EXPECT_TRUE(user_state.psr & 0x0600fc00u);
    EXPECT_EQ(pt_map(AT, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_TRAP(user_continue(), TRAP_SWI);
    EXPECT_EQ(user_state.r[1], 0x1234);
    EXPECT_EQ(user_state.r[2], 0x11);
    EXPECT_EQ(pt_map(AT, 0), 0);
}

static void tick(uint32_t port) {
    (void)port;
    clock_timer(clock_ns() + 11 * NS_PER_US, 0);
}

TEST(it_state_survives_interrupts) {
    uint64_t end = clock_ns() + 20 * NS_PER_MS;

    event_handle(clock_port, tick);
    tick(0);
    while (clock_ns() < end) {
        EXPECT_TRAP(user_run(user_it_loop, 0, 2000), TRAP_SWI);
        EXPECT_EQ(user_state.r[0], 2000 * 3);
        EXPECT_EQ(user_state.r[2], 0);
    }
    clock_timer_stop();
    event_handle(clock_port, NULL);
}
