/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions that trap, each first in a function of its own, once for the kernel and
 * once for guest user code.
 */
#include "probe.inc"

        both_probes udf, arm, ".inst 0xe7f000f0"
        both_probes udf_thumb, thumb, ".inst.n 0xde01"
        both_probes bkpt, arm, ".inst 0xe1200073"
        both_probes bkpt_thumb, thumb, ".inst.n 0xbe03"
        both_probes cdp, arm, "cdp p1, 0, c0, c0, c0, 0"
        both_probes mcr_p14, arm, "mcr p14, 7, r0, c15, c15, 7"
        both_probes ldc, arm, "ldc p5, c0, [r1]"
        both_probes mcr_p15_odd, arm, "mcr p15, 7, r0, c4, c7, 3"
        both_probes hvc, arm, ".inst 0xe1400070"
        both_probes mrc_id, arm, "mrc p15, 0, r0, c0, c0, 0"

        .text
        .balign 4
        .arm
        .globl  kernel_hypercall_registers
kernel_hypercall_registers:             @ (const uint32_t before[11], uint32_t after[11])
        push    {r1, r4-r11, lr}
        ldmia   r0, {r1-r10, lr}
        mov     r0, #0
        mov     r12, #17                @ xen_version(XENVER_version), which ignores r1
        swi     0
        pop     {r0}
        stmia   r0, {r1-r10, lr}
        pop     {r4-r11, pc}
