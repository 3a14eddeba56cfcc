/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM926EJ-S start of day: caches and TLB invalid, SCTLR value.
 */
#include "arch/arm/layout.h"

        .syntax unified
        .arm
        .section .text.start, "ax"
#include "arch/arm/to_svc.inc"

/*
 * level_caches_off - MMU and data cache off; what the cache held is in memory.
 *   clobbers: r0
 */
        .globl  level_caches_off
level_caches_off:
        mrc     p15, 0, r0, c1, c0, 0
        tst     r0, #0x5                        @ C | M
        moveq   pc, lr
1:      mrc     p15, 0, pc, c7, c14, 3          @ test, clean, invalidate a line (DDI 0198, 2.3.8)
        bne     1b
        mcr     p15, 0, r0, c7, c10, 4          @ drain write buffer
        bic     r0, r0, #0x5
        mcr     p15, 0, r0, c1, c0, 0
        mov     pc, lr

/*
 * level_cpu_setup
 *   out: r0 = SCTLR with MMU, alignment faults, little-endian, caches, high
 *        vectors, S = 1 and R = 0 (AP = 0b00 then means privileged read-only)
 * Without alignment faults a load from a misaligned address would be rotated (ARM ARM DDI 0100,
 * A2.8): Linux runs with them, and fixes up or signals.  The hypervisor has them, too: the
 * compiler makes no such access for a core before ARMv6.
 *   clobbers: r0, r1
 */
        .globl  level_cpu_setup
level_cpu_setup:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c7, 0           @ invalidate I and D cache
        mcr     p15, 0, r0, c7, c10, 4          @ drain write buffer
        mcr     p15, 0, r0, c8, c7, 0           @ invalidate TLB
        mcr     p15, 0, r0, c13, c0, 0          @ FCSE PID = 0
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =0x00000280                 @ B (endian) and R off
        bic     r0, r0, r1
        ldr     r1, =0x00003107                 @ V | I | S | C | A | M
        orr     r0, r0, r1
        mov     pc, lr
        .ltorg
