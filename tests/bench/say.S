/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that is one mark for tools/plugin, "userland" of mark.S, and ends.  EABI: exit(0). */
    .syntax unified
    .arm
    .text
    .globl _start
_start:
    eor r12, r12, #0
    bic r12, r12, #0
    mov r0, #0
    mov r7, #1
    svc 0
    .section .note.GNU-stack,"",%progbits
