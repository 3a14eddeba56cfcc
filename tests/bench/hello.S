/* SPDX-License-Identifier: GPL-2.0-only */
/* The smallest program: what fork+exec starts.  EABI: exit(0). */
    .syntax unified
    .arm
    .text
    .globl _start
_start:
    mov r0, #0
    mov r7, #1
    svc 0
    .section .note.GNU-stack,"",%progbits
