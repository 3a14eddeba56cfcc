/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A start of day (ARM ARM DDI 0406, B3.15 and B4.1): the boot loader left the caches off
 * and, as the Linux/ARM boot protocol demands, the data cache clean and invalid.
 */
#include "asm_offsets.h"

        .syntax unified
        .arm
        .section .text.start, "ax"
/*
 * level_cpu_setup
 *   out: r0 = SCTLR with MMU, caches, branch prediction, high vectors, unaligned accesses, SWP; TEX
 *        remap and access flag off, exceptions little-endian in ARM state
 *   in: r9 = machine - virtual address; clobbers: r0-r2
 */
        .globl  level_cpu_setup
level_cpu_setup:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU
        mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
        mcr     p15, 0, r0, c8, c7, 0           @ TLBIALL
        mcr     p15, 0, r0, c2, c0, 2           @ TTBCR = 0: TTBR0 for everything
        mcr     p15, 0, r0, c13, c0, 1          @ CONTEXTIDR: ASID = 0
        mov     r0, #(0xf << 20)                @ CPACR: coprocessors 10 and 11, no others; all
        mcr     p15, 0, r0, c1, c0, 2           @ registers, Advanced SIMD
        mrc     p15, 0, r0, c0, c0, 0
        ubfx    r0, r0, #4, #12
        ldr     r1, =level_cores                @ r1 = entry of the table, r0 = part
        add     r1, r1, r9
1:      ldr     r2, [r1, #CORE_PART]
        teq     r2, #0
        beq     2f
        teq     r2, r0
        addne   r1, r1, #CORE_SIZE
        bne     1b
        ldr     r2, [r1, #CORE_ACTLR]
        mrc     p15, 0, r1, c1, c0, 1
        orr     r1, r1, r2
        teq     r2, #0
        mcrne   p15, 0, r1, c1, c0, 1
2:
        /* USR mode has nothing of the debug unit (DBGDSCR.UDCCdis, C11.11.20) nor, where there is
         * ThumbEE, its register, which nobody switches (TEECR.XED, A2.10.3).  The write of DBGDSCR
         * is undefined unless DBGDIDR.Version (C11.11.15) says that the unit has all its registers
         * in CP14: 3, or 5 for v7.1.  The Cortex-A8's has not. */
        mrc     p14, 0, r0, c0, c0, 0           @ DBGDIDR
        ubfx    r0, r0, #16, #4
        teq     r0, #3
        teqne   r0, #5
        mrceq   p14, 0, r0, c0, c1, 0
        orreq   r0, r0, #(1 << 12)
        mcreq   p14, 0, r0, c0, c2, 2
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
        /* With the Multiprocessing Extensions, which MPIDR's format tells (B4.1.106), SWP is undefined
         * until SCTLR.SW allows it (B4.1.130, A8.8.229); without them the bit should be zero. */
        mrc     p15, 0, r1, c0, c0, 5
        tst     r1, #(1 << 31)
        orrne   r0, r0, #(1 << 10)
        mov     pc, lr
        .ltorg
