/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest user code, one access each: r0 = address, r1 = value.  Ends in SWI #0.
 */
        .syntax unified
        .section .user.text, "ax"

.macro  probe name
        .balign 4
        .arm
        .type   \name, %function
        .globl  \name
\name:
.endm
.macro  probe_thumb name
        .balign 4
        .thumb_func
        .thumb
        .type   \name, %function
        .globl  \name
\name:
.endm

        probe   user_read
        ldr     r0, [r0]
        swi     0
        probe   user_read_byte
        ldrb    r0, [r0]
        swi     0
        probe_thumb user_read_thumb
        ldr     r0, [r0]
        swi     0
        probe   user_read_multiple
        ldmia   r0, {r1-r8}
        swi     0
        probe   user_read_double
        ldrd    r2, r3, [r0]
        swi     0
        probe   user_read_translated
        ldrt    r2, [r0]
        swi     0
        probe   user_write
        str     r1, [r0]
        swi     0
        probe   user_write_byte
        strb    r1, [r0]
        swi     0
        probe_thumb user_write_thumb
        str     r1, [r0]
        swi     0
        probe   user_write_multiple
        stmia   r0, {r1-r8}
        swi     0
        probe   user_write_double
        mov     r2, r1
        mov     r3, r1
        strd    r2, r3, [r0]
        swi     0
        probe   user_write_translated
        strt    r1, [r0]
        swi     0
        probe   user_swap
        swp     r2, r1, [r0]
        swi     0
        probe   user_jump
        bx      r0

        probe   user_syscall
        swi     0x123
        swi     0
        probe_thumb user_syscall_thumb
        swi     0x45
        swi     0
        probe   user_count
1:      cmp     r0, r1
        addlo   r0, r0, #1
        blo     1b
        swi     0
