/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memset() and memcpy() in place of the C library's, for what the hypervisor does most with them:
 * whole pages and tables, of which the library's take more than twice as long, and an interrupt
 * waits for the end.  Eight words at a time where everything is word-aligned.
 */
        .syntax unified
        .arm
        .text

/* void *memset(void *to, int byte, size_t size) */
        .globl  memset
        .type   memset, %function
memset:
        mov     r3, r0
        and     r1, r1, #0xff
        cmp     r2, #32
        blo     6f
1:      tst     r3, #3
        strbne  r1, [r3], #1
        subne   r2, r2, #1
        bne     1b
        orr     r1, r1, r1, lsl #8
        orr     r1, r1, r1, lsl #16
        stmfd   sp!, {r4-r9, lr}
        mov     r4, r1
        mov     r5, r1
        mov     r6, r1
        mov     r7, r1
        mov     r8, r1
        mov     r9, r1
        mov     r12, r1
2:      subs    r2, r2, #128
        blo     3f
        .rept   4
        stmia   r3!, {r1, r4-r9, r12}
        .endr
        b       2b
3:      add     r2, r2, #128
4:      subs    r2, r2, #32
        stmiahs r3!, {r1, r4-r9, r12}
        bhs     4b
        add     r2, r2, #32
        ldmfd   sp!, {r4-r9, lr}
5:      subs    r2, r2, #4
        strhs   r1, [r3], #4
        bhs     5b
        add     r2, r2, #4
6:      subs    r2, r2, #1
        strbhs  r1, [r3], #1
        bhs     6b
        bx      lr

/* void *memcpy(void *to, const void *from, size_t size) */
        .globl  memcpy
        .type   memcpy, %function
memcpy:
        orr     r3, r0, r1
        mov     r12, r0
        tst     r3, #3
        bne     4f
        subs    r2, r2, #32
        blo     2f
        stmfd   sp!, {r4-r10, lr}
1:      ldmia   r1!, {r3-r10}
        subs    r2, r2, #32
        stmia   r12!, {r3-r10}
        bhs     1b
        ldmfd   sp!, {r4-r10, lr}
2:      add     r2, r2, #32
3:      subs    r2, r2, #4
        ldrhs   r3, [r1], #4
        strhs   r3, [r12], #4
        bhs     3b
        add     r2, r2, #4
4:      subs    r2, r2, #4                      @ lines of text, mostly
        blo     5f
        .rept   4
        ldrb    r3, [r1], #1
        strb    r3, [r12], #1
        .endr
        b       4b
5:      add     r2, r2, #4
6:      subs    r2, r2, #1
        ldrbhs  r3, [r1], #1
        strbhs  r3, [r12], #1
        bhs     6b
        bx      lr
