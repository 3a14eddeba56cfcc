/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What USR mode of an ARM11 can reach unless it is closed.  An undefined instruction here is
 * left out (entry.S): the ARM1176 in Non-secure state may not write what is Secure's, and then
 * USR mode has no access either (TRM DDI 0301, 3.2.12, 3.2.34).
 */
        .syntax unified
        .arm
        .section .text.optional, "ax"
/* void level_close_user_access(void): a leaf; clobbers r0-r3 */
        .globl  level_close_user_access
level_close_user_access:
        mrc     p15, 0, r1, c0, c0, 0           @ MIDR
        mov     r1, r1, lsl #16
        mov     r1, r1, lsr #20                 @ r1 = part
        mov     r0, #1
        mcr     p14, 7, r0, c1, c0, 0           @ JOSCR = CD: no Jazelle configuration
        /* DSCR bit 12: no debug communication; 0 at reset (DDI 0211, 13.3.4, 13.5.1). */
        mov     r0, #0
        mrc     p14, 0, r0, c0, c1, 0
        orr     r0, r0, #(1 << 12)
        mcr     p14, 0, r0, c0, c1, 0
        mov     r0, #0
        ldr     r2, =0xb76
        ldr     r3, =0xb36
        teq     r1, r2
        /* ARM1176, Access Validation Control: no performance monitors nor validation (DDI 0301,
         * 3.2.49; 0 at reset). */
        mcreq   p15, 0, r0, c15, c9, 0
        teqne   r1, r3
        /* ARM1136 and ARM1176, DMA User Accessibility: neither channel (DDI 0211, 3.3.26; DDI 0301,
         * 3.2.34; 0 at reset).  The ARM11 MPCore has no DMA. */
        mcreq   p15, 0, r0, c11, c1, 0
        bx      lr
        .ltorg
