/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * level_caches_forget - the CPU's own data cache has nothing in it: after a reset its contents are
 * any (Cortex-A9 TRM DDI 0388, 7.1), and what it held before, level_caches_off has written back.
 * Caches off.  By set and way (ARM ARM DDI 0406, B2.2.7), level 1 alone: the others are shared.
 *   clobbers: r0, r3-r5, r11
 */
        .syntax unified
        .arm
        .section .text.start, "ax"
        .globl  level_caches_forget
level_caches_forget:
        mov     r0, #0
        mcr     p15, 2, r0, c0, c0, 0           @ CSSELR: level 1, data
        isb
        mrc     p15, 1, r3, c0, c0, 0           @ CCSIDR
        and     r4, r3, #7
        add     r4, r4, #4                      @ r4 = shift of a set
        ubfx    r5, r3, #13, #15                @ r5 = set
        ubfx    r3, r3, #3, #10                 @ r3 = last way
1:      mov     r0, r3                          @ r0 = way
2:      clz     r11, r3                         @ shift of a way
        lsl     r11, r0, r11
        orr     r11, r11, r5, lsl r4
        mcr     p15, 0, r11, c7, c6, 2          @ DCISW
        subs    r0, r0, #1
        bge     2b
        subs    r5, r5, #1
        bge     1b
        dsb
        isb
        mov     pc, lr
