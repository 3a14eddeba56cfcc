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
        dsb
        isb
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =0x72000002                 @ TE, AFE, TRE, EE, A off
        bic     r0, r0, r1
        ldr     r1, =0x00003805                 @ V | I | Z | C | M
        orr     r0, r0, r1
        mov     pc, lr
        .ltorg
