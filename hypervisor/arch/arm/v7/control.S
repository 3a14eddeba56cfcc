/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A start of day (ARM ARM DDI 0406, B3.15 and B4.1): the boot loader left the caches off
 * and, as the Linux/ARM boot protocol demands, the data cache clean and invalid.
 */
        .syntax unified
        .arm
        .section .text.start, "ax"
/*
 * level_cpu_setup
 *   out: r0 = SCTLR with MMU, caches, branch prediction, high vectors, unaligned accesses; TEX
 *        remap and access flag off, exceptions little-endian in ARM state
 *   clobbers: r0, r1
 */
        .globl  level_cpu_setup
level_cpu_setup:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU
        mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
        mcr     p15, 0, r0, c8, c7, 0           @ TLBIALL
        mcr     p15, 0, r0, c2, c0, 2           @ TTBCR = 0: TTBR0 for everything
        mcr     p15, 0, r0, c13, c0, 1          @ CONTEXTIDR: ASID = 0
        mrc     p15, 0, r0, c1, c0, 2
        orr     r0, r0, #(0xf << 20)            @ CPACR: coprocessors 10 and 11
        mcr     p15, 0, r0, c1, c0, 2
        /*
         * Cores that may be one of several cache shareable memory only when they take part
         * in coherency (Cortex-A9 TRM DDI 0388, 4.3.10; A5, A7 and A15 alike): ACTLR.SMP.
         */
        mrc     p15, 0, r0, c0, c0, 0
        ubfx    r0, r0, #4, #12
        movw    r1, #0xc05
        teq     r0, r1
        movwne  r1, #0xc07
        teqne   r0, r1
        movwne  r1, #0xc09
        teqne   r0, r1
        movwne  r1, #0xc0f
        teqne   r0, r1
        mrceq   p15, 0, r0, c1, c0, 1
        orreq   r0, r0, #(1 << 6)
        mcreq   p15, 0, r0, c1, c0, 1

        /* USR mode has nothing of the debug unit (DBGDSCR.UDCCdis, C11.11.20) nor, where there is
         * ThumbEE, its register, which nobody switches (TEECR.XED, A2.10.3). */
        mrc     p14, 0, r0, c0, c1, 0
        orr     r0, r0, #(1 << 12)
        mcr     p14, 0, r0, c0, c2, 2
        mrc     p15, 0, r0, c0, c1, 0           @ ID_PFR0
        tst     r0, #0xf000
        movne   r0, #1
        mcrne   p14, 6, r0, c0, c0, 0
        dsb
        isb
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =0x72000002                 @ TE, AFE, TRE, EE, A off
        bic     r0, r0, r1
        ldr     r1, =0x00003805                 @ V | I | Z | C | M
        orr     r0, r0, r1
        mov     pc, lr
        .ltorg
