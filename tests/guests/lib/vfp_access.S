/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFP accesses; see vfp.h.  C is compiled without floating point.
 */
#include "probe.inc"

        .arm
        .fpu    vfpv3
        .text

        .globl  vfp_store
vfp_store:                              @ (uint32_t *to)
        vstmia  r0, {s0-s31}
        bx      lr

        .globl  vfp_load
vfp_load:                               @ (const uint32_t *from)
        vldmia  r0, {s0-s31}
        bx      lr

        .globl  vfp_store_upper
vfp_store_upper:                        @ (uint32_t *to)
        vstmia  r0, {d16-d31}
        bx      lr

        .globl  vfp_load_upper
vfp_load_upper:                         @ (const uint32_t *from)
        vldmia  r0, {d16-d31}
        bx      lr

        .globl  vfp_get_fpscr
vfp_get_fpscr:
        vmrs    r0, fpscr
        bx      lr

        .globl  vfp_set_fpscr
vfp_set_fpscr:
        vmsr    fpscr, r0
        bx      lr

/* Privileged: emulated. */
        .globl  vfp_get_fpexc
vfp_get_fpexc:
        vmrs    r0, fpexc
        bx      lr

        .globl  vfp_set_fpexc
vfp_set_fpexc:
        vmsr    fpexc, r0
        bx      lr

        user_probe user_vfp, arm, "vmov s0, r0"

        /* The unit's first use, then the access. */
        probe_begins user_vfp_read, arm, .user.text
        vmov    s0, r1
        ldr     r0, [r0]
        swi     0

        probe_begins user_vfp_write, arm, .user.text
        vmov    s0, r1
        str     r1, [r0]
        swi     0
