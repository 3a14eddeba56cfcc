/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFP registers to and from struct vfp_state, and the probe for a VFP.  d0-d15
 * are there always.  FLDMX/FSTMX are not needed: ARM ARM C5 lets FLDMD/FSTMD move any
 * contents on implementations of VFPv2 later than VFP10 rev 0.
 */
#include "asm_offsets.h"

        .syntax unified
        .arm
        .fpu    neon
        .text
/* uint32_t vfp_probe(void): FPSID, or 0 when there is no VFP (the instruction is
 * undefined; und_in_hypervisor knows vfp_probe_insn). */
        .globl  vfp_probe
        .globl  vfp_probe_insn
        .globl  vfp_probe_absent
vfp_probe:
vfp_probe_insn:
        fmrx    r0, fpsid
        bx      lr
vfp_probe_absent:
        mov     r0, #0
        bx      lr

/* uint32_t vfp_get_fpexc(void), void vfp_set_fpexc(uint32_t) */
        .globl  vfp_get_fpexc
vfp_get_fpexc:
        fmrx    r0, fpexc
        bx      lr
        .globl  vfp_set_fpexc
vfp_set_fpexc:
        fmxr    fpexc, r0
        bx      lr

/* void vfp_save(struct vfp_state *): registers and FPSCR; FPEXC.EN must be set. */
        .globl  vfp_save
vfp_save:
        fstmiad r0, {d0-d15}
        fmrx    r1, fpscr
        str     r1, [r0, #VFP_FPSCR]
        bx      lr

/* void vfp_load(const struct vfp_state *): likewise. */
        .globl  vfp_load
vfp_load:
        fldmiad r0, {d0-d15}
        ldr     r1, [r0, #VFP_FPSCR]
        fmxr    fpscr, r1
        bx      lr

/* void vfp_save_upper(struct vfp_state *), vfp_load_upper(): d16-d31, where there are any. */
        .globl  vfp_save_upper
vfp_save_upper:
        add     r0, r0, #VFP_UPPER
        vstmia  r0, {d16-d31}
        bx      lr
        .globl  vfp_load_upper
vfp_load_upper:
        add     r0, r0, #VFP_UPPER
        vldmia  r0, {d16-d31}
        bx      lr

/* uint32_t vfp_get_mvfr0(void), vfp_get_mvfr1(void) */
        .globl  vfp_get_mvfr0
vfp_get_mvfr0:
        fmrx    r0, mvfr0
        bx      lr
        .globl  vfp_get_mvfr1
vfp_get_mvfr1:
        fmrx    r0, mvfr1
        bx      lr

/* void vfp_save_exception(struct vfp_state *), vfp_load_exception(): FPINST, FPINST2
 * exist while FPEXC.EX is set (VFPv2 subarchitecture 1). */
        .globl  vfp_save_exception
vfp_save_exception:
        fmrx    r1, fpinst
        str     r1, [r0, #VFP_FPINST]
        fmrx    r1, fpinst2
        str     r1, [r0, #VFP_FPINST2]
        bx      lr
        .globl  vfp_load_exception
vfp_load_exception:
        ldr     r1, [r0, #VFP_FPINST]
        fmxr    fpinst, r1
        ldr     r1, [r0, #VFP_FPINST2]
        fmxr    fpinst2, r1
        bx      lr
