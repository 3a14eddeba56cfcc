/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clear and copy a page at its guest address, as level.h says.  Each line of the destination is
 * invalidated before it is written: the ARM926EJ-S allocates on reads only (DDI 0198, 4.1), so the
 * stores then go through the write buffer to memory, where the page's user mapping at
 * another virtual address will find them, and the cache keeps what it had.
 */
#define LINE        32
#define PAGE_SIZE   4096

        .syntax unified
        .arm
        .section .text.guest_access, "ax"
/* in: r0 = page.  out: r0 = 0.  clobbers: r2-r9, r12 */
clear_lines:
        add     r12, r0, #PAGE_SIZE
        mov     r2, #0
        mov     r3, #0
        mov     r4, #0
        mov     r5, #0
        mov     r6, #0
        mov     r7, #0
        mov     r8, #0
        mov     r9, #0
        strt    r2, [r0]
1:      .rept   4
        mcr     p15, 0, r0, c7, c6, 1           @ invalidate D line
        stmia   r0!, {r2-r9}
        .endr
        cmp     r0, r12
        bne     1b
        mov     r0, #0
        mcr     p15, 0, r0, c7, c10, 4          @ drain write buffer
        bx      lr

/* in: r0 = to, r1 = from.  out: r0 = 0.  clobbers: r1-r9, r12 */
copy_lines:
        add     r12, r0, #PAGE_SIZE
        ldr     r2, [r1]
        strt    r2, [r0]
1:      .rept   4
        ldmia   r1!, {r2-r9}
        mcr     p15, 0, r0, c7, c6, 1           @ invalidate D line
        stmia   r0!, {r2-r9}
        .endr
        cmp     r0, r12
        bne     1b
        mov     r0, #0
        mcr     p15, 0, r0, c7, c10, 4          @ drain write buffer
        bx      lr

        .text
/* int level_clear_page(uint32_t va): r0 = va */
        .globl  level_clear_page
level_clear_page:
        stmfd   sp!, {r4-r9, lr}
        bl      clear_lines
        ldmfd   sp!, {r4-r9, pc}

/* int level_copy_page(uint32_t to, uint32_t from): r0 = to, r1 = from */
        .globl  level_copy_page
level_copy_page:
        stmfd   sp!, {r4-r9, lr}
        bl      copy_lines
        ldmfd   sp!, {r4-r9, pc}
