/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vCPU begins that did not boot the guest: r0 = what smp_main() gets, sp = its stack.
 */
#define __ASSEMBLY__
#include <public/arch-arm-pv.h>

        .syntax unified
        .arm
        .text
        .globl  smp_start
smp_start:
        mov     r3, #PV_VIRT_START
        mov     r2, #PV_MASK_EVENTS
        strb    r2, [r3, #PV_VCPU_MASK]         @ the frame is no exception's
        mov     fp, #0
        bl      smp_main
1:      b       1b
