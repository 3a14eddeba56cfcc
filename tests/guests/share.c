/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spins for a time (option ms=) and says how much of it this vCPU ran, by its runstate:
 * "ran <ms> of <ms>".  The test compares the domains' shares with weights and caps.
 */
#include <stdio.h>

#include "clock.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"

static uint64_t run_time(void) {
    struct vcpu_runstate_info runstate;

    EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &runstate), 0);
    EXPECT_EQ(runstate.state, RUNSTATE_running);
    return runstate.time[RUNSTATE_running];
}

static uint64_t all_time(void) {
    struct vcpu_runstate_info runstate;
    uint64_t sum = 0;

    EXPECT_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &runstate), 0);
    for (int i = 0; i < 4; i++) {
        sum += runstate.time[i];
    }
    return sum;
}

TEST(share_is_measured) {
    uint64_t length = option_number("ms", 1000) * NS_PER_MS;
    uint64_t start = option_number("start", 300) * NS_PER_MS;
    uint64_t ran, all;

    while (clock_ns() < start) { /* spinning too, so that all start with equal claims */
    }
    start = clock_ns();
    ran = run_time();
    all = all_time();
    while (clock_ns() < start + length) {
    }
    ran = run_time() - ran;
    all = all_time() - all;
    /* The states add up to the time that has passed. */
    EXPECT_TRUE(all + NS_PER_MS > clock_ns() - start && all < clock_ns() - start + NS_PER_MS);
    printf("ran %lu of %lu\n", (unsigned long)(ran / NS_PER_MS),
           (unsigned long)((clock_ns() - start) / NS_PER_MS));
}
