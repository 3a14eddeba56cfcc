/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for alignment.c: r0 = address; one load, then SWI. */
        .syntax unified
        .arm
        .section .user.text, "ax"

.macro  load name, instruction:vararg
        .balign 4
        .globl  \name
\name:
        \instruction
        swi     0
.endm
        load    user_read_half, ldrh r0, [r0]
        load    user_read_pair, ldrd r2, r3, [r0]
        load    user_read_exclusive, ldrex r1, [r0]
