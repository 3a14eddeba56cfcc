/* SPDX-License-Identifier: GPL-2.0-only */
/* Marks for tools/plugin (see bench.h), which knows the opcodes. */
    .syntax unified
    .arm
    .text

.macro mark name, second
    .globl mark_\name
    .type mark_\name, %function
mark_\name:
    eor r12, r12, #0
    \second r12, r12, #0
    bx lr
.endm

    mark userland, bic
    mark begin, orr
    mark end, add
    .section .note.GNU-stack,"",%progbits
