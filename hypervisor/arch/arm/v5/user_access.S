/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What USR mode of the ARM926EJ-S can reach: Jazelle's configuration, unless JOSCR.CD (bit 0;
 * CP14 7, c1; 0 at reset) disables that (bits as in the Cortex-A9 TRM DDI 0388, 5.3.2).  All of
 * its CP15 is privileged (TRM DDI 0198, 2.3).  An undefined instruction here is left out
 * (entry.S).
 */
        .syntax unified
        .arm
        .section .text.optional, "ax"
/* void level_close_user_access(void): a leaf; clobbers r0-r3 */
        .globl  level_close_user_access
level_close_user_access:
        mov     r0, #1
        mcr     p14, 7, r0, c1, c0, 0           @ JOSCR = CD
        bx      lr
