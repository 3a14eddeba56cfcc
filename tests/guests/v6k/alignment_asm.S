/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for alignment.c: r0 = address; one load, then SWI. */
#include "probe.inc"

        user_probe user_read_pair, arm, "ldrd r2, r3, [r0]"
        user_probe user_read_exclusive, arm, "ldrex r1, [r0]"
