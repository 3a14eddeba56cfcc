/* SPDX-License-Identifier: GPL-2.0-only */
/* User code for exclusives.c. */
        .syntax unified
        .arm
        .section .user.text, "ax"
        .balign 4
        .globl  user_exclusive
user_exclusive:                         @ in: r0 = word; r2 = what STREX said
        ldrex   r1, [r0]
        swi     0
        strex   r2, r1, [r0]
        swi     0
