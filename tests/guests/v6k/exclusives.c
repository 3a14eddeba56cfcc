/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exclusive monitor is cleared when another vCPU runs: a store-exclusive never succeeds on a
 * reservation of before the switch, though the other vCPU used the same address and value.  It is
 * cleared by an interrupt as well, in which the hypervisor may have changed what we share with it.
 *
 * A second one of these guests is the partner (option partner): it holds a reservation whenever it
 * gives the CPU away.
 */
#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"
#include "user.h"

#define ROUNDS 200

/* At the same address and of the same value in both guests. */
static volatile uint32_t word USER_DATA;
void user_exclusive(void); /* exclusives_asm.S */

TEST(partner) {
    while (option_given("partner")) {
        core_load_exclusive(&word);
        sched_op(SCHEDOP_yield, NULL);
    }
}

static uint32_t time_waited(void) {
    struct vcpu_runstate_info runstate;

    EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &runstate), 0);
    return (uint32_t)runstate.time[RUNSTATE_runnable];
}

/* Yields until somebody else ran. */
static void let_another_run(void) {
    uint32_t before = time_waited();

    do {
        sched_op(SCHEDOP_yield, NULL);
    } while (time_waited() == before);
}

TEST(pair_without_a_switch_succeeds) {
    uint32_t value = core_load_exclusive(&word);

    while (core_store_exclusive(&word, value)) {
        value = core_load_exclusive(&word);
    }
    EXPECT_EQ(core_store_exclusive(&word, 77), 1);
    EXPECT_TRUE(word != 77);
}

TEST(store_after_another_ran_fails) {
    word = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT_EQ(core_load_exclusive(&word), 0);
        let_another_run();
        EXPECT_EQ(core_store_exclusive(&word, 1), 1);
        EXPECT_EQ(word, 0);
    }
}

/* A time slice that ends between the halves: no hypercall is near. */
TEST(no_addition_is_lost_to_a_preemption) {
    uint64_t end = clock_ns() + 100 * NS_PER_MS;
    uint32_t added = 0;

    word = 0;
    while (clock_ns() < end) {
        added += 2;
        core_add(&word, 2);
    }
    EXPECT_EQ(word, added);
}

/* Upcalls are masked: the hypervisor sets the event's bits and goes on where it interrupted us.  Of
 * several CPUs (option several) another one may do that, and this one's monitor knows nothing of
 * it, nor need it: no store came between. */
TEST(store_after_an_event_fails) {
    if (option_given("several")) {
        return;
    }
    uint8_t mask = event_mask_all();

    word = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT_EQ(clock_timer(clock_ns() + 50 * NS_PER_US, 0), 0);
        EXPECT_EQ(core_load_exclusive(&word), 0);
        while (!event_is_pending(clock_port)) {
        }
        EXPECT_EQ(core_store_exclusive(&word, 1), 1);
        EXPECT_EQ(word, 0);
        core_clear_bits(event_pending_word(clock_port), 1u << clock_port % 32);
    }
    event_restore(mask);
}

/* LDREX in user code and a system call, during which another ran. */
TEST(user_store_after_another_ran_fails) {
    word = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        EXPECT_TRAP(user_run(user_exclusive, (uint32_t)&word, 0), TRAP_SWI);
        let_another_run();
        EXPECT_TRAP(user_continue(), TRAP_SWI);
        EXPECT_EQ(user_state.r[2], 1);
    }
}
