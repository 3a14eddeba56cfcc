/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A boot loader that leaves MMU and caches on, everything mapped at its machine address but the
 * MiB that Dacre will move to: it can only with the MMU off.
 *   in: r1, r2 as a boot loader passes them on
 */
#include "entry.inc"
#include <level/control.h>

_start:
        adr     r4, _start
        add     r4, r4, #0x4000                 @ r4 = first-level table, 16 KiB aligned
        mov     r0, #0                          @ r0 = MiB
        ldr     r3, =LEVEL_BOOT_SECTION
1:      orr     r5, r3, r0, lsl #20
        str     r5, [r4, r0, lsl #2]
        add     r0, r0, #1
        cmp     r0, #4096
        bne     1b
        mov     r0, r4, lsr #20
        add     r0, r4, r0, lsl #2
        mov     r5, #0
        str     r5, [r0, #(3 * 4)]              @ r4 is in the loader's MiB, which counts as 0
        mcr     p15, 0, r4, c2, c0, 0           @ TTBR
        mov     r0, #1
        mcr     p15, 0, r0, c3, c0, 0           @ DACR: domain 0 is a client
        mov     r0, #0
        mcr     p15, 0, r0, c8, c7, 0           @ invalidate the TLB
        mrc     p15, 0, r0, c1, c0, 0
        orr     r0, r0, #0x1000                 @ I
        orr     r0, r0, #0x5                    @ C | M
        mcr     p15, 0, r0, c1, c0, 0
        mrc     p15, 0, r0, c1, c0, 0
        enter_dacre
