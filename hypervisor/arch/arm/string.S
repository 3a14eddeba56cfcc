/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memset() and memcpy() in place of the C library's, for what the hypervisor does most with them:
 * whole pages and tables, of which the library's take more than twice as long, and an interrupt
 * waits for the end.  Eight words at a time where everything is word-aligned; packets of a network
 * seldom are, of which four words are put together at a time from those that they lie in.
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

/* void *memcpy(void *to, const void *from, size_t size): r12 = to, r0 stays */
        .globl  memcpy
        .type   memcpy, %function
memcpy:
        orr     r3, r0, r1
        mov     r12, r0
        tst     r3, #3
        bne     7f
0:      subs    r2, r2, #32                     @ both are word-aligned
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
7:      cmp     r2, #32                         @ one is not, or neither
        blo     4b
8:      tst     r12, #3
        ldrbne  r3, [r1], #1
        strbne  r3, [r12], #1
        subne   r2, r2, #1
        bne     8b
        ands    r3, r1, #3                      @ the destination is; r3: how far the source is not
        beq     0b
        stmfd   sp!, {r4-r10, lr}
        bic     r1, r1, #3
        mov     r9, r3, lsl #3                  @ r9: bits of its first word that are done with
        rsb     r10, r9, #32                    @ r10: bits of it that are not
        ldr     r8, [r1], #4                    @ r8: the word that was begun
        sub     r2, r2, #16
9:      mov     r3, r8, lsr r9
        ldmia   r1!, {r4-r6, r8}
        subs    r2, r2, #16
        orr     r3, r3, r4, lsl r10
        mov     r4, r4, lsr r9
        orr     r4, r4, r5, lsl r10
        mov     r5, r5, lsr r9
        orr     r5, r5, r6, lsl r10
        mov     r6, r6, lsr r9
        orr     r6, r6, r8, lsl r10
        stmia   r12!, {r3-r6}
        bhs     9b
        sub     r1, r1, r10, lsr #3             @ bytes of r8 that are not copied yet
        add     r2, r2, #16
        ldmfd   sp!, {r4-r10, lr}
        b       4b
