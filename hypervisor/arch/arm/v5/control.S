/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM926EJ-S start of day: caches and TLB invalid, SCTLR value.
 */
        .syntax unified
        .arm
        .section .text.start, "ax"
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
