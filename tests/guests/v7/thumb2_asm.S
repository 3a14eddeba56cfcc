/* SPDX-License-Identifier: GPL-2.0-only */
/* Thumb-2 code for thumb2.c. */
        .syntax unified
        .fpu    vfpv3

.macro  thumb_function section, name
        .section \section, "ax"
        .balign 4
        .thumb
        .thumb_func
        .type   \name, %function
        .globl  \name
\name:
.endm

.macro  both name, instruction:vararg
        thumb_function .text, kernel_\name
        \instruction
        bx      lr
        thumb_function .user.text, user_\name
        \instruction
        swi     0
.endm

.macro  through_vfp
        vmov    s0, r0
        vmov    r1, s0
.endm

        both    udf_wide, .inst.w 0xf7f0a001
        both    mrc_midr, mrc p15, 0, r0, c0, c0, 0
        both    mcr_tlb, mcr p15, 0, r0, c8, c7, 0
        both    mrc_fpsid, vmrs r0, fpsid
        both    vfp_use, through_vfp

        thumb_function .user.text, user_it_block
        movs    r2, #0                  @ Z set
        itete   eq
        addeq   r2, r2, #1
        movne   r2, #0x80
        ldreq   r1, [r0]                @ faults
        addne   r2, r2, #0x20
        it      eq
        addeq   r2, r2, #0x10
        swi     0

        thumb_function .user.text, user_it_loop @ r0 += 3, r1 times; r2 = 0 if nothing else was done
        movs    r2, #0
1:      cmp     r1, r1                  @ Z set
        ittte   eq
        addeq   r0, r0, #1
        addeq   r0, r0, #1
        addeq   r0, r0, #1
        addne   r2, r2, #1
        subs    r1, r1, #1
        bne     1b
        swi     0

        thumb_function .text, kernel_it_midr
        movs    r0, #0                  @ Z set
        itte    eq
        mrceq   p15, 0, r1, c0, c0, 0
        addeq   r0, r0, #1
        addne   r0, r0, #8
        bx      lr

        .text
        .balign 4
        .arm
        .globl  kernel_arm_midr
kernel_arm_midr:
        mrc     p15, 0, r0, c0, c0, 0
        bx      lr
