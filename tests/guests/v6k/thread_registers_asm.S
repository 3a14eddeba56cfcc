/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for thread_registers.c: one access to r0, then SWI. */
#include "probe.inc"

        user_probe user_read_tpidrurw, arm, "mrc p15, 0, r0, c13, c0, 2"
        user_probe user_write_tpidrurw, arm, "mcr p15, 0, r0, c13, c0, 2"
        user_probe user_read_tpidruro, arm, "mrc p15, 0, r0, c13, c0, 3"
        user_probe user_write_tpidruro, arm, "mcr p15, 0, r0, c13, c0, 3"
        user_probe user_read_tpidrprw, arm, "mrc p15, 0, r0, c13, c0, 4"
