/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks that tools/plugin sees: from here on the guest is in the row that the mark names, 0 for
 * none. A mark is two instructions that do nothing: eor r12, r12, #0 and cmp r12, #row.
 */
        .syntax unified
        .arm
        .text
        .balign 4096                            @ no mark lies across the end of a page
        .globl  row_mark
/*
 * row_mark(row)
 *   in: r0 = 0 to 255
 */
row_mark:
        adr     r1, marks
        add     r0, r0, r0, lsl #1              @ r0 = 3 * row: each mark is three words
        add     pc, r1, r0, lsl #2
marks:
        .set    row, 0
        .rept   256
        eor     r12, r12, #0
        cmp     r12, #row
        bx      lr
        .set    row, row + 1
        .endr
