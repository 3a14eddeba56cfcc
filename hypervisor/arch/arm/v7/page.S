/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clear and copy a page at its guest address, which the caller has found mapped with the right
 * rights.  The data cache is physically tagged: plain stores are seen by every mapping.
 */
#define PAGE_SIZE   4096

        .syntax unified
        .arm
        .text
/* void arch_guest_clear_page(gvaddr_t va): r0 = va */
        .globl  arch_guest_clear_page
arch_guest_clear_page:
        stmfd   sp!, {r4-r9, lr}
        add     lr, r0, #PAGE_SIZE
        mov     r2, #0
        mov     r3, #0
        mov     r4, #0
        mov     r5, #0
        mov     r6, #0
        mov     r7, #0
        mov     r8, #0
        mov     r9, #0
1:      .rept   4
        stmia   r0!, {r2-r9}
        .endr
        cmp     r0, lr
        bne     1b
        ldmfd   sp!, {r4-r9, pc}

/* void arch_guest_copy_page(gvaddr_t to, gvaddr_t from): r0 = to, r1 = from */
        .globl  arch_guest_copy_page
arch_guest_copy_page:
        stmfd   sp!, {r4-r9, lr}
        add     lr, r0, #PAGE_SIZE
1:      .rept   4
        ldmia   r1!, {r2-r9}
        stmia   r0!, {r2-r9}
        .endr
        cmp     r0, lr
        bne     1b
        ldmfd   sp!, {r4-r9, pc}
