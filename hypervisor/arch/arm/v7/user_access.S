/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What USR mode of an ARMv7-A core can reach unless it is closed; control.S does so with the
 * debug unit and ThumbEE.  An undefined instruction here is left out (entry.S): a core without
 * the unit, or the Cortex-A8 in Non-secure state where NSACR.PLE is 0, and then USR mode has no
 * access either (TRM DDI 0344, 3.2.60).
 */
        .syntax unified
        .arm
        .section .text.optional, "ax"
/* void level_close_user_access(void): a leaf; clobbers r0-r3 */
        .globl  level_close_user_access
level_close_user_access:
        mrc     p15, 0, r1, c0, c0, 0           @ MIDR
        ubfx    r1, r1, #4, #12                 @ r1 = part
        mov     r0, #1
        mcr     p14, 7, r0, c1, c0, 0           @ JOSCR = CD (Cortex-A9 DDI 0388, 5.3.2), or ignored
        mov     r0, #0
        mcr     p15, 0, r0, c9, c14, 0          @ PMUSERENR: no counters; EN = 0 at reset
        mrc     p15, 0, r2, c0, c1, 1           @ ID_PFR1 19:16: there is the generic timer
        tst     r2, #(0xf << 16)
        mcrne   p15, 0, r0, c14, c1, 0          @ CNTKCTL: no counter, no timer, no event stream
        ldr     r2, =0xc08
        ldr     r3, =0xc09
        teq     r1, r2
        teqne   r1, r3
        /* PLEUAR of Cortex-A8 and A9: no preload engine (DDI 0344, 3.2.60; 0 at reset). */
        mcreq   p15, 0, r0, c11, c1, 0
        bx      lr
        .ltorg
