/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * level_caches_forget - the CPU's own data cache has nothing in it: after a reset its contents are
 * any, and what it held before, level_caches_off has written back.  Caches off.
 *   clobbers: r0
 */
        .syntax unified
        .arm
        .section .text.start, "ax"
        .globl  level_caches_forget
level_caches_forget:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c6, 0           @ invalidate the data cache
        mcr     p15, 0, r0, c7, c10, 4          @ data synchronization barrier
        mov     pc, lr
