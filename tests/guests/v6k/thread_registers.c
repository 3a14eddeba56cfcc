/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread registers belong to a vCPU: empty at start, kept while others run; user code reads
 * what its kernel set and writes its own; the privileged one is out of reach.
 *
 * Two of these guests run side by side with different marks (option mark=).
 */
#include "clock.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"
#include "user.h"

#define ROUNDS 200

/* thread_registers_asm.S */
void user_read_tpidruro(void);
void user_read_tpidrurw(void);
void user_write_tpidrurw(void);
void user_write_tpidruro(void);
void user_read_tpidrprw(void);

static uint32_t read_tpidrurw(void) {
    uint32_t value;

    __asm__ volatile("mrc p15, 0, %0, c13, c0, 2" : "=r"(value));
    return value;
}

static void write_tpidrurw(uint32_t value) {
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 2" : : "r"(value));
}

static uint32_t read_tpidruro(void) {
    uint32_t value;

    __asm__ volatile("mrc p15, 0, %0, c13, c0, 3" : "=r"(value));
    return value;
}

TEST(registers_are_empty_at_start) {
    EXPECT_EQ(read_tpidrurw(), 0);
    EXPECT_EQ(read_tpidruro(), 0);
}

TEST(registers_are_kept_while_others_run) {
    uint32_t mark = option_number("mark", 0x1234) << 16;

    for (uint32_t round = 0; round < ROUNDS; round++) {
        write_tpidrurw(mark | round);
        EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, ~(mark | round)), 0);
        if (round % 2) {
            sched_op(SCHEDOP_yield, NULL);
        } else {
            clock_sleep(300 * NS_PER_US);
        }
        EXPECT_EQ(read_tpidrurw(), mark | round);
        EXPECT_EQ(read_tpidruro(), ~(mark | round));
        EXPECT_EQ(*(volatile uint32_t *)PV_TLS_VA, ~(mark | round));
    }
}

TEST(user_code_reads_and_writes_what_is_its_own) {
    EXPECT_EQ(hypercall2(__HYPERVISOR_set_segment_base, PV_SEGBASE_TLS, 0x5151), 0);
    EXPECT_TRAP(user_run(user_read_tpidruro, 0, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x5151);
    EXPECT_TRAP(user_run(user_write_tpidrurw, 0x6262, 0), TRAP_SWI);
    EXPECT_EQ(read_tpidrurw(), 0x6262);
    EXPECT_TRAP(user_run(user_read_tpidrurw, 0, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0x6262);
}

TEST(user_code_does_not_write_the_read_only_one) {
    EXPECT_TRAP(user_run(user_write_tpidruro, 0xbad, 0), TRAP_UNDEF);
    EXPECT_EQ(read_tpidruro(), 0x5151);
}

TEST(user_code_has_no_privileged_one) {
    EXPECT_TRAP(user_run(user_read_tpidrprw, 0, 0), TRAP_UNDEF);
}

/* One call for a switch of tasks sets it too. */
TEST(task_switch_sets_it) {
    EXPECT_EQ(hypercall3(__HYPERVISOR_pv_task_switch, PV_SWITCH_SAME_TABLE, 0x7373, 0), 0);
    EXPECT_EQ(read_tpidruro(), 0x7373);
    EXPECT_EQ(*(volatile uint32_t *)PV_TLS_VA, 0x7373);
}
