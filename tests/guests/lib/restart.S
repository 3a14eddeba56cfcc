/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restartable sequences: one 32-byte slot each, inputs (r0, r1) untouched until the
 * final store.  An upcall inside a slot resumes at the slot's start.  The result is
 * computed before the store and the return comes after it: a slot interrupted at its
 * last instruction, the return, would be run again, so the return lies in a slot of
 * its own.
 */
        .syntax unified
        .arm
        .section .restart, "ax"

.macro  slot name
        .balign 32
        .globl  \name
\name:
.endm

        slot    restart_add
        ldr     r2, [r0]
        add     r3, r2, r1
        nop
        nop
        nop
        nop
        nop
        str     r3, [r0]
        mov     r0, r3                  @ next slot: restarting here is harmless
        bx      lr

        slot    restart_clear_bits
        ldr     r2, [r0]
        bic     r3, r2, r1
        nop
        nop
        nop
        nop
        nop
        str     r3, [r0]
        mov     r0, r2
        bx      lr

        slot    restart_set_bits
        ldr     r2, [r0]
        orr     r3, r2, r1
        nop
        nop
        nop
        nop
        nop
        str     r3, [r0]
        mov     r0, r2
        bx      lr

        slot    restart_add_slowly
        ldr     r2, [r0]
        nop
        nop
        nop
        nop
        nop
        add     r3, r2, r1
        str     r3, [r0]
        mov     r0, r3
        bx      lr
