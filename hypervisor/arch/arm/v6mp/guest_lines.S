/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of a guest's, by its address, as extended/guest_lines.inc has them.
 *
 * The operation concerns this CPU's cache alone, and the line may be another's, where the vCPU ran
 * before.  So a clean reads it first: the snoop control unit gives this CPU the line, dirty, or
 * what was dirty is in memory (DDI 0360: the CPUs' caches are MESI; Linux does the same, as
 * CONFIG_DMA_CACHE_RWFO).  The core loads no data ahead of its time, so the line does not leave
 * again.
 */
        .syntax unified
        .arm
        .section .text.guest_access, "ax"

.macro  guest_lines name, crm, read
        .globl  \name
\name:
1:      .if     \read
        ldr     r3, [r0]
        .endif
        mcr     p15, 0, r0, c7, \crm, 1
        add     r0, r0, r2
        cmp     r0, r1
        blo     1b
        mov     r0, #0
        bx      lr
.endm

        guest_lines guest_clean_lines, c10, 1
        guest_lines guest_flush_lines, c14, 0
