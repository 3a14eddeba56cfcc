/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv6 start of day (ARM1176JZF-S TRM DDI 0301, ARM11 MPCore TRM DDI 0360): caches and TLB
 * invalid, VFP reachable, SCTLR value.
 */
#include <level/coherence.inc>
#include "arch/arm/layout.h"

        .syntax unified
        .arm
        .section .text.start, "ax"
#include "arch/arm/to_svc.inc"

/*
 * level_caches_off - MMU and data cache off; what the cache held is in memory.
 *   clobbers: r0, r1
 */
        .globl  level_caches_off
level_caches_off:
        mrc     p15, 0, r0, c1, c0, 0
        tst     r0, #0x5                        @ C | M
        moveq   pc, lr
        mov     r1, #0
        mcr     p15, 0, r1, c7, c14, 0          @ clean and invalidate the data cache
        mcr     p15, 0, r1, c7, c10, 4          @ data synchronization barrier
        bic     r0, r0, #0x5
        mcr     p15, 0, r0, c1, c0, 0
        mcr     p15, 0, r1, c7, c5, 4           @ prefetch flush
        mov     pc, lr

/*
 * level_cpu_setup
 *   out: r0 = SCTLR with MMU, caches, branch prediction, high vectors, extended page tables (XP: no
 *        subpages), unaligned accesses; TEX remap, access flag, S and R off, little-endian
 *   clobbers: r0, r1
 */
        .globl  level_cpu_setup
level_cpu_setup:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c7, 0           @ invalidate I and D cache, branch targets
        mcr     p15, 0, r0, c7, c10, 4          @ data synchronization barrier
        mcr     p15, 0, r0, c8, c7, 0           @ invalidate TLB
        mcr     p15, 0, r0, c2, c0, 2           @ TTBCR = 0: TTBR0 for everything
        mcr     p15, 0, r0, c13, c0, 0          @ FCSE PID = 0
        mcr     p15, 0, r0, c13, c0, 1          @ context ID, ASID = 0
        mov     r0, #(0xf << 20)                @ CPACR: coprocessors 10 and 11, no others
        mcr     p15, 0, r0, c1, c0, 2
        coherence_on r0
        mov     r1, #0
        mcr     p15, 0, r1, c7, c5, 4           @ prefetch flush
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =0x32000382                 @ EE, AFE, TRE, B, S, R, A off
        bic     r0, r0, r1
        ldr     r1, =0x00c03805                 @ XP | U | V | I | Z | C | M
        orr     r0, r0, r1
        mov     pc, lr
        .ltorg
