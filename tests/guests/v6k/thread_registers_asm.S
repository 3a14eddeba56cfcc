/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for thread_registers.c: one access to r0, then SWI. */
        .syntax unified
        .arm
        .section .user.text, "ax"

.macro  access name, instruction
        .balign 4
        .globl  \name
\name:
        \instruction
        swi     0
.endm
        access  user_read_tpidrurw, "mrc p15, 0, r0, c13, c0, 2"
        access  user_write_tpidrurw, "mcr p15, 0, r0, c13, c0, 2"
        access  user_read_tpidruro, "mrc p15, 0, r0, c13, c0, 3"
        access  user_write_tpidruro, "mcr p15, 0, r0, c13, c0, 3"
        access  user_read_tpidrprw, "mrc p15, 0, r0, c13, c0, 4"
