/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for exclusives.c. */
#include "probe.inc"

        probe_begins user_exclusive, arm, .user.text @ in: r0 = word; r2 = what STREX said
        ldrex   r1, [r0]
        swi     0
        strex   r2, r1, [r0]
        swi     0
