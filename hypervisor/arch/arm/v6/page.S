/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void arch_guest_clear_page(gvaddr_t va): r0 = va
 * void arch_guest_copy_page(gvaddr_t to, gvaddr_t from): r0 = to, r1 = from
 * Where the data cache may alias, what was stored goes to memory: the page has a user mapping at
 * another address, perhaps of another colour.
 */
#include "arch/arm/extended_page.inc"

#define CTR_DSIZE_P (1 << 23)

        .globl  arch_guest_clear_page
arch_guest_clear_page:
        stmfd   sp!, {r0, lr}
        bl      extended_clear_page
        b       flush_if_aliasing

        .globl  arch_guest_copy_page
arch_guest_copy_page:
        stmfd   sp!, {r0, lr}
        bl      extended_copy_page
flush_if_aliasing:
        ldmfd   sp!, {r0, lr}
        mrc     p15, 0, r1, c0, c0, 1           @ CTR
        tst     r1, #CTR_DSIZE_P
        movne   r1, #PAGE_SIZE
        bne     level_dcache_flush
        bx      lr
