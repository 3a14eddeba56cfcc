/* SPDX-License-Identifier: GPL-2.0-only */
/* Thumb-2 code for thumb2.c. */
#include "probe.inc"
        .fpu    vfpv3

.macro  through_vfp
        vmov    s0, r0
        vmov    r1, s0
.endm

        both_probes udf_wide, thumb, ".inst.w 0xf7f0a001"
        both_probes mrc_midr, thumb, "mrc p15, 0, r0, c0, c0, 0"
        both_probes mcr_tlb, thumb, "mcr p15, 0, r0, c8, c7, 0"
        both_probes mrc_fpsid, thumb, "vmrs r0, fpsid"
        both_probes vfp_use, thumb, "through_vfp"

        probe_begins user_it_block, thumb, .user.text
        movs    r2, #0                  @ Z set
        itete   eq
        addeq   r2, r2, #1
        movne   r2, #0x80
        ldreq   r1, [r0]                @ faults
        addne   r2, r2, #0x20
        it      eq
        addeq   r2, r2, #0x10
        swi     0

        probe_begins user_it_loop, thumb, .user.text @ r0 += 3, r1 times; r2 = 0: nothing else
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

        probe_begins kernel_it_midr, thumb, .text
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
