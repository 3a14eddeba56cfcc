/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A boot loader that enters in SYS mode with interrupts enabled.
 *   in: r1, r2 as a boot loader passes them on
 */
#include "entry.inc"

_start:
        msr     cpsr_c, #0x1f
        enter_dacre
