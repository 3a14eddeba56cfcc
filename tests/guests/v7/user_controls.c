/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a boot loader may have opened to USR mode, and the hypervisor must have closed: the test
 * starts the machine with the performance monitors open (ARM ARM DDI 0406, C12.8).
 */
#include <stddef.h>

#include "core.h"
#include "test.h"
#include "user.h"

/* user_controls_asm.S: MRC to r0. */
void kernel_pmccntr(void);
void user_pmuserenr(void);
void user_pmccntr(void);

TEST(performance_monitors_are_closed) {
    EXPECT_TRAP(user_run(user_pmuserenr, 0, 0), TRAP_SWI);
    EXPECT_EQ(user_state.r[0], 0);
    EXPECT_TRAP(user_run(user_pmccntr, 0, 0), TRAP_UNDEF);
    EXPECT_TRAP(try_call(kernel_pmccntr, 0, NULL), TRAP_UNDEF);
}
